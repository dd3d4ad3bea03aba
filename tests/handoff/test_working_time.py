"""Working time by examples and by properties; the drill compares it with a simulation of every minute."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.definitions import Closing, DayException, OpenSlot, TeamCalendar
from bot.handoff.working_time import (
    BERLIN,
    NeverOpen,
    add_working,
    add_working_days,
    end_of_working_day,
    is_open,
    is_working_day,
    last_closing,
    next_opening,
    take_working,
    working_between,
)
from tests.drills.working_time import NIGHTS, ODD, slots

WEEK = slots("08:00-12:30", "13:30-16:30")
OFFICE = TeamCalendar(
    week=(WEEK,) * 4 + (slots("08:00-12:30"), (), ()),
    exceptions=(
        DayException(date(2024, 12, 24), date(2024, 12, 24), (), yearly=True),
        DayException(date(2026, 12, 28), date(2026, 12, 30), ()),
        DayException(date(2027, 12, 24), date(2027, 12, 24), slots("09:00-10:00")),
    ),
)
HOUR = timedelta(hours=1)


def berlin(text: str) -> datetime:
    """A moment as the clock on the wall shows it, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


CLOSED = TeamCalendar(
    week=OFFICE.week,
    exceptions=(DayException(date(2026, 12, 23), date(2026, 12, 23), slots("10:00-11:00")),),
    closings=(
        Closing(datetime(2026, 11, 24, 11, 0), datetime(2026, 11, 24, 14, 0)),  # within a day
        Closing(datetime(2026, 11, 26, 15, 0), datetime(2026, 11, 30, 10, 0)),  # over a weekend
        Closing(datetime(2026, 12, 21), datetime(2027, 1, 4), yearly=True),  # over the turn of every year from then on
        Closing(datetime(2024, 2, 29), datetime(2024, 3, 1), yearly=True),
    ),
)


@pytest.mark.parametrize(
    ("moment", "opened", "opening"),
    [
        ("2026-11-24T10:59:59", True, "2026-11-24T10:59:59"),
        ("2026-11-24T11:00", False, "2026-11-24T14:00"),
        ("2026-11-24T13:45", False, "2026-11-24T14:00"),
        ("2026-11-26T14:59", True, "2026-11-26T14:59"),
        ("2026-11-26T15:00", False, "2026-11-30T10:00"),
        ("2025-12-22T10:00", True, "2025-12-22T10:00"),  # the year before the first
        ("2026-12-21T10:00", False, "2026-12-23T10:00"),  # an exception opens a day again
        ("2026-12-23T11:00", False, "2027-01-04T08:00"),
        ("2028-01-03T10:00", False, "2028-01-04T08:00"),
        ("2028-02-29T10:00", False, "2028-03-01T08:00"),
        ("2027-03-01T10:00", True, "2027-03-01T10:00"),
    ],
)
def test_closings_take_their_time_out_of_the_week(moment, opened, opening):
    assert is_open(CLOSED, berlin(moment)) is opened
    assert next_opening(CLOSED, berlin(moment)) == berlin(opening)


CLOCKS = st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 3)).map(
    lambda one: one.replace(second=0, microsecond=0)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CLOCKS, st.integers(1, 3 * 24 * 60)), max_size=4), CLOCKS)
def test_any_closings_do_what_the_clock_on_the_wall_says(times, moment):
    """The days around the change of the clocks included; compared with a look at one moment."""
    closings = tuple(Closing(start, start + timedelta(minutes=length)) for start, length in times)
    calendar = TeamCalendar(week=((OpenSlot(time(0), time(23, 59)),),) * 7, holidays=None, closings=closings)
    now = moment.replace(tzinfo=BERLIN)
    shown = now.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None)
    free = shown.time() < time(23, 59) and not any(one.start <= shown < one.end for one in closings)
    assert is_open(calendar, now) == free


@pytest.mark.parametrize(
    ("moment", "opened", "opening"),
    [
        ("2026-11-23T07:59:59", False, "2026-11-23T08:00"),
        ("2026-11-23T08:00", True, "2026-11-23T08:00"),
        ("2026-11-23T12:29:59", True, "2026-11-23T12:29:59"),
        ("2026-11-23T12:30", False, "2026-11-23T13:30"),
        ("2026-11-23T16:30", False, "2026-11-24T08:00"),
        ("2026-11-27T12:30", False, "2026-11-30T08:00"),
        ("2026-11-22T10:00", False, "2026-11-23T08:00"),
        ("2026-12-23T17:00", False, "2026-12-31T08:00"),  # 24 and 28 to 30 by exception, 25 and 26 by law
        ("2027-10-31T09:00", False, "2027-11-01T08:00"),  # All Saints' is none in the north
        ("2028-10-31T09:00", False, "2028-11-01T08:00"),  # Reformation Day
        ("2027-12-24T09:30", True, "2027-12-24T09:30"),  # for a certain day before every year's
        ("2028-12-24T09:30", False, "2028-12-27T08:00"),
        ("2026-12-31T09:30", True, "2026-12-31T09:30"),  # a working day unless an exception says otherwise
    ],
)
def test_open_and_opening(moment, opened, opening):
    assert is_open(OFFICE, berlin(moment)) is opened
    assert next_opening(OFFICE, berlin(moment)) == berlin(opening)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23T09:00", 2, "2026-11-23T11:00"),
        ("2026-11-23T09:00", 4, "2026-11-23T14:00"),
        ("2026-11-23T12:45", 1, "2026-11-23T14:30"),
        ("2026-11-23T13:30", 3, "2026-11-23T16:30"),  # the end of the slot, not the next morning
        ("2026-11-23T16:00", 4, "2026-11-24T11:30"),
        ("2026-11-27T11:30", 4, "2026-11-30T11:00"),
        ("2026-11-22T10:00", 4, "2026-11-23T12:00"),
        ("2026-12-23T15:30", 4, "2026-12-31T11:00"),
        ("2026-11-23T09:00", 0, "2026-11-23T09:00"),
        ("2026-11-22T09:00", 0, "2026-11-22T09:00"),
        ("2026-10-23T12:00", 4, "2026-10-26T11:30"),  # the clocks are set back in between
        ("2027-03-25T16:00", 1, "2027-03-30T08:30"),  # Easter, and the clocks are put forward
    ],
)
def test_working_time_is_added_and_counted(start, hours, due):
    assert add_working(OFFICE, berlin(start), hours * HOUR) == berlin(due)
    assert working_between(OFFICE, berlin(start), berlin(due)) == hours * HOUR
    assert working_between(OFFICE, berlin(due), berlin(start)) == -hours * HOUR


@pytest.mark.parametrize(
    ("calendar", "day", "hours"),
    [
        (NIGHTS, date(2026, 3, 29), 4),  # 01:00-04:00 is two hours long, 21:30-23:30 two
        (NIGHTS, date(2026, 10, 25), 6),
        (NIGHTS, date(2026, 10, 18), 5),
        (ODD, date(2026, 3, 29), 1),  # 01:30-03:30
        (ODD, date(2027, 3, 28), 1),  # 02:15-02:45 does not exist
        (ODD, date(2026, 10, 25), 1 + 2 / 6),  # 02:00-02:30 and 02:40-02:50 come twice
    ],
)
def test_the_nights_in_which_the_clocks_are_changed(calendar, day, hours):
    midnight = datetime.combine(day, time(), BERLIN)
    next_midnight = datetime.combine(day + timedelta(days=1), time(), BERLIN)
    assert working_between(calendar, midnight, next_midnight) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-23T09:00", 0, "2026-11-23T16:30"),
        ("2026-11-23T09:00", 1, "2026-11-24T16:30"),
        ("2026-11-23T17:00", 1, "2026-11-24T16:30"),  # however late, the day it began does not count
        ("2026-11-23T09:00", 4, "2026-11-27T12:30"),
        ("2026-11-23T09:00", 5, "2026-11-30T16:30"),
        ("2026-11-21T09:00", 1, "2026-11-23T16:30"),
        ("2026-12-22T09:00", 2, "2026-12-31T16:30"),
    ],
)
def test_working_days(start, days, end):
    assert add_working_days(OFFICE, berlin(start), days) == berlin(end)


@pytest.mark.parametrize(
    ("moment", "end", "before"),
    [
        ("2026-11-23T07:00", "2026-11-23T16:30", "2026-11-20T12:30"),
        ("2026-11-23T13:00", "2026-11-23T16:30", "2026-11-23T12:30"),
        ("2026-11-23T16:30", "2026-11-24T16:30", "2026-11-23T16:30"),
        ("2026-11-28T12:00", "2026-11-30T16:30", "2026-11-27T12:30"),
    ],
)
def test_the_end_of_the_working_day_and_the_closing_before(moment, end, before):
    assert end_of_working_day(OFFICE, berlin(moment)) == berlin(end)
    assert last_closing(OFFICE, berlin(moment)) == berlin(before)


def test_moments_come_out_in_utc_whatever_zone_they_came_in():
    moment = datetime(2026, 11, 23, 16, tzinfo=timezone(timedelta(hours=9)))
    for answer in (
        next_opening(OFFICE, moment),
        add_working(OFFICE, moment, HOUR),
        add_working(OFFICE, moment, timedelta()),
        take_working(OFFICE, moment, HOUR),
        take_working(OFFICE, moment, timedelta()),
        end_of_working_day(OFFICE, moment),
        add_working_days(OFFICE, moment, 3),
    ):
        assert answer.tzinfo is UTC
    with pytest.raises(ValueError, match="time zone"):
        next_opening(OFFICE, datetime(2026, 11, 23, 16))
    with pytest.raises(ValueError, match="not taken away"):
        add_working(OFFICE, moment, -HOUR)
    with pytest.raises(ValueError, match="not added"):
        take_working(OFFICE, moment, -HOUR)


def test_a_calendar_without_hours_is_not_searched_for_ever():
    never = TeamCalendar(week=((),) * 7)
    with pytest.raises(NeverOpen):
        next_opening(never, berlin("2026-11-23T09:00"))
    with pytest.raises(NeverOpen):
        take_working(never, berlin("2026-11-23T09:00"), HOUR)
    assert last_closing(never, berlin("2026-11-23T09:00")) is None
    assert working_between(never, berlin("2026-11-23T09:00"), berlin("2027-11-23T09:00")) == timedelta()
    assert not is_working_day(never, date(2026, 11, 23))


# --- Properties --------------------------------------------------------------------------------------------------


@st.composite
def calendars(draw):
    """Weeks with some open day; slots of a day may touch but not overlap."""

    def day():
        marks = sorted(draw(st.sets(st.integers(0, 1439), max_size=6)))
        pairs = zip(marks[::2], marks[1::2], strict=False)
        return tuple(OpenSlot(time(*divmod(a, 60)), time(*divmod(b, 60))) for a, b in pairs)

    week = [day() for _ in range(6)]
    holidays = draw(st.sampled_from(["SH", None]))
    closed = draw(st.dates(date(2026, 1, 1), date(2028, 12, 1)))
    exception = DayException(closed, closed + timedelta(days=draw(st.integers(0, 20))), day())
    return TeamCalendar((*week, slots("01:30-03:15")), holidays, (exception,))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=30))
PROPERTY = settings(max_examples=60, deadline=None, derandomize=True)


@PROPERTY
@given(calendars(), MOMENTS, AMOUNTS)
def test_what_was_added_lies_between(calendar, start, amount):
    due = add_working(calendar, start, amount)
    assert working_between(calendar, start, due) == amount
    if amount:
        earlier = due - timedelta(microseconds=1)
        assert working_between(calendar, start, earlier) < amount, "it is the first such moment"


@PROPERTY
@given(calendars(), MOMENTS, AMOUNTS)
def test_what_was_taken_lies_between(calendar, end, amount):
    start = take_working(calendar, end, amount)
    assert working_between(calendar, start, end) == amount
    if amount:
        later = start + timedelta(microseconds=1)
        assert working_between(calendar, later, end) < amount, "it is the last such moment"


@PROPERTY
@given(calendars(), MOMENTS, AMOUNTS, AMOUNTS)
def test_more_is_never_earlier_and_parts_add_up(calendar, start, one, other):
    less, more = sorted((one, other))
    assert add_working(calendar, start, less) <= add_working(calendar, start, more)
    assert add_working(calendar, add_working(calendar, start, one), other) == add_working(calendar, start, one + other)


@PROPERTY
@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_a_span_is_the_sum_of_its_parts(calendar, one, other, another):
    first, middle, last = sorted((one, other, another))
    parts = working_between(calendar, first, middle) + working_between(calendar, middle, last)
    assert working_between(calendar, first, last) == parts


@PROPERTY
@given(calendars(), MOMENTS)
def test_an_opening_is_open_and_nothing_is_before_it(calendar, moment):
    opening = next_opening(calendar, moment)
    assert is_open(calendar, opening)
    assert working_between(calendar, moment, opening) == timedelta()
    end = end_of_working_day(calendar, moment)
    assert end > opening
    assert not is_open(calendar, end) or end.astimezone(BERLIN).date() > opening.astimezone(BERLIN).date()
    closing = last_closing(calendar, moment)
    assert closing is not None
    assert closing <= moment
