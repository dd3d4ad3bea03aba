"""Each kind of access is one function: it gives the person back, or refuses in the words that fit."""

import inspect
import typing

import pytest

from bot.handoff.staff_rights import Action
from bot.model import StaffId
from bot.web import rights
from bot.web.page_texts import TEXTS
from bot.web.requests import STATUS, Refused
from bot.web.rights import CasePlace, access_case, sees_case
from tests.handoff.test_staff_rights import CASE, CELLS, PEOPLE, staff

IN_CASES = typing.get_args(rights.CaseAction)
DOORS = {
    "enter_desk": rights.access_desk,
    "see_queue": rights.access_queue,
    **{action: lambda person, place, action=action: access_case(person, place, action) for action in IN_CASES},
    "see_gaps": rights.access_gaps,
    "teach": lambda person: rights.access_gaps(person, "teach"),
    "ignore_gap": lambda person: rights.access_gaps(person, "ignore_gap"),
    "see_drafts": rights.access_drafts,
    "publish_draft": lambda person: rights.access_drafts(person, "publish_draft"),
    "edit_content": rights.access_studio,
    "see_insights": rights.access_insights,
    "export_person": lambda person: rights.access_person(person, "export_person"),
    "erase_person": lambda person: rights.access_person(person, "erase_person"),
}


def refusal_of(door, *about):
    with pytest.raises(Refused) as refused:
        door(*about)
    return refused.value.why


def test_every_action_has_a_door_and_every_door_an_action():
    assert set(DOORS) == set(typing.get_args(Action))
    doors = {name for name, _ in inspect.getmembers(rights, inspect.isfunction) if name.startswith("access_")}
    used = {name for name in doors if name in inspect.getsource(inspect.getmodule(refusal_of))}
    assert used == doors


@pytest.mark.parametrize(("action", "column", "cell"), CELLS)
def test_a_door_opens_for_whom_the_table_names(action, column, cell):
    person, owner = PEOPLE[column]
    about = (CasePlace(CASE, owner),) if action in IN_CASES else ()
    if cell == "yes":
        assert DOORS[action](person, *about) is person
        return
    expected = "error_signed_out" if person is None else "error_no_access"
    if action in IN_CASES and column in ("team", "both"):
        expected = "error_not_allowed"  # who sees the case may know that this step is somebody else's
    assert refusal_of(DOORS[action], person, *about) == expected


@pytest.mark.parametrize("action", IN_CASES)
def test_a_case_of_another_team_looks_like_one_that_is_not_there(action):
    other = staff("coordinator", "admin", teams=["module"])
    why = {refusal_of(access_case, other, place, action) for place in (CasePlace(CASE), None)}
    assert why == {"error_no_access"}
    assert STATUS["error_no_access"] == 404
    assert refusal_of(access_case, staff(teams=["foerderung"]), CasePlace(CASE), action) == "error_signed_out"


@pytest.mark.parametrize(
    ("person", "place", "seen"),
    [
        (staff("coordinator", teams=["foerderung"]), CasePlace(CASE), True),
        (staff("coordinator", teams=["module"]), CasePlace(CASE), False),
        (staff("coordinator", teams=["module"]), CasePlace(CASE | {"module"}), True),
        (staff("coordinator", teams=["module"]), CasePlace(CASE, StaffId("anna.petersen")), True),
        (staff("admin", teams=["foerderung"]), CasePlace(CASE, StaffId("anna.petersen")), False),
        (staff("coordinator", teams=["foerderung"]), CasePlace(frozenset()), False),
    ],
)
def test_what_stands_in_somebodys_queue(person, place, seen):
    assert sees_case(person, place) == seen


def test_every_refusal_has_words_in_both_languages():
    for texts in TEXTS.values():
        assert all(why in texts and f"{why}_title" in texts for why in STATUS)
