"""Whether an employee has been told where their case is read: what leaves an encrypted room waits for that in every other room.

The message that says so is known to the case (``cases.telling_id``), and its row in the outbox says what became of it. A row
that is gone was delivered long ago. The desk in the browser does not wait: it lies on the server that has read the message anyway.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import CaseNumber, OutboxId
from bot.store.tables import cases, outbox

WAIT_FOR = timedelta(minutes=2)
"""Coordinators then see that there is a case, without a word of it, however long the employee's platform stays away."""

UNTOLD: ColumnElement[bool] = (
    select(outbox.c.seq)
    .where(outbox.c.id == cases.c.telling_id, outbox.c.status != "sent")
    .correlate(cases)
    .exists()
    .label("untold")
)
"""Of a case: it leaves an encrypted room, and its employee has not been told yet."""


def untold(case_number: ColumnElement[Any]) -> ColumnElement[bool]:
    """The same, by the number of the case."""
    found = select(cases.c.number).join(outbox, outbox.c.id == cases.c.telling_id)
    return found.where(cases.c.number == case_number, outbox.c.status != "sent").exists()


def must_wait(row: Row[Any], now: datetime) -> bool:
    """Whether rooms show nothing at all of this case yet; the row is of ``cases``, with ``UNTOLD``."""
    return bool(row.untold) and now - row.opened_at < WAIT_FOR


async def keep_telling(connection: AsyncConnection, number: CaseNumber, outbox_id: OutboxId) -> None:
    """Remember that this message tells the employee of this case."""
    await connection.execute(update(cases).where(cases.c.number == number).values(telling_id=outbox_id))
