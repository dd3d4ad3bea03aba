"""Offers to verify Lotse: declined at once, so that nobody waits in front of a dialog that never goes on.

Verifying somebody means that two people compare emoji or scan a code, and nobody sits in front of Lotse. Why its device can be
trusted all the same (its owner has signed it) is said in the room, by the dialogue. A client is told in the protocol: it shows that
the other side has declined, which is what today's clients do with the code ``m.user`` (the reason is shown by few).

A request that is not declined, because a stop came in between, ends by itself after ten minutes. Nothing is ever answered but
requests and beginnings, so that two programs cannot decline each other for ever.
Source: Matrix client-server API, *Key verification framework*.
"""

import functools
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.channels.matrix.event_reading import id_of, inside, items_of, time_of
from bot.channels.matrix.homeserver import Homeserver
from bot.channels.matrix.sending import Sender
from bot.errors import ChannelError
from bot.model import AskedToVerify, Incoming

LASTS = timedelta(minutes=10)
"""After this a request has ended by itself, on both sides."""
MOST_AT_ONCE = 20
"""Whoever sends more at once waits for the end of the others."""
CANCEL = "m.key.verification.cancel"
BEGINNINGS = ("m.key.verification.request", "m.key.verification.start")
DECLINED = {
    "code": "m.user",
    "reason": "Lotse ist ein Programm und kann nichts vergleichen. / Lotse is a program and cannot compare anything.",
}


class VerificationRequests:
    """Remembers requests until they are declined."""

    def __init__(self, homeserver: Homeserver, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._homeserver = homeserver
        self._sender = sender
        self._clock = clock
        self._in_rooms: list[Incoming] = []
        self._to_device: dict[tuple[str, str], dict[str, Any]] = {}

    def note(self, inputs: Sequence[Incoming], to_device: Any) -> bool:
        """Remember what is to be declined in an answer of ``/sync``; whether there is anything."""
        oldest = self._clock() - LASTS
        asked = [each for each in inputs if isinstance(each.input, AskedToVerify) and each.sent_at >= oldest]
        self._in_rooms = [*self._in_rooms, *asked][:MOST_AT_ONCE]
        for event in items_of(to_device):
            if isinstance(event, Mapping) and event.get("type") in BEGINNINGS and len(self._to_device) < MOST_AT_ONCE:
                self._note_to_device(id_of(event.get("sender"), "@"), inside(event, "content"), oldest)
        return bool(self._in_rooms or self._to_device)

    def _note_to_device(self, sender: str | None, content: Mapping[str, Any], oldest: datetime) -> None:
        device, transaction = content.get("from_device"), content.get("transaction_id")
        at = time_of(content["timestamp"]) if "timestamp" in content else None
        ids = [each for each in (device, transaction) if isinstance(each, str) and 0 < len(each) <= 255]
        if sender is not None and len(ids) == 2 and (at is None or at >= oldest):
            self._to_device[sender, ids[0]] = {**DECLINED, "transaction_id": ids[1]}

    async def decline(self) -> None:
        """Decline what was noted, each on its own. Raises the last ChannelError; what is lost ends by itself."""
        in_rooms, self._in_rooms = self._in_rooms, []
        to_device, self._to_device = self._to_device, {}
        failed: ChannelError | None = None
        in_room = (functools.partial(self._decline_in_room, each) for each in in_rooms)
        for decline in (functools.partial(self._decline_to_device, to_device), *in_room):
            try:
                await decline()
            except ChannelError as error:
                failed = error
        if failed is not None:
            raise failed

    async def _decline_to_device(self, noted: Mapping[tuple[str, str], dict[str, Any]]) -> None:
        if not noted:
            return
        messages: dict[str, dict[str, Any]] = {}
        for (user, device), content in noted.items():
            messages.setdefault(user, {})[device] = content
        await self._homeserver.call("PUT", f"/sendToDevice/{CANCEL}/{uuid.uuid4().hex}", {"messages": messages})

    async def _decline_in_room(self, asked: Incoming) -> None:
        request = asked.also or asked.external_id
        content = {**DECLINED, "m.relates_to": {"rel_type": "m.reference", "event_id": request}}
        await self._sender.send_behind(asked.address, CANCEL, content, f"{request}.declined")
