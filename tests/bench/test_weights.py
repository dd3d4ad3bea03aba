"""The weights of the evidence are learnt from cases, and written where understanding reads them."""

import numpy as np
import pytest

from bot.dialogue.state import State
from bot.understanding import weights
from bot.understanding.weighing import KINDS, scores
from tests.bench.weights import EXPECTED, UNITS, Case, Problem, cases, first_right, present, unknown_sides, written


def case(right, **evidence):
    table = np.zeros((2, len(KINDS)))
    for kind, values in evidence.items():
        table[:, KINDS.index(kind)] = values
    return Case("a", "answer", table, np.zeros(2), np.asarray([right]), State())


def test_weights_are_learnt_that_put_the_right_readings_first():
    taught = [case(0, without_text=(1, 0), said=(0, 0.1))] * 40  # against everything that is expected
    learnt = Problem(taught).solved()
    assert first_right(taught, learnt) == {"answer": "40 of 40"}
    assert learnt.alone[KINDS.index("without_text")] > 0


def test_what_is_worth_something_only_beside_something_else_is_learnt_too():
    """*side* speaks for the right reading in long messages, and against it in short ones: no weight alone can say that."""
    taught = [case(0, side=(1, 0), long=1.0), case(1, side=(1, 0), long=0.0)] * 1_000
    learnt = Problem(taught).solved()
    assert first_right(taught, learnt) == {"answer": "2000 of 2000"}


def test_what_facts_cannot_teach_keeps_its_expected_weight():
    learnt = Problem([case(0, overview=(0, 1), said=(0.1, 0))] * 40).solved()
    assert learnt.alone[KINDS.index("overview")] == EXPECTED["overview"]
    assert not learnt.hidden[KINDS.index("overview")].any()


def test_every_expected_weight_is_one_of_a_kind_of_evidence_there_is():
    assert set(EXPECTED) <= set(KINDS)


def test_learnt_weights_are_written_as_they_are_read():
    read = {}
    exec(written(present()), read)  # the module as it would be written
    for name in ("ALONE", "HIDDEN", "OFFSETS", "WORTH"):
        assert read[name] == getattr(weights, name)
    assert {len(row) for row in read["HIDDEN"].values()} == {UNITS}


def test_what_is_learnt_is_weighed_as_understanding_weighs_it(trained):
    learnt = present()
    (found,) = unknown_sides(trained, 1, "de")
    assert learnt.scores(found.evidence) == pytest.approx(scores(found.evidence.astype(np.float32)), abs=1e-2)


def test_a_case_knows_which_readings_lead_to_the_right_reply(trained):
    first = next(cases(trained, ("beside.yaml",)))
    assert (first.id, first.expected) == ("b001.0", "clarify")  # it tells something, and asks nothing
    assert len(first.right) >= 1
