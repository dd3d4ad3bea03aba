"""The arithmetic of working time against a simulation that looks at every minute of three years.

The simulation shares nothing with the product: it knows the rule by which clocks are changed, works out Easter by hand
and asks of each single minute whether the clock on the wall lies within the hours of its day. Questions to the product
begin at odd seconds, so it may differ by less than a minute, and no more.
"""

import random
from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.config import shipped_content
from bot.content.definitions import DayException, OpenSlot, TeamCalendar
from bot.content.read import read_content
from bot.handoff import working_time
from tests.drills.registry import Counts, Drill

FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2029, 1, 31)
BEGINS = datetime(2025, 12, 31, 23, tzinfo=UTC)  # midnight in Berlin
MINUTE = timedelta(minutes=1)
ASKED = 3 * 365 * 1440 + 1440
"""Minutes of 2026, 2027 and 2028, in which every question begins; answers may lie in the month after."""
LONGEST = 60 * 60
"""Minutes of working time that are added at most."""


def slots(*texts: str) -> tuple[OpenSlot, ...]:
    return tuple(OpenSlot(*(time.fromisoformat(part) for part in text.split("-"))) for text in texts)


NIGHTS = TeamCalendar(
    week=(slots("00:00-05:30", "22:00-23:59"),) * 6 + (slots("01:00-04:00", "21:30-23:30"),), holidays=None
)
"""Somebody is there in the hours in which the clocks are changed."""
ODD = TeamCalendar(
    week=(
        slots("07:10-07:11", "09:00-12:00", "12:00-13:37"), (), slots("06:00-20:00"), slots("13:00-13:05"),
        slots("08:00-12:30"), (), slots("02:15-02:45", "10:00-11:00"),
    ),
    exceptions=(
        DayException(date(2026, 3, 29), date(2026, 3, 29), slots("01:30-03:30")),
        DayException(date(2026, 10, 25), date(2026, 10, 25), slots("02:00-02:30", "02:40-02:50")),
        DayException(date(2024, 12, 24), date(2024, 12, 24), slots("08:00-10:00"), yearly=True),
        DayException(date(2027, 12, 24), date(2027, 12, 24), ()),
        DayException(date(2028, 2, 29), date(2028, 3, 12), ()),
        DayException(date(2026, 10, 31), date(2026, 10, 31), slots("10:00-12:00")),
    ),
)  # fmt: skip
"""Short and adjoining slots, slots inside the hour that is missing or comes twice, exceptions over holidays."""


def shipped() -> TeamCalendar:
    content = read_content(shipped_content()).content
    assert content is not None
    return content.teams["foerderung"].calendar


def calendars() -> dict[str, TeamCalendar]:
    return {"shipped": shipped(), "nights": NIGHTS, "odd": ODD}


# --- The simulation --------------------------------------------------------------------------------------------


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def easter(year: int) -> date:
    """The anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> set[date]:
    """The public holidays of Schleswig-Holstein."""
    fixed = {(1, 1), (5, 1), (10, 3), (10, 31), (12, 25), (12, 26)}
    return {date(year, *day) for day in fixed} | {easter(year) + timedelta(days=d) for d in (-2, 1, 39, 50)}


def minutes_of(calendar: TeamCalendar, day: date) -> list[tuple[int, int]]:
    """The slots of a day, in minutes of the clock on the wall."""
    yearly = [e for e in calendar.exceptions if e.yearly and (e.first.month, e.first.day) == (day.month, day.day)]
    certain = [e for e in calendar.exceptions if not e.yearly and e.first <= day <= e.last]
    if certain or yearly:
        chosen = (certain or yearly)[0].slots
    elif calendar.holidays and day in holidays(day.year):
        chosen = ()
    else:
        chosen = calendar.week[day.weekday()]
    return [(s.start.hour * 60 + s.start.minute, s.end.hour * 60 + s.end.minute) for s in chosen]


@dataclass
class Simulation:
    """``before[m]``: minutes of working time before minute ``m``; ``opens[m]``: the first open minute from ``m`` on."""

    before: array
    opens: array
    ends: dict[date, int]
    days: list[date]
    """The day on the wall of each minute."""


def simulate(calendar: TeamCalendar) -> Simulation:
    changes = {}
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        changes[datetime.combine(last_sunday(year, 3), time(1), UTC)] = 120
        changes[datetime.combine(last_sunday(year, 10), time(1), UTC)] = 60
    at = {int((moment - BEGINS) / MINUTE): offset for moment, offset in changes.items()}
    offset, first = 60, FIRST_DAY.toordinal()
    total = ((LAST_DAY - FIRST_DAY).days + 1) * 1440
    hours = {n: minutes_of(calendar, date.fromordinal(n)) for n in range(first, LAST_DAY.toordinal() + 2)}
    opened, before, ends, days = 0, array("l", [0]), {}, []
    is_open = bytearray(total)
    for minute in range(total):
        offset = at.get(minute, offset)
        ahead, clock = divmod(minute + offset - 60, 1440)
        day = date.fromordinal(first + ahead)
        days.append(day)
        for start, end in hours[first + ahead]:
            if start <= clock < end:
                opened += 1
                is_open[minute] = 1
                ends[day] = minute + 1
        before.append(opened)
    opens, following = array("l", bytes(8 * total)), total
    for minute in reversed(range(total)):
        following = minute if is_open[minute] else following
        opens[minute] = following
    return Simulation(before, opens, ends, days)


# --- Questions -------------------------------------------------------------------------------------------------


def starts(count: int, chance: random.Random) -> list[int]:
    """Minutes to ask about: all of them, or some at random and every minute around the changes of the clocks."""
    if count >= ASKED:
        return list(range(ASKED))
    nights = [last_sunday(year, month) for year in (2026, 2027, 2028) for month in (3, 10)]
    changes = [int((datetime.combine(day, time(1), UTC) - BEGINS) / MINUTE) for day in nights]
    around = [change + minute for change in changes for minute in range(-240, 240)]
    return sorted({*chance.sample(around, min(count // 4, len(around))), *chance.sample(range(ASKED), count)})


def judge(calendar: TeamCalendar, minutes: list[int], chance: random.Random) -> Counter[str]:
    """How often the product is a minute or more away from the simulation, by function."""
    simulation, found = simulate(calendar), Counter()
    found["questions"] = 0

    def compare(name: str, answer: datetime | timedelta, expected: datetime | timedelta) -> None:
        error = abs(answer - expected)
        found["questions"] += 1
        found[name] += error > MINUTE
        found["largest_error_s"] = max(found["largest_error_s"], int(error / timedelta(seconds=1)))

    for minute in minutes:
        moment = BEGINS + minute * MINUTE + timedelta(seconds=chance.randrange(60))
        opening = simulation.opens[minute]
        found["is_open"] += working_time.is_open(calendar, moment) != (opening == minute)
        compare("next_opening", working_time.next_opening(calendar, moment), BEGINS + opening * MINUTE)
        amount = chance.randrange(1, LONGEST)
        reached = bisect_left(simulation.before, simulation.before[minute] + amount, lo=minute)
        due = working_time.add_working(calendar, moment, timedelta(minutes=amount))
        if reached < len(simulation.before) and (due - BEGINS) // MINUTE < len(simulation.days):
            # Between two slots a second makes hours of difference, and both ends of the pause are the same working time.
            wait = working_time.working_between(calendar, BEGINS + reached * MINUTE, due)
            compare("add_working", wait, timedelta())
        if moment.second == 0:
            found["add_working_exactly"] += due != BEGINS + reached * MINUTE
        later = min(minute + chance.randrange(30 * 1440), len(simulation.days) - 1)
        between = timedelta(minutes=simulation.before[later] - simulation.before[minute])
        compare("working_between", working_time.working_between(calendar, moment, BEGINS + later * MINUTE), between)
        end = simulation.ends[simulation.days[opening]]
        compare("end_of_working_day", working_time.end_of_working_day(calendar, moment), BEGINS + end * MINUTE)
    return found


ZERO = ("is_open", "next_opening", "add_working", "add_working_exactly", "working_between", "end_of_working_day")


def run(points: int, seed: int, _folder: Path) -> Counts:
    """Ask from so many minutes on, of every calendar."""
    chance, total = random.Random(seed), Counter(dict.fromkeys(ZERO, 0))
    minutes = starts(points, chance)
    largest = 0
    for calendar in calendars().values():
        found = judge(calendar, minutes, chance)
        largest = max(largest, found.pop("largest_error_s", 0))
        total.update(found)
    return {"seed": seed, "points": len(minutes), "largest_error_s": largest, **total}


WORKING_TIME = Drill(
    "working_time", "Working time is that of a simulation of every minute of three years", ASKED, run, ZERO
)
