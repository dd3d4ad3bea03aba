"""Small samples of the drills on Matrix; ``make drill`` does all of them."""

from tests.drills.matrix_events import MATRIX_EVENTS
from tests.drills.matrix_injection import MATRIX_INJECTION
from tests.drills.matrix_kill import MATRIX_KILL, kill_often


def test_a_sample_of_hostile_events(tmp_path):
    counts = MATRIX_EVENTS.run(600, 4711, tmp_path)
    assert MATRIX_EVENTS.failures(counts) == []
    assert counts["events"] == 600
    assert counts["said_back"] > 50


def test_hostile_texts_call_nobody_and_hide_no_host(tmp_path):
    counts = MATRIX_INJECTION.run(MATRIX_INJECTION.points, 4711, tmp_path)
    assert MATRIX_INJECTION.failures(counts) == []
    assert counts["texts"] == 500


async def test_a_sample_of_kills(homeserver, node_tools, tmp_path):
    counts = await kill_often(2, 4711, tmp_path, homeserver, node_tools)
    assert counts["asked"] == 12
    assert [counts[key] for key in MATRIX_KILL.zero] == [0, 0, 0]
