"""When a team is there, and how much of the time between two moments is its working time.

A moment is working time when the clock on the wall in Europe/Berlin lies in one of the slots of its day. So a slot that
spans the night of a change of the clocks is an hour shorter or longer than it looks, and a slot that begins in the hour
that does not exist begins when that hour would have ended. Moments come in and go out as aware UTC; a slot includes its
first moment and not its last.

Rejected: counting in minutes or in steps (slow, and wrong by the step), and adding durations to local time (wrong
around every change of the clocks). Here a day's slots are turned into UTC once, and everything after is plain
subtraction. A team opens again some day, because the check refuses one without opening hours; for a calendar that was
never checked ``NeverOpen`` is raised instead of searching for ever.
"""

from calendar import isleap
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from holidays import country_holidays

from bot.content.definitions import Closing, DayException, OpenSlot, TeamCalendar

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
NO_TIME = timedelta()
OPENS_AT = time(8)
"""When a day begins for a team whose opening hours are not known."""
LONGEST_WAIT = timedelta(days=366)
"""How far ahead the day may lie until which a case waits."""
FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2200, 1, 1)
"""Exceptions lie between 1990 and 2100; a calendar that is closed until one of these days has no hours at all."""
NO_HOURS = "no opening hours in the week, and none in an exception"


class NeverOpen(ValueError):
    """The calendar has no opening hours; ``lotse check`` refuses such a team."""


class Stretch(NamedTuple):
    """Working time without a pause: from ``start`` until ``end``, both aware UTC."""

    start: datetime
    end: datetime


def is_open(calendar: TeamCalendar, moment: datetime) -> bool:
    """Whether somebody is there at this moment."""
    return any(stretch.start <= moment < stretch.end for stretch in stretches_of(calendar, local_day(moment)))


def next_opening(calendar: TeamCalendar, moment: datetime) -> datetime:
    """The first moment from ``moment`` on at which somebody is there: that moment itself while the team is open."""
    return max(next(_stretches_from(calendar, moment)).start, moment.astimezone(UTC))


def morning_of(day: date, calendar: TeamCalendar | None) -> datetime:
    """When somebody is there on a day, or first after it; without known opening hours ``OPENS_AT``."""
    if calendar is None:
        return datetime.combine(day, OPENS_AT, BERLIN).astimezone(UTC)
    return next_opening(calendar, datetime.combine(day, time(), BERLIN).astimezone(UTC))


def last_closing(calendar: TeamCalendar, moment: datetime) -> datetime | None:
    """When the team went home last, at or before ``moment``; None when it never did in the year before."""
    day = local_day(moment)
    for back in range(366):
        for stretch in reversed(stretches_of(calendar, day - back * DAY)):
            if stretch.end <= moment:
                return stretch.end
    return None


def add_working(calendar: TeamCalendar, start: datetime, amount: timedelta) -> datetime:
    """The first moment at which ``amount`` of working time has passed since ``start``.

    Where that is the end of a slot, it is that end and not the beginning of the next. Raises ValueError for an amount
    below zero.
    """
    if amount < NO_TIME:
        raise ValueError(f"working time is added, not taken away: {amount}")
    if amount == NO_TIME:
        return start.astimezone(UTC)
    for stretch in _stretches_from(calendar, start):
        begin = max(stretch.start, start)
        if amount <= stretch.end - begin:
            return (begin + amount).astimezone(UTC)
        amount -= stretch.end - begin
    raise AssertionError("stretches go on, or raise NeverOpen")  # pragma: no cover


def take_working(calendar: TeamCalendar, end: datetime, amount: timedelta) -> datetime:
    """The last moment from which ``amount`` of working time passes until ``end``: ``add_working`` backwards.

    Raises ValueError for an amount below zero.
    """
    if amount < NO_TIME:
        raise ValueError(f"working time is taken away, not added: {amount}")
    if amount == NO_TIME:
        return end.astimezone(UTC)
    day = local_day(end)
    while day > FIRST_DAY:
        for stretch in reversed(stretches_of(calendar, day)):
            until = min(stretch.end, end)
            if stretch.start < until and amount <= until - stretch.start:
                return (until - amount).astimezone(UTC)
            amount -= max(until - stretch.start, NO_TIME)
        day -= DAY
    raise NeverOpen(NO_HOURS)


def working_between(calendar: TeamCalendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments; below zero when ``end`` is the earlier one."""
    if end < start:
        return -working_between(calendar, end, start)
    day, last, total = local_day(start), local_day(end), NO_TIME
    while day <= last:
        for stretch in stretches_of(calendar, day):
            total += max(min(stretch.end, end) - max(stretch.start, start), NO_TIME)
        day += DAY
    return total


def add_working_days(calendar: TeamCalendar, start: datetime, days: int) -> datetime:
    """The end of the working day that is ``days`` working days after the day of ``start``, which does not count."""
    day = local_day(start)
    while days > 0:
        day = _next_working_day(calendar, day + DAY)
        days -= 1
    return end_of_working_day(calendar, max(start_of_day(day), start))


def end_of_working_day(calendar: TeamCalendar, moment: datetime) -> datetime:
    """When the team goes home next: today, or on its next working day once today is over."""
    day = local_day(next(_stretches_from(calendar, moment)).start)
    return stretches_of(calendar, day)[-1].end


def is_working_day(calendar: TeamCalendar, day: date) -> bool:
    """Whether the team is there at all on a day in Berlin."""
    return bool(stretches_of(calendar, day))


def local_day(moment: datetime) -> date:
    """The day in Berlin. Raises ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment!r}")
    return moment.astimezone(BERLIN).date()


def start_of_day(day: date) -> datetime:
    """Midnight in Berlin, in UTC."""
    return datetime.combine(day, time(), BERLIN).astimezone(UTC)


# --- One day --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def stretches_of(calendar: TeamCalendar, day: date) -> tuple[Stretch, ...]:
    """The working time of a day in Berlin, in order."""
    # Sorted as moments: in the night in which an hour comes twice, the clock on the wall says nothing about the order.
    return tuple(sorted(stretch for slot in _slots_of(calendar, day) for stretch in _in_utc(slot, day)))


def _slots_of(calendar: TeamCalendar, day: date) -> tuple[OpenSlot, ...]:
    exception = _exception_on(calendar, day)
    if exception is not None:
        return exception.slots
    if calendar.holidays is not None and day in _holidays(calendar.holidays, day.year):
        return ()
    slots = calendar.week[day.weekday()]
    for closing in calendar.closings if slots else ():
        for start, end in _times_of(closing, day):
            slots = tuple(part for slot in slots for part in _outside(slot, day, start, end))
    return slots


def _times_of(closing: Closing, day: date) -> Iterator[tuple[datetime, datetime]]:
    """When a closing lies on this day or around it, by the clock on the wall."""
    midnight, length = datetime.combine(day, time()), closing.end - closing.start
    years = range(day.year - length.days // 365 - 1, day.year + 1) if closing.yearly else (closing.start.year,)
    for year in years:
        if year < closing.start.year or not _has_day(closing.start, year):
            continue
        start = closing.start.replace(year=year)
        if start < midnight + DAY and midnight < start + length:
            yield start, start + length


def _has_day(moment: datetime, year: int) -> bool:
    return (moment.month, moment.day) != (2, 29) or isleap(year)


def _outside(slot: OpenSlot, day: date, start: datetime, end: datetime) -> Iterator[OpenSlot]:
    """What is left of a slot of this day before and after a time, by the clock on the wall."""
    opens, closes = datetime.combine(day, slot.start), datetime.combine(day, slot.end)
    if opens < min(start, closes):
        yield OpenSlot(slot.start, min(start, closes).time())
    if max(end, opens) < closes:
        yield OpenSlot(max(end, opens).time(), slot.end)


def _exception_on(calendar: TeamCalendar, day: date) -> DayException | None:
    """The exception for this very day, else one for this day of every year."""
    for exception in calendar.exceptions:
        if not exception.yearly and exception.first <= day <= exception.last:
            return exception
    for exception in calendar.exceptions:
        if exception.yearly and (exception.first.month, exception.first.day) == (day.month, day.day):
            return exception
    return None


@lru_cache(maxsize=400)
def _holidays(state: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays("DE", subdiv=state, years=year, language="de"))


def _in_utc(slot: OpenSlot, day: date) -> Iterator[Stretch]:
    """The moments of a day at which the clock on the wall lies in the slot; two stretches where it is set back."""
    midnight, next_midnight = start_of_day(day), start_of_day(day + DAY)
    before, after = _offset(midnight), _offset(next_midnight)
    if before == after:
        parts: tuple[tuple[datetime, datetime, timedelta], ...] = ((midnight, next_midnight, before),)
    else:
        changed = _change_between(midnight, next_midnight)
        parts = ((midnight, changed, before), (changed, next_midnight, after))
    for first, last, offset in parts:
        start = max(datetime.combine(day, slot.start, UTC) - offset, first)
        end = min(datetime.combine(day, slot.end, UTC) - offset, last)
        if start < end:
            yield Stretch(start, end)


def _offset(moment: datetime) -> timedelta:
    return moment.astimezone(BERLIN).utcoffset() or NO_TIME


def _change_between(start: datetime, end: datetime) -> datetime:
    """The minute at which the clocks are changed between two moments with different offsets."""
    before = _offset(start)
    while end - start > timedelta(minutes=1):
        middle = start + (end - start) // timedelta(minutes=2) * timedelta(minutes=1)
        start, end = (middle, end) if _offset(middle) == before else (start, middle)
    return end


def _stretches_from(calendar: TeamCalendar, moment: datetime) -> Iterator[Stretch]:
    """All stretches that end after ``moment``, for as long as somebody asks. Raises NeverOpen."""
    day = local_day(moment)
    while True:
        day = _next_working_day(calendar, day)
        for stretch in stretches_of(calendar, day):
            if stretch.end > moment:
                yield stretch
        day += DAY


def _next_working_day(calendar: TeamCalendar, day: date) -> date:
    """This day, or the first after it on which the team is there. Raises NeverOpen."""
    while not stretches_of(calendar, day):
        day += DAY
        if day > LAST_DAY:
            raise NeverOpen(NO_HOURS)
    return day
