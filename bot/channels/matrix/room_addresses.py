"""By which address a conversation in a room is known, through upgrades of the room and for people Lotse is alone with."""

from dataclasses import dataclass

from bot.channels.matrix.directs import Directs
from bot.channels.matrix.homeserver import HomeserverError
from bot.channels.matrix.matrix_settings import NAME
from bot.channels.matrix.message_places import MessagePlaces
from bot.channels.matrix.rooms import Room, RoomBook
from bot.model import Address


@dataclass(frozen=True, slots=True)
class Place:
    """A room as it concerns somebody, and the id it is addressed by. ``at_desk``: coordinators work there.

    ``between_two``: whether they are alone with Lotse there. Who has gone since is counted: there they said it.
    """

    room: Room
    known_as: str
    at_desk: bool
    between_two: bool


class RoomAddresses:
    """Finds them. ``desk_rooms`` are the rooms of coordinators, as the settings name them."""

    def __init__(self, rooms: RoomBook, directs: Directs, desk_rooms: frozenset[str], places: MessagePlaces) -> None:
        self._rooms = rooms
        self._directs = directs
        self._desk_rooms = desk_rooms
        self._places = places

    async def place(self, room_id: str, user: str | None = None) -> Place | None:
        """The room as it concerns this person, and how it is known; None when Lotse is not in it. Raises HomeserverError."""
        try:
            room = await self._rooms.get(room_id)
        except HomeserverError as error:
            if not error.permanent:
                raise
            return None
        known_as = await self._known_as(room_id)
        at_desk = known_as in self._desk_rooms
        there = set(room.members) if user is None else {*room.members, user}
        return Place(room, known_as, at_desk, between_two=not at_desk and len(there) <= 2)

    async def of_coordinators(self, room_id: str) -> Place | None:
        """The room of coordinators Lotse has just come into, or what one has become; None: it is none. Raises HomeserverError.

        Where no coordinators work, nothing is asked.
        """
        if not self._desk_rooms or not (room_id in self._desk_rooms or await self._continues(room_id)):
            return None
        place = await self.place(room_id)
        return place if place is not None and place.at_desk else None

    async def _continues(self, room_id: str) -> bool:
        try:
            return await self._rooms.continues(room_id)
        except HomeserverError as error:
            if not error.permanent:
                raise
            return False

    def address(self, place: Place, user: str, thread: str | None = None) -> Address:
        """The address of what this person says there."""
        alone = place.between_two and user in place.room.members
        known = self._directs.address_of if alone else self._directs.known_as
        return Address(NAME, known(place.known_as, user), thread)

    def stands_there(self, place: Place, thread: str) -> None:
        """An event of this room says that the thread begins in it. What else is known of a thread may be of a room before it."""
        self._places.note(place.room.id, thread)

    def alone_with(self, place: Place, user: str) -> str | None:
        """The address where this person can be answered without others reading along; None: that is where they wrote."""
        return None if place.between_two else self._directs.place_of(user)

    def others_came(self, place: Place) -> None:
        """In this room nobody is alone with Lotse any more."""
        self._directs.no_longer_of_two(place.known_as)

    def knows(self, user: str, place: Place) -> bool:
        """Whether it is known that this person is alone with Lotse there, and under which address."""
        return self._directs.knows(user, place.known_as)

    def stays_alone(self, user: str, place: Place) -> None:
        """They are alone with Lotse where somebody else's conversation stands: what they say is at an address of their own."""
        self._directs.stays_alone(user, place.known_as)

    def is_former(self, place: Place, user: str) -> bool:
        """Whether another room has taken the place of this one for this person: what is for them is said there."""
        return self._directs.is_former(place.known_as, user)

    def left(self, user: str, place: Place) -> None:
        """They have left this room."""
        self._directs.left(user, place.known_as)

    async def _known_as(self, room_id: str) -> str:
        """The id a room is addressed by, through all upgrades: of a room of coordinators the one in the settings, else the first.

        The settings may name any of them: the one a room began with, or the one it has become.
        """
        before = await self._rooms.before(room_id)
        if self._desk_rooms and not self._desk_rooms.intersection(before):
            before = (*await self._rooms.after(room_id), before[-1])
        return next((known for known in before if known in self._desk_rooms), before[-1])
