"""Who may see a case at all: the coordinators of its team, and who has it. Need to know; there is no other way in.

An admin edits knowledge and sees no case, unless they are a coordinator as well. The rule is that of
``dialogue/staff_rights.py``; for a query it stands here once more, as a condition, and a test compares the two over every
kind of staff.
"""

from sqlalchemy import ColumnElement, Table, and_, false, or_, true

from bot.dialogue.staff_rights import may, standings
from bot.model import ALL_TEAMS, Staff, StaffId


def may_see(staff: Staff, team: str, owner: StaffId | None) -> bool:
    """Whether this member of staff may see a case of this team with this owner."""
    return may("see_case", standings(staff, frozenset({team}), owner))


def visible_to(staff: Staff, cases: Table) -> ColumnElement[bool]:
    """The same, as the condition of a query."""
    if "coordinator" not in staff.roles:
        return false()
    if staff.teams == ALL_TEAMS:
        return true()
    return or_(cases.c.team.in_(staff.teams), and_(cases.c.owner.is_not(None), cases.c.owner == staff.id))
