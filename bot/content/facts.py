"""Texts with their figures for a day and a language: what may be said today, from where, and how sure it is.

The rule behind everything here: a figure that is out of force or past its review date is never in the result. Not in
a sentence, not as a part of one: a text that needs such a figure comes back empty, with a status that says why, and
its sources, so that the dialogue can say that the figure is being checked and where to look. Nothing here raises for
what content or time can bring about.

This module is what ``understanding`` and ``dialogue`` import; the parts live beside it: what is in force in
``validity``, one value in words in ``unit_words``, conditions in ``suits``, sums in ``grants``, paragraphs and lists in
``markup``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.content.definitions import (
    Answer,
    Aspect,
    ByLocale,
    Confidence,
    Content,
    Fact,
    Source,
    Topic,
    Version,
)
from bot.content.grants import Grant, grant_for
from bot.content.markup import blocks, spans
from bot.content.module_block import list_words, listed_topics, module_value
from bot.content.placeholders import PLACEHOLDER, Placeholder, placeholders
from bot.content.source_notes import STRENGTH, source_note, source_notes
from bot.content.suits import Judged, Truth, Verdict, condition_words, evaluate, judge_condition
from bot.content.unit_words import day_words, figure, value_words
from bot.content.validity import (
    MONTHS_LONG,
    MONTHS_SHORT,
    add_months,
    answer_on,
    changes_between,
    former_version,
    has_ended,
    review_date,
    source_date,
    version_on,
)
from bot.model import Block, Locale, SourceNote, TopicId

__all__ = [
    "Grant",
    "Judged",
    "Rendered",
    "Status",
    "Truth",
    "UsedFact",
    "Verdict",
    "answer_on",
    "blocks",
    "changes_between",
    "condition_words",
    "day_words",
    "evaluate",
    "figure",
    "grant_for",
    "has_ended",
    "judge_condition",
    "listed_topics",
    "render_answer",
    "render_module",
    "render_text",
    "review_date",
    "source_note",
    "spans",
    "value_words",
    "version_on",
]

Status = Literal["current", "stale", "expired", "not_yet", "former"]
"""*current*: as it stands. *stale*: a text without figures whose source is due for review. *expired*: a figure is past
its review, so there is no text. *not_yet*, *former*: nothing that is needed is in force yet, or any more; a text is
there only for a programme that has ended, as history."""

_GRAVITY: Mapping[Status, int] = {"current": 0, "stale": 1, "not_yet": 2, "former": 3, "expired": 4}


@dataclass(frozen=True, slots=True)
class UsedFact:
    """A fact a text names, and where it comes from. ``former``: it belongs to an earlier version."""

    topic: TopicId
    fact: Fact
    source: Source
    version: Version
    former: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text for a day and a language.

    ``text`` and ``blocks`` are empty when a figure it needs may not be shown. ``sources`` come weakest first.
    """

    status: Status
    text: str
    blocks: tuple[Block, ...]
    sources: tuple[SourceNote, ...]
    used: tuple[UsedFact, ...] = ()

    @property
    def weakest(self) -> Confidence | None:
        """The least sure of the facts used."""
        return min((used.fact.confidence for used in self.used), key=STRENGTH.__getitem__, default=None)


def _carriers(topic: Topic, answer: Answer, used: tuple[UsedFact, ...]) -> list[tuple[Source, Confidence]]:
    found = [(one.source, one.fact.confidence) for one in used]
    named = [topic.sources[name] for name in answer.sources if name in topic.sources]
    confidence: Confidence = "two_sources" if len(named) > 1 else "one_source"
    found += [(source, confidence) for source in named]
    if not found and not answer.gap and topic.sources:
        found.append((next(iter(topic.sources.values())), "one_source"))
    return found


# --- Filling in ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Filled:
    """A placeholder's words, or a status that says why there are none."""

    words: str
    status: Status = "current"
    used: UsedFact | None = None


def render_answer(
    topic: Topic, answer: Answer, content: Content, locale: Locale, day: date, texts: ByLocale | None = None
) -> Rendered:
    """An answer's text on a day. ``texts``: another text of the same answer (``plain``, ``more``, one of ``who``)."""
    text = (answer.text if texts is None else texts)[locale]
    listed = list_words(answer.query, content, locale, day) if answer.query else None
    filled, status, used = _fill(text, topic, content, locale, day, listed)
    carriers = _carriers(topic, answer, used)
    if status == "current":
        if has_ended(topic, day):
            status = "former"
        elif not used and any(source_date(source) < day for source, _ in carriers):
            status = "stale"
    return Rendered(status, filled, blocks(filled), source_notes(carriers, locale), used)


def render_text(text: str, content: Content, locale: Locale, day: date) -> Rendered:
    """A text that belongs to no topic, such as the reply of an intent; facts are named with their topic."""
    filled, status, used = _fill(text, None, content, locale, day, None)
    notes = source_notes([(one.source, one.fact.confidence) for one in used], locale)
    return Rendered(status, filled, blocks(filled), notes, used)


def _fill(
    text: str, topic: Topic | None, content: Content, locale: Locale, day: date, listed: str | None
) -> tuple[str, Status, tuple[UsedFact, ...]]:
    """The text with all figures, its status, and the facts; no text at all when one of them may not be shown."""
    filled: dict[str, _Filled] = {}
    for placeholder in placeholders(text):
        if not isinstance(placeholder, Placeholder):
            filled[placeholder] = _Filled("", "expired")
        elif placeholder.is_list and listed is not None:
            filled[placeholder.raw] = _Filled(f"\n\n{listed}\n\n")
        else:
            filled[placeholder.raw] = _figure(placeholder, topic, content, locale, day)
    found = {(one.used.topic, one.used.fact.name, one.used.former): one.used for one in filled.values() if one.used}
    used = tuple(found.values())
    statuses: list[Status] = ["current", *(one.status for one in filled.values())]
    status = max(statuses, key=_GRAVITY.__getitem__)
    if status != "current":
        return "", status, used
    words = PLACEHOLDER.sub(lambda match: filled[match[1]].words, text)
    return words.strip(), "current", used


def _figure(placeholder: Placeholder, topic: Topic | None, content: Content, locale: Locale, day: date) -> _Filled:
    of = content.topics.get(TopicId(placeholder.topic)) if placeholder.topic is not None else topic
    if of is None:
        return _Filled("", "expired")
    if placeholder.before:
        return _former_figure(placeholder, of, locale, day)
    version = version_on(of, day)
    ended = has_ended(of, day)
    if ended and (version is None or placeholder.fact not in version.facts):
        version = next((old for old in reversed(of.versions) if placeholder.fact in old.facts), None)
    if version is None or placeholder.fact not in version.facts:
        return _Filled("", _why_missing(placeholder.fact, of, day))
    used = _used(of, version, placeholder.fact, former=ended)
    if used is None or (not ended and review_date(used.fact, used.source) < day):
        return _Filled("", "expired", used)
    if placeholder.start:
        if version.start is None:
            return _Filled("", "expired", used)
        return _Filled(day_words(version.start, locale), used=used)
    return _Filled(_words(used.fact, placeholder, locale), used=used)


def _words(fact: Fact, placeholder: Placeholder, locale: Locale) -> str:
    words = figure(fact, locale, placeholder.modifier)
    return f"\n\n{words}\n\n" if fact.unit == "table" else words


def _used(topic: Topic, version: Version, name: str, *, former: bool) -> UsedFact | None:
    fact = version.facts[name]
    source = topic.sources.get(fact.source)
    return None if source is None else UsedFact(topic.id, fact, source, version, former)


def _why_missing(fact: str, topic: Topic, day: date) -> Status:
    having = [version for version in topic.versions if fact in version.facts]
    if any(version.start is not None and version.start > day for version in having):
        return "not_yet"
    if any(version.end is not None and version.end < day for version in having):
        return "former"
    return "expired"


def _former_figure(placeholder: Placeholder, topic: Topic, locale: Locale, day: date) -> _Filled:
    """An earlier value, always with the days it was valid; it needs no review, what was stays so."""
    version = former_version(topic, placeholder.fact, day)
    if version is None:
        return _Filled("", "not_yet")
    used = _used(topic, version, placeholder.fact, former=True)
    if used is None:
        return _Filled("", "expired")
    if placeholder.start:
        words = "" if version.start is None else day_words(version.start, locale)
        return _Filled(words, "current" if words else "expired", used)
    if used.fact.unit == "table":
        return _Filled(f"({_period(version, locale)})\n\n{figure(used.fact, locale)}\n\n", used=used)
    return _Filled(f"{figure(used.fact, locale, placeholder.modifier)} ({_period(version, locale)})", used=used)


def _period(version: Version, locale: Locale) -> str:
    """``1. März 2024 bis 1. Februar 2026``."""
    assert version.end is not None
    until = "bis" if locale == "de" else ("to" if version.start else "until")
    start = f"{day_words(version.start, locale)} " if version.start else ""
    return f"{start}{until} {day_words(version.end, locale)}"


# --- Module blocks -------------------------------------------------------------------------------------------

SHORT_LIVED_FIELDS = frozenset({"price", "dates", "duration", "ects"})


def render_module(topic: Topic, aspect: Aspect, content: Content, locale: Locale, day: date) -> Rendered | None:
    """What the module block says about an aspect, *unknown* included; None when it says nothing about it."""
    module = topic.module
    if module is None or aspect.module_field is None or module.source not in topic.sources:
        return None
    source = topic.sources[module.source]
    notes = source_notes([(source, module.confidence)], locale)
    value = module_value(module, aspect.module_field, locale)
    months = MONTHS_SHORT if aspect.module_field in SHORT_LIVED_FIELDS and source.kind != "statute" else MONTHS_LONG
    overdue = add_months(source.reviewed, months) < day
    if value is not None and overdue and months == MONTHS_SHORT:
        return Rendered("expired", "", (), notes)
    contact = content.contacts.get(topic.contact)
    text = (aspect.module_known if value is not None else aspect.module_unknown)[locale]
    for name, words in (
        ("value", value or ""),
        ("module", topic.title[locale]),
        ("contact", contact.name[locale] if contact else ""),
    ):
        text = text.replace(f"{{{name}}}", words)
    status: Status = "former" if has_ended(topic, day) else "stale" if overdue else "current"
    return Rendered(status, text, blocks(text), notes)
