"""Where people wait for an answer of Lotse's: it is not found yet, or has not left. Where a person has the word nobody does.

What could not be answered or sent for a long while is not on its way in any sense somebody who watches would believe.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select

from bot.model import SILENT, Address
from bot.store.database import Database
from bot.store.places import address_of
from bot.store.tables import cases, conversations, inbox, outbox

NOT_LONGER = timedelta(minutes=1)
MOST = 50
"""Messages that are looked at, the oldest first: where more wait, a sign of it is the least that is missing."""

ANSWERED = ("utterance", "edited", "pressed")
"""Kinds of input that are said to Lotse, so that an answer is waited for."""


async def awaited(database: Database, channel: str, now: datetime) -> dict[Address, datetime]:
    """The addresses on this channel where an answer is awaited, and since when."""
    since: dict[Address, datetime] = {}
    given = {"channel": channel, "after": now - NOT_LONGER}
    async with database.reading(quick=True) as connection:
        for statement in (UNANSWERED, NOT_SENT):
            for row in await connection.execute(statement, given):
                address = address_of(row)
                since[address] = min(since.get(address, row.since), row.since)
    return since


# Made once: to build a statement takes SQLAlchemy longer than to carry it out.
_latest_case = (
    select(func.max(cases.c.number)).where(cases.c.conversation_id == conversations.c.id).correlate(conversations)
)
_with_lotse = (
    select(conversations.c.channel, conversations.c.room, conversations.c.thread)
    .outerjoin(cases, cases.c.number == _latest_case.scalar_subquery())
    .where(conversations.c.channel == bindparam("channel"))
    .where(or_(cases.c.state.is_(None), cases.c.state.not_in(SILENT)))
    .limit(MOST)
)
UNANSWERED = (
    _with_lotse.add_columns(inbox.c.received_at.label("since"))
    .join(inbox, inbox.c.conversation_id == conversations.c.id)
    .where(inbox.c.status == "waiting", inbox.c.received_at > bindparam("after"))
    .where(inbox.c.payload["kind"].as_string().in_(ANSWERED))
    .order_by(inbox.c.id)
)
NOT_SENT = (
    _with_lotse.add_columns(outbox.c.created_at.label("since"))
    .join(outbox, outbox.c.conversation_id == conversations.c.id)
    .where(outbox.c.status.in_(("waiting", "sending")), outbox.c.created_at > bindparam("after"))
    .where(outbox.c.voice == "bot", outbox.c.revises.is_(None))
    .order_by(outbox.c.seq)
)
