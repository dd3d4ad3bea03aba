"""What speaks for what in one question, by itself: names, rankers, likeness. How it is weighed stands in ``weighing``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from operator import itemgetter

import numpy as np

from bot.model import AspectId, TopicId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK
from bot.understanding.normalize import content_words
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import Floats, Ranker, Vector, log_odds
from bot.understanding.reader import NO_TOPIC, LocaleReader, Question, Reader
from bot.understanding.retrieval import terms

MOST_TOPICS = 6
"""Topics that are looked at closely because of the words."""
MOST_ALIKE = 3
"""Topics that are looked at besides, because one of their ways to ask is much like the question."""
UNLIKELY = -8.0
"""The least log probability that is told apart from nothing at all."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a ranker thinks: margins, and the logarithms of probabilities that sum to one, by label.

    As lists, because hundreds of readings look up one value each, which takes an array three times as long.
    """

    places: Mapping[str, int]
    margins: list[float]
    logs: list[float]
    """Never below ``UNLIKELY``."""

    @classmethod
    def of(cls, labels: tuple[str, ...], margins: Floats) -> "Opinion":
        """The opinion with these margins."""
        logs = np.maximum(log_odds(margins), np.float32(UNLIKELY))
        return cls(_places(labels), margins.tolist(), logs.tolist())

    def margin(self, label: str, otherwise: float) -> float:
        """The margin of a label; ``otherwise`` when the ranker does not know it."""
        place = self.places.get(label)
        return otherwise if place is None else self.margins[place]

    def log(self, label: str, otherwise: float = UNLIKELY) -> float:
        """The log probability of a label."""
        place = self.places.get(label)
        return otherwise if place is None else self.logs[place]


@lru_cache(maxsize=4096)
def _places(labels: tuple[str, ...]) -> Mapping[str, int]:
    return {label: place for place, label in enumerate(labels)}


NO_OPINION = Opinion({}, [], [])


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
    topics: Opinion
    sides: Mapping[TopicId, Opinion]
    """For the topics that are looked at closely."""
    asked: Mapping[str, float]
    asked_in_full: Mapping[str, float]
    said: Mapping[str, float]
    said_in_full: Mapping[str, float]
    phrase: str | None
    """The intent or aspect whose own phrase or example was typed."""
    exact: str | None
    """The answer one of whose ways to ask was typed."""

    @property
    def highest_topic(self) -> float:
        """The highest margin of any topic."""
        none = self.topics.places.get(NO_TOPIC)
        return max((margin for place, margin in enumerate(self.topics.margins) if place != none), default=-1.0)


def gather(question: Question, reader: Reader, local: LocaleReader, context: TopicId | None = None) -> Gathered:
    """The evidence in one question; ``context``: the topic spoken of before, which is then looked at as well."""
    locale = local.locale
    content = content_words(tuple(w for w in question.masked if w not in (TOPIC_MARK, WHO_MARK)), locale)
    masked = local.masked.vector(question.masked)
    masked_terms = terms(question.masked, locale, local.parts)
    full_terms = terms(question.words, locale, local.parts)
    topics = _topics(question, local, full_terms)
    asked_in_full = local.asked_in_full.nearest(full_terms)
    named: dict[TopicId, float] = {}
    for mention in (*question.topics, *question.areas):
        sure = local.trust.get(mention.words, 1.0) * mention.strength
        named[mention.id] = max(named.get(mention.id, 0.0), sure)
    key = sentence_key(question.masked)
    close = _looked_at(topics, named, asked_in_full, context, reader)
    return Gathered(
        question=question,
        content=content,
        known=known_share(content, local),
        named=named,
        before=None if question.topics else context,
        gate=Opinion.of(local.gate.labels, local.gate.margins(masked)),
        aspect=Opinion.of(local.aspect.labels, local.aspect.margins(masked)),
        topics=topics,
        sides={topic: _opinion(local.sides.get(topic), masked) for topic in close},
        asked=local.asked.nearest(masked_terms),
        asked_in_full=asked_in_full,
        said=local.said.nearest(masked_terms),
        said_in_full=local.said_in_full.nearest(full_terms),
        phrase=local.phrases.get(key),
        exact=local.own.get(key),
    )


def known_share(content: tuple[str, ...], local: LocaleReader) -> float:
    """Share of the words that the content knows, alone or as halves of a compound."""
    if not content:
        return 1.0
    known = sum(1 for word in content if word in local.vocabulary or local.parts(word))
    return known / len(content)


def aspects_to_consider(topic: TopicId, clear: Sequence[AspectId], reader: Reader) -> list[AspectId]:
    """The sides of a topic there is a text for, and those of the ``clear``ly asked for that it has none for."""
    texts = reader.answers[topic]
    gaps = [
        aspect
        for aspect in clear
        if aspect not in texts
        and reader.areas[topic] in reader.aspect_areas.get(aspect, ())
        and topic not in reader.overviews.values()
    ]
    return sorted((*texts, *gaps))


def _opinion(ranker: Ranker | None, vector: Vector) -> Opinion:
    if ranker is None:
        return NO_OPINION
    return Opinion.of(ranker.labels, ranker.margins(vector))


def _topics(question: Question, local: LocaleReader, full_terms: Mapping[str, float]) -> Opinion:
    if isinstance(local.topics, Ranker):
        return Opinion.of(local.topics.labels, local.topics.margins(local.full.vector(question.words)))
    return Opinion.of(local.topics.labels, local.topics.nearest(full_terms))


def _looked_at(
    topics: Opinion,
    named: Mapping[TopicId, float],
    asked: Mapping[str, float],
    context: TopicId | None,
    reader: Reader,
) -> tuple[TopicId, ...]:
    """The topics worth a close look: named, likely by the words, asked for in like words, spoken of before."""
    by_margin = nlargest(MOST_TOPICS, zip(topics.margins, topics.places, strict=True), key=itemgetter(0))
    alike = sorted(asked, key=lambda label: (-asked[label], label))[:MOST_ALIKE]
    close = dict.fromkeys((*named, *(TopicId(label) for _, label in by_margin)))
    close.update(dict.fromkeys(TopicId(label.partition(".")[0]) for label in alike))
    if context is not None:
        close[context] = None
    return tuple(topic for topic in close if topic in reader.answers)
