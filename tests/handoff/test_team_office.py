"""What the rules of a case ask about teams and people, answered from calendars and absences."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.content.read import read_content
from bot.handoff.absence import Deputy
from bot.handoff.team_office import TeamOffice, office_at
from bot.model import ALL_TEAMS, Absence, Staff, StaffId, TopicId
from tests.content.small_tree import write_tree
from tests.handoff.test_working_time import berlin

ANNA, BEN, CEM = StaffId("anna"), StaffId("ben"), StaffId("cem")
NAMES = {ANNA: "Anna Petersen", BEN: "Ben Hansen"}
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def content(tmp_path):
    return read_content(write_tree(tmp_path)).content


def test_due_times_are_those_of_the_teams_calendar(content):
    """Funding is there on Mondays and Wednesdays and promises 2.5 and 6 hours and three working days."""
    office = TeamOffice(content)
    since = berlin("2026-11-23T11:00")
    first, following, solution = (
        ask("foerderung", since) for ask in (office.first_due, office.next_due, office.solution_due)
    )
    assert (first, following) == (berlin("2026-11-23T14:30"), berlin("2026-11-25T10:30"))
    assert solution == berlin("2026-12-02T12:00")
    assert office.promise("foerderung", first, since, "de") == "heute, 14:30 Uhr"
    assert office.warn_at("foerderung", since, first) == first - timedelta(minutes=37, seconds=30)
    assert office.breach_at("foerderung", first) == first
    assert office.lead_at("foerderung", first) == first + timedelta(hours=1)
    assert office.breach_at("foerderung", solution) == berlin("2026-12-07T08:00"), "told when somebody is there"
    assert office.resumed("foerderung", first, since, since + timedelta(hours=1)) == first + timedelta(hours=1)
    assert office.after_days("foerderung", since, 1) == berlin("2026-11-30T08:00")


def test_cases_go_back_at_the_end_of_the_day_only_where_that_is_wanted(content, tmp_path):
    assert TeamOffice(content).day_ends("foerderung", NOW) is None
    teams = tmp_path / "knowledge" / "teams.yaml"
    wanted = teams.read_text().replace("    deputy_team: module", "    deputy_team: module\n    ends_with_day: true")
    teams.write_text(wanted)
    there = read_content(tmp_path).content
    assert TeamOffice(there).day_ends("foerderung", NOW) == berlin("2026-11-23T16:30")
    assert TeamOffice(there).day_ends("module", NOW) is None


def test_a_team_or_topic_that_is_gone_promises_nothing_and_stops_nothing(content):
    office = TeamOffice(content)
    for ask in (office.first_due, office.next_due, office.solution_due, office.day_ends):
        assert ask("gone", NOW) is None
    due = NOW + timedelta(hours=4)
    assert office.warn_at("gone", NOW, due) == NOW + timedelta(hours=3)
    assert office.breach_at("gone", due) == due
    assert office.lead_at("gone", due) == due + timedelta(hours=2)
    assert office.resumed("gone", due, NOW, due) == due + timedelta(hours=4)
    assert office.after_days("gone", NOW, 3) == NOW + timedelta(days=3)
    assert (office.team_name("gone", "de"), office.topic_name(TopicId("gone"), "de")) == ("gone", "gone")
    assert office.team_of(TopicId("gone")) is None


def test_teams_and_topics_have_their_names(content):
    office = TeamOffice(content)
    assert office.team_name("foerderung", "en") == "Funding advice"
    assert office.topic_name(TopicId("bonus"), "de") == "Bonus Schleswig-Holstein"
    assert office.team_of(TopicId("bonus")) == "foerderung"


@pytest.mark.parametrize(
    ("absences", "present", "deputy"),
    [
        ((), True, None),
        (((ANNA, BEN),), False, Deputy(BEN, "Ben Hansen")),
        (((ANNA, None),), False, None),
        (((ANNA, CEM),), False, None),  # has left meanwhile
        (((ANNA, BEN), (BEN, None)), False, None),
    ],
)
def test_who_is_there_and_who_stands_in(content, absences, present, deputy):
    away = tuple(Absence(staff, NOW, NOW + timedelta(days=1), instead) for staff, instead in absences)
    office = TeamOffice(content, away, NAMES)
    assert office.present(ANNA, NOW) is present
    assert office.deputy(ANNA, NOW) == deputy


def test_who_leads_is_a_coordinator_who_is_there_or_stands_in(content):
    people = [
        Staff(
            ANNA,
            "Anna Petersen",
            frozenset({"coordinator"}),
            frozenset({"foerderung"}),
            leads=frozenset({"foerderung"}),
        ),
        Staff(BEN, "Ben Hansen", frozenset({"coordinator"}), ALL_TEAMS, leads=ALL_TEAMS),
        Staff(CEM, "Cem", frozenset({"admin"}), ALL_TEAMS, leads=ALL_TEAMS),
    ]
    anna, ben = Deputy(ANNA, "Anna Petersen"), Deputy(BEN, "Ben Hansen")
    assert office_at(content, people, ()).leads("foerderung", NOW) == (anna, ben)
    assert office_at(content, people, ()).leads("module", NOW) == (ben,)
    away = (Absence(ANNA, NOW, NOW + timedelta(days=1), BEN),)
    assert office_at(content, people, away).leads("foerderung", NOW) == (ben,)
    assert office_at(content, people, ()).leads("gone", NOW) == ()
    assert office_at(content, people, ()).deputy_team("foerderung") == "module"
    assert [office_at(content, people, ()).deputy_team(team) for team in ("module", "gone")] == [None, None]


def test_a_closed_team_opens_again(content):
    office = TeamOffice(content)
    assert office.opens("foerderung", berlin("2026-11-23T12:45")) == berlin("2026-11-23T13:30")
    assert office.opens("foerderung", berlin("2026-11-23T09:00")) == berlin("2026-11-23T09:00")
    assert office.opens("gone", NOW) == NOW


def test_somebody_who_is_no_coordinator_any_more_is_not_there(content):
    assert not TeamOffice(content, (), NAMES).present(CEM, NOW)
