"""Forgets a person: every row about them, in every table, in the caller's transaction.

What is to be done to which table is declared in ``personal_data.py``. What remains is an audit row that says that it
happened, and, so that a repeated event is not taken for a new message, a digest of the ids of their messages for a day.
A conversation others took part in loses this person's part and its state, because the state may hold their words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.case_events import Erases
from bot.handoff.case_states import decide
from bot.handoff.office import PlainOffice
from bot.model import Address, CaseTurn
from bot.store.case_rows import facts_of
from bot.store.case_writing import erased_audit
from bot.store.inbox import digest_of
from bot.store.personal_data import IN_A_CONVERSATION, children_of, of_person, tables_with
from bot.store.places import address_of
from bot.store.tables import audit, cases, conversations, gaps, inbox, outbox, persons, ratings, transcript


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten: where the person wrote, and per table how many rows were deleted or emptied."""

    touched: tuple[Address, ...]
    deleted: Mapping[str, int]
    emptied: Mapping[str, int]


def conversations_of(person: int) -> Select[Any]:
    """The conversations this person took part in."""
    return select(conversations).where(_took_part(person)).order_by(conversations.c.id)


def _took_part(person: int) -> ColumnElement[bool]:
    theirs = [table for table in IN_A_CONVERSATION if "person_id" in table.c]
    return or_(
        *(
            exists().where(table.c.conversation_id == conversations.c.id, table.c.person_id == person)
            for table in theirs
        )
    )


def with_others(person: int) -> ColumnElement[bool]:
    """The condition that somebody else has a part in a conversation, too."""
    theirs = [table for table in IN_A_CONVERSATION if "person_id" in table.c]
    return or_(
        *(
            exists().where(table.c.conversation_id == conversations.c.id, table.c.person_id != person)
            for table in theirs
        )
    )


async def forget_person(
    connection: AsyncConnection, person: int, now: datetime, *, actor: str, keep: int | None = None
) -> Forgotten:
    """Delete everything stored about this person.

    ``keep`` is a conversation whose row stays, emptied, so that the confirmation can still be delivered there.
    """
    touched = await _lock(connection, person)
    for case in (await connection.execute(select(cases).where(cases.c.person_id == person))).all():
        erased = decide(facts_of(case), Erases(), now, PlainOffice())
        if isinstance(erased, CaseTurn):
            await erased_audit(connection, erased, now, actor)
    deleted: dict[str, int] = {}
    for table in tables_with("owned"):
        gone = await connection.execute(delete(table).where(of_person(table, person)))
        deleted[table.name] = gone.rowcount
    emptied = {"inbox": await _forget_inputs(connection, person, now)}
    ids = [row.id for row in touched]
    await connection.execute(update(conversations).where(conversations.c.id.in_(ids)).values(state=None, locale=None))
    empty = [~exists().where(table.c.conversation_id == conversations.c.id) for table in IN_A_CONVERSATION]
    left = [number for number in ids if number != keep]
    gone = await connection.execute(delete(conversations).where(conversations.c.id.in_(left), *empty))
    deleted["conversations"], emptied["conversations"] = gone.rowcount, len(ids) - gone.rowcount
    gone = await connection.execute(delete(persons).where(persons.c.id == person))
    deleted["persons"] = gone.rowcount
    forgotten = {"at": now, "actor": actor, "action": "person_forgotten", "target": ""}
    await connection.execute(insert(audit).values(forgotten))
    return Forgotten(tuple(address_of(row) for row in touched), deleted, emptied)


async def _lock(connection: AsyncConnection, person: int) -> tuple[Row[Any], ...]:
    """Lock the person and every conversation they took part in, conversations first, as everywhere.

    A message to a new conversation may arrive between the two; then the locks are given back and taken anew, because
    whoever answers that message holds its conversation and waits for the person.
    """
    while True:
        async with connection.begin_nested() as attempt:
            before = (await connection.execute(conversations_of(person).with_for_update())).all()
            await connection.execute(select(persons.c.id).where(persons.c.id == person).with_for_update())
            after = (await connection.execute(conversations_of(person))).all()
            if {row.id for row in after} <= {row.id for row in before}:
                return tuple(after)
            await attempt.rollback()


async def _forget_inputs(connection: AsyncConnection, person: int, now: datetime) -> int:
    """Inputs lose everything but a digest of their id; those still waiting are never answered."""
    mine = await connection.execute(
        select(inbox.c.id, inbox.c.external_id, inbox.c.also).where(inbox.c.person_id == person)
    )
    rows = mine.all()
    for row in rows:
        await connection.execute(
            update(inbox)
            .where(inbox.c.id == row.id)
            .values(
                external_id=digest_of(row.external_id),
                also=None if row.also is None else digest_of(row.also),
                alone=None,
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
    return len(rows)


async def delete_rows(connection: AsyncConnection, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete rows together with what belongs to them in other tables; how many of this table."""
    for child, column in children_of(table):
        (key,) = table.primary_key
        await delete_rows(connection, child, column.in_(select(key).where(condition)))
    return (await connection.execute(delete(table).where(condition))).rowcount


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
