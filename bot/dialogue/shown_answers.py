"""Answers an employee was given: what they said then, and whether they still say it.

An answer is known again by a mark of its words, for nobody in particular, in its language, without the source lines: a source
compared anew changes no word of the answer, a new figure does. The mark is made when the answer is shown, because the content
of that day is gone when a coordinator looks.
"""

import hashlib
from datetime import datetime
from typing import Literal

from bot.content.definitions import Content
from bot.dialogue.answers import Composed, compose
from bot.dialogue.situation import Situation
from bot.dialogue.state import State
from bot.handoff.team_office import TeamOffice
from bot.model import AspectId, Bullets, Locale, Paragraph, ShownAnswer, TopicId, Understanding, Utterance, spans_text

CONTENT_SHOWN = 8
"""Characters of the content's hash that tell two contents apart."""

Freshness = Literal["valid", "changed", "not_valid", "gone"]
"""*valid*: Lotse would say the same today. *changed*: it would say something else. *not_valid*: its figures may not be shown.
*gone*: there is no such answer any more."""


def answer_now(label: str, content: Content, now: datetime, locale: Locale) -> Composed | None:
    """The answer with this label for nobody in particular; None when the content has no such topic or aspect."""
    topic, _, aspect = label.partition(".")
    if TopicId(topic) not in content.topics or not aspect:
        return None
    if AspectId(aspect) not in content.aspects and AspectId(aspect) not in content.topics[TopicId(topic)].answers:
        return None
    nobody = Situation(State(), Utterance(""), Understanding(locale), content, now, locale, TeamOffice(content))
    return compose(nobody, TopicId(topic), AspectId(aspect), ())


def shown_now(label: str, content: Content, now: datetime, locale: Locale) -> ShownAnswer:
    """The answer with this label as it is shown at this moment."""
    return ShownAnswer(label, now, locale, content.hash[:CONTENT_SHOWN], _mark(answer_now(label, content, now, locale)))


def freshness_of(shown: ShownAnswer, content: Content, now: datetime) -> Freshness:
    """Whether an answer that was shown would be shown like that now."""
    composed = answer_now(shown.label, content, now, shown.locale)
    if composed is None:
        return "gone"
    if composed.status not in ("answer", "gap"):
        return "not_valid"
    return "valid" if shown.mark in ("", _mark(composed)) else "changed"


def _mark(composed: Composed | None) -> str:
    if composed is None:
        return ""
    words = []
    for block in composed.blocks:
        match block:
            case Paragraph(spans=spans):
                words.append(spans_text(spans))
            case Bullets(items=items):
                words += [spans_text(item) for item in items]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]
