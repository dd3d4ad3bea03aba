"""The weights of the evidence are learnt from cases, and written where understanding reads them."""

from pathlib import Path

import numpy as np

from bot.understanding import weights
from bot.understanding.weighing import KINDS
from tests.bench.weights import EXPECTED, Case, first_right, learn, write


def test_weights_are_learnt_that_put_the_right_readings_first():
    def case(right, **evidence):
        table = np.zeros((2, len(KINDS)))
        for kind, values in evidence.items():
            table[:, KINDS.index(kind)] = values
        return Case("a", "answer", table, np.zeros(2), np.asarray([right]))

    taught = [case(0, without_text=(1, 0), said=(0, 0.1))] * 40  # against everything that is expected
    learnt = learn(taught, ridge=0.1)
    assert first_right(taught, learnt) == {"answer": "40 of 40"}
    assert learnt[KINDS.index("without_text")] > 0
    assert learnt[KINDS.index("overview")] == EXPECTED["overview"]


def test_every_expected_weight_is_one_of_a_kind_of_evidence_there_is():
    assert set(EXPECTED) <= set(KINDS)


def test_learnt_weights_are_put_where_they_are_read(tmp_path):
    module = tmp_path / "weights.py"
    module.write_text(Path(weights.__file__).read_text("utf-8"), "utf-8")
    write(np.arange(len(KINDS), dtype=float), module)
    read: dict[str, dict[str, float]] = {}
    exec(module.read_text("utf-8"), read)  # the module just written
    found = {**read["ANSWER_WEIGHTS"], **read["INTENT_WEIGHTS"], **read["NOTHING_WEIGHTS"]}
    assert list(found.values()) == list(range(len(KINDS)))
