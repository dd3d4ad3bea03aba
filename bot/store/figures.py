"""How the store is doing, in numbers: for the health page, the metrics and the operator. No text, no person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables import case_events, cases, desk_posts, inbox, outbox

UNSENT = ("waiting", "stale", "sending")
LOST_TEAMS_FOR = timedelta(days=7)
"""So long it is told that a team is gone: whoever took it away by mistake looks within that time."""


@dataclass(frozen=True, slots=True)
class Figures:
    """``oldest_waiting_s``: how long the oldest unanswered input has been waiting, in seconds; 0 when none is."""

    inputs_waiting: int
    oldest_waiting_s: float
    inputs_parked: int
    deliveries_waiting: int
    deliveries_sending: int
    deliveries_parked: int
    cases_open: int
    rooms_failing: int
    """Messages that rooms of coordinators have not taken so far, or refused for good."""


async def read_figures(database: Database, now: datetime) -> Figures:
    """The figures of this moment. Raises StoreUnavailable when the database does not answer."""
    async with database.reading() as connection:
        oldest = await connection.scalar(
            select(func.min(inbox.c.received_at, type_=inbox.c.received_at.type)).where(inbox.c.status == "waiting")
        )
        inputs = await _by_status(connection, inbox)
        deliveries = await _by_status(connection, outbox)
        failing = or_(
            desk_posts.c.status == "parked", desk_posts.c.error.is_not(None) & desk_posts.c.status.in_(UNSENT)
        )
        rooms_failing = await connection.scalar(select(func.count()).where(failing))
        cases_open = await connection.scalar(select(func.count()).where(cases.c.state == "open"))
    return Figures(
        inputs_waiting=inputs.get("waiting", 0),
        oldest_waiting_s=max((now - oldest).total_seconds(), 0.0) if oldest else 0.0,
        inputs_parked=inputs.get("parked", 0),
        deliveries_waiting=deliveries.get("waiting", 0),
        deliveries_sending=deliveries.get("sending", 0),
        deliveries_parked=deliveries.get("parked", 0),
        cases_open=cases_open or 0,
        rooms_failing=rooms_failing or 0,
    )


async def read_lost_teams(database: Database, now: datetime) -> Mapping[str, int]:
    """How many cases went to another team lately because theirs was gone, by that team. Raises StoreUnavailable."""
    lately = (case_events.c.event == "team_gone", case_events.c.at > now - LOST_TEAMS_FOR)
    async with database.reading() as connection:
        details = await connection.scalars(select(case_events.c.detail).where(*lately))
        return Counter(str(detail.get("former", "")) for detail in details)


async def cases_by_event(database: Database, team: str, since: datetime) -> Mapping[str, int]:
    """To how many cases of a team each event happened since then. Raises StoreUnavailable."""
    happened = (
        select(case_events.c.event, func.count(case_events.c.case_number.distinct()).label("number"))
        .where(case_events.c.team == team, case_events.c.at >= since)
        .group_by(case_events.c.event)
    )
    async with database.reading() as connection:
        return {row.event: row.number for row in await connection.execute(happened)}


async def _by_status(connection: AsyncConnection, table: Table) -> dict[str, int]:
    counted = select(table.c.status, func.count().label("number")).group_by(table.c.status)
    return {row.status: row.number for row in await connection.execute(counted)}
