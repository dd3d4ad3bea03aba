"""The lines of a case: what the employee, Lotse and coordinators said, notes, and remarks on what happened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Reply, StaffId
from bot.store.database import take_time
from bot.store.desk import Receipt
from bot.store.kept_lines import UNSETTLED, KeptLines, words_changed
from bot.store.payloads import reply_from_json
from bot.store.tables import case_messages, outbox, transcript

LineKind = Literal["employee", "lotse", "notice", "coordinator", "note", "remark", "earlier"]

RECEIPTS: dict[str | None, Receipt] = {"waiting": "queued", "sending": "queued", "sent": "accepted", "parked": "failed"}


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


CHANGE = outbox.alias()
"""The latest change of a line that was changed, joined by ``is_latest_change``."""
_changes = outbox.alias()
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


def is_latest_change() -> ColumnElement[bool]:
    """Whether ``CHANGE`` is the latest change of the line in ``transcript`` and ``outbox``.

    Looked for only of a line that was changed: beside each line, it would cost all lines times all lines.
    """
    return CHANGE.c.seq == sql_case((words_changed(), _latest_change), else_=None)


_LINES = (
    select(
        case_messages,
        transcript.c.text.label("said"),
        transcript.c.reply,
        transcript.c.edited_at,
        transcript.c.deleted_at,
        outbox.c.status,
        outbox.c.error,
        CHANGE.c.status.label("change_status"),
        CHANGE.c.error.label("change_error"),
    )
    .join(transcript, transcript.c.id == case_messages.c.transcript_id, isouter=True)
    .join(outbox, outbox.c.id == transcript.c.outbox_id, isouter=True)
    .join(CHANGE, is_latest_change(), isouter=True)
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


_there = case_messages.alias()
QUICK_LINES = 300
"""So many lines are looked through on the spot; looking through more would hold up the event loop."""


class CaseLines:
    """The lines of one case for a page that looks at them again and again; each look reads only those that may have changed."""

    def __init__(self) -> None:
        self._kept = KeptLines[CaseLine]()
        self._earlier = KeptLines[CaseLine]()
        self._first = 0
        """The first line of the transcript that belongs to the case."""

    async def look(self, connection: AsyncConnection, case: Row[Any]) -> tuple[CaseLine, ...]:
        """All of them now, oldest first; with consent also what was said to Lotse before. Raises StoreUnavailable."""
        if not await self._read_changes(connection, case):
            await take_time(connection)
            rows = (await connection.execute(lines_with(case_messages.c.case_number == case.number))).all()
            self._kept.replace(_numbered(rows))
            self._first = _first_said(rows)
        if not case.consent or case.person_id is None:
            return self._kept.lines
        return (*await self._said_before(connection, case), *self._kept.lines)

    async def _read_changes(self, connection: AsyncConnection, case: Row[Any]) -> bool:
        """Bring what is kept up to date; False when a line has gone, or none was there."""
        if not self._kept:
            return False
        may_differ = or_(
            self._kept.may_differ(case_messages.c.id), case_messages.c.transcript_id.is_not(None) & words_changed()
        )
        if len(self._kept) > QUICK_LINES:
            await take_time(connection)
        mine = case_messages.c.case_number == case.number
        there = select(func.count()).where(_there.c.case_number == case.number).scalar_subquery().label("there")
        rows = (await connection.execute(lines_with(mine).add_columns(there).where(may_differ))).all()
        self._kept.take_in(_numbered(rows))
        self._first = self._first or _first_said(rows)
        return bool(rows) and rows[0].there == len(self._kept)

    async def _said_before(self, connection: AsyncConnection, case: Row[Any]) -> tuple[CaseLine, ...]:
        """What was said to Lotse before the case, by this person or to them. It changes with the words of a line only."""
        before = select(transcript).where(
            transcript.c.conversation_id == case.conversation_id,
            transcript.c.person_id == case.person_id,
            transcript.c.id < self._first,
        )
        if self._earlier:
            count = select(func.count()).select_from(before.subquery()).scalar_subquery().label("there")
            changed = before.add_columns(count).where(or_(self._earlier.may_differ(transcript.c.id), words_changed()))
            rows = (await connection.execute(changed.order_by(transcript.c.id))).all()
            self._earlier.take_in((row.id, _earlier_line(row), False) for row in rows)
            if rows and rows[0].there == len(self._earlier):
                return self._earlier.lines
        await take_time(connection)
        rows = (await connection.execute(before.order_by(transcript.c.id))).all()
        self._earlier.replace((row.id, _earlier_line(row), False) for row in rows)
        return self._earlier.lines


def _first_said(rows: Iterable[Row[Any]]) -> int:
    """The first line of the transcript among these; 0 when there is none."""
    return min((row.transcript_id for row in rows if row.transcript_id is not None), default=0)


def _numbered(rows: Iterable[Row[Any]]) -> Iterator[tuple[int, CaseLine, bool]]:
    return ((row.id, line_of(row), row.status in UNSETTLED) for row in rows)


def _earlier_line(row: Row[Any]) -> CaseLine:
    return CaseLine(
        id=-row.id,  # of another table than the lines of the case
        kind="earlier",
        at=row.at,
        text=row.text,
        reply=reply_from_json(row.reply) if row.reply is not None else None,
        author_name=row.who,
        edited=row.edited_at is not None,
        deleted=row.deleted_at is not None,
    )
