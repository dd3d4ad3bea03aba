"""Puts what Lotse says into the transcript and the outbox, both in the caller's transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Address, CaseNumber, OutboxId, Reply, as_text
from bot.store.payloads import delivery_to_json, reply_from_json, reply_to_json, with_case_number
from bot.store.tables import outbox, transcript

Speaker = Literal["user", "lotse", "system"]


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom a reply goes to. ``person`` is None once they have been forgotten."""

    conversation: int
    address: Address
    person: int | None


async def say(
    connection: AsyncConnection,
    listener: Listener,
    reply: Reply,
    now: datetime,
    *,
    who: Speaker = "lotse",
    case_number: CaseNumber | None = None,
    label: str | None = None,
    reason: Mapping[str, Any] | None = None,
) -> OutboxId:
    """Store one reply to be sent; ``case_number`` is filled in where the reply names the case."""
    data = reply_to_json(reply)
    if case_number is not None:
        data = with_case_number(data, case_number)
    outbox_id = OutboxId(str(uuid.uuid4()))
    await connection.execute(
        insert(transcript).values(
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
    )
    await connection.execute(
        insert(outbox).values(
            id=outbox_id,
            conversation_id=listener.conversation,
            person_id=listener.person,
            delivery=delivery_to_json(listener.address, data),
            created_at=now,
            status="waiting",
            attempts=0,
        )
    )
    return outbox_id
