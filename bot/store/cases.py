"""The cases coordinators look after: read for pages and commands, and closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Row, Select, insert, select, update

from bot.model import Address, CaseNumber, Locale, TopicId, WhoId
from bot.store.database import Database
from bot.store.places import address_of, at_address
from bot.store.tables import audit, cases, conversations

CaseState = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Case:
    """One handoff. ``version`` grows with every change of its state."""

    number: CaseNumber
    address: Address | None
    state: CaseState
    version: int
    question: str
    locale: Locale
    team: str
    topic: TopicId | None
    reason: str
    understood: tuple[tuple[str, float], ...]
    shown: tuple[str, ...]
    who: tuple[WhoId, ...]
    opened_at: datetime
    closed_at: datetime | None


async def list_cases(database: Database, state: CaseState | None = "open", limit: int = 100) -> tuple[Case, ...]:
    """The latest cases in this state, oldest first; None: in any state."""
    statement = _cases().order_by(cases.c.number.desc()).limit(limit)
    if state is not None:
        statement = statement.where(cases.c.state == state)
    async with database.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return tuple(_case(row) for row in reversed(rows))


async def cases_of(database: Database, address: Address) -> tuple[Case, ...]:
    """All cases of the conversation at this address, oldest first."""
    async with database.reading() as connection:
        rows = await connection.execute(_cases().where(at_address(address)).order_by(cases.c.number))
    return tuple(_case(row) for row in rows.all())


async def close_case(database: Database, number: CaseNumber, *, actor: str, now: datetime) -> bool:
    """Close this case; False when there is no such case that is open."""
    async with database.transaction() as connection:
        closed = await connection.execute(
            update(cases)
            .where(cases.c.number == number, cases.c.state != "closed")
            .values(state="closed", version=cases.c.version + 1, closed_at=now)
        )
        if closed.rowcount == 0:
            return False
        row = {"at": now, "actor": actor, "action": "case_closed", "target": str(number)}
        await connection.execute(insert(audit).values(row))
    return True


def _cases() -> Select[Any]:
    return select(cases, conversations.c.channel, conversations.c.room, conversations.c.thread).join(
        conversations, conversations.c.id == cases.c.conversation_id, isouter=True
    )


def _case(row: Row[Any]) -> Case:
    context = row.context
    return Case(
        number=CaseNumber(row.number),
        address=address_of(row) if row.channel is not None else None,
        state=row.state,
        version=row.version,
        question=row.question,
        locale=cast(Locale, row.locale),
        team=row.team,
        topic=row.topic,
        reason=row.reason,
        understood=tuple((label, score) for label, score in context["understood"]),
        shown=tuple(context["shown"]),
        who=tuple(context["who"]),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
