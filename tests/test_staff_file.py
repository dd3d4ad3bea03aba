"""The file with the people who may sign in: what may stand in it, what is refused in which words, and who is in when."""

import os

import pytest

from bot.errors import ConfigError
from bot.model import ALL_TEAMS, Staff, StaffId
from bot.staff_file import BUILT_IN, StaffDirectory, check_teams, parse_staff
from tests.web.payloads import HOSTILE_TEXTS

PEOPLE = """\
staff:
  anna.petersen: {name: Anna Petersen, roles: [coordinator, admin], teams: [foerderung, module]}
  ben:
    name: Ben Hansen
    roles: [coordinator]
    teams: all
    email: ben@example.org
  cem: {name: Cem, roles: [admin]}
"""
ANNA, BEN, CEM = StaffId("anna.petersen"), StaffId("ben"), StaffId("cem")


def one(entry):
    return f"staff:\n  anna: {entry}\n"


def test_people_have_a_name_roles_and_teams():
    people = parse_staff("staff.yaml", PEOPLE.encode())
    teams = frozenset({"foerderung", "module"})
    assert people[ANNA] == Staff(ANNA, "Anna Petersen", frozenset({"coordinator", "admin"}), teams)
    assert people[BEN] == Staff(BEN, "Ben Hansen", frozenset({"coordinator"}), ALL_TEAMS, "ben@example.org")
    assert people[CEM] == Staff(CEM, "Cem", frozenset({"admin"}))
    assert [person.is_in("module") for person in people.values()] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("staff: {}\n", 1, "nobody is named here"),
        ("staff:\n  - anna\n", 1, "needs keys"),
        ("- anna\n", 1, "needs keys"),
        ("people: {}\n", 1, "`people`: this key is not known"),
        ("staf: {}\n", 1, "did you mean `staff`?"),
        ("staff:\n  Anna Petersen: {}\n", 2, "an id has small letters"),
        ("staff:\n  anna: coordinator\n", 2, "`staff.anna`"),
        (one("{name: Anna, roles: [coordinator], team: all}"), 2, "did you mean `teams`?"),
        (one("{roles: [admin]}"), 2, "write the name"),
        (one("{name: '', roles: [admin]}"), 2, "write the name"),
        (one("{name: 'a' , roles: admin}"), 2, "`staff.anna.roles`: write at least one role"),
        (one("{name: Anna, roles: []}"), 2, "at least one role"),
        (one("{name: Anna}"), 2, "at least one role"),
        (one("{name: Anna, roles: [7]}"), 2, "at least one role"),
        (one("\n    name: Anna\n    roles:\n      - admin\n      - boss"), 6, "`boss` is no role"),
        (one("{name: Anna, roles: [coordinator]}"), 2, "at least one team"),
        (one("{name: Anna, roles: [coordinator], teams: []}"), 2, "write a list of teams"),
        (one("{name: Anna, roles: [coordinator], teams: everything}"), 2, "write a list of teams"),
        (one("{name: Anna, roles: [coordinator], teams: ['*']}"), 2, "`*` is no team"),
        (one("{name: Anna, roles: [coordinator], teams: [a], leads: [b]}"), 2, "`staff.anna.leads`: whoever leads"),
        (one("{name: Anna, roles: [coordinator], teams: [a], leads: all}"), 2, "whoever leads"),
        (one("{name: Anna, roles: [coordinator], teams: [a], leads: []}"), 2, "write a list of teams"),
        (one("{name: Anna, roles: [admin], email: nobody}"), 2, "write one address"),
        (one("{name: Anna, roles: [admin], email: 'a@b\\n.c d'}"), 2, "write one address"),
        (one("{name: " + "x" * 81 + ", roles: [admin]}"), 2, "at most 80 characters"),
        ("staff:\n  anna: {name: A, roles: [admin]}\n  anna: {name: B, roles: [admin]}\n", 3, "`anna` stands twice"),
        ("staff:\n\tanna: {}\n", 2, "tab"),
        ("staff: &x {anna: *x}\n", 1, "`&x`"),
        ("staff: {anna: {name: Anna\n", 2, "not valid YAML"),
        ("x" * 300_000, 1, "256 KiB is the limit"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_key_in_one_sentence(text, line, words):
    with pytest.raises(ConfigError) as refused:
        parse_staff("data/staff.yaml", text.encode())
    said = str(refused.value)
    assert said.startswith(f"LOTSE_STAFF: data/staff.yaml, line {line}")
    assert words in said
    assert "\n" not in said


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_name_is_taken_as_it_is_or_refused_but_nothing_else(text):
    quoted = text.replace("'", "''")
    try:
        people = parse_staff("staff.yaml", one(f"{{name: '{quoted}', roles: [admin]}}").encode())
    except ConfigError:
        return
    assert people[StaffId("anna")].name == " ".join(text.split())


def test_whoever_leads_a_team_is_in_it():
    for teams, leads, led in (
        ("[a, b]", "[b]", ["b"]),
        ("all", "[b]", ["b"]),
        ("all", "all", ["a", "b"]),
        ("[a]", None, []),
    ):
        written = f", leads: {leads}" if leads else ""
        (anna,) = parse_staff(
            "staff.yaml", one(f"{{name: A, roles: [coordinator], teams: {teams}{written}}}").encode()
        ).values()
        assert [team for team in ("a", "b") if anna.is_lead_of(team)] == led


def test_a_team_the_content_does_not_have_is_named():
    people = parse_staff("staff.yaml", PEOPLE.encode()).values()
    check_teams(people, ("foerderung", "module"))
    with pytest.raises(ConfigError, match=r"anna\.petersen is in the team `module`.*did you mean `modul`"):
        check_teams(people, ("foerderung", "modul"))


# --- who is in when ------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "staff.yaml"
    file.write_text(PEOPLE)
    return file


def test_a_change_counts_at_the_next_look_also_within_the_same_moment(file):
    directory = StaffDirectory(file)
    assert directory.find(ANNA).roles == {"coordinator", "admin"}
    at = file.stat().st_mtime_ns
    file.write_text(PEOPLE.replace("[coordinator, admin]", "[coordinator       ]"))
    os.utime(file, ns=(at, at))
    assert directory.find(ANNA).roles == {"coordinator"}
    file.write_text(PEOPLE.replace("anna.petersen", "anja.petersen"))
    assert directory.find(ANNA) is None
    assert [person.id for person in directory.everybody()] == ["anja.petersen", BEN, CEM]


def test_a_file_that_did_not_change_is_not_read_again(file):
    os.utime(file, ns=(10**18, 10**18))
    directory = StaffDirectory(file)
    stat = file.stat()
    file.write_bytes(b"x" * stat.st_size)
    os.utime(file, ns=(10**18, 10**18))
    assert directory.find(ANNA).name == "Anna Petersen"
    assert directory.version == 1


def test_the_version_counts_changes_and_nothing_else(file):
    directory = StaffDirectory(file)
    assert directory.version == 1
    file.touch()
    directory.refresh()
    assert directory.version == 1
    file.write_text(PEOPLE + "\n")
    directory.refresh()
    assert directory.version == 2


@pytest.mark.parametrize(
    "break_it",
    [
        lambda file: file.write_text(PEOPLE.replace("roles: [admin]", "roles: [admni]")),
        lambda file: file.write_text(""),
        lambda file: file.write_bytes(b"\xff\xfe"),
        lambda file: file.unlink(),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (file.unlink(), os.mkfifo(file)),
    ],
    ids=["a wrong role", "empty", "not text", "gone", "a folder", "a pipe"],
)
def test_while_the_file_cannot_be_read_nobody_is_in_and_afterwards_all_are_again(file, break_it):
    directory = StaffDirectory(file)
    break_it(file)
    assert directory.find(ANNA) is None
    assert directory.everybody() == ()
    assert "LOTSE_STAFF" in directory.problem
    version = directory.version
    directory.refresh()
    assert directory.version == version == 2
    if file.is_dir():
        file.rmdir()
    file.unlink(missing_ok=True)
    file.write_text(PEOPLE)
    assert directory.find(ANNA).name == "Anna Petersen"
    assert (directory.problem, directory.version) == (None, 3)


def test_a_person_is_built_in_only_for_as_long_as_there_is_no_file(tmp_path):
    file = tmp_path / "staff.yaml"
    directory = StaffDirectory(file, built_in=BUILT_IN)
    assert directory.everybody() == (BUILT_IN,)
    assert BUILT_IN.is_in("any team")
    file.write_text(PEOPLE)
    assert directory.find(BUILT_IN.id) is None
    assert directory.find(ANNA) is not None
    file.write_text("staff: {anna: {}}")
    assert directory.everybody() == ()
