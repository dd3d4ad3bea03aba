"""Cards that are not there any more in a room of coordinators: they are posted anew, for a case nobody sees is worked by nobody.

Somebody took them away, or the room moved and left them behind. What was to stand in the thread of such a card stands below the
new one.
"""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, tuple_, update
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

    It gets another outbox id: by the former one a platform would recognise what it has posted already.
    """
    never = {"external_id": None, "thread": "", "shown": None, "retry_at": None, "done_at": None}
    return {"outbox_id": str(uuid.uuid4()), "status": "waiting", "attempts": 0, "edits": 0, **never}


async def card_gone(connection: AsyncConnection, row_id: int) -> None:
    """Post the card again in whose thread this message was to stand; the message itself waits until it is there."""
    cards = update(desk_posts).where(
        _with_case_of(row_id), desk_posts.c.kind == "card", desk_posts.c.status.in_(POSTED)
    )
    await connection.execute(cards.values(posted_anew()))


async def card_posted(connection: AsyncConnection, row_id: int, root: str) -> None:
    """Have what waits for this new card, which begins the thread ``root``, stand below it."""
    waiting = (desk_posts.c.kind.in_(("line", "failed")), desk_posts.c.status == "waiting")
    await connection.execute(update(desk_posts).where(_with_case_of(row_id), *waiting).values(thread=root))


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
