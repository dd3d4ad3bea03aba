"""A day as people type it in a command: ``2026-12-01``, ``1.12.2026``, ``1.12.``, *Montag*, *Mo*, *morgen*. Pure.

A day of the week is the next one, never today; a date without its year is the next such date. What is meant is a matter of
seven days or of a year, so whoever takes a day from here says in return which one was understood.

Rejected: *nächsten Montag*, by which some mean this week's and others the one after.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

_END = r"(?=[\s,:]|$)[\s,:]*"
_FULL = re.compile(rf"(?:(20\d\d)-(\d\d?)-(\d\d?)|(\d\d?)\.(\d\d?)\.(20\d\d)){_END}")
_SHORT = re.compile(rf"(\d\d?)\.\s?(\d\d?)\.?{_END}")
_WORD = re.compile(rf"([^\W\d_]{{2,10}})\.?{_END}")

_WEEK = (
    ("mo", "montag", "mon", "monday"),
    ("di", "dienstag", "tue", "tuesday"),
    ("mi", "mittwoch", "wed", "wednesday"),
    ("do", "donnerstag", "thu", "thursday"),
    ("fr", "freitag", "fri", "friday"),
    ("sa", "samstag", "sonnabend", "sat", "saturday"),
    ("so", "sonntag", "sun", "sunday"),
)
WEEKDAYS: Mapping[str, int] = {word: number for number, words in enumerate(_WEEK) for word in words}
DAYS_AHEAD: Mapping[str, int] = {"heute": 0, "today": 0, "morgen": 1, "tomorrow": 1, "übermorgen": 2, "uebermorgen": 2}


def full_date(words: str) -> tuple[date, str] | None:
    """The date with its year in front of the words, and what follows it; None when there is none, or no such day."""
    found = _FULL.match(words)
    if found is None:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day)), words[found.end() :]
    except ValueError:
        return None


def day_in_front(words: str, today: date) -> tuple[date, str] | None:
    """The day in front of the words, however it is written, and what follows it; None when there is none."""
    dated = full_date(words) or _without_year(words, today)
    if dated is not None:
        return dated
    found = _WORD.match(words)
    if found is None:
        return None
    word, rest = found[1].casefold(), words[found.end() :]
    if word in DAYS_AHEAD:
        return today + timedelta(days=DAYS_AHEAD[word]), rest
    if word not in WEEKDAYS:
        return None
    ahead = (WEEKDAYS[word] - today.weekday()) % 7 or 7
    return today + timedelta(days=ahead), rest


def _without_year(words: str, today: date) -> tuple[date, str] | None:
    found = _SHORT.match(words)
    if found is None:
        return None
    for year in (today.year, today.year + 1):
        try:
            day = date(year, int(found[2]), int(found[1]))
        except ValueError:
            continue
        if day >= today:
            return day, words[found.end() :]
    return None
