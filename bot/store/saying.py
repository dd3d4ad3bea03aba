"""Puts what is said to an employee into the transcript and the outbox, both in the caller's transaction.

Only a ``Reply`` can be said. A coordinator's note is a text of another type, written by another function into another table
(``case_writing.py``), so there is no call by which one could end up here.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Address, CaseFacts, CaseNumber, OutboxId, Reply, as_text
from bot.store.payloads import delivery_to_json, reply_from_json, reply_to_json, with_case_number
from bot.store.tables import outbox, row_of, transcript

# Made once: to build a statement takes SQLAlchemy longer than to carry it out. The row is handed in with it.
ADD_LINE = insert(transcript).returning(transcript.c.id)
ADD_DELIVERY = insert(outbox)

Speaker = Literal["user", "lotse", "system", "staff"]

Voice = Literal["bot", "notice", "person"]
"""Whose words a message carries. Only those of ``bot`` are dropped when a coordinator takes over before they are sent."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom a reply goes to. ``person`` is None once they have been forgotten."""

    conversation: int
    address: Address
    person: int | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The latest case of the conversation when something was decided; the outbox compares it with the takeover."""

    case: CaseNumber
    version: int


def stamp_of(facts: CaseFacts | None) -> Stamp | None:
    """The stamp of this case."""
    return None if facts is None else Stamp(facts.number, facts.version)


@dataclass(frozen=True, slots=True)
class Said:
    """What was stored: the row in the outbox, and the line of the transcript."""

    outbox_id: OutboxId
    line: int


async def say(
    connection: AsyncConnection,
    listener: Listener,
    reply: Reply,
    now: datetime,
    *,
    who: Speaker = "lotse",
    voice: Voice = "bot",
    stamp: Stamp | None = None,
    label: str | None = None,
    reason: Mapping[str, Any] | None = None,
) -> Said:
    """Store one reply to be sent; the stamped case's number is filled in where the reply names it."""
    data = reply_to_json(reply)
    if stamp is not None and voice != "person":  # what a person typed is theirs, to the letter
        data = with_case_number(data, stamp.case)
    outbox_id = OutboxId(str(uuid.uuid4()))
    line = row_of(
        transcript,
        conversation_id=listener.conversation,
        person_id=listener.person,
        who=who,
        text=as_text(reply_from_json(data)),
        reply=data,
        outbox_id=outbox_id,
        at=now,
        label=label,
        reason=reason,
    )
    added = await connection.execute(ADD_LINE, line)
    await put_out(connection, listener, outbox_id, delivery_to_json(listener.address, data), now, voice, stamp)
    return Said(outbox_id, added.scalar_one())


async def put_out(
    connection: AsyncConnection,
    listener: Listener,
    outbox_id: OutboxId,
    delivery: Mapping[str, Any],
    now: datetime,
    voice: Voice,
    stamp: Stamp | None,
    revises: OutboxId | None = None,
) -> None:
    """Store one delivery to be carried out."""
    row = row_of(
        outbox,
        id=outbox_id,
        conversation_id=listener.conversation,
        person_id=listener.person,
        delivery=delivery,
        created_at=now,
        status="waiting",
        attempts=0,
        voice=voice,
        case_number=stamp.case if stamp else None,
        case_version=stamp.version if stamp else None,
        revises=revises,
    )
    await connection.execute(ADD_DELIVERY, row)
