"""Where a person can be answered without others reading along: the room of two they have with Lotse, or one that is made.

Whoever writes to Lotse in a room of two has one; it is remembered when they do. For somebody who only ever asked in a group a
room is made when there is something to say there, and not before: an invitation nobody needs is a nuisance. Until then, and
from then on, their address is their own id, so that their conversation has one address throughout.

What is remembered lies in the account data of Lotse's account, so it survives the folder.
"""

import asyncio
from typing import Any

from bot.channels.matrix.event_reading import id_of
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment
from bot.channels.matrix.rooms import MEGOLM, RoomBook

KIND = "io.lotse.directs"
MOST_BEFORE = 10
"""Rooms of one person that are remembered besides the one their address stands for now."""


class Directs:
    """The rooms of two. ``theirs`` are rooms people made, ``ours`` those that were made for an address that is a person.

    ``before``: rooms an address that is a person stood for before others came into them or the person left, the latest first. What
    was said there stands there still, and what the person says there belongs to the same conversation.
    """

    def __init__(self, homeserver: Homeserver, rooms: RoomBook, me: str, *, encrypted: bool) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._me = me
        self._encrypted = encrypted
        self._theirs: dict[str, str] = {}
        self._ours: dict[str, str] = {}
        self._before: dict[str, tuple[str, ...]] = {}
        self._changed = False
        self._keeping = asyncio.Lock()

    async def load(self) -> None:
        """Read what is remembered. Raises HomeserverError."""
        try:
            known = await self._homeserver.call("GET", self._path())
        except HomeserverError as error:
            if not error.absent:
                raise
            return
        self._theirs, self._ours = _rooms_in(known.get("theirs")), _rooms_in(known.get("ours"))
        self._before = _lines_in(known.get("before"))

    async def keep(self) -> None:
        """Remember what is new. Raises HomeserverError.

        One write after the other, for the latest one counts; what changes meanwhile is new again.
        """
        async with self._keeping:
            if not self._changed:
                return
            self._changed = False
            try:
                known = {"theirs": self._theirs, "ours": self._ours, "before": self._before}
                await self._homeserver.call("PUT", self._path(), known)
            except BaseException:
                self._changed = True
                raise

    def place_of(self, user: str) -> str:
        """The address under which this person is alone with Lotse."""
        return self._theirs.get(user, user)

    def address_of(self, room_id: str, user: str) -> str:
        """The address of a room of two with this person; a room they made is remembered as theirs."""
        if room_id in self.rooms_of(user):
            if self._ours.get(user) != room_id:  # they had left it, or others had come, and they are alone in it again
                self._stands_for(user, room_id)
            return user
        if user not in self._theirs and user not in self._ours:
            self._theirs[user] = room_id
            self._changed = True
        return room_id

    def known_as(self, room_id: str, user: str) -> str:
        """The address of a room for this person, whoever else is in it."""
        return user if room_id in self.rooms_of(user) else room_id

    def no_longer_of_two(self, room_id: str) -> None:
        """Others have come into this room, or Lotse was sent out of it: what concerns one person alone is not said there."""
        for user in [user for user, room in self._theirs.items() if room == room_id]:
            del self._theirs[user]
            self._changed = True

    def knows(self, user: str, room_id: str) -> bool:
        """Whether this is a room of two with this person, as far as is remembered."""
        return room_id == self._theirs.get(user) or room_id in self.rooms_of(user)

    def stays_alone(self, user: str, room_id: str) -> None:
        """They are alone with Lotse in a room in which somebody else's conversation stands; theirs is another one."""
        self._stands_for(user, room_id)

    def is_former(self, room_id: str, user: str) -> bool:
        """Whether the address of this person stood for this room once, and does so no longer."""
        return room_id in self._before.get(user, ())

    def left(self, user: str, room_id: str) -> None:
        """They have left this room."""
        if self._theirs.get(user) == room_id:
            del self._theirs[user]
            self._changed = True
        if self._ours.get(user) == room_id:
            self._stands_for(user, None)

    def known_room(self, address: str) -> str | None:
        """The room an address stands for, where there is one already."""
        return self._ours.get(address) if address.startswith("@") else address

    def rooms_of(self, address: str) -> tuple[str, ...]:
        """The rooms in which there is something that was said under this address, the one it stands for now first."""
        if not address.startswith("@"):
            return (address,)
        now = self._ours.get(address)
        return (*(() if now is None else (now,)), *self._before.get(address, ()))

    async def room_for(self, address: str) -> str:
        """The room an address stands for: itself, or the one with a person, made if need be. Raises HomeserverError."""
        if not address.startswith("@"):
            return address
        known = self._ours.get(address)
        if known is not None:
            room = await self._rooms.latest_if_any(known)
            if room is not None and {address, self._me} == set(room.members):
                return known
        self._stands_for(address, await self._make(address))
        await self.keep()
        return self._ours[address]

    def _stands_for(self, user: str, room_id: str | None) -> None:
        """The address of this person stands for another room from now on; None: for none, until one is needed."""
        before = tuple(each for each in self.rooms_of(user) if each != room_id)
        self._before.pop(user, None)
        self._ours.pop(user, None)
        if before:
            self._before[user] = before[:MOST_BEFORE]
        if room_id is not None:
            self._ours[user] = room_id
        self._changed = True

    async def _make(self, user: str) -> str:
        encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": MEGOLM}}
        wanted = {
            "preset": "trusted_private_chat",
            "is_direct": True,
            "invite": [user],
            "initial_state": [encryption] if self._encrypted else [],
        }
        room_id = id_of((await self._homeserver.call("POST", "/createRoom", wanted)).get("room_id"), "!")
        if room_id is None:
            raise HomeserverError("the homeserver made a room and did not say which")
        return room_id

    def _path(self) -> str:
        return f"/user/{segment(self._me)}/account_data/{KIND}"


def _rooms_in(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {user: room for user, room in pairs if id_of(user, "@") and id_of(room, "!")}


def _lines_in(value: Any) -> dict[str, tuple[str, ...]]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {user: tuple(each for each in rooms if id_of(each, "!")) for user, rooms in pairs if isinstance(rooms, list)}
