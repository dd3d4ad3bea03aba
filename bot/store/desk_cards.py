"""Cards somebody took away in a room of coordinators: they are posted anew, for a case nobody sees there is worked by nobody."""

import uuid
from typing import Any

from sqlalchemy import or_, update

from bot.store.announce import DESK_POSTS
from bot.store.database import Database
from bot.store.desk_threads import BETWEEN_PARTS
from bot.store.payloads import storable
from bot.store.tables import desk_posts


def posted_anew() -> dict[str, Any]:
    """The columns of a card that is to be posted as if it had never been; its further lines go below the new one.

    It gets another outbox id: by the former one a platform would recognise what it has posted already.
    """
    never = {"external_id": None, "thread": "", "shown": None, "retry_at": None, "done_at": None}
    return {"outbox_id": str(uuid.uuid4()), "status": "waiting", "attempts": 0, "edits": 0, **never}


async def card_removed(database: Database, channel: str, room: str, external_id: str) -> None:
    """Post the card again that was this message; any other message, or what Lotse itself takes back, is left alone."""
    gone = storable(external_id)
    parts = (desk_posts.c.external_id.startswith(f"{gone}{more}", autoescape=True) for more in BETWEEN_PARTS)
    mine = (
        desk_posts.c.channel == channel,
        desk_posts.c.room == storable(room),
        desk_posts.c.kind == "card",
        desk_posts.c.status.in_(("sent", "stale", "sending")),
        or_(desk_posts.c.external_id == gone, *parts),
    )
    async with database.transaction([DESK_POSTS]) as connection:
        await connection.execute(update(desk_posts).where(*mine).values(posted_anew()))
