"""Closed days from an iCalendar file, as every calendar program writes it: what is an event there is a time nobody is there.

What is read: all-day and timed events, several days long if need be, every year, or as often as their rule says when it comes to
an end. Cancelled events are left out; whether an event makes somebody *busy* is not looked at, because calendar programs call
all-day events *free*. An event of every year is kept as such; other rules are written out, so a rule without an end is refused:
nothing here knows what day it is.

Rejected: reading the format by ourselves (folding, time zones and exceptions have a tail nobody wants to maintain), and fetching
a calendar by its address (content is what lies in the folder, checked before it goes live).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event

from bot.content.characters import MAX_BYTES, too_large
from bot.content.definitions import Closing
from bot.errors import ContentProblem

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_CLOSINGS = 400
"""Times of one file; each is looked at for every day, and a team that is away more often needs other opening hours."""
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
SAME_DAY = frozenset({"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "WKST"})
"""Parts of a rule that may still mean *the same day every year*."""

Occurrence = tuple[datetime, datetime]


class Unusable(ValueError):
    """This event cannot be used; the sentence says why, the hint what to do."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The times of one file, and what is wrong with it."""

    closings: tuple[Closing, ...]
    problems: tuple[ContentProblem, ...]


def read_closings(file: str, data: bytes) -> CalendarFile:
    """Every time in which nobody is there. A file with a finding gives none of them: half a calendar would be believed."""

    def wrong(line: int, message: str, hint: str) -> ContentProblem:
        return ContentProblem(file, line, 1, "KB054", message, hint)

    if len(data) > MAX_BYTES:
        return CalendarFile((), (too_large(file, len(data)),))
    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError) as error:
        message = f"This is no iCalendar file: {_first_line(error)}."
        return CalendarFile((), (wrong(1, message, "Export the calendar anew, as .ics."),))
    events = [each for each in calendar.walk("VEVENT") if isinstance(each, Event)]
    lines = _lines_of_events(data)
    moved = _moved(events)
    closings: list[Closing] = []
    problems: list[ContentProblem] = []
    for number, event in enumerate(events):
        try:
            closings += islice(_closings(event, moved), MOST_CLOSINGS + 1)
        except Unusable as unusable:
            problems.append(wrong(lines.get(number, 1), f"{unusable}", unusable.hint))
    if len(closings) > MOST_CLOSINGS and not problems:
        message = f"More than {MOST_CLOSINGS} times stand in this file."
        problems.append(wrong(1, message, "Export a shorter period, or change the opening hours instead."))
    return CalendarFile(() if problems else tuple(closings), tuple(problems))


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120].rstrip(".") or type(error).__name__


def _lines_of_events(data: bytes) -> Mapping[int, int]:
    """In which line each event begins."""
    lines = [line for line, text in enumerate(data.splitlines(), 1) if text.strip().upper() == b"BEGIN:VEVENT"]
    return dict(enumerate(lines))


def _moved(events: list[Event]) -> frozenset[tuple[str, datetime]]:
    """Occurrences of a rule that another event of the file replaces, by the event's id and the wall clock."""
    return frozenset(
        (_uid(event), _wall(replaced.dt)) for event in events if (replaced := _property(event, "RECURRENCE-ID"))
    )


def _property(event: Event, name: str) -> Any:
    """A property of an event as the library read it; None when it has none."""
    return event.get(name)


def _uid(event: Event) -> str:
    return str(event.get("UID", ""))


# --- One event -------------------------------------------------------------------------------------------------


def _closings(event: Event, moved: frozenset[tuple[str, datetime]]) -> Iterator[Closing]:
    """The times of an event. Raises Unusable."""
    if str(_property(event, "STATUS")).upper() == "CANCELLED":
        return
    start, end = _first_time(event)
    rule = _property(event, "RRULE")
    left_out = {*_walls(event, "EXDATE"), *(at for uid, at in moved if uid == _uid(event))}
    if "RECURRENCE-ID" in event:
        left_out = set()
    more = _walls(event, "RDATE")
    if isinstance(rule, list):
        raise Unusable("This event has more than one rule of repetition.", "Make an event of each.")
    if rule is not None and not {"COUNT", "UNTIL"} & set(rule):
        if left_out or more or not _same_day_every_year(rule, start):
            why = "This event repeats without an end, and not simply on the same day of every year."
            raise Unusable(why, "Give the repetition an end, or write the days one by one.")
        yield Closing(start, end, yearly=True)
        return
    length = end - start
    starts = [start] if rule is None else _starts(rule, start)
    for at in dict.fromkeys((*starts, *more)):
        if at not in left_out:
            yield Closing(at, at + length)


def _first_time(event: Event) -> Occurrence:
    """From when until when, by the clock in Berlin; an all-day event begins at midnight."""
    try:
        start, end = _wall(event.start), _wall(event.end)
    except (ValueError, TypeError) as error:
        raise Unusable(f"The time of this event cannot be read: {_first_line(error)}.", "Enter it anew.") from None
    zone = _property(event, "DTSTART").params.get("TZID")
    if zone is not None and isinstance(event.start, datetime) and event.start.tzinfo is None:
        raise Unusable(f"Nobody knows the time zone {zone} of this event.", "Choose Europe/Berlin, or none.")
    if end <= start:
        raise Unusable("The end of this event is not after its beginning.", "Give it a length, or a whole day.")
    if not FIRST_YEAR <= start.year <= end.year <= LAST_YEAR:
        raise Unusable(f"This event lies outside of {FIRST_YEAR} to {LAST_YEAR}.", "Check its year.")
    return start, end


def _wall(moment: date | datetime) -> datetime:
    """What the clock on the wall in Berlin shows; a time without a zone is meant so already."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment if moment.tzinfo is None else moment.astimezone(BERLIN).replace(tzinfo=None)


def _walls(event: Event, name: str) -> tuple[datetime, ...]:
    written = _property(event, name) or []
    lists = written if isinstance(written, list) else [written]
    return tuple(_wall(each.dt) for one in lists for each in one.dts if isinstance(each.dt, date))


def _same_day_every_year(rule: Mapping[str, list[Any]], start: datetime) -> bool:
    def only(part: str, value: int) -> bool:
        return [int(str(one)) for one in rule.get(part, [value])] == [value]

    return (
        set(rule) <= SAME_DAY
        and [str(one).upper() for one in rule["FREQ"]] == ["YEARLY"]
        and only("INTERVAL", 1)
        and only("BYMONTH", start.month)
        and only("BYMONTHDAY", start.day)
    )


def _starts(rule: Any, start: datetime) -> list[datetime]:
    """When the event begins each time. The rule runs on the clock on the wall, as people mean it, and never past the last year."""
    if not FREQUENCIES.issuperset(str(one).upper() for one in rule.get("FREQ", ["none"])):
        raise Unusable("This event repeats more often than once a day.", "Change the opening hours instead.")
    count = next((int(str(one)) for one in rule.get("COUNT", [])), None)
    ends = [_wall(one) for one in rule.get("UNTIL", []) if isinstance(one, date)]
    last = datetime(LAST_YEAR, 12, 31)
    if ends and not isinstance(rule["UNTIL"][0], datetime):
        last = min(last, ends[0] + timedelta(days=1, seconds=-1))  # the whole of its last day
    elif ends:
        last = min(last, ends[0])
    parts = [part for part in rule.to_ical().decode().split(";") if not part.startswith(("COUNT=", "UNTIL="))]
    written = ";".join((*parts, f"UNTIL={last:%Y%m%dT%H%M%S}"))
    try:
        return list(islice(iter(rrulestr(written, dtstart=start)), count if count is not None else MOST_CLOSINGS + 1))
    except (ValueError, TypeError) as error:
        raise Unusable(f"The repetition cannot be read: {_first_line(error)}.", "Enter it anew.") from None


__all__ = ["MOST_CLOSINGS", "CalendarFile", "read_closings"]
