"""What has to be known of a room: who is in it, whether it is encrypted, and where it moved to.

Fetched when a room is first spoken in, then kept up to date by the state that arrives with every sync. After a gap it is
fetched anew, because a gap may hide who left: keys must not go to somebody who is gone. Nothing of it is stored.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from bot.channels.matrix.event_reading import id_of
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment
from bot.model import RoomMember, RoomState

MOST_ROOMS = 2_000
"""Rooms that are remembered at the same time; others are fetched again when they are spoken in."""
MEGOLM = "m.megolm.v1.aes-sha2"
ABOVE_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a room, or invited."""

    joined: bool
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A room as its state says."""

    id: str
    members: Mapping[str, Member] = field(default_factory=dict)
    algorithm: str | None = None
    successor: str | None = None
    predecessor: str | None = None
    levels: Mapping[str, int] = field(default_factory=dict)
    usual_level: int = 0
    creators: frozenset[str] = frozenset()
    """Who has more power than anybody, which the list of levels does not say."""

    @property
    def encrypted(self) -> bool:
        """Whether what is said here is encrypted. Once it is, it stays so, whatever a later event says."""
        return self.algorithm is not None

    @property
    def direct(self) -> bool:
        """Whether it is between two: whoever writes here writes to the other one."""
        return len(self.members) <= 2

    def joined(self) -> tuple[str, ...]:
        """Who is in it."""
        return tuple(user for user, member in self.members.items() if member.joined)

    def readers(self) -> tuple[str, ...]:
        """Who must be able to read what is said now: also those who are invited and join later."""
        return tuple(self.members)

    def level_of(self, user: str) -> int:
        """The power level of somebody."""
        return ABOVE_ALL if user in self.creators else self.levels.get(user, self.usual_level)


def with_state(room: Room, events: Iterable[Any]) -> Room:
    """The room after these state events; what is malformed changes nothing."""
    members = dict(room.members)
    for event in events:
        if not isinstance(event, Mapping) or not isinstance(event.get("state_key"), str):
            continue
        content = event.get("content")
        if not isinstance(content, Mapping):
            continue
        key = event["state_key"]
        match event.get("type"):
            case "m.room.member" if id_of(key, "@"):
                name = content.get("displayname")
                if content.get("membership") in ("join", "invite"):
                    joined = content["membership"] == "join"
                    members[key] = Member(joined, name[:200] if isinstance(name, str) else None)
                else:
                    members.pop(key, None)
            case "m.room.encryption" if key == "":
                algorithm = content.get("algorithm")
                room = replace(
                    room, algorithm=algorithm if isinstance(algorithm, str) else (room.algorithm or "unknown")
                )
            case "m.room.tombstone" if key == "":
                room = replace(room, successor=id_of(content.get("replacement_room"), "!"))
            case "m.room.create" if key == "":
                room = replace(room, predecessor=_predecessor(content), creators=_creators(event, content))
            case "m.room.power_levels" if key == "":
                room = replace(
                    room, levels=_levels(content.get("users")), usual_level=_level(content.get("users_default"))
                )
    return replace(room, members=members)


def _predecessor(content: Mapping[str, Any]) -> str | None:
    before = content.get("predecessor")
    return id_of(before.get("room_id"), "!") if isinstance(before, Mapping) else None


def _creators(event: Mapping[str, Any], content: Mapping[str, Any]) -> frozenset[str]:
    """Who made the room, where that gives power: from version 12 on (specification, *Room version 12*)."""
    version, more = content.get("room_version"), content.get("additional_creators")
    if not isinstance(version, str) or not version.isascii() or not version.isdigit() or int(version) < 12:
        return frozenset()
    named = [event.get("sender"), *(more if isinstance(more, list) else ())]
    return frozenset(each for each in named if isinstance(each, str) and id_of(each, "@"))


def _levels(users: Any) -> Mapping[str, int]:
    return {user: _level(level) for user, level in users.items()} if isinstance(users, Mapping) else {}


def _level(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def desk_state(room: Room, me: str) -> RoomState:
    """A room of coordinators as the desk wants to know it; Lotse itself is none."""
    members = (
        RoomMember(user, member.name, room.level_of(user), member.joined)
        for user, member in room.members.items()
        if user != me
    )
    return RoomState(tuple(members), room.encrypted)


class RoomBook:
    """The rooms Lotse is in, as far as they have been needed."""

    def __init__(self, homeserver: Homeserver) -> None:
        self._homeserver = homeserver
        self._rooms: OrderedDict[str, Room] = OrderedDict()
        self._fetching: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._overtaken: set[str] = set()

    async def get(self, room_id: str) -> Room:
        """The room. Raises HomeserverError, also when Lotse is not in it."""
        async with self._fetching.setdefault(room_id, asyncio.Lock()):
            known = self._rooms.get(room_id)
            if known is None:
                known = await self._as_it_is(room_id)
                self._rooms[room_id] = known
            self._rooms.move_to_end(room_id)
            while len(self._rooms) > MOST_ROOMS:
                self._rooms.popitem(last=False)
            return known

    def update(self, room_id: str, events: Iterable[Any]) -> None:
        """State that arrived for this room; a room that is not remembered is fetched whole when it is needed."""
        state = [each for each in events if isinstance(each, Mapping) and "state_key" in each]
        known = self._rooms.get(room_id)
        if known is not None:
            self._rooms[room_id] = with_state(known, state)
        elif state:
            self.forget(room_id)

    def forget(self, room_id: str) -> None:
        """Fetch this room anew when it is next needed; if it is being fetched, once more."""
        self._rooms.pop(room_id, None)
        if room_id in self._fetching:
            self._overtaken.add(room_id)

    async def continues(self, room_id: str) -> bool:
        """Whether a room says that it continues another one. Raises HomeserverError.

        Nothing is remembered of it: Lotse may be making it at this moment, and whom it invites would not be known.
        """
        known = self._rooms.get(room_id)
        if known is not None:
            return known.predecessor is not None
        path = f"/rooms/{segment(room_id)}/state/m.room.create"
        return _predecessor(await self._homeserver.call("GET", path)) is not None

    async def before(self, room_id: str) -> tuple[str, ...]:
        """This room and those it continues, through all upgrades, the first one last: there a conversation keeps its address.

        A new room may claim any predecessor, so it counts only when that room itself says that it moved here.
        """
        current = await self.get(room_id)
        line = [current.id]
        while current.predecessor is not None and current.predecessor not in line:
            before = await self._unless_elsewhere(current.predecessor)
            if before is None or before.successor != current.id:
                break
            line.append(before.id)
            current = before
        return tuple(line)

    async def after(self, room_id: str) -> tuple[str, ...]:
        """This room and those it has become, through all upgrades Lotse has followed, the latest one last."""
        current = await self.get(room_id)
        line = [current.id]
        while current.successor is not None and current.successor not in line:
            following = await self._unless_elsewhere(current.successor)
            if following is None or following.predecessor != current.id:
                break
            line.append(following.id)
            current = following
        return tuple(line)

    async def latest_of(self, room_id: str) -> Room:
        """The room this one has become, through all upgrades Lotse has followed."""
        return await self.get((await self.after(room_id))[-1])

    async def latest_if_any(self, room_id: str) -> Room | None:
        """The same; None where the homeserver says nothing of it to Lotse, as when it was deleted there."""
        known = await self._unless_elsewhere(room_id)
        return None if known is None else await self.latest_of(room_id)

    async def has_yet_to_come(self, user: str, room: Room) -> bool:
        """Whether somebody who is not in this room is in one it continues, and never was in this one. Raises HomeserverError."""
        earlier = [await self.get(room_id) for room_id in (await self.before(room.id))[1:]]
        if not any(user in each.members for each in earlier):
            return False
        try:
            await self._homeserver.call("GET", f"/rooms/{segment(room.id)}/state/m.room.member/{segment(user)}")
        except HomeserverError as error:
            if not error.absent:
                raise
            return True
        return False  # they were there, and left

    async def _unless_elsewhere(self, room_id: str) -> Room | None:
        """The room; None where Lotse never was, is not yet, or may not know of it any more."""
        try:
            return await self.get(room_id)
        except HomeserverError as error:
            if not error.permanent:
                raise
            return None

    async def _as_it_is(self, room_id: str) -> Room:
        """The room as the homeserver says; asked anew where something became of it meanwhile that the answer need not know."""
        while True:
            self._overtaken.discard(room_id)
            room = await self._fetch(room_id)
            if room_id not in self._overtaken:
                return room

    async def _fetch(self, room_id: str) -> Room:
        path = f"/rooms/{segment(room_id)}/state"
        return with_state(Room(room_id), await self._homeserver.call_list("GET", path))
