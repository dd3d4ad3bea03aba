"""By which address a conversation in a room is known, through upgrades of the room and for people Lotse is alone with."""

from bot.channels.matrix.directs import Directs
from bot.channels.matrix.homeserver import HomeserverError
from bot.channels.matrix.rooms import Room, RoomBook


class RoomAddresses:
    """Finds them. ``desk_rooms`` are the rooms of coordinators, as the settings name them."""

    def __init__(self, rooms: RoomBook, directs: Directs, desk_rooms: frozenset[str]) -> None:
        self._rooms = rooms
        self._directs = directs
        self._desk_rooms = desk_rooms

    async def room(self, room_id: str) -> Room | None:
        """The room; None when Lotse is no longer in it. Raises HomeserverError."""
        try:
            return await self._rooms.get(room_id)
        except HomeserverError as error:
            if not error.permanent:
                raise
            return None

    async def known_as(self, room_id: str) -> str:
        """The id a room is addressed by, through all upgrades: of a room of coordinators the one in the settings, else the first.

        The settings may name any of them: the one a room began with, or the one it has become.
        """
        before = await self._rooms.before(room_id)
        if self._desk_rooms and not self._desk_rooms.intersection(before):
            before = (*await self._rooms.after(room_id), before[-1])
        return next((known for known in before if known in self._desk_rooms), before[-1])

    def is_desk(self, known_as: str) -> bool:
        """Whether coordinators work in the room with this address."""
        return known_as in self._desk_rooms

    def place_in(self, room: Room, user: str, known_as: str) -> str:
        """The address of what this person says in this room."""
        return self._directs.address_of(known_as, user) if room.direct and not self.is_desk(known_as) else known_as

    def alone_with(self, room: Room, user: str, known_as: str) -> str | None:
        """The address where this person can be answered without others reading along; None: that is where they wrote."""
        return None if room.direct and not self.is_desk(known_as) else self._directs.place_of(user)

    def left(self, user: str, room_id: str) -> None:
        """They have left this room."""
        self._directs.left(user, room_id)
