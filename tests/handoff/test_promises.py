from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.content.definitions import Place, Sla, Team
from bot.handoff.promises import (
    Notice,
    after_days,
    away_words,
    due_of,
    due_words,
    notices_of,
    opened_words,
    opening_words,
    out_of_office,
    promise_words,
    resumed,
    sla_of,
    sla_words,
    span_words,
    target_of,
    target_words,
)
from bot.handoff.working_time import is_open
from tests.handoff.test_working_time import OFFICE, berlin

TEAM = Team("foerderung", {"de": "Förderberatung", "en": "Funding advice"}, Place("knowledge/teams.yaml", 2, 3), OFFICE)
MONDAY = "2026-11-23T09:00"


# --- What is promised --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "since", "due"),
    [
        ("first", MONDAY, "2026-11-23T14:00"),
        ("next", MONDAY, "2026-11-24T09:30"),
        ("solution", MONDAY, "2026-11-30T16:30"),
        ("first", "2026-11-27T11:00", "2026-11-30T10:30"),
        ("first", "2026-11-21T11:00", "2026-11-23T12:00"),
        ("solution", "2026-12-22T09:00", "2027-01-06T16:30"),  # 24, 28 to 30 and three holidays in between
    ],
)
def test_a_promise_is_kept_in_the_working_time_of_the_team(target, since, due):
    assert due_of(TEAM, target, berlin(since)) == berlin(due)
    assert target_of(TEAM, berlin(since), berlin(due)) == target


def test_a_promise_moves_by_the_working_time_that_was_waited():
    due = berlin("2026-11-24T10:00")
    moved = resumed(OFFICE, due, berlin("2026-11-23T16:00"), berlin("2026-11-25T09:00"))
    assert moved == berlin("2026-11-25T11:30"), "two and a half hours were left, and so many are left now"
    assert resumed(OFFICE, due, berlin("2026-11-21T16:00"), berlin("2026-11-22T09:00")) == due


@pytest.mark.parametrize(
    ("now", "level", "de", "en"),
    [
        (MONDAY, "ok", "noch 4 Std.", "4 h left"),
        ("2026-11-23T10:50", "ok", "noch 2 Std. 10 Min.", "2 h 10 min left"),
        ("2026-11-23T11:59", "ok", "noch 1 Std. 1 Min.", "1 h 1 min left"),
        ("2026-11-23T12:00", "warning", "bald fällig: noch 1 Std.", "due soon: 1 h left"),
        ("2026-11-23T13:00", "warning", "bald fällig: noch 30 Min.", "due soon: 30 min left"),
        ("2026-11-23T13:59:30", "warning", "bald fällig: noch unter 1 Min.", "due soon: less than 1 min left"),
        ("2026-11-23T14:00", "breached", "jetzt fällig", "due now"),
        ("2026-11-23T14:25", "breached", "seit 25 Min. überfällig", "overdue for 25 min"),
        ("2026-11-24T07:00", "breached", "seit 2 Std. 30 Min. überfällig", "overdue for 2 h 30 min"),
        ("2026-11-26T16:00", "breached", "seit 24 Std. überfällig", "overdue for 24 h"),
    ],
)
def test_how_near_a_promise_is_to_being_broken(now, level, de, en):
    since = berlin(MONDAY)
    state = sla_of(TEAM, "first", since, due_of(TEAM, "first", since), berlin(now))
    assert state.level == level
    assert (sla_words(state, "de"), sla_words(state, "en")) == (de, en)


@pytest.mark.parametrize(
    ("paused_since", "level", "de", "en"),
    [
        ("2026-11-23T10:50", "ok", "angehalten, noch 2 Std. 10 Min.", "paused, 2 h 10 min left"),
        ("2026-11-23T12:15", "warning", "angehalten, bald fällig: noch 45 Min.", "paused, due soon: 45 min left"),
        ("2026-11-23T14:25", "breached", "angehalten, 25 Min. überfällig", "paused, overdue by 25 min"),
    ],
)
def test_a_clock_that_stands_still_shows_what_was_left(paused_since, level, de, en):
    since = berlin(MONDAY)
    due = due_of(TEAM, "first", since)
    state = sla_of(TEAM, "first", since, due, berlin("2026-12-01T10:00"), paused_since=berlin(paused_since))
    assert (state.level, state.paused) == (level, True)
    assert (sla_words(state, "de"), sla_words(state, "en")) == (de, en)


def test_levels_differ_in_words_and_not_only_in_colour():
    since = berlin(MONDAY)
    due = due_of(TEAM, "first", since)
    states = [sla_of(TEAM, "first", since, due, berlin(f"2026-11-23T{at}")) for at in ("11:50", "12:10", "15:00")]
    for locale in ("de", "en"):
        words = [sla_words(replace(state, left=timedelta(hours=1)), locale) for state in states]
        assert len(set(words)) == 3


def test_targets_and_spans_have_names():
    assert [target_words(target, "de") for target in ("first", "next", "solution")] == [
        "Erste Antwort", "Nächste Antwort", "Lösung",
    ]  # fmt: skip
    assert span_words(timedelta(hours=9, minutes=59), "de") == "9 Std. 59 Min."
    assert span_words(timedelta(hours=38, minutes=59), "de") == "38 Std."


# --- Who is told when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "since", "moved_to", "moments"),
    [
        ("first", MONDAY, None, ("2026-11-23T12:00", "2026-11-23T14:00", "2026-11-23T16:00")),
        # three quarters are over at noon, when everybody is at lunch; the due time is the end of the day
        ("first", "2026-11-23T11:30", None, ("2026-11-23T15:30", "2026-11-24T08:00", "2026-11-24T10:00")),
        ("first", "2026-11-23T09:30", None, ("2026-11-23T13:30", "2026-11-23T14:30", "2026-11-24T08:00")),
        ("first", "2026-11-21T09:30", None, ("2026-11-23T11:00", "2026-11-23T12:00", "2026-11-23T15:00")),
        ("solution", MONDAY, None, ("2026-11-27T09:45", "2026-12-01T08:00", "2026-12-01T10:00")),
        # after it waited, the last quarter is as long as it was promised, and not a quarter of the wait
        ("first", MONDAY, "2026-11-26T10:00", ("2026-11-26T09:00", "2026-11-26T10:00", "2026-11-26T12:00")),
    ],
)
def test_notices_fall_into_working_time(target, since, moved_to, moments):
    since = berlin(since)
    due = berlin(moved_to) if moved_to else due_of(TEAM, target, since)
    warning, breach, lead = map(berlin, moments)
    assert notices_of(TEAM, target, since, due) == (
        Notice(warning, "warning"),
        Notice(breach, "breach"),
        Notice(lead, "lead"),
    )
    assert all(is_open(OFFICE, moment) for moment in (warning, breach, lead))


def test_the_lead_is_told_after_the_teams_own_time():
    team = replace(TEAM, sla=Sla(first=timedelta(hours=1), lead_after=timedelta(minutes=30)))
    since = berlin(MONDAY)
    at = [notice.at for notice in notices_of(team, "first", since, due_of(team, "first", since))]
    assert at == [berlin(f"2026-11-23T{clock}") for clock in ("09:45", "10:00", "10:30")]


@pytest.mark.parametrize(
    ("since", "remind", "close"),
    [
        (MONDAY, "2026-11-27T08:00", "2026-12-08T08:00"),
        ("2026-11-27T12:00", "2026-12-03T08:00", "2026-12-14T08:00"),
        ("2026-12-21T12:00", "2027-01-04T08:00", "2027-01-13T08:00"),
    ],
)
def test_three_and_ten_working_days_end_with_an_opening(since, remind, close):
    assert after_days(OFFICE, berlin(since), 3) == berlin(remind)
    assert after_days(OFFICE, berlin(since), 10) == berlin(close)


# --- Nobody there ------------------------------------------------------------------------------------------------


def test_nobody_is_there_until_the_next_opening():
    assert out_of_office(OFFICE, berlin("2026-11-23T10:00")) is None
    assert out_of_office(OFFICE, berlin("2026-11-23T17:00")) == berlin("2026-11-24T08:00")
    assert out_of_office(OFFICE, berlin("2026-11-24T12:30")) == berlin("2026-11-24T13:30")


# --- Words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "de", "en"),
    [
        ("2026-11-23T14:00", "heute bis 14:00 Uhr", "by 14:00 today"),
        ("2026-11-23T14:06:30", "heute bis 14:07 Uhr", "by 14:07 today"),
        ("2026-11-24T08:05", "bis morgen, 8:05 Uhr", "by 8:05 tomorrow"),
        ("2026-11-25T10:00", "bis Mittwoch, 10:00 Uhr", "by 10:00 on Wednesday"),
        ("2026-11-29T10:00", "bis Sonntag, 10:00 Uhr", "by 10:00 on Sunday"),
        ("2026-11-30T10:00", "bis Montag, 30. November, 10:00 Uhr", "by 10:00 on Monday, 30 November"),
        ("2027-01-04T10:00", "bis Montag, 4. Januar 2027, 10:00 Uhr", "by 10:00 on Monday, 4 January 2027"),
        ("2026-11-20T10:00", "bis Freitag, 20. November, 10:00 Uhr", "by 10:00 on Friday, 20 November"),
    ],
)
def test_a_promise_in_words(due, de, en):
    now = berlin(MONDAY)
    assert (promise_words(berlin(due), now, "de"), promise_words(berlin(due), now, "en")) == (de, en)


def test_today_is_the_day_in_berlin_and_not_in_utc():
    now = berlin("2026-11-23T23:30")
    assert promise_words(berlin("2026-11-24T00:30"), now, "de") == "bis morgen, 0:30 Uhr"
    assert due_words(berlin("2026-11-23T23:45"), now, "de") == "heute, 23:45 Uhr"
    assert due_words(berlin("2026-11-25T08:00"), now, "en") == "8:00 on Wednesday"


@pytest.mark.parametrize(
    ("opening", "de", "en"),
    [
        ("2026-11-23T13:30", "ab 13:30 Uhr", "from 13:30 today"),
        ("2026-11-24T08:00", "ab morgen, 8:00 Uhr", "from 8:00 tomorrow"),
        ("2026-11-27T08:00", "ab Freitag, 8:00 Uhr", "from 8:00 on Friday"),
        ("2027-01-04T08:00", "ab Montag, 4. Januar 2027, 8:00 Uhr", "from 8:00 on Monday, 4 January 2027"),
    ],
)
def test_an_opening_in_words(opening, de, en):
    now = berlin(MONDAY)
    assert (opening_words(berlin(opening), now, "de"), opening_words(berlin(opening), now, "en")) == (de, en)
    assert de in away_words(berlin(opening), now, "de")


@pytest.mark.parametrize(
    ("opened", "de"),
    [
        (MONDAY, "Eine Antwort bekommen Sie heute bis 14:00 Uhr."),
        ("2026-11-23T12:40", "Im Moment ist dort niemand im Dienst, wieder ab 13:30 Uhr. "
         "Eine Antwort bekommen Sie bis morgen, 9:00 Uhr."),
        ("2026-11-21T12:40", "Im Moment ist dort niemand im Dienst, wieder ab Montag, 8:00 Uhr. "
         "Eine Antwort bekommen Sie bis Montag, 12:00 Uhr."),
    ],
)  # fmt: skip
def test_what_the_employee_reads_when_a_case_was_opened(opened, de):
    assert opened_words(TEAM, berlin(opened), "de") == de


def test_a_team_nobody_knows_promises_nothing():
    assert opened_words(None, berlin(MONDAY), "de") == "Wann sich jemand meldet, kann ich Ihnen noch nicht zusagen."
    assert "cannot yet promise" in opened_words(None, berlin(MONDAY), "en")


def test_a_promise_that_was_given_stands_when_the_hours_change():
    """The due time is kept; only what is left until then is measured by the new hours."""
    closed = replace(OFFICE, exceptions=(*OFFICE.exceptions, replace(OFFICE.exceptions[1], first=date(2026, 11, 23),
                                                                     last=date(2026, 11, 23))))  # fmt: skip
    since, due = berlin(MONDAY), berlin("2026-11-23T14:00")
    state = sla_of(replace(TEAM, calendar=closed), "first", since, due, berlin("2026-11-24T08:30"))
    assert (state.level, state.left) == ("breached", -timedelta(minutes=30))
