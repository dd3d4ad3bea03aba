"""What is in force on a day, and until when a figure may be shown without looking at its source again.

A day here is a calendar day in Europe/Berlin; whoever has a moment turns it into that day first. ``from`` and ``to``
are inclusive.
"""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from bot.content.definitions import Answer, Content, Fact, Source, Table, Topic, Unit, Version
from bot.model import AspectId

MONTHS_SHORT = 6
MONTHS_LONG = 12
"""How long a figure stands after its source was compared: what changes by decision, and everything else."""

SHORT_LIVED: frozenset[Unit] = frozenset(
    {
        "EUR", "percent", "percentage_points", "date",
        "minutes", "hours", "clock_hours", "teaching_units", "days", "working_days",
        "weeks", "months", "years", "semesters",
    }
)  # fmt: skip
"""Amounts, shares, deadlines and durations."""


def version_on(topic: Topic, day: date) -> Version | None:
    """The version in force, or None."""
    for version in reversed(topic.versions):
        if (version.start is None or version.start <= day) and (version.end is None or day <= version.end):
            return version
    return None


def former_version(topic: Topic, fact: str, day: date) -> Version | None:
    """The latest version before the one in force (or before the day, when none is) that has this fact."""
    current = version_on(topic, day)
    found = None
    for version in topic.versions:
        if version is current or (version.start is not None and version.start > day):
            break
        if fact in version.facts and version.end is not None and version.end < day:
            found = version
    return found


def answer_on(topic: Topic, aspect: AspectId, day: date) -> Answer | None:
    """The text for an aspect on a day: the version's own, else the general one, else the one it is the same as."""
    version = version_on(topic, day)
    for name in (aspect, topic.same_as.get(aspect)):
        if name is None:
            continue
        if version is not None and name in version.answers:
            return version.answers[name]
        if name in topic.answers:
            return topic.answers[name]
    return None


def has_ended(topic: Topic, day: date) -> bool:
    """Whether the programme is over."""
    return topic.ended is not None and topic.ended < day


def review_date(fact: Fact, source: Source) -> date:
    """The last day a figure is shown without its source having been compared again."""
    if fact.review_by is not None:
        return fact.review_by
    units = {column.unit for column in fact.value.columns} if isinstance(fact.value, Table) else {fact.unit}
    short = source.kind != "statute" and bool(units & SHORT_LIVED)
    return add_months(source.reviewed, MONTHS_SHORT if short else MONTHS_LONG)


def source_date(source: Source) -> date:
    """The last day a text without figures counts as reviewed."""
    return add_months(source.reviewed, MONTHS_LONG)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def changes_between(content: Content, first: date, last: date) -> tuple[date, ...]:
    """The days on which anything may be answered differently than the day before, in order."""
    return tuple(sorted({day for topic in content.topics.values() for day in _changes(topic) if first <= day <= last}))


def _changes(topic: Topic) -> Iterator[date]:
    next_day = timedelta(days=1)
    if topic.ended is not None:
        yield topic.ended + next_day
    for source in topic.sources.values():
        yield source_date(source) + next_day
        yield add_months(source.reviewed, MONTHS_SHORT) + next_day
    for version in topic.versions:
        if version.start is not None:
            yield version.start
        if version.end is not None:
            yield version.end + next_day
        for fact in version.facts.values():
            if fact.source in topic.sources:
                yield review_date(fact, topic.sources[fact.source]) + next_day
