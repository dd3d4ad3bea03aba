"""The rows one turn reads and writes: the conversation it holds, the input it answers, the state it leaves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.errors import StoreConflict
from bot.model import OutboxId, Reason
from bot.store.payloads import reason_from_json
from bot.store.tables import conversations, inbox, persons, row_of, transcript

# Made once: to build a statement takes SQLAlchemy longer than to carry it out. A row's new values are handed in with it.
LOCK_CONVERSATION = (
    select(conversations)
    .join(inbox, inbox.c.conversation_id == conversations.c.id)
    .where(inbox.c.status == "waiting")
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(of=conversations, skip_locked=True)
)
_other = aliased(inbox)
_more_wait = select(_other.c.id).where(_other.c.status == "waiting", _other.c.id != inbox.c.id).exists()
_INPUTS = select(inbox, persons.c.external_user, persons.c.introduced_at, _more_wait.label("more_wait")).join(
    persons, persons.c.id == inbox.c.person_id
)
OLDEST_INPUT = (
    _INPUTS.where(inbox.c.conversation_id == bindparam("conversation"), inbox.c.status == "waiting")
    .order_by(inbox.c.id)
    .limit(1)
)
CHANGE_STATE = update(conversations).where(
    conversations.c.id == bindparam("conversation"), conversations.c.state_version == bindparam("version_before")
)
CHANGE_INPUT = update(inbox).where(inbox.c.id == bindparam("input"))
CHANGE_PERSON = update(persons).where(persons.c.id == bindparam("person"))


async def lock_conversation(connection: AsyncConnection) -> Row[Any] | None:
    """Lock and return the conversation with the oldest waiting input that nobody else holds."""
    return (await connection.execute(LOCK_CONVERSATION)).one_or_none()


async def oldest_input(connection: AsyncConnection, conversation: int) -> Row[Any] | None:
    """The input to be answered next in a conversation that is already locked, with who sent it.

    ``more_wait``: whether others wait, here or elsewhere. What comes here later is stored once the lock is gone, and rings itself.
    """
    return (await connection.execute(OLDEST_INPUT, {"conversation": conversation})).one_or_none()


async def input_with(connection: AsyncConnection, input_id: int) -> Row[Any] | None:
    """One input, with who sent it."""
    return (await connection.execute(_INPUTS.where(inbox.c.id == input_id))).one_or_none()


async def reason_of(connection: AsyncConnection, conversation: int, answer: OutboxId) -> Reason | None:
    """Why this answer of the conversation was given; None when it stands there no more."""
    wanted = transcript.c.conversation_id == conversation, transcript.c.outbox_id == answer
    row = (await connection.execute(select(transcript.c.label, transcript.c.reason).where(*wanted))).one_or_none()
    if row is None or row.reason is None:
        return None
    reason = reason_from_json(row.reason)
    # An earlier release noted the labels of the answers beside the reason only.
    return reason if reason.shown else replace(reason, shown=tuple(filter(None, (row.label or "").split("+"))))


async def save_state(
    connection: AsyncConnection, row: Row[Any], state: Mapping[str, Any] | None, locale: str | None, now: datetime
) -> None:
    """Store the dialogue state, if it is still the one the turn began with. Raises StoreUnavailable otherwise."""
    after = row_of(conversations, state=state, locale=locale, state_version=row.state_version + 1, active_at=now)
    changed = await connection.execute(
        CHANGE_STATE, {"conversation": row.id, "version_before": row.state_version, **after}
    )
    if changed.rowcount != 1:
        raise StoreConflict("The conversation was changed by another process meanwhile; the turn is done again.")


async def reword_state(connection: AsyncConnection, conversation: int, state: Mapping[str, Any]) -> None:
    """Store what another conversation remembers, with other words in it; it is held, and no turn of its own."""
    await connection.execute(update(conversations).where(conversations.c.id == conversation).values(state=state))


async def mark_done(connection: AsyncConnection, input_id: int, now: datetime, *, status: str = "done") -> None:
    """The input has been answered, or parked."""
    await connection.execute(CHANGE_INPUT, {"input": input_id, **row_of(inbox, status=status, done_at=now)})


async def mark_introduced(connection: AsyncConnection, person: int, now: datetime) -> None:
    """The person has been told what Lotse is and what it stores."""
    await connection.execute(CHANGE_PERSON, {"person": person, **row_of(persons, introduced_at=now)})
