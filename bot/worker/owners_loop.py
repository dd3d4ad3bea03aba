"""Hands on the cases of coordinators who are away or are none any more: to their deputy, or back to the queue.

Looked at again and again instead of set as a timer: absences and the file of the people may change at any moment, and an
absence begins by itself. While the file of the people cannot be read nobody is taken for gone: whoever makes a typing mistake
in it must not scatter every case.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.handoff.absence import present
from bot.handoff.case_events import TimeKind
from bot.model import SILENT, Absence, Staff, StaffId
from bot.store.absences import list_absences
from bot.store.announce import STAFF
from bot.store.cases import list_cases
from bot.store.database import Database
from bot.store.desk import Desk, Done
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

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


async def owners_loop(
    database: Database, desk: Desk, people: People, clock: Callable[[], datetime], *, pace: Pace = USUAL_PACE
) -> None:
    """Hand on what nobody is there for, until cancelled."""

    async def step() -> float:
        await hand_on(database, desk, people, clock())
        return pace.idle

    with database.announcer.listen(STAFF) as bell:
        await keep_going("owners", step, bell, pace)


async def hand_on(database: Database, desk: Desk, people: People, now: datetime) -> int:
    """Hand on every case whose owner is away or gone; how many changed hands. Raises StoreUnavailable."""
    everybody = people.everybody()
    if people.problem is not None:
        return 0
    coordinators = frozenset(staff.id for staff in everybody if "coordinator" in staff.roles)
    absences = await list_absences(database, now)
    moved = 0
    for case in await list_cases(database, SILENT, MOST_CASES):
        kind = _why_not_there(case.facts.owner, coordinators, absences, now)
        if kind is not None:
            moved += isinstance(await desk.passes(case.number, kind, now), Done)
    return moved


def _why_not_there(
    owner: StaffId | None, coordinators: frozenset[StaffId], absences: tuple[Absence, ...], now: datetime
) -> TimeKind | None:
    if owner is None:
        return None
    if owner not in coordinators:
        return "owner_gone"
    return None if present(owner, absences, now) else "owner_away"
