"""Which case is meant in a room of coordinators: by a thread, by a message somebody reacted to, by what they had written before."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Address, CaseNumber, StaffId
from bot.store.database import Database
from bot.store.message_parts import is_message, is_part
from bot.store.payloads import storable
from bot.store.tables import case_messages, desk_inbox, desk_posts


async def case_in_thread(database: Database, channel: str, room: str, thread: str) -> CaseNumber | None:
    """The case whose card begins this thread.

    A card of an earlier release may be several messages; a thread begins with the first, but people may answer below any.
    """
    ids = (
        storable(thread),
        storable(f"{room}:{thread}"),
    )  # as one platform or the other names the message a thread is below
    found = select(desk_posts.c.case_number).where(
        desk_posts.c.channel == channel, desk_posts.c.room == storable(room), desk_posts.c.case_number.is_not(None)
    )
    number = await _case(database, found.where(desk_posts.c.thread == storable(thread)))
    if number is not None:
        return number
    below_a_part = or_(*(is_part(desk_posts.c.external_id, each) for each in ids))
    return await _case(database, found.where(desk_posts.c.kind == "card", below_a_part))


async def case_of_card(connection: AsyncConnection, place: Address) -> CaseNumber | None:
    """The case whose card begins the thread at this address, also in a room that is no longer set for coordinators.

    Such a room may be known by another address now: that of the one person in it.
    """
    if place.thread is None:
        return None
    thread = storable(place.thread)
    below = and_(desk_posts.c.room == storable(place.room), desk_posts.c.thread == thread)
    card = desk_posts.c.external_id.in_((thread, storable(f"{place.room}:{place.thread}")))
    found = select(desk_posts.c.case_number).where(
        desk_posts.c.channel == place.channel, desk_posts.c.kind == "card", or_(below, card)
    )
    number = await connection.scalar(found.order_by(desk_posts.c.id.desc()).limit(1))
    return None if number is None else CaseNumber(number)


async def is_below_card(database: Database, place: Address) -> bool:
    """Whether the thread at this address begins with the card of a case."""
    async with database.reading() as connection:
        return await case_of_card(connection, place) is not None


async def thread_of_case(database: Database, channel: str, room: str, number: CaseNumber) -> str | None:
    """The thread of a case in a room; None where it has none."""
    found = select(desk_posts.c.thread).where(
        desk_posts.c.channel == channel,
        desk_posts.c.room == storable(room),
        desk_posts.c.kind == "card",
        desk_posts.c.case_number == number,
        desk_posts.c.thread != "",
    )
    async with database.reading() as connection:
        thread: str | None = await connection.scalar(found.order_by(desk_posts.c.id.desc()).limit(1))
    return thread


async def thread_of_message(database: Database, channel: str, room: str, external_id: str) -> str | None:
    """The thread of the case a message in a room of coordinators belongs to, whoever wrote it; None where to none."""
    number = await case_of_message(database, channel, room, external_id)
    if number is None:
        own = await own_line(database, channel, room, external_id)
        number = None if own is None else own.case
    if number is None:  # a card that is posted anew at this moment is known by the thread that began with it
        number = await case_in_thread(database, channel, room, external_id)
    return None if number is None else await thread_of_case(database, channel, room, number)


async def case_of_message(database: Database, channel: str, room: str, external_id: str) -> CaseNumber | None:
    """The case a message of Lotse's in a room of coordinators belongs to."""
    found = select(desk_posts.c.case_number).where(
        desk_posts.c.channel == channel,
        desk_posts.c.room == storable(room),
        desk_posts.c.case_number.is_not(None),
        is_message(desk_posts.c.external_id, storable(external_id)),
    )
    return await _case(database, found)


async def case_of_words(database: Database, channel: str, room: str, external_id: str) -> CaseNumber | None:
    """The case of a message that shows what the employee said; None for any other message."""
    found = (
        select(desk_posts.c.case_number)
        .join(case_messages, case_messages.c.id == desk_posts.c.line)
        .where(
            desk_posts.c.channel == channel,
            desk_posts.c.room == storable(room),
            desk_posts.c.kind == "line",
            is_message(desk_posts.c.external_id, storable(external_id)),
            case_messages.c.kind == "employee",
        )
    )
    return await _case(database, found)


async def _case(database: Database, found: Select[Any]) -> CaseNumber | None:
    async with database.reading() as connection:
        number = await connection.scalar(found.order_by(desk_posts.c.id.desc()).limit(1))
    return None if number is None else CaseNumber(number)


@dataclass(frozen=True, slots=True)
class OwnLine:
    """What a coordinator wrote in a room: the line of the case it became, or None where it became none.

    ``is_note``: that is a note. ``is_gone``: that was deleted with its case.
    """

    case: CaseNumber
    line: int | None
    is_note: bool
    is_gone: bool


async def own_line(database: Database, channel: str, room: str, external_id: str) -> OwnLine | None:
    """What became of this message of a coordinator."""
    found = (
        select(desk_posts.c.case_number, desk_posts.c.line, case_messages.c.kind)
        .join(case_messages, case_messages.c.id == desk_posts.c.line, isouter=True)
        .where(
            desk_posts.c.channel == channel,
            desk_posts.c.room == storable(room),
            desk_posts.c.key == storable(own_key(external_id)),
        )
    )
    async with database.reading() as connection:
        row = (await connection.execute(found)).one_or_none()
    if row is None:
        return None
    is_gone = row.line is not None and row.kind is None
    return OwnLine(CaseNumber(row.case_number), row.line, row.kind == "note", is_gone)


async def has_replied(database: Database, number: CaseNumber, staff: StaffId, channel: str, external_user: str) -> bool:
    """Whether this coordinator has written to the employee in this case, as this person or, before a link ended, as another."""
    from_the_account = (
        select(desk_inbox.c.id)
        .where(desk_inbox.c.channel == channel, desk_inbox.c.external_user == storable(external_user))
        .where(desk_inbox.c.external_id == case_messages.c.key)
        .exists()
    )
    lines = select(case_messages.c.id).where(
        case_messages.c.case_number == number,
        case_messages.c.kind == "coordinator",
        or_(case_messages.c.author == staff, from_the_account),
    )
    async with database.reading() as connection:
        return await connection.scalar(lines.limit(1)) is not None


async def line_with_key(connection: AsyncConnection, number: CaseNumber, key: str) -> int | None:
    """The line of a case that was written with this key."""
    mine = select(case_messages.c.id).where(case_messages.c.case_number == number, case_messages.c.key == storable(key))
    line: int | None = await connection.scalar(mine)
    return line


def own_key(external_id: str) -> str:
    """The key of what a coordinator wrote."""
    return f"own:{external_id}"
