"""What one event means to Lotse: an input at an address, or nothing.

Where Lotse is spoken to: everywhere between two people; in a group when it is called, then in the thread that begins there,
without being called again; in a room of coordinators always.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels.matrix.calling import Names
from bot.channels.matrix.event_reading import RoomEvent, id_of, inside, read_event, relation_of, thread_of
from bot.channels.matrix.late_keys import WaitingEvent
from bot.channels.matrix.matrix_settings import NAME
from bot.channels.matrix.own_messages import OwnMessages
from bot.channels.matrix.room_addresses import RoomAddresses
from bot.channels.matrix.rooms import Room
from bot.channels.matrix.sign_meaning import meaning_of
from bot.model import (
    Address,
    Edited,
    ExternalId,
    Incoming,
    Input,
    Left,
    Person,
    Reacted,
    Removed,
    SentFile,
    Unreadable,
    Utterance,
)


class EventMeaning:
    """Decides it, event by event. Whatever has to be asked of the homeserver raises HomeserverError."""

    def __init__(
        self, addresses: RoomAddresses, ours: OwnMessages, names: Names, clock: Callable[[], datetime]
    ) -> None:
        self._addresses = addresses
        self._ours = ours
        self._names = names
        self._clock = clock

    async def of(self, room_id: str, raw: Mapping[str, Any]) -> Incoming | None:
        """What this event, in clear, means; None: it is not for Lotse."""
        if raw.get("type") == "m.room.member":
            return await self._leaving(room_id, raw)
        event = read_event(raw)
        if event is None:
            return None
        room = await self._addresses.room(room_id)
        return None if room is None else await self._said(room, event)

    async def of_unreadable(self, waiting: WaitingEvent) -> Incoming | None:
        """That the writer of this event has to be told; None where they may not have spoken to Lotse."""
        sender = id_of(waiting.event.get("sender"), "@")
        thread = thread_of(relation_of(inside(waiting.event, "content")))
        room = await self._addresses.room(waiting.room)
        if room is None or sender is None:
            return None
        known_as = await self._addresses.known_as(room.id)
        told = room.direct or self._addresses.is_desk(known_as)
        if not told and (thread is None or not await self._ours.takes_part(room.id, thread)):
            return None
        address = Address(NAME, self._addresses.place_in(room, sender, known_as), thread)
        return Incoming(
            address, _person(room, sender), ExternalId(f"{waiting.id}:unreadable"), Unreadable(), waiting.since
        )

    async def _said(self, room: Room, event: RoomEvent) -> Incoming | None:
        given: Input | None
        known_as = await self._addresses.known_as(room.id)
        at_desk = self._addresses.is_desk(known_as)
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
        address = Address(NAME, self._addresses.place_in(room, event.sender, known_as), thread)
        # An employee's sign is said to a coordinator once, however often it is taken away and put there.
        once = f"{given.of}:{event.sender}:{given.sign}" if isinstance(given, Reacted) and not at_desk else event.id
        return Incoming(
            address,
            _person(room, event.sender),
            ExternalId(once),
            given,
            event.at or self._clock(),
            alone=self._addresses.alone_with(room, event.sender, known_as),
            encrypted=room.encrypted,
        )

    async def _place(self, room: Room, event: RoomEvent, *, at_desk: bool) -> tuple[Input, str | None] | None:
        """The words, and the thread they are said in; None when they are not said to Lotse."""
        given: Input = SentFile() if event.kind == "file" else Utterance(self._names.without_call(event.text))
        if room.direct or at_desk:
            return given, event.thread
        if self._names.is_called(event):
            root = event.thread or event.id
            self._ours.called_in(root)
            return given, root
        if event.thread is not None and await self._ours.takes_part(room.id, event.thread):
            return given, event.thread
        return None

    async def _reaction(self, room: Room, about: str, sign: str, *, at_desk: bool) -> tuple[Input | None, str | None]:
        """What a reaction to a message of ours asks for, and the thread that message stands in."""
        target = await self._ours.target(room.id, about)
        if target is None:
            return None, None
        return meaning_of(sign, target.written, about, at_desk=at_desk), target.thread

    async def _leaving(self, room_id: str, raw: Mapping[str, Any]) -> Incoming | None:
        """Somebody left a room of two."""
        user, event_id = id_of(raw.get("state_key"), "@"), id_of(raw.get("event_id"), "$")
        gone = inside(raw, "content").get("membership") in ("leave", "ban")
        if not gone or user is None or event_id is None or user == self._names.user_id:
            return None
        room = await self._addresses.room(room_id)
        if room is None or len(room.joined()) > 1:
            return None
        known_as = await self._addresses.known_as(room.id)
        if self._addresses.is_desk(known_as):
            return None
        address = Address(NAME, self._addresses.place_in(room, user, known_as))
        self._addresses.left(user, room_id)
        return Incoming(address, Person(NAME, user), ExternalId(event_id), Left(), self._clock())


def _person(room: Room, user: str) -> Person:
    member = room.members.get(user)
    return Person(NAME, user, member.name if member else None)
