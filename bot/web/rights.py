"""Whether somebody may see a page or press a button: one function for each kind of access, and no other way in.

Each takes the person a request came from and gives that person back, or raises Refused. Whoever is not signed in is
told to sign in. Whoever is, but may not see a thing, is told the same as if it did not exist; only who sees a case
and may not take a step in it learns that this step is somebody else's. The rights themselves are a table in
``handoff/staff_rights.py``, which the chat platforms read as well.
"""

from dataclasses import dataclass
from typing import Literal

from bot.handoff.staff_rights import Action, CaseAction, Standing, may, standings
from bot.model import Staff, StaffId
from bot.web.requests import Refused


@dataclass(frozen=True, slots=True)
class CasePlace:
    """What decides who sees a case: its team, the teams that stand in for it at present, and who has claimed it."""

    teams: frozenset[str]
    owner: StaffId | None = None


def access_desk(staff: Staff | None) -> Staff:
    """The desk as such: its frame, one's own sessions."""
    return _access(staff, "enter_desk")


def access_queue(staff: Staff | None) -> Staff:
    """The queue; which cases stand in it, ``sees_case`` says for each."""
    return _access(staff, "see_queue")


def sees_case(staff: Staff, case: CasePlace) -> bool:
    """Whether this case stands in this person's queue."""
    return may("see_case", standings(staff, case.teams, case.owner))


def access_case(staff: Staff | None, case: CasePlace | None, action: CaseAction = "see_case") -> Staff:
    """A case, or a step in it. ``case`` is None when there is none of that number, which looks the same from outside."""
    known = _signed_in(staff)
    if case is None or not sees_case(known, case):
        raise Refused("error_no_access")
    if not may(action, standings(known, case.teams, case.owner)):
        raise Refused("error_not_allowed")
    return known


def access_gaps(staff: Staff | None, action: Literal["see_gaps", "teach", "ignore_gap"] = "see_gaps") -> Staff:
    """The questions nobody answered, and what may be made of them."""
    return _access(staff, action)


def access_drafts(staff: Staff | None, action: Literal["see_drafts", "publish_draft"] = "see_drafts") -> Staff:
    """Answers drafted from solved cases."""
    return _access(staff, action)


def access_studio(staff: Staff | None) -> Staff:
    """The pages in which the content is edited."""
    return _access(staff, "edit_content")


def access_insights(staff: Staff | None) -> Staff:
    """Figures about what is asked; never about a person."""
    return _access(staff, "see_insights")


def access_person(staff: Staff | None, action: Literal["export_person", "erase_person"]) -> Staff:
    """Everything stored about an employee; nobody has this right at the desk (the table says why)."""
    return _access(staff, action)


def _access(staff: Staff | None, action: Action) -> Staff:
    known = _signed_in(staff)
    standing: frozenset[Standing] = standings(known)
    if not may(action, standing):
        raise Refused("error_no_access")
    return known


def _signed_in(staff: Staff | None) -> Staff:
    if staff is None or not staff.roles:
        raise Refused("error_signed_out")
    return staff
