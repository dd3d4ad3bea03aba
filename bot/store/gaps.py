"""Questions Lotse could not answer, grouped for those who edit the content."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from bot.store.database import Database
from bot.store.tables import gaps


@dataclass(frozen=True, slots=True)
class Gap:
    """One question, as it was asked last, and how often it was asked. ``offered``: what was offered instead."""

    kind: str
    question: str
    label: str | None
    locale: str | None
    count: int
    last_at: datetime
    offered: tuple[str, ...]


async def list_gaps(database: Database, limit: int = 200) -> tuple[Gap, ...]:
    """The questions asked most often first, then the latest first. Upper and lower case make no difference."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(gaps).order_by(gaps.c.id))).all()
    groups: defaultdict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[row.kind, " ".join(row.question.casefold().split())].append(row)
    found = [
        Gap(last.kind, last.question, last.label, last.locale, len(group), last.at, tuple(last.offered))
        for group in groups.values()
        for last in group[-1:]
    ]
    return tuple(sorted(found, key=lambda gap: (gap.count, gap.last_at), reverse=True)[:limit])
