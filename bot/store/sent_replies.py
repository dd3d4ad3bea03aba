"""Replies that were sent, found again by what a platform names them by: for buttons and reactions under them.

Nothing a client sends is believed beyond the name: what stood on a reply, to whom it was sent and whether the case it was
about is still the one at hand is read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select

from bot.model import (
    SILENT,
    UNFINISHED,
    Address,
    CaseFacts,
    CaseNumber,
    CaseState,
    ExternalId,
    Locale,
    OutboxId,
    Person,
    Reply,
)
from bot.store.case_rows import facts_of
from bot.store.database import Database
from bot.store.message_parts import is_message, is_part
from bot.store.payloads import reply_from_json, storable
from bot.store.places import address_of, at_address, locale_of
from bot.store.tables import case_messages, cases, conversations, inbox, outbox, persons, transcript

VISIBLE = ("sending", "sent")
GOES_ON: tuple[CaseState, ...] = (*UNFINISHED, "resolved")
"""States of a case that what its person writes is said in; one that is over for good goes on nowhere."""
LATEST = 10
"""So many replies are searched for the one that asked what was just answered."""


AT_PLACE = and_(
    conversations.c.channel == bindparam("channel"),
    conversations.c.room == bindparam("room"),
    conversations.c.thread == bindparam("thread"),
)
"""``at_address`` for statements that are made once; what ``_place`` gives belongs to it."""

# Made once: to build a statement takes SQLAlchemy longer than to carry it out, and everything short that is written asks it.
STANDING = select(
    conversations.c.state,
    select(cases.c.state)
    .where(cases.c.conversation_id == conversations.c.id)
    .order_by(cases.c.number.desc())
    .limit(1)
    .scalar_subquery()
    .label("case"),
).where(AT_PLACE)


@dataclass(frozen=True, slots=True)
class FoundReply:
    """One reply. ``listener`` is the platform's id of the person it was sent to; None once they were forgotten.

    ``outdated``: since then another case was opened in this conversation. ``with_person``: a coordinator has the case it is
    about at this moment, so that what is said about it reaches them.
    """

    address: Address
    outbox_id: OutboxId
    reply: Reply
    listener: str | None
    outdated: bool
    with_person: bool
    external_id: ExternalId | None = None


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case, whose it is by the platform's id, where it goes on, and the language it is held in."""

    external_user: str
    number: CaseNumber
    address: Address
    locale: Locale


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation stands: its dialogue state as it is stored, and the state of its latest case."""

    state: Mapping[str, Any] | None
    case: CaseState | None


async def standing_of(database: Database, address: Address) -> Standing | None:
    """Where the conversation at this address stands now; None when there is none."""
    async with database.reading(quick=True) as connection:
        row = (await connection.execute(STANDING, _place(address))).one_or_none()
    return None if row is None else Standing(row.state, row.case)


async def find_offer(database: Database, address: Address, label: str) -> FoundReply | None:
    """The latest reply of the conversation at this address that offered the choice with this label."""
    latest = _replies().where(at_address(address)).order_by(transcript.c.id.desc()).limit(LATEST)
    async with database.reading() as connection:
        replies = [_found(row) for row in (await connection.execute(latest)).all()]
    return next((one for one in replies if any(choice.label == label for choice in one.reply.choices)), None)


async def find_reply(database: Database, address: Address, outbox_id: OutboxId) -> FoundReply | None:
    """The reply with this id, if it was sent in the conversation at this address."""
    async with database.reading() as connection:
        row = (await connection.execute(_replies().where(at_address(address), outbox.c.id == outbox_id))).one_or_none()
    return None if row is None else _found(row)


async def find_listener(database: Database, address: Address, outbox_id: OutboxId) -> str | None:
    """The platform's id of the person the reply with this id at this address is for; None when that is nobody's."""
    async with database.reading(quick=True) as connection:
        found: str | None = await connection.scalar(LISTENER, {**_place(address), "outbox_id": outbox_id})
    return found


async def find_reply_posted_as(database: Database, channel: str, room: str, stamp: str) -> FoundReply | None:
    """The reply the platform knows by this room and stamp, also as one of its parts; ``room:stamp+stamp`` is its id."""
    mine = _replies().where(conversations.c.channel == channel).limit(1)
    ours = f"{room}:{stamp}"
    ids = (outbox.c.external_id == ours, is_part(outbox.c.external_id, ours))
    async with database.reading() as connection:
        for condition in ids:  # the first is found by an index, and is nearly always the one
            row = (await connection.execute(mine.where(condition))).one_or_none()
            if row is not None:
                return _found(row)
    return None


async def find_case_place(database: Database, person: Person, room: str, stamp: str) -> Address | None:
    """Where the case goes on that the message with this room and stamp belongs to; None when it belongs to none of theirs."""
    found = await find_case_of_event(database, person, ExternalId(f"{room}:{stamp}"))
    return None if found is None else found.address


async def find_case_of_event(database: Database, person: Person, event: ExternalId) -> FoundCase | None:
    """The case of this person with the message of this id: they wrote it there, or were told it.

    A case that is over for good goes on nowhere.
    """
    is_it = or_(transcript.c.external_id == event, is_message(outbox.c.external_id, event))
    theirs = (
        _placed_cases()
        .join(case_messages, case_messages.c.case_number == cases.c.number)
        .join(transcript, transcript.c.id == case_messages.c.transcript_id)
        .join(outbox, outbox.c.id == transcript.c.outbox_id, isouter=True)
        .where(persons.c.channel == person.channel, persons.c.external_user == person.external_user)
        .where(cases.c.state.in_(GOES_ON))
        .limit(1)
    )
    async with database.reading() as connection:
        row = (await connection.execute(theirs.where(is_it))).one_or_none()
    return None if row is None else _found_case(row)


async def find_cases_in(database: Database, room: Address) -> tuple[FoundCase, ...]:
    """The cases that go on in any conversation of this room and are not finished."""
    there = conversations.c.channel == room.channel, conversations.c.room == storable(room.room)
    unfinished = _placed_cases().where(*there, cases.c.state.in_(UNFINISHED)).order_by(cases.c.number)
    async with database.reading() as connection:
        return tuple(_found_case(row) for row in (await connection.execute(unfinished)).all())


async def takes_part(database: Database, person: Person, address: Address) -> bool:
    """Whether this person has written in the conversation at this address."""
    wrote = (
        select(func.count())
        .select_from(inbox)
        .join(conversations, conversations.c.id == inbox.c.conversation_id)
        .join(persons, persons.c.id == inbox.c.person_id)
        .where(at_address(address), persons.c.external_user == person.external_user)
    )
    async with database.reading() as connection:
        return bool(await connection.scalar(wrote))


async def find_owner(database: Database, address: Address) -> str | None:
    """The platform's id of whose conversation this is: of its latest case, else of who wrote there first; None: nobody did."""
    of_case = select(persons.c.external_user).join(cases, cases.c.person_id == persons.c.id)
    of_words = select(persons.c.external_user).join(inbox, inbox.c.person_id == persons.c.id)
    latest = of_case.join(conversations, conversations.c.id == cases.c.conversation_id).order_by(cases.c.number.desc())
    first = of_words.join(conversations, conversations.c.id == inbox.c.conversation_id).order_by(inbox.c.id)
    async with database.reading() as connection:
        for owner in (latest, first):
            found: str | None = await connection.scalar(owner.where(at_address(address)).limit(1))
            if found is not None:
                return found
    return None


async def last_locale_of(database: Database, person: Person) -> Locale | None:
    """The language of the conversation this person wrote in last."""
    statement = (
        select(conversations.c.locale)
        .join(inbox, inbox.c.conversation_id == conversations.c.id)
        .join(persons, persons.c.id == inbox.c.person_id)
        .where(persons.c.channel == person.channel, persons.c.external_user == person.external_user)
        .where(conversations.c.locale.is_not(None))
        .order_by(inbox.c.id.desc())
        .limit(1)
    )
    async with database.reading() as connection:
        return locale_of(await connection.scalar(statement))


async def own_cases(database: Database, person: Person, limit: int = 20) -> tuple[CaseFacts, ...]:
    """This person's latest cases, newest first."""
    statement = (
        select(cases)
        .join(persons, persons.c.id == cases.c.person_id)
        .where(persons.c.channel == person.channel, persons.c.external_user == person.external_user)
        .order_by(cases.c.number.desc())
        .limit(limit)
    )
    async with database.reading() as connection:
        return tuple(facts_of(row) for row in (await connection.execute(statement)).all())


def _placed_cases() -> Select[Any]:
    return (
        select(conversations.c.channel, conversations.c.room, conversations.c.thread, cases.c.number, cases.c.locale)
        .add_columns(persons.c.external_user)
        .join(cases, cases.c.conversation_id == conversations.c.id)
        .join(persons, persons.c.id == cases.c.person_id)
    )


def _found_case(row: Row[Any]) -> FoundCase:
    return FoundCase(row.external_user, row.number, address_of(row), locale_of(row.locale) or "de")


def _place(address: Address) -> dict[str, str]:
    return {"channel": address.channel, "room": storable(address.room), "thread": storable(address.thread or "")}


def _replies() -> Select[Any]:
    about = cases.alias("about")
    latest = (
        select(func.max(cases.c.number)).where(cases.c.conversation_id == outbox.c.conversation_id).scalar_subquery()
    )
    return (
        select(
            outbox.c.id.label("outbox_id"),
            outbox.c.external_id,
            outbox.c.case_number,
            transcript.c.reply,
            latest.label("latest"),
            about.c.state,
        )
        .add_columns(conversations.c.channel, conversations.c.room, conversations.c.thread, persons.c.external_user)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(transcript, transcript.c.outbox_id == outbox.c.id)
        .join(about, about.c.number == outbox.c.case_number, isouter=True)
        .join(persons, persons.c.id == transcript.c.person_id, isouter=True)
        .where(outbox.c.status.in_(VISIBLE), transcript.c.reply.is_not(None))
    )


# Made once: it is asked before each message, and to build it takes longer than to carry it out.
LISTENER = (
    select(persons.c.external_user)
    .join(transcript, transcript.c.person_id == persons.c.id)
    .join(outbox, outbox.c.id == transcript.c.outbox_id)
    .join(conversations, conversations.c.id == outbox.c.conversation_id)
    .where(AT_PLACE, outbox.c.id == bindparam("outbox_id"))
    .where(outbox.c.status.in_(VISIBLE), transcript.c.reply.is_not(None))
)


def _found(row: Row[Any]) -> FoundReply:
    return FoundReply(
        address=address_of(row),
        outbox_id=OutboxId(row.outbox_id),
        reply=reply_from_json(row.reply),
        listener=row.external_user,
        outdated=row.case_number is not None and row.case_number != row.latest,
        with_person=row.case_number == row.latest and row.state in SILENT,
        external_id=row.external_id,
    )
