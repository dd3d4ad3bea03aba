"""A case's row, its facts and its context, one made from the other; and finding the row."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import CaseContext, CaseFacts, CaseNumber
from bot.store.tables import case_messages, cases

FACTS = tuple(field.name for field in fields(CaseFacts))
"""Each of them is a column of the same name."""

LATEST_CASE = (
    select(cases).where(cases.c.conversation_id == bindparam("conversation")).order_by(cases.c.number.desc()).limit(1)
)

_CONTEXT: TypeAdapter[CaseContext] = TypeAdapter(CaseContext)


def facts_of(row: Row[Any]) -> CaseFacts:
    """The facts in this row of ``cases``."""
    return CaseFacts(**{name: getattr(row, name) for name in FACTS})


def columns_of(facts: CaseFacts) -> dict[str, Any]:
    """The columns that hold these facts; the number is the database's business."""
    return {name: getattr(facts, name) for name in FACTS if name != "number"}


async def last_said(connection: AsyncConnection, number: CaseNumber) -> int:
    """The number of the employee's last line in this case; 0 when there is none."""
    theirs = (case_messages.c.case_number == number, case_messages.c.kind == "employee")
    last: int | None = await connection.scalar(select(func.max(case_messages.c.id)).where(*theirs))
    return last or 0


def context_to_json(context: CaseContext) -> dict[str, Any]:
    """What was known when a case was opened, as JSON."""
    data: dict[str, Any] = _CONTEXT.dump_python(context, mode="json")
    return data


def context_from_json(data: Mapping[str, Any]) -> CaseContext:
    """The same, as this or an earlier release stored it; earlier ones kept only the labels of answers shown."""
    shown = [{"label": one} if isinstance(one, str) else one for one in data.get("shown", ())]
    return _CONTEXT.validate_python({**data, "shown": shown})


async def find_case(connection: AsyncConnection, number: CaseNumber) -> Row[Any] | None:
    """The row of this case."""
    return (await connection.execute(select(cases).where(cases.c.number == number))).one_or_none()


async def latest_case(connection: AsyncConnection, conversation: int) -> Row[Any] | None:
    """The row of the latest case of this conversation, whatever became of it."""
    return (await connection.execute(LATEST_CASE, {"conversation": conversation})).one_or_none()
