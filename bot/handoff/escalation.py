"""Who is told that a promise is about to be broken, is broken, or stays broken.

=========  =========================================================================================================
warned     who has the case, or who stands in for them; nobody has it: its team
breached   who stands in for an owner who is away; else the team that stands in for the team, else the team itself
lead       who leads the team; nobody does: who leads the team that stands in, else that team, else the team itself
=========  =========================================================================================================

A case that nobody can be called for would be forgotten, so every row ends with a team. When the steps come is decided by the
case's timers: in working time, each once per promise (``case_moment.py``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.handoff.office import Office
from bot.model import Alarm, CaseFacts, Staff, StaffId

TEAM = "team:"


@dataclass(frozen=True, slots=True)
class Called:
    """One of the staff, or everybody in a team."""

    staff: StaffId | None = None
    name: str = ""
    team: str = ""

    def is_for(self, staff: Staff) -> bool:
        """Whether this person is called."""
        return staff.id == self.staff or (bool(self.team) and staff.is_in(self.team))


def called(case: CaseFacts, alarm: Alarm, now: datetime, office: Office) -> tuple[Called, ...]:
    """Who is told when the alarm of this case goes so far; nobody while there is none."""
    match alarm:
        case "none":
            return ()
        case "warned":
            return _owner(case, now, office) or (Called(team=case.team),)
        case "breached":
            return _deputy(case, now, office) or (Called(team=office.deputy_team(case.team) or case.team),)
        case "lead":
            deputy = office.deputy_team(case.team)
            leads = office.leads(case.team, now) or (office.leads(deputy, now) if deputy else ())
            return tuple(Called(lead.id, lead.name) for lead in leads) or (Called(team=deputy or case.team),)


def _owner(case: CaseFacts, now: datetime, office: Office) -> tuple[Called, ...]:
    if case.owner is None:
        return ()
    return (Called(case.owner, case.owner_name),) if office.present(case.owner, now) else _deputy(case, now, office)


def _deputy(case: CaseFacts, now: datetime, office: Office) -> tuple[Called, ...]:
    """Who stands in for an owner who is away."""
    deputy = None if case.owner is None or office.present(case.owner, now) else office.deputy(case.owner, now)
    return () if deputy is None else (Called(deputy.id, deputy.name),)


def called_to_text(everybody: Iterable[Called]) -> str:
    """Names, and teams by their ids, as a remark keeps them: ``Dora Dirks, team:koordination``."""
    return ", ".join(one.name if one.staff is not None else f"{TEAM}{one.team}" for one in everybody)
