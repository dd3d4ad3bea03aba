"""In which rooms of coordinators a case is shown. Pure.

Those of its team; once a promise is broken those of the team that stands in; and where its owner is in none of these, the
first room they are in, or somebody to whom a case was handed could not work it. Nobody else needs to know of it: a case that
is handed to another team disappears from the rooms of the former one.
"""

from collections.abc import Mapping, Sequence

from bot.model import BROKEN, UNFINISHED, CaseFacts, DeskRoom, StaffId

Place = tuple[str, str]
"""Channel and room."""


def place_of(room: DeskRoom) -> Place:
    """What tells one room from another."""
    return room.channel, room.room


def rooms_of(
    case: CaseFacts, rooms: Sequence[DeskRoom], deputy_team: str | None, people: Mapping[Place, frozenset[StaffId]]
) -> frozenset[Place]:
    """The places a case is shown at. ``people`` are the coordinators in each room, as far as they are known."""
    stands_in = deputy_team if case.alarm in BROKEN else None
    found = {
        place_of(room) for room in rooms if room.takes(case.team) or (stands_in is not None and room.takes(stands_in))
    }
    if case.owner is None or case.state not in UNFINISHED:
        return frozenset(found)
    theirs = [place_of(room) for room in rooms if case.owner in people.get(place_of(room), frozenset())]
    if theirs and not found.intersection(theirs):
        found.add(theirs[0])
    return frozenset(found)
