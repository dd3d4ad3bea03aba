"""Who may see a case at all: the coordinators of its team, and who has it. Need to know; there is no other way in.

Once a promise is broken, the case is the deputy team's as well. An admin edits knowledge and sees no case, unless they are a
coordinator as well. The rule is that of ``handoff/staff_rights.py``; for a query it stands here once more, as a condition, and
a test compares the two over every kind of staff.
"""

from sqlalchemy import ColumnElement, Table, and_, false, or_, true

from bot.handoff.staff_rights import may, standings
from bot.model import ALL_TEAMS, BROKEN, Alarm, Staff, StaffId


def may_see(staff: Staff, team: str, owner: StaffId | None, alarm: Alarm = "none") -> bool:
    """Whether this member of staff may see a case of this team with this owner, whose alarm has gone so far."""
    if "coordinator" in staff.roles and alarm in BROKEN and team in staff.stands_in:
        return True
    return may("see_case", standings(staff, frozenset({team}), owner))


def visible_to(staff: Staff, cases: Table) -> ColumnElement[bool]:
    """The same, as the condition of a query."""
    if "coordinator" not in staff.roles:
        return false()
    if staff.teams == ALL_TEAMS:
        return true()
    return or_(
        cases.c.team.in_(staff.teams),
        and_(cases.c.team.in_(staff.stands_in), cases.c.alarm.in_(BROKEN)),
        and_(cases.c.owner.is_not(None), cases.c.owner == staff.id),
    )
