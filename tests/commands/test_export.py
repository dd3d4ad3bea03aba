"""``lotse export training``: what other engines may learn from."""

import json
from collections import Counter

import pytest

from bot.commands.export import training_rows
from bot.understanding.normalize import tokens
from tests.content.small_tree import write_tree
from tests.program import lotse, lotse_here


@pytest.fixture(scope="module")
def rows(trained):
    return training_rows(trained.content)


def test_sentences_to_test_with_are_never_exported(trained, rows):
    content = trained.content
    tests = [answer.tests for topic in content.topics.values() for answer in topic.answers.values()]
    tests += [intent.tests for intent in content.intents.values()]
    held_back = {tokens(s) for t in tests for sentences in t.yes.values() for s in sentences}
    assert len(held_back) > 1_000
    assert not [text for text, _ in rows if tokens(text) in held_back]


def test_every_label_has_some_sentences_and_at_most_twenty(trained, rows):
    content = trained.content
    counts = Counter(label for _, label in rows)
    answers = {f"{topic.id}.{aspect}" for topic in content.topics.values() for aspect in topic.answers}
    assert max(counts.values()) <= 20
    assert set(counts) <= answers | set(content.intents)
    assert set(content.intents) <= set(counts)


def test_sentences_are_whole_without_templates_left(rows):
    for text, label in rows:
        assert text == " ".join(text.split()), label
        assert not set("{}|[]<>") & set(text), (text, label)


def test_the_same_content_gives_the_same_lines_in_every_process(tmp_path):
    content = str(write_tree(tmp_path))
    here = lotse_here("export", "training", folder=tmp_path, LOTSE_CONTENT=content)
    there = lotse("export", "training", folder=tmp_path, LOTSE_CONTENT=content, PYTHONHASHSEED="77")
    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout == here.stdout
    assert all(set(json.loads(line)) == {"text", "label"} for line in here.stdout.splitlines())
