"""Messages of Lotse to a team, shown at the desk: for now the digest of the morning.

Each has a key, and a team gets one message per key, however many workers try. It holds no word of an employee.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from bot.model import LOCALES, Locale, Reply
from bot.store.announce import DESK
from bot.store.database import Database
from bot.store.payloads import reply_from_json, reply_to_json
from bot.store.places import insert_into
from bot.store.tables import desk_notices

NoticeKind = Literal["digest"]

NOTICES_FOR = timedelta(hours=12)
"""A message to a team that is older is yesterday's."""


@dataclass(frozen=True, slots=True)
class DeskNotice:
    """One message to a team. ``key`` says what it is about, such as the day of a digest; ``replies`` has both languages."""

    team: str
    kind: NoticeKind
    key: str
    at: datetime
    replies: dict[Locale, Reply]


async def put_notice(database: Database, notice: DeskNotice) -> bool:
    """Store a message; False when the team has it already."""
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        new = insert_into(desk_notices, connection.dialect.name).values(
            team=notice.team,
            kind=notice.kind,
            key=notice.key,
            at=notice.at,
            replies={locale: reply_to_json(reply) for locale, reply in notice.replies.items()},
        )
        unless_told = new.on_conflict_do_nothing(index_elements=["team", "kind", "key"])
        if await connection.scalar(unless_told.returning(desk_notices.c.id)) is None:
            return False
        wake.append(DESK)
    return True


async def has_notice(database: Database, team: str, kind: NoticeKind, key: str) -> bool:
    """Whether a team has this message."""
    same = (desk_notices.c.team == team, desk_notices.c.kind == kind, desk_notices.c.key == key)
    async with database.reading() as connection:
        return await connection.scalar(select(desk_notices.c.id).where(*same)) is not None


async def list_notices(database: Database, team: str, *, limit: int = 10) -> tuple[DeskNotice, ...]:
    """The latest messages to a team, the newest first."""
    statement = select(desk_notices).where(desk_notices.c.team == team)
    async with database.reading() as connection:
        rows = await connection.execute(statement.order_by(desk_notices.c.id.desc()).limit(limit))
    return tuple(
        DeskNotice(
            team=row.team,
            kind=row.kind,
            key=row.key,
            at=row.at,
            replies={locale: reply_from_json(row.replies[locale]) for locale in LOCALES if locale in row.replies},
        )
        for row in rows.all()
    )
