"""Where something is said, and who it is that says it: rooms, the people on a platform, the staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.ids import AbsenceId, StaffId


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a channel where messages appear; one conversation lives at one address."""

    channel: str
    room: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """A room of a chat platform in which coordinators work cases, and the teams whose cases they are.

    ``rest``: also those of every team that has no room of its own on this platform; ``elsewhere`` are those that have.
    """

    channel: str
    room: str
    teams: frozenset[str] = frozenset()
    rest: bool = False
    elsewhere: frozenset[str] = frozenset()

    def takes(self, team: str) -> bool:
        """Whether the cases of this team are worked here."""
        return team in self.teams or (self.rest and team not in self.elsewhere)


@dataclass(frozen=True, slots=True)
class RoomMember:
    """Somebody in a room of coordinators. ``power`` is 0 where the platform knows no levels.

    ``known``: False when the platform does not say just now who this is; such a member has no right, and has not left.
    """

    external_user: str
    display_name: str | None = None
    power: int = 0
    joined: bool = True
    known: bool = True


@dataclass(frozen=True, slots=True)
class RoomState:
    """A room of coordinators as the platform says it is. ``encrypted``: nobody but its members can read what stands there.

    ``with_lotse``: Lotse is in it; some platforms say who is in a room it cannot write to.
    """

    members: tuple[RoomMember, ...]
    encrypted: bool = False
    with_lotse: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one platform. A person is (channel, external user id); people are never merged across channels."""

    channel: str
    external_user: str
    display_name: str | None = None


Role = Literal["coordinator", "admin"]
ROLES: tuple[Role, ...] = ("coordinator", "admin")

ALL_TEAMS = frozenset({"*"})
"""Stands for every team there is, also for those that are added later."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the desk or on the content. ``teams`` are ids of teams, or ``ALL_TEAMS``.

    ``stands_in``: teams whose cases are theirs too once a promise is broken; it follows from the content, not from a file.
    ``leads``: teams of theirs in which they are told when a promise stays broken.
    ``channel``: the platform of which a room alone makes them a coordinator; empty: they are in the staff file.
    """

    id: StaffId
    name: str
    roles: frozenset[Role]
    teams: frozenset[str] = frozenset()
    email: str | None = None
    stands_in: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    channel: str = ""

    def is_in(self, team: str) -> bool:
        """Whether this person takes the cases of this team."""
        return team in self.teams or self.teams == ALL_TEAMS

    def is_lead_of(self, team: str) -> bool:
        """Whether this person leads the team."""
        return team in self.leads or self.leads == ALL_TEAMS


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody of the staff is away from ``since`` until ``until`` and then back without a word; aware UTC.

    ``deputy`` answers meanwhile; None: nobody does. ``id`` is None until it is stored.
    """

    staff: StaffId
    since: datetime
    until: datetime
    deputy: StaffId | None = None
    id: AbsenceId | None = None


AbsenceRefusal = Literal["ends_first", "own_deputy", "overlaps", "circle"]
"""Why an absence is not taken: it ends before it begins, names the person as their own deputy, overlaps another one of
the same person, or would send cases in a circle."""
