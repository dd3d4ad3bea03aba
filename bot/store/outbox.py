"""Hands out what was decided, in the order of each conversation: waiting -> sending -> sent | parked.

The step to *sending* is committed before anything is sent, and made while the conversation is locked: what is decided in a
conversation before that step (the person is forgotten, a coordinator takes over) keeps the message from being sent; what is
decided after it comes too late, and everybody can see which of the two it was.

A turn takes this step in its own transaction where this process also sends for the channel and there is room among those who
do: the message is handed to them as soon as it is committed. Everything else waits to be found.

A message of Lotse's carries the version of the case it was decided on. When a coordinator has taken the word since, it is
dropped at this step, however long a platform that was away has held it up. People's messages and notices are not.

A retryable failure holds back its conversation, so that the order is kept; a parked row does not, or one message that
can never arrive would silence a conversation for good. A row found *sending* after a stop is *unclear*: it is handed
to the channel again, with the same id, and the channel recognises what it has already posted.

On SQLite there is one process, so what it finds in *sending* when it first looks is unclear. With several processes on
PostgreSQL another one may be sending at this moment, so there a row is unclear once ``SENDING_LASTS`` is over.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from sqlalchemy import Row, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.errors import ChannelError
from bot.model import Delivery, ExternalId, OutboxId, React
from bot.store.announce import DESK, OUTBOX, outbox_topics, sending_topic, transcript_topic
from bot.store.database import Database
from bot.store.payloads import delivery_from_json
from bot.store.places import address_of
from bot.store.revising import discard, fold_in, may_have_more, revised_by
from bot.store.tables import cases, conversations, outbox, row_of

SENDING_LASTS = timedelta(minutes=2)
"""Longer than any channel may take for one message (``worker/outbox_loop.py`` stops it at half of this)."""

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=24)
"""A platform may be away for a night; after a day somebody has to look."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One message to be carried out. ``unclear``: it may have arrived already."""

    delivery: Delivery
    conversation: int
    attempts: int
    unclear: bool


class Senders(Protocol):
    """Who sends for one channel in this process."""

    def have_room(self) -> bool:
        """Whether another message may be on its way at this moment."""
        ...

    def take(self, item: OutboxItem) -> None:
        """Send this, which was claimed."""
        ...


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling, up to the longest pause."""
    doublings = min(attempts - 1, 20)  # keeps the number small; the longest pause is reached long before
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


class Outbox:
    """Where the outbox loop finds its work, and who decides something hands it over; one object per process."""

    def __init__(self, database: Database, sending_lasts: timedelta = SENDING_LASTS) -> None:
        self._database = database
        self._sending_lasts = sending_lasts
        self._looked_back: set[str] = set()
        self._one_looks = asyncio.Lock()
        self._senders: dict[str, Senders] = {}

    async def claim_next(self, channel: str, now: datetime) -> OutboxItem | None:
        """Take the next message of this channel that may be sent, and commit that it is being sent.

        None when nothing may be sent now; ``next_retry`` tells when something may.
        """
        if self._database.is_sqlite:
            await self._look_back(channel, now)
        while True:
            wake: list[str] = []
            async with self._database.transaction(wake, quick=True) as connection:
                place = (await connection.execute(LOCK_CONVERSATION, {"channel": channel, "now": now})).one_or_none()
                if place is None:
                    return None
                item = await self._claim_head(connection, channel, place.id, now, wake)
            if item is not None:
                return item  # else another process was faster between the two looks

    async def claim_decided(
        self, connection: AsyncConnection, channel: str, conversation: int, now: datetime, wake: list[str]
    ) -> OutboxItem | None:
        """Take the next message of this conversation in the transaction that decided it, which holds the conversation.

        None when it is left to whoever looks for it. What is taken must be given to ``hand_over`` after the commit.
        """
        senders = self._senders.get(channel)
        if senders is None or not senders.have_room():
            return None
        if self._database.is_sqlite and channel not in self._looked_back:  # it would be taken for what a stop has left
            return None
        return await self._claim_head(connection, channel, conversation, now, wake)

    def hand_over(self, channel: str, item: OutboxItem) -> None:
        """Send at once what ``claim_decided`` took; without senders it stays *sending*, as after any stop."""
        if (senders := self._senders.get(channel)) is not None:
            senders.take(item)

    @contextlib.contextmanager
    def handing_to(self, channel: str, senders: Senders) -> Iterator[None]:
        """While the block lasts, what is decided for this channel in this process may be handed to these senders."""
        self._senders[channel] = senders
        try:
            yield
        finally:
            del self._senders[channel]

    async def _claim_head(
        self, connection: AsyncConnection, channel: str, conversation: int, now: datetime, wake: list[str]
    ) -> OutboxItem | None:
        """The oldest message of a conversation that is held, as *sending*; None when it may not be sent now."""
        while True:
            row = (await connection.execute(HEAD, {"conversation": conversation})).one_or_none()
            if row is None or (row.retry_at is not None and row.retry_at > now):
                return None
            outbox_id = OutboxId(row.id)
            if _overtaken(row):
                await discard(connection, row, now)
                wake += [*outbox_topics(channel), DESK]
                continue
            revised = await revised_by(connection, row.revises) if row.revises is not None else None
            if row.revises is not None and revised is None:  # what it is about was never sent, so nobody read it
                await fold_in(connection, row, now)
                wake.append(DESK)
                continue
            try:
                delivery = delivery_from_json(row.delivery, outbox_id, revised)
            except (KeyError, TypeError, ValueError) as error:
                unreadable = f"the stored message cannot be read ({type(error).__name__})"
                await _set(connection, outbox_id, status="parked", error=unreadable, done_at=now, retry_at=None)
                continue
            attempts = row.attempts + 1
            if not isinstance(delivery, React):
                more = revised is not None and await may_have_more(connection, row)
                delivery = replace(delivery, again=attempts > 1 or more)
            until = now + self._sending_lasts
            await _set(connection, outbox_id, status="sending", attempts=attempts, retry_at=until)
            wake.append(transcript_topic(delivery.address))
            return OutboxItem(delivery, conversation, attempts, unclear=row.status == "sending")

    async def _look_back(self, channel: str, now: datetime) -> None:
        """Before a channel sends for the first time: what is *sending* there now was left so by a stop."""
        async with self._one_looks:
            if channel in self._looked_back:
                return
            mine = select(conversations.c.id).where(conversations.c.channel == channel)
            left = update(outbox).where(outbox.c.status == "sending", outbox.c.conversation_id.in_(mine))
            async with self._database.transaction() as connection:
                await connection.execute(left.values(retry_at=now))
            self._looked_back.add(channel)

    async def sent(self, outbox_id: OutboxId, external_id: ExternalId, now: datetime) -> None:
        """The platform has the message. Nothing happens when its person was forgotten meanwhile."""
        wake: list[str] = []
        async with self._database.transaction(wake, quick=True) as connection:
            row = await _sending(connection, outbox_id)
            if row is not None:
                done = {"status": "sent", "external_id": external_id, "done_at": now}
                await _set(connection, outbox_id, **done, retry_at=None, error=None)
                if row.revises is not None:  # it may have become more parts, or fewer
                    await _set(connection, OutboxId(row.revises), external_id=external_id)
                wake += [OUTBOX, transcript_topic(address_of(row))]
                # Elsewhere a turn may just be adding something behind it, seen by neither of the two before they commit.
                if row.more_wait or not self._database.is_sqlite:
                    wake.append(sending_topic(row.channel))

    async def failed(
        self, outbox_id: OutboxId, error: ChannelError, now: datetime
    ) -> Literal["waiting", "parked", "gone"]:
        """The channel could not send it: try again later, or park it when that is useless. *gone*: it was forgotten."""
        wake: list[str] = []
        async with self._database.transaction(wake, quick=True) as connection:
            row = await _sending(connection, outbox_id)
            if row is None:
                return "gone"
            wake += [*outbox_topics(row.channel), transcript_topic(address_of(row))]
            if error.permanent or now - row.created_at >= GIVE_UP_AFTER:
                await _set(connection, outbox_id, status="parked", error=error.reason, done_at=now, retry_at=None)
                return "parked"
            pause = max(pause_after(row.attempts), error.retry_after or timedelta())
            await _set(connection, outbox_id, status="waiting", error=error.reason, retry_at=now + pause)
            return "waiting"

    async def next_retry(self, channel: str) -> datetime | None:
        """When the earliest message that is held back now may be sent; None when none is."""
        async with self._database.reading(quick=True) as connection:
            earliest: datetime | None = await connection.scalar(NEXT_RETRY, {"channel": channel})
            return earliest


_earlier = aliased(outbox)
_held_back = (
    select(_earlier.c.seq)
    .where(_earlier.c.conversation_id == outbox.c.conversation_id, _earlier.c.seq < outbox.c.seq)
    .where(_earlier.c.status.in_(("waiting", "sending")))
    .exists()
)
# Made once: to build a statement takes SQLAlchemy longer than to carry it out.
LOCK_CONVERSATION = (
    select(conversations.c.id)
    .join(outbox, outbox.c.conversation_id == conversations.c.id)
    .where(conversations.c.channel == bindparam("channel"), outbox.c.status.in_(("waiting", "sending")))
    .where(or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= bindparam("now")), ~_held_back)
    .order_by(outbox.c.seq)
    .limit(1)
    .with_for_update(of=conversations, skip_locked=True)
)
_any_case = aliased(cases)
_latest_case = (
    select(func.max(_any_case.c.number))
    .where(_any_case.c.conversation_id == outbox.c.conversation_id)
    .scalar_subquery()
)
HEAD = (
    select(outbox, cases.c.number.label("latest_case"), cases.c.silent_from)
    .select_from(outbox.outerjoin(cases, cases.c.number == _latest_case))
    .where(outbox.c.conversation_id == bindparam("conversation"), outbox.c.status.in_(("waiting", "sending")))
    .order_by(outbox.c.seq)
    .limit(1)
)
NEXT_RETRY = (
    select(func.min(outbox.c.retry_at, type_=outbox.c.retry_at.type))
    .join(conversations, conversations.c.id == outbox.c.conversation_id)
    .where(conversations.c.channel == bindparam("channel"), outbox.c.status.in_(("waiting", "sending")))
)
_behind_it = aliased(outbox)
_more_wait = (
    select(_behind_it.c.seq)
    .where(_behind_it.c.conversation_id == outbox.c.conversation_id, _behind_it.c.status == "waiting")
    .exists()
    .label("more_wait")
)
SENDING = (
    select(outbox, conversations.c.channel, conversations.c.room, conversations.c.thread, _more_wait)
    .join(conversations, conversations.c.id == outbox.c.conversation_id)
    .where(outbox.c.id == bindparam("outbox_id"), outbox.c.status == "sending")
    .with_for_update(of=outbox)
)
CHANGE = update(outbox).where(outbox.c.id == bindparam("outbox_id"))


def _overtaken(row: Row[Any]) -> bool:
    """Whether a coordinator has taken the word since this message of Lotse's was decided. The conversation is locked.

    A message that may have left already (*sending*, found after a stop) is not recalled: it is handed in again, and the
    channel recognises it.
    """
    if row.voice != "bot" or row.status != "waiting" or row.silent_from is None:
        return False
    return bool(row.case_number != row.latest_case or row.case_version < row.silent_from)


async def _sending(connection: AsyncConnection, outbox_id: OutboxId) -> Any:
    return (await connection.execute(SENDING, {"outbox_id": outbox_id})).one_or_none()


async def _set(connection: AsyncConnection, outbox_id: OutboxId, **values: object) -> None:
    await connection.execute(CHANGE, {"outbox_id": outbox_id, **row_of(outbox, **values)})
