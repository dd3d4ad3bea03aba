"""What was said in one conversation, read for the pages that show it. Nothing here reaches beyond one address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Address, ExternalId, Input, OutboxId, Reason, Reply
from bot.store.database import Database, take_time
from bot.store.kept_lines import UNSETTLED, KeptLines, words_changed
from bot.store.payloads import input_from_json, reason_from_json, reply_from_json
from bot.store.places import at_address
from bot.store.saying import Speaker
from bot.store.tables import conversations, inbox, outbox, ratings, transcript

DeliveryStatus = Literal["waiting", "sending", "sent", "parked", "discarded"]


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One thing that was said. ``id`` grows and is never used again.

    ``delivery`` and ``visible`` are about replies: one is visible to the person once it is being sent.
    ``external_id`` is the platform's id of what a user said; ``rating`` the user's last word on this answer.
    """

    id: int
    who: Speaker
    text: str
    at: datetime
    reply: Reply | None = None
    outbox_id: OutboxId | None = None
    external_id: ExternalId | None = None
    delivery: DeliveryStatus | None = None
    visible: bool = True
    rating: bool | None = None
    label: str | None = None
    reason: Reason | None = None
    edited: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class WaitingInput:
    """A message that was accepted and is not answered yet."""

    external_id: ExternalId
    input: Input
    received_at: datetime


async def read_transcript(
    database: Database, address: Address, after_id: int = 0, limit: int = 200
) -> tuple[TranscriptLine, ...]:
    """The newest ``limit`` lines after this id, oldest first."""
    async with database.reading() as connection:
        return await _newest(connection, address, after_id, limit)


_there = transcript.alias()


class ConversationReading:
    """The newest lines of one conversation for a page that looks at them again and again.

    What was said stays as it was said, so a look reads only what is new, what was changed, and what is still on its way.
    """

    def __init__(self, database: Database, address: Address, limit: int = 200) -> None:
        """``limit``: how many lines are kept, the newest."""
        self._database = database
        self._address = address
        self._limit = limit
        self._kept = KeptLines[TranscriptLine]()

    async def look(self) -> tuple[tuple[TranscriptLine, ...], tuple[WaitingInput, ...]]:
        """The lines, oldest first, and the inputs not answered yet, oldest first too, both of the same moment.

        Raises StoreUnavailable.
        """
        async with self._database.reading(quick=True) as connection:
            if not await self._read_changes(connection):
                await take_time(connection)
                lines = await _newest(connection, self._address, 0, self._limit)
                self._kept.replace((line.id, line, line.delivery in UNSETTLED) for line in lines)
            return self._kept.lines, await _waiting(connection, self._address)

    async def _read_changes(self, connection: AsyncConnection) -> bool:
        """Bring what is kept up to date; False when a line has gone, or none was there."""
        if not self._kept:
            return False
        there = _there.c.conversation_id == transcript.c.conversation_id, _there.c.id >= self._kept.first
        statement = (
            _lines(self._address)
            .add_columns(select(func.count()).where(*there).scalar_subquery().label("there"))
            .where(transcript.c.id >= self._kept.first)
            .where(or_(self._kept.may_differ(transcript.c.id), words_changed()))
            .order_by(transcript.c.id)
        )
        rows = (await connection.execute(statement)).all()
        self._kept.take_in((row.id, _line(row), row.delivery in UNSETTLED) for row in rows)
        whole = bool(rows) and rows[0].there == len(self._kept)
        self._kept.shorten(self._limit)
        return whole


async def find_line(
    database: Database, address: Address, *, line_id: int | None = None, outbox_id: OutboxId | None = None
) -> TranscriptLine | None:
    """The line with this id, or of this reply, if it stands in the conversation at this address."""
    wanted = transcript.c.id == line_id if line_id is not None else transcript.c.outbox_id == outbox_id
    async with database.reading() as connection:
        row = (await connection.execute(_lines(address).where(wanted))).one_or_none()
    return None if row is None else _line(row)


async def _newest(
    connection: AsyncConnection, address: Address, after_id: int, limit: int
) -> tuple[TranscriptLine, ...]:
    statement = _lines(address).where(transcript.c.id > after_id).order_by(transcript.c.id.desc()).limit(limit)
    return tuple(_line(row) for row in reversed((await connection.execute(statement)).all()))


async def _waiting(connection: AsyncConnection, address: Address) -> tuple[WaitingInput, ...]:
    statement = (
        select(inbox.c.external_id, inbox.c.payload, inbox.c.received_at)
        .join(conversations, conversations.c.id == inbox.c.conversation_id)
        .where(at_address(address), inbox.c.status == "waiting")
        .order_by(inbox.c.id)
    )
    rows = (await connection.execute(statement)).all()
    return tuple(WaitingInput(row.external_id, input_from_json(row.payload), row.received_at) for row in rows)


def _lines(address: Address) -> Select[Any]:
    latest_rating = (
        select(ratings.c.helpful)
        .where(ratings.c.about == transcript.c.outbox_id)
        .order_by(ratings.c.id.desc())
        .limit(1)
        .scalar_subquery()
        .label("rating")
    )
    return (
        select(transcript, outbox.c.status.label("delivery"), latest_rating)
        .join(conversations, conversations.c.id == transcript.c.conversation_id)
        .join(outbox, outbox.c.id == transcript.c.outbox_id, isouter=True)
        .where(at_address(address))
    )


def _line(row: Row[Any]) -> TranscriptLine:
    return TranscriptLine(
        id=row.id,
        who=row.who,
        text=row.text,
        at=row.at,
        reply=reply_from_json(row.reply) if row.reply is not None else None,
        outbox_id=row.outbox_id,
        external_id=row.external_id,
        delivery=row.delivery,
        # A reply whose row in the outbox has been cleaned away was sent long ago.
        visible=row.outbox_id is None or row.delivery in (None, "sending", "sent"),
        rating=row.rating,
        label=row.label,
        reason=reason_from_json(row.reason) if row.reason is not None else None,
        edited=row.edited_at is not None,
        deleted=row.deleted_at is not None,
    )
