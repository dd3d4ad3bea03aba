"""The clock moves day by day while messages arrive: every row goes when its time is over, and none a day earlier.

What should be there is worked out apart from the store, from what was written and when; after each day the two are
compared, table by table. *early*: deleted though its time was not over. *late*: still there though it was.
"""

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.handoff.case_events import Claims, Resolves, Withdraws
from bot.handoff.case_states import decide
from bot.handoff.office import PlainOffice
from bot.model import CaseNumber, ExternalId, MoveCase, OpenCase, RecordGap, RecordRating
from bot.store import tables
from bot.store.cases import close_case
from bot.store.database import Database, open_database
from bot.store.desk import Desk, Done
from bot.store.outbox import Outbox
from bot.store.privacy import Retention, apply_retention
from tests.desk_people import MARIA
from tests.drills.registry import Counts, Drill
from tests.fakes import FakeClock, incoming, record
from tests.store.rows import answer, parts

BEGIN = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
PEOPLE = 5
SHORT = Retention(
    messages=timedelta(hours=24), transcripts=timedelta(days=5), cases=timedelta(days=15), gaps=timedelta(days=9)
)
"""The same rules with short periods, so that a sample of some weeks sees everything end."""


@dataclass(frozen=True)
class Written:
    """One message as it was taken in and answered, with what it left."""

    word: str
    at: datetime
    user: str
    thread: str | None
    gap: bool = False
    rated: bool = False
    answered: bool = True


@dataclass
class Ledger:
    """What was written, and which conversations have a case: thread -> when it was over.

    ``resolved``: until when a case can be taken up again. ``withdrawn``: the words that were deleted with one.
    """

    keep: Retention
    written: list[Written] = field(default_factory=list)
    cases: dict[str, datetime | None] = field(default_factory=dict)
    resolved: dict[str, datetime] = field(default_factory=dict)
    withdrawn: dict[str, str] = field(default_factory=dict)

    def expected(self, now: datetime) -> dict[str, set[str]]:
        """The words that must be there, and no others, by what holds them."""
        keep = self.keep
        cases = {
            thread: closed for thread, closed in self.cases.items() if closed is None or closed >= now - keep.cases
        }
        young = {one.word for one in self.written if one.at >= now - keep.transcripts}
        of_case = {one.word for one in self.written if one.thread in cases}
        in_case = {one.word for one in self.written if one.thread in cases and one.thread not in self.withdrawn}
        taken_back = set(self.withdrawn.values())
        spoken = (young | in_case) - taken_back
        gaps = {one.word for one in self.written if one.gap and one.at >= now - keep.gaps}
        rated = {one.word for one in self.written if one.rated}
        fresh = {one.word for one in self.written if one.at >= now - keep.messages} - taken_back
        alive = young | of_case | gaps
        answered = {one.word for one in self.written if one.answered}
        return {
            "inbox.payload": fresh,
            "outbox.delivery": fresh & answered,
            "inbox": young,
            "transcript": spoken,
            "replies": spoken & answered,
            "gaps": gaps,
            "ratings": rated,
            "ratings.person": rated & young,
            "cases": set(cases),
            "questions": set(cases) - set(self.withdrawn),
            "conversations": {f"{one.user}/{one.thread or ''}" for one in self.written if one.word in young | of_case},
            "persons": {one.user for one in self.written if one.word in alive},
        }


async def stored(database: Database) -> dict[str, set[str]]:
    """The words that are there."""
    inbox, outbox, ratings, places = tables.inbox.c, tables.outbox.c, tables.ratings.c, tables.conversations.c
    async with database.reading() as connection:

        async def all_of(*columns):
            return (await connection.execute(select(*columns))).all()

        inputs = await all_of(inbox.external_id, inbox.payload)
        sent = await all_of(outbox.delivery, outbox.voice)
        rated = await all_of(ratings.label, ratings.person_id)
        said = await all_of(tables.transcript.c.who, tables.transcript.c.text)
        return {
            "inbox.payload": {row.payload["text"] for row in inputs if row.payload},
            "outbox.delivery": {_word(row.delivery) for row in sent if row.delivery and row.voice == "bot"},
            "inbox": {row.external_id for row in inputs},
            "transcript": {row.text for row in said if row.who == "user"},
            "replies": {row.text.removeprefix("Echo: ") for row in said if row.who == "lotse"},
            "gaps": {row.question for row in await all_of(tables.gaps.c.question)},
            "ratings": {row.label for row in rated},
            "ratings.person": {row.label for row in rated if row.person_id is not None},
            "cases": {f"case{row.number}" for row in await all_of(tables.cases.c.number)},
            "questions": {row.question for row in await all_of(tables.cases.c.question) if row.question},
            "conversations": {f"{row.room}/{row.thread}" for row in await all_of(places.room, places.thread)},
            "persons": {row.external_user for row in await all_of(tables.persons.c.external_user)},
        }


def _number(thread: str) -> CaseNumber:
    return CaseNumber(int(thread.removeprefix("case")))


def _word(delivery) -> str:
    return delivery["reply"]["blocks"][0]["spans"][0]["text"].removeprefix("Echo: ")


@dataclass
class Days:
    """A store, a clock and the ledger of what was written into it."""

    database: Database
    clock: FakeClock
    ledger: Ledger
    chance: random.Random
    opened: int = 0

    @property
    def desk(self) -> Desk:
        """Where coordinators act."""
        return Desk(self.database, lambda absences: PlainOffice())

    async def pass_one(self) -> None:
        """Some messages come in and are answered, while what is past its time is deleted; a case may end, in every way."""
        await asyncio.gather(
            apply_retention(self.database, self.ledger.keep, self.clock()),
            *(self._message(number) for number in range(self.chance.randint(1, 4))),
        )
        for thread, over in self.ledger.cases.items():
            until = self.ledger.resolved.get(thread)
            if over is None and until is not None and until <= self.clock():
                assert isinstance(await self.desk.passes(_number(thread), "reopen_over", self.clock()), Done)
                self.ledger.cases[thread] = self.clock()
            elif over is None and until is None and self.chance.random() < 0.1:
                await self.chance.choice((self._close, self._withdraw, self._resolve))(thread)
        outbox = Outbox(self.database)
        while (item := await outbox.claim_next("recording", self.clock())) is not None:
            await outbox.sent(item.delivery.outbox_id, ExternalId(item.delivery.outbox_id), self.clock())

    async def _close(self, thread: str) -> None:
        """By an operator."""
        assert await close_case(self.database, _number(thread), actor="operator", now=self.clock())
        self.ledger.cases[thread] = self.clock()

    async def _resolve(self, thread: str) -> None:
        """By a coordinator: it is closed when the time to go on with it is over."""
        for event in (Claims(MARIA), Resolves(MARIA, "answered")):
            done = await self.desk.act(_number(thread), event, self.clock())
            assert isinstance(done, Done)
        self.ledger.resolved[thread] = done.case.reopen_until

    async def _withdraw(self, thread: str) -> None:
        """By its employee, with a message of its own."""
        asked = next(one for one in self.ledger.written if one.thread == thread)
        word = f"{thread}back"
        inbox, conversations = parts(self.database, self.clock)
        event = incoming(word, user=asked.user, room=asked.user, external_id=word, thread=thread)
        await inbox.accept("recording", [replace(event, sent_at=self.clock())])
        async with conversations.claim_next(self.clock()) as work:
            await work.finish(record(MoveCase(decide(work.case, Withdraws(), self.clock(), PlainOffice())), label=word))
        self.ledger.written.append(Written(word, self.clock(), asked.user, thread, answered=False))
        self.ledger.withdrawn[thread] = asked.word
        self.ledger.cases[thread] = self.clock()

    async def _message(self, number: int) -> None:
        day = (self.clock() - BEGIN).days
        word, user = f"day{day}no{number}", f"user{self.chance.randrange(PEOPLE)}"
        gap, rated, case = (self.chance.random() < share for share in (0.3, 0.3, 0.1))
        effects = [f"Echo: {word}"]
        effects += [RecordGap("missed", word, None)] * gap + [RecordRating(None, word, True)] * rated
        thread = None
        if case:
            self.opened += 1
            thread = f"case{self.opened}"
            self.ledger.cases[thread] = None
            effects.append(OpenCase(thread, "de", "asked", "foerderung", None))
        self.ledger.written.append(Written(word, self.clock(), user, thread, gap, rated))
        inbox, conversations = parts(self.database, self.clock)
        async with self._one_at_a_time:
            event = incoming(word, user=user, room=user, external_id=word, thread=thread)
            ahead = timedelta(days=1000 if number == 2 else 0)  # a platform whose clock is wrong
            await inbox.accept("recording", [replace(event, sent_at=self.clock() + ahead)])
            assert await answer(conversations, self.clock(), *effects, label=word)
            outbox = Outbox(self.database)
            item = await outbox.claim_next("recording", self.clock())
            assert item is not None
            await outbox.sent(item.delivery.outbox_id, ExternalId(word), self.clock())

    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    """So that the effects belong to the message; what is past its time is deleted between any two of these steps."""


async def live(address: str, days: int, seed: int, keep: Retention) -> Counts:
    """So many days; how often something was gone early or still there late."""
    database, clock = await open_database(address), FakeClock(BEGIN)
    lived = Days(database, clock, Ledger(keep), random.Random(seed))
    early: list[str] = []
    late: list[str] = []
    checked = 0
    try:
        for _ in range(days):
            await lived.pass_one()
            there = await stored(database)
            for what, words in lived.ledger.expected(clock()).items():
                checked += len(words)
                early += [f"{what} {word}" for word in sorted(words - there[what])]
                late += [f"{what} {word}" for word in sorted(there[what] - words)]
            clock.move(days=1)
    finally:
        await database.close()
    counts: Counts = {"days": days, "messages": len(lived.ledger.written), "cases": lived.opened, "compared": checked}
    ended = {"withdrawn": len(lived.ledger.withdrawn), "resolved": len(lived.ledger.resolved)}
    return {
        **counts,
        **ended,
        "early": len(early),
        "late": len(late),
        **({"first": (early + late)[0]} if early + late else {}),
    }


FULL = Retention()


def run(days: int, seed: int, folder: Path, keep: Retention = FULL) -> Counts:
    """The drill on a SQLite file in this folder."""
    return asyncio.run(live(f"sqlite:///{folder / 'lotse.db'}", days, seed, keep))


RETENTION = Drill(
    name="retention",
    about="24 months day by day while messages arrive: all that is due is deleted, nothing a day early",
    points=730,
    run=run,
    zero=("early", "late"),
)
