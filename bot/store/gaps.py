"""Questions Lotse could not answer, and the groups of them that somebody decided to ignore."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select

from bot.model import LOCALES, Locale, MissedQuestion, SetAside
from bot.store.database import Database
from bot.store.tables import audit, gaps, ignored_gaps

DEFAULT: Locale = "de"


async def list_questions(database: Database) -> tuple[MissedQuestion, ...]:
    """Every question that is kept, oldest first."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(gaps).order_by(gaps.c.id))).all()
    return tuple(
        MissedQuestion(
            row.id, row.kind, row.question, _locale(row.locale), row.label, tuple(row.offered), row.at, row.person_id
        )
        for row in rows
    )


async def gaps_state(database: Database) -> tuple[int, int, int, int]:
    """Changes whenever a question or a decision comes or goes: whether a list that was made is still true."""
    counts = [
        select(func.count()).select_from(gaps),
        select(func.coalesce(func.max(gaps.c.id), 0)),
        select(func.count()).select_from(ignored_gaps),
        select(func.coalesce(func.max(ignored_gaps.c.id), 0)),
    ]
    async with database.reading() as connection:
        questions, newest, decisions, latest = [await connection.scalar(count) or 0 for count in counts]
    return questions, newest, decisions, latest


async def list_set_aside(database: Database) -> tuple[SetAside, ...]:
    """Every decision to ignore a group, oldest first."""
    async with database.reading() as connection:
        rows = (await connection.execute(select(ignored_gaps).order_by(ignored_gaps.c.id))).all()
    return tuple(
        SetAside(
            row.id,
            row.label,
            _locale(row.locale),
            tuple(map(tuple, row.fingerprints)),
            row.reason,
            row.actor,
            row.at,
        )
        for row in rows
    )


async def set_aside(
    database: Database,
    *,
    label: str | None,
    locale: Locale,
    fingerprints: tuple[tuple[int, ...], ...],
    reason: str,
    actor: str,
    now: datetime,
) -> int:
    """Ignore a group from now on; the id of the decision."""
    row = {"label": label, "locale": locale, "fingerprints": [list(one) for one in fingerprints], "reason": reason}
    async with database.transaction() as connection:
        statement = insert(ignored_gaps).values(actor=actor, at=now, **row).returning(ignored_gaps.c.id)
        decision: int = (await connection.execute(statement)).scalar_one()
        noted = {"at": now, "actor": actor, "action": "gap_ignored", "target": str(decision)}
        await connection.execute(insert(audit).values(noted))
    return decision


async def take_back(database: Database, decision: int, *, actor: str, now: datetime) -> bool:
    """The group is listed again; False when there is no such decision."""
    async with database.transaction() as connection:
        gone = await connection.execute(delete(ignored_gaps).where(ignored_gaps.c.id == decision))
        if gone.rowcount == 0:
            return False
        noted = {"at": now, "actor": actor, "action": "gap_listed_again", "target": str(decision)}
        await connection.execute(insert(audit).values(noted))
    return True


def _locale(stored: str | None) -> Locale:
    return next((one for one in LOCALES if one == stored), DEFAULT)
