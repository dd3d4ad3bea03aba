"""What one event means to Lotse: an input at an address, or nothing.

Where Lotse is spoken to: everywhere between two people, and in a case that began so also once others read along; in a group when
it is called, then in the thread that begins there and in replies to what it says, without being called again; in a room of
coordinators always, and there a reply to a message of a case is said in the thread of the case. Others of a group may ask on in
such a thread, but what was offered to one of them is not theirs to press, and a sign for a coordinator is not theirs to give.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels.looking import Belonging, CasePlace
from bot.channels.matrix.calling import Names
from bot.channels.matrix.case_places import WORDS, CasePlaces
from bot.channels.matrix.event_reading import RoomEvent, event_id_of, id_of, inside, read_event, thread_of
from bot.channels.matrix.late_keys import WaitingEvent
from bot.channels.matrix.looking_time import uncounted
from bot.channels.matrix.matrix_settings import NAME
from bot.channels.matrix.own_messages import OwnMessages, Target
from bot.channels.matrix.room_addresses import Place, RoomAddresses
from bot.channels.matrix.sign_meaning import NO_CHOICE, PERSON, meaning_of
from bot.channels.matrix.timelines import is_arrival
from bot.model import (
    ANOTHERS_CHOICE,
    Address,
    AskedToVerify,
    CameIn,
    Edited,
    ExternalId,
    Incoming,
    Input,
    LedToCase,
    Left,
    Person,
    Pressed,
    Reacted,
    ReadByOthers,
    Removed,
    SentFile,
    Unreadable,
    Utterance,
)

ANOTHERS, LAPSED = Pressed(ANOTHERS_CHOICE), Pressed(f"{NO_CHOICE}lapsed")


class EventMeaning:
    """Decides it, event by event. Raises HomeserverError and StoreUnavailable where something cannot be asked now.

    ``fingerprint`` is that of our device's key; None where nothing is encrypted.
    """

    def __init__(
        self,
        addresses: RoomAddresses,
        ours: OwnMessages,
        names: Names,
        belonging: Belonging,
        clock: Callable[[], datetime],
        fingerprint: str | None = None,
    ) -> None:
        self._addresses = addresses
        self._ours = ours
        self._names = names
        self._belonging = belonging
        self._cases = CasePlaces(addresses, belonging)
        self._clock = clock
        self._fingerprint = fingerprint

    async def of(self, room_id: str, raw: Mapping[str, Any]) -> tuple[Incoming, ...]:
        """What this event, in clear, means; nothing: it is not for Lotse."""
        if raw.get("type") == "m.room.member":
            arrives = is_arrival(raw, self._names.user_id)
            return await (self._arriving(room_id, raw) if arrives else self._membership(room_id, raw))
        event = read_event(raw)
        place = None if event is None else await self._addresses.place(room_id, event.sender)
        if event is not None and event.thread is not None and event.kind in WORDS:
            self._ours.thread_goes_on(room_id, event.thread, event.id)
        if event is None or place is None:
            return ()
        await self._settle(place, event.sender)
        case = await self._cases.of(place, event)
        said = await self._said(place, event, case)
        if said is None:
            return ()
        inputs = (said,) if case is None else _in_its_case(said, case)
        if event.kind == "file" and isinstance(said.input, Utterance):
            return replace(inputs[0], external_id=ExternalId(f"{event.id}:file"), input=SentFile()), *inputs
        return inputs

    async def look_into(self, room_id: str) -> None:
        """Learn what has to be known of a room before anything in it means something. Raises HomeserverError."""
        await self._addresses.place(room_id)

    async def of_unreadable(self, waiting: WaitingEvent) -> Incoming | None:
        """That the writer of this event has to be told; None where they may not have spoken to Lotse."""
        sender = id_of(waiting.event.get("sender"), "@")
        thread = thread_of(waiting.relation)
        place = await self._addresses.place(waiting.room, sender)
        if place is None or sender is None:
            return None
        await self._settle(place, sender)
        told = place.between_two or place.at_desk or await self._cases.at(place, sender, thread) is not None
        if not told and (thread is None or not await self._ours.takes_part(place.room.id, thread)):
            return None
        if thread is not None:
            self._addresses.stands_there(place, thread)
        address = self._addresses.address(place, sender, thread)
        once = ExternalId(f"{waiting.id}:unreadable")
        return Incoming(address, _person(place, sender), once, Unreadable(), waiting.since)

    async def _said(self, place: Place, event: RoomEvent, case: CasePlace | None) -> Incoming | None:
        match event.kind:
            case "edit" if event.about is not None:
                if case is None and (first := await self._called_late(place, event, event.about)) is not None:
                    return first
                changed = Edited(ExternalId(event.about), self._spoken(place, event))
                return self._incoming(place, event, changed, event.thread)
            case "removal" if event.about is not None:
                return self._incoming(place, event, Removed(ExternalId(event.about)), None)
            case "reaction" if event.about is not None:
                return await self._reaction(place, event, event.about)
            case "verification":
                return self._verification(place, event)
            case "sticker":
                return self._sticker(place, event, case)
        return await self._words(place, event, case)

    async def _words(self, place: Place, event: RoomEvent, case: CasePlace | None) -> Incoming | None:
        # Coordinators' words go with their file, of which nothing leaves the room.
        no_words = event.kind == "file" and (place.at_desk or not event.text.strip())
        given: Input = SentFile() if no_words else Utterance(self._spoken(place, event))
        thread = event.thread
        if place.at_desk and event.answers is not None:
            # Whose client has no threads works a case this way.
            with uncounted():
                thread = await self._belonging.desk_thread(Address(NAME, place.known_as), ExternalId(event.answers))
        if not (place.between_two or place.at_desk or case is not None):
            called = self._names.is_called(event)
            if thread is None and event.answers is not None:
                thread = await self._thread_of_ours(place, event.sender, event.answers, called=called)
            if called:
                thread = thread or event.id
                self._ours.called_in(thread)
            elif thread is None or not await self._ours.takes_part(place.room.id, thread):
                return None
        return self._incoming(place, event, given, thread)

    async def _called_late(self, place: Place, event: RoomEvent, about: str) -> Incoming | None:
        """A message of a group that calls Lotse only since it was changed, as if it were written now; None: it is a change."""
        if place.between_two or place.at_desk or not self._names.is_called(event):
            return None
        first = await self._ours.as_first_written(place.room.id, about)
        if first is None or first.kind != "text" or first.sender != event.sender or self._names.is_called(first):
            return None
        if first.thread is not None and await self._ours.takes_part(place.room.id, first.thread):
            return None
        with uncounted():
            if await self._belonging.was_taken_in(NAME, ExternalId(about)):
                return None
        thread = first.thread or about
        self._ours.called_in(thread)
        return self._incoming(place, event, Utterance(self._spoken(place, event)), thread, about)

    async def _thread_of_ours(self, place: Place, user: str, answered: str, *, called: bool) -> str | None:
        """The thread of a message of ours that is replied to where a client has no threads; None when it is not ours.

        Who does not call Lotse goes on with what was said to them, not with what it or a coordinator said to somebody else.
        """
        target = await self._ours.target(place.room.id, answered)
        if target is None:
            return None
        if not called:
            address = self._addresses.address(place, user, target.thread)
            with uncounted():
                sent = await self._belonging.reply_sent(_person(place, user), address, target.written.outbox_id)
            if sent is not None and not sent.theirs:
                return None
        return target.thread or answered

    def _spoken(self, place: Place, event: RoomEvent) -> str:
        return self._names.said_at_desk(event.text) if place.at_desk else self._names.without_call(event.text)

    def _sticker(self, place: Place, event: RoomEvent, case: CasePlace | None) -> Incoming | None:
        """A sticker says what a sign does, to whoever has the case; anywhere else it is answered by nothing."""
        if place.at_desk or not (place.between_two or case is not None):
            return None
        return self._incoming(place, event, Reacted(ExternalId(event.id), event.text), event.thread)

    def _verification(self, place: Place, event: RoomEvent) -> Incoming | None:
        """An offer to verify Lotse; in words it is answered once a day. People of a group verify each other there."""
        if not place.between_two or self._fingerprint is None or self._names.user_id not in (event.mentioned or ()):
            return None
        once = f"{place.known_as}:{event.sender}:verification:{self._clock().date()}"
        return self._incoming(place, event, AskedToVerify(self._fingerprint), None, once)

    async def _reaction(self, place: Place, event: RoomEvent, about: str) -> Incoming | None:
        """What a reaction to a message of ours asks for."""
        target = await self._ours.target(place.room.id, about)
        if target is None:
            return None
        given = meaning_of(event.text, target.written, about, at_desk=place.at_desk)
        once = None
        if isinstance(given, Pressed | Reacted) and not place.at_desk and given != Pressed(PERSON):
            given = await self._if_theirs(place, event.sender, target, given)
            # Said to a coordinator once, however often it is taken away and put there; the word that refuses a press as well.
            once = f"{about}:{event.sender}:{given.sign}" if isinstance(given, Reacted) else None
            once = f"{about}:{event.sender}:refused" if given in (ANOTHERS, LAPSED) else once
        return None if given is None else self._incoming(place, event, given, target.thread, once)

    async def _if_theirs(self, place: Place, user: str, target: Target, given: Pressed | Reacted) -> Input | None:
        """The sign, if the message it stands under was for this person; else what its press is refused with, or nothing.

        Between two a message that is no longer known can have been for nobody else, and the dialogue knows what is still offered.
        """
        address = self._addresses.address(place, user, target.thread)
        with uncounted():
            sent = await self._belonging.reply_sent(_person(place, user), address, target.written.outbox_id)
        if (sent is None and place.between_two) or (sent is not None and sent.theirs):
            return given
        if isinstance(given, Reacted):
            return None
        return LAPSED if sent is None else ANOTHERS

    async def _arriving(self, room_id: str, raw: Mapping[str, Any]) -> tuple[Incoming, ...]:
        """Lotse itself came into a room of coordinators."""
        event_id, place = event_id_of(raw), await self._addresses.of_coordinators(room_id)
        if event_id is None or place is None:
            return ()
        me, came = Person(NAME, self._names.user_id), CameIn(moved=place.room.predecessor is not None)
        return (Incoming(Address(NAME, place.known_as), me, ExternalId(event_id), came, self._clock()),)

    async def _membership(self, room_id: str, raw: Mapping[str, Any]) -> tuple[Incoming, ...]:
        """Somebody left a room, was asked into it or came."""
        user, event_id = id_of(raw.get("state_key"), "@"), id_of(raw.get("event_id"), "$")
        membership = inside(raw, "content").get("membership")
        if user is None or event_id is None or user == self._names.user_id:
            return ()
        place = await self._addresses.place(room_id, user)
        if place is None or place.at_desk:
            return ()
        if membership in ("invite", "join"):
            return () if place.between_two else await self._read_by(place, user)
        if membership not in ("leave", "ban") or place.room.successor is not None:  # there they go on
            return ()
        if user in place.room.members:  # they have come back meanwhile
            return ()
        return await self._leaving(place, user, event_id)

    async def _read_by(self, place: Place, newcomer: str) -> tuple[Incoming, ...]:
        """That others read along in a case that goes on in this room: said once, however many come."""
        self._addresses.others_came(place)
        return tuple(
            Incoming(
                case.address,
                _person(place, case.external_user),
                ExternalId(f"{case.address.room}:case {case.number}:others"),
                ReadByOthers(elsewhere=case.address.room.startswith("@")),
                self._clock(),
                encrypted=place.room.encrypted,
            )
            for case in await self._cases.read_by(place, newcomer)
        )

    async def _leaving(self, place: Place, user: str, event_id: str) -> tuple[Incoming, ...]:
        """Somebody left a room of two, or one they had let others into while their case went on there."""
        address, former = self._addresses.address(place, user), self._addresses.is_former(place, user)
        self._addresses.left(user, place)
        stay = any(member != self._names.user_id for member in place.room.joined())
        if former or (stay and not await self._cases.goes_on(address, user)):
            return ()
        return (Incoming(address, Person(NAME, user), ExternalId(event_id), Left(), self._clock()),)

    async def _settle(self, place: Place, user: str) -> None:
        """Who is alone with Lotse in a room where somebody else's conversation stands speaks for themselves, not in that one.

        Its person may have left before them, after others, or before they came: what they say first is looked at, not who went.
        """
        if not place.between_two or self._addresses.knows(user, place):
            return
        with uncounted():
            owner = await self._belonging.owner_of(Address(NAME, place.known_as))
        if owner is not None and owner != user:
            self._addresses.stays_alone(user, place)

    def _incoming(
        self, place: Place, event: RoomEvent, given: Input, thread: str | None, once: str | None = None
    ) -> Incoming:
        """``once``: the id by which it is known, where that is not the event's own."""
        if thread is not None and thread in (event.thread, event.id):
            self._addresses.stands_there(place, thread)
        return Incoming(
            self._addresses.address(place, event.sender, thread),
            _person(place, event.sender),
            ExternalId(once or event.id),
            given,
            event.at or self._clock(),
            alone=self._addresses.alone_with(place, event.sender),
            also=None if once is None else ExternalId(event.id),
            encrypted=place.room.encrypted,
        )


def _in_its_case(said: Incoming, case: CasePlace) -> tuple[Incoming, ...]:
    """What was said, at the place of the case; there others may read along, for its person let them.

    Who is asked something answers below the question, and would not know that a thread is a conversation of its own. That the
    answer stands elsewhere they are told in the thread, once for each case: then they know how it goes.
    """
    there = replace(said, address=case.address, alone=None)
    words = isinstance(said.input, Utterance | SentFile)
    if not words or said.address.thread is None or said.address == case.address:
        return (there,)
    once = ExternalId(f"{said.address.room}:case {case.number}:led")
    return there, replace(said, external_id=once, input=LedToCase(case.number, case.locale))


def _person(place: Place, user: str) -> Person:
    member = place.room.members.get(user)
    return Person(NAME, user, member.name if member else None)
