"""The development set, asked and counted: a floor under each figure, so that a change cannot lower it unseen.

The floors lie a little below what was measured last; who raises a figure raises its floor.
"""

from collections import Counter

import pytest

from bot.app import suggestions
from bot.model import Utterance
from bot.rehearsal import Rehearsal, noon
from tests.bench.questions import judge_dialogues, judge_singles
from tests.conftest import TODAY


@pytest.fixture(scope="module")
def singles(trained):
    return judge_singles(trained, TODAY)


def share(judged, expected, outcome):
    wanted = [j for j in judged if j.expected == expected]
    return Counter(j.outcome for j in wanted)[outcome] / len(wanted)


@pytest.mark.parametrize(
    ("expected", "outcome", "least", "most"),
    [
        ("answer", "right", 0.70, 1.0),
        ("answer", "wrong", 0.0, 0.15),
        ("answer", "clarified", 0.0, 0.12),
        ("off_topic", "false answer", 0.0, 0.10),
        ("handoff", "right", 0.85, 1.0),
    ],
)
def test_the_development_set_keeps_its_figures(singles, expected, outcome, least, most):
    assert least <= share(singles, expected, outcome) <= most


def test_the_dialogues_keep_their_figures(trained):
    judged = judge_dialogues(trained, TODAY)
    assert share(judged, "answer", "right") >= 0.45
    assert share(judged, "answer", "wrong") <= 0.32


@pytest.mark.parametrize("locale", ["de", "en"])
def test_every_question_to_begin_with_is_answered(trained, locale):
    questions = suggestions(trained.content, locale)
    assert len(questions) == 4
    for question in questions:
        rehearsal = Rehearsal(trained.content, trained.reader, iter(range(1, 9)))
        turn = rehearsal.take(Utterance(question), noon(TODAY))
        assert turn.decision == "answer", question
        assert turn.state.locale == locale
