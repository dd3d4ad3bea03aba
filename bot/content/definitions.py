"""What admins own, once it has been read and checked: immutable, with every reference resolved to an id.

The files' own shape (and its messages) is ``schema.py``; the values here are what the rest of the program works with.
Texts are kept as written, with ``{placeholders}``; ``facts.py`` fills them in for a day and a locale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from bot.model import AspectId, IntentId, Locale, TopicId, WhoId

ByLocale = Mapping[Locale, str]
ListsByLocale = Mapping[Locale, tuple[str, ...]]

Area = Literal["funding", "modules", "recognition", "initiative"]
AREAS: tuple[Area, ...] = ("funding", "modules", "recognition", "initiative")

Confidence = Literal["two_sources", "one_source", "conflicting", "inferred"]
Unit = Literal[
    "EUR", "percent", "percentage_points", "points", "factor",
    "minutes", "hours", "clock_hours", "teaching_units", "days", "working_days", "weeks", "months", "years",
    "semesters", "times", "people", "age", "grade", "ects", "dqr", "number",
    "date", "law", "phone", "email", "url", "text", "table",
]  # fmt: skip
Per = Literal["course", "year", "calendar_year", "month", "week", "day", "hour", "child", "exam_part", "module", "case"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the content, for messages: file relative to the content folder, line and column."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from.

    ``as_of`` is the date the source itself shows: a day, a month (``2026-02``), a year, or None for an undated page.
    ``reviewed`` is the day somebody last compared our text with it; the review interval runs from there.
    """

    id: str
    title: str
    url: str | None
    as_of: str | None
    reviewed: date
    kind: Literal["statute", "authority", "provider", "press"] = "authority"


@dataclass(frozen=True, slots=True)
class Range:
    """A value between two bounds; one of them may be open."""

    min: Decimal | None = None
    max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table fact: its heading by locale and the unit of its cells."""

    title: ByLocale
    unit: Unit


@dataclass(frozen=True, slots=True)
class Table:
    """A small table, such as rates by size of firm. The first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple["FactValue", ...], ...]


FactValue = Decimal | Range | date | str | Mapping[Locale, str] | Table


@dataclass(frozen=True, slots=True)
class Fact:
    """One typed value with its source, confidence and review date. Validity comes from the version it stands in."""

    name: str
    value: FactValue
    unit: Unit
    source: str
    confidence: Confidence
    per: Per | None = None
    review_by: date | None = None
    """Set by the admin; None: derived from the source's review day and the kind of the value."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a programme asks of one slot. Three-valued: ``allowed`` yes, ``refused`` no, everything else unknown.

    ``closed`` makes every value that is not allowed a no. Numbers use ``minimum`` and ``maximum`` (inclusive).
    """

    slot: str
    allowed: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    closed: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Suits:
    """Whom a topic is for: all ``conditions`` must hold, and at least one of each group in ``any_of``."""

    conditions: tuple[Condition, ...]
    source: str
    any_of: tuple[tuple[Condition, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Gives:
    """What a programme gives: a share of something up to a ceiling; names of facts."""

    kind: Literal["grant", "loan", "wage", "leave"]
    of: str
    share: str | None = None
    at_most: str | None = None
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Tests:
    """Sentences that must lead to an answer, and sentences that must not. They never train the reader."""

    yes: ListsByLocale = field(default_factory=dict)
    no: ListsByLocale = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """An answer whose ``{list}`` is computed: the topics of an area whose module block (or kind) fits."""

    area: Area
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    max_days: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The text for one topic and aspect."""

    aspect: AspectId
    text: ByLocale
    place: Place
    title: ByLocale = field(default_factory=dict)
    plain: ByLocale = field(default_factory=dict)
    more: ByLocale = field(default_factory=dict)
    asks: ListsByLocale = field(default_factory=dict)
    who: Mapping[WhoId, ByLocale] = field(default_factory=dict)
    next: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tests: Tests = field(default_factory=Tests)
    query: ListQuery | None = None
    gap: bool = False
    """The text itself says that nothing reviewed is known; the question is recorded as a gap."""


@dataclass(frozen=True, slots=True)
class Version:
    """What is valid together. ``start`` None: since ever; ``end`` None: until further notice; both inclusive."""

    start: date | None
    end: date | None
    facts: Mapping[str, Fact]
    suits: Suits | None
    gives: tuple[Gives, ...]
    answers: Mapping[AspectId, Answer]
    place: Place


@dataclass(frozen=True, slots=True)
class Module:
    """What is known of a course module. A value of None is *unknown*, and is said so."""

    provider: ByLocale | None
    place: ByLocale | None
    level: ByLocale | None
    duration: ByLocale | None
    days: int | None
    format: tuple[str, ...]
    """Any of ``on_site``, ``online``, ``blended``, ``part_time``, ``full_time``; empty: unknown."""
    language: tuple[str, ...]
    price: ByLocale | None
    entry: ByLocale | None
    credential: ByLocale | None
    ects: Decimal | None
    dates: ByLocale | None
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject of the knowledge base."""

    id: TopicId
    area: Area
    kind: Literal["topic", "overview"]
    title: ByLocale
    names: ListsByLocale
    team: str
    contact: str
    sources: Mapping[str, Source]
    versions: tuple[Version, ...]
    """Oldest first; exactly one, or none, is in force on a day."""
    answers: Mapping[AspectId, Answer]
    """In the order of the file: the first ones are the most asked."""
    same_as: Mapping[AspectId, AspectId]
    module: Module | None
    ended: date | None
    instead: tuple[TopicId, ...]
    place: Place
    starter: ByLocale = field(default_factory=dict)
    """A question to begin with, shown where a conversation is empty."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of a topic that people ask for, with the many ways to ask for it.

    ``module_field`` names the field of the module block that answers this aspect; ``module_known`` and
    ``module_unknown`` are the sentences for it, with ``{value}``, ``{module}`` and ``{contact}``.
    """

    id: AspectId
    title: ByLocale
    areas: tuple[Area, ...]
    phrases: ListsByLocale
    examples: ListsByLocale
    counterexamples: ListsByLocale
    place: Place
    module_field: str | None = None
    module_known: ByLocale = field(default_factory=dict)
    module_unknown: ByLocale = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Who:
    """A kind of person, and what it says about the slots. ``title`` is a plural noun: *Auszubildende*."""

    id: WhoId
    title: ByLocale
    slots: Mapping[str, str | int]
    phrases: ListsByLocale
    examples: ListsByLocale
    counterexamples: ListsByLocale
    place: Place


IntentKind = Literal["smalltalk", "control", "handoff", "off_topic"]


@dataclass(frozen=True, slots=True)
class Intent:
    """Anything a message can want that is not an answer from the knowledge base.

    ``action`` names what the dialogue does besides the reply (``help``, ``cancel``, ``person``, ``offer_person``,
    ``switch_de``, ``switch_en``, ``why``, ``helpful``, ``not_helpful``, ``my_data``, ``delete_my_data`` …).
    """

    id: IntentId
    kind: IntentKind
    reply: ListsByLocale
    phrases: ListsByLocale
    examples: ListsByLocale
    counterexamples: ListsByLocale
    tests: Tests
    place: Place
    action: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask: an authority, a chamber, a provider."""

    id: str
    name: ByLocale
    about: ByLocale
    phone: str | None
    email: str | None
    url: str | None
    source: Source | None
    place: Place


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """Somebody is there from ``start`` until ``end``, by the clock on the wall in Europe/Berlin."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class DayException:
    """Days that are not as usual: open in these slots, or closed when there are none. ``first`` to ``last`` inclusive.

    ``yearly`` holds for this day of every year, whatever year stands in ``first``; one for a certain day wins over it.
    """

    first: date
    last: date
    slots: tuple[OpenSlot, ...]
    yearly: bool = False
    name: ByLocale = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Closing:
    """A time in which nobody is there, by the clock on the wall in Berlin: from ``start`` until ``end``, which does not count.

    ``yearly``: in every year from that one on, at the same days and hours.
    """

    start: datetime
    end: datetime
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class TeamCalendar:
    """When a team is there. ``week`` has the slots of Monday to Sunday, each day's in order and without overlap.

    It can be hashed, so that the opening hours of a day are worked out once. An exception wins over everything, a public
    holiday (``holidays`` names the state) over the week, and ``closings`` take their time out of it.
    """

    week: tuple[tuple[OpenSlot, ...], ...]
    holidays: Literal["SH"] | None = "SH"
    exceptions: tuple[DayException, ...] = ()
    closings: tuple[Closing, ...] = ()


@dataclass(frozen=True, slots=True)
class Sla:
    """Within how much working time an employee is promised something, and when a broken promise reaches the lead."""

    first: timedelta = timedelta(hours=4)
    next: timedelta = timedelta(hours=8)
    solution_days: int = 5
    lead_after: timedelta = timedelta(hours=2)


Relaying = Literal["all", "explicit"]
"""What of a coordinator's words reaches the employee: all that is no note, or only what is sent as a reply on purpose."""


@dataclass(frozen=True, slots=True)
class Team:
    """Coordinators who take the handoffs of some topics. Rooms and people are settings, never content."""

    id: str
    name: ByLocale
    place: Place
    calendar: TeamCalendar
    sla: Sla = Sla()
    deputy_team: str | None = None
    """Who is told when a promise of this team was not kept."""
    relay: Relaying = "all"
    calendars: tuple[str, ...] = ()
    """The files of ``knowledge/calendars/`` its closings come from."""
    encrypted_only: bool = False
    """What employees write to this team appears in no room that others than its members could read."""
    ends_with_day: bool = False
    """A claimed case that nobody answered goes back to the queue at the end of the working day."""


@dataclass(frozen=True, slots=True)
class SlotValue:
    """A value of a slot, as a condition in words: *Ihr Arbeitsplatz liegt in Schleswig-Holstein*."""

    id: str
    title: ByLocale
    condition: ByLocale


@dataclass(frozen=True, slots=True)
class Slot:
    """Something a programme may ask of a person or a course. Numbers have templates instead of values."""

    id: str
    title: ByLocale
    kind: Literal["choice", "number"]
    values: Mapping[str, SlotValue]
    at_least: ByLocale = field(default_factory=dict)
    at_most: ByLocale = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder from lateral entry to a master's degree."""

    id: str
    title: ByLocale
    topic: TopicId | None
    requires: tuple[str, ...]
    level: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class Lists:
    """Shared lists of ``intents/_lists.yaml``: slots, words that mean the same, and named rules for phrases."""

    slots: Mapping[str, Slot]
    synonyms: Mapping[Locale, tuple[tuple[str, ...], ...]]
    rules: Mapping[Locale, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything admins own, checked and immutable. ``hash`` changes with any byte of any file."""

    hash: str
    topics: Mapping[TopicId, Topic]
    aspects: Mapping[AspectId, Aspect]
    who: Mapping[WhoId, Who]
    intents: Mapping[IntentId, Intent]
    contacts: Mapping[str, Contact]
    teams: Mapping[str, Team]
    steps: Mapping[str, Step]
    lists: Lists
