"""Choices: what can be pressed, and how a number or a word typed instead is understood.

A choice's value says what pressing it means: ``say:topic.aspect`` gives an answer, ``topic:x`` names the topic an open
question is about, ``person``, ``none``, ``yes``, ``no``, ``why``, ``more``, ``plain``, ``helpful`` and ``not_helpful``
stand for themselves. Values come from clients, so every one is checked against the content before it is used.
"""

import re
from collections.abc import Iterable
from itertools import chain

from bot.content.definitions import Content, Intent
from bot.dialogue import wording
from bot.dialogue.naming import answer_title, aspect_title, label_title, title_of
from bot.dialogue.state import Pending
from bot.dialogue.without_emoji import without_emoji
from bot.model import AspectId, Candidate, Choice, Locale, TopicId
from bot.understanding.normalize import fold, tokens

SAY = "say:"
TOPIC = "topic:"
PERSON = "person"
NONE = "none"
YES = "yes"
NO = "no"

MOST = 3
"""Guesses offered at once; more is a menu, not a question."""

STILL_ASKED = frozenset({"consent", "close_case", "satisfaction", "confirm_delete"})
"""Questions of Lotse's that can be answered also while a coordinator has the word."""

_NUMBER = re.compile(r"(?:nr\.?|nummer|number|punkt|option|die|das|the|#)?\s*(\d)\s*[.)]?", re.IGNORECASE)
_BETWEEN = r"(?:\s*(?:[,;/&+]|und|and|sowie)\s*|\s+)"
_SEVERAL = re.compile(
    rf"(?:(?:nr\.?|nummern?|numbers?|punkte?|options?)\s*)?\d[.)]?(?:{_BETWEEN}\d[.)]?)+(?:,?\s+(?:bitte|please))?",
    re.IGNORECASE,
)
_ORDINALS = {
    "de": ("erste", "zweite", "dritte", "vierte", "funfte"),
    "en": ("first", "second", "third", "fourth", "fifth"),
}


def candidate_choices(candidates: Iterable[Candidate], content: Content, locale: Locale) -> tuple[Choice, ...]:
    """The guesses as choices, each named so that people can tell them apart."""
    choices: dict[str, Choice] = {}
    for candidate in candidates:
        if candidate.topic and candidate.aspect:
            label = answer_title(content, candidate.topic, candidate.aspect, locale)
            choices.setdefault(label, Choice(label, f"{SAY}{candidate.topic}.{candidate.aspect}"))
    return tuple(choices.values())[:MOST]


def with_person(choices: tuple[Choice, ...], locale: Locale) -> tuple[Choice, ...]:
    """The choices, *none of these*, and a person."""
    return (*choices, Choice(wording.NONE_OF_THESE[locale], NONE), Choice(wording.PERSON[locale], PERSON))


def yes_no(locale: Locale) -> tuple[Choice, ...]:
    """*Yes, please* and *No, thank you*."""
    return (Choice(wording.YES[locale], YES), Choice(wording.NO[locale], NO))


def topic_choices(topics: Iterable[TopicId], content: Content, locale: Locale) -> tuple[Choice, ...]:
    """Topics to choose from, for a question whose topic is missing."""
    return tuple(Choice(title_of(content, topic, locale), f"{TOPIC}{topic}") for topic in topics)[:MOST]


def next_choices(labels: Iterable[str], content: Content, locale: Locale, here: TopicId) -> tuple[Choice, ...]:
    """What helps next, as choices: labels are ``topic.aspect``. The topic one is in already is not named again."""
    choices: list[Choice] = []
    for label in labels:
        topic, _, aspect = label.partition(".")
        named = topic != here or aspect == "overview"
        title = label_title(content, label, locale) if named else aspect_title(content, here, AspectId(aspect), locale)
        choices.append(Choice(title, f"{SAY}{label}"))
    return tuple(choices)


def choice_typed(text: str, pending: Pending) -> str | None:
    """The value of the choice a typed number or word means; None when it means none of them.

    A word counts when it is (the beginning of) exactly one label, so *Höhe* picks "Höhe" and *ja* picks "Ja, bitte".
    """
    folded = _typed(text)
    if not folded:
        return None
    values = [value for _, value in pending.choices]
    match = _NUMBER.fullmatch(folded)
    if match:
        number = int(match[1])
        return values[number - 1] if 1 <= number <= len(values) else None
    for ordinals in _ORDINALS.values():
        for place, word in enumerate(ordinals[: len(values)]):
            if re.fullmatch(rf"(?:(?:das|die|der|den|the)\s+)?{word}[rsn]?(?:\s+one)?", folded):
                return values[place]
    labels = [fold(label) for label, _ in pending.choices]
    if folded in labels:
        return values[labels.index(folded)]
    inside = [value for label, value in zip(labels, values, strict=True) if _contains(label, folded)]
    return inside[0] if len(inside) == 1 else None


def choice_said(text: str, pending: Pending, content: Content) -> str | None:
    """The same, and to the question about name and conversation a plain yes or no as well: *ja gerne*, *sure*, *nein danke*.

    That is never a matter of probability: it must be what the content knows as a yes or a no, word for word.
    """
    value = choice_typed(text, pending)
    if value is not None or pending.kind != "consent":
        return value
    (_, consent), (_, no_consent) = pending.choices
    intent = known_as(text, content)
    return None if intent is None else {YES: consent, NO: no_consent}.get(intent.action or "")


def known_as(text: str, content: Content) -> Intent | None:
    """The small talk or the word to the program that the content gives as an example word for word; None when there is none."""
    said = tokens(without_emoji(text))
    for intent in content.intents.values():
        examples = chain.from_iterable(intent.examples.values()) if intent.kind in ("smalltalk", "control") else ()
        if any(said == tokens(each) for each in examples):
            return intent
    return None


def choice_in_front(text: str, pending: Pending) -> str | None:
    """The value of the choice that is typed in front of a coordinator: one about case or data, and in all its words.

    In all its words, not with all its signs: a comma more or less says nothing else.
    """
    typed = tokens(without_emoji(text))
    if pending.kind not in STILL_ASKED:
        return None
    return next((value for label, value in pending.choices if tokens(label) == typed), None)


def is_number(text: str) -> bool:
    """Whether something typed is nothing but the number of a choice, offered or not."""
    return _NUMBER.fullmatch(_typed(text)) is not None


def are_numbers(text: str) -> bool:
    """Whether something typed is nothing but the numbers of several choices: *1 und 3*, *1, 2*."""
    return _SEVERAL.fullmatch(_typed(text)) is not None


def _typed(text: str) -> str:
    return fold(without_emoji(text)).strip(" .!?")


def _contains(label: str, folded: str) -> bool:
    if len(folded) < 2 or folded not in label:  # nearly always: a pattern would be compiled for every message
        return False
    return re.search(rf"(?:^|[\s:(–-]){re.escape(folded)}(?:$|[\s,.:;)–-])", label) is not None


def answer_of(value: str, content: Content) -> tuple[TopicId, AspectId] | None:
    """Topic and aspect of a ``say:`` value; None when it names nothing this content knows."""
    if not value.startswith(SAY):
        return None
    topic, _, aspect = value.removeprefix(SAY).partition(".")
    known = content.topics.get(TopicId(topic))
    if known is None or not aspect:
        return None
    if AspectId(aspect) not in known.answers and AspectId(aspect) not in content.aspects:
        return None
    return known.id, AspectId(aspect)


def topic_of(value: str, content: Content) -> TopicId | None:
    """The topic of a ``topic:`` value; None when this content does not know it."""
    topic = TopicId(value.removeprefix(TOPIC))
    return topic if value.startswith(TOPIC) and topic in content.topics else None
