from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.content.read import read_content
from bot.dialogue.desk_commands import Command, read_command
from bot.dialogue.digest import (
    DigestFigures,
    ExpiringTopic,
    FreshCase,
    WaitingCase,
    Week,
    digest,
    digest_at,
    digest_is_due,
    ends_week,
    expiring_topics,
    gaps_among,
    gaps_of,
    night_before,
)
from bot.model import LOCALES, TYPED, CaseNumber, TopicId, as_text
from tests.content.small_tree import write_tree
from tests.drills.working_time import slots
from tests.handoff.test_promises import TEAM
from tests.handoff.test_working_time import OFFICE, berlin

MONDAY = date(2026, 11, 23)
TITLE = {"de": "Weiterbildungsbonus", "en": "Training bonus"}


@pytest.fixture
def content(tmp_path):
    return read_content(write_tree(tmp_path)).content


# --- When --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "at"),
    [
        (("08:00-12:30", "13:30-16:30"), "08:00"),
        (("09:00-12:00",), "09:00"),  # not before somebody is there
        (("07:00-12:00",), "08:00"),
        (("06:00-07:30", "13:00-16:00"), "13:00"),
        (("06:00-07:30",), "06:00"),
    ],
)
def test_the_digest_comes_at_eight_or_when_the_team_opens(hours, at):
    calendar = replace(OFFICE, week=(slots(*hours),) * 7)
    assert digest_at(calendar, MONDAY) == berlin(f"2026-11-23T{at}")


def test_there_is_none_on_days_on_which_nobody_is_there():
    for day in (date(2026, 11, 22), date(2026, 12, 24), date(2026, 12, 25), date(2028, 10, 31)):
        assert digest_at(OFFICE, day) is None
        assert not digest_is_due(OFFICE, day, berlin(f"{day}T10:00"))


@pytest.mark.parametrize(
    ("now", "due"),
    [("07:59:59", False), ("08:00", True), ("13:00", True), ("16:29", True), ("16:30", False)],
)
def test_a_digest_that_was_missed_is_made_up_for_until_the_team_goes_home(now, due):
    assert digest_is_due(OFFICE, MONDAY, berlin(f"2026-11-23T{now}")) is due


def test_new_is_what_came_since_the_team_went_home():
    assert night_before(OFFICE, MONDAY) == berlin("2026-11-20T12:30")
    assert night_before(OFFICE, date(2026, 11, 25)) == berlin("2026-11-24T16:30")


def test_the_week_ends_on_the_last_day_on_which_the_team_is_there():
    assert [ends_week(OFFICE, MONDAY + timedelta(days=number)) for number in range(5)] == [False] * 4 + [True]
    assert ends_week(OFFICE, date(2026, 12, 23))  # the next two days are closed


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("de", "Ihr Team in dieser Woche: neue Fälle 7, erledigt 6, jetzt noch offen 2."),
        ("en", "Your team this week: new cases 7, resolved 6, still open now 2."),
    ],
)
def test_the_week_is_told_below_what_is_to_do_or_alone(locale, words):
    quiet = digest(TEAM, DigestFigures(week=Week(7, 6, 2)), berlin("2026-11-27T08:00"), locale)
    busy = digest(TEAM, DigestFigures(gap_groups=2, week=Week(7, 6, 2)), berlin("2026-11-27T08:00"), locale)
    assert as_text(quiet).endswith(words)
    assert as_text(replace(busy, choices=())).endswith(words)
    assert len(as_text(busy)) > len(as_text(quiet))


# --- What --------------------------------------------------------------------------------------------------------


def test_topics_whose_figures_expire_within_the_week_are_the_teams_own(content):
    """The small content was reviewed on 22.11.2026: amounts stand until 22.05.2027, statutes until 22.11.2027."""
    portal = content.topics["bonus"].sources["portal"]
    source = (portal.title, portal.url)
    expiring = [ExpiringTopic(TopicId("bonus"), content.topics["bonus"].title, 4, date(2027, 5, 22), (source,))]
    for day, found in (("2027-05-15", []), ("2027-05-16", expiring), ("2027-05-22", expiring), ("2027-05-23", [])):
        assert list(expiring_topics(content, "foerderung", date.fromisoformat(day))) == found
    assert expiring_topics(content, "module", date(2027, 5, 20)) == ()


def test_gaps_belong_to_the_team_of_their_topic_and_else_to_the_general_one(content):
    labels = ["bonus.amount", "bonus", "vakuum.cost", None, "nowhere.amount"]
    general = replace(content.teams["foerderung"], id="koordination")
    whole = replace(content, teams={**content.teams, "koordination": general})
    assert {team: gaps_of(labels, whole, team) for team in ("foerderung", "module", "koordination")} == {
        "foerderung": 2,
        "module": 1,
        "koordination": 2,
    }
    assert gaps_of(labels, content, next(iter(content.teams))) == 4, (
        "where there is no general team the first one is it"
    )
    assert gaps_among(labels, whole, "foerderung") == ("bonus.amount", "bonus")


# --- In words ----------------------------------------------------------------------------------------------------

NOW = berlin("2026-11-23T08:00")
FULL = DigestFigures(
    fresh=tuple(FreshCase(CaseNumber(n), NOW + timedelta(hours=n)) for n in (4, 2, 3)),
    waiting=(WaitingCase(CaseNumber(1), NOW - timedelta(days=4)),),
    expiring=(ExpiringTopic(TopicId("bonus"), TITLE, 2, date(2026, 11, 26)),),
    gap_groups=5,
)


def test_the_digest_of_a_full_morning():
    assert as_text(digest(TEAM, FULL, NOW, "de")).splitlines() == [
        "Guten Morgen, Förderberatung! Das ist heute, am Montag, 23. November, zu tun:",
        "",
        "• 3 neue Fälle seit dem letzten Dienstschluss: Fall 2, Fall 3, Fall 4. "
        "Früheste zugesagte Antwort: heute bis 10:00 Uhr.",
        "• 1 Fall wartet auf eine Antwort der Person: Fall 1 seit Donnerstag.",
        "• 2 Angaben laufen in den nächsten 7 Tagen ab (zuständig: Förderberatung): "
        "Weiterbildungsbonus (bis 26. November 2026).",
        "• 5 Gruppen unbeantworteter Fragen.",
        "",
        "1. Nächster Fall",
        "2. Wissen prüfen",
    ]
    assert as_text(digest(TEAM, FULL, NOW, "en")).splitlines() == [
        "Good morning, Funding advice! This is what there is to do today, Monday, 23 November:",
        "",
        "• 3 new cases since the team went home: case 2, case 3, case 4. Earliest promised reply: by 10:00 today.",
        "• 1 case is waiting for the person’s answer: case 1 since Thursday.",
        "• 2 figures expire within the next 7 days (owner: Funding advice): Training bonus (until 26 November 2026).",
        "• 5 groups of unanswered questions.",
        "",
        "1. Next case",
        "2. Review knowledge",
    ]


def test_what_can_be_pressed_is_a_command_about_this_team():
    for locale in LOCALES:
        pressed = [choice.value for choice in digest(TEAM, FULL, NOW, locale).choices]
        assert all(value.startswith(TYPED) for value in pressed)
        commands = [read_command(value.removeprefix(TYPED)) for value in pressed]
        assert commands == [Command("next", None, TEAM.id), Command("review", None, TEAM.id)]


def test_one_of_each_reads_well():
    one = DigestFigures(FULL.fresh[:1], FULL.waiting, (replace(FULL.expiring[0], facts=1),), 1)
    text = as_text(digest(TEAM, one, NOW, "de"))
    for line in ("1 neuer Fall", "1 Fall wartet", "1 Angabe läuft", "1 Gruppe unbeantworteter Fragen."):
        assert line in text
    text = as_text(digest(TEAM, one, NOW, "en"))
    for line in ("1 new case", "1 case is waiting", "1 figure expires", "1 group of unanswered questions."):
        assert line in text


def test_many_are_counted_and_an_old_wait_has_its_date():
    many = DigestFigures(
        fresh=tuple(FreshCase(CaseNumber(n), NOW) for n in range(1, 9)),
        waiting=(WaitingCase(CaseNumber(30), NOW - timedelta(days=20)),),
    )
    text = as_text(digest(TEAM, many, NOW, "de"))
    assert "8 neue Fälle seit dem letzten Dienstschluss: Fall 1, Fall 2, Fall 3, Fall 4, Fall 5, 3 weitere." in text
    assert "Fall 30 seit 3. November 2026" in text


def test_a_quiet_morning_is_one_line():
    assert as_text(digest(TEAM, DigestFigures(), NOW, "de")) == (
        "Guten Morgen, Förderberatung! Heute, am Montag, 23. November, liegt nichts Neues an."
    )
    assert "Nothing new" in as_text(digest(TEAM, DigestFigures(), NOW, "en"))
