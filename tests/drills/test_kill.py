"""A small sample of the drill; ``make drill`` does all of it."""

from tests.drills.kill import KILL_POSTGRES, KILL_SQLITE, run

SEED = 7


def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing_on_sqlite(tmp_path):
    counts = KILL_SQLITE.run(6, SEED, tmp_path)
    assert KILL_SQLITE.failures(counts) == []
    assert counts["in_flight"] >= 3, "a drill with nothing under way proves nothing"


def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing_on_postgresql(tmp_path, postgres):
    counts = run(2, SEED, tmp_path, lambda: postgres.address(postgres.new_database()))
    assert KILL_POSTGRES.failures(counts) == []
