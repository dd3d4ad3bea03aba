"""Forgets a person: every row about them, in every table, in the caller's transaction.

What remains is an audit row that says that it happened, and, so that a repeated event is not taken for a new message, a
digest of the ids of their messages for a day. A conversation others took part in loses this person's part and its
state, because the state may hold their words.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Address
from bot.store.case_rows import facts_of
from bot.store.case_writing import erased_audit
from bot.store.inbox import digest_of
from bot.store.places import address_of
from bot.store.tables import (
    audit,
    case_messages,
    cases,
    conversations,
    gaps,
    inbox,
    outbox,
    persons,
    ratings,
    timers,
    transcript,
)

OWNED = (case_messages, transcript, outbox, timers, gaps, ratings)
"""Tables whose rows about a person are simply deleted; inbox, cases, conversations and persons need more care."""

IN_A_CONVERSATION = (inbox, transcript, outbox, timers, cases)


def conversations_of(person: int) -> Select[Any]:
    """The conversations this person took part in."""
    took_part = [
        exists().where(table.c.conversation_id == conversations.c.id, table.c.person_id == person)
        for table in IN_A_CONVERSATION
    ]
    return select(conversations).where(or_(*took_part)).order_by(conversations.c.id)


async def forget_person(
    connection: AsyncConnection, person: int, now: datetime, *, actor: str, keep: int | None = None
) -> tuple[Address, ...]:
    """Delete everything stored about this person; returns where they wrote.

    ``keep`` is a conversation whose row stays, emptied, so that the confirmation can still be delivered there.
    """
    # Conversations before the person, as everywhere; then what came in until the person was locked is seen as well.
    await connection.execute(conversations_of(person).with_for_update())
    await connection.execute(select(persons.c.id).where(persons.c.id == person).with_for_update())
    touched = (await connection.execute(conversations_of(person))).all()
    for case in (await connection.execute(select(cases).where(cases.c.person_id == person))).all():
        await erased_audit(connection, facts_of(case), now, actor)
    await connection.execute(delete(cases).where(cases.c.person_id == person))
    for table in OWNED:
        await connection.execute(delete(table).where(table.c.person_id == person))
    await _forget_inputs(connection, person, now)
    ids = [row.id for row in touched]
    await connection.execute(update(conversations).where(conversations.c.id.in_(ids)).values(state=None, locale=None))
    empty = [~exists().where(table.c.conversation_id == conversations.c.id) for table in IN_A_CONVERSATION]
    left = [number for number in ids if number != keep]
    await connection.execute(delete(conversations).where(conversations.c.id.in_(left), *empty))
    await connection.execute(delete(persons).where(persons.c.id == person))
    forgotten = {"at": now, "actor": actor, "action": "person_forgotten", "target": ""}
    await connection.execute(insert(audit).values(forgotten))
    return tuple(address_of(row) for row in touched)


async def _forget_inputs(connection: AsyncConnection, person: int, now: datetime) -> None:
    """Inputs lose everything but a digest of their id; those still waiting are never answered."""
    mine = await connection.execute(select(inbox.c.id, inbox.c.external_id).where(inbox.c.person_id == person))
    for row in mine.all():
        await connection.execute(
            update(inbox)
            .where(inbox.c.id == row.id)
            .values(
                external_id=digest_of(row.external_id),
                conversation_id=None,
                person_id=None,
                payload=None,
                status="forgotten",
                error=None,
                sent_at=now,
                received_at=now,
                done_at=now,
            )
        )


async def count_of(connection: AsyncConnection, person: int) -> tuple[tuple[str, int], ...]:
    """How many rows of each kind are stored about this person, under the names the employee is shown."""
    kinds = {
        "messages": select(func.count()).where(transcript.c.person_id == person),
        "waiting": select(func.count()).where(inbox.c.person_id == person, inbox.c.status == "waiting"),
        "outgoing": select(func.count()).where(
            outbox.c.person_id == person, outbox.c.status.in_(("waiting", "sending"))
        ),
        "cases": select(func.count()).where(cases.c.person_id == person),
        "gaps": select(func.count()).where(gaps.c.person_id == person),
        "ratings": select(func.count()).where(ratings.c.person_id == person),
    }
    return tuple([(kind, await connection.scalar(query) or 0) for kind, query in kinds.items()])
