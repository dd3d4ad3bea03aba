"""Wakes a conversation when its time has come: a timer that is due becomes an input, like a message.

A timer belongs to the state it was set in, a case's timer to the version of the case. When the conversation, or the
case, has moved on since, or the person is no longer known, it is dropped without a word.
"""

from datetime import datetime

from sqlalchemy import delete, func, select

from bot.model import ExternalId, TimerDue
from bot.store.announce import INBOX
from bot.store.database import Database
from bot.store.inbox import put_own
from bot.store.payloads import input_to_json
from bot.store.places import address_of
from bot.store.saying import Listener
from bot.store.tables import cases, conversations, timers


class Timers:
    """Where the timer loop finds its work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fire_due(self, now: datetime) -> int:
        """Turn one due timer into an input of its conversation, or drop it when it is stale; how many were taken."""
        wake: list[str] = []
        async with self._database.transaction(wake) as connection:
            due = (
                select(
                    timers,
                    conversations.c.channel,
                    conversations.c.room,
                    conversations.c.thread,
                    conversations.c.state_version,
                    cases.c.version.label("case_version"),
                )
                .join(conversations, conversations.c.id == timers.c.conversation_id)
                .join(cases, cases.c.number == timers.c.case_number, isouter=True)
                .where(timers.c.due_at <= now)
                .order_by(timers.c.due_at, timers.c.id)
                .limit(1)
                .with_for_update(of=(timers, conversations), skip_locked=True)
            )
            row = (await connection.execute(due)).one_or_none()
            if row is None:
                return 0
            await connection.execute(delete(timers).where(timers.c.id == row.id))
            current = row.state_version if row.case_number is None else row.case_version
            if row.version == current and row.person_id is not None:
                listener = Listener(row.conversation_id, address_of(row), row.person_id)
                payload = input_to_json(TimerDue(row.kind))
                await put_own(connection, listener, ExternalId(f"timer:{row.id}"), payload, now)
                wake.append(INBOX)
            return 1

    async def next_due(self) -> datetime | None:
        """When the next timer is due; None when none is set."""
        async with self._database.reading() as connection:
            due: datetime | None = await connection.scalar(
                select(func.min(timers.c.due_at, type_=timers.c.due_at.type))
            )
            return due
