"""Matrix as a channel: one device, signed in and trusted, that reads with every sync and sends what was decided.

What trying again cannot mend stops the start, with one sentence for the operator: settings that do not fit the account, keys
that were lost, a device other clients would not trust. A homeserver that is merely away does not: Lotse starts, serves its
other channels, says on the health page what is wrong, and goes on trying.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime

import structlog

from bot.channels.channel import Accept
from bot.channels.looking import Belonging
from bot.channels.matrix.calling import Names
from bot.channels.matrix.directs import Directs
from bot.channels.matrix.event_meaning import EventMeaning
from bot.channels.matrix.homeserver import HomeserverError, in_words, pause, segment
from bot.channels.matrix.invitations import Invitations
from bot.channels.matrix.late_keys import LateKeys
from bot.channels.matrix.matrix_settings import NAME, MatrixSettings
from bot.channels.matrix.message_places import MessagePlaces
from bot.channels.matrix.own_messages import OwnMessages
from bot.channels.matrix.profile import show_ourselves
from bot.channels.matrix.room_addresses import RoomAddresses
from bot.channels.matrix.rooms import Room, RoomBook, desk_state, with_state
from bot.channels.matrix.sending import Sender
from bot.channels.matrix.signed_in import UNTRUSTED, WAITING_FILE, signed_in
from bot.channels.matrix.single_events import SingleEvents
from bot.channels.matrix.sync_loop import Connection, Doing, SyncLoop
from bot.channels.matrix.syncing import SyncReader
from bot.channels.matrix.timelines import Timelines
from bot.errors import ChannelError, ConfigError, NotInRoom, NotThereYet
from bot.model import Delivery, ExternalId, Limits, Post, RoomState, Typing, View

log = structlog.get_logger(__name__)

LIMITS = Limits(text=8_000, choices=9)
"""A longer reply becomes several messages; nine choices have a sign of their own."""


class MatrixChannel:
    """Reads and sends as one device. ``problem`` says in one sentence why it cannot at present; None when it can."""

    name = NAME
    limits = LIMITS

    def __init__(self, settings: MatrixSettings, belonging: Belonging, clock: Callable[[], datetime]) -> None:
        self.problem: str | None = "Matrix is not connected yet."
        self.desk_rooms = settings.desk_rooms
        self.least_power = settings.desk_power_level
        self._settings = settings
        self._belonging = belonging
        self._clock = clock
        self._stack = contextlib.AsyncExitStack()
        self._connection: Connection | None = None
        self._background: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Be connected, or at least able to try again. Raises ConfigError when that would be no use."""
        try:
            await self._connect()
        except ChannelError as error:
            self._report(in_words(error))

    async def close(self) -> None:
        """Close connections and keys."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._connection = None
        await self._stack.aclose()

    async def receive(self, accept: Accept, cursor: str | None) -> None:
        """Take in what people write, until cancelled."""
        failures = 0
        while self._connection is None:
            try:
                await self._connect()
            except ChannelError as error:
                failures += 1
                self._report(in_words(error))
                await pause(failures, error)
            except ConfigError as error:
                failures += 1
                self._report(str(error))
                await pause(failures)
        await SyncLoop(self._connection, accept, self._clock, self._soon, self._report).run(cursor)

    async def send(self, delivery: Delivery) -> ExternalId:
        """Carry out one delivery; with the same outbox id it is carried out once. Raises ChannelError."""
        connection = self._connection
        if connection is None:
            raise ChannelError(self.problem or "Matrix is not connected")
        try:
            external_id = await connection.sender.send(delivery)
        except HomeserverError as error:
            if error.signed_out:
                connection.signed_out.set()
            raise
        if isinstance(delivery, Post) and delivery.reply.choices:
            offering = connection.sender.offer_choices(
                delivery.address, external_id, delivery.reply, delivery.outbox_id
            )
            self._soon(offering)
        return external_id

    async def look_into(self, room: str) -> RoomState:
        """Who is in a room of coordinators, and whether it is encrypted, as its state says now. Raises ChannelError."""
        connection = self._connection
        if connection is None:
            raise ChannelError(self.problem or "Matrix is not connected")
        # Asked before the request: it may be there when the refusal comes.
        on_the_way = connection.invitations.leads_soon_into(room)
        found = await self._room_of(connection, room)
        if found is not None and self._settings.user in found.joined():
            return desk_state(found, self._settings.user)
        if on_the_way or connection.invitations.leads_soon_into(room):
            raise NotThereYet("Lotse is on its way into this room")
        raise NotInRoom("Lotse is not in this room")

    async def _room_of(self, connection: Connection, room: str) -> Room | None:
        """What the homeserver says of a room now, or said when Lotse was sent out of it; None where it never was."""
        try:
            current = (await connection.rooms.latest_of(room)).id
            state = await connection.homeserver.call_list("GET", f"/rooms/{segment(current)}/state")
        except HomeserverError as error:
            if error.status != 403:
                raise
            return None
        return with_state(Room(current), state)

    def thread_at(self, external_id: ExternalId) -> str:
        """The thread that begins with the first event of this message."""
        return external_id.split()[0]

    async def show(self, view: View) -> None:
        """Show that an answer is on its way, or that it is no longer. No client has to take a message for the end of typing."""
        if self._connection is None:
            return
        with contextlib.suppress(ChannelError):  # fleeting: loss is harmless
            await self._connection.sender.show_typing(view.address, typing=isinstance(view, Typing))

    async def _connect(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            me = await stack.enter_async_context(signed_in(self._settings))
            if me.encryption is not None:
                trust = await me.sign()
                if trust != "signed":
                    raise ConfigError(UNTRUSTED[trust])
            late = LateKeys(self._settings.folder / WAITING_FILE)
            rooms = RoomBook(me.homeserver)
            directs = Directs(me.homeserver, rooms, me.device.user, encrypted=me.encryption is not None)
            await directs.load()
            names = Names(me.device.user, (self._settings.display_name,))
            desk_rooms = frozenset(room.room for room in self.desk_rooms)
            events = SingleEvents(me.homeserver, me.encryption)
            ours, places = OwnMessages(events, names), MessagePlaces(events)
            fingerprint = None if me.encryption is None else me.encryption.keys.fingerprint
            addresses = RoomAddresses(rooms, directs, desk_rooms, places)
            meaning = EventMeaning(addresses, ours, names, self._belonging, self._clock, fingerprint)
            timelines = Timelines(me.homeserver, rooms, me.device.user)
            reader = SyncReader(me.device.user, timelines, events, meaning, late, self._clock)
            sender = Sender(
                me.device.user,
                me.homeserver,
                rooms,
                directs,
                me.encryption,
                ours,
                places,
                self._belonging,
                desk_rooms,
            )
            invitations = Invitations(me.homeserver, self._settings)
            self._connection = Connection(me, me.homeserver, rooms, directs, late, reader, sender, invitations)
            self._stack.push_async_exit(stack.pop_all())
        self._report(None)
        self._soon(show_ourselves(me))

    def _report(self, problem: str | None) -> None:
        if problem is not None and problem != self.problem:
            log.error("matrix_problem", problem=problem)
        if problem is None and self.problem is not None:
            log.info("matrix_connected")
        self.problem = problem

    def _soon(self, doing: Doing) -> None:
        """Do something that may fail without harm, beside everything else."""

        async def attempt() -> None:
            try:
                await doing
            except ChannelError as error:
                log.info("matrix_left_out", reason=error.reason)

        task = asyncio.create_task(attempt())
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        task.add_done_callback(lambda _: doing.close())  # it may have been given up before it began


@contextlib.asynccontextmanager
async def open_matrix(
    settings: MatrixSettings, belonging: Belonging, clock: Callable[[], datetime]
) -> AsyncIterator[MatrixChannel]:
    """The channel, connected if the homeserver answers, closed at the end. Raises ConfigError."""
    channel = MatrixChannel(settings, belonging, clock)
    try:
        await channel.open()
        yield channel
    finally:
        await channel.close()
