"""People are forgotten again and again while their messages come in, are answered and are sent.

Whatever was accepted before an erasure began must be gone without a trace when it is over; whatever is accepted after it
must be answered exactly once. Messages that meet it may be either. *left*: words from before found anywhere in tables
or file. *lost*, *doubled*: messages from after without an answer, or with two. *broken*: replies nobody asked for.
"""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from bot.errors import StoreUnavailable
from bot.model import ExternalId, Person
from bot.store.database import Database
from bot.store.outbox import Outbox
from bot.store.privacy import forget
from bot.store.tables import inbox, metadata, transcript
from tests.drills.registry import Counts, Drill
from tests.drills.stores import drilled_on, opened, postgres_databases, sqlite_files
from tests.fakes import FakeClock, incoming
from tests.store.rows import answer, parts

BEGIN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PEOPLE = ("anna", "ben", "cem")
MOST_WAITING = 10
"""Writers wait while more is unanswered, so that nothing is refused as too much at once."""


@dataclass
class Busy:
    """One database for each worker, and what was promised about every word."""

    databases: list[Database]
    chance: random.Random
    clock: FakeClock = field(default_factory=lambda: FakeClock(BEGIN))
    epoch: Counter[str] = field(default_factory=Counter)
    """Counts the beginnings and ends of a person's erasures; a message that saw it change met one of them."""
    kept: dict[str, set[str]] = field(default_factory=lambda: {user: set() for user in PEOPLE})
    gone: set[str] = field(default_factory=set)
    written: int = 0
    put_off: int = 0
    over: bool = False

    async def write(self, user: str) -> None:
        """Send messages until it is over, to places of one's own and to one shared with everybody."""
        database = self.chance.choice(self.databases)
        box, _ = parts(database, self.clock)
        while not self.over:
            self.written += 1
            word = f"{user}w{self.written:05d}x"
            place = self.chance.choice(("shared", f"{user} 1", f"{user} 2", f"{user} {self.written}"))
            began = self.epoch[user]
            with self._again():
                await box.accept("recording", [incoming(word, user=user, room=place, external_id=word)])
                if began == self.epoch[user] and began % 2 == 0:
                    self.kept[user].add(word)
            while not self.over and await self.waiting(database) > MOST_WAITING:  # noqa: ASYNC110  # a pause, no event
                await asyncio.sleep(0.001)

    async def work(self, database: Database) -> None:
        """Answer what waits and send what was decided, until nothing is left after it was over."""
        _, conversations = parts(database, self.clock)
        outbox = Outbox(database)
        busy = True
        while busy or not self.over:
            busy = True
            with self._again():
                busy = await answer(conversations, self.clock())
                item = await outbox.claim_next("recording", self.clock())
                if item is not None:
                    await outbox.sent(item.delivery.outbox_id, ExternalId("posted"), self.clock())
                busy = busy or item is not None
            await asyncio.sleep(0)

    async def forget(self, user: str) -> None:
        """Forget this person; all that had been accepted by then must be gone from now on."""
        before, self.kept[user] = self.kept[user], set()
        self.epoch[user] += 1
        done = False
        while not done:
            with self._again():
                await forget(self.chance.choice(self.databases), Person("recording", user), actor="x", now=self.clock())
                done = True
        self.gone |= before
        self.epoch[user] += 1

    async def waiting(self, database: Database) -> int:
        async with database.reading() as connection:
            return await connection.scalar(select(func.count()).where(inbox.c.status == "waiting")) or 0

    @contextlib.contextmanager
    def _again(self):
        """Two changes that met are done again, as the loops do."""
        try:
            yield
        except StoreUnavailable:
            self.put_off += 1


async def everything(database: Database) -> str:
    """All that stands in any table, and in the files of SQLite."""
    found: list[str] = []
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            found += [str(tuple(row)) for row in (await connection.execute(select(table))).all()]
    if database.is_sqlite:
        await database.scrub()
        file = Path(database.engine.url.database or "")
        found += [path.read_bytes().decode("latin-1") for path in file.parent.glob(f"{file.name}*")]
    return "\n".join(found)


async def trial(address: str, workers: int, erasures: int, seed: int) -> Counts:
    """So many erasures while everything else goes on."""
    async with opened(address, workers) as databases:
        busy = Busy(list(databases), random.Random(seed))
        async with asyncio.TaskGroup() as everybody:
            for user in PEOPLE:
                everybody.create_task(busy.write(user))
            for database in busy.databases:
                everybody.create_task(busy.work(database))
            for _ in range(erasures):
                for _ in range(busy.chance.randrange(20)):
                    await busy.waiting(busy.databases[0])
                await busy.forget(busy.chance.choice(PEOPLE))
            busy.over = True
        text = await everything(busy.databases[0])
        async with busy.databases[0].reading() as connection:
            said = Counter((await connection.scalars(select(transcript.c.text))).all())
            waiting = await busy.waiting(busy.databases[0])
    kept = set().union(*busy.kept.values())
    replies = [line.removeprefix("Echo: ") for line in said if line.startswith("Echo: ")]
    return {
        "erasures": erasures,
        "messages": busy.written,
        "gone": len(busy.gone),
        "kept": len(kept),
        "put_off": busy.put_off,
        "left": sum(word in text for word in busy.gone),
        "lost": sum(not said[word] or not said[f"Echo: {word}"] for word in kept) + waiting,
        "doubled": sum(count > 1 for count in said.values()),
        "broken": sum(word not in said for word in replies),
    }


ZERO = ("left", "lost", "doubled", "broken")
ERASURE_SQLITE = Drill(
    name="erasure_sqlite",
    about="people forgotten while their messages are answered: nothing from before is left, nothing from after is lost",
    points=300,
    run=drilled_on(sqlite_files, 1, trial),
    zero=ZERO,
)
ERASURE_POSTGRES = Drill(
    name="erasure_postgres",
    about="the same with four workers on PostgreSQL",
    points=300,
    run=drilled_on(postgres_databases, 4, trial),
    zero=ZERO,
)
