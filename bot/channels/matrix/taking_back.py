"""A message is taken back with everything it ever said: each change of it is an event of its own, which anybody can go on reading.

The changes go first. Of a message that is gone the server no longer tells which they were, so that a stop in between would leave
them; this way whatever is left is found when the delivery comes again.
"""

from bot.channels.matrix.event_reading import event_id_of, items_of
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment

CHANGES_AT_ONCE = 100


class TakingBack:
    """Redacts our own events. ``me``: our own id."""

    def __init__(self, me: str, homeserver: Homeserver) -> None:
        self._me = me
        self._homeserver = homeserver

    async def take_back(self, room_id: str, event_id: str, transaction: str) -> None:
        """Redact the event, and before it all changes of it. Raises HomeserverError."""
        for change in await self._changes_of(room_id, event_id):
            # Its own id in it: when this is tried again, the changes that are left have other numbers.
            await self._redact(room_id, change, f"{transaction}.{change}")
        await self._redact(room_id, event_id, transaction)

    async def _changes_of(self, room_id: str, event_id: str) -> list[str]:
        """Our changes of the event, the oldest first. Source: Matrix client-server API, *Relationships API*."""
        path = f"/_matrix/client/v1/rooms/{segment(room_id)}/relations/{segment(event_id)}/m.replace"
        query = {"dir": "f", "limit": str(CHANGES_AT_ONCE)}
        found: list[str] = []
        while True:
            try:
                answer = await self._homeserver.call("GET", path, query=query)
            except HomeserverError as error:
                if not error.absent:
                    raise
                return found
            for change in items_of(answer.get("chunk")):
                changed = event_id_of(change)
                if changed is not None and change.get("sender") == self._me:
                    found.append(changed)
            following = answer.get("next_batch")
            if not isinstance(following, str) or following == query.get("from"):
                return found
            query["from"] = following

    async def _redact(self, room_id: str, event_id: str, transaction: str) -> None:
        path = f"/rooms/{segment(room_id)}/redact/{segment(event_id)}/{segment(transaction)}"
        await self._homeserver.call("PUT", path, {})
