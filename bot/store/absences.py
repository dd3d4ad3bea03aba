"""Who of the staff is away and who stands in: set, listed, ended.

Whether an absence may be taken is decided by whoever calls (``handoff/absence.py`` has the rule); here it is decided
while nobody else can write one, so that two people cannot name each other at the same moment.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Absence, AbsenceId, AbsenceRefusal, StaffId
from bot.store.announce import STAFF
from bot.store.database import Database
from bot.store.tables import absences, audit

RefusalOf = Callable[[Absence, Sequence[Absence]], AbsenceRefusal | None]

Entered = Absence | AbsenceRefusal
ThenEntered = Callable[[AsyncConnection, Entered, list[str]], Awaitable[None]]
"""Writes what follows from an absence that was entered or refused, in its transaction; topics to ring go into the list."""
ThenEnded = Callable[[AsyncConnection, Absence | None, list[str]], Awaitable[None]]
"""The same for one that was ended; None: there was none."""


async def set_absence(
    database: Database,
    absence: Absence,
    refusal_of: RefusalOf,
    *,
    actor: str,
    now: datetime,
    then: ThenEntered | None = None,
) -> Entered:
    """Store a new absence, wake whoever hands cases on, and give it back with its id, or say why it is not taken."""
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        entered = await _enter(connection, absence, refusal_of, actor, now)
        if isinstance(entered, Absence):
            wake.append(STAFF)
        if then is not None:
            await then(connection, entered, wake)
    return entered


async def _enter(
    connection: AsyncConnection, absence: Absence, refusal_of: RefusalOf, actor: str, now: datetime
) -> Entered:
    await _as_the_only_one(connection)
    refusal = refusal_of(absence, await _read(connection, _all().where(absences.c.until > now)))
    if refusal is not None:
        return refusal
    row = insert(absences).values(staff=absence.staff, since=absence.since, until=absence.until, deputy=absence.deputy)
    number = AbsenceId((await connection.execute(row.returning(absences.c.id))).scalar_one())
    await _note(connection, "absence_set", number, actor, now)
    return Absence(absence.staff, absence.since, absence.until, absence.deputy, number)


async def _as_the_only_one(connection: AsyncConnection) -> None:
    """Nobody else enters an absence until this transaction ends. On SQLite there is one writer at a time."""
    if connection.dialect.name != "sqlite":
        await connection.execute(text("LOCK TABLE absences IN SHARE ROW EXCLUSIVE MODE"))


async def end_absence(database: Database, number: AbsenceId, *, actor: str, now: datetime) -> bool:
    """End an absence now, or take back one that has not begun; False when it is over already."""
    async with database.transaction() as connection:
        return await _end(connection, number, actor, now)


async def end_own_absence(
    database: Database, staff: StaffId, *, now: datetime, then: ThenEnded | None = None
) -> Absence | None:
    """End the absence somebody has at this moment, else take back the next they planned; None when there is neither."""
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        mine = [one for one in await absences_in(connection, now) if one.staff == staff]
        ended = mine[0] if mine else None
        if ended is not None and ended.id is not None:
            await _end(connection, ended.id, staff, now)
        if then is not None:
            await then(connection, ended, wake)
    return ended


async def _end(connection: AsyncConnection, number: AbsenceId, actor: str, now: datetime) -> bool:
    this = absences.c.id == number
    taken_back = await connection.execute(delete(absences).where(this, absences.c.since >= now))
    if not taken_back.rowcount:
        still_away = (this, absences.c.until > now)
        ended = await connection.execute(update(absences).where(*still_away).values(until=now))
        if not ended.rowcount:
            return False
    await _note(connection, "absence_ended", number, actor, now)
    return True


async def carry_absences_over(connection: AsyncConnection, before: StaffId, staff: StaffId, now: datetime) -> None:
    """What somebody had entered under another id is theirs, and so is standing in for others.

    Of two absences that meet one is left, from the first day to the last, so that coming back ends it.
    """
    await _as_the_only_one(connection)
    mine, theirs = absences.c.staff == before, absences.c.deputy == before
    for number in (
        await connection.scalars(update(absences).where(mine).values(staff=staff).returning(absences.c.id))
    ).all():
        await _note(connection, "absence_carried", AbsenceId(number), staff, now)
    await connection.execute(update(absences).where(theirs).values(deputy=staff))
    for_themselves = update(absences).where(absences.c.staff == staff, absences.c.deputy == staff)
    await connection.execute(for_themselves.values(deputy=None))
    kept: Absence | None = None
    for one in await _read(connection, _all().where(absences.c.staff == staff, absences.c.until > now)):
        if kept is None or one.since >= kept.until:
            kept = one
            continue
        kept = replace(kept, until=max(kept.until, one.until), deputy=kept.deputy or one.deputy)
        longer = update(absences).where(absences.c.id == kept.id)
        await connection.execute(longer.values(until=kept.until, deputy=kept.deputy))
        await connection.execute(delete(absences).where(absences.c.id == one.id))


async def list_absences(database: Database, now: datetime) -> tuple[Absence, ...]:
    """Every absence that is not over, the earliest first."""
    async with database.reading() as connection:
        return await absences_in(connection, now)


async def absences_in(connection: AsyncConnection, now: datetime) -> tuple[Absence, ...]:
    """The same, inside a transaction of the caller's."""
    return await _read(connection, _all().where(absences.c.until > now))


def _all() -> Select[Any]:
    return select(absences).order_by(absences.c.since, absences.c.id)


async def _read(connection: AsyncConnection, statement: Select[Any]) -> tuple[Absence, ...]:
    return tuple(_absence(row) for row in (await connection.execute(statement)).all())


def _absence(row: Row[Any]) -> Absence:
    deputy = cast(StaffId | None, row.deputy)
    return Absence(StaffId(row.staff), row.since, row.until, deputy, AbsenceId(row.id))


async def _note(connection: AsyncConnection, action: str, number: AbsenceId, actor: str, now: datetime) -> None:
    row = {"at": now, "actor": actor, "action": action, "target": str(number)}
    await connection.execute(insert(audit).values(row))
