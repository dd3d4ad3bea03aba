"""Fires timers that are due, and every hour deletes what is past its time."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.store.announce import TIMERS, Announcer, Bell
from bot.store.database import Database
from bot.store.privacy import Retention, apply_retention
from bot.store.timers import Timers
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

log = structlog.get_logger(__name__)

CLEAN_UP_EVERY_S = 3600.0
"""Hourly, so that what may stay for 24 hours is gone after 25."""


async def timer_loop(
    database: Database,
    retention: Retention,
    clock: Callable[[], datetime],
    announcer: Announcer,
    *,
    pace: Pace = USUAL_PACE,
) -> None:
    """Fire timers and keep to the periods of ``retention``, until cancelled."""
    timers = Timers(database)

    async def fire() -> float:
        if await timers.fire_due(clock()):
            return 0.0
        due = await timers.next_due()
        return pace.idle if due is None else max((due - clock()).total_seconds(), pace.after_failure)

    async def clean_up() -> float:
        counts = await apply_retention(database, retention, clock())
        if any(counts.values()):
            log.info("cleaned_up", **{name: count for name, count in counts.items() if count})
        return CLEAN_UP_EVERY_S

    hourly = Pace(idle=CLEAN_UP_EVERY_S, after_failure=pace.after_failure, at_most=pace.at_most)
    with announcer.listen(TIMERS) as bell:
        async with asyncio.TaskGroup() as both:
            both.create_task(keep_going("timers", fire, bell, pace))
            both.create_task(keep_going("clean_up", clean_up, Bell(), hourly))
