"""Hands on the cases of coordinators who are away or are none any more, to their deputy or back to the queue; and those of
teams the content does not have any more, to the team that takes what belongs to no other.

Looked at again and again instead of set as a timer: absences, the file of the people and the content may change at any moment,
and an absence begins by itself. While the file of the people cannot be read nobody is taken for gone: whoever makes a typing
mistake in it must not scatter every case.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

import structlog

from bot.handoff.absence import present
from bot.handoff.case_events import TimeKind
from bot.model import SILENT, Absence, Staff, StaffId
from bot.store.absences import list_absences
from bot.store.announce import STAFF
from bot.store.carrying_over import carry_over_late
from bot.store.cases import cases_of_no_team, list_cases
from bot.store.database import Database
from bot.store.desk import Desk, Done
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

log = structlog.get_logger(__name__)

MOST_CASES = 1_000


class People(Protocol):
    """Everybody who may sign in at this moment."""

    @property
    def problem(self) -> str | None:
        """Why nobody may; None when all is well."""
        ...

    def everybody(self) -> tuple[Staff, ...]:
        """All of them."""
        ...

    async def read_links(self) -> None:
        """Look up who linked which account. Raises StoreUnavailable."""
        ...


async def owners_loop(
    database: Database,
    desk: Desk,
    people: People,
    teams: Callable[[], Collection[str]],
    clock: Callable[[], datetime],
    *,
    pace: Pace = USUAL_PACE,
) -> None:
    """Hand on what nobody is there for, until cancelled. ``teams`` are those of the content of this moment."""

    async def step() -> float:
        await hand_to_teams(database, desk, teams(), clock())
        await hand_on(database, desk, people, clock())
        return pace.idle

    with database.announcer.listen(STAFF) as bell:
        await keep_going("owners", step, bell, pace)


async def hand_to_teams(database: Database, desk: Desk, teams: Collection[str], now: datetime) -> int:
    """Hand on every case of a team that is none of these; how many. Raises StoreUnavailable."""
    moved = 0
    for number in await cases_of_no_team(database, teams):
        moved += isinstance(await desk.passes(number, "team_gone", now), Done)
    if moved:
        log.warning("teams_gone", cases=moved)
    return moved


async def hand_on(database: Database, desk: Desk, people: People, now: datetime) -> int:
    """Hand on every case whose owner is away or gone; how many changed hands. Raises StoreUnavailable."""
    owned = await list_cases(database, SILENT, MOST_CASES)
    await people.read_links()  # whoever has just linked an account has their cases under another id, or gets them now
    everybody = people.everybody()
    await carry_over_late(database, {staff.id: staff.name for staff in everybody}, now)
    if people.problem is not None:
        return 0
    coordinators = frozenset(staff.id for staff in everybody if "coordinator" in staff.roles)
    absences = await list_absences(database, now)
    moved = 0
    for case in owned:
        owner = case.facts.owner
        kind = _why_not_there(owner, coordinators, absences, now)
        if kind is not None:
            moved += isinstance(await desk.passes(case.number, kind, now, owner=owner), Done)
    return moved


def _why_not_there(
    owner: StaffId | None, coordinators: frozenset[StaffId], absences: tuple[Absence, ...], now: datetime
) -> TimeKind | None:
    if owner is None:
        return None
    if owner not in coordinators:
        return "owner_gone"
    return None if present(owner, absences, now) else "owner_away"
