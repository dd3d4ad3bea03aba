"""Small samples of the desk's drills; ``make drill`` does all of them."""

import asyncio
from collections import Counter

import pytest
from hypothesis import strategies as st

from tests.drills import claims, relay, takeovers
from tests.drills.claims import CLAIMS_SQLITE
from tests.drills.handoffs import HANDOFFS
from tests.drills.kill import run
from tests.drills.notes import NOTES
from tests.drills.relay import RELAY_SQLITE
from tests.drills.room_notes import ROOM_NOTES
from tests.drills.rooms_kill import ROOMS_SQLITE
from tests.drills.stage import take_in
from tests.drills.takeovers import TAKEOVERS_SQLITE
from tests.drills.whispers import MARKER, marked, tell_many

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


async def careless(database, number, sequence):
    """Lets something slip in every fourth sequence."""
    await take_in(database, marked(MARKER, number) if number % 4 == 2 else "Hallo", user="somebody")
    return Counter()


def test_what_is_let_slip_is_found_and_named(tmp_path):
    counts = tell_many(7, SEED, tmp_path, st.integers(), careless, look_every=5)
    assert (counts["sequences"], counts["leaks"]) == (7, 2)
    assert counts["first_leak"].startswith("(2, ")


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
