"""In which rooms of coordinators a case is shown."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.handoff.desk_places import rooms_of
from bot.model import CaseFacts, DeskRoom

ROOMS = (
    DeskRoom("x", "!a", frozenset({"a"})),
    DeskRoom("x", "!b", frozenset({"b"})),
    DeskRoom("x", "!rest", rest=True, elsewhere=frozenset({"a", "b"})),
)
CASE = CaseFacts(17, "open", 1, "a", "de", datetime(2026, 11, 23, tzinfo=UTC))
PEOPLE = {
    ("x", "!a"): frozenset({"anna", "both"}),
    ("x", "!b"): frozenset({"ben", "both"}),
    ("x", "!rest"): frozenset({"ole"}),
}


@pytest.mark.parametrize(
    ("changes", "rooms"),
    [
        ({}, "a"),
        ({"team": "unknown"}, "rest"),
        ({"alarm": "warned"}, "a"),
        ({"alarm": "breached"}, "a b"),
        ({"alarm": "lead"}, "a b"),
        ({"state": "claimed", "owner": "anna"}, "a"),
        ({"state": "claimed", "owner": "both"}, "a"),
        ({"state": "claimed", "owner": "ben"}, "a b"),
        ({"state": "waiting_employee", "owner": "ole"}, "a rest"),
        ({"state": "claimed", "owner": "somebody at the desk in the browser"}, "a"),
        ({"state": "resolved", "owner": "ole"}, "a"),
    ],
)
def test_a_case_is_shown_to_its_team_to_who_stands_in_and_to_its_owner_and_to_nobody_else(changes, rooms):
    expected = {("x", f"!{room}") for room in rooms.split()}
    assert rooms_of(replace(CASE, **changes), ROOMS, "b", PEOPLE) == expected


def test_without_a_room_it_is_shown_nowhere():
    assert rooms_of(CASE, (), "b", PEOPLE) == frozenset()
