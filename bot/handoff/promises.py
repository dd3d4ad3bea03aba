"""What an employee is promised, how near a case is to breaking it, and who is told when: all in a team's working time.

A promise is kept as its due time. While a case waits for the employee or for somebody else the clock stands still: the
due time then moves by the working time that was waited (``resumed``). Whatever is said about a promise is measured back
from the due time and therefore right whether or not it was moved. Words for the employee, words on the desk and the
moments of the notices come from the same arithmetic, so they cannot contradict each other. Every notice falls into
working time: one that is due when nobody is there waits for the next opening.

Rejected: keeping every pause and working out the due time anew (the promise was given once, in words, and has to stay
what it was when the opening hours change afterwards).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, assert_never

from babel.dates import format_date

from bot.content.definitions import Team, TeamCalendar
from bot.handoff.working_time import (
    BERLIN,
    DAY,
    NO_TIME,
    add_working,
    add_working_days,
    is_open,
    next_opening,
    take_working,
    working_between,
)
from bot.model import Locale

WARN_AT = 0.75
"""The share of the time after which a promise is about to be broken."""

Target = Literal["first", "next", "solution"]
"""The first reply, the reply to a further message, the solution."""
Level = Literal["ok", "warning", "breached"]
NoticeKind = Literal["warning", "breach", "lead"]


@dataclass(frozen=True, slots=True)
class SlaState:
    """How near a promise is to being broken. ``left`` is working time, zero or below once it is broken.

    ``paused``: the clock stands still, and nobody knows the due time yet.
    """

    target: Target
    left: timedelta
    level: Level
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody is told about a case at ``at``, which is always in working time."""

    at: datetime
    kind: NoticeKind


# --- Promises --------------------------------------------------------------------------------------------------


def due_of(team: Team, target: Target, since: datetime) -> datetime:
    """Until when something is promised: working hours for a reply, the end of a working day for the solution.

    ``since`` is when the case was opened, or when the message was written that is to be answered.
    """
    match target:
        case "first":
            return add_working(team.calendar, since, team.sla.first)
        case "next":
            return add_working(team.calendar, since, team.sla.next)
        case "solution":
            return add_working_days(team.calendar, since, team.sla.solution_days)
        case _:
            assert_never(target)


def target_of(team: Team, since: datetime, due: datetime) -> Target:
    """Which promise made at ``since`` is due at ``due``; one that is due later than promised has waited meanwhile."""
    targets: tuple[Target, ...] = ("first", "next", "solution")
    promised = sorted((due_of(team, target, since), target) for target in targets)
    return next((target for moment, target in reversed(promised) if moment <= due), "first")


def resumed(calendar: TeamCalendar, due: datetime, since: datetime, until: datetime) -> datetime:
    """The due time of a promise whose clock stood still from ``since`` until ``until``."""
    return add_working(calendar, due, working_between(calendar, since, until))


def sla_of(
    team: Team,
    target: Target,
    since: datetime,
    due: datetime,
    now: datetime,
    *,
    paused_since: datetime | None = None,
) -> SlaState:
    """How near a promise made at ``since`` is to being broken; its clock may stand still since ``paused_since``."""
    left = working_between(team.calendar, now if paused_since is None else paused_since, due)
    level: Level = "ok"
    if left <= NO_TIME:
        level = "breached"
    elif left <= _last_quarter(team, target, since):
        level = "warning"
    return SlaState(target, left, level, paused_since is not None)


def notices_of(team: Team, target: Target, since: datetime, due: datetime) -> tuple[Notice, ...]:
    """When somebody has to be told if nothing happens, in order: at 75 % of the time, at the breach, and the lead after it.

    They hold for this due time only, so whatever moves it or keeps the promise makes them stale.
    """
    moments: tuple[tuple[NoticeKind, datetime], ...] = (
        ("warning", take_working(team.calendar, due, _last_quarter(team, target, since))),
        ("breach", due),
        ("lead", add_working(team.calendar, due, team.sla.lead_after)),
    )
    return tuple(Notice(next_opening(team.calendar, moment), kind) for kind, moment in moments)


def _last_quarter(team: Team, target: Target, since: datetime) -> timedelta:
    """The working time before the due time in which a promise counts as about to be broken."""
    return working_between(team.calendar, since, due_of(team, target, since)) * (1 - WARN_AT)


# --- Waiting, and being away -----------------------------------------------------------------------------------


def after_days(calendar: TeamCalendar, since: datetime, days: int) -> datetime:
    """The first opening after so many whole working days; the day of ``since`` does not count."""
    return next_opening(calendar, add_working_days(calendar, since, days))


def out_of_office(calendar: TeamCalendar, now: datetime) -> datetime | None:
    """The next opening while nobody is there; None while somebody is."""
    return None if is_open(calendar, now) else next_opening(calendar, now)


# --- In words --------------------------------------------------------------------------------------------------


def promise_words(due: datetime, now: datetime, locale: Locale) -> str:
    """Until when, such as *heute bis 14:00 Uhr*, *bis morgen, 10:00 Uhr*, *by 8:00 on Monday*; never too early."""
    if locale == "de" and _days_ahead(_whole_minute(due), now) == 0:
        return f"heute bis {_clock_words(_whole_minute(due))} Uhr"
    return f"{'bis' if locale == 'de' else 'by'} {due_words(due, now, locale)}"


def due_words(due: datetime, now: datetime, locale: Locale) -> str:
    """The same without its *until*, to stand where a sentence brings its own: *heute, 14:00 Uhr*, *8:00 on Monday*."""
    due = _whole_minute(due)
    day, clock = on_day_words(due, now, locale), _clock_words(due)
    return f"{day}, {clock} Uhr" if locale == "de" else f"{clock} {day}"


def opening_words(opening: datetime, now: datetime, locale: Locale) -> str:
    """From when on, such as *ab 13:30 Uhr*, *ab Montag, 8:00 Uhr*, *from 8:00 tomorrow*."""
    if locale == "de" and _days_ahead(opening, now) == 0:
        return f"ab {_clock_words(opening)} Uhr"
    return f"{'ab' if locale == 'de' else 'from'} {due_words(opening, now, locale)}"


AWAY: Mapping[Locale, str] = {
    "de": "Im Moment ist dort niemand im Dienst, wieder {opening}.",
    "en": "Nobody is on duty there at the moment; the team is back {opening}.",
}
"""Said once per case and closing period."""
REPLY_BY: Mapping[Locale, str] = {
    "de": "Eine Antwort bekommen Sie {promise}.",
    "en": "You will get a reply {promise}.",
}
NO_PROMISE: Mapping[Locale, str] = {
    "de": "Wann sich jemand meldet, kann ich Ihnen noch nicht zusagen.",
    "en": "I cannot yet promise when somebody will reply.",
}
"""For a team the content no longer knows."""


def away_words(opening: datetime, now: datetime, locale: Locale) -> str:
    """That nobody is there, and from when on somebody is."""
    return AWAY[locale].replace("{opening}", opening_words(opening, now, locale))


def opened_words(team: Team | None, opened_at: datetime, locale: Locale) -> str:
    """What is promised to the employee whose case was just opened, and that nobody is there if so."""
    if team is None:
        return NO_PROMISE[locale]
    promise = REPLY_BY[locale].replace("{promise}", promise_words(due_of(team, "first", opened_at), opened_at, locale))
    opening = out_of_office(team.calendar, opened_at)
    return promise if opening is None else f"{away_words(opening, opened_at, locale)} {promise}"


TARGETS: Mapping[Target, Mapping[Locale, str]] = {
    "first": {"de": "Erste Antwort", "en": "First reply"},
    "next": {"de": "Nächste Antwort", "en": "Next reply"},
    "solution": {"de": "Lösung", "en": "Solution"},
}
_SLA_WORDS: Mapping[Locale, Mapping[Level, tuple[str, str]]] = {
    "de": {
        "ok": ("noch {time}", "angehalten, noch {time}"),
        "warning": ("bald fällig: noch {time}", "angehalten, bald fällig: noch {time}"),
        "breached": ("seit {time} überfällig", "angehalten, {time} überfällig"),
    },
    "en": {
        "ok": ("{time} left", "paused, {time} left"),
        "warning": ("due soon: {time} left", "paused, due soon: {time} left"),
        "breached": ("overdue for {time}", "paused, overdue by {time}"),
    },
}
"""Each level has words of its own, running and standing still, so that no colour is needed to tell them apart."""
_NOW_DUE: Mapping[Locale, str] = {"de": "jetzt fällig", "en": "due now"}
_SPAN: Mapping[Locale, tuple[str, str, str]] = {
    "de": ("Std.", "Min.", "unter 1 Min."),
    "en": ("h", "min", "less than 1 min"),
}
LONG = timedelta(hours=10)
"""From here on minutes say nothing more."""


def target_words(target: Target, locale: Locale) -> str:
    """What is due, such as *Erste Antwort*."""
    return TARGETS[target][locale]


def sla_words(state: SlaState, locale: Locale) -> str:
    """How near the promise is to being broken, in working time: *noch 2 Std. 10 Min.*, *seit 25 Min. überfällig*."""
    if state.left == NO_TIME and not state.paused:
        return _NOW_DUE[locale]
    running, standing = _SLA_WORDS[locale][state.level]
    return (standing if state.paused else running).replace("{time}", span_words(abs(state.left), locale))


def span_words(span: timedelta, locale: Locale) -> str:
    """A span of time, rounded down: *2 Std. 10 Min.*, *38 Std.*, *unter 1 Min.*."""
    hour, minute, less = _SPAN[locale]
    hours, minutes = divmod(int(span / timedelta(minutes=1)), 60)
    if not hours and not minutes:
        return less
    if not hours:
        return f"{minutes} {minute}"
    return f"{hours} {hour}" if not minutes or span >= LONG else f"{hours} {hour} {minutes} {minute}"


def _whole_minute(moment: datetime) -> datetime:
    """Rounded up: a promise that is said a moment early would be another one."""
    over = timedelta(seconds=moment.second, microseconds=moment.microsecond)
    return moment + timedelta(minutes=1) - over if over else moment


def _clock_words(moment: datetime) -> str:
    local = moment.astimezone(BERLIN)
    return f"{local.hour}:{local.minute:02}"


def _days_ahead(moment: datetime, now: datetime) -> int:
    return (moment.astimezone(BERLIN).date() - now.astimezone(BERLIN).date()) // DAY


_NEAR_DAYS: Mapping[Locale, Mapping[int, str]] = {
    "de": {0: "heute", 1: "morgen"},
    "en": {0: "today", 1: "tomorrow"},
}
_DATES: Mapping[Locale, tuple[str, str, str]] = {
    "de": ("EEEE", "EEEE, d. MMMM", "EEEE, d. MMMM y"),
    "en": ("'on' EEEE", "'on' EEEE, d MMMM", "'on' EEEE, d MMMM y"),
}


def on_day_words(moment: datetime, now: datetime, locale: Locale) -> str:
    """A day as one says it: *morgen*, *Montag* within a week, else with its date, and the year where it is another."""
    ahead = _days_ahead(moment, now)
    if ahead in _NEAR_DAYS[locale]:
        return _NEAR_DAYS[locale][ahead]
    day = moment.astimezone(BERLIN).date()
    within_week, dated, with_year = _DATES[locale]
    far = dated if day.year == now.astimezone(BERLIN).year else with_year
    return str(format_date(day, within_week if 0 < ahead < 7 else far, locale=locale))
