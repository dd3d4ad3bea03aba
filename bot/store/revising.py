"""Lets edits and deletions follow what a coordinator said; those of employees are in ``changed_messages.py``.

What was not sent yet, or was refused, is changed where it stands; what was sent is followed by an edit or a redaction of its
own, which keeps its place in the order of the conversation. A later change takes the place of one the platform refused.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import CaseFacts, ExternalId, OutboxId, Revise, as_text
from bot.store.payloads import delivery_to_json, reply_to_json, storable
from bot.store.saying import Listener, put_out, stamp_of
from bot.store.tables import case_messages, desk_posts, outbox, persons, transcript

UNSENT = ("waiting", "parked")
"""Nobody has read it, and until it is sent it can be changed."""


async def revise_line(
    connection: AsyncConnection, listener: Listener, facts: CaseFacts, revise: Revise, now: datetime
) -> None:
    """A coordinator changed a line, or took it back."""
    statement = (
        select(case_messages.c.transcript_id, transcript.c.outbox_id, transcript.c.deleted_at, outbox.c.status)
        .join(transcript, transcript.c.id == case_messages.c.transcript_id)
        .join(outbox, outbox.c.id == transcript.c.outbox_id, isouter=True)
        .where(case_messages.c.id == revise.line, case_messages.c.case_number == facts.number)
        .where(case_messages.c.kind == "coordinator")
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None or row.deleted_at is not None:
        return
    source = storable(revise.source or "")
    await connection.execute(update(case_messages).where(case_messages.c.id == revise.line).values(text=source))
    data = reply_to_json(revise.reply) if revise.reply is not None else None
    said = {"text": as_text(revise.reply) if revise.reply is not None else "", "reply": data}
    mark = {"edited_at": now} if revise.reply is not None else {"deleted_at": now}
    await connection.execute(update(transcript).where(transcript.c.id == row.transcript_id).values(**said, **mark))
    outbox_id = OutboxId(row.outbox_id)
    if row.status in UNSENT:
        await _change_unsent(
            connection, outbox_id, None if data is None else delivery_to_json(listener.address, data), now
        )
    elif row.status in ("sending", "sent"):
        refused = (outbox.c.revises == outbox_id, outbox.c.status == "parked")
        gone = {"status": "discarded", "delivery": None, "done_at": now}
        if (await connection.execute(update(outbox).where(*refused).values(gone))).rowcount:
            await sign_anew(connection, (revise.line,))
        delivery = delivery_to_json(listener.address, data, "redact" if data is None else "edit")
        new = OutboxId(str(uuid.uuid4()))
        await put_out(connection, listener, new, delivery, now, "person", stamp_of(facts), revises=outbox_id)


async def sign_anew(connection: AsyncConnection, lines: Sequence[int] | Select[Any]) -> None:
    """What comes of these lines is shown in the rooms of coordinators once more, also when it is the same as before."""
    signed = (desk_posts.c.kind.in_(("own", "line")), desk_posts.c.line.in_(lines))
    await connection.execute(update(desk_posts).where(*signed).values(sign=None))


async def _change_unsent(
    connection: AsyncConnection, outbox_id: OutboxId, delivery: Mapping[str, Any] | None, now: datetime
) -> None:
    """What nobody has read says something else now, or (without a delivery) is never sent."""
    mine = update(outbox).where(outbox.c.id == outbox_id, outbox.c.status.in_(UNSENT))
    if delivery is None:
        await connection.execute(mine.values(status="discarded", delivery=None, done_at=now))
    else:
        await connection.execute(mine.values(delivery=delivery))


async def fold_in(connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
    """Carry out an edit of a message the platform never took, which was under way when it was decided: where it stands.

    Sent again, that message must not say what its coordinator has changed meanwhile.
    """
    changed = None if row.delivery["reply"] is None else {**row.delivery, "kind": "post"}
    await _change_unsent(connection, OutboxId(row.revises), changed, now)
    done = {"status": "discarded", "delivery": None, "done_at": now, "retry_at": None}
    await connection.execute(update(outbox).where(outbox.c.id == row.id).values(**done))


async def discard(connection: AsyncConnection, row: Row[Any], now: datetime) -> None:
    """Drop a message of Lotse's that a coordinator has overtaken: it is not sent, and stands in no transcript.

    If it was to tell the person what Lotse is and what it stores, the next one does.
    """
    outbox_id = row.id
    if any(block.get("tone") == "first_contact" for block in row.delivery["reply"]["blocks"]):
        await connection.execute(update(persons).where(persons.c.id == row.person_id).values(introduced_at=None))
    await connection.execute(
        update(outbox).where(outbox.c.id == outbox_id).values(status="discarded", delivery=None, done_at=now)
    )
    await connection.execute(delete(transcript).where(transcript.c.outbox_id == outbox_id))


async def may_have_more(connection: AsyncConnection, row: Row[Any]) -> bool:
    """Whether an earlier change of the same message failed: it may have added parts that are known to nobody."""
    tried = (outbox.c.status != "sent", outbox.c.attempts > 0)
    earlier = select(outbox.c.id).where(outbox.c.revises == row.revises, outbox.c.seq < row.seq, *tried)
    return await connection.scalar(earlier.limit(1)) is not None


async def revised_by(connection: AsyncConnection, revises: str) -> tuple[OutboxId, ExternalId] | None:
    """The message an edit is about, as the platform knows it; None when the platform never got it."""
    row = (
        await connection.execute(
            select(outbox.c.external_id).where(outbox.c.id == revises, outbox.c.external_id.is_not(None))
        )
    ).one_or_none()
    return None if row is None else (OutboxId(revises), ExternalId(row.external_id))
