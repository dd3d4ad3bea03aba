"""A coordinator takes over while Lotse is answering and sending, in every order: nothing of Lotse's leaves afterwards.

A try is a conversation with an open case in which an employee writes, turns are taken and messages are sent, some of them by a
platform that fails once, while somebody claims the case at a random moment. The order is drawn, and at some places steps run at
the same time; half of the turns take the step to *sending* themselves. A message that takes it after the claim has returned, and
is Lotse's, is what must not be.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from bot.errors import ChannelError
from bot.handoff.case_events import Claims, Replies
from bot.model import ExternalId
from bot.store.database import Database
from bot.store.desk import Desk, Done
from bot.store.outbox import LONGEST_PAUSE, Outbox, OutboxItem
from bot.store.tables import outbox, transcript
from tests.desk_people import MARIA
from tests.drills.registry import Counts, Drill
from tests.drills.stage import NOW, answer_next, new_case, office, take_in
from tests.drills.stores import drilled_on, opened, postgres_databases, sqlite_files

Step = Callable[[], Awaitable[object]]
SOON = timedelta(seconds=10)
"""Most of what failed may be tried again, and nothing that is being sent at this moment is taken for left behind."""


@dataclass(frozen=True)
class Worker:
    """One process, as the product has it: its connections, the one object it finds messages to send with, and its senders."""

    database: Database
    outbox: Outbox
    chance: random.Random
    handed: list[OutboxItem] = field(default_factory=list)

    def have_room(self) -> bool:
        return self.chance.random() < 0.5

    def take(self, item: OutboxItem) -> None:
        self.handed.append(item)


class Try:
    """One conversation, and what came of it."""

    def __init__(self, workers: Sequence[Worker], number: int, chance: random.Random) -> None:
        self.workers, self.chance = workers, chance
        self.user = f"user {number}"
        self.taken, self.now = False, NOW
        self.counts: Counter[str] = Counter()

    def worker(self) -> Worker:
        return self.chance.choice(self.workers)

    async def write(self) -> None:
        await take_in(self.worker().database, f"Frage {self.chance.random()}", user=self.user)

    async def answer(self) -> None:
        worker, taken = self.worker(), self.taken
        await answer_next(worker.database, self.now, worker.outbox)
        while worker.handed:
            await self._carry_out(worker.outbox, worker.handed.pop(), taken)

    async def send(self, later: timedelta = SOON) -> bool:
        """The step to sending, and what the platform says; it fails sometimes, and the message waits again.

        False when there was nothing to send.
        """
        box, taken = self.worker().outbox, self.taken
        self.now += later
        item = await box.claim_next("recording", self.now)
        if item is None:
            return False
        await self._carry_out(box, item, taken)
        return True

    async def _carry_out(self, box: Outbox, item: OutboxItem, taken: bool) -> None:
        """What the platform says to a message that is *sending*; ``taken``: whether the case was claimed before it was."""
        if item.delivery.reply.blocks[0].spans[0].text.startswith("Echo"):
            self.counts["bot_sent_before"] += not taken
            self.counts["bot_sent_after"] += taken
        if self.chance.random() < 0.2 and not item.unclear:
            await box.failed(item.delivery.outbox_id, ChannelError("away"), self.now)
        else:
            await box.sent(item.delivery.outbox_id, ExternalId(item.delivery.outbox_id), self.now)

    async def claim(self) -> None:
        event = Claims(MARIA) if self.chance.random() < 0.5 else Replies(MARIA, "Moin")
        done = await Desk(self.worker().database, office).act(self.case, event, NOW)
        assert isinstance(done, Done)
        self.taken = True

    async def play(self) -> Counter[str]:
        self.case = await new_case(self.workers[0].database, self.user)
        await self._send_all()  # the notice of the opening is out before it begins
        for _ in range(self.chance.randint(1, 3)):
            await self.write()
            if self.chance.random() < 0.7:
                await self.answer()
        steps: list[Step] = [self.claim]
        steps += self.chance.choices([self.write, self.answer, self.send], k=self.chance.randint(2, 7))
        self.chance.shuffle(steps)
        while steps:
            together = [steps.pop() for _ in range(min(len(steps), self.chance.choice((1, 1, 2, 3))))]
            await asyncio.gather(*(step() for step in together))
        while await answer_next(self.workers[0].database):
            pass
        await self._send_all()
        await self._count_left()
        return self.counts

    async def _send_all(self) -> None:
        while await self.send(later=LONGEST_PAUSE):
            pass

    async def _count_left(self) -> None:
        """What became of Lotse's messages: none may wait, and none that was dropped may stand where people read."""
        async with self.workers[0].database.reading() as connection:
            rows = (await connection.execute(select(outbox.c.id, outbox.c.status, outbox.c.voice))).all()
            lines = set((await connection.scalars(select(transcript.c.outbox_id))).all())
        self.counts["left"] += sum(row.status not in ("sent", "discarded") for row in rows)
        dropped = {row.id for row in rows if row.status == "discarded"}
        self.counts["dropped"] += len(dropped)
        self.counts["dropped_but_readable"] += len(dropped & lines)
        self.counts["people_dropped"] += sum(row.status == "discarded" and row.voice != "bot" for row in rows)


COUNTED = ("bot_sent_before", "bot_sent_after", "dropped", "dropped_but_readable", "people_dropped", "left")


async def tries(address: str, workers: int, points: int, seed: int) -> Counts:
    total: Counter[str] = Counter()
    async with opened(address, workers) as databases:
        staff = [Worker(database, Outbox(database), random.Random(f"{seed} room")) for database in databases]
        with contextlib.ExitStack() as sending:
            for worker in staff:
                sending.enter_context(worker.outbox.handing_to("recording", worker))
            for number in range(points):
                total += await Try(staff, number, random.Random(f"{seed} {number}")).play()
                await _clear(databases[0])
    return {"seed": seed, "workers": workers, "interleavings": points, **{name: total[name] for name in COUNTED}}


async def _clear(database: Database) -> None:
    """The next try begins with empty queues."""
    async with database.transaction() as connection:
        await connection.execute(outbox.delete())


ABOUT = "a coordinator takes over while Lotse answers and sends"
ZERO = ("bot_sent_after", "dropped_but_readable", "people_dropped", "left")
TAKEOVERS_SQLITE = Drill("takeovers_sqlite", f"{ABOUT}, on SQLite", 5_000, drilled_on(sqlite_files, 1, tries), ZERO)
TAKEOVERS_POSTGRES = Drill(
    "takeovers_postgres",
    f"{ABOUT}, on PostgreSQL with four workers",
    5_000,
    drilled_on(postgres_databases, 4, tries),
    ZERO,
)
