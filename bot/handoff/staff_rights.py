"""Who may do what at the desk: one table, read by the pages and by everything else that acts for somebody of the staff.

A *standing* is how somebody stands to one case (or to the desk as a whole, where no case is meant):

=============  ====================================================================================================
nobody         not signed in, or signed in as somebody whose roles were taken away
employee       somebody with a cookie of the web chat; that cookie opens the chat and nothing else
other_team     a coordinator, but of another team
team           a coordinator of the case's team, or of one that stands in for it
owner          the coordinator who has claimed the case, in whatever team
admin          edits the content; sees what is asked and not answered, but no case: those are about people
=============  ====================================================================================================

Whoever is coordinator *and* admin has the rights of both. A right says who may ever press the button; whether it can be
pressed at this moment (the case is claimed by somebody else, or closed) is decided by the states of the case.

Only the owner waits, resolves, gives a case back or sends the transcript, because the others cannot know what was agreed
with the employee; a colleague who steps in transfers the case first, which leaves a note. Nobody exports or erases a
person at the desk: employees do so themselves in the chat, and the operator has ``lotse export`` and ``lotse erase``.

Rejected: rights in the settings (nobody could say any more who sees what), and cases open to all coordinators
(an employee who asks about a recognition has not asked the whole house).
"""

from collections.abc import Mapping
from typing import Literal

from bot.model import Staff, StaffId

CaseAction = Literal[
    "see_case",
    "claim",
    "reply",
    "note",
    "transfer",
    "wait",
    "resolve",
    "give_back",
    "reopen",
    "send_transcript",
    "draft_answer",
]
"""Steps in one case."""

Action = Literal[
    "enter_desk",
    "see_queue",
    CaseAction,
    "see_gaps",
    "teach",
    "ignore_gap",
    "see_drafts",
    "publish_draft",
    "edit_content",
    "see_insights",
    "export_person",
    "erase_person",
]

Standing = Literal["nobody", "employee", "other_team", "team", "owner", "admin"]

_COORDINATORS = frozenset[Standing]({"other_team", "team", "owner"})
_OF_THE_CASE = frozenset[Standing]({"team", "owner"})
_OWNER = frozenset[Standing]({"owner"})
_ADMINS = frozenset[Standing]({"admin"})
_STAFF = _COORDINATORS | _ADMINS
_NOBODY = frozenset[Standing]()

ALLOWED: Mapping[Action, frozenset[Standing]] = {
    "enter_desk": _STAFF,
    "see_queue": _COORDINATORS,  # which cases stand in it is ``see_case``
    "see_case": _OF_THE_CASE,
    "claim": _OF_THE_CASE,
    "reply": _OF_THE_CASE,  # a reply to a case nobody has claimed claims it
    "note": _OF_THE_CASE,
    "transfer": _OF_THE_CASE,
    "wait": _OWNER,
    "resolve": _OWNER,
    "give_back": _OWNER,
    "reopen": _OF_THE_CASE,
    "send_transcript": _OWNER,
    "draft_answer": _OF_THE_CASE,
    "see_gaps": _STAFF,
    "teach": _ADMINS,
    "ignore_gap": _ADMINS,
    "see_drafts": _STAFF,
    "publish_draft": _ADMINS,
    "edit_content": _ADMINS,
    "see_insights": _STAFF,
    "export_person": _NOBODY,
    "erase_person": _NOBODY,
}


def standings(
    staff: Staff | None, teams: frozenset[str] = frozenset(), owner: StaffId | None = None
) -> frozenset[Standing]:
    """How somebody stands to a case. ``teams``: the case's own and those that stand in for it; empty: no case is meant."""
    if staff is None or not staff.roles:
        return frozenset({"nobody"})
    found: set[Standing] = {"admin"} if "admin" in staff.roles else set()
    if "coordinator" in staff.roles:
        if owner is not None and owner == staff.id:
            found.add("owner")
        elif any(staff.is_in(team) for team in teams):
            found.add("team")
        else:
            found.add("other_team")
    return frozenset(found)


def may(action: Action, standing: frozenset[Standing]) -> bool:
    """Whether somebody who stands like this may do this. What is not in the table nobody may."""
    return not standing.isdisjoint(ALLOWED.get(action, _NOBODY))
