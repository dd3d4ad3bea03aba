"""Small samples of the desk's drills; ``make drill`` does all of them."""

import asyncio

import pytest

from tests.drills import claims, relay, takeovers
from tests.drills.claims import CLAIMS_SQLITE
from tests.drills.handoffs import HANDOFFS
from tests.drills.kill import run
from tests.drills.notes import NOTES
from tests.drills.relay import RELAY_SQLITE
from tests.drills.room_notes import ROOM_NOTES
from tests.drills.rooms_kill import ROOMS_SQLITE
from tests.drills.takeovers import TAKEOVERS_SQLITE

SEED = 11


@pytest.mark.parametrize(
    ("drill", "points", "something"),
    [
        (CLAIMS_SQLITE, 20, ("races",)),
        (TAKEOVERS_SQLITE, 20, ("dropped", "bot_sent_before")),
        (HANDOFFS, 7, ("cases",)),
        (NOTES, 20, ("notes", "done")),
        (ROOM_NOTES, 6, ("notes",)),
    ],
    ids=lambda given: getattr(given, "name", ""),
)
def test_a_sample_on_sqlite(drill, points, something, tmp_path):
    counts = drill.run(points, SEED, tmp_path)
    assert drill.failures(counts) == []
    assert all(counts[name] > 2 for name in something), "a drill in which nothing happens proves nothing"


def test_a_claim_race_between_four_workers(postgres_address):
    counts = asyncio.run(claims.run_on(postgres_address, 4, 12, SEED))
    assert CLAIMS_SQLITE.failures(counts) == []


def test_a_takeover_between_four_workers(postgres_address):
    counts = asyncio.run(takeovers.tries(postgres_address, 4, 8, SEED))
    assert TAKEOVERS_SQLITE.failures(counts) == []


def test_a_kill_during_the_relay_on_sqlite(tmp_path):
    counts = RELAY_SQLITE.run(6, SEED, tmp_path)
    assert RELAY_SQLITE.failures(counts) == []
    assert counts["in_flight"] >= 3, "a drill with nothing under way proves nothing"


def test_a_kill_while_a_case_is_worked_in_a_room(tmp_path):
    counts = ROOMS_SQLITE.run(1, SEED, tmp_path)
    assert ROOMS_SQLITE.failures(counts) == []
    assert counts["edits"], "a card that never changed proves nothing"


def test_a_kill_during_the_relay_on_postgresql(tmp_path, postgres):
    counts = run(2, SEED, tmp_path, lambda: postgres.address(postgres.new_database()), relay.RELAY)
    assert RELAY_SQLITE.failures(counts) == []
