"""A delivery becomes events of a room, each with a transaction id made of the outbox id.

The same device and the same transaction id give the first event back, so a delivery that comes twice, because a stop left it
unclear whether it arrived, is posted once. A reply that becomes several events is known by all their ids, with spaces between.

In one room one delivery is sent after the other: the key of the room is given out before the first event that needs it.
"""

import asyncio
import contextlib
import functools
import time
from collections.abc import Mapping
from typing import Any, assert_never
from weakref import WeakValueDictionary

from bot.channels.looking import Belonging
from bot.channels.matrix.behind import TRY_FOR_S, Behind
from bot.channels.matrix.directs import Directs
from bot.channels.matrix.encryption import Encryption
from bot.channels.matrix.event_reading import CHOICE_SIGNS
from bot.channels.matrix.event_writing import contents_of, edit_of, in_thread, reaction_to
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment
from bot.channels.matrix.message_places import MessagePlaces
from bot.channels.matrix.own_messages import OwnMessages
from bot.channels.matrix.rooms import MEGOLM, Room, RoomBook
from bot.channels.matrix.taking_back import TakingBack
from bot.errors import ChannelError, NotInRoom
from bot.model import Address, Delivery, Edit, ExternalId, OutboxId, Post, React, Redact, Reply

TYPING_FOR_MS = 15_000
"""Then clients stop to show it by themselves."""
SHOW_WITHIN_S = 1.0
"""A sign is left out when messages go before it for so long."""
SHOWING_PATIENCE_S = 5


class Sender:
    """Carries deliveries out. ``me``: our own id."""

    def __init__(
        self,
        me: str,
        homeserver: Homeserver,
        rooms: RoomBook,
        directs: Directs,
        encryption: Encryption | None,
        ours: OwnMessages,
        places: MessagePlaces,
        belonging: Belonging,
        desk_rooms: frozenset[str] = frozenset(),
    ) -> None:
        self._me = me
        self._desk_rooms = desk_rooms
        self._homeserver = homeserver
        self._rooms = rooms
        self._directs = directs
        self._encryption = encryption
        self._ours = ours
        self._places = places
        self._belonging = belonging
        self._taking_back = TakingBack(me, homeserver)
        self._behind = Behind()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(self, delivery: Delivery) -> ExternalId:
        """Carry it out; the id of the event, or the ids of all of them. Raises ChannelError."""
        try:
            return await self._send(delivery)
        except HomeserverError as error:
            if error.status == 403 and (hindrance := await self._hindrance(delivery)) is not None:
                raise hindrance from error
            raise

    async def _send(self, delivery: Delivery) -> ExternalId:
        room = await self._room_of(delivery)
        lock = self._locks.setdefault(room.id, asyncio.Lock())
        with self._behind.message():
            async with lock:
                room = await self._rooms.get(room.id)  # somebody may have left it while others were served
                return await self._carry_out(room, delivery)

    async def _hindrance(self, delivery: Delivery) -> ChannelError | None:
        """Why a room refuses that will take it later: another takes its place, Lotse is not in it, or it is one to be made anew."""
        address = delivery.address
        room = await self._as_it_is_now(address)
        if room is not None and room.successor is not None:
            return ChannelError("the room moves, and Lotse is not in the new one yet")
        if room is not None and self._me in room.joined():
            return None
        if self._is_desk(address):
            return NotInRoom("Lotse is not in this room")
        if isinstance(delivery, Post) and address.room.startswith("@"):
            return ChannelError("Lotse is not in the room it had made for this person")
        return None

    async def _as_it_is_now(self, address: Address) -> Room | None:
        """The room of an address, asked of the homeserver; None where it says nothing of it, as Lotse never was there."""
        known = self._directs.known_room(address.room)
        try:
            current = (await self._rooms.after(known or address.room))[-1]
            self._rooms.forget(current)
            return await self._rooms.get(current)
        except HomeserverError as error:
            if error.status != 403:
                raise
            return None

    async def _carry_out(self, room: Room, delivery: Delivery) -> ExternalId:
        match delivery:
            case Post(reply=reply):
                ids = await self._post(room, delivery, reply)
            case Edit(reply=reply, external_id=external_id):
                ids = await self._edit(room, delivery, reply, external_id.split())
            case Redact(external_id=external_id, outbox_id=outbox_id):
                ids = external_id.split()
                for number, event_id in enumerate(ids):
                    await self._taking_back.take_back(room.id, event_id, f"{outbox_id}.{number}")
            case React(external_id=external_id, outbox_id=outbox_id, sign=sign):
                about = external_id.split()[0]
                # Reactions stay in clear in encrypted rooms too: the server counts them.
                ids = [await self._put(room, "m.reaction", reaction_to(about, sign), outbox_id)]
            case _:
                assert_never(delivery)
        return ExternalId(" ".join(ids))

    async def offer_choices(self, address: Address, external_id: ExternalId, reply: Reply, outbox_id: str) -> None:
        """Put a numbered sign for each choice under a message, so that one press is enough. Raises ChannelError.

        They go out behind the messages of all rooms, and are given up after a minute.
        """
        try_until = time.monotonic() + TRY_FOR_S
        event_id = external_id.split()[-1]
        room = await self._home_of(address, event_id)
        for number, (sign, _choice) in enumerate(zip(CHOICE_SIGNS, reply.choices, strict=False), 1):
            content, transaction = reaction_to(event_id, sign), f"{outbox_id}.sign{number}"
            await self._behind.send(functools.partial(self._put, room, "m.reaction", content, transaction), try_until)

    async def show_typing(self, address: Address, *, typing: bool) -> None:
        """Show where this address is spoken in that Lotse types, between the messages of all rooms; or that it does no longer.

        Raises ChannelError. No room is made for a sign.
        """
        known = self._directs.known_room(address.room)
        if known is None or (typing and not await self._is_quiet_soon()):
            return
        room = await self._rooms.latest_of(known)
        path = f"/rooms/{segment(room.id)}/typing/{segment(self._me)}"
        body = {"typing": True, "timeout": TYPING_FOR_MS} if typing else {"typing": False}
        await self._homeserver.call("PUT", path, body, patience_s=SHOWING_PATIENCE_S)

    async def _is_quiet_soon(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SHOW_WITHIN_S):
                await self._behind.until_quiet()
                return True
        return False

    async def send_behind(self, address: Address, kind: str, content: dict[str, Any], transaction: str) -> None:
        """Send an event that is no message behind the messages of all rooms, for a minute at most. Raises ChannelError."""
        try_until = time.monotonic() + TRY_FOR_S
        room = await self._room(address)
        lock = self._locks.setdefault(room.id, asyncio.Lock())

        async def send() -> None:
            async with lock:
                await self._say(room, content, transaction, kind)

        await self._behind.send(send, try_until)

    async def _room_of(self, delivery: Delivery) -> Room:
        """The room of a delivery: new words are said where its address is spoken in, the others are about a message.

        For those no room is made: an invitation nobody needs is a nuisance, and nothing stands there.
        """
        if isinstance(delivery, Post):
            return await self._room(delivery.address)
        return await self._home_of(delivery.address, delivery.external_id.split()[0])

    async def _home_of(self, address: Address, event_id: str) -> Room:
        """The room in which this event stands: of those an address stands for, or stood for, and those they continue."""
        for known in self._directs.rooms_of(address.room):
            latest = await self._rooms.latest_if_any(known)
            for room_id in () if latest is None else await self._rooms.before(latest.id):
                room = await self._rooms.get(room_id)
                if await self._places.holds(room, address.room, event_id):
                    return room
        spoken_in = self._directs.known_room(address.room)
        if spoken_in is None:
            raise _left_behind("message")
        return await self._rooms.latest_of(spoken_in)  # the homeserver says what is wrong

    async def _room(self, address: Address) -> Room:
        """The room in which an address is spoken in at present."""
        return await self._rooms.latest_of(await self._directs.room_for(address.room))

    async def _post(self, room: Room, delivery: Post, reply: Reply) -> list[str]:
        await self._must_reach(room, delivery.address, delivery.outbox_id)
        root = await self._thread_in(room, delivery.address)
        contents = contents_of(reply, delivery.outbox_id, loud=self._is_desk(delivery.address))
        ids = [
            await self._add(room, root, plain, _transaction(delivery.outbox_id, number))
            for number, plain in enumerate(contents)
        ]
        self._places.note(room.id, ids[0])
        return ids

    async def _is_said_in(self, room: Room, address: Address, event_id: str) -> bool:
        """Whether this message stands where its address is spoken in now, so that new words may stand there as well."""
        moved = (await self._rooms.latest_of(room.id)).id != room.id
        replaced = address.room.startswith("@") and not room.direct
        return not (moved or replaced) and await self._places.holds(room, address.room, event_id)

    async def _must_reach(self, room: Room, address: Address, outbox_id: OutboxId) -> None:
        """Raises ChannelError where the person this is for is not in the room, and whoever is left would read it instead.

        It is not enough to know whose room it was: somebody else may be alone with Lotse there by now.
        """
        if self._is_desk(address):
            return
        person = await self._belonging.listener_of(address, outbox_id)
        if person is None or person in room.members or await self._rooms.has_yet_to_come(person, room):
            return
        raise ChannelError("the person has left this room", permanent=True)

    async def _add(self, room: Room, root: str | None, plain: dict[str, Any], transaction: str) -> str:
        """Post an event, behind everything in its thread."""
        content = plain if root is None else in_thread(plain, root, self._ours.latest_in(room.id, root))
        event_id = await self._say(room, content, transaction)
        self._ours.remember(event_id, plain, root)
        if root is not None:
            self._ours.thread_goes_on(room.id, root, event_id)
        return event_id

    async def _edit(self, room: Room, delivery: Edit, reply: Reply, before: list[str]) -> list[str]:
        """The events are changed one by one; what is too many is taken back, what is too few is added.

        An edit is an event as well, but the message stays known by the ones that are changed.
        """
        if not await self._is_said_in(room, delivery.address, before[0]):
            raise _left_behind("message")
        await self._must_reach(room, delivery.address, delivery.of)
        root = await self._thread_in(room, delivery.address)
        contents = contents_of(reply, delivery.of, loud=self._is_desk(delivery.address))
        ids = before[: len(contents)]
        for number, plain in enumerate(contents):
            transaction = _transaction(delivery.outbox_id, number)
            if number < len(before):
                await self._say(room, edit_of(plain, before[number]), transaction)
                self._ours.remember(before[number], plain, root)
            else:
                ids.append(await self._add(room, root, plain, transaction))
        for number, event_id in enumerate(before[len(contents) :]):
            await self._taking_back.take_back(room.id, event_id, f"{delivery.outbox_id}.gone{number}")
        return ids

    async def _thread_in(self, room: Room, address: Address) -> str | None:
        """The thread to answer in. One that was left behind when its room moved is answered in the new room itself.

        Among coordinators that is for the desk to decide, which knows of what case it is. Raises ChannelError.
        """
        thread = address.thread
        if thread is None or await self._places.holds(room, address.room, thread):
            return thread
        if self._is_desk(address):
            raise _left_behind("thread")
        return None

    def _is_desk(self, address: Address) -> bool:
        """Whether coordinators work there: their clients shall ring."""
        return address.room in self._desk_rooms

    async def _say(self, room: Room, content: dict[str, Any], transaction: str, kind: str = "m.room.message") -> str:
        if not room.encrypted:
            return await self._put(room, kind, content, transaction)
        if self._encryption is None or room.algorithm != MEGOLM:
            raise ChannelError("the room is encrypted in a way Lotse does not serve", permanent=True)
        sealed = await self._encryption.encrypt(room.id, room.readers(), kind, content)
        return await self._put(room, "m.room.encrypted", sealed, transaction)

    async def _put(self, room: Room, kind: str, content: Mapping[str, Any], transaction: str) -> str:
        path = f"/rooms/{segment(room.id)}/send/{segment(kind)}/{segment(transaction)}"
        return _event_id(await self._homeserver.call("PUT", path, content))


def _left_behind(what: str) -> ChannelError:
    """That the message or the thread this is about is not where its address is spoken in now."""
    return ChannelError(f"the {what} was left behind when its room moved", permanent=True, gone=True)


def _event_id(answer: Mapping[str, Any]) -> str:
    event_id = answer.get("event_id")
    if not isinstance(event_id, str):
        raise ChannelError("the homeserver took a message and did not say under which id")
    return event_id


def _transaction(outbox_id: str, number: int) -> str:
    return outbox_id if number == 0 else f"{outbox_id}.{number}"
