"""The process that is killed: Lotse's channel on a real homeserver with a real store, saying back what it hears.

It freezes, as asked, before or after a commit that wrote something or a message that was sent; see ``kill_child.py``.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection

import structlog

from bot.channels.matrix.matrix_channel import MatrixChannel
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.config import make_clock
from bot.store.conversations import Conversations
from bot.store.database import open_database
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.worker.inbox_loop import inbox_loop
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from tests.channels.matrix.at_work import NothingKept
from tests.drills.kill_child import PACE, Gate, PausingDatabase
from tests.fakes import echo_turn, echo_understand
from tests.worker.running import NOTHING, running


@dataclass(frozen=True)
class MatrixJob:
    """Which device, which store. ``stop_at``: the number of the point to freeze at; 0 for none."""

    settings: MatrixSettings
    address: str
    stop_at: int = 0


class PausingMatrix(MatrixChannel):
    """The product's channel, with a point before and after every message."""

    def __init__(self, settings, clock, gate: Gate) -> None:
        super().__init__(settings, NothingKept(), clock)
        self._gate = gate

    async def send(self, delivery):
        self._gate.point("before_send")
        sent = await super().send(delivery)
        self._gate.point("after_send")
        return sent


async def work(job: MatrixJob, parent: Connection) -> None:
    gate, clock = Gate(job.stop_at, parent), make_clock()
    database = PausingDatabase(await open_database(job.address), gate)
    announcer = database.announcer
    outbox = Outbox(database, sending_lasts=timedelta(seconds=1))
    inbox, conversations = Inbox(database, clock, flood_notice), Conversations(database, apologise, outbox)
    channel = PausingMatrix(job.settings, clock, gate)
    await channel.open()
    assert channel.problem is None, channel.problem

    async def accept(incomings, cursor=None):
        await inbox.accept(channel.name, incomings, cursor)

    mind = {"understand": echo_understand, "take_turn": echo_turn}
    loops = (
        inbox_loop(conversations, NOTHING, clock, announcer, pace=PACE, **mind),
        outbox_loop(outbox, [channel], clock, announcer, pace=PACE),
        channel.receive(accept, await inbox.cursor(channel.name)),
    )
    async with running(*loops):
        parent.send("begun")
        await asyncio.Event().wait()  # until it is killed


def main(job: MatrixJob, parent: Connection) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(work(job, parent))
