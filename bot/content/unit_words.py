"""One value with its unit, in words of the reader's language.

Numbers and dates come from Babel's locale data; what Babel has no words for (teaching units, the German dative, *pro
Weiterbildung*) stands in tables here. Babel's no-break spaces become ordinary ones, because chat platforms and search
treat them as letters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from bot.content.definitions import Fact, FactValue, Per, Range, Table, Unit
from bot.content.placeholders import Modifier
from bot.model import Locale

BABEL: Mapping[Locale, str] = {"de": "de_DE", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Words:
    """How a unit is written: after one, after several, after several in the German dative."""

    one: str
    many: str
    dative: str = ""

    def after(self, *, single: bool, modifier: Modifier) -> str:
        """The form that fits."""
        if single:
            return self.one
        return self.dative or self.many if modifier == "dat" else self.many


def _same(word: str) -> Words:
    return Words(word, word, word)


UNIT_WORDS: Mapping[Locale, Mapping[Unit, Words]] = {
    "de": {
        "percent": _same("%"),
        "percentage_points": Words("Prozentpunkt", "Prozentpunkte", "Prozentpunkten"),
        "points": Words("Punkt", "Punkte", "Punkten"),
        "minutes": Words("Minute", "Minuten"),
        "hours": Words("Stunde", "Stunden"),
        "clock_hours": Words("Zeitstunde", "Zeitstunden"),
        "teaching_units": Words("Unterrichtseinheit", "Unterrichtseinheiten"),
        "days": Words("Tag", "Tage", "Tagen"),
        "working_days": Words("Arbeitstag", "Arbeitstage", "Arbeitstagen"),
        "weeks": Words("Woche", "Wochen"),
        "months": Words("Monat", "Monate", "Monaten"),
        "years": Words("Jahr", "Jahre", "Jahren"),
        "semesters": Words("Semester", "Semester", "Semestern"),
        "people": Words("Person", "Personen"),
        "age": Words("Jahr", "Jahre", "Jahren"),
        "ects": Words("ECTS-Punkt", "ECTS-Punkte", "ECTS-Punkten"),
    },
    "en": {
        "percent": _same("%"),
        "percentage_points": Words("percentage point", "percentage points"),
        "points": Words("point", "points"),
        "factor": _same("times"),
        "minutes": Words("minute", "minutes"),
        "hours": Words("hour", "hours"),
        "clock_hours": Words("clock hour", "clock hours"),
        "teaching_units": Words("teaching unit", "teaching units"),
        "days": Words("day", "days"),
        "working_days": Words("working day", "working days"),
        "weeks": Words("week", "weeks"),
        "months": Words("month", "months"),
        "years": Words("year", "years"),
        "semesters": Words("semester", "semesters"),
        "people": Words("person", "people"),
        "age": Words("year", "years"),
        "ects": Words("ECTS credit", "ECTS credits"),
    },
}

PER_WORDS: Mapping[Locale, Mapping[Per, str]] = {
    "de": {
        "course": "pro Weiterbildung",
        "year": "pro Jahr",
        "calendar_year": "pro Kalenderjahr",
        "month": "pro Monat",
        "week": "pro Woche",
        "day": "pro Tag",
        "hour": "pro Stunde",
        "child": "pro Kind",
        "exam_part": "pro Prüfungsteil",
        "module": "pro Modul",
        "case": "pro Fall",
    },
    "en": {
        "course": "per course",
        "year": "per year",
        "calendar_year": "per calendar year",
        "month": "per month",
        "week": "per week",
        "day": "per day",
        "hour": "per hour",
        "child": "per child",
        "exam_part": "per exam part",
        "module": "per module",
        "case": "per case",
    },
}

TIMES_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "de": {"1": "einmal", "2": "zweimal", "3": "dreimal", "4": "viermal", "5": "fünfmal", "6": "sechsmal"},
    "en": {"1": "once", "2": "twice"},
}

COUNTED: frozenset[Unit] = frozenset({"people", "number", "times"})
"""In a table these are followed by the column's title instead of a word of their own."""


def figure(fact: Fact, locale: Locale, modifier: Modifier = "") -> str:
    """A fact in words. A table becomes lines beginning with ``- ``.

    >>> figure(cap, "de"), figure(cap, "en"), figure(cap, "de", "n")
    ('5.000 € pro Weiterbildung', '€5,000 per course', '5.000')
    """
    if isinstance(fact.value, Table):
        return _table(fact.value, locale)
    text = value_words(fact.value, fact.unit, locale, modifier)
    if fact.per is None or modifier in ("n", "v"):
        return text
    return f"{text} {PER_WORDS[locale][fact.per]}"


def value_words(value: FactValue, unit: Unit, locale: Locale, modifier: Modifier = "") -> str:
    """One value with its unit, whatever its kind."""
    match value:
        case Decimal():
            return _single(value, unit, locale, modifier)
        case Range():
            return _range(value, unit, locale, modifier)
        case date():
            return day_words(value, locale)
        case str():
            return value
        case Table():
            return _table(value, locale)
        case _:
            return value[locale]


@lru_cache(maxsize=4_096)
def day_words(day: date, locale: Locale) -> str:
    """``2. Februar 2026`` or ``2 February 2026``."""
    return _plain_spaces(format_date(day, "d. MMMM y" if locale == "de" else "d MMMM y", locale=BABEL[locale]))


@lru_cache(maxsize=4_096)
def short_day(day: date) -> str:
    """``02.02.2026``, for the line under an answer; both languages read it the same."""
    return day.strftime("%d.%m.%Y")


@lru_cache(maxsize=4_096)
def number_words(value: Decimal, locale: Locale, decimals: int | None = None) -> str:
    """``5.000`` or ``5,000``; ``decimals`` fixes how many digits stand after the mark."""
    pattern = "#,##0.######" if decimals is None else "#,##0." + "0" * decimals
    return _plain_spaces(format_decimal(value, format=pattern, locale=BABEL[locale]))


def _plain_spaces(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _bare(value: Decimal, unit: Unit, locale: Locale) -> str:
    """The number alone: euros with two decimals or none, a grade with one."""
    match unit:
        case "EUR":
            return number_words(value, locale, None if value == value.to_integral_value() else 2)
        case "grade":
            return number_words(value, locale, 1)
        case _:
            return number_words(value, locale)


def _single(value: Decimal, unit: Unit, locale: Locale, modifier: Modifier) -> str:
    bare = _bare(value, unit, locale)
    if modifier == "n":
        return bare
    return _with_unit(bare, unit, locale, modifier, single=value == 1)


def _with_unit(bare: str, unit: Unit, locale: Locale, modifier: Modifier, *, single: bool) -> str:
    german = locale == "de"
    match unit:
        case "EUR":
            return f"{bare} €" if german else f"€{bare}"
        case "percent":
            return f"{bare} %" if german else f"{bare}%"
        case "factor":
            return f"{bare}-fache" if german else f"{bare} times"
        case "times":
            return TIMES_WORDS[locale].get(bare) or (f"{bare}-mal" if german else f"{bare} times")
        case "dqr":
            return f"DQR-Niveau {bare}" if german else f"DQR level {bare}"
        case _:
            words = UNIT_WORDS[locale].get(unit)
            return f"{bare} {words.after(single=single, modifier=modifier)}" if words else bare


def _range(value: Range, unit: Unit, locale: Locale, modifier: Modifier) -> str:
    """``100 bis 600 €``, ``ab 500 Personen``, ``unter 50 Personen``; the bounds are inclusive."""
    low = None if value.min is None else _bare(value.min, unit, locale)
    high = None if value.max is None else _bare(value.max, unit, locale)
    german = locale == "de"
    if low is not None and high is not None:
        if unit == "EUR" and not german and modifier != "n":
            return f"€{low} to €{high}"
        return _counted(f"{low} {'bis' if german else 'to'} {high}", unit, locale, modifier)
    if low is not None:
        if german:
            return f"ab {_counted(low, unit, locale, 'n' if modifier == 'n' else 'dat')}"
        return f"{_counted(low, unit, locale, modifier)} or more"
    assert value.max is not None
    assert high is not None
    if unit in COUNTED and value.max % 10 == 9:
        # "49 or fewer" is what the rule says and "under 50" what people say.
        below = _bare(value.max + 1, unit, locale)
        return f"{'unter' if german else 'under'} {_counted(below, unit, locale, modifier)}"
    return f"{'bis' if german else 'up to'} {_counted(high, unit, locale, modifier)}"


def _counted(bare: str, unit: Unit, locale: Locale, modifier: Modifier) -> str:
    return bare if modifier == "n" else _with_unit(bare, unit, locale, modifier, single=bare == "1")


# --- Tables --------------------------------------------------------------------------------------------------


def _table(table: Table, locale: Locale) -> str:
    """``- unter 50 Beschäftigte: Kurskosten 100 %``, one line per row."""
    return "\n".join(f"- {_row(table, row, locale)}" for row in table.rows)


def _row(table: Table, row: tuple[FactValue, ...], locale: Locale) -> str:
    cells = list(zip(table.columns, row, strict=False))
    if not cells:  # a finding of the check, but nothing to stumble over
        return "–"
    (first, head), rest = cells[0], cells[1:]
    words = value_words(head, first.unit, locale, "n" if first.unit in COUNTED else "")
    if first.unit in COUNTED:
        words = f"{words} {first.title[locale]}"
    elif first.unit not in ("text", "law", "date"):
        words = f"{first.title[locale]} {words}"
    others = ", ".join(f"{column.title[locale]} {value_words(cell, column.unit, locale)}" for column, cell in rest)
    return f"{words}: {others}"
