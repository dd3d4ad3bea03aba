"""Every measurement runs, on a tiny content and with a handful of messages, so that none rots between two real runs.

What the figures are is nobody's business here: speed is not tested, only that it is still measured.
"""

import json

import pytest

from bot.content.read import read_content
from bot.trained import load_trained
from tests.bench import (
    matching,
    question_sets,
    relay_speed,
    slack_speed,
    start_speed,
    throughput,
    understanding_speed,
    web_speed,
)
from tests.bench.figures import Figure, as_json, as_table, percentile
from tests.bench.grown import grown, mark_of
from tests.bench.lotse_process import Place
from tests.bench.matching import Row, split, write_rows
from tests.bench.understanding_speed import Size
from tests.conftest import TODAY
from tests.content.small_tree import write_tree

QUESTIONS = ("Wie viel gibt es beim Bonus?", "Was ist der Bonus?", "Ich möchte mit einem Menschen sprechen")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A small content, its cache, and a folder for everything else."""
    content = write_tree(tmp_path_factory.mktemp("content"))
    return Place(content, tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("folder"))


@pytest.fixture(scope="module")
def trained(place):
    return load_trained(place.content, place.cache / "lotse")


def measured(figures):
    """The figures by name, each of them a number."""
    found = {figure.name: figure.value for figure in figures}
    assert all(isinstance(value, int | float) for value in found.values()), found
    return found


def test_percentiles_are_values_that_were_measured():
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([7], 0.99) == 7


def test_figures_become_a_table_and_json():
    figures = [Figure("latency, p50", 12.345678, "ms", "of 3"), Figure("100x", "not possible", note="no memory")]
    assert as_table("web", figures).splitlines() == [
        "web",
        "  latency, p50          12.3 ms  of 3",
        "  100x          not possible     no memory",
    ]
    assert json.loads(json.dumps(as_json(figures))) == {
        "latency, p50": {"value": 12.3457, "unit": "ms", "note": "of 3"},
        "100x": {"value": "not possible", "note": "no memory"},
    }


@pytest.mark.parametrize("own_words", [False, True])
def test_a_grown_content_has_every_topic_so_many_times_under_names_of_its_own(place, own_words):
    content = read_content(place.content).content
    topics = [topic for topic in content.topics.values() if topic.kind == "topic"]
    larger = grown(content, 4, own_words=own_words)
    assert len(larger.topics) == len(content.topics) + 3 * len(topics)
    copies = [topic for topic in larger.topics.values() if topic.kind == "topic"]
    names = {name for topic in copies for name in topic.names["de"]}
    assert len(names) == 4 * len({name for topic in topics for name in topic.names["de"]})
    assert {"{rate}", "(https://example.org/bonus)"} <= {
        part
        for part in ("{rate}", "(https://example.org/bonus)")
        if part in larger.topics["bonus_1"].answers["amount"].text["de"]
    }, "facts and links stay as they are"
    assert grown(content, 1) is content
    assert len({mark_of(number) for number in range(1000)}) == 1000


def test_question_sets_are_counted(trained):
    found = measured(question_sets.figures(trained, TODAY, ["development"]))
    answers = [value for name, value in found.items() if name.startswith("development, singles: answers ")]
    assert sum(answers) == pytest.approx(100)
    assert "development, dialogues: answers right" in found


def test_the_parts_of_a_split_are_asked_once_and_never_learnt_at_the_same_time():
    rows = [Row(f"{label} {number}", label) for label in "abc" for number in range(7)]
    parts = list(split(rows))
    assert sorted(row.text for _, asked in parts for row in asked) == sorted(row.text for row in rows)
    assert all(set(learnt) | set(asked) == set(rows) and not set(learnt) & set(asked) for learnt, asked in parts)


def test_both_engines_are_compared(place, trained, tmp_path):
    own = measured(matching.own_examples(trained.content, tmp_path, parts=2))
    assert own["own, lotse match: train"] >= 0
    assert own["own, linear SVM: p50"] > 0
    learnt = [Row(f"{word} {label}", label) for label in ("bonus", "kurs") for word in ("wer", "wie", "was")]
    asked = [Row("wo bonus", "bonus"), Row("welcher kurs", "kurs"), Row("42", None)]
    train, test = (write_rows(rows, tmp_path / f"{name}.jsonl") for name, rows in (("few", learnt), ("asked", asked)))
    public = measured(matching.public_set(train, test))
    assert public["few, lotse match: accuracy"] == public["few, linear SVM: accuracy"] == 100
    assert 0 <= public["few, lotse match: AUROC, known or not"] <= 1


def test_understanding_is_timed_at_several_sizes(place):
    found = measured(understanding_speed.figures(place.content, (Size(1), Size(2, own_words=True)), passes=1, texts=3))
    assert found["1x: understand, p50"] <= found["1x: understand and turn, p50"]
    assert found["2x own words: latency grows, p99"] > 0


def test_starts_are_timed(place, tmp_path):
    found = measured(start_speed.figures(Place(place.content, tmp_path, tmp_path), QUESTIONS, times=1))
    assert found["lotse run until ready, cached"] < found["lotse run until first reply, cached"]


def test_the_web_chat_is_timed_and_weighed(place, trained):
    found = measured(web_speed.figures(place, QUESTIONS, timed=3, in_all=5))
    assert found["message to visible reply, p50"] <= found["message to visible reply, p99"]


def test_the_relay_is_timed_in_both_directions(place, trained):
    found = measured(relay_speed.figures(place, messages=8, cases=2, wish="person eins"))
    assert found["relay, never seen"] == 0
    for way in ("coordinator to employee", "employee to coordinator"):
        assert 0 < found[f"relay, {way}, p50"] <= found[f"relay, {way}, p95"]


def test_messages_are_carried_through_on_one_core(place, trained, tmp_path):
    figures = throughput.figures(tmp_path, place.content, place.cache / "lotse", messages=6, people=2, kinds=["sqlite"])
    assert measured(figures)["sqlite: delivered"] > 0


def test_an_answer_in_slack_is_timed_beside_the_least_an_app_can_do(place, node_tools):
    found = measured(slack_speed.figures(place, runs=1, messages=3))
    for who in ("echo", "Lotse"):
        assert 0 < found[f"slack, event to answer, {who}, p50"] <= found[f"slack, event to answer, {who}, p99"]
