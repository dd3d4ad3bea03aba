"""A coordinator takes over while Lotse is answering and sending, in every order: nothing of Lotse's leaves afterwards.

A try is a conversation with an open case in which an employee writes, turns are taken and messages are sent, some of them by a
platform that fails once, while somebody claims the case at a random moment. The order is drawn, and at some places steps run at
the same time. A message that takes the step to *sending* after the claim has returned, and is Lotse's, is what must not be.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.dialogue.case_events import Claims, Replies
from bot.errors import ChannelError
from bot.model import ExternalId
from bot.store.database import Database
from bot.store.desk import Desk, Done
from bot.store.outbox import Outbox
from bot.store.tables import outbox, transcript
from tests.desk_people import MARIA
from tests.drills.claims import opened
from tests.drills.kill import postgres_server
from tests.drills.registry import Counts, Drill
from tests.drills.stage import NOW, answer_next, new_case, office, take_in

Step = Callable[[], Awaitable[object]]


class Try:
    """One conversation, and what came of it."""

    def __init__(self, databases: Sequence[Database], number: int, chance: random.Random) -> None:
        self.databases, self.chance = databases, chance
        self.user, self.number = f"user {number}", number
        self.taken, self.now = False, NOW
        self.counts: Counter[str] = Counter()

    def database(self) -> Database:
        return self.chance.choice(self.databases)

    async def write(self) -> None:
        await take_in(self.database(), f"Frage {self.chance.random()}", user=self.user)

    async def answer(self) -> None:
        await answer_next(self.database())

    async def send(self) -> None:
        """The step to sending, and what the platform says; it fails sometimes, and the message waits again."""
        box, taken = Outbox(self.database()), self.taken
        self.now += timedelta(minutes=1)  # whatever failed before may be tried again
        item = await box.claim_next("recording", self.now)
        if item is None:
            return
        if item.delivery.reply.blocks[0].spans[0].text.startswith("Echo"):
            self.counts["bot_sent_before"] += not taken
            self.counts["bot_sent_after"] += taken
        if self.chance.random() < 0.2 and not item.unclear:
            await box.failed(item.delivery.outbox_id, ChannelError("away"), self.now)
        else:
            await box.sent(item.delivery.outbox_id, ExternalId(item.delivery.outbox_id), self.now)

    async def claim(self) -> None:
        event = Claims(MARIA) if self.chance.random() < 0.5 else Replies(MARIA, "Moin")
        done = await Desk(self.database(), office).act(self.case, event, NOW)
        assert isinstance(done, Done)
        self.taken = True

    async def play(self) -> Counter[str]:
        self.case = await new_case(self.databases[0], self.user)
        for _ in range(3):  # the notice of the opening is out before it begins
            await self.send()
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
        while await answer_next(self.databases[0]):
            pass
        for _ in range(20):
            await self.send()
        await self._count_left()
        return self.counts

    async def _count_left(self) -> None:
        """What became of Lotse's messages: none may wait, and none that was dropped may stand where people read."""
        async with self.databases[0].reading() as connection:
            rows = (await connection.execute(select(outbox.c.id, outbox.c.status, outbox.c.voice))).all()
            lines = set((await connection.scalars(select(transcript.c.outbox_id))).all())
        dropped = {row.id for row in rows if row.status == "discarded"}
        self.counts["dropped"] += len(dropped)
        self.counts["dropped_but_readable"] += len(dropped & lines)
        self.counts["people_dropped"] += sum(row.status == "discarded" and row.voice != "bot" for row in rows)


async def tries(address: str, workers: int, points: int, seed: int) -> Counts:
    total: Counter[str] = Counter(
        interleavings=points, bot_sent_before=0, bot_sent_after=0, dropped=0, dropped_but_readable=0, people_dropped=0
    )
    async with opened(address, workers) as databases:
        for number in range(points):
            total += await Try(databases, number, random.Random(f"{seed} {number}")).play()
            await _clear(databases[0])
    return {"seed": seed, "workers": workers, **{name: total[name] for name in COUNTED}, "interleavings": points}


COUNTED = ("bot_sent_before", "bot_sent_after", "dropped", "dropped_but_readable", "people_dropped")


async def _clear(database: Database) -> None:
    """The next try begins with empty queues."""
    async with database.transaction() as connection:
        await connection.execute(outbox.delete())


def run_sqlite(points: int, seed: int, folder: Path) -> Counts:
    return asyncio.run(tries(f"sqlite:///{folder / 'lotse.db'}", 1, points, seed))


def run_postgres(points: int, seed: int, folder: Path) -> Counts:
    with postgres_server(folder / "postgres") as server:
        return asyncio.run(tries(server.address(server.new_database()), 4, points, seed))


ABOUT = "a coordinator takes over while Lotse answers and sends"
ZERO = ("bot_sent_after", "dropped_but_readable", "people_dropped")
TAKEOVERS_SQLITE = Drill("takeovers_sqlite", f"{ABOUT}, on SQLite", 5_000, run_sqlite, ZERO)
TAKEOVERS_POSTGRES = Drill("takeovers_postgres", f"{ABOUT}, on PostgreSQL", 5_000, run_postgres, ZERO)
