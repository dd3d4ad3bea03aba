"""One answer of the homeserver becomes inputs: what was said to Lotse, by whom, where.

Where Lotse is spoken to: everywhere between two people; in a group when it is called, then in the thread that begins there,
without being called again; in a room of coordinators always. A reaction under a message of Lotse's is a press, a mark, or a wish
for a person; what stood there is read from that message itself. Under the card of a case it is a coordinator's.

Whatever is wrong with one event costs that event. When the homeserver fails in between, the whole answer is read again: it
was not yet accepted, and every input is known by the id of its event.
"""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from bot.channels.matrix.calling import Names
from bot.channels.matrix.directs import Directs
from bot.channels.matrix.encryption import Encryption, NoKey, NotReadable
from bot.channels.matrix.error_places import report_bug
from bot.channels.matrix.event_reading import (
    RoomEvent,
    id_of,
    is_sign,
    number_of,
    plain_sign,
    read_event,
    relation_of,
    thread_of,
)
from bot.channels.matrix.event_writing import Written, written_in
from bot.channels.matrix.failing_rooms import FailingRooms
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment
from bot.channels.matrix.late_keys import LateKeys, WaitingEvent
from bot.channels.matrix.matrix_settings import NAME
from bot.channels.matrix.rooms import Room, RoomBook
from bot.errors import ChannelError
from bot.model import (
    Address,
    AskedWhy,
    Edited,
    ExternalId,
    Incoming,
    Input,
    Left,
    Person,
    Pressed,
    Rated,
    Reacted,
    Removed,
    SentFile,
    Unreadable,
    Utterance,
)

log = structlog.get_logger(__name__)

PERSON = "person"
"""What a press on *a person, please* carries."""
NO_CHOICE = "choice:"
"""In front of the number of a choice that was not offered; what is said about that is decided elsewhere."""
HAND_UP, HELPFUL, NOT_HELPFUL = "🙋", "👍", "👎"
WHY = frozenset("❓❔")
MOST_REMEMBERED = 5_000
PAGE, MOST_PAGES = 100, 100
"""Events fetched at once to fill a gap, and how often; a gap that is larger is logged."""


@dataclass(frozen=True, slots=True)
class Target:
    """A message of ours somebody reacted to."""

    written: Written
    thread: str | None


class Recent(OrderedDict[str, Any]):
    """What was seen lately, so that the server need not be asked; it may forget."""

    def keep(self, key: str, value: Any = True) -> None:
        """Remember this."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > MOST_REMEMBERED:
            self.popitem(last=False)


class SyncReader:
    """Reads answers of ``/sync``."""

    def __init__(
        self,
        homeserver: Homeserver,
        rooms: RoomBook,
        encryption: Encryption | None,
        late: LateKeys,
        names: Names,
        directs: Directs,
        clock: Callable[[], datetime],
        desk_rooms: frozenset[str] = frozenset(),
    ) -> None:
        self._desk_rooms = desk_rooms
        self._homeserver = homeserver
        self._rooms = rooms
        self._encryption = encryption
        self._late = late
        self._names = names
        self._directs = directs
        self._clock = clock
        self._ours = Recent()
        self._threads = Recent()
        self._failing = FailingRooms()
        self._aside: frozenset[str] = frozenset()
        """Rooms of which events wait; what comes after them waits too, so that the order is kept."""

    @property
    def problem(self) -> str | None:
        """Which rooms cannot be read at present, in a sentence; None when all can."""
        return self._failing.problem

    def remember(self, event_id: str, content: Mapping[str, Any], root: str | None) -> None:
        """A message of ours was sent; whoever reacts to it needs not be looked up."""
        written = written_in(content)
        if written is not None:
            self._ours.keep(event_id, Target(written, root))
        if root is not None:
            self._threads.keep(root)

    async def read_rooms(self, joined: Any, since: str) -> list[Incoming]:
        """What was said in the rooms of an answer, in each in its order. Raises HomeserverError."""
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

    async def _events_to_read(self, room_id: str, part: Mapping[str, Any], since: str) -> list[Any]:
        """The events of one room that are to be read now; those of a room that was set aside wait behind the others."""
        # A gap that cannot be filled now holds everything up: no later answer would tell of it again.
        events = await self._events_of(room_id, part, since)
        if room_id not in self._aside:
            return events
        self._set_aside(room_id, events)
        return []

    async def _read(self, room_id: str, events: Iterable[Any]) -> list[Incoming]:
        inputs = [await self._guarded(room_id, event, self._of_event) for event in events]
        return [each for each in inputs if each is not None]

    def _set_aside(self, room_id: str, events: Iterable[Any]) -> None:
        self._aside |= {room_id}
        for event in events:
            if isinstance(event, Mapping) and id_of(event.get("event_id"), "$") is not None:
                self._late.add(room_id, event if _is_encrypted(event) else _id_alone(event), self._clock(), "room")

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
            if self._encryption is not None and _is_encrypted(waiting.event) and self._still_waits(waiting):
                if waiting.why == "room":
                    self._late.wait_for_key(waiting.id, self._clock())
                continue
            if self._encryption is None and waiting.why == "key":
                continue
            try:
                event = waiting.event if _is_encrypted(waiting.event) else await self._fetched(waiting.room, waiting.id)
                inputs += await self._read(waiting.room, [] if event is None else [event])
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
        sender = id_of(waiting.event.get("sender"), "@")
        content = waiting.event.get("content")
        thread = thread_of(relation_of(content)) if isinstance(content, Mapping) else None
        room = await self._room(waiting.room)
        if room is None or sender is None:
            return None
        first = await self._known_as(room.id)
        told = room.direct or first in self._desk_rooms
        if not told and (thread is None or not await self._takes_part(room.id, thread)):
            return None
        address = Address(NAME, self._place_in(room, sender, first), thread)
        return Incoming(
            address, self._person(room, sender), ExternalId(f"{waiting.id}:unreadable"), Unreadable(), waiting.since
        )

    # --- One room ----------------------------------------------------------------------------------------------------

    async def _events_of(self, room_id: str, part: Mapping[str, Any], since: str) -> list[Any]:
        """The events of one room, the gap before them filled; its state is noted."""
        timeline = part.get("timeline")
        timeline = timeline if isinstance(timeline, Mapping) else {}
        events = _list(timeline.get("events"))
        state = _list(_inside(part, "state").get("events"))
        arrived = _arrival(events, self._names.user_id)
        if arrived is not None:
            self._rooms.forget(room_id)
            return events[arrived:]  # what was said before Lotse was asked in was not said to it
        if timeline.get("limited") is True:
            self._rooms.forget(room_id)
            before = timeline.get("prev_batch")
            return [*await self._gap(room_id, before, since), *events] if isinstance(before, str) else events
        self._rooms.update(room_id, [*state, *events])
        return events

    async def _gap(self, room_id: str, before: str, since: str) -> list[Any]:
        """The events between two answers that did not fit into the second one, oldest first."""
        found: list[Any] = []
        query = {"dir": "b", "limit": str(PAGE), "from": before, "to": since}
        for _ in range(MOST_PAGES):
            try:
                page = await self._homeserver.call("GET", f"/rooms/{segment(room_id)}/messages", query=query)
            except HomeserverError as error:
                if not error.permanent:
                    raise
                log.warning("matrix_gap_not_filled", room=room_id, reason=error.reason)
                break
            chunk, end = _list(page.get("chunk")), page.get("end")
            found += chunk
            if not chunk or not isinstance(end, str):
                break
            query["from"] = end
        else:
            log.warning("matrix_gap_too_large", room=room_id, events=len(found))
        return found[::-1]

    async def _guarded(
        self, room_id: str, event: Any, read: Callable[[str, Any], Awaitable[Incoming | None]]
    ) -> Incoming | None:
        """What is read from the event; an event that breaks the reader is passed over, and said so in the log."""
        try:
            return await read(room_id, event)
        except ChannelError as error:
            if not error.permanent:
                raise
            log.warning("matrix_event_passed_over", room=room_id, event_id=_id(event), reason=error.reason)
        except Exception as error:  # anybody can send an event, and one that breaks us must not hold up everybody's
            report_bug("matrix_event_failed", error, room=room_id, event_id=_id(event))
        return None

    # --- One event ---------------------------------------------------------------------------------------------------

    async def _of_event(self, room_id: str, raw: Any) -> Incoming | None:
        if not isinstance(raw, Mapping) or raw.get("sender") == self._names.user_id:
            return None
        if raw.get("type") == "m.room.member":
            return await self._leaving(room_id, raw)
        if raw.get("type") == "m.room.encrypted" and "state_key" not in raw:
            clear = self._decrypted(room_id, raw)
            if clear is None:
                return None
            raw = clear
        event = read_event(raw)
        if event is None:
            return None
        room = await self._room(room_id)
        return None if room is None else await self._said(room, event)

    def _decrypted(self, room_id: str, raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if self._encryption is None or id_of(raw.get("event_id"), "$") is None:
            return None
        try:
            return self._encryption.decrypt(raw, room_id)
        except NoKey:
            self._late.add(room_id, raw, self._clock())
        except NotReadable as error:
            log.warning("matrix_not_readable", room=room_id, event_id=_id(raw), reason=str(error))
        return None

    async def _said(self, room: Room, event: RoomEvent) -> Incoming | None:
        """What this event means to Lotse; None: it is not for it."""
        given: Input | None
        first = await self._known_as(room.id)
        at_desk = first in self._desk_rooms
        match event.kind:
            case "edit" if event.about is not None:
                given, thread = Edited(ExternalId(event.about), self._names.without_call(event.text)), event.thread
            case "removal" if event.about is not None:
                given, thread = Removed(ExternalId(event.about)), None
            case "reaction" if event.about is not None:
                given, thread = await self._reaction(room, event.about, event.text, at_desk=at_desk)
            case _:
                place = await self._place(room, event, at_desk=at_desk)
                if place is None:
                    return None
                given, thread = place
        if given is None:
            return None
        at = event.at or self._clock()
        person = self._person(room, event.sender)
        address = Address(NAME, self._place_in(room, event.sender, first), thread)
        # An employee's sign is said to a coordinator once, however often it is taken away and put there.
        once = f"{given.of}:{event.sender}:{given.sign}" if isinstance(given, Reacted) and not at_desk else event.id
        alone = None if room.direct and not at_desk else self._directs.place_of(event.sender)
        return Incoming(address, person, ExternalId(once), given, at, alone=alone, encrypted=room.encrypted)

    def _place_in(self, room: Room, user: str, first: str) -> str:
        """The address of what this person says in this room, whose first room is ``first``."""
        return self._directs.address_of(first, user) if room.direct and first not in self._desk_rooms else first

    async def _place(self, room: Room, event: RoomEvent, *, at_desk: bool) -> tuple[Input, str | None] | None:
        """The words, and the thread they are said in; None when they are not said to Lotse."""
        given: Input = SentFile() if event.kind == "file" else Utterance(self._names.without_call(event.text))
        if room.direct or at_desk:
            return given, event.thread
        if self._names.is_called(event):
            self._threads.keep(event.thread or event.id)
            return given, event.thread or event.id
        if event.thread is not None and await self._takes_part(room.id, event.thread):
            return given, event.thread
        return None

    async def _reaction(self, room: Room, about: str, sign: str, *, at_desk: bool) -> tuple[Input | None, str | None]:
        """What a reaction to a message of ours asks for."""
        target = await self._target(room.id, about)
        if target is None:
            return None, None
        number, plain = number_of(sign), plain_sign(sign)
        if number is not None and number <= len(target.written.choices):
            return Pressed(target.written.choices[number - 1]), target.thread
        if at_desk or (target.written.person and is_sign(plain)):
            return Reacted(ExternalId(about), plain), target.thread
        if number is not None and target.written.choices:
            return Pressed(f"{NO_CHOICE}{number}"), target.thread
        if plain == HAND_UP:
            return Pressed(PERSON), target.thread
        if plain in (HELPFUL, NOT_HELPFUL) and target.written.rateable:
            return Rated(plain == HELPFUL, target.written.outbox_id), target.thread
        if plain in WHY and target.written.rateable:
            return AskedWhy(target.written.outbox_id), target.thread
        return None, None

    async def _target(self, room_id: str, event_id: str) -> Target | None:
        """The message of ours with this id; None when it is none, or is gone."""
        known = self._ours.get(event_id)
        if isinstance(known, Target):
            return known
        found = await self._fetched(room_id, event_id)
        if found is None or found.get("sender") != self._names.user_id:
            return None
        relation = relation_of(found["content"]) if isinstance(found.get("content"), Mapping) else {}
        written = written_in(found.get("content"))
        if written is None:
            return None
        target = Target(written, thread_of(relation))
        self._ours.keep(event_id, target)
        return target

    async def _takes_part(self, room_id: str, root: str) -> bool:
        """Whether Lotse is part of this thread: it wrote in it, or was called where it begins."""
        if root in self._threads:
            return True
        found = await self._fetched(room_id, root)
        if found is None:
            return False
        wrote = _inside(found, "unsigned", "m.relations", "m.thread").get("current_user_participated") is True
        begins = read_event(found)
        called = begins is not None and self._names.is_called(begins)
        if not (wrote or called or found.get("sender") == self._names.user_id):
            return False
        self._threads.keep(root)
        return True

    async def _fetched(self, room_id: str, event_id: str) -> dict[str, Any] | None:
        """One event of the room, decrypted if need be; None when it cannot be had or read."""
        try:
            found = await self._homeserver.call("GET", f"/rooms/{segment(room_id)}/event/{segment(event_id)}")
        except HomeserverError as error:
            if not error.permanent:
                raise
            return None
        if found.get("type") == "m.room.encrypted" and self._encryption is not None:
            try:
                return self._encryption.decrypt(found, room_id)
            except (NoKey, NotReadable):
                return found
        return found

    async def _leaving(self, room_id: str, raw: Mapping[str, Any]) -> Incoming | None:
        """Somebody left a room of two."""
        user, event_id = id_of(raw.get("state_key"), "@"), id_of(raw.get("event_id"), "$")
        content = raw.get("content")
        gone = isinstance(content, Mapping) and content.get("membership") in ("leave", "ban")
        if not gone or user is None or event_id is None or user == self._names.user_id:
            return None
        room = await self._room(room_id)
        if room is None or len(room.joined()) > 1:
            return None
        first = await self._known_as(room.id)
        if first in self._desk_rooms:
            return None
        address = Address(NAME, self._place_in(room, user, first))
        self._directs.left(user, room_id)
        return Incoming(address, Person(NAME, user), ExternalId(event_id), Left(), self._clock())

    async def _known_as(self, room_id: str) -> str:
        """The id a room is addressed by, through all upgrades: of a room of coordinators the one in the settings, else the first.

        The settings may name any of them: the one a room began with, or the one it has become.
        """
        before = await self._rooms.before(room_id)
        if self._desk_rooms and not self._desk_rooms.intersection(before):
            before = (*await self._rooms.after(room_id), before[-1])
        return next((known for known in before if known in self._desk_rooms), before[-1])

    async def _room(self, room_id: str) -> Room | None:
        """The room; None when Lotse is no longer in it."""
        try:
            return await self._rooms.get(room_id)
        except HomeserverError as error:
            if not error.permanent:
                raise
            return None

    def _person(self, room: Room, user: str) -> Person:
        member = room.members.get(user)
        return Person(NAME, user, member.name if member else None)

    def _still_waits(self, waiting: WaitingEvent) -> bool:
        """Whether the event cannot be read even now."""
        if self._encryption is None:
            return True
        try:
            self._encryption.decrypt(waiting.event, waiting.room)
        except NoKey:
            return True
        except NotReadable:
            return False
        return False


def _id_alone(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is kept of an event in clear until its room can be looked at: none of its words; the server has them."""
    return {key: event[key] for key in ("event_id", "sender", "type") if key in event}


def _arrival(events: list[Any], me: str) -> int | None:
    """Where in the events Lotse was asked in or came in; None when it was there before."""
    places = [
        place
        for place, event in enumerate(events)
        if isinstance(event, Mapping) and event.get("type") == "m.room.member" and event.get("state_key") == me
    ]
    joins = [place for place in places if _inside(events[place], "content").get("membership") == "join"]
    before = [_inside(events[place], "unsigned", "prev_content").get("membership") for place in joins]
    if not joins or "join" in before:  # a new name or picture is no arrival
        return None
    return places[0]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _inside(value: Any, *path: str) -> Mapping[str, Any]:
    """The object that lies there; an empty one when there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _is_encrypted(event: Mapping[str, Any]) -> bool:
    return event.get("type") == "m.room.encrypted" and "state_key" not in event


def _id(event: Any) -> str | None:
    return id_of(event.get("event_id"), "$") if isinstance(event, Mapping) else None


def sync_filter(*, first: bool) -> str:
    """What is wanted of a sync: at the first one only where Lotse was asked in and which rooms have moved, no history."""
    nothing: dict[str, list[str]] = {"types": []}
    room = {
        "timeline": {"limit": 0 if first else 50, "lazy_load_members": True},
        "state": {"lazy_load_members": True}
        if not first
        else {"types": ["m.room.tombstone"], "lazy_load_members": True},
        "ephemeral": nothing,
        "account_data": nothing,
    }
    return json.dumps({"room": room, "presence": nothing, "account_data": nothing})
