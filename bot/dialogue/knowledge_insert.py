"""An answer of the knowledge base as words a coordinator may send: found by a few words, with the figures of today.

The coordinator edits what is inserted and sends it under their own name. What may not be shown as current to an employee may
not be inserted either: then there is only the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue.answers import Status
from bot.dialogue.naming import answer_title
from bot.dialogue.shown_answers import answer_now
from bot.model import (
    AspectId,
    Block,
    Bullets,
    Candidate,
    Context,
    Locale,
    Paragraph,
    SourceNote,
    Span,
    TopicId,
    source_text,
)
from bot.understanding.reader import Reader
from bot.understanding.understand import understand

MOST_FOUND = 5
LEAST_SCORE = 2.0
"""Guesses below this score (0 to 100) are noise even to somebody who looks for something."""
MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Insert:
    """One answer to choose from. ``text`` is empty unless ``status`` is *answer*."""

    label: str
    title: str
    status: Status
    text: str


def find_inserts(words: str, content: Content, reader: Reader, now: datetime, locale: Locale) -> tuple[Insert, ...]:
    """The answers these words are about, best first, in the language of the employee."""
    found = understand(words[:MOST_WORDS], reader, Context(locale))
    labels = dict.fromkeys(
        label
        for candidate in (*found.candidates, *(best for part in found.parts for best in part.candidates[:1]))
        if candidate.score >= LEAST_SCORE and (label := _label(candidate))
    )
    inserts = (insert_of(label, content, now, locale) for label in labels)
    by_label: dict[str, Insert] = {}
    for insert in inserts:
        if insert is not None:  # two sides of a topic may have the same answer
            by_label.setdefault(insert.label, insert)
    return tuple(by_label.values())[:MOST_FOUND]


def _label(candidate: Candidate) -> str | None:
    return f"{candidate.topic}.{candidate.aspect or 'overview'}" if candidate.topic else None


def insert_of(label: str, content: Content, now: datetime, locale: Locale) -> Insert | None:
    """One answer by its label; None when the content has no such topic or aspect."""
    composed = answer_now(label, content, now, locale)
    if composed is None:
        return None
    topic, _, aspect = label.partition(".")
    title = answer_title(content, TopicId(topic), AspectId(aspect), locale)
    text = "\n\n".join(_as_typed(composed.blocks, composed.sources, locale)) if composed.status == "answer" else ""
    return Insert(composed.label, title, composed.status, text)


def _as_typed(blocks: tuple[Block, ...], sources: tuple[SourceNote, ...], locale: Locale) -> Iterator[str]:
    """The small Markdown a coordinator may type (``case_text.py``)."""
    for block in blocks:
        match block:
            case Paragraph(spans=spans):
                yield _spans(spans)
            case Bullets(items=items):
                yield "\n".join(f"- {_spans(item)}" for item in items)
    if sources:
        yield "\n".join(source_text(source, locale) for source in sources)


def _spans(spans: tuple[Span, ...]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    if span.href and span.href.startswith(("https://", "http://")):
        label = span.text.replace("[", "").replace("]", "")
        return f"[{label}]({span.href})" if label != span.href else span.href
    return f"**{span.text}**" if span.bold and span.text.strip() and "*" not in span.text else span.text
