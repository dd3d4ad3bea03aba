"""What stands in the messages of rooms of coordinators, read at the moment they are sent.

Each thing comes with its *state*: a word that changes when what is shown must change, and from which nothing can be read back.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.case_moment import due_of
from bot.handoff.working_time import local_day
from bot.model import LOCALES, UNFINISHED, CaseFacts, CaseNumber, CaseState, Locale, Reply, TopicId
from bot.store.case_lines import CaseLine, line_of, lines_with
from bot.store.case_rows import FACTS, facts_of
from bot.store.cases import Case, case_of
from bot.store.desk import last_event
from bot.store.desk_reading import name_of
from bot.store.payloads import reply_from_json
from bot.store.tables import case_messages, cases, conversations, desk_notices
from bot.store.telling import UNTOLD

TOLD = frozenset({"employee", "lotse", "coordinator", "note", "remark"})
"""Kinds of lines that appear in the thread of a case. Notices to the employee do not: the remark beside them says the same."""
KNOWN_FROM_CARD = frozenset({"opened"})
"""Remarks the card itself makes."""


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case for its card. ``earlier``: when, topic and state of the same person's earlier cases."""

    case: Case
    name: str
    channel: str
    earlier: tuple[tuple[datetime, TopicId | None, CaseState], ...]
    state: str
    untold: bool = False
    """Its employee does not know yet that it is read here, so no word of theirs may stand here."""

    @property
    def facts(self) -> CaseFacts:
        """The facts of the case."""
        return self.case.facts


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of a case for its thread."""

    line: CaseLine
    facts: CaseFacts
    state: str


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A message of Lotse's to a team."""

    team: str
    replies: dict[Locale, Reply]


def state_of(row: Row[Any], salt: str, now: datetime, content: str) -> str:
    """The state of a case's card; the day and what is overdue belong to it, because a card says *heute* and *überfällig*.

    So does the ``content`` by its hash where an open case's card says what it says today: whether an answer still holds, and
    what the rules are for a person like this.
    """
    due = due_of(facts_of(row))
    overdue = due is not None and due <= now
    says = row.state in UNFINISHED and row.context and (row.context.get("shown") or row.context.get("who"))
    seen = [getattr(row, name) for name in FACTS]
    seen += [row.question, row.context, row.employee_name, local_day(now), overdue, content if says else ""]
    seen += ["untold"] if row.untold else []
    return hashlib.sha256(f"{salt}{seen!r}".encode("utf-8", "replace")).hexdigest()[:32]


def line_state(row: Any) -> str:
    """The state of a line: when it was last changed, or that it was deleted."""
    if row.deleted_at is not None:
        return "deleted"
    return "" if row.edited_at is None else row.edited_at.isoformat()


async def case_shown(
    connection: AsyncConnection, number: CaseNumber | int, salt: str, now: datetime, content: str
) -> CaseShown | None:
    """A case as its card shows it now; None when it is gone."""
    statement = (
        select(cases, UNTOLD, conversations.c.channel, conversations.c.room, conversations.c.thread)
        .join(conversations, conversations.c.id == cases.c.conversation_id, isouter=True)
        .where(cases.c.number == number)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    before = (
        select(cases.c.opened_at, cases.c.topic, cases.c.state)
        .where(cases.c.person_id == row.person_id, cases.c.number < row.number)
        .order_by(cases.c.number)
    )
    earlier = (await connection.execute(before)).all() if row.person_id is not None else ()
    return CaseShown(
        case_of(row),
        name_of(row),
        row.channel or "",
        tuple((*each,) for each in earlier),
        state_of(row, salt, now, content),
        untold=bool(row.untold),
    )


async def line_shown(connection: AsyncConnection, line: int, case: CaseShown) -> LineShown | None:
    """A line as it reads now; None when it is gone."""
    row = (await connection.execute(lines_with(case_messages.c.id == line))).one_or_none()
    return None if row is None else LineShown(line_of(row), case.facts, line_state(row))


async def notice_shown(connection: AsyncConnection, notice: int) -> NoticeShown | None:
    """A message to a team; None when its time is over."""
    row = (await connection.execute(select(desk_notices).where(desk_notices.c.id == notice))).one_or_none()
    if row is None:
        return None
    return NoticeShown(
        row.team, {locale: reply_from_json(row.replies[locale]) for locale in LOCALES if locale in row.replies}
    )


async def was_erased(connection: AsyncConnection, number: int) -> bool:
    """Whether a case that is gone is so because its person had everything deleted."""
    last = await last_event(connection, CaseNumber(number))
    return last is not None and last.to_state == "erased"
