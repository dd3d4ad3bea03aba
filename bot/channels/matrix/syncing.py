"""One answer of the homeserver becomes inputs: what was said to Lotse, by whom, where, in each room in its order.

Whatever is wrong with one event costs that event. When the homeserver fails in between, the whole answer is read again: it
was not yet accepted, and every input is known by the id of its event. A room in which it fails again and again, or hangs, is set
aside (``failing_rooms``), and what waits there is read beside everything else. What waits for a key is read when that has come.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import structlog

from bot.channels.channel import Accept
from bot.channels.matrix.error_places import report_bug
from bot.channels.matrix.event_meaning import EventMeaning
from bot.channels.matrix.event_reading import RoomEvent, event_id_of, id_of, inside, is_encrypted, read_event
from bot.channels.matrix.failing_rooms import FailingRooms
from bot.channels.matrix.homeserver import HomeserverError
from bot.channels.matrix.late_keys import LateKeys, WaitingEvent
from bot.channels.matrix.looking_time import look_for
from bot.channels.matrix.single_events import SingleEvents
from bot.channels.matrix.timelines import Gap, Timelines, is_arrival
from bot.errors import ChannelError, StoreUnavailable
from bot.model import Incoming

log = structlog.get_logger(__name__)

LOOK_S = 5.0
"""A room about which the homeserver says nothing for so long is set aside: meanwhile nothing is taken in from anybody."""
ROOMS_AT_ONCE = 8
MOST_AT_ONCE = 50
"""Waiting events of a room that are taken in together."""

Found = TypeVar("Found")


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
        self._failing = FailingRooms(each.room for each in late.waiting() if each.why != "key")
        self._places = asyncio.Semaphore(ROOMS_AT_ONCE)

    @property
    def problem(self) -> str | None:
        """Which rooms cannot be read at present, in a sentence; None when all can."""
        return self._failing.problem

    async def read_rooms(self, joined: Any, since: str) -> list[Incoming]:
        """What was said in the rooms of an answer, in each in its order. Raises HomeserverError, StoreUnavailable."""
        parts = joined.items() if isinstance(joined, Mapping) else ()
        rooms = [(room, part) for room, part in parts if id_of(room, "!") is not None and isinstance(part, Mapping)]
        found = await asyncio.gather(*(self._read_room(*each, since) for each in rooms), return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException):
                raise each
        return [one for each in found if not isinstance(each, BaseException) for one in each]

    async def read_late(self) -> dict[str, list[Incoming]]:
        """The events that need not wait for a key any more, by their ids, and what was said in each."""
        read: dict[str, list[Incoming]] = {}
        for waiting in self._late.waiting():
            if waiting.why != "key" or not self.may_look_at(waiting) or self._lacks_key(waiting):
                continue
            try:
                read[waiting.id] = await self._within_a_look(waiting.room, self._read_waiting(waiting))
            except HomeserverError:
                if self.may_look_at(waiting):
                    raise
        return read

    def due_aside(self) -> tuple[str, ...]:
        """The rooms set aside that are to be looked at again now."""
        return self._failing.due()

    def may_look_at(self, waiting: WaitingEvent) -> bool:
        """Whether the room of this event can be looked at, as far as is known."""
        return not self._failing.is_aside(waiting.room)

    async def unreadable(self, waiting: WaitingEvent) -> Incoming | None:
        """That the writer of this event has to be told; None where they may not have spoken to Lotse. Raises HomeserverError."""
        return await self._within_a_look(waiting.room, self._meaning.of_unreadable(waiting))

    # --- Rooms -------------------------------------------------------------------------------------------------------

    async def _read_room(self, room_id: str, part: Mapping[str, Any], since: str) -> list[Incoming]:
        async with self._places:
            gap, events = self._timelines.events_of(room_id, part, since)
            if not events and gap is None:
                return []
            if not self._failing.is_aside(room_id):
                try:
                    inputs = await self._within_a_look(room_id, self._read_all(room_id, gap, events))
                except HomeserverError:
                    if not self._failing.is_aside(room_id):
                        raise
                else:
                    self._failing.answered(room_id)
                    return inputs
            self._set_aside(room_id, gap, events)
            return []

    async def _read_all(self, room_id: str, gap: Gap | None, events: Iterable[Any]) -> list[Incoming]:
        before = [] if gap is None else await self._timelines.filled(room_id, gap)
        return await self._read(room_id, [*before, *events])

    async def _within_a_look(self, room_id: str, reading: Awaitable[Found]) -> Found:
        """What is read in this room, in the time everybody may have to wait for it. Raises HomeserverError, StoreUnavailable.

        Whether the room is set aside for it, is known afterwards. What our own database takes does not count.
        """
        try:
            async with look_for(LOOK_S):
                return await reading
        except TimeoutError:
            hangs = HomeserverError(f"the homeserver did not answer about a room within {LOOK_S:.0f} s")
            self._failing.failed(room_id, hangs, hangs=True)
            raise hangs from None
        except HomeserverError as error:
            self._failing.failed(room_id, error)
            raise

    def _set_aside(self, room_id: str, gap: Gap | None, events: Iterable[Any]) -> None:
        if gap is not None:
            stands_for = {"event_id": f"{room_id} {gap.before}", "before": gap.before, "since": gap.since}
            self._late.add(room_id, stands_for, self._clock(), "gap")
        for event in events:
            if event_id_of(event) is not None:
                self._late.add(room_id, event if is_encrypted(event) else _id_alone(event), self._clock(), "room")

    async def read_aside(self, room_id: str, accept: Accept) -> None:
        """Look again at a room that was set aside, and take in what waits there; what comes meanwhile waits behind it.

        What was read is accepted also where it says nothing to Lotse: who came into a room has to be remembered.
        Raises StoreUnavailable; what was not taken in goes on waiting.
        """
        try:
            # Also where nothing waits but for a key: else the room would be believed, and hold up everybody once more.
            await self._meaning.look_into(room_id)
            while waiting := [each for each in self._late.waiting() if each.room == room_id and each.why != "key"]:
                inputs: list[Incoming] = []
                read: list[str] = []
                for each in waiting[:MOST_AT_ONCE]:
                    if self._lacks_key(each):
                        self._late.wait_for_key(each.id, self._clock())
                    else:
                        inputs += await self._read_waiting(each)
                        read.append(each.id)
                await accept(inputs)
                self._late.done(read)
                await self._late.keep()
        except HomeserverError as error:
            if not self._failing.failed(room_id, error):
                self._failing.look_later(room_id)
        except Exception:  # raised on; without a later look it would be tried again every second
            self._failing.look_later(room_id)
            raise
        else:
            self._failing.answered(room_id)

    # --- Events ------------------------------------------------------------------------------------------------------

    def _lacks_key(self, waiting: WaitingEvent) -> bool:
        """Whether this event cannot be read even now."""
        if not self._events.decrypts:
            return waiting.why == "key"
        return is_encrypted(waiting.event) and self._events.lacks_key(waiting.room, waiting.event)

    async def _read_waiting(self, waiting: WaitingEvent) -> list[Incoming]:
        if waiting.why == "gap":
            gap = Gap(waiting.event["before"], waiting.event["since"])
            return await self._read_all(waiting.room, gap, ())
        encrypted = is_encrypted(waiting.event)
        event = waiting.event if encrypted else await self._events.fetched(waiting.room, waiting.id)
        return await self._read(waiting.room, [] if event is None else [event])

    async def _read(self, room_id: str, events: Iterable[Any]) -> list[Incoming]:
        return [each for event in events for each in await self._guarded(room_id, event)]

    async def _guarded(self, room_id: str, event: Any) -> tuple[Incoming, ...]:
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
        return ()

    async def _of_event(self, room_id: str, raw: Any) -> tuple[Incoming, ...]:
        if not isinstance(raw, Mapping) or (raw.get("sender") == self._me and not is_arrival(raw, self._me)):
            return ()
        clear = self._events.in_clear(room_id, raw) if is_encrypted(raw) else raw
        if clear == "no key":
            self._late.add(room_id, raw, self._clock())
            return ()
        return () if clear is None else await self._meaning.of(room_id, self._or_what_waits(room_id, clear))

    def _or_what_waits(self, room_id: str, clear: Mapping[str, Any]) -> Mapping[str, Any]:
        """The event; the first change of one that cannot be read yet is read as that one. What is deleted waits no longer."""
        event = read_event(clear)
        if event is None or event.about is None:
            return clear
        if event.kind == "removal":
            self._late.remove(room_id, event.about)
        if event.kind != "edit":
            return clear
        self._forget_changes_before(room_id, event)
        waiting = self._late.find(room_id, event.about)
        if waiting is None or waiting.event.get("sender") != event.sender or not self._stands_for(event.id, waiting):
            return clear
        content = {**inside(clear, "content", "m.new_content"), "m.relates_to": waiting.relation}
        return {**waiting.event, "type": "m.room.message", "content": content}

    def _stands_for(self, change: str, waiting: WaitingEvent) -> bool:
        """Whether this change is read as what waits; a later one changes what was read.

        What waits goes on waiting until this is stored; what comes of its key later is known by its id.
        """
        if waiting.read is not None:
            return change == waiting.read
        if not self._lacks_key(waiting):
            return False
        self._late.read_as(waiting.id, change)
        return True

    def _forget_changes_before(self, room_id: str, event: RoomEvent) -> None:
        """Earlier changes of the same message whose key is still missing: when it came they would undo this one."""
        for each in self._late.waiting():
            if each.id == event.id:
                return
            same = (each.room, each.changes, each.event.get("sender")) == (room_id, event.about, event.sender)
            if same and self._lacks_key(each):
                self._late.done([each.id])


def _id_alone(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept of an event in clear until its room can be looked at: none of its words; the server has them."""
    return {key: event[key] for key in ("event_id", "sender", "type") if key in event}
