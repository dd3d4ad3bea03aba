"""Reads with every sync, until cancelled, whatever the homeserver does meanwhile.

The order that loses nothing: keys into the key store, events that wait for a key into their file, then inputs and cursor in
one transaction. A stop anywhere in between repeats, and what repeats is recognised.
"""

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from bot.channels.channel import Accept
from bot.channels.matrix.directs import Directs
from bot.channels.matrix.error_places import report_bug
from bot.channels.matrix.event_reading import inside
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, in_words, pause
from bot.channels.matrix.invitations import Invitations
from bot.channels.matrix.key_upkeep import KeyUpkeep
from bot.channels.matrix.late_keys import LateKeys, WaitingEvent
from bot.channels.matrix.receipts import Receipts
from bot.channels.matrix.rooms import Room, RoomBook, with_state
from bot.channels.matrix.sending import Sender
from bot.channels.matrix.signed_in import SignedIn
from bot.channels.matrix.syncing import SyncReader
from bot.channels.matrix.timelines import first_sync_filter, sync_filter
from bot.channels.matrix.trust_watch import TrustWatch
from bot.channels.matrix.verification_requests import VerificationRequests
from bot.errors import ChannelError, ConfigError, StoreUnavailable
from bot.model import Incoming

log = structlog.get_logger(__name__)

LONG_POLL_S = 30
SYNC_PATIENCE_S = 50.0
"""A sync that is answered later than this is not coming: the connection is dead although it looks alive."""
LOOK_AT_LATE_EVERY_S = 30.0
LOOK_AT_FAILING_EVERY_S = 1.0
"""Nothing is asked then unless a look at a room is due."""
LONGEST_PAUSE_S = 30.0
"""Between two attempts while the homeserver is away."""
CURSOR_AT_LEAST_EVERY_S = 10.0
"""Lotse's own events and signs come back with syncs that hold nothing for it; not each of them is worth a write to the disk."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What there is once the account is signed in. ``signed_out`` is set when the server has ended the session."""

    me: SignedIn
    homeserver: Homeserver
    rooms: RoomBook
    directs: Directs
    late: LateKeys
    reader: SyncReader
    sender: Sender
    invitations: Invitations
    signed_out: asyncio.Event = field(default_factory=asyncio.Event)


Doing = Coroutine[Any, Any, None]


class SyncLoop:
    """The loop of one connection. ``soon`` does what may fail without harm; ``report`` is told what is wrong, or None."""

    def __init__(
        self,
        connection: Connection,
        accept: Accept,
        clock: Callable[[], datetime],
        soon: Callable[[Doing], None],
        report: Callable[[str | None], None],
    ) -> None:
        self._at = connection
        self._accept = accept
        self._clock = clock
        self._soon = soon
        self._report = report
        self._key_events_taken: set[str] = set()
        self._receipts = Receipts(connection.homeserver, connection.rooms, connection.directs)
        self._verifications = VerificationRequests(connection.homeserver, connection.sender, clock)
        self._cursor_kept_at = -CURSOR_AT_LEAST_EVERY_S
        self._trust = TrustWatch(connection.me, connection.me.device.user)
        encryption = connection.me.encryption
        self._upkeep = None if encryption is None else KeyUpkeep(encryption)

    async def run(self, cursor: str | None) -> None:
        """Read from ``cursor`` on, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tell_late(), name="matrix late keys")
            tasks.create_task(self._look_again(), name="matrix failing rooms")
            if self._at.me.encryption is not None:
                tasks.create_task(self._trust.run(self._report), name="matrix trust")
            await self._read_on(cursor, tasks)

    async def _read_on(self, cursor: str | None, tasks: asyncio.TaskGroup) -> None:
        failures = 0
        begun = False
        while True:
            error: Exception
            try:
                if self._at.signed_out.is_set():
                    await self._sign_in_again()
                if not begun or cursor is None:
                    cursor = await self._begin(cursor, tasks)
                    begun = True
                cursor = await self._one_sync(cursor, tasks)
                failures = 0
                self._report(self._problem())
                continue
            except StoreUnavailable as unavailable:
                error = unavailable
                log.warning("matrix_inbox_unavailable", error=str(error))
            except HomeserverError as refused:
                error = refused
                if refused.signed_out:
                    self._at.signed_out.set()
                self._report(in_words(refused))
            except (ChannelError, ConfigError) as said:
                error = said
                self._report(str(said))
            except Exception as bug:  # a loop goes on, and says so
                error = bug
                self._report(f"Reading from Matrix failed ({type(bug).__name__}); the log says where.")
                report_bug("matrix_loop_failed", bug)
            failures += 1
            asked = error if isinstance(error, ChannelError) else None
            await pause(failures, asked, longest_s=LONGEST_PAUSE_S)

    def _problem(self) -> str | None:
        """What is wrong although reading goes on."""
        keys = None if self._upkeep is None else self._upkeep.problem
        return self._trust.problem or keys or self._at.reader.problem

    async def _sign_in_again(self) -> None:
        await self._at.me.account.sign_in_again()
        await self._at.me.give_keys()
        self._at.signed_out.clear()
        if self._at.me.encryption is not None:
            await self._trust.look()

    async def _begin(self, cursor: str | None, tasks: asyncio.TaskGroup) -> str:
        """Take up what a stop left over: invitations, and rooms that moved; at the very first start, find out where to begin."""
        query = {"timeout": "0", "filter": first_sync_filter()}
        answer = await self._at.homeserver.call("GET", "/sync", query=query, patience_s=SYNC_PATIENCE_S)
        rooms = inside(answer, "rooms")
        joined = inside(rooms, "join")
        for room_id, successor, via in upgrades_in(joined):
            if successor not in joined:
                self._at.invitations.follow_again(room_id, successor, via, tasks)
        self._at.invitations.take(rooms.get("invite"), tasks)  # which may lead where a room has moved to
        if cursor is not None:
            return cursor
        following = _token(answer)
        self._take_keys(answer)
        await self._keep([], following)
        return following

    async def _one_sync(self, cursor: str, tasks: asyncio.TaskGroup) -> str:
        query = {"since": cursor, "timeout": str(LONG_POLL_S * 1000), "filter": sync_filter()}
        answer = await self._at.homeserver.call("GET", "/sync", query=query, patience_s=SYNC_PATIENCE_S)
        following = _token(answer)
        self._take_keys(answer)
        rooms = inside(answer, "rooms")
        for room_id in inside(rooms, "leave"):
            self._at.rooms.forget(room_id)
            self._at.directs.no_longer_of_two(room_id)
        read = await self._at.reader.read_late()
        said = await self._at.reader.read_rooms(rooms.get("join"), cursor)
        # What was deleted waits no longer, also if its key came at the same moment.
        late = [each for event_id, found in read.items() if event_id in self._at.late for each in found]
        inputs = [*late, *said]
        await self._at.directs.keep()  # who reads along where is not read again once the inputs are safe
        await self._at.late.keep()
        await self._keep(inputs, following)
        self._at.late.done(read)
        await self._at.late.keep()
        self._key_events_taken.clear()
        for room_id, successor, via in upgrades_in(rooms.get("join")):
            self._at.invitations.follow(room_id, successor, via, tasks)
        self._at.invitations.take(rooms.get("invite"), tasks)
        self._acknowledge(inputs, inside(answer, "to_device").get("events"))
        if self._upkeep is not None:  # the inputs are safe already
            self._upkeep.keep(answer, tasks)
        return following

    def _acknowledge(self, inputs: Sequence[Incoming], to_device: Any = ()) -> None:
        """Show people a moment later that what they wrote was read, and decline what they offered to verify."""
        if self._receipts.note(inputs):
            self._soon(self._receipts.show())
        if self._verifications.note(inputs, to_device):
            self._soon(self._verifications.decline())

    async def _keep(self, inputs: Sequence[Incoming], following: str) -> None:
        """Inputs and cursor in one transaction; a cursor alone now and then, what comes after it is read again at a start."""
        now = time.monotonic()
        if inputs or now - self._cursor_kept_at >= CURSOR_AT_LEAST_EVERY_S:
            await self._accept(inputs, following)
            self._cursor_kept_at = now

    def _take_keys(self, answer: Mapping[str, Any]) -> None:
        """Take in the keys of an answer; one that is read again, because something after it failed, is not taken twice."""
        encryption = self._at.me.encryption
        if encryption is None:
            return
        changed = inside(answer, "device_lists").get("changed")
        users = changed if isinstance(changed, list) else []
        encryption.devices_changed(users)
        self._trust.devices_changed(users)
        events = inside(answer, "to_device").get("events")
        new = []
        for event in events if isinstance(events, list) else ():
            digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
            if digest not in self._key_events_taken:
                self._key_events_taken.add(digest)
                new.append(event)
        encryption.take_in(new)

    async def _tell_late(self) -> None:
        """Tell the writers of events whose key does not come."""
        late, reader = self._at.late, self._at.reader
        while True:
            due = late.due_in(self._clock(), reader.may_look_at)
            waiting_s = LOOK_AT_LATE_EVERY_S if due is None else due.total_seconds()
            await asyncio.sleep(min(max(waiting_s, 0.2), LOOK_AT_LATE_EVERY_S))
            try:
                tell = {each.id: await reader.unreadable(each) for each in self._overdue()}
                # What was read or deleted meanwhile is not overdue any more.
                still = [each.id for each in self._overdue() if each.id in tell]
                if still:
                    await self._accept([said for event_id in still if (said := tell[event_id]) is not None])
                    late.told(still)
                late.drop_old(self._clock())
                await late.keep()
            except (StoreUnavailable, ChannelError) as error:
                log.warning("matrix_late_keys_waiting", error=str(error))
            except Exception as bug:  # a loop goes on, and says so
                report_bug("matrix_late_keys_failed", bug)

    def _overdue(self) -> list[WaitingEvent]:
        return [each for each in self._at.late.overdue(self._clock()) if self._at.reader.may_look_at(each)]

    async def _look_again(self) -> None:
        """Read what waits in rooms that were set aside, each beside everything else and beside the other ones."""
        looking: set[str] = set()
        async with asyncio.TaskGroup() as looks:
            while True:
                for room in self._at.reader.due_aside():
                    if room not in looking:
                        looking.add(room)
                        looks.create_task(self._look_into(room, looking))
                await asyncio.sleep(LOOK_AT_FAILING_EVERY_S)

    async def _look_into(self, room: str, looking: set[str]) -> None:
        try:
            await self._at.reader.read_aside(room, self._take_aside)
        except StoreUnavailable as error:
            log.warning("matrix_inbox_unavailable", error=str(error))
        except Exception as bug:  # the others are looked at, and this one later
            report_bug("matrix_failing_rooms_failed", bug)
        finally:
            looking.discard(room)

    async def _take_aside(self, incomings: Sequence[Incoming], cursor: str | None = None) -> None:
        await self._at.directs.keep()  # as after a sync
        if incomings:
            await self._accept(incomings, cursor)
            self._acknowledge(incomings)


def _token(answer: Mapping[str, Any]) -> str:
    token = answer.get("next_batch")
    if not isinstance(token, str) or not token:
        raise HomeserverError("its answer does not say where to read on")
    return token


def upgrades_in(joined: Any) -> Iterable[tuple[str, str, str]]:
    """Rooms that moved: which one, whereto, and the server of who moved it.

    After a gap, what happened in it stands in the state that comes with the answer. Source: Matrix client-server API, *Syncing*.
    """
    for room_id, part in joined.items() if isinstance(joined, Mapping) else ():
        read = (inside(part, key).get("events") for key in ("state", "timeline"))
        for event in itertools.chain.from_iterable(events for events in read if isinstance(events, list)):
            if isinstance(event, Mapping) and event.get("type") == "m.room.tombstone":
                successor, sender = with_state(Room(room_id), [event]).successor, event.get("sender")
                if successor is not None and isinstance(sender, str):
                    yield room_id, successor, sender.partition(":")[2]
