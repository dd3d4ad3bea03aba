"""Where a person can be answered without others reading along: the room of two they have with Lotse, or one that is made.

Whoever writes to Lotse in a room of two has one; it is remembered when they do. For somebody who only ever asked in a group a
room is made when there is something to say there, and not before: an invitation nobody needs is a nuisance. Until then, and
from then on, their address is their own id, so that their conversation has one address throughout.

Who leaves a room in which their case goes on has not given the case up: the conversation follows them to the next room of two they
write in, or to one that is made when there is something to say.

What is remembered lies in the account data of Lotse's account, so it survives the folder.
"""

from typing import Any

from bot.channels.matrix.event_reading import id_of
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment
from bot.channels.matrix.rooms import MEGOLM, RoomBook

KIND = "io.lotse.directs"


class Directs:
    """The rooms of two. ``theirs`` are rooms people made, ``ours`` those that were made for an address that is a person.

    ``awaited``: the address of a conversation that goes on wherever its person is next alone with Lotse, for they have left its
    room; ``moved``: the room in which the conversation of an address goes on since then.
    """

    def __init__(self, homeserver: Homeserver, rooms: RoomBook, me: str, *, encrypted: bool) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._me = me
        self._encrypted = encrypted
        self._theirs: dict[str, str] = {}
        self._ours: dict[str, str] = {}
        self._awaited: dict[str, str] = {}
        self._moved: dict[str, str] = {}
        self._changed = False

    async def load(self) -> None:
        """Read what is remembered. Raises HomeserverError."""
        try:
            known = await self._homeserver.call("GET", self._path())
        except HomeserverError as error:
            if not error.absent:
                raise
            return
        self._theirs, self._ours = _pairs_in(known.get("theirs")), _pairs_in(known.get("ours"))
        self._awaited, self._moved = _pairs_in(known.get("awaited")), _pairs_in(known.get("moved"))

    async def keep(self) -> None:
        """Remember what is new. Raises HomeserverError."""
        if self._changed:
            known = {"theirs": self._theirs, "ours": self._ours, "awaited": self._awaited, "moved": self._moved}
            await self._homeserver.call("PUT", self._path(), known)
            self._changed = False

    def place_of(self, user: str) -> str:
        """The address under which this person is alone with Lotse."""
        return self._awaited.get(user) or self._theirs.get(user, user)

    def address_of(self, room_id: str, user: str) -> str:
        """The address of a room of two with this person; a room they made is remembered as theirs."""
        address = self.known_as(room_id, user)
        if address != user and user not in self._theirs and user not in self._ours:
            self._theirs[user] = address
            self._changed = True
        return address

    def known_as(self, room_id: str, user: str) -> str:
        """The address of a room for this person, whoever else is in it."""
        moved = next((address for address, room in self._moved.items() if room == room_id), None)
        return moved or (user if self._ours.get(user) == room_id else room_id)

    def no_longer_of_two(self, room_id: str) -> None:
        """Others have come into this room: what concerns one person alone is not said there."""
        for user in [user for user, address in self._theirs.items() if address == self.known_as(room_id, user)]:
            del self._theirs[user]
            self._changed = True

    def left(self, user: str, room_id: str, *, goes_on: bool) -> None:
        """They have left this room. ``goes_on``: a case is not finished there, and follows them to their next one."""
        address = self.known_as(room_id, user)
        if self._theirs.get(user) == address:
            del self._theirs[user]
        if self._ours.get(user) == room_id:
            del self._ours[user]
        if self._moved.get(address) == room_id:
            del self._moved[address]
        if goes_on and address not in self._moved:  # else they have long gone on elsewhere, and this is read once more
            self._awaited[user] = address
        self._changed = True

    def awaited(self, user: str) -> str | None:
        """The address of a conversation whose room this person has left, and which is to follow them."""
        return self._awaited.get(user)

    def known_room(self, address: str) -> str | None:
        """The room an address stands for, where there is one already."""
        if address in self._moved:
            return self._moved[address]
        return self._ours.get(address) if address.startswith("@") else address

    async def room_for(self, address: str) -> str:
        """The room an address stands for: itself, or the one with a person, made if need be. Raises HomeserverError."""
        waiting = next((user for user, awaited in self._awaited.items() if awaited == address), None)
        if waiting is not None:
            self.goes_on(waiting, await self._make(waiting))
            await self.keep()
        if address in self._moved or not address.startswith("@"):
            return self._moved.get(address, address)
        known = self._ours.get(address)
        if known is not None:
            room = await self._rooms.get(known)
            if address in room.members:
                return known
        self._ours[address] = await self._make(address)
        self._changed = True
        await self.keep()
        return self._ours[address]

    def goes_on(self, user: str, room_id: str) -> None:
        """What is awaited goes on with its person in this room, which may be the one they had left."""
        address = self._awaited.pop(user)
        if room_id != address:
            self._moved[address] = room_id
        if not address.startswith("@"):
            self._theirs[user] = address
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


def _pairs_in(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {key: each for key, each in pairs if _is_address(key) and _is_address(each)}


def _is_address(value: Any) -> bool:
    return (id_of(value, "@") or id_of(value, "!")) is not None
