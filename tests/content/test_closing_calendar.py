"""Closed days from iCalendar files as calendar programs write them: what is read, and what is refused with its line."""

from datetime import datetime, timedelta

import pytest

from bot.content.closing_calendar import MOST_CLOSINGS, read_closings
from bot.content.content_files import fingerprint
from bot.content.definitions import Closing
from bot.content.read import read_content
from tests.content.small_tree import SMALL_TREE, TEAMS, write_tree

NAME = "knowledge/calendars/schliesstage.ics"
ALL_DAY = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261225"
TIMED = "DTSTART;TZID=Europe/Berlin:20261201T120000\nDTEND;TZID=Europe/Berlin:20261201T140000"


def calendar(*events):
    """A calendar of these events, with the line breaks the format asks for."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//DE"]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", *uid, *event.split("\n"), "END:VEVENT"]
    return "\r\n".join((*lines, "END:VCALENDAR", "")).encode()


def closings(*events):
    read = read_closings(NAME, calendar(*events))
    assert read.problems == ()
    return [
        (one.start.isoformat(" ", "minutes"), one.end.isoformat(" ", "minutes"), one.yearly) for one in read.closings
    ]


@pytest.mark.parametrize(
    ("event", "times"),
    [
        (ALL_DAY, [("2026-12-24 00:00", "2026-12-25 00:00", False)]),
        ("DTSTART;VALUE=DATE:20261224", [("2026-12-24 00:00", "2026-12-25 00:00", False)]),
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270102", [("2026-12-24 00:00", "2027-01-02 00:00", False)]),
        (TIMED, [("2026-12-01 12:00", "2026-12-01 14:00", False)]),
        ("DTSTART:20261201T120000\nDURATION:PT2H", [("2026-12-01 12:00", "2026-12-01 14:00", False)]),
        ("DTSTART:20260701T100000Z\nDTEND:20260701T110000Z", [("2026-07-01 12:00", "2026-07-01 13:00", False)]),
        (
            "DTSTART;TZID=America/New_York:20261201T080000\nDTEND;TZID=America/New_York:20261201T090000",
            [("2026-12-01 14:00", "2026-12-01 15:00", False)],
        ),
        (f"{ALL_DAY}\nRRULE:FREQ=YEARLY", [("2026-12-24 00:00", "2026-12-25 00:00", True)]),
        (
            f"{ALL_DAY}\nRRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=12;BYMONTHDAY=24",
            [("2026-12-24 00:00", "2026-12-25 00:00", True)],
        ),
        (
            f"{ALL_DAY}\nRRULE:FREQ=YEARLY;COUNT=2",
            [("2026-12-24 00:00", "2026-12-25 00:00", False), ("2027-12-24 00:00", "2027-12-25 00:00", False)],
        ),
        (
            f"{ALL_DAY}\nRRULE:FREQ=DAILY;UNTIL=20261225",
            [("2026-12-24 00:00", "2026-12-25 00:00", False), ("2026-12-25 00:00", "2026-12-26 00:00", False)],
        ),
        (
            f"{TIMED}\nRRULE:FREQ=WEEKLY;UNTIL=20261215T110000Z\nEXDATE;TZID=Europe/Berlin:20261208T120000",
            [("2026-12-01 12:00", "2026-12-01 14:00", False), ("2026-12-15 12:00", "2026-12-15 14:00", False)],
        ),
        (
            f"{TIMED}\nRRULE:FREQ=MONTHLY;COUNT=3;BYDAY=1TU\nRDATE;TZID=Europe/Berlin:20270302T090000",
            [(f"{day} 12:00", f"{day} 14:00", False) for day in ("2026-12-01", "2027-01-05", "2027-02-02")]
            + [("2027-03-02 09:00", "2027-03-02 11:00", False)],
        ),
        (f"{ALL_DAY}\nSTATUS:CANCELLED", []),
        (f"{ALL_DAY}\nTRANSP:TRANSPARENT\nSUMMARY:Lange\n  Zeile", [("2026-12-24 00:00", "2026-12-25 00:00", False)]),
    ],
)
def test_what_calendar_programs_write_is_read(event, times):
    assert closings(event) == times


def test_a_rule_keeps_to_the_clock_on_the_wall_when_the_clocks_are_changed():
    starts = closings("DTSTART;TZID=Europe/Berlin:20261023T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4")
    assert [start[-5:] for start, _, _ in starts] == ["09:00"] * 4


def test_an_occurrence_that_was_moved_counts_where_it_was_moved_to():
    moved = "UID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20261208T120000\n" + TIMED.replace("20261201", "20261209")
    times = closings(f"UID:a\n{TIMED}\nRRULE:FREQ=WEEKLY;COUNT=2", moved)
    assert [start for start, _, _ in times] == ["2026-12-01 12:00", "2026-12-09 12:00"]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (f"{ALL_DAY}\nRRULE:FREQ=WEEKLY", "repeats without an end"),
        (f"{ALL_DAY}\nRRULE:FREQ=YEARLY;INTERVAL=2", "repeats without an end"),
        (f"{ALL_DAY}\nRRULE:FREQ=YEARLY;BYDAY=4TH", "repeats without an end"),
        (f"{ALL_DAY}\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20271224", "repeats without an end"),
        (f"{TIMED}\nRRULE:FREQ=HOURLY;COUNT=3", "more often than once a day"),
        (f"{TIMED}\nRRULE:FREQ=SECONDLY;COUNT=1;BYMONTH=2;BYMONTHDAY=30", "more often than once a day"),
        (f"{TIMED}\nRRULE:FREQ=DAILY;COUNT=3\nRRULE:FREQ=WEEKLY;COUNT=3", "more than one rule"),
        ("DTSTART:2026x", "cannot be read"),
        ("SUMMARY:Ohne Zeit", "cannot be read"),
        (TIMED.replace("Europe/Berlin", "Mars/Olympus"), "time zone Mars/Olympus"),
        (TIMED.replace("T140000", "T110000"), "not after its beginning"),
        ("DTSTART;VALUE=DATE:18990101", "outside of 1990 to 2100"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line_and_the_whole_file_is_left_out(event, words):
    read = read_closings(NAME, calendar(ALL_DAY, event))
    assert read.closings == ()
    (problem,) = read.problems
    assert (problem.file, problem.line, problem.code) == (NAME, 9, "KB054")
    assert words in problem.message
    assert problem.hint


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\xff\xfe\x00", calendar(ALL_DAY).replace(b"END:VCALENDAR", b""), calendar() * 2, b"BEGIN:VEVENT"],
)
def test_what_is_no_calendar_is_said_to_be_none(data):
    read = read_closings(NAME, data)
    assert (read.closings, [problem.code for problem in read.problems]) == ((), ["KB054"])


def test_no_rule_runs_for_ever():
    for rule in ("DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", "DAILY;UNTIL=99991231", "DAILY;COUNT=999999"):
        read = read_closings(NAME, calendar(f"{ALL_DAY}\nRRULE:FREQ={rule}"))
        assert read.closings == () or len(read.closings) <= MOST_CLOSINGS
    many = read_closings(NAME, calendar(*[ALL_DAY] * (MOST_CLOSINGS + 1)))
    assert many.closings == ()
    assert "More than" in many.problems[0].message
    huge = read_closings(NAME, calendar(f"SUMMARY:{'x' * 300_000}\n{ALL_DAY}"))
    assert "256 KiB" in huge.problems[0].message


# --- In the content ---------------------------------------------------------------------------------------------


def tree(tmp_path, calendars="[schliesstage.ics]", **files):
    teams = SMALL_TREE["knowledge/teams.yaml"].replace(
        "    deputy_team: module", f"    calendars: {calendars}\n    deputy_team: module"
    )
    return write_tree(tmp_path, {**SMALL_TREE, "knowledge/teams.yaml": teams, **files})


def test_a_team_has_the_closings_of_its_calendars_and_the_content_another_hash(tmp_path):
    folder = tree(tmp_path, **{NAME: calendar(ALL_DAY)})
    read = read_content(folder)
    assert read.problems == ()
    day = datetime(2026, 12, 24)
    assert read.content.teams["foerderung"].calendar.closings == (Closing(day, day + timedelta(days=1)),)
    assert read.content.teams["module"].calendar.closings == ()
    (folder / NAME).write_bytes(calendar(TIMED))
    assert fingerprint(folder) == read_content(folder).content.hash != read.content.hash


@pytest.mark.parametrize(
    ("calendars", "files", "code", "severity", "words"),
    [
        ("[schliesstag.ics]", {NAME: calendar(ALL_DAY)}, "KB012", "error", "Did you mean `schliesstage.ics`?"),
        ("[schliesstage.ics]", {}, "KB012", "error", "Put the file into knowledge/calendars/."),
        ("[schliesstage.ics]", {NAME: b"x"}, "KB054", "error", "Export the calendar anew, as .ics."),
        (
            "[schliesstage.ics]",
            {NAME: calendar("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20261231\nRRULE:FREQ=YEARLY")},
            "KB054",
            "error",
            "Change the opening hours instead, or give the events an end.",
        ),
        (
            "[schliesstage.ics]",
            {NAME: calendar(ALL_DAY), "knowledge/calendars/alt.ics": calendar(ALL_DAY)},
            "KB055",
            "notice",
            "Name it under `calendars:` of a team in teams.yaml, or delete it.",
        ),
        ("[schliesstage.ics]", {NAME: calendar(ALL_DAY), "knowledge/x.ics": b""}, "KB015", "error", "Move it"),
    ],
)
def test_what_is_wrong_with_calendars_is_found(tmp_path, calendars, files, code, severity, words):
    found = read_content(tree(tmp_path, calendars, **files)).problems
    assert (code, severity) in {(one.code, one.severity) for one in found}, found
    assert any(words in one.hint for one in found), found


def test_a_broken_calendar_is_one_finding_and_not_a_missing_one_too(tmp_path):
    assert [one.code for one in read_content(tree(tmp_path, **{NAME: b"x"})).problems] == ["KB054"]
    assert TEAMS in SMALL_TREE["knowledge/teams.yaml"]
