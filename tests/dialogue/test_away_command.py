"""An absence as it is typed in a room of coordinators: which days are understood, and what is said where they are not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.dialogue.away_command import absence_in, away_words, back_words
from bot.dialogue.desk_moves import Unclear
from bot.dialogue.typed_days import DAYS_AHEAD, WEEKDAYS, day_in_front, full_date
from bot.model import Absence
from tests.desk_people import ADMIN, JAN, MARIA, OLE
from tests.handoff.test_working_time import berlin

WEDNESDAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 14, 45, tzinfo=UTC)
PEOPLE = (MARIA, JAN, OLE, ADMIN)


@pytest.mark.parametrize(
    ("typed", "day", "rest"),
    [
        ("2026-12-01", "2026-12-01", ""),
        ("1.12.2026: Seit wann?", "2026-12-01", "Seit wann?"),
        ("1.12. Vertretung Ole", "2026-12-01", "Vertretung Ole"),
        ("1. 12", "2026-12-01", ""),
        ("24.11.", "2027-11-24", ""),  # of this year it is over
        ("25.11.", "2026-11-25", ""),
        ("29.2.", None, None),  # neither this year nor the next has one
        ("31.11.2026", None, None),
        ("2026-13-01", None, None),
        ("Mo, Vertretung Ole", "2026-11-30", "Vertretung Ole"),
        ("montag", "2026-11-30", ""),
        ("Wed.", "2026-12-02", ""),  # never today
        ("Donnerstag", "2026-11-26", ""),
        ("morgen", "2026-11-26", ""),
        ("übermorgen früh", "2026-11-27", "früh"),
        ("today", "2026-11-25", ""),
        ("nächsten Montag", None, None),
        ("Montags", None, None),
        ("bald", None, None),
        ("17", None, None),
        ("", None, None),
    ],
)
def test_days_are_read_as_people_type_them(typed, day, rest):
    expected = None if day is None else (date.fromisoformat(day), rest)
    assert day_in_front(typed, WEDNESDAY) == expected


def test_every_word_is_one_day_and_a_date_with_its_year_needs_no_today():
    assert not WEEKDAYS.keys() & DAYS_AHEAD.keys()
    assert sorted(WEEKDAYS.values()).count(0) == 4
    assert {day_in_front(word, WEDNESDAY)[0].weekday() for word in WEEKDAYS} == set(range(7))
    assert all(1 <= (day_in_front(word, WEDNESDAY)[0] - WEDNESDAY).days <= 7 for word in WEEKDAYS)
    assert full_date("2026-12-01 und dann") == (date(2026, 12, 1), "und dann")
    assert full_date("Montag") is None


def meant(typed, me=MARIA):
    return absence_in(typed, me, PEOPLE, NOW)


@pytest.mark.parametrize(
    ("typed", "since", "until", "deputy"),
    [
        ("bis Mo, Vertretung Ole Hansen", None, "2026-11-30", "ole"),
        ("bis 1.12. vertretung: jan", None, "2026-12-01", "jan"),
        ("until Monday deputy is @Ole.", None, "2026-11-30", "ole"),
        ("bis zum 1.12.", None, "2026-12-01", None),
        ("bis morgen", None, "2026-11-26", None),
        ("ab 7.12. bis 14.12. Vertretung durch Ole", "2026-12-07", "2026-12-14", "ole"),
        ("from Friday until Monday", "2026-11-27", "2026-11-30", None),
        ("ab heute bis Montag", None, "2026-11-30", None),
        ("bis Montag Vertretung Maria Petersen", None, "2026-11-30", "maria"),  # refused later, with its reason
    ],
)
def test_an_absence_is_from_now_or_a_day_on_until_the_beginning_of_a_day(typed, since, until, deputy):
    begins = NOW if since is None else berlin(f"{since}T00:00")
    assert meant(typed) == Absence(MARIA.id, begins, berlin(f"{until}T00:00"), deputy)


@pytest.mark.parametrize(
    ("typed", "words", "example"),
    [
        ("", "Bis wann", "`!abwesend bis Montag`"),
        ("Montag", "Bis wann", "`!abwesend bis Montag`"),
        ("Ole bis Montag", "Bis wann", "`!abwesend bis Montag`"),  # everybody enters their own
        ("bis Montag Ole", "Bis wann", "Vertretung Ben"),
        ("bis Montag Vertretung", "Bis wann", "Vertretung Ben"),
        ("bis irgendwann", "Den Tag verstehe ich nicht", "Montag, 1.12. oder 2026-12-01"),
        ("bis 31.11.2026", "Den Tag verstehe ich nicht", "Montag, 1.12. oder 2026-12-01"),
        ("ab bald bis Montag", "Den Tag verstehe ich nicht", "Montag, 1.12. oder 2026-12-01"),
        ("bis heute", "endet nach ihrem Beginn", "`!abwesend bis Montag`"),
        ("bis 2026-11-01", "endet nach ihrem Beginn", "`!abwesend bis Montag`"),
        ("bis 2029-01-01", "innerhalb eines Jahres", "`!abwesend bis Montag`"),
        ("ab Montag bis Freitag", "endet nach ihrem Beginn", "`!abwesend bis Montag`"),  # this Friday is before it
        ("bis Montag Vertretung Lena", "„Lena“ koordiniert hier nicht", "Jan Thomsen, Ole Hansen"),
        ("bis Montag Vertretung Ada", "„Ada“ koordiniert hier nicht", "Jan Thomsen, Ole Hansen"),
    ],
)
def test_what_is_not_understood_is_said_with_what_to_write_instead(typed, words, example):
    said = meant(typed)
    assert isinstance(said, Unclear)
    assert words in said.words["de"]
    assert example in said.words["de"]
    assert said.words["en"] != said.words["de"]


def test_a_name_of_two_is_asked_back_about_and_alone_one_is_told_so():
    twin = replace(OLE, id="ole.2", name="Ole Clausen")
    said = absence_in("bis Montag Vertretung Ole", MARIA, (*PEOPLE, twin), NOW)
    assert "`ole.2` (Ole Clausen, Desk), `ole` (Ole Hansen, Desk)" in said.words["de"]
    alone = absence_in("bis Montag Vertretung {able}", MARIA, (MARIA,), NOW)
    assert alone.words["de"].startswith("„{able}“ koordiniert hier nicht. Vertreten können Sie: im Moment niemand.")


def test_what_is_said_names_the_day_the_deputy_and_the_way_back():
    now = Absence(MARIA.id, NOW, berlin("2026-11-30T00:00"), OLE.id)
    names = {OLE.id: OLE.name}
    assert away_words(now, names, NOW, "de")["de"] == (
        "Eingetragen: Sie sind jetzt abwesend und ab Montag wieder da. Ihre offenen Fälle gehen dann mit einer Notiz an "
        "Ole Hansen, und die Personen erfahren es. Früher zurück: `!wieder da`"
    )
    assert "and back on Monday" in away_words(now, names, NOW, "en")["en"]
    later = Absence(MARIA.id, berlin("2026-12-24T00:00"), berlin("2027-01-04T00:00"))
    assert (
        "Sie sind ab Donnerstag, 24. Dezember abwesend und ab Montag, 4. Januar 2027 wieder da."
        in away_words(later, names, NOW, "de")["de"]
    )
    assert "zurück auf die Liste" in away_words(later, names, NOW, "de")["de"]
    assert away_words("overlaps", names, NOW, "de")["de"].endswith("Beenden Sie sie zuerst. `!wieder da` tut das.")
    assert "Niemand kann sich selbst vertreten." in away_words("own_deputy", names, NOW, "de")["de"]
    assert "Willkommen zurück" in back_words(replace(now, since=NOW - timedelta(hours=1)), NOW, "de")["de"]
    assert "ab Donnerstag, 24. Dezember ist gestrichen" in back_words(later, NOW, "de")["de"]
    assert "keine Abwesenheit" in back_words(None, NOW, "de")["de"]
