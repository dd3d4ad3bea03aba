"""The shape of ``knowledge/teams.yaml``: who takes the handoffs, when somebody is there, and what is promised."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.content.value_shapes import DAY_PATTERN, Day, FilledShape, Id, Shape, Texts, day_of, number_of

MOST_EXCEPTIONS = 100
"""Far fewer than the days of a year, so that no list of exceptions closes a team for good."""
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK_PATTERN = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
SLOT_PATTERN = rf"^{CLOCK_PATTERN} ?[-–] ?{CLOCK_PATTERN}$"
YEARLY_PATTERN = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
CALENDAR_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,59}\.ics$"
MOST_CALENDARS = 5
LEAP_YEAR = 2024
"""A year that has all days, for days of every year."""
LONGEST_HOURS = 400
LONGEST_DAYS = 250
"""Working hours and days up to which a promise is one: longer is a slip of the finger."""


def _slot(value: object) -> str:
    if isinstance(value, str) and re.match(SLOT_PATTERN, value):
        return value
    raise PydanticCustomError("slot_wanted", "a time such as 08:00-12:30 is expected here")


def _day_or_yearly(value: object) -> date | str:
    """A day, or ``12-24`` for that day of every year."""
    if not isinstance(value, str) or not re.match(YEARLY_PATTERN, value):
        return day_of(value)
    try:
        date.fromisoformat(f"{LEAP_YEAR}-{value}")
    except ValueError:
        raise PydanticCustomError("day_wanted", "a day that exists is expected here, such as 12-24") from None
    return value


def _hours(value: object) -> Decimal:
    hours = number_of(value)
    if not 0 < hours <= LONGEST_HOURS:
        raise PydanticCustomError("hours_wanted", "working hours between 0 and 400 are expected here")
    return hours


def _true(value: bool) -> bool:
    if not value:
        raise PydanticCustomError("true_wanted", "a day that is as usual needs no entry, so only true is possible")
    return value


SlotText = Annotated[str, BeforeValidator(_slot), WithJsonSchema({"type": "string", "pattern": SLOT_PATTERN})]
SlotTexts = Annotated[list[SlotText], Field(min_length=1, max_length=10)]
DayOrYearly = Annotated[
    date | str,
    BeforeValidator(_day_or_yearly),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date", "pattern": DAY_PATTERN},
                {"type": "string", "pattern": YEARLY_PATTERN},
            ]
        }
    ),
]
WorkingHours = Annotated[
    Decimal,
    BeforeValidator(_hours),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_HOURS}),
]

CalendarName = Annotated[str, Field(pattern=CALENDAR_PATTERN)]
Closed = Annotated[bool, AfterValidator(_true), WithJsonSchema({"const": True})]


class WeekShape(FilledShape):
    """When somebody is there on each day of the week; a day that is left out is closed."""

    mon: SlotTexts | None = Field(None, description='Monday, such as ["08:00-12:30", "13:30-16:30"].')
    tue: SlotTexts | None = Field(None, description="Tuesday.")
    wed: SlotTexts | None = Field(None, description="Wednesday.")
    thu: SlotTexts | None = Field(None, description="Thursday.")
    fri: SlotTexts | None = Field(None, description="Friday.")
    sat: SlotTexts | None = Field(None, description="Saturday.")
    sun: SlotTexts | None = Field(None, description="Sunday.")


class ExceptionShape(Shape):
    """A day, or some days in a row, that are not as usual: closed, or open at other hours."""

    date: DayOrYearly | None = Field(None, description="2026-12-28, or 12-24 for this day of every year.")
    from_: Day | None = Field(None, alias="from", description="The first of several days, instead of date.")
    to: Day | None = Field(None, description="The last of them, inclusive.")
    closed: Closed | None = Field(None, description="true: nobody is there.")
    hours: SlotTexts | None = Field(None, description="Instead of closed: when somebody is there, holiday or not.")
    name: Texts | None = Field(None, description="What the day is, for the people who read this file.")


class SlaShape(FilledShape):
    """What employees are promised, in working time."""

    first_hours: WorkingHours | None = Field(None, description="The first reply, in working hours; else 4.")
    next_hours: WorkingHours | None = Field(None, description="Every further reply, in working hours; else 8.")
    solution_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] | None = Field(
        None, description="The solution, in working days after the day the case was opened; else 5."
    )


class TeamShape(Shape):
    """Coordinators who take the handoffs of some topics."""

    name: Texts = Field(description="The name people read.")
    hours: WeekShape = Field(description="When somebody is there, by day of the week.")
    holidays: Literal["SH", "none"] = Field(
        "SH", description="SH: closed on the public holidays of Schleswig-Holstein; none: open even then."
    )
    exceptions: Annotated[list[ExceptionShape], Field(min_length=1, max_length=MOST_EXCEPTIONS)] | None = Field(
        None, description="Days that are not as usual."
    )
    calendars: Annotated[list[CalendarName], Field(min_length=1, max_length=MOST_CALENDARS)] | None = Field(
        None, description="iCalendar files of knowledge/calendars/; what is an event there is a time nobody is there."
    )
    sla: SlaShape | None = Field(None, description="What employees are promised.")
    deputy_team: Id | None = Field(None, description="The team that is told when this one did not keep a promise.")
    relay: Literal["all", "explicit"] = Field(
        "all",
        description="all: what the coordinator of a case writes reaches the employee, unless it is a note; "
        "explicit: only what is sent as a reply on purpose does, everything else is a note.",
    )
    encrypted_only: bool = Field(
        False,
        description="true: cases of this team appear with their text only in rooms that are encrypted from end to end, and at "
        "the desk.",
    )
    ends_with_day: bool = Field(
        False,
        description="true: a case somebody has taken but not answered goes back to the list at the end of the working day.",
    )
    lead_after_hours: WorkingHours | None = Field(
        None, description="So many working hours after a broken promise the lead is told as well; else 2."
    )


class TeamsFile(Shape):
    """All teams."""

    teams: dict[Id, TeamShape] = Field(min_length=1, description="The teams by id.")
