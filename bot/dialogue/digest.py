"""What a team reads in the morning: one message with what is overdue, new or waits, what expires and what has no answer.

Figures of the team as a whole, never of a single coordinator. It appears at eight, or when the team opens if that is
later, on days on which the team is there at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_date

from bot.content.definitions import ByLocale, Content, Team, TeamCalendar
from bot.content.facts import day_words
from bot.content.validity import has_ended, review_date, version_on
from bot.dialogue.case_rules import team_for
from bot.dialogue.desk_commands import MARK
from bot.handoff.promises import due_words, promise_words
from bot.handoff.working_time import BERLIN, DAY, last_closing, start_of_day, stretches_of
from bot.model import Block, Bullets, CaseNumber, Choice, Locale, Paragraph, Reply, Span, TopicId, typed

DIGEST_AT = time(8, 0)
LOOK_AHEAD_DAYS = 7
"""Facts whose review falls into these days, today included, are *this week's*."""
AT_MOST = 5
"""So many cases or topics are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class OverdueCase:
    """A case whose promise was not kept; ``due``: until when it was given. ``owner`` is empty while nobody has it."""

    number: CaseNumber
    due: datetime
    owner: str = ""


@dataclass(frozen=True, slots=True)
class UnclaimedCase:
    """A case nobody has taken over yet although somebody was there since; ``due``: until when an answer is promised."""

    number: CaseNumber
    due: datetime


@dataclass(frozen=True, slots=True)
class FreshCase:
    """A case nobody has taken over yet, opened while nobody was there; ``due``: until when an answer is promised."""

    number: CaseNumber
    due: datetime


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case that waits for the employee."""

    number: CaseNumber
    since: datetime


@dataclass(frozen=True, slots=True)
class ExpiringTopic:
    """A topic with figures that will not be shown after ``last_day`` unless somebody compares their source again.

    ``sources``: title and address of what they are to be compared with.
    """

    topic: TopicId
    title: ByLocale
    facts: int
    last_day: date
    sources: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Week:
    """How many cases of a team were opened and how many resolved since Monday, and how many are unfinished now."""

    opened: int
    resolved: int
    unfinished: int


@dataclass(frozen=True, slots=True)
class DigestFigures:
    """What the digest of one team is made of. A case stands in one of the lists, the most urgent it belongs to.

    ``week``: on the last day of the week on which the team is there.
    """

    fresh: tuple[FreshCase, ...] = ()
    waiting: tuple[WaitingCase, ...] = ()
    expiring: tuple[ExpiringTopic, ...] = ()
    gap_groups: int = 0
    overdue: tuple[OverdueCase, ...] = ()
    unclaimed: tuple[UnclaimedCase, ...] = ()
    week: Week | None = None


# --- When ------------------------------------------------------------------------------------------------------


def digest_at(calendar: TeamCalendar, day: date) -> datetime | None:
    """When the digest of a day is due; None on a day on which the team is not there."""
    stretches = stretches_of(calendar, day)
    if not stretches:
        return None
    eight = datetime.combine(day, DIGEST_AT, BERLIN).astimezone(start_of_day(day).tzinfo)
    return next((max(stretch.start, eight) for stretch in stretches if stretch.end > eight), stretches[0].start)


def digest_is_due(calendar: TeamCalendar, day: date, now: datetime) -> bool:
    """Whether the digest of a day should be there by now; after the team has gone home it is too late for it."""
    due = digest_at(calendar, day)
    return due is not None and due <= now < stretches_of(calendar, day)[-1].end


def night_before(calendar: TeamCalendar, day: date) -> datetime:
    """Since when a case is new in the digest of a day: since the team went home last."""
    opening = stretches_of(calendar, day)
    first = opening[0].start if opening else start_of_day(day)
    return last_closing(calendar, first) or first - DAY


def ends_week(calendar: TeamCalendar, day: date) -> bool:
    """Whether the team is not there again before the next Monday."""
    return not any(stretches_of(calendar, day + ahead * DAY) for ahead in range(1, 7 - day.weekday()))


# --- What ------------------------------------------------------------------------------------------------------


def expiring_topics(content: Content, team: str, day: date) -> tuple[ExpiringTopic, ...]:
    """The topics of a team whose figures have to be reviewed within the week, the most urgent first."""
    found: list[ExpiringTopic] = []
    for topic in content.topics.values():
        version = version_on(topic, day)
        if topic.team != team or version is None or has_ended(topic, day):
            continue
        dates = [(review_date(fact, topic.sources[fact.source]), fact.source) for fact in version.facts.values()]
        soon = [(last, source) for last, source in dates if day <= last < day + LOOK_AHEAD_DAYS * DAY]
        if soon:
            used = (topic.sources[source] for source in dict.fromkeys(source for _, source in soon))
            sources = tuple((source.title, source.url) for source in used)
            found.append(ExpiringTopic(topic.id, topic.title, len(soon), min(soon)[0], sources))
    return tuple(sorted(found, key=lambda one: (one.last_day, one.topic)))


def gaps_of(labels: Sequence[str | None], content: Content, team: str) -> int:
    """How many of these groups of unanswered questions are a team's; those without a known topic are the general one's."""
    return len(gaps_among(labels, content, team))


def gaps_among(labels: Sequence[str | None], content: Content, team: str) -> tuple[str | None, ...]:
    """What those of them are about that are a team's."""
    return tuple(
        label for label in labels if team_for(content, TopicId(label.partition(".")[0]) if label else None) == team
    )


# --- In words --------------------------------------------------------------------------------------------------

_Words = Mapping[Locale, str]
GREETING: _Words = {
    "de": "Guten Morgen, {team}! Das ist heute, am {day}, zu tun:",
    "en": "Good morning, {team}! This is what there is to do today, {day}:",
}
QUIET: _Words = {
    "de": "Guten Morgen, {team}! Heute, am {day}, liegt nichts Neues an.",
    "en": "Good morning, {team}! Nothing new is waiting today, {day}.",
}
OVERDUE: tuple[_Words, _Words] = (
    {"de": "1 Fall ist überfällig: {cases}.", "en": "1 case is overdue: {cases}."},
    {"de": "{count} Fälle sind überfällig: {cases}.", "en": "{count} cases are overdue: {cases}."},
)
OVERDUE_WITH: _Words = {
    "de": "Fall {number} bei {name} (zugesagt bis {until})",
    "en": "case {number} with {name} (promised by {until})",
}
OVERDUE_FREE: _Words = {
    "de": "Fall {number}, noch bei niemandem (zugesagt bis {until})",
    "en": "case {number}, with nobody yet (promised by {until})",
}
UNCLAIMED: tuple[_Words, _Words] = (
    {
        "de": "1 älterer Fall ist noch bei niemandem: {cases}. Zugesagte Antwort: {promise}.",
        "en": "1 older case is still with nobody: {cases}. Promised reply: {promise}.",
    },
    {
        "de": "{count} ältere Fälle sind noch bei niemandem: {cases}. Früheste zugesagte Antwort: {promise}.",
        "en": "{count} older cases are still with nobody: {cases}. Earliest promised reply: {promise}.",
    },
)
FRESH: tuple[_Words, _Words] = (
    {
        "de": "1 neuer Fall seit dem letzten Dienstschluss: {cases}. Zugesagte Antwort: {promise}.",
        "en": "1 new case since the team went home: {cases}. Promised reply: {promise}.",
    },
    {
        "de": "{count} neue Fälle seit dem letzten Dienstschluss: {cases}. Früheste zugesagte Antwort: {promise}.",
        "en": "{count} new cases since the team went home: {cases}. Earliest promised reply: {promise}.",
    },
)
WAITING: tuple[_Words, _Words] = (
    {
        "de": "1 Fall wartet auf eine Antwort der Person: {cases}.",
        "en": "1 case is waiting for the person’s answer: {cases}.",
    },
    {
        "de": "{count} Fälle warten auf eine Antwort der Person: {cases}.",
        "en": "{count} cases are waiting for the person’s answer: {cases}.",
    },
)
EXPIRING: tuple[_Words, _Words] = (
    {
        "de": "1 Angabe läuft in den nächsten 7 Tagen ab (zuständig: {team}): {topics}.",
        "en": "1 figure expires within the next 7 days (owner: {team}): {topics}.",
    },
    {
        "de": "{count} Angaben laufen in den nächsten 7 Tagen ab (zuständig: {team}): {topics}.",
        "en": "{count} figures expire within the next 7 days (owner: {team}): {topics}.",
    },
)
GAPS: tuple[_Words, _Words] = (
    {"de": "1 Gruppe unbeantworteter Fragen.", "en": "1 group of unanswered questions."},
    {"de": "{count} Gruppen unbeantworteter Fragen.", "en": "{count} groups of unanswered questions."},
)
WEEK: _Words = {
    "de": "Ihr Team in dieser Woche: neue Fälle {opened}, erledigt {resolved}, jetzt noch offen {unfinished}.",
    "en": "Your team this week: new cases {opened}, resolved {resolved}, still open now {unfinished}.",
}
NEXT: _Words = {"de": "Nächster Fall", "en": "Next case"}
REVIEW: _Words = {"de": "Wissen prüfen", "en": "Review knowledge"}
CASE: _Words = {"de": "Fall {number}", "en": "case {number}"}
SINCE: _Words = {"de": "Fall {number} seit {day}", "en": "case {number} since {day}"}
UNTIL: _Words = {"de": "{title} (bis {day})", "en": "{title} (until {day})"}
MORE: _Words = {"de": "{count} weitere", "en": "{count} more"}
_SHORT_DAY: _Words = {"de": "EEEE, d. MMMM", "en": "EEEE, d MMMM"}


def digest(team: Team, figures: DigestFigures, now: datetime, locale: Locale) -> Reply:
    """The message of the morning; a short one when there is nothing to do, and with what there is to do choices to begin with it.

    Where coordinators work in a room, a choice is the command it stands for; the desk in the browser has buttons of its own.
    """
    values = {"team": team.name[locale], "day": _day(now, locale)}
    items = tuple((Span(line),) for line in _lines(team, figures, now, locale))
    greeting = Paragraph((Span(_filled(GREETING if items else QUIET, locale, **values)),))
    blocks: tuple[Block, ...] = (greeting, Bullets(items)) if items else (greeting,)
    if figures.week is not None:
        counts = {name: str(count) for name, count in asdict(figures.week).items()}
        blocks = (*blocks, Paragraph((Span(_filled(WEEK, locale, **counts)),)))
    commands = ((NEXT, "next"), (REVIEW, "review")) if items else ()
    choices = tuple(Choice(words[locale], typed(f"{MARK}{command} {team.id}").value) for words, command in commands)
    return Reply(blocks, locale, choices=choices)


def _lines(team: Team, figures: DigestFigures, now: datetime, locale: Locale) -> Iterator[str]:
    if figures.overdue:
        late = sorted(figures.overdue, key=lambda case: (case.due, case.number))
        yield _counted(OVERDUE, len(late), locale, cases=_some([_overdue(one, now, locale) for one in late], locale))
    by_age: tuple[tuple[tuple[_Words, _Words], Sequence[UnclaimedCase | FreshCase]], ...] = (
        (UNCLAIMED, figures.unclaimed),
        (FRESH, figures.fresh),
    )
    for words, cases in by_age:
        if cases:
            first = sorted(cases, key=lambda case: (case.due, case.number))
            named = _some([_filled(CASE, locale, number=str(case.number)) for case in first], locale)
            promise = promise_words(first[0].due, now, locale)
            yield _counted(words, len(first), locale, cases=named, promise=promise)
    if figures.waiting:
        waiting = sorted(figures.waiting, key=lambda case: (case.since, case.number))
        since = [
            _filled(SINCE, locale, number=str(case.number), day=_since(case.since, now, locale)) for case in waiting
        ]
        yield _counted(WAITING, len(waiting), locale, cases=_some(since, locale))
    if figures.expiring:
        until = [
            _filled(UNTIL, locale, title=one.title[locale], day=day_words(one.last_day, locale))
            for one in figures.expiring
        ]
        facts = sum(one.facts for one in figures.expiring)
        yield _counted(EXPIRING, facts, locale, team=team.name[locale], topics=_some(until, locale))
    if figures.gap_groups:
        yield _counted(GAPS, figures.gap_groups, locale)


def _overdue(case: OverdueCase, now: datetime, locale: Locale) -> str:
    until = due_words(case.due, now, locale)
    if case.owner:
        return _filled(OVERDUE_WITH, locale, number=str(case.number), until=until, name=case.owner)
    return _filled(OVERDUE_FREE, locale, number=str(case.number), until=until)


def _counted(words: tuple[_Words, _Words], count: int, locale: Locale, **values: str) -> str:
    one, several = words
    return _filled(one if count == 1 else several, locale, count=str(count), **values)


def _filled(words: _Words, locale: Locale, **values: str) -> str:
    text = words[locale]
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _some(items: Sequence[str], locale: Locale) -> str:
    """The first few, and how many more there are."""
    named = list(items[:AT_MOST])
    if len(items) > AT_MOST:
        named.append(_filled(MORE, locale, count=str(len(items) - AT_MOST)))
    return ", ".join(named)


def _day(moment: datetime, locale: Locale) -> str:
    return str(format_date(moment.astimezone(BERLIN).date(), _SHORT_DAY[locale], locale=locale))


def _since(moment: datetime, now: datetime, locale: Locale) -> str:
    """The day of the week within a week, else the date."""
    if now - moment < timedelta(days=6):
        return str(format_date(moment.astimezone(BERLIN).date(), "EEEE", locale=locale))
    return day_words(moment.astimezone(BERLIN).date(), locale)
