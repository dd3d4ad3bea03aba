"""Who coordinates, and where: the people of the staff file, and whoever is in a room of coordinators.

Asked of the platform and believed for five minutes. Somebody who is not found is looked for once more, so that who has just
joined need not wait. What cannot be looked up gives nobody any right. Where it is only a matter of who still is one (a case of
somebody who left goes back to the queue), the last answer counts until there is a new one, or a homeserver that is away would
scatter every case. The same goes for a single member whom the platform says nothing of just now.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.channels.channel import DeskChannel
from bot.content.definitions import Content
from bot.dialogue.desk_roles import coordinator_of, in_both
from bot.errors import ChannelError, NotThereYet
from bot.handoff.desk_places import Place, place_of
from bot.handoff.office import ReadIn
from bot.model import ALL_TEAMS, DeskRoom, RoomMember, RoomState, Staff, StaffId

log = structlog.get_logger(__name__)

BELIEVED_FOR = timedelta(minutes=5)

LinkedOn = Callable[[str], Awaitable[Mapping[str, StaffId]]]
"""Whose the linked accounts of a channel are, by the platform's id of the account."""


class Named(Protocol):
    """The people of the staff file."""

    @property
    def problem(self) -> str | None:
        """Why nobody may do anything; None when all is well."""
        ...

    def everybody(self) -> tuple[Staff, ...]:
        """All of them."""
        ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """``last`` is what was known last of each member who is still there."""

    state: RoomState
    at: datetime
    last: Mapping[str, RoomMember]


class RoomPeople:
    """Everybody who coordinates. ``rooms`` are the rooms of coordinators there are; none: the file alone counts."""

    def __init__(self, named: Named, rooms: Collection[DeskRoom], clock: Callable[[], datetime]) -> None:
        self.rooms = tuple(rooms)
        self._named = named
        self._clock = clock
        self._channels: dict[str, DeskChannel] = {}
        self._linked_on: LinkedOn | None = None
        self._links: dict[str, Mapping[str, StaffId]] = {}
        self._seen: dict[Place, _Seen] = {}

    def connect(self, channels: Iterable[DeskChannel], linked_on: LinkedOn) -> None:
        """From now on members can be looked up through these, and the accounts people linked through ``linked_on``."""
        self._channels = {channel.name: channel for channel in channels}
        self._linked_on = linked_on

    def may_sign_in(self, staff: StaffId) -> bool:
        """Whether this is somebody of the staff file, who has a place at the desk in the browser."""
        return any(one.id == staff for one in self._named.everybody())

    @property
    def problem(self) -> str | None:
        """Why it is not known who coordinates; None when it is."""
        if self._named.problem is not None:
            return self._named.problem
        for room in self.rooms:
            seen = self._seen.get(place_of(room))
            if seen is None:
                return f"nobody has been looked up yet in {room.room}"
            if not all(member.known for member in seen.last.values()):
                return f"it is not known of everybody in {room.room} who they are"
        return None

    def everybody(self) -> tuple[Staff, ...]:
        """The people of the file, and those whom a room alone makes coordinators, each with the teams of all their rooms.

        As they were known last.
        """
        known = {staff.id: staff for staff in self._named.everybody()}
        for room in self.rooms:
            for staff in self._of_room(room, ALL_TEAMS if room.rest else room.teams):
                before = known.get(staff.id)
                known[staff.id] = staff if before is None else in_both(before, staff)
        return tuple(known.values())

    def at(self) -> Mapping[Place, frozenset[StaffId]]:
        """The coordinators of each room, as they were known last."""
        return {place_of(room): frozenset(staff.id for staff in self._of_room(room, room.teams)) for room in self.rooms}

    async def coordinator(self, room: DeskRoom, external_user: str, content: Content) -> Staff | None:
        """Somebody in a room as a coordinator of its teams; None: they are none. Raises ChannelError: it is not known."""
        if self._named.problem is not None:
            raise ChannelError(self._named.problem)
        await self._read_links(room.channel)
        seen = await self._look(room)
        member = _member(seen.state, external_user)
        if seen.at < self._clock() and (member is None or not member.known):
            seen = await self._look(room, anew=True)
            member = _member(seen.state, external_user)
        if member is None:
            return None
        if not member.known:
            raise ChannelError(f"{room.channel} does not say who this member of {room.room} is")
        staff = self._staff_of(member, room, teams_of(room, content))
        return None if staff is None else standing_in(staff, content)

    async def coordinator_or_none(self, room: DeskRoom, external_user: str, content: Content) -> Staff | None:
        """The same where not knowing is as good as no: for what nobody needs an answer to."""
        try:
            return await self.coordinator(room, external_user, content)
        except ChannelError as error:
            log.warning("desk_role_unknown", channel=room.channel, reason=error.reason)
            return None

    async def present(self, room: DeskRoom, content: Content) -> Mapping[str, Staff]:
        """The coordinators of a room by their id on the platform. Raises ChannelError."""
        await self._read_links(room.channel)
        seen, teams = await self._look(room), teams_of(room, content)
        found: dict[str, Staff] = {}
        for member in seen.state.members:
            staff = self._staff_of(member, room, teams)
            if staff is not None:
                found[member.external_user] = staff
        return found

    async def is_encrypted(self, room: DeskRoom) -> bool:
        """Whether nobody but its members can read what stands in a room. Raises ChannelError."""
        return (await self._look(room)).state.encrypted

    def read_in(self, content: Content) -> Mapping[str, tuple[ReadIn, ...]]:
        """By team, on which platforms its cases are read, or will be as soon as Lotse is in the room, and whether encrypted."""
        found: dict[str, tuple[ReadIn, ...]] = {}
        for team in content.teams.values():
            for room in self.rooms:
                seen = self._seen.get(place_of(room))
                encrypted = None if seen is None else seen.state.encrypted
                if room.takes(team.id) and not (team.encrypted_only and encrypted is False):
                    found[team.id] = (*found.get(team.id, ()), (room.channel, encrypted))
        return found

    async def refresh(self) -> bool:
        """Look into every room whose answer is too old; one that cannot be looked into is left as it was.

        True when Lotse is about to come into one of them.
        """
        await self.read_links()
        return any([await self._look_if_possible(room) for room in self.rooms])

    async def look_again(self, room: DeskRoom) -> None:
        """Look into a room Lotse has just come into, whatever was known of it; if that fails it is left as it was."""
        await self._look_if_possible(room, anew=True)

    async def _look_if_possible(self, room: DeskRoom, *, anew: bool = False) -> bool:
        """Look into it, if possible; True when Lotse is about to come into it."""
        try:
            await self._look(room, anew=anew)
        except NotThereYet as error:
            log.info("desk_room_not_there_yet", channel=room.channel, room=room.room, reason=error.reason)
            return True
        except ChannelError as error:
            log.warning("desk_room_not_looked_up", channel=room.channel, room=room.room, reason=error.reason)
        return False

    async def read_links(self) -> None:
        """Look up who linked which account. Raises StoreUnavailable."""
        for channel in self._channels:
            await self._read_links(channel)

    async def _look(self, room: DeskRoom, *, anew: bool = False) -> _Seen:
        known, now = self._seen.get(place_of(room)), self._clock()
        if known is not None and not anew and now - known.at < BELIEVED_FOR:
            return known
        channel = self._channels.get(room.channel)
        if channel is None:
            raise ChannelError(f"{room.channel} is not connected")
        state = await channel.look_into(room.room)
        before = {} if known is None else known.last
        last = {one.external_user: one if one.known else before.get(one.external_user, one) for one in state.members}
        self._seen[place_of(room)] = seen = _Seen(state, now, last)
        return seen

    def _of_room(self, room: DeskRoom, teams: frozenset[str]) -> tuple[Staff, ...]:
        seen = self._seen.get(place_of(room))
        if seen is None:
            return ()
        found = (self._staff_of(member, room, teams) for member in seen.last.values())
        return tuple(staff for staff in found if staff is not None)

    def _staff_of(self, member: RoomMember, room: DeskRoom, teams: frozenset[str]) -> Staff | None:
        return coordinator_of(member, teams, self._linked(room.channel), self._least_power(room), room.channel)

    async def _read_links(self, channel: str) -> None:
        """Who linked which account: asked each time, for it is our own database. Raises StoreUnavailable."""
        if self._linked_on is not None:
            self._links[channel] = await self._linked_on(channel)

    def _linked(self, channel: str) -> Mapping[str, Staff]:
        named = {staff.id: staff for staff in self._named.everybody()}
        links = self._links.get(channel, {}).items()
        return {user: named[staff] for user, staff in links if staff in named}

    def _least_power(self, room: DeskRoom) -> int:
        channel = self._channels.get(room.channel)
        return 0 if channel is None else channel.least_power


def teams_of(room: DeskRoom, content: Content) -> frozenset[str]:
    """The teams whose cases are worked in a room."""
    return frozenset(team for team in content.teams if room.takes(team))


def standing_in(staff: Staff, content: Content) -> Staff:
    """The same person with the teams they stand in for once a promise is broken."""
    others = (team.id for team in content.teams.values() if team.deputy_team and staff.is_in(team.deputy_team))
    return replace(staff, stands_in=frozenset(others))


def _member(state: RoomState, external_user: str) -> RoomMember | None:
    return next((member for member in state.members if member.external_user == external_user), None)
