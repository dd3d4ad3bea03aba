"""Takes in what people write: stored, with the cursor behind it, before the platform is told that it arrived.

A message is recognised by (channel, external id), or by a second id where the platform has one; platforms repeat events,
and a repetition changes nothing, even when the person has been forgotten in between (then only digests of the ids are left
to recognise it by).

A change or a deletion belongs where the message was taken in that it is about: platforms name that message and not always
its thread. What was never taken in, a word between two people in a group, is nothing of ours, and neither is its change.

Who sends more than can be answered in reasonable time is told so once: what is refused is not kept, but counted, so
that nothing disappears without a word.
"""

import functools
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Executable, bindparam, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Address, DeskRoom, Edited, ExternalId, Incoming, Locale, Person, Removed, Reply
from bot.store.announce import INBOX, arrival_topic, outbox_topics, transcript_topic
from bot.store.database import Database
from bot.store.desk_inbox import take_in
from bot.store.desk_threads import case_of_card
from bot.store.payloads import payload_of, storable
from bot.store.places import address_of, conversation_at, insert_into, locale_of, person_known_as
from bot.store.saying import Listener, say
from bot.store.tables import conversations, cursors, inbox, persons, row_of

MOST_WAITING = 30
"""Inputs of one person that may wait at the same time; somebody who types never comes near it."""

REFUSED_AGAIN = timedelta(minutes=10)
"""Within this time somebody who was told that it was too much is not told again."""


def digest_of(external_id: str) -> str:
    """What is kept of a message's id when the person was forgotten."""
    return f"sha256:{hashlib.sha256(external_id.encode()).hexdigest()}"


class Inbox:
    """Where channels put what people write. ``refuse`` words the notice that it was too much at once.

    What comes from one of the ``desk_rooms``, or from below the card of a case, is a coordinator's, whoever the channel takes
    its writer for: it goes into a queue of its own (``desk_inbox.py``), and no turn of a dialogue ever sees it.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        refuse: Callable[[Locale | None], Reply],
        desk_rooms: Iterable[DeskRoom] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._refuse = refuse
        self._desk_rooms = frozenset((room.channel, room.room) for room in desk_rooms)

    async def accept(self, channel: str, incomings: Sequence[Incoming], cursor: str | None = None) -> None:
        """Store these inputs and the cursor in one transaction; once it returns, they survive a crash.

        Raises StoreUnavailable; then nothing was stored.
        """
        now = self._clock()
        wake: list[str] = []
        async with self._database.transaction(wake, quick=True) as connection:
            of_staff: list[Incoming] = []
            of_employees: list[Incoming] = []
            for each in incomings:
                (of_staff if await self._is_at_desk(connection, each.address) else of_employees).append(each)
            for incoming in await _new_ones(connection, channel, of_employees):
                await self._store(connection, incoming, now, wake)
            await take_in(connection, of_staff, now, wake)
            if cursor is not None:
                read_up_to = row_of(cursors, channel=channel, cursor=cursor, at=now)
                await connection.execute(_the_cursor(connection.dialect.name), read_up_to)

    async def _is_at_desk(self, connection: AsyncConnection, place: Address) -> bool:
        """Whether coordinators work there, or did: below a card nobody is an employee, whatever the settings say by now."""
        if (place.channel, place.room) in self._desk_rooms:
            return True
        return place.thread is not None and await case_of_card(connection, place) is not None

    async def cursor(self, channel: str) -> str | None:
        """The place up to which this channel was read."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(cursors.c.cursor).where(cursors.c.channel == channel))

    async def _store(self, connection: AsyncConnection, incoming: Incoming, now: datetime, wake: list[str]) -> None:
        listener = Listener(
            await conversation_at(connection, incoming.address, now),
            incoming.address,
            await person_known_as(connection, incoming.person),
        )
        waiting = await connection.scalar(WAITING, {"person": listener.person})
        refused = (waiting or 0) >= MOST_WAITING
        told = refused and await _told_recently(connection, listener, now)
        row = row_of(
            inbox,
            conversation_id=listener.conversation,
            person_id=listener.person,
            channel=incoming.address.channel,
            external_id=storable(incoming.external_id),
            also=None if incoming.also is None else storable(incoming.also),
            alone=None if incoming.alone is None else storable(incoming.alone),
            encrypted=incoming.encrypted,
            payload=None if refused else payload_of(incoming.input, incoming.person.display_name),
            sent_at=incoming.sent_at,
            received_at=now,
            status="refused" if refused else "waiting",
            attempts=0,
            done_at=now if refused else None,
        )
        stored = await connection.scalar(_unless_known(connection.dialect.name), row)
        if stored is None:  # another process took in the same event a moment ago
            return
        wake += [INBOX, arrival_topic(incoming.address)]
        if refused and not told:
            locale = await connection.scalar(
                select(conversations.c.locale).where(conversations.c.id == listener.conversation)
            )
            await say(connection, listener, self._refuse(locale_of(locale)), now, who="system", voice="notice")
            wake += [*outbox_topics(incoming.address.channel), transcript_topic(incoming.address)]


# Made once: to build a statement takes SQLAlchemy longer than to carry it out.
_wanted: BindParameter[str] = bindparam("wanted", expanding=True)
KNOWN = select(inbox.c.external_id, inbox.c.also).where(
    inbox.c.channel == bindparam("channel"), or_(inbox.c.external_id.in_(_wanted), inbox.c.also.in_(_wanted))
)
WAITING = select(func.count()).where(inbox.c.person_id == bindparam("person"), inbox.c.status == "waiting")


@functools.cache
def _unless_known(dialect: str) -> Executable:
    return insert_into(inbox, dialect).on_conflict_do_nothing().returning(inbox.c.id)


@functools.cache
def _the_cursor(dialect: str) -> Executable:
    row = insert_into(cursors, dialect)
    newer = {"cursor": row.excluded.cursor, "at": row.excluded.at}
    return row.on_conflict_do_update(index_elements=["channel"], set_=newer)


async def was_taken_in(database: Database, channel: str, event: ExternalId) -> bool:
    """Whether the message with this id was taken in, also when its person was forgotten since."""
    message = storable(event)
    async with database.reading(quick=True) as connection:
        known = await connection.execute(KNOWN, {"channel": channel, "wanted": [message, digest_of(message)]})
        return known.first() is not None


async def _new_ones(connection: AsyncConnection, channel: str, incomings: Sequence[Incoming]) -> list[Incoming]:
    """Those not stored yet, each once, in the order of their addresses so that two processes cannot lock each other."""
    if any(incoming.address.channel != channel for incoming in incomings):
        raise ValueError(f"an input of another channel was handed in by {channel}")
    by_id: dict[str, Incoming] = {}
    for incoming in incomings:
        by_id.setdefault(storable(incoming.external_id), incoming)
    ids = {key for incoming in by_id.values() for key in _ids_of(incoming)}
    wanted = [*ids, *map(digest_of, ids)]
    rows = await connection.execute(KNOWN, {"channel": channel, "wanted": wanted})
    known = {key for row in rows for key in row}
    new = [
        incoming
        for incoming in by_id.values()
        if not any(key in known or digest_of(key) in known for key in _ids_of(incoming))
    ]
    new = await _where_they_belong(connection, channel, new)
    return sorted(new, key=lambda incoming: (incoming.address.room, incoming.address.thread or ""))


async def _where_they_belong(connection: AsyncConnection, channel: str, new: list[Incoming]) -> list[Incoming]:
    """The same inputs, changes and deletions at the place of the message they are about, or left out without one."""
    about = {storable(each.input.of) for each in new if isinstance(each.input, Edited | Removed)}
    if not about:
        return new
    places = {storable(each.external_id): (each.address, each.person) for each in new}
    statement = (
        select(inbox.c.external_id, conversations.c.channel, conversations.c.room, conversations.c.thread)
        .add_columns(persons.c.external_user)
        .join(conversations, conversations.c.id == inbox.c.conversation_id)
        .join(persons, persons.c.id == inbox.c.person_id)
        .where(inbox.c.channel == channel, inbox.c.external_id.in_(about))
    )
    for row in (await connection.execute(statement)).all():
        places[row.external_id] = (address_of(row), Person(channel, row.external_user))
    placed = []
    for each in new:
        if not isinstance(each.input, Edited | Removed):
            placed.append(each)
        elif (place := places.get(storable(each.input.of))) is not None:
            # Only the author changes words; who moderates a room may delete them, and they are gone all the same.
            address, author = place
            if isinstance(each.input, Removed) or author.external_user == each.person.external_user:
                placed.append(replace(each, address=address, person=author))
    return placed


def _ids_of(incoming: Incoming) -> tuple[str, ...]:
    return tuple(storable(key) for key in (incoming.external_id, incoming.also) if key is not None)


async def _told_recently(connection: AsyncConnection, listener: Listener, now: datetime) -> bool:
    since = now - REFUSED_AGAIN
    latest = select(func.count()).where(
        inbox.c.person_id == listener.person, inbox.c.status == "refused", inbox.c.received_at > since
    )
    return bool(await connection.scalar(latest))


async def put_own(
    connection: AsyncConnection,
    listener: Listener,
    external_id: ExternalId,
    payload: dict[str, object],
    now: datetime,
    *,
    encrypted: bool = False,
) -> None:
    """An input of our own, such as a timer that is due: it enters where people's messages do."""
    row = row_of(
        inbox,
        conversation_id=listener.conversation,
        person_id=listener.person,
        channel=listener.address.channel,
        external_id=external_id,
        payload=payload,
        encrypted=encrypted,
        sent_at=now,
        received_at=now,
        status="waiting",
        attempts=0,
    )
    await connection.execute(insert(inbox), row)
