"""A small sample of the hostile events; ``make drill`` reads all of them."""

from tests.drills.matrix_events import MATRIX_EVENTS


def test_a_sample_of_hostile_events(tmp_path):
    counts = MATRIX_EVENTS.run(600, 4711, tmp_path)
    assert MATRIX_EVENTS.failures(counts) == []
    assert counts["events"] == 600
    assert counts["said_back"] > 50
