"""In which room a message stands: a room that moves leaves its messages behind, and with them the threads they begin.

A conversation keeps the address of the room it began in, so the room that is spoken in says nothing about a message of it. What
was said or sent lately is known; of anything else the server is asked, once.
"""

from bot.channels.matrix.own_messages import Recent
from bot.channels.matrix.rooms import Room
from bot.channels.matrix.single_events import SingleEvents


class MessagePlaces:
    """Knows or finds out where they stand."""

    def __init__(self, events: SingleEvents) -> None:
        self._events = events
        self._known = Recent()

    def note(self, room_id: str, event_id: str) -> None:
        """This message stands in this room."""
        self._known.keep(_key(room_id, event_id))

    async def holds(self, room: Room, known_as: str, event_id: str) -> bool:
        """Whether the message stands in the room, which is spoken in under this address. Raises HomeserverError."""
        if room.id == known_as and room.predecessor is None:  # all that was ever said there stands there
            return True
        key = _key(room.id, event_id)
        known: bool | None = self._known.get(key)
        if known is None:
            known = await self._events.fetched(room.id, event_id) is not None
        self._known.keep(key, known)
        return known


def _key(room_id: str, event_id: str) -> str:
    return f"{room_id} {event_id}"
