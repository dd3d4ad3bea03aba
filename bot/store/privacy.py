"""What is kept how long, what a person may see of themselves, and forgetting them.

===============================================  ==================================================================
what                                             until
===============================================  ==================================================================
text of answered inputs and sent messages        24 hours after they are done; the rows stay to recognise repetitions
what was said to somebody who was forgotten      24 hours
transcripts, state, ratings' link to a person    30 days, unless the conversation has a case
open case, with its conversation                 as long as it is open
closed case, with its conversation               180 days after it was closed
withdrawn case                                   its text is deleted at once, the row 180 days later
unanswered questions                             180 days
sign-in links, codes, sessions, failed attempts  until they expired; attempts an hour
absences of the staff that are over              30 days
messages of Lotse to a team                      30 days
what coordinators say in their rooms             its words until they were handled, the row 30 days
which message shows a case in such a room        until the case is deleted and the message was taken back
audit rows, of cases too (no text, no person)    always
===============================================  ==================================================================

The periods are settings. Everything runs while messages arrive: rows are locked only as long as they are deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Table, Update, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import OVER, Person
from bot.store.announce import DESK, transcript_topic
from bot.store.database import Database
from bot.store.erasure import Forgotten, conversations_of, delete_rows, forget_person, with_others
from bot.store.payloads import storable
from bot.store.personal_data import ABOUT_PEOPLE, IN_A_CONVERSATION, of_person, tables_with
from bot.store.tables import (
    absences,
    account_codes,
    cases,
    conversations,
    desk_inbox,
    desk_notices,
    desk_posts,
    gaps,
    inbox,
    outbox,
    persons,
    ratings,
    sessions,
    sign_in_failures,
    sign_in_links,
    timers,
    transcript,
)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of data is kept."""

    messages: timedelta = timedelta(hours=24)
    transcripts: timedelta = timedelta(days=30)
    cases: timedelta = timedelta(days=180)
    gaps: timedelta = timedelta(days=180)


ATTEMPTS = timedelta(hours=1)
"""How long a failed attempt to sign in is kept; the lock looks back for a quarter of that."""

DONE = ("done", "parked", "refused", "forgotten", "sent", "discarded")


async def apply_retention(database: Database, keep: Retention, now: datetime) -> dict[str, int]:
    """Delete what is past its time; how many rows of each table were deleted or emptied."""
    counts: dict[str, int] = {}
    async with database.transaction() as connection:
        counts["cases"] = await delete_rows(connection, cases, _over_before(now - keep.cases))
    for name, statement in _steps(keep, now):
        async with database.transaction() as connection:
            counts[name] = (await connection.execute(statement)).rowcount
    for table in (conversations, persons):
        async with database.transaction() as connection:
            counts[table.name] = await _delete_unused(connection, table, now - keep.messages)
    if any(counts.values()) or not database.scrubbed:
        await database.scrub()
    return counts


def _steps(keep: Retention, now: datetime) -> tuple[tuple[str, Delete | Update], ...]:
    day, month = now - keep.messages, now - keep.transcripts
    has_case = exists().where(cases.c.conversation_id == transcript.c.conversation_id, cases.c.state != "muted")
    tells_of_a_case = exists().where(cases.c.telling_id == outbox.c.id, outbox.c.status != "sent")
    case_of_state = exists().where(cases.c.conversation_id == conversations.c.id, cases.c.state != "muted")
    return (
        ("gaps", delete(gaps).where(gaps.c.at < now - keep.gaps)),
        (
            "inbox_text",
            update(inbox).where(_done_before(inbox, day), inbox.c.payload.is_not(None)).values(payload=None),
        ),
        (
            "outbox_text",
            update(outbox).where(_done_before(outbox, day), outbox.c.delivery.is_not(None)).values(delivery=None),
        ),
        ("inbox", delete(inbox).where(_done_before(inbox, month) | _nobodys(inbox, inbox.c.done_at < day))),
        (
            "outbox",
            delete(outbox).where(
                or_(
                    and_(_done_before(outbox, month), ~tells_of_a_case),  # a row that is gone counts as delivered
                    _nobodys(outbox, outbox.c.done_at < day),
                )
            ),
        ),
        (
            "transcript",
            delete(transcript).where(
                or_(and_(transcript.c.at < month, ~has_case), _nobodys(transcript, transcript.c.at < day))
            ),
        ),
        (
            "ratings",
            update(ratings)
            .where(ratings.c.at < month, ratings.c.person_id.is_not(None))
            .values(person_id=None, about=None),
        ),
        ("timers", delete(timers).where(timers.c.due_at < month)),
        ("sign_in_links", delete(sign_in_links).where(sign_in_links.c.expires_at < now)),
        ("account_codes", delete(account_codes).where(account_codes.c.expires_at < now)),
        ("sessions", delete(sessions).where(sessions.c.expires_at < now)),
        ("sign_in_failures", delete(sign_in_failures).where(sign_in_failures.c.at < now - ATTEMPTS)),
        ("absences", delete(absences).where(absences.c.until < month)),
        ("desk_inbox", delete(desk_inbox).where(desk_inbox.c.done_at < month)),
        ("desk_posts", delete(desk_posts).where(_shows_nothing(), desk_posts.c.done_at < month)),
        ("desk_notices", delete(desk_notices).where(desk_notices.c.at < month)),
        (
            "state",
            update(conversations)
            .where(conversations.c.active_at < month, conversations.c.state.is_not(None), ~case_of_state)
            .values(state=None, locale=None),
        ),
    )


def _over_before(moment: datetime) -> ColumnElement[bool]:
    """The condition that a case was over at this moment: closed for good, withdrawn, or no longer to be taken up again."""
    return or_(
        and_(cases.c.state.in_(OVER), cases.c.closed_at < moment),
        and_(cases.c.state.in_(("resolved", "bot")), cases.c.reopen_until < moment),
    )


def _shows_nothing() -> ColumnElement[bool]:
    """The condition that a message in a room of coordinators belongs to no case, and shows nothing of one that is gone."""
    of_a_case = exists().where(cases.c.number == desk_posts.c.case_number)
    stands_there = desk_posts.c.kind.in_(("card", "copy", "line")) & desk_posts.c.external_id.is_not(None)
    return ~of_a_case & ~stands_there & desk_posts.c.status.in_(("sent", "over", "parked"))


def _done_before(table: Table, moment: datetime) -> ColumnElement[bool]:
    return and_(table.c.status.in_(DONE), table.c.done_at < moment)


def _nobodys(table: Table, when: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(table.c.person_id.is_(None), when)


async def _delete_unused(connection: AsyncConnection, table: Table, before: datetime) -> int:
    """Delete people or conversations no other row speaks of.

    Locked first, looked at again once the locks are held: a message that arrives meanwhile locks the row as well.
    """
    if table is persons:
        unused = [~exists().where(other.c.person_id == persons.c.id) for other in ABOUT_PEOPLE]
    else:
        unused = [~exists().where(other.c.conversation_id == conversations.c.id) for other in IN_A_CONVERSATION]
        unused.append(conversations.c.active_at < before)
    free = tuple(await connection.scalars(select(table.c.id).where(*unused).with_for_update(skip_locked=True)))
    return (await connection.execute(delete(table).where(table.c.id.in_(free), *unused))).rowcount


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted about a person, for whoever asked: per table, and per place something may be left in.

    ``overwritten``: SQLite's file and write-ahead log hold nothing of it any more either; None on PostgreSQL, which writes over
    it in its own time.
    """

    person: Person
    at: datetime
    deleted: Mapping[str, int]
    emptied: Mapping[str, int]
    overwritten: bool | None


async def forget(database: Database, person: Person, *, actor: str, now: datetime) -> Receipt | None:
    """Delete everything stored about this person; None when nothing was. ``actor``: who asked, for the audit."""
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        number = await _number_of(connection, person)
        if number is None:
            return None
        done: Forgotten = await forget_person(connection, number, now, actor=actor)
        wake += [DESK, *map(transcript_topic, done.touched)]
    scrubbed = await database.scrub()
    return Receipt(person, now, done.deleted, done.emptied, scrubbed if database.is_sqlite else None)


async def person_data(database: Database, person: Person) -> dict[str, list[dict[str, Any]]] | None:
    """Everything stored about this person, by table, as plain JSON values; None when nothing is.

    Of a conversation others write in, the state is left out: it may hold their words.
    """
    async with database.reading() as connection:
        number = await _number_of(connection, person)
        if number is None:
            return None
        data = {
            "persons": await _rows(connection, select(persons).where(persons.c.id == number)),
            "conversations": await _rows(connection, conversations_of(number)),
        }
        shared = set(await connection.scalars(select(conversations.c.id).where(with_others(number))))
        for row in data["conversations"]:
            if row["id"] in shared:
                row["state"] = None
        for table in reversed(tables_with("owned", "anonymised")):
            mine = select(table).where(of_person(table, number)).order_by(*table.primary_key)
            data[table.name] = await _rows(connection, mine)
    return data


async def _number_of(connection: AsyncConnection, person: Person) -> int | None:
    statement = select(persons.c.id).where(
        persons.c.channel == person.channel, persons.c.external_user == storable(person.external_user)
    )
    number: int | None = await connection.scalar(statement)
    return number


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> list[dict[str, Any]]:
    rows = (await connection.execute(statement)).mappings().all()
    return [
        {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()} for row in rows
    ]
