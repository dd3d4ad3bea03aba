import random
import re
from pathlib import Path

import pytest

from bot.content.read import read_content
from bot.content.teaching import LONGEST, TeachingRefused, lesson_for, teach
from bot.content.yaml_tree import parse_yaml, plain
from bot.model import LOCALES

ROOT = Path(__file__).parents[2]
SENTENCE = "was springt dabei raus"


def tree_of(text, file="knowledge/funding/x.yaml"):
    tree, problems = parse_yaml(file, text.encode())
    assert tree is not None, problems
    assert not problems
    return tree


def added(before, after):
    """What was put in, when nothing else differs; None when something else does."""
    at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    for start in range(at, -1, -1):
        length = len(after) - len(before)
        if after[:start] + after[start + length :] == before:
            return after[start : start + length]
    return None


LAYOUTS = [
    pytest.param('a:\n  asks:\n    de: ["x"]\n    en: []\n', ', "was springt dabei raus"', id="list in brackets"),
    pytest.param('a:\n  asks:\n    de: ["x"] # why\n    en: []\n', ', "was springt dabei raus"', id="comment behind"),
    pytest.param("a:\n  asks:\n    de: [x, y, ]\n    en: []\n", ", was springt dabei raus", id="comma at the end"),
    pytest.param("a:\n  asks: {de: ['x'], en: []}\n", ", 'was springt dabei raus'", id="mapping in brackets"),
    pytest.param("a:\n  asks:\n    de: []\n    en: []\n", '"was springt dabei raus"', id="empty list"),
    pytest.param(
        'a:\n  asks:\n    de: ["x",\n         "y"] # z\n    en: []\n',
        ',\n         "was springt dabei raus"',
        id="one per line",
    ),
    pytest.param(
        "a:\n  asks:\n    de:\n      - x\n      # about y\n      - y  # so\n\n    # english\n    en: []\n",
        "\n      - was springt dabei raus",
        id="dashes with comments",
    ),
    pytest.param(
        'a:\n  asks:\n    de:\n    - "x"\n    en: []\n', '\n    - "was springt dabei raus"', id="dashes not indented"
    ),
    pytest.param(
        "a:\n  asks:\n    de:\n      - >-\n        x\n        y\n\n    en: []\n",
        '\n      - "was springt dabei raus"',
        id="folded text",
    ),
    pytest.param(
        'a:\n  asks:\n    en: ["x"]\n  tests: {}\n', '\n    de: ["was springt dabei raus"]', id="language missing"
    ),
    pytest.param('a:\n  asks: {en: ["x"]}\n', ', de: ["was springt dabei raus"]', id="language missing in brackets"),
    pytest.param(
        "a:\n  de: |\n    Ein Text.\n\n  en: x\n  # how we test\n  # it\n  tests: {}\n",
        '  asks: {de: ["was springt dabei raus"], en: []}\n',
        id="before the tests and their comment",
    ),
    pytest.param(
        "a:\n  de: x\n  en: |\n    A text.\n\n\n# the next one\nb: {}\n",
        '\n  asks: {de: ["was springt dabei raus"], en: []}',
        id="at the end",
    ),
    pytest.param("a: {de: x, en: y}\n", ', asks: {de: ["was springt dabei raus"], en: []}', id="answer in brackets"),
    pytest.param(
        "a:\r\n  asks:\r\n    de:\r\n      - x\r\n    en: []\r\n",
        "\r\n      - was springt dabei raus",
        id="windows lines",
    ),
    pytest.param("a:\n  asks:\n    de: [x]\n    en: []", ", was springt dabei raus", id="no line end at the end"),
]


@pytest.mark.parametrize(("text", "new"), LAYOUTS)
def test_a_sentence_joins_its_list_and_nothing_else_changes(text, new):
    after = teach(tree_of(text), ("a", "asks"), "de", SENTENCE)
    assert added(text, after) in {new, *(new[i:] + new[:i] for i in range(len(new)))}
    assert plain(tree_of(after).root)["a"]["asks"]["de"][-1] == SENTENCE


def test_a_long_line_goes_on_below():
    text = 'a:\n  asks:\n    de: ["' + "x" * 100 + '"]\n    en: []\n'
    after = teach(tree_of(text), ("a", "asks"), "de", SENTENCE)
    assert ',\n         "was springt dabei raus"]' in after


@pytest.mark.parametrize(
    "sentence",
    [
        'sagt man "bonus" dazu',
        "was: nichts?",
        "c:\\bonus",
        "yes",
        "12 monate - lang",
        "{topic} und dann",
        "#1",
        "straße, öl",
    ],
)
def test_whatever_is_typed_is_read_back_word_for_word(sentence):
    for text in ("a:\n  asks:\n    de: [x]\n    en: []\n", "a:\n  asks:\n    de:\n      - x\n    en: []\n"):
        after = teach(tree_of(text), ("a", "asks"), "de", sentence)
        assert plain(tree_of(after).root)["a"]["asks"]["de"] == ["x", sentence]


@pytest.mark.parametrize("sentence", ["", "   ", "?!", "x" * (LONGEST + 1)])
def test_empty_and_endless_sentences_are_refused(sentence):
    with pytest.raises(TeachingRefused):
        teach(tree_of("a: {asks: {de: [x], en: []}}\n"), ("a", "asks"), "de", sentence)


@pytest.mark.parametrize("text", ["a: x\n", "a: {asks: x}\n", "a: {asks: {de: x, en: y}}\n", "a: {asks: {fr: [x]}}\n"])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(TeachingRefused):
        teach(tree_of(text), ("a", "asks"), "de", SENTENCE)


@pytest.fixture(scope="module")
def shipped():
    return read_content(ROOT).draft


def test_a_hundred_edits_of_the_shipped_files_change_one_place_each(shipped):
    content, pick = shipped.content, random.Random(20261122)
    targets = [f"{topic.id}.{aspect}" for topic in content.topics.values() for aspect in topic.answers]
    targets.extend(name for name in content.aspects if name not in content.intents)
    targets.extend(name for name in content.intents if name not in content.aspects)
    for number in range(100):
        lesson = lesson_for(pick.choice(targets), content)
        locale = pick.choice(LOCALES)
        sentence = pick.choice([f"satz nummer {number}", f'wie "neu" ist {number}?', f"it's: {number} ü, #{number}"])
        tree = shipped.trees[lesson.file]
        after = teach(tree, lesson.path, locale, sentence)
        assert added(tree.text, after) is not None
        values = plain(tree_of(after, lesson.file).root)
        for part in lesson.path:
            values = values[part]
        assert values[locale][-1] == sentence


def test_sentences_taught_one_after_the_other_all_stay(shipped):
    file = "knowledge/funding/weiterbildungsbonus.yaml"
    tree = shipped.trees[file]
    lesson = lesson_for("weiterbildungsbonus.amount", shipped.content)
    known = plain(tree.find(lesson.path))["de"]
    for number in range(20):
        tree = tree_of(teach(tree, lesson.path, "de", f"satz {number}"), file)
    assert plain(tree.find(lesson.path))["de"] == [*known, *(f"satz {number}" for number in range(20))]
    assert all(len(line) <= 120 for line in tree.text.splitlines() if re.search(r"satz \d", line))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("weiterbildungsbonsu.amount", "weiterbildungsbonus"),
        ("weiterbildungsbonus.amuont", "amount"),
        ("weiterbildungsbonus", "weiterbildungsbonus."),
        ("amuont", "amount"),
        ("thanx", "thanks"),
        ("", "There is no"),
        (".", "There is no"),
    ],
)
def test_an_unknown_target_is_refused_and_the_nearest_one_named(shipped, target, words):
    with pytest.raises(TeachingRefused, match=re.escape(words)):
        lesson_for(target, shipped.content)


def test_a_side_that_is_answered_by_another_one_is_taught_there(small):
    content = read_content(small).draft.content
    assert lesson_for("bonus.coverage", content).path == ("answers", "amount", "asks")


def test_a_side_of_the_module_block_is_taught_for_all_topics(small):
    with pytest.raises(TeachingRefused, match="lotse teach … cost"):
        lesson_for("vakuum.cost", read_content(small).draft.content)
