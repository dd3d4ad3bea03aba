"""What coordinators see: the queue, and one case with everything that belongs to it. Nothing here changes anything.

Every query is limited to what this member of staff may see (``case_visibility.py``). Of an employee's earlier cases only
dates, topics and states are read, never a text; what was said to Lotse before the case only once the employee has agreed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.case_moment import alias_of, due_of
from bot.model import UNFINISHED, Address, Alarm, CaseFacts, CaseNumber, CaseState, Staff, StaffId, TopicId
from bot.store.case_lines import CaseLine, CaseLines
from bot.store.case_rows import facts_of
from bot.store.case_visibility import may_see, visible_to
from bot.store.cases import Case, case_of
from bot.store.database import Database
from bot.store.desk import last_event
from bot.store.tables import case_messages, cases, conversations


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show of the queue. ``states`` None: any. ``owner``: whose; ``nobodys``: only unclaimed ones."""

    states: Collection[CaseState] | None = UNFINISHED
    team: str | None = None
    owner: StaffId | None = None
    nobodys: bool = False
    overdue: bool = False
    search: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in the queue. ``name`` is the alias until the employee agreed to more.

    ``age`` counts from the opening; ``due`` is None while nothing is promised or the clock stands.
    """

    number: CaseNumber
    name: str
    question: str
    channel: str
    age: timedelta
    due: datetime | None
    overdue: bool
    last_at: datetime
    facts: CaseFacts

    @property
    def state(self) -> CaseState:
        """The case's state."""
        return self.facts.state

    @property
    def alarm(self) -> Alarm:
        """How far the alarm about the due time has gone."""
        return self.facts.alarm


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """An earlier case of the same employee: when, what about, how it ended. No text."""

    opened_at: datetime
    topic: TopicId | None
    state: CaseState


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything the page of one case shows (``desk.md`` 3.3)."""

    case: Case
    name: str
    alias: str
    channel: str
    address: Address
    due: datetime | None
    overdue: bool
    earlier: tuple[EarlierCase, ...]
    lines: tuple[CaseLine, ...]
    files_refused: int

    @property
    def facts(self) -> CaseFacts:
        """The facts its rules look at."""
        return self.case.facts


@dataclass(frozen=True, slots=True)
class ErasedCase:
    """A case whose person had everything deleted; only that is left."""

    number: CaseNumber
    at: datetime


async def read_queue(
    database: Database, staff: Staff, now: datetime, filters: Filters = Filters(), *, newest: int | None = None
) -> tuple[QueueRow, ...]:
    """The cases this member of staff may see: what is due first comes first, then the oldest.

    ``newest``: only so many of them, for states in which nothing is due any more.
    """
    latest = (
        select(func.max(case_messages.c.at, type_=case_messages.c.at.type))
        .where(case_messages.c.case_number == cases.c.number)
        .scalar_subquery()
        .label("last_at")
    )
    statement = select(cases, conversations.c.channel, latest).join(
        conversations, conversations.c.id == cases.c.conversation_id, isouter=True
    )
    statement = statement.where(visible_to(staff, cases))
    if newest is not None:
        statement = statement.order_by(cases.c.number.desc()).limit(newest)
    if filters.states is not None:
        statement = statement.where(cases.c.state.in_(filters.states))
    if filters.team is not None:
        statement = statement.where(cases.c.team == filters.team)
    if filters.owner is not None:
        statement = statement.where(cases.c.owner == filters.owner)
    if filters.nobodys:
        statement = statement.where(cases.c.owner.is_(None))
    async with database.reading() as connection:
        rows = (await connection.execute(statement)).all()
    found = [_queue_row(row, now) for row in rows]
    found = [each for each in found if _wanted(each, filters)]
    return tuple(sorted(found, key=lambda each: (each.due is None, each.due or each.facts.opened_at, each.number)))


def _wanted(row: QueueRow, filters: Filters) -> bool:
    if filters.overdue and not row.overdue:
        return False
    words = filters.search.casefold().split()
    facts = row.facts
    about = f"{row.number} {row.name} {row.question} {facts.topic or ''} {facts.team} {facts.owner_name}".casefold()
    return all(word.removeprefix("#") in about for word in words)


def _queue_row(row: Row[Any], now: datetime) -> QueueRow:
    facts = facts_of(row)
    due = due_of(facts)
    return QueueRow(
        number=facts.number,
        name=name_of(row),
        question=row.question,
        channel=row.channel or "",
        age=now - facts.opened_at,
        due=due,
        overdue=due is not None and due <= now,
        last_at=row.last_at or facts.opened_at,
        facts=facts,
    )


def name_of(row: Row[Any]) -> str:
    """What the employee of a case is called: by the alias until they agreed to more."""
    return row.employee_name if row.consent and row.employee_name else alias_of(CaseNumber(row.number))


async def read_facts(database: Database, staff: Staff, number: CaseNumber) -> CaseFacts | None:
    """The facts of one case, if this member of staff may see it."""
    found = await read_without_lines(database, staff, number)
    return found.facts if isinstance(found, Case) else None


async def read_without_lines(database: Database, staff: Staff, number: CaseNumber) -> Case | ErasedCase | None:
    """One case without its lines, if this member of staff may see it."""
    async with database.reading(quick=True) as connection:
        row = await _row(connection, number)
        if row is None:
            return await _erased(connection, staff, number)
    return case_of(row) if may_see(staff, row.team, row.owner, row.alarm) else None


async def read_case(
    database: Database, staff: Staff, number: CaseNumber, now: datetime
) -> CaseFile | ErasedCase | None:
    """One case, if this member of staff may see it."""
    return await CaseReading(database, number).look(staff, now)


class CaseReading:
    """One case for a page that looks at it again and again."""

    def __init__(self, database: Database, number: CaseNumber) -> None:
        self._database = database
        self._number = number
        self._lines = CaseLines()

    async def look(self, staff: Staff, now: datetime) -> CaseFile | ErasedCase | None:
        """The case now, if this member of staff may see it. Raises StoreUnavailable."""
        async with self._database.reading(quick=True) as connection:
            row = await _row(connection, self._number)
            if row is None:
                return await _erased(connection, staff, self._number)
            if not may_see(staff, row.team, row.owner, row.alarm):
                return None
            earlier = await _earlier(connection, row)
            lines = await self._lines.look(connection, row)
        return _file(row, earlier, lines, now)


def _file(row: Row[Any], earlier: tuple[EarlierCase, ...], lines: tuple[CaseLine, ...], now: datetime) -> CaseFile:
    case = case_of(row)
    assert case.address is not None  # the join is an inner one
    due = due_of(case.facts)
    return CaseFile(
        case=case,
        name=name_of(row),
        alias=alias_of(case.number),
        channel=row.channel,
        address=case.address,
        due=due,
        overdue=due is not None and due <= now,
        earlier=earlier,
        lines=lines,
        files_refused=case.context.files_refused + sum(line.what == "file_refused" for line in lines),
    )


async def owned_by(database: Database, owner: StaffId) -> tuple[CaseNumber, ...]:
    """The unfinished cases somebody has, for when they are absent or no longer a coordinator."""
    mine = select(cases.c.number).where(cases.c.owner == owner, cases.c.state.in_(UNFINISHED)).order_by(cases.c.number)
    async with database.reading() as connection:
        return tuple(CaseNumber(number) for number in await connection.scalars(mine))


_CASES = select(cases, conversations.c.channel, conversations.c.room, conversations.c.thread).join(
    conversations, conversations.c.id == cases.c.conversation_id
)


async def _row(connection: AsyncConnection, number: CaseNumber) -> Row[Any] | None:
    return (await connection.execute(_CASES.where(cases.c.number == number))).one_or_none()


async def _erased(connection: AsyncConnection, staff: Staff, number: CaseNumber) -> ErasedCase | None:
    last = await last_event(connection, number)
    if last is None or last.to_state != "erased" or not may_see(staff, last.team, last.owner):
        return None
    return ErasedCase(number, last.at)


async def _earlier(connection: AsyncConnection, row: Row[Any]) -> tuple[EarlierCase, ...]:
    if row.person_id is None:
        return ()
    statement = (
        select(cases.c.opened_at, cases.c.topic, cases.c.state)
        .where(cases.c.person_id == row.person_id, cases.c.number < row.number)
        .order_by(cases.c.number)
    )
    return tuple(EarlierCase(*each) for each in (await connection.execute(statement)).all())
