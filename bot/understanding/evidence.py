"""What speaks for what in one question, by itself: names, rankers, likeness. How it is weighed stands in ``weighing``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.model import AspectId, TopicId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK
from bot.understanding.normalize import content_words
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import Counted, Floats, Ints, Vector, log_odds, weighed
from bot.understanding.reader import FUNDING_HELP, LAYERS, NO_TOPIC, LocaleReader, Question, Reader
from bot.understanding.retrieval import LITTLE, Centroids, terms

MOST_TOPICS = 6
"""Topics that are looked at closely because of the words."""
MOST_ALIKE = 3
"""Topics that are looked at besides, because one of their ways to ask is much like the question."""
ASKED_IN_FULL = LAYERS.index("asked_in_full")
UNLIKELY = -8.0
"""The least log probability that is told apart from nothing at all."""
OWN_ASPECT = -4.0
"""Stands for the log probability of an aspect a ranker does not know, such as one that only one topic has."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a ranker thinks: margins, and the logarithms of probabilities that sum to one, by label."""

    labels: tuple[str, ...]
    places: Mapping[str, int]
    margins: Floats
    logs: Floats
    """Never below ``UNLIKELY``."""

    @classmethod
    def of(cls, labels: tuple[str, ...], margins: Floats) -> "Opinion":
        """The opinion with these margins."""
        return cls(labels, _places(labels), margins, _logs(margins))

    def margin(self, label: str, otherwise: float) -> float:
        """The margin of a label; ``otherwise`` when the ranker does not know it."""
        place = self.places.get(label)
        return otherwise if place is None else float(self.margins[place])

    def log(self, label: str, otherwise: float = UNLIKELY) -> float:
        """The log probability of a label."""
        place = self.places.get(label)
        return otherwise if place is None else float(self.logs[place])

    def likeliest(self, most: int) -> list[str]:
        """The labels with the highest margins, in order; of equal ones the first."""
        return [self.labels[place] for place in np.argsort(-self.margins, kind="stable")[:most].tolist()]


def _logs(margins: Floats, sizes: Ints | None = None) -> Floats:
    return np.maximum(log_odds(margins, sizes), np.float32(UNLIKELY))


@lru_cache(maxsize=4096)
def _places(labels: tuple[str, ...]) -> Mapping[str, int]:
    return {label: place for place, label in enumerate(labels)}


@dataclass(frozen=True, slots=True)
class Close:
    """The answers of the topics that are looked at closely, topic by topic, and what speaks for each of them."""

    topics: tuple[TopicId, ...]
    numbers: Ints
    """In ``Reader.answers``."""
    topic: Ints
    """The place of each answer's topic in ``topics``."""
    side_logs: Floats
    side_margins: Floats
    """What the topic's own ranker thinks."""
    alike: Floats
    """``LAYERS`` x answers: the highest cosine with a text about the answer."""

    def likeness(self, place: int) -> float:
        """How much a question is like the ways to ask for one of these answers; 0 for what is behind them, which has none."""
        return float(self.alike[:2, place].max()) if place < len(self.numbers) else 0.0


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that speaks for anything in one question."""

    question: Question
    content: tuple[str, ...]
    """The words that carry meaning, without names."""
    known: float
    """Share of them that the content knows at all."""
    named: Mapping[TopicId, float]
    """Topics that are named, with how surely the name means the topic."""
    before: TopicId | None
    """The topic spoken of before, when nothing is named now."""
    gate: Opinion
    aspect: Opinion
    subject: Opinion
    """Which area the words besides the names are about."""
    topics: Opinion
    close: Close
    phrase: str | None
    """The intent or aspect whose own phrase or example was typed."""
    exact: str | None
    """The answer one of whose ways to ask was typed."""

    @property
    def highest_topic(self) -> float:
        """The highest margin of any topic."""
        none = self.topics.places.get(NO_TOPIC)
        others = self.topics.margins if none is None else np.delete(self.topics.margins, none)
        return float(others.max()) if len(others) else -1.0

    @property
    def most_alike(self) -> float:
        """The highest likeness with a way to ask for any answer."""
        return float(self.close.alike[ASKED_IN_FULL].max(initial=LITTLE))


def gather(question: Question, reader: Reader, local: LocaleReader, context: TopicId | None = None) -> Gathered:
    """The evidence in one question; ``context``: the topic spoken of before, which is then looked at as well."""
    locale = local.locale
    content = content_words(tuple(w for w in question.masked if w not in (TOPIC_MARK, WHO_MARK)), locale)
    counted = local.masked.counted(question.masked)
    masked = weighed(counted, local.masked.rarity)
    masked_terms = terms(question.masked, locale, local.parts)
    full_terms = terms(question.words, locale, local.parts)
    topics = _topics(question, counted, local, full_terms)
    alike = local.anywhere.most_alike(full_terms, MOST_ALIKE)
    named: dict[TopicId, float] = {}
    for mention in (*question.topics, *question.areas):
        sure = local.trust.get(mention.words, 1.0) * mention.strength
        named[mention.id] = max(named.get(mention.id, 0.0), sure)
    key = sentence_key(question.masked)
    spoken_of = context or (reader.everybodys if question.who and not named else None)
    looked_at = _looked_at(topics, named, alike, spoken_of, reader)
    return Gathered(
        question=question,
        content=content,
        known=known_share(content, local),
        named=named,
        before=None if question.topics else context,
        gate=Opinion.of(local.gate.labels, local.gate.margins(masked)),
        aspect=Opinion.of(local.aspect.labels, local.aspect.margins(masked)),
        subject=Opinion.of(local.subject.labels, local.subject.margins(masked)),
        topics=topics,
        close=_close(looked_at, masked, masked_terms, full_terms, reader, local),
        phrase=local.phrases.get(key),
        exact=local.own.get(key),
    )


def known_share(content: tuple[str, ...], local: LocaleReader) -> float:
    """Share of the words that the content knows, alone or as halves of a compound."""
    if not content:
        return 1.0
    known = sum(1 for word in content if word in local.vocabulary or local.parts(word))
    return known / len(content)


def known_gaps(topic: TopicId, clear: Sequence[AspectId], reader: Reader, *, named: bool) -> list[AspectId]:
    """Those of the ``clear``ly asked for sides of a topic that it has no text for.

    Of a topic that is ``named`` any side may be asked for, but help with paying for what is no course; of another only one
    that topics of its area have.
    """
    texts = reader.answers.of_topic(topic) if clear else ()
    return [
        aspect
        for aspect in clear
        if aspect not in texts
        and ((named and aspect != FUNDING_HELP) or reader.areas[topic] in reader.aspect_areas.get(aspect, ()))
        and topic not in reader.overviews.values()
    ]


def _close(
    topics: tuple[TopicId, ...],
    masked: Vector,
    masked_terms: Mapping[str, float],
    full_terms: Mapping[str, float],
    reader: Reader,
    local: LocaleReader,
) -> Close:
    numbers = np.asarray([reader.answers.topics[topic] for topic in topics], dtype=np.int32)
    firsts, lasts = reader.answers.firsts[numbers], reader.answers.firsts[numbers + 1]
    answers = np.concatenate(
        [np.arange(a, b) for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True)] or [firsts]
    )
    sides = [local.sides[topic].margins(masked) for topic in topics]
    margins = np.concatenate(sides) if sides else np.zeros(0, dtype=np.float32)
    sizes = lasts - firsts
    return Close(
        topics=topics,
        numbers=answers,
        topic=np.repeat(np.arange(len(topics)), sizes),
        side_logs=_logs(margins, sizes),
        side_margins=margins,
        alike=local.answers.cosines((masked_terms, full_terms, masked_terms, full_terms), numbers),
    )


def _topics(
    question: Question, counted: tuple[Counted, ...], local: LocaleReader, full_terms: Mapping[str, float]
) -> Opinion:
    topics = local.topics
    if isinstance(topics, Centroids):
        return Opinion.of(topics.labels, topics.nearest(full_terms))
    if question.words != question.masked:
        counted = topics.lexicon.counted(question.words)
    return Opinion.of(topics.ranker.labels, topics.ranker.margins(weighed(counted, topics.lexicon.rarity)))


def _looked_at(
    topics: Opinion,
    named: Mapping[TopicId, float],
    alike: Sequence[str],
    spoken_of: TopicId | None,
    reader: Reader,
) -> tuple[TopicId, ...]:
    """The topics worth a close look: named, likely by the words, asked for in like words, spoken of."""
    close = dict.fromkeys((*named, *(TopicId(label) for label in topics.likeliest(MOST_TOPICS))))
    close.update(dict.fromkeys(TopicId(label.partition(".")[0]) for label in alike))
    if spoken_of is not None:
        close[spoken_of] = None
    return tuple(topic for topic in close if topic in reader.answers.topics)
