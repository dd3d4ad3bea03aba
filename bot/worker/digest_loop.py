"""Puts the digest of the morning on the desk of every team, once a day.

Looked at again and again instead of set as a timer: opening hours are content and may change at any moment, and a
timer would then ring at the old hour. A morning on which Lotse was not running is made up for as soon as it is back,
until the team goes home.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

from bot.content.definitions import Content, Team
from bot.dialogue.digest import (
    DigestFigures,
    FreshCase,
    OverdueCase,
    UnclaimedCase,
    WaitingCase,
    Week,
    digest,
    digest_is_due,
    ends_week,
    expiring_topics,
    gaps_of,
    night_before,
)
from bot.handoff import promises
from bot.handoff.case_moment import due_of
from bot.handoff.working_time import local_day, start_of_day
from bot.model import LOCALES
from bot.store.announce import Bell
from bot.store.cases import Case, cases_of_team
from bot.store.database import Database
from bot.store.desk_notices import DeskNotice, has_notice, put_notice
from bot.store.figures import cases_by_event
from bot.worker.content_watch import LivePair
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

OpenGaps = Callable[[], Awaitable[Sequence[str | None]]]
"""What each group of unanswered questions is probably about, as a label; None where nobody knows."""


async def digest_loop(
    database: Database, live: LivePair, clock: Callable[[], datetime], open_gaps: OpenGaps, *, pace: Pace = USUAL_PACE
) -> None:
    """Write every team's digest when its time has come, until cancelled."""

    async def step() -> float:
        await write_digests(database, live.content, clock(), open_gaps)
        return pace.idle

    await keep_going("digest", step, Bell(), pace)


async def write_digests(database: Database, content: Content, now: datetime, open_gaps: OpenGaps) -> tuple[str, ...]:
    """Put today's digest on the desk of every team for which it is time; the teams that had none yet."""
    day = local_day(now)
    due = [team for team in content.teams.values() if digest_is_due(team.calendar, day, now)]
    return tuple([team.id for team in due if await write_digest(database, content, team, now, open_gaps)])


async def write_digest(database: Database, content: Content, team: Team, now: datetime, open_gaps: OpenGaps) -> bool:
    """Put today's digest on a team's desk; False when it lies there already."""
    key = local_day(now).isoformat()
    if await has_notice(database, team.id, "digest", key):
        return False
    figures = await figures_of(database, content, team, now, await open_gaps())
    replies = {locale: digest(team, figures, now, locale) for locale in LOCALES}
    return await put_notice(database, DeskNotice(team.id, "digest", key, now, replies))


async def figures_of(
    database: Database, content: Content, team: Team, now: datetime, gaps: Sequence[str | None]
) -> DigestFigures:
    """What there is to do for a team this morning. ``gaps``: see ``OpenGaps``."""
    day = local_day(now)
    since = night_before(team.calendar, day)
    cases = await cases_of_team(database, team.id)
    late = {case.number: due for case in cases if (due := due_of(case.facts)) is not None and due <= now}
    free = [case for case in cases if case.state == "open" and case.number not in late]
    return DigestFigures(
        overdue=tuple(
            OverdueCase(case.number, late[case.number], case.facts.owner_name) for case in cases if case.number in late
        ),
        unclaimed=tuple(UnclaimedCase(case.number, _promised(case, team)) for case in free if case.opened_at < since),
        fresh=tuple(FreshCase(case.number, _promised(case, team)) for case in free if case.opened_at >= since),
        waiting=tuple(
            WaitingCase(case.number, case.facts.waiting_since)
            for case in cases
            if case.state == "waiting_employee" and case.facts.waiting_since is not None
        ),
        expiring=expiring_topics(content, team.id, day),
        gap_groups=gaps_of(gaps, content, team.id),
        week=await _week(database, team, cases, day) if ends_week(team.calendar, day) else None,
    )


async def _week(database: Database, team: Team, cases: Sequence[Case], day: date) -> Week:
    """How the week of a team went, as a whole: nothing about any single coordinator. ``cases``: its unfinished ones."""
    monday = start_of_day(day - timedelta(days=day.weekday()))
    happened = await cases_by_event(database, team.id, monday)
    return Week(happened.get("opens", 0), happened.get("resolves", 0), len(cases))


def _promised(case: Case, team: Team) -> datetime:
    return due_of(case.facts) or promises.due_of(team, "first", case.opened_at)
