"""One answer of the homeserver becomes inputs: what was said to Lotse, by whom, where, in each room in its order.

Whatever is wrong with one event costs that event. When the homeserver fails in between, the whole answer is read again: it
was not yet accepted, and every input is known by the id of its event. A room in which it fails again and again is set aside, and
what waits, there or for a key, is read when it can be.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog

from bot.channels.matrix.error_places import report_bug
from bot.channels.matrix.event_meaning import EventMeaning
from bot.channels.matrix.event_reading import event_id_of, id_of, is_encrypted
from bot.channels.matrix.failing_rooms import FailingRooms
from bot.channels.matrix.homeserver import HomeserverError
from bot.channels.matrix.late_keys import LateKeys, WaitingEvent
from bot.channels.matrix.single_events import SingleEvents
from bot.channels.matrix.timelines import Timelines
from bot.errors import ChannelError, StoreUnavailable
from bot.model import Incoming

log = structlog.get_logger(__name__)


class SyncReader:
    """Reads answers of ``/sync``, and what waits. ``me``: our own id, whose events are nobody's words."""

    def __init__(
        self,
        me: str,
        timelines: Timelines,
        events: SingleEvents,
        meaning: EventMeaning,
        late: LateKeys,
        clock: Callable[[], datetime],
    ) -> None:
        self._me = me
        self._timelines = timelines
        self._events = events
        self._meaning = meaning
        self._late = late
        self._clock = clock
        self._failing = FailingRooms()
        self._aside: frozenset[str] = frozenset()
        """Rooms of which events wait; what comes after them waits too, so that the order is kept."""

    @property
    def problem(self) -> str | None:
        """Which rooms cannot be read at present, in a sentence; None when all can."""
        return self._failing.problem

    async def read_rooms(self, joined: Any, since: str) -> list[Incoming]:
        """What was said in the rooms of an answer, in each in its order. Raises HomeserverError, StoreUnavailable."""
        inputs: list[Incoming] = []
        for room_id, part in joined.items() if isinstance(joined, Mapping) else ():
            if id_of(room_id, "!") is None or not isinstance(part, Mapping):
                continue
            events = await self._events_to_read(room_id, part, since)
            if not events:
                continue
            try:
                inputs += await self._read(room_id, events)
            except HomeserverError as error:
                if not self._failing.failed(room_id, error):
                    raise
                self._set_aside(room_id, events)
            else:
                self._failing.answered(room_id)
        return inputs

    async def read_late(self) -> tuple[list[Incoming], list[str]]:
        """What waited and can now be read, and the ids of all events that need not wait any more."""
        inputs: list[Incoming] = []
        read: list[str] = []
        aside: set[str] = set()
        rooms: set[str] = set()
        for waiting in self._late.waiting():
            if waiting.room in aside or (waiting.why == "room" and not self._failing.is_due(waiting.room)):
                aside.add(waiting.room)
                continue
            decrypts = self._events.decrypts
            if decrypts and is_encrypted(waiting.event) and self._events.lacks_key(waiting.room, waiting.event):
                if waiting.why == "room":
                    self._late.wait_for_key(waiting.id, self._clock())
                continue
            if not decrypts and waiting.why == "key":
                continue
            try:
                inputs += await self._read_waiting(waiting)
            except HomeserverError as error:
                if not self._failing.failed(waiting.room, error):
                    raise
                aside.add(waiting.room)
            else:
                read.append(waiting.id)
                rooms.add(waiting.room)
        for room_id in rooms - aside:
            self._failing.answered(room_id)
        self._aside = frozenset(aside)
        return inputs, read

    async def unreadable(self, waiting: WaitingEvent) -> Incoming | None:
        """That the writer of this event has to be told; None where they may not have spoken to Lotse."""
        return await self._meaning.of_unreadable(waiting)

    async def _events_to_read(self, room_id: str, part: Mapping[str, Any], since: str) -> list[Any]:
        """The events of one room that are to be read now; those of a room that was set aside wait behind the others."""
        # A gap that cannot be filled now holds everything up: no later answer would tell of it again.
        events = await self._timelines.events_of(room_id, part, since)
        if room_id not in self._aside:
            return events
        self._set_aside(room_id, events)
        return []

    def _set_aside(self, room_id: str, events: Iterable[Any]) -> None:
        self._aside |= {room_id}
        for event in events:
            if event_id_of(event) is not None:
                self._late.add(room_id, event if is_encrypted(event) else _id_alone(event), self._clock(), "room")

    async def _read_waiting(self, waiting: WaitingEvent) -> list[Incoming]:
        encrypted = is_encrypted(waiting.event)
        event = waiting.event if encrypted else await self._events.fetched(waiting.room, waiting.id)
        return await self._read(waiting.room, [] if event is None else [event])

    async def _read(self, room_id: str, events: Iterable[Any]) -> list[Incoming]:
        inputs = [await self._guarded(room_id, event) for event in events]
        return [each for each in inputs if each is not None]

    async def _guarded(self, room_id: str, event: Any) -> Incoming | None:
        """What is read from the event; an event that breaks the reader is passed over, and said so in the log."""
        try:
            return await self._of_event(room_id, event)
        except StoreUnavailable:
            raise
        except ChannelError as error:
            if not error.permanent:
                raise
            log.warning("matrix_event_passed_over", room=room_id, event_id=event_id_of(event), reason=error.reason)
        except Exception as error:  # anybody can send an event, and one that breaks us must not hold up everybody's
            report_bug("matrix_event_failed", error, room=room_id, event_id=event_id_of(event))
        return None

    async def _of_event(self, room_id: str, raw: Any) -> Incoming | None:
        if not isinstance(raw, Mapping) or raw.get("sender") == self._me:
            return None
        if not is_encrypted(raw):
            return await self._meaning.of(room_id, raw)
        clear = self._events.in_clear(room_id, raw)
        if clear == "no key":
            self._late.add(room_id, raw, self._clock())
            return None
        return None if clear is None else await self._meaning.of(room_id, clear)


def _id_alone(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept of an event in clear until its room can be looked at: none of its words; the server has them."""
    return {key: event[key] for key in ("event_id", "sender", "type") if key in event}
