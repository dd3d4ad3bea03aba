"""``lotse export training``: what other engines may learn from."""

import json
from collections import Counter

from bot.commands.export import training_rows
from bot.understanding.normalize import tokens
from tests.program import lotse


def test_sentences_to_test_with_are_never_exported(trained):
    content = trained.content
    tests = [answer.tests for topic in content.topics.values() for answer in topic.answers.values()]
    tests += [intent.tests for intent in content.intents.values()]
    held_back = {tokens(s) for t in tests for sentences in t.yes.values() for s in sentences}
    assert len(held_back) > 1_000
    assert not [text for text, _ in training_rows(content) if tokens(text) in held_back]


def test_every_label_has_some_sentences_and_at_most_twenty(trained):
    content = trained.content
    counts = Counter(label for _, label in training_rows(content))
    answers = {f"{topic.id}.{aspect}" for topic in content.topics.values() for aspect in topic.answers}
    assert max(counts.values()) <= 20
    assert set(counts) <= answers | set(content.intents)
    assert set(content.intents) <= set(counts)


def test_sentences_are_whole_without_templates_left(trained):
    for text, label in training_rows(trained.content):
        assert text == " ".join(text.split()), label
        assert not set("{}()|[]<>") & set(text), (text, label)


def test_the_same_content_gives_the_same_lines_in_every_process(trained, tmp_path):
    done = lotse("export", "training", folder=tmp_path, PYTHONHASHSEED="77")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [(row["text"], row["label"]) for row in rows] == training_rows(trained.content)
    assert all(set(row) == {"text", "label"} for row in rows)
