"""The cases coordinators look after: read for commands and for the page of one conversation, and closed by an operator."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, delete, select, update

from bot.model import UNFINISHED, Address, CaseContext, CaseFacts, CaseNumber, CaseState, Locale, Person, TopicId
from bot.store.announce import DESK
from bot.store.case_rows import context_from_json, facts_of, find_case
from bot.store.case_writing import closed_audit
from bot.store.database import Database
from bot.store.places import address_of, at_address
from bot.store.tables import case_events, cases, conversations, persons, timers


@dataclass(frozen=True, slots=True)
class Case:
    """One handoff: its facts, and what it is about."""

    number: CaseNumber
    address: Address | None
    state: CaseState
    version: int
    question: str
    locale: Locale
    team: str
    topic: TopicId | None
    reason: str
    context: CaseContext
    opened_at: datetime
    closed_at: datetime | None
    facts: CaseFacts


async def list_cases(
    database: Database, states: Collection[CaseState] | None = UNFINISHED, limit: int = 100
) -> tuple[Case, ...]:
    """The latest cases in these states, oldest first; None: in any state."""
    statement = _cases().order_by(cases.c.number.desc()).limit(limit)
    if states is not None:
        statement = statement.where(cases.c.state.in_(states))
    async with database.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return tuple(case_of(row) for row in reversed(rows))


async def cases_of_team(database: Database, team: str) -> tuple[Case, ...]:
    """Every case of a team that is not finished, oldest first."""
    theirs = _cases().where(cases.c.team == team, cases.c.state.in_(UNFINISHED)).order_by(cases.c.number)
    async with database.reading() as connection:
        return tuple(case_of(row) for row in (await connection.execute(theirs)).all())


async def cases_of_no_team(database: Database, teams: Collection[str]) -> tuple[CaseNumber, ...]:
    """The cases that may still go on and whose team is none of these, oldest first."""
    lost = (cases.c.team.not_in(teams), cases.c.state.in_((*UNFINISHED, "resolved", "bot")))
    async with database.reading() as connection:
        return tuple(await connection.scalars(select(cases.c.number).where(*lost).order_by(cases.c.number)))


async def cases_of(database: Database, address: Address) -> tuple[Case, ...]:
    """All cases of the conversation at this address, oldest first."""
    async with database.reading() as connection:
        rows = await connection.execute(_cases().where(at_address(address)).order_by(cases.c.number))
    return tuple(case_of(row) for row in rows.all())


async def cases_of_person(database: Database, person: Person) -> tuple[Case, ...]:
    """All cases of this person, in whatever conversation, oldest first."""
    theirs = select(persons.c.id).where(
        persons.c.channel == person.channel, persons.c.external_user == person.external_user
    )
    async with database.reading() as connection:
        rows = await connection.execute(_cases().where(cases.c.person_id.in_(theirs)).order_by(cases.c.number))
    return tuple(case_of(row) for row in rows.all())


async def close_case(database: Database, number: CaseNumber, *, actor: str, now: datetime) -> bool:
    """Close this case for good, whatever its state; False when there is none, or it is closed already."""
    async with database.transaction([DESK]) as connection:
        row = await find_case(connection, number)
        if row is None or row.state == "closed":
            return False
        await connection.execute(
            update(cases)
            .where(cases.c.number == number)
            .values(state="closed", version=cases.c.version + 1, closed_at=now)
        )
        await connection.execute(delete(timers).where(timers.c.case_number == number))
        await closed_audit(connection, facts_of(row), now, actor)
    return True


async def taken_back(database: Database, numbers: Collection[CaseNumber]) -> frozenset[CaseNumber]:
    """Those of these cases whose text is deleted because their employee wanted it so."""
    withdrawn = select(case_events.c.case_number).where(
        case_events.c.case_number.in_(numbers), case_events.c.to_state.in_(("muted", "erased"))
    )
    async with database.reading() as connection:
        return frozenset(CaseNumber(number) for number in await connection.scalars(withdrawn))


def _cases() -> Select[Any]:
    return select(cases, conversations.c.channel, conversations.c.room, conversations.c.thread).join(
        conversations, conversations.c.id == cases.c.conversation_id, isouter=True
    )


def case_of(row: Row[Any]) -> Case:
    """The case in this row of ``cases``, joined with its conversation."""
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
        context=context_from_json(row.context),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        facts=facts_of(row),
    )
