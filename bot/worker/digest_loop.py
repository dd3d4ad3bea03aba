"""Puts the digest of the morning on the desk of every team, once a day.

Looked at again and again instead of set as a timer: opening hours are content and may change at any moment, and a
timer would then ring at the old hour. A morning on which Lotse was not running is made up for as soon as it is back,
until the team goes home.
"""

from collections.abc import Callable
from datetime import datetime

from bot.content.definitions import Content, Team
from bot.dialogue.digest import (
    DigestFigures,
    FreshCase,
    WaitingCase,
    digest,
    digest_is_due,
    expiring_topics,
    gaps_of,
    night_before,
)
from bot.handoff.promises import due_of
from bot.handoff.working_time import local_day
from bot.model import LOCALES, UNFINISHED
from bot.store.announce import Bell
from bot.store.cases import list_cases
from bot.store.database import Database
from bot.store.desk_notices import DeskNotice, has_notice, put_notice
from bot.store.gaps import gap_labels
from bot.worker.content_watch import LivePair
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

MOST_CASES = 1_000


async def digest_loop(
    database: Database, live: LivePair, clock: Callable[[], datetime], *, pace: Pace = USUAL_PACE
) -> None:
    """Write every team's digest when its time has come, until cancelled."""

    async def step() -> float:
        await write_digests(database, live.content, clock())
        return pace.idle

    await keep_going("digest", step, Bell(), pace)


async def write_digests(database: Database, content: Content, now: datetime) -> tuple[str, ...]:
    """Put today's digest on the desk of every team for which it is time; the teams that had none yet."""
    day = local_day(now)
    due = [team for team in content.teams.values() if digest_is_due(team.calendar, day, now)]
    return tuple([team.id for team in due if await write_digest(database, content, team, now)])


async def write_digest(database: Database, content: Content, team: Team, now: datetime) -> bool:
    """Put today's digest on a team's desk; False when it lies there already."""
    key = local_day(now).isoformat()
    if await has_notice(database, team.id, "digest", key):
        return False
    figures = await figures_of(database, content, team, now)
    replies = {locale: digest(team, figures, now, locale) for locale in LOCALES}
    return await put_notice(database, DeskNotice(team.id, "digest", key, now, replies))


async def figures_of(database: Database, content: Content, team: Team, now: datetime) -> DigestFigures:
    """What there is to do for a team this morning."""
    day = local_day(now)
    since = night_before(team.calendar, day)
    cases = [case for case in await list_cases(database, UNFINISHED, MOST_CASES) if case.team == team.id]
    labels = await gap_labels(database)
    return DigestFigures(
        fresh=tuple(
            FreshCase(case.number, case.facts.first_due or due_of(team, "first", case.opened_at))
            for case in cases
            if case.state == "open" and case.opened_at >= since
        ),
        waiting=tuple(
            WaitingCase(case.number, case.facts.waiting_since)
            for case in cases
            if case.state == "waiting_employee" and case.facts.waiting_since is not None
        ),
        expiring=expiring_topics(content, team.id, day),
        gap_groups=gaps_of(labels, content, team.id),
    )
