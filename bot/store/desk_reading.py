"""What coordinators see: the queue, and one case with everything that belongs to it. Nothing here changes anything.

Every query is limited to what this member of staff may see (``case_visibility.py``). Of an employee's earlier cases only
dates, topics and states are read, never a text; what was said to Lotse before the case only once the employee has agreed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.case_moment import alias_of, due_of
from bot.model import UNFINISHED, Address, Alarm, CaseFacts, CaseNumber, CaseState, Reply, Staff, StaffId, TopicId
from bot.store.case_rows import facts_of
from bot.store.case_visibility import may_see, visible_to
from bot.store.cases import Case, case_of
from bot.store.database import Database
from bot.store.desk import Receipt, last_event
from bot.store.payloads import reply_from_json
from bot.store.tables import case_messages, cases, conversations, outbox, transcript

LineKind = Literal["employee", "lotse", "notice", "coordinator", "note", "remark", "earlier"]

RECEIPTS: dict[str | None, Receipt] = {"waiting": "queued", "sending": "queued", "sent": "accepted", "parked": "failed"}


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
class CaseLine:
    """One line of a case's conversation, oldest first by ``at`` and ``id``.

    ``kind``: *employee*, *lotse* (automatic), *notice* (told by the system), *coordinator* (relayed), *note* (internal),
    *remark* (what happened; its words are ``what`` filled with ``values``), *earlier* (said to Lotse before the case, only
    with consent).
    ``source``: of a coordinator's line, the words as typed, for editing. ``receipt`` is that of its latest change, if there
    was one; ``change_failed``: the platform refused it, and the employee reads what stood there before.
    """

    id: int
    kind: LineKind
    at: datetime
    text: str = ""
    reply: Reply | None = None
    author: StaffId | None = None
    author_name: str = ""
    source: str = ""
    what: str = ""
    values: tuple[tuple[str, str], ...] = ()
    receipt: Receipt | None = None
    error: str | None = None
    change_failed: bool = False
    edited: bool = False
    deleted: bool = False


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
    async with database.reading() as connection:
        row = (await connection.execute(select(cases).where(cases.c.number == number))).one_or_none()
    return None if row is None or not may_see(staff, row.team, row.owner, row.alarm) else facts_of(row)


async def read_case(
    database: Database, staff: Staff, number: CaseNumber, now: datetime
) -> CaseFile | ErasedCase | None:
    """One case, if this member of staff may see it."""
    joined = select(cases, conversations.c.channel, conversations.c.room, conversations.c.thread).join(
        conversations, conversations.c.id == cases.c.conversation_id
    )
    async with database.reading() as connection:
        row = (await connection.execute(joined.where(cases.c.number == number))).one_or_none()
        if row is None:
            return await _erased(connection, staff, number)
        if not may_see(staff, row.team, row.owner, row.alarm):
            return None
        case = case_of(row)
        assert case.address is not None  # the join is an inner one
        lines = await _lines(connection, row)
        earlier = await _earlier(connection, row)
    due = due_of(case.facts)
    return CaseFile(
        case=case,
        name=name_of(row),
        alias=alias_of(number),
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


async def _lines(connection: AsyncConnection, row: Row[Any]) -> tuple[CaseLine, ...]:
    rows = (await connection.execute(lines_with(case_messages.c.case_number == row.number))).all()
    lines = [line_of(each) for each in rows]
    if row.consent and row.person_id is not None:
        first = min((each.transcript_id for each in rows if each.transcript_id is not None), default=0)
        lines = [*await _said_before(connection, row, first), *lines]
    return tuple(lines)


_change, _changes = outbox.alias(), outbox.alias()
_latest_change = (
    select(func.max(_changes.c.seq))
    .where(
        _changes.c.conversation_id == outbox.c.conversation_id,  # where there is an index
        _changes.c.revises == outbox.c.id,
        _changes.c.status != "discarded",
    )
    .correlate(outbox)
    .scalar_subquery()
)
_was_changed = or_(transcript.c.edited_at.is_not(None), transcript.c.deleted_at.is_not(None))
_LINES = (
    select(
        case_messages,
        transcript.c.text.label("said"),
        transcript.c.reply,
        transcript.c.edited_at,
        transcript.c.deleted_at,
        outbox.c.status,
        outbox.c.error,
        _change.c.status.label("change_status"),
        _change.c.error.label("change_error"),
    )
    .join(transcript, transcript.c.id == case_messages.c.transcript_id, isouter=True)
    .join(outbox, outbox.c.id == transcript.c.outbox_id, isouter=True)
    # Only of a line that was changed: looked for beside each line, it would cost all lines times all lines.
    .join(_change, _change.c.seq == sql_case((_was_changed, _latest_change), else_=None), isouter=True)
    .order_by(case_messages.c.id)
)


def lines_with(condition: ColumnElement[bool]) -> Select[Any]:
    """The lines of cases for which the condition holds, each with what became of it and of its latest change, for ``line_of``."""
    return _LINES.where(condition)


def line_of(row: Row[Any]) -> CaseLine:
    """The line in this row of ``lines_with``."""
    outgoing = row.kind == "coordinator"
    status, error = (row.change_status, row.change_error) if row.change_status else (row.status, row.error)
    return CaseLine(
        id=row.id,
        kind=cast(LineKind, row.kind),
        at=row.at,
        text=(row.text if row.kind == "note" else row.said) or "",
        reply=reply_from_json(row.reply) if row.reply is not None else None,
        author=row.author,
        author_name=row.author_name or "",
        source=(row.text or "") if outgoing else "",
        what=row.what or "",
        values=tuple((row.values or {}).items()),
        receipt=RECEIPTS.get(status, "accepted") if outgoing else None,
        error=error if outgoing else None,
        change_failed=outgoing and row.change_status == "parked",
        edited=row.edited_at is not None,
        deleted=row.deleted_at is not None,
    )


async def _said_before(connection: AsyncConnection, row: Row[Any], first: int) -> list[CaseLine]:
    """What was said to Lotse before the case, by this person or to them."""
    statement = (
        select(transcript)
        .where(transcript.c.conversation_id == row.conversation_id, transcript.c.person_id == row.person_id)
        .where(transcript.c.id < first)
        .order_by(transcript.c.id)
    )
    return [
        CaseLine(
            id=-line.id,  # of another table than the lines of the case
            kind="earlier",
            at=line.at,
            text=line.text,
            reply=reply_from_json(line.reply) if line.reply is not None else None,
            author_name=line.who,
            edited=line.edited_at is not None,
            deleted=line.deleted_at is not None,
        )
        for line in (await connection.execute(statement)).all()
    ]
