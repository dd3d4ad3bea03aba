"""Roles × actions, cell by cell. The table here is written out by hand, so that a change of a right is seen twice."""

import typing

import pytest

from bot.handoff.staff_rights import ALLOWED, Action, Standing, may, standings
from bot.model import ALL_TEAMS, Staff, StaffId

ACTIONS = typing.get_args(Action)
COLUMNS = ("nobody", "employee", "other_team", "team", "owner", "admin", "both")

# fmt: off
TABLE = """
                nobody  employee  other_team  team  owner  admin  both
enter_desk      no      no        yes         yes   yes    yes    yes
see_queue       no      no        yes         yes   yes    no     yes
see_case        no      no        no          yes   yes    no     yes
claim           no      no        no          yes   yes    no     yes
reply           no      no        no          yes   yes    no     yes
note            no      no        no          yes   yes    no     yes
transfer        no      no        no          yes   yes    no     yes
wait            no      no        no          no    yes    no     no
resolve         no      no        no          no    yes    no     no
give_back       no      no        no          no    yes    no     no
reopen          no      no        no          yes   yes    no     yes
send_transcript no      no        no          no    yes    no     no
draft_answer    no      no        no          yes   yes    no     yes
see_gaps        no      no        yes         yes   yes    yes    yes
teach           no      no        no          no    no     yes    yes
ignore_gap      no      no        no          no    no     yes    yes
see_drafts      no      no        yes         yes   yes    yes    yes
publish_draft   no      no        no          no    no     yes    yes
edit_content    no      no        no          no    no     yes    yes
see_insights    no      no        yes         yes   yes    yes    yes
export_person   no      no        no          no    no     no     no
erase_person    no      no        no          no    no     no     no
"""
# fmt: on
ROWS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()[1:]}
CELLS = [(action, column, cell) for action, cells in ROWS.items() for column, cell in zip(COLUMNS, cells, strict=True)]

ANNA = StaffId("anna.petersen")
CASE = frozenset({"foerderung"})


def staff(*roles, teams=(), name=ANNA):
    return Staff(name, "Anna Petersen", frozenset(roles), frozenset(teams))


PEOPLE = {
    "nobody": (None, None),
    "employee": (None, None),  # a cookie of the chat is no staff; tests/web shows that it opens nothing
    "other_team": (staff("coordinator", teams=["module"]), StaffId("ben")),
    "team": (staff("coordinator", teams=["foerderung", "module"]), StaffId("ben")),
    "owner": (staff("coordinator", teams=["module"]), ANNA),
    "admin": (staff("admin", teams=["foerderung"]), None),
    "both": (staff("coordinator", "admin", teams=["foerderung"]), StaffId("ben")),
}


def test_no_cell_is_empty():
    assert TABLE.split()[: len(COLUMNS)] == list(COLUMNS)
    assert set(ROWS) == set(ACTIONS) == set(ALLOWED)
    assert {cell for _, _, cell in CELLS} <= {"yes", "no"}
    assert len(CELLS) == len(ACTIONS) * len(COLUMNS)
    assert {standing for allowed in ALLOWED.values() for standing in allowed} <= set(typing.get_args(Standing))


@pytest.mark.parametrize(("action", "column", "cell"), CELLS)
def test_a_right_is_what_the_table_says(action, column, cell):
    person, owner = PEOPLE[column]
    assert may(action, standings(person, CASE, owner)) == (cell == "yes")


@pytest.mark.parametrize(
    ("person", "owner", "expected"),
    [
        (None, None, {"nobody"}),
        (staff(teams=["foerderung"]), ANNA, {"nobody"}),
        (staff("admin"), ANNA, {"admin"}),  # the role was taken away after the case was claimed
        (staff("coordinator", teams=["module"]), None, {"other_team"}),
        (staff("coordinator", teams=ALL_TEAMS), None, {"team"}),
        (staff("coordinator", "admin", teams=["module"]), ANNA, {"owner", "admin"}),
        (staff("coordinator", "admin", teams=["module"]), None, {"other_team", "admin"}),
    ],
)
def test_how_somebody_stands_to_a_case(person, owner, expected):
    assert standings(person, CASE, owner) == expected


def test_a_team_that_stands_in_for_another_has_its_rights():
    person = staff("coordinator", teams=["module"])
    assert standings(person, CASE | {"module"}) == {"team"}


def test_what_is_not_in_the_table_nobody_may():
    everything = frozenset(typing.get_args(Standing))
    assert not may("open_the_safe", everything)
    assert not may("see_case", frozenset())
