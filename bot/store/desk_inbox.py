"""What coordinators say in their rooms, until it was handled: a queue of its own, so that nothing in it is taken for an employee's.

It is stored with the cursor behind it, like everything that comes in, and recognised by (channel, external id), or by a second
id where the platform has one. Whoever handles it marks it done in the very transaction in which the case moves: a stop in between
repeats all of it, and nothing twice. With the mark its words go; what became part of a case stands there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.errors import LotseError
from bot.model import MAX_UTTERANCE, CameIn, ExternalId, Incoming, Input
from bot.store.announce import DESK_INBOX
from bot.store.database import Database
from bot.store.desk_posts import due_at_once
from bot.store.payloads import input_from_json, input_to_json, storable
from bot.store.places import insert_into
from bot.store.tables import desk_inbox, desk_posts

MOST_ATTEMPTS = 3
MOST_KEPT = 3 * MAX_UTTERANCE
"""Characters kept of what a coordinator writes: with a command in front it is still seen that the words are too many, so that
they are refused as a whole and never sent without their end."""


WAIT_FOR_CARD = timedelta(minutes=5)
"""So long something in a thread nobody knows waits for a card that is being posted: the thread may be the one below it.

A stop between the posting and the note that it was posted leaves the card in the room, and coordinators answer there."""


class HandledElsewhere(LotseError):
    """Another process has handled this a moment ago; nothing was changed by this one."""


@dataclass(frozen=True, slots=True)
class SaidAtDesk:
    """One thing somebody did in a room of coordinators. ``thread`` is None in the room itself.

    ``alone`` is the room in which the same person is alone with Lotse, where the platform has one.
    """

    id: int
    channel: str
    room: str
    thread: str | None
    alone: str | None
    external_id: ExternalId
    external_user: str
    input: Input
    attempts: int


async def take_in(connection: AsyncConnection, incomings: Sequence[Incoming], now: datetime, wake: list[str]) -> None:
    """Store these, in their order, each once. Where Lotse itself came in, what waits for that is due in the same transaction.

    It must not wait until that is handled, which may wait for a card itself (``_may_be_below_a_card``).
    """
    for incoming in incomings:
        row = insert_into(desk_inbox, connection.dialect.name).values(
            channel=incoming.address.channel,
            external_id=storable(incoming.external_id),
            also=None if incoming.also is None else storable(incoming.also),
            room=storable(incoming.address.room),
            thread=storable(incoming.address.thread or ""),
            alone=None if incoming.alone is None else storable(incoming.alone),
            external_user=storable(incoming.person.external_user),
            payload=input_to_json(incoming.input, MOST_KEPT),
            received_at=now,
            status="waiting",
            attempts=0,
        )
        unless_known = row.on_conflict_do_nothing()  # by either of its ids
        if await connection.scalar(unless_known.returning(desk_inbox.c.id)) is not None:
            wake.append(DESK_INBOX)
            if isinstance(incoming.input, CameIn):
                await due_at_once(connection, incoming.address, wake)


class DeskInbox:
    """Where the loop that answers coordinators finds its work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next(self, now: datetime) -> SaidAtDesk | None:
        """The oldest thing that waits and can be handled; what was said later in the same thread waits for it.

        Nothing is locked.
        """
        async with self._database.reading() as connection:
            row = (await connection.execute(NEXT, {"waits_since": now - WAIT_FOR_CARD})).one_or_none()
        return None if row is None else _said(row)

    async def count_failure(self, said: SaidAtDesk, error: str, now: datetime) -> bool:
        """Handling it raised; True when it is given up now. ``error`` is kind and place, never a text."""
        given_up = said.attempts + 1 >= MOST_ATTEMPTS
        over = {"status": "parked", "payload": None, "done_at": now} if given_up else {}
        counted = update(desk_inbox).where(desk_inbox.c.id == said.id, desk_inbox.c.status == "waiting")
        async with self._database.transaction([DESK_INBOX]) as connection:
            await connection.execute(counted.values(attempts=desk_inbox.c.attempts + 1, error=error, **over))
        return given_up


_earlier = aliased(desk_inbox)
_held_back = (
    select(_earlier.c.id)
    .where(_earlier.c.channel == desk_inbox.c.channel, _earlier.c.room == desk_inbox.c.room)
    .where(_earlier.c.thread == desk_inbox.c.thread, _earlier.c.status == "waiting")
    .where(_earlier.c.id < desk_inbox.c.id)
    .exists()
)


def _may_be_below_a_card() -> ColumnElement[bool]:
    """The condition that something was done where a card may stand of which it is not known yet whether it was posted."""
    card, known = aliased(desk_posts), aliased(desk_posts)
    unclear = or_(card.c.status == "sending", and_(card.c.status == "waiting", card.c.attempts > 0))
    being_posted = (
        select(card.c.id)
        .where(card.c.channel == desk_inbox.c.channel, card.c.room == desk_inbox.c.room, card.c.kind == "card")
        .where(card.c.external_id.is_(None), unclear)
        .exists()
    )
    in_a_known_thread = (
        select(known.c.id)
        .where(known.c.channel == desk_inbox.c.channel, known.c.room == desk_inbox.c.room)
        .where(known.c.thread == desk_inbox.c.thread, known.c.thread != "")
        .exists()
    )
    return and_(desk_inbox.c.received_at > bindparam("waits_since"), being_posted, ~in_a_known_thread)


# Made once: to build a statement takes SQLAlchemy longer than to carry it out.
NEXT = (
    select(desk_inbox)
    .where(desk_inbox.c.status == "waiting", ~_held_back, ~_may_be_below_a_card())
    .order_by(desk_inbox.c.id)
    .limit(1)
)


async def mark_handled(connection: AsyncConnection, said: SaidAtDesk, now: datetime) -> None:
    """It is handled in this transaction. Raises HandledElsewhere; the transaction must then be rolled back."""
    mine = update(desk_inbox).where(desk_inbox.c.id == said.id, desk_inbox.c.status == "waiting")
    done = await connection.execute(mine.values(status="done", payload=None, done_at=now))
    if done.rowcount != 1:
        raise HandledElsewhere("handled by another process")


async def thread_of_said(database: Database, channel: str, room: str, external_id: str) -> str | None:
    """The thread in which a coordinator wrote this message; None: in the room itself, or it is not known any more."""
    mine = (desk_inbox.c.channel == channel, desk_inbox.c.external_id == storable(external_id))
    async with database.reading() as connection:
        thread: str | None = await connection.scalar(
            select(desk_inbox.c.thread).where(*mine, desk_inbox.c.room == storable(room))
        )
    return thread or None


def _said(row: Row[Any]) -> SaidAtDesk:
    return SaidAtDesk(
        id=row.id,
        channel=row.channel,
        room=row.room,
        thread=row.thread or None,
        alone=row.alone,
        external_id=ExternalId(row.external_id),
        external_user=row.external_user,
        input=input_from_json(row.payload),
        attempts=row.attempts,
    )
