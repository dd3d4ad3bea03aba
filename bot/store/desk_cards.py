"""Cards that are not there any more in a room of coordinators: they are posted anew, for a case nobody sees is worked by nobody.

Somebody took them away, or the room moved and left them behind, or the case had left the room and is back. What was to stand in
the thread of such a card stands below the new one.
"""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.announce import DESK_POSTS
from bot.store.database import Database
from bot.store.message_parts import is_part
from bot.store.payloads import storable
from bot.store.tables import desk_posts

POSTED = ("sent", "stale", "sending")
"""What a message is that stands there."""


def posted_anew() -> dict[str, Any]:
    """The columns of a card that is to be posted as if it had never been; its further lines go below the new one.

    It gets another outbox id: by the former one a platform would recognise what it has posted already. Its thread it keeps until it
    is posted, so that what is said below the former card meanwhile is known to belong to its case.
    """
    never = {"external_id": None, "shown": None, "retry_at": None, "done_at": None}
    return {"outbox_id": str(uuid.uuid4()), "status": "waiting", "attempts": 0, "edits": 0, **never}


async def leave_behind(connection: AsyncConnection, *that: ColumnElement[bool]) -> None:
    """Post the card anew for which this holds, and take the former one back, which may stand where the room was before.

    Later nobody would know its id.
    """
    card = (await connection.execute(select(desk_posts).where(*that).with_for_update())).one_or_none()
    if card is None:
        return
    await connection.execute(update(desk_posts).where(desk_posts.c.id == card.id).values(posted_anew()))
    kept = ("outbox_id", "channel", "room", "thread", "case_number", "external_id", "edits", "created_at")
    former = {name: getattr(card, name) for name in kept}
    former |= {"kind": "left", "key": f"left:{card.outbox_id}", "status": "stale", "attempts": 0}
    await connection.execute(insert(desk_posts).values(former))


async def thread_instead(connection: AsyncConnection, row_id: int, gone: str) -> str:
    """Where this message is to stand, whose thread is gone: below the card of its case, or (empty) in the room itself.

    The card that began the thread is posted again, and the message waits for it; one that stands elsewhere already is left alone.
    """
    cards = select(desk_posts).where(_with_case_of(row_id), desk_posts.c.kind == "card")
    there = desk_posts.c.status.in_((*POSTED, "waiting"))
    card = (await connection.execute(cards.where(there).order_by(desk_posts.c.id.desc()).limit(1))).one_or_none()
    if card is None:
        return ""
    if card.external_id is not None and card.thread == storable(gone):
        await leave_behind(connection, desk_posts.c.id == card.id, desk_posts.c.external_id == card.external_id)
    elif card.external_id is not None:
        return str(card.thread)
    return storable(gone) if card.id < row_id else ""  # what was noted before its card does not wait for it


async def card_posted(connection: AsyncConnection, row_id: int, root: str) -> None:
    """Note the thread ``root`` this card begins; what waits for the card, or was to stand in its former thread, stands there."""
    former = await connection.scalar(select(desk_posts.c.thread).where(desk_posts.c.id == row_id))
    below = or_(
        desk_posts.c.kind.in_(("line", "failed")), and_(desk_posts.c.thread == former, desk_posts.c.thread != "")
    )
    waiting = (_with_case_of(row_id), desk_posts.c.status == "waiting", below)
    await connection.execute(
        update(desk_posts).where(or_(and_(*waiting), desk_posts.c.id == row_id)).values(thread=root)
    )


async def free_lines(connection: AsyncConnection, row_id: int) -> None:
    """Let the lines below this card be shown again below the next one, should the case come back to the room it has left.

    In the former thread nobody looks for them, and what was said while the card was changed stands in neither.
    """
    below = (_with_case_of(row_id), desk_posts.c.kind == "line", desk_posts.c.id > row_id)
    freed = desk_posts.c.key + ":" + cast(desk_posts.c.id, String)
    await connection.execute(update(desk_posts).where(*below).values(key=freed))


def _with_case_of(row_id: int) -> ColumnElement[bool]:
    """All messages of the same case in the same room."""
    one = select(desk_posts.c.channel, desk_posts.c.room, desk_posts.c.case_number).where(desk_posts.c.id == row_id)
    return tuple_(desk_posts.c.channel, desk_posts.c.room, desk_posts.c.case_number).in_(one)


async def card_removed(database: Database, channel: str, room: str, external_id: str) -> None:
    """Post the card again that was this message; any other message, or what Lotse itself takes back, is left alone.

    A card of an earlier release may be several messages, with its buttons below the last.
    """
    gone = storable(external_id)
    theirs = desk_posts.c.status == "sent"  # while it is changed, it is Lotse itself that takes what is too many away
    mine = (
        desk_posts.c.channel == channel,
        desk_posts.c.room == storable(room),
        desk_posts.c.kind == "card",
        desk_posts.c.status.in_(POSTED),
        or_(desk_posts.c.external_id == gone, and_(theirs, is_part(desk_posts.c.external_id, gone))),
    )
    async with database.transaction([DESK_POSTS]) as connection:
        await connection.execute(update(desk_posts).where(*mine).values(posted_anew()))


async def cards_left_behind(database: Database, channel: str, room: str) -> None:
    """Have every card of an open case looked for where the room has moved; one that does not stand there is posted anew."""
    mine = (desk_posts.c.channel == channel, desk_posts.c.room == storable(room), desk_posts.c.kind == "card")
    posted = (desk_posts.c.external_id.is_not(None), desk_posts.c.status.in_(("sent", "stale")))
    async with database.transaction([DESK_POSTS]) as connection:
        await connection.execute(update(desk_posts).where(*mine, *posted).values(status="stale", retry_at=None))
