"""The process that is killed: inbox and outbox loops as in the product, between a platform in files and a real store.

It pauses before and after every commit that wrote something, and before and after a message is posted. The pauses are
made by classes of the tests around the product's own, so the product knows nothing of them. At the point that was
asked for the process tells its parent and freezes, until it is killed.
"""

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from sqlalchemy import event

from bot.config import make_clock
from bot.model import Address, Delivery, ExternalId, Incoming, Limits, Person, Utterance
from bot.store.announce import OUTBOX
from bot.store.conversations import Conversations
from bot.store.database import Database, open_database
from bot.store.figures import read_figures
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.worker.inbox_loop import TakeTurn, inbox_loop
from bot.worker.keep_going import Pace
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from tests.fakes import echo_turn, echo_understand
from tests.worker.running import NOTHING, running

CHANNEL = "files"
USERS = 3
AT_ONCE = 2
"""Events the platform hands over together; each time it also repeats the one before."""
PACE = Pace(idle=1.0, after_failure=0.05, at_most=0.2)

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Job:
    """What the process is to do. ``stop_at``: the number of the point to freeze at; 0 for none."""

    address: str
    folder: Path
    messages: int
    stop_at: int = 0


class Gate:
    """Counts the points the process passes and freezes at one of them."""

    def __init__(self, stop_at: int, parent: Connection) -> None:
        self._stop_at = stop_at
        self._parent = parent
        self.kinds: list[str] = []

    def point(self, kind: str) -> None:
        self.kinds.append(kind)
        if len(self.kinds) == self._stop_at:
            self._parent.send(("frozen", self.kinds))
            self._parent.recv()  # nothing ever comes: the parent kills instead


class PausingDatabase(Database):
    """The product's database, with a point before and after every commit that wrote something."""

    def __init__(self, opened: Database, gate: Gate) -> None:
        super().__init__(opened.engine, opened.announcer, opened.connections)
        self.remember_file()
        self._gate = gate

        @event.listens_for(opened.engine.sync_engine, "before_cursor_execute")
        def note(connection, _cursor, statement, _parameters, _context, _many):
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                connection.info["wrote"] = True

    @contextlib.asynccontextmanager
    async def transaction(self, wake=None, *, quick=False):
        wrote = False
        async with super().transaction(wake, quick=quick) as connection:
            yield connection
            wrote = (await connection.get_raw_connection()).info.pop("wrote", False)
            if wrote:
                self._gate.point("before_commit")
        if wrote:
            self._gate.point("after_commit")


class FileChannel:
    """A platform in a file. It recognises a message by its outbox id, as the real ones do."""

    name = CHANNEL
    limits = Limits(text=4_000, choices=5)

    def __init__(self, folder: Path, gate: Gate) -> None:
        self._posts, self._handed, self._gate = folder / "posts", folder / "handed", gate

    async def receive(self, accept, cursor) -> None:
        await asyncio.Event().wait()

    async def send(self, delivery: Delivery) -> ExternalId:
        append(self._handed, {"id": delivery.outbox_id})
        self._gate.point("before_send")
        if delivery.outbox_id not in {post["id"] for post in lines_of(self._posts)}:
            text = delivery.reply.blocks[0].spans[0].text
            append(self._posts, {"id": delivery.outbox_id, "room": delivery.address.room, "text": text})
        self._gate.point("after_send")
        return ExternalId(f"posted {delivery.outbox_id}")

    async def show(self, view) -> None:
        pass


def append(file: Path, line: dict) -> None:
    """One line in one write: a kill leaves it there whole or not at all."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, (json.dumps(line) + "\n").encode())
    os.close(descriptor)


def lines_of(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def happened(number: int) -> Incoming:
    """The event of this number; the platform has as many as it is asked for."""
    user = f"user {number % USERS}"
    said = Utterance(f"message {number}")
    sent_at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    return Incoming(Address(CHANNEL, user), Person(CHANNEL, user), ExternalId(f"event {number}"), said, sent_at)


Talk = Callable[[Database, Inbox, Clock, int], Awaitable[None]]
"""Brings so many messages in, and whatever else happens; beginning anew where it left off when it was killed before."""


async def receive(_database: Database, inbox: Inbox, _clock: Clock, messages: int) -> None:
    """Take over what happened since the cursor, as a channel does after a start."""
    cursor = int(await inbox.cursor(CHANNEL) or 0)
    for start in range(cursor, messages, AT_ONCE):
        end = min(start + AT_ONCE, messages)
        await inbox.accept(CHANNEL, [happened(number) for number in range(max(start - 1, 0), end)], str(end))


async def work(job: Job, parent: Connection, talk: Talk, take_turn: TakeTurn) -> None:
    """Run the loops until all that ``talk`` brought in is answered and delivered; then tell the parent."""
    gate = Gate(job.stop_at, parent)
    clock = make_clock()
    database = PausingDatabase(await open_database(job.address), gate)
    announcer = database.announcer
    outbox = Outbox(database, sending_lasts=timedelta(seconds=1))
    inbox, conversations = Inbox(database, clock, flood_notice), Conversations(database, apologise, outbox)
    mind = {"understand": echo_understand, "take_turn": take_turn}
    loops = (
        inbox_loop(conversations, NOTHING, clock, announcer, pace=PACE, **mind),
        outbox_loop(outbox, [FileChannel(job.folder, gate)], clock, announcer, pace=PACE),
    )
    with announcer.listen(OUTBOX) as bell:
        async with running(*loops):
            parent.send("begun")
            await talk(database, inbox, clock, job.messages)
            while await under_way(database, clock()):
                await bell.wait(0.2)
    await database.close()
    parent.send(("done", gate.kinds))


async def under_way(database: Database, now: datetime) -> bool:
    """Whether something is taken over and not yet answered, or decided and not yet noted as sent."""
    figures = await read_figures(database, now)
    return bool(figures.inputs_waiting or figures.deliveries_waiting or figures.deliveries_sending)


def run(job: Job, parent: Connection, talk: Talk, take_turn: TakeTurn) -> None:
    """All of the process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(work(job, parent, talk, take_turn))


def main(job: Job, parent: Connection) -> None:
    """The process that answers."""
    run(job, parent, receive, echo_turn)
