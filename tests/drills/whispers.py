"""What the drills of notes share: sequences drawn by Hypothesis, and a look through the whole store for what was whispered.

In every sequence whatever is not for the employee carries a marker of that sequence, so that one look after many of them
still names each that leaked, and finds it as well in what belongs to another.
"""

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from sqlalchemy import select

from bot.store.database import Database, open_database
from bot.store.tables import case_messages, metadata
from tests.drills.registry import Counts

MARKER = "GEHEIM4711"
"""Stands in what is drawn for the marker of the sequence."""
WHISPERED = re.compile(r"geheim(\d+)x", re.IGNORECASE)
"""The marker of a sequence, also where a link made it small."""

Tell = Callable[[Database, int, Any], Awaitable[Counter[str]]]
"""``tell(database, number, sequence)`` carries one sequence out and gives what there is to count."""


def marked(words: str, number: int) -> str:
    """Drawn words with the marker of this sequence."""
    return words.replace(MARKER, f"GEHEIM{number}x")


def whispered(what: object) -> set[int]:
    """The sequences whose markers stand in this."""
    return set(map(int, WHISPERED.findall(str(what))))


class Whispers:
    """One run: what was counted, and which sequences are still to be looked for."""

    def __init__(self, database: Database, tell: Tell, look_every: int) -> None:
        self.counts: Counter[str] = Counter(sequences=0, leaks=0, notes=0)
        self.leaked: dict[int, Any] = {}
        self._database, self._tell, self._look_every = database, tell, look_every
        self._untold: dict[int, Any] = {}
        self._numbers = itertools.count()

    async def tell(self, sequence: Any) -> None:
        """One sequence, and after so many of them a look."""
        number = next(self._numbers)
        self._untold[number] = sequence
        self.counts.update(await self._tell(self._database, number, sequence))
        self.counts["sequences"] += 1
        if len(self._untold) == self._look_every:
            await self.look()

    async def look(self) -> None:
        """Look through every table, where only notes may hold a marker, and empty them all."""
        found: set[int] = set()
        async with self._database.transaction() as connection:
            for table in reversed(metadata.sorted_tables):
                rows = (await connection.execute(select(table))).all()
                if table is case_messages:
                    self.counts["notes"] += sum(row.kind == "note" for row in rows)
                    rows = [row for row in rows if row.kind != "note"]
                found |= whispered(rows)
                await connection.execute(table.delete())
        self.leaked |= {number: self._untold[number] for number in sorted(found)}
        self.counts["leaks"] += len(found)
        self._untold.clear()


def tell_many(
    points: int, seed_number: int, folder: Path, sequences: SearchStrategy[Any], tell: Tell, look_every: int
) -> Counts:
    """Counts of so many sequences on a SQLite file; ``leaks`` are sequences, and the first of them is shown."""

    async def told() -> Whispers:
        database = await open_database(f"sqlite:///{folder / 'lotse.db'}")
        whispers = Whispers(database, tell, look_every)
        for sequence in drawn(points, seed_number, sequences):
            await whispers.tell(sequence)
        await whispers.look()
        await database.close()
        return whispers

    whispers = asyncio.run(told())
    first = {"first_leak": repr(next(iter(whispers.leaked.items())))} if whispers.leaked else {}
    return {"seed": seed_number, **whispers.counts, **first}


def drawn(points: int, seed_number: int, sequences: SearchStrategy[Any]) -> list[Any]:
    """So many sequences."""
    found: list[Any] = []

    @seed(seed_number)
    @settings(
        max_examples=points,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sequences)
    def note(sequence: Any) -> None:
        found.append(sequence)

    note()
    return found
