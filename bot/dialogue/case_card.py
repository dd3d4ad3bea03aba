"""What Lotse knew when a case was opened, in words for coordinators: the same on every desk, page or chat.

Computed from the case and the content of this moment, so it cannot invent anything and never says what is out of force: whether
an answer that was shown still says the same, and what the rules say today about a person like this.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue import wording
from bot.dialogue.choosing import PERSON, SAY, TOPIC
from bot.dialogue.eligibility import verdict
from bot.dialogue.naming import answer_title, label_title
from bot.dialogue.shown_answers import Freshness, freshness_of
from bot.dialogue.situation import Situation
from bot.dialogue.state import State
from bot.handoff.promises import due_words
from bot.handoff.team_office import TeamOffice
from bot.model import (
    AspectId,
    Bullets,
    CaseContext,
    Locale,
    Paragraph,
    TopicId,
    Understanding,
    Utterance,
    source_text,
    spans_text,
)


@dataclass(frozen=True, slots=True)
class Guess:
    """Something Lotse took the words for, and how probable it found that: 0 to 100."""

    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Given:
    """An answer the employee was given. ``at`` in words, empty where it is not known; ``content`` names the content then."""

    title: str
    label: str
    at: str
    content: str
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class CardWords:
    """The part of the card that comes from the conversation before the case.

    ``fits``: what the rules of the topic say today about a person like this, with the deciding condition and its source.
    """

    about: Guess | None
    understood: tuple[Guess, ...]
    offered: tuple[str, ...]
    refused: tuple[str, ...]
    given: tuple[Given, ...]
    who: tuple[str, ...]
    fits: tuple[str, ...]


def card_words(
    context: CaseContext, topic: TopicId | None, content: Content, now: datetime, locale: Locale
) -> CardWords:
    """The context of a case in words. ``topic`` is the case's own, which coordinators may have corrected."""
    return CardWords(
        about=_about(context, content, locale),
        understood=tuple(
            Guess(label_title(content, label, locale), score)
            for label, score in context.understood
            if _says_something(score)
        ),
        offered=tuple(_choice(value, content, locale) for value in context.offered if value not in context.refused),
        refused=tuple(_choice(value, content, locale) for value in context.refused),
        given=tuple(
            Given(
                label_title(content, shown.label, locale),
                shown.label,
                due_words(shown.at.replace(second=0, microsecond=0), now, locale) if shown.at else "",
                shown.content,
                freshness_of(shown, content, now),
            )
            for shown in context.shown
        ),
        who=tuple(content.who[who].title[locale] if who in content.who else who for who in context.who),
        fits=tuple(_fits(context, topic, content, now, locale)),
    )


def _says_something(score: float) -> bool:
    """Whether a guess is one: shown as 0 % it would only mislead."""
    return round(score) > 0


def _about(context: CaseContext, content: Content, locale: Locale) -> Guess | None:
    """The likeliest topic, with the side of it that was spoken of."""
    if context.about is None or not _says_something(context.about[1]):
        return None
    topic, share = context.about
    if topic not in content.topics:
        return Guess(topic, share)
    return Guess(answer_title(content, topic, context.aspect or AspectId("overview"), locale), share)


def _choice(value: str, content: Content, locale: Locale) -> str:
    """A choice by its title."""
    if value == PERSON:
        return wording.PERSON[locale]
    return label_title(content, value.removeprefix(SAY).removeprefix(TOPIC), locale)


def _fits(
    context: CaseContext, topic: TopicId | None, content: Content, now: datetime, locale: Locale
) -> Iterator[str]:
    """One sentence for each kind of person that was named, where the topic has rules about whom it is for."""
    if topic is None or topic not in content.topics:
        return
    nobody = Situation(State(), Utterance(""), Understanding(locale), content, now, locale, TeamOffice(content))
    for who in context.who:
        if who not in content.who:
            continue
        said = verdict(nobody, content.topics[topic], (content.who[who],))
        if said.truth == "unknown":
            continue
        words: list[str] = []
        for block in said.blocks:
            match block:
                case Paragraph(spans=spans):
                    words.append(spans_text(spans))
                case Bullets(items=items):
                    words.append("; ".join(spans_text(item) for item in items))
        yield " ".join((*words, *(f"({source_text(source, locale)})" for source in said.sources)))
