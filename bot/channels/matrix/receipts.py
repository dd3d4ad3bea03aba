"""Shows people that their messages were read: the latest one of each room, a moment after it came.

Not at once: a receipt wakes every client in the room, and the homeserver would carry it about while somebody waits for the answer.
"""

import asyncio
from collections.abc import Sequence

from bot.channels.matrix.directs import Directs
from bot.channels.matrix.homeserver import Homeserver, segment
from bot.channels.matrix.rooms import RoomBook
from bot.model import ExternalId, Incoming, SentFile, Utterance

AFTER_S = 0.5


class Receipts:
    """Remembers what was read until it is shown."""

    def __init__(self, homeserver: Homeserver, rooms: RoomBook, directs: Directs) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._directs = directs
        self._latest: dict[str, ExternalId] = {}

    def note(self, inputs: Sequence[Incoming]) -> bool:
        """Remember what was said; True when nothing was waiting to be shown, so that somebody has to ``show`` it."""
        nothing_waits = not self._latest
        said = [each for each in inputs if isinstance(each.input, Utterance | SentFile)]
        self._latest |= {each.address.room: each.external_id for each in said}
        return nothing_waits and bool(said)

    async def show(self) -> None:
        """Show it, a moment from now. Raises ChannelError; a receipt that is lost does no harm."""
        await asyncio.sleep(AFTER_S)
        latest, self._latest = self._latest, {}
        for address, event_id in latest.items():
            known = self._directs.known_room(address)
            if known is None:
                continue
            room = await self._rooms.latest_of(known)
            path = f"/rooms/{segment(room.id)}/receipt/m.read/{segment(event_id)}"
            await self._homeserver.call("POST", path, {}, patience_s=10)
