"""What understanding needs to know of the content, worked out once by ``training.build``.

Four kinds of knowledge with four ways to grow: how people *ask* (aspects, intents) is a fixed set of labels and goes into
one ranker each; what tells the answers of *one* topic apart goes into a small ranker of its own; what things are *called*
goes into dictionaries of names; what single answers are asked by and what they say goes into inverted indexes. So ten times
the topics cost ten times the memory there, and hardly any time per question.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bot.content.definitions import Area
from bot.model import AspectId, Locale, TopicId, WhoId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK, Mention, Names, mask
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.language import LanguageModel
from bot.understanding.normalize import tokens
from bot.understanding.ranking import Bools, Ints, Lexicon, Ranker
from bot.understanding.retrieval import Centroids, Similar, Splitter, Within

ASPECT = "aspect:"
INTENT = "intent:"
QUESTION = "question"
"""The label, among intents, of questions about a topic."""
NO_TOPIC = "-"
"""The label, among topics, of sentences that are about none of them."""

FUNDING_HELP = AspectId("funding_help")
"""The side of a course that is about funding: no other topic has it."""

LAYERS = ("asked", "asked_in_full", "said", "said_in_full")
"""Texts about answers: ways to ask, names masked and as they are; what answers say, without and with title and *more*."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of all topics, numbered: topic by topic, and within a topic by the names of its aspects."""

    topics: Mapping[TopicId, int]
    """The number of every topic."""
    aspects: tuple[AspectId, ...]
    """The aspect of every answer."""
    firsts: Ints
    """The number of the first answer of each topic, and where the last one ends."""
    same: Mapping[TopicId, Mapping[AspectId, AspectId]]
    """Aspects of a topic that another aspect's text answers."""

    @classmethod
    def of(
        cls, answers: Mapping[TopicId, Iterable[AspectId]], same: Mapping[TopicId, Mapping[AspectId, AspectId]]
    ) -> "Answers":
        """The numbers of these answers; ``same`` as it is kept."""
        each = [sorted(set(aspects)) for aspects in answers.values()]
        firsts = np.cumsum([0, *map(len, each)], dtype=np.int32)
        aspects = tuple(aspect for those in each for aspect in those)
        return cls({topic: n for n, topic in enumerate(answers)}, aspects, firsts, same)

    def given(self, topic: TopicId, aspect: AspectId) -> AspectId:
        """The aspect whose text answers this one, mostly itself."""
        return self.same[topic].get(aspect, aspect)

    def all(self) -> Iterator[tuple[TopicId, AspectId]]:
        """Topic and aspect of every answer, in the order of their numbers."""
        return ((topic, aspect) for topic in self.topics for aspect in self.of_topic(topic))

    def of_topic(self, topic: TopicId) -> tuple[AspectId, ...]:
        """The aspects of a topic's answers, in their order."""
        number = self.topics[topic]
        return self.aspects[self.firsts[number] : self.firsts[number + 1]]


@dataclass(frozen=True, slots=True)
class NameIndexes:
    """The names of topics and of kinds of people in one language."""

    topics: Names[TopicId]
    who: Names[WhoId]


@dataclass(frozen=True, slots=True)
class TopicRanker:
    """Tells topics apart by the features of sentences as they are. The index of its lexicon is that of ``masked``."""

    lexicon: Lexicon
    ranker: Ranker


@dataclass(frozen=True, slots=True)
class LocaleReader:
    """Everything trained for one language."""

    locale: Locale
    names: NameIndexes
    phrases: Mapping[str, str]
    """Masked sentence -> route label (``aspect:amount``, ``intent:thanks``)."""
    own: Mapping[str, str]
    """Masked sentence of an answer's own ``asks`` -> ``topic.aspect``."""
    masked: Lexicon
    """Features of sentences with their names masked; ``gate``, ``aspect`` and ``sides`` look at these."""
    gate: Ranker
    """Whether it is one of the intents, or a question about a topic (the label ``QUESTION``)."""
    aspect: Ranker
    """Which side of a topic is asked for, whatever the topic."""
    subject: Ranker
    """Which area the words besides the names are about; money for a course is funding."""
    subject_columns: Ints
    """For each of all answers the column of its subject in ``subject``."""
    sides: Mapping[TopicId, Ranker]
    """Which answer of a topic is asked for, once the topic is sure; labels are the aspects of all its answers."""
    aspect_columns: Ints
    """For each of all answers the column of its side in ``aspect``; -1: none."""
    has_asks: Bools
    """For each of all answers whether it has ways to ask of its own."""
    topics: TopicRanker | Centroids
    """Which topic a question is about, whether it names one or not."""
    trust: Mapping[str, float]
    """How often a name means its topic (0 to 1), by the words of the name; names not listed: always."""
    anywhere: Similar
    """The ways to ask for single answers of all topics."""
    answers: Within
    """Texts about all answers, in the layers ``LAYERS``."""
    vocabulary: Vocabulary
    parts: Splitter


@dataclass(frozen=True, slots=True)
class Reader:
    """The trained reader of one content: immutable, shared by all turns, cached by ``content_hash``."""

    content_hash: str
    locales: Mapping[Locale, LocaleReader]
    language: LanguageModel
    areas: Mapping[TopicId, Area]
    overviews: Mapping[Area, TopicId]
    answers: Answers
    aspect_areas: Mapping[AspectId, tuple[Area, ...]]
    intent_kinds: Mapping[str, str]
    figures: Mapping[str, tuple[TopicId, ...]]
    """Amounts and percentages of all versions (``"40%"``) -> the topics that have or had them."""

    @property
    def everybodys(self) -> TopicId | None:
        """The topic that is meant when somebody only says who they are: what funding there is for them."""
        return self.overviews.get("funding")


@dataclass(frozen=True, slots=True)
class Question:
    """One question, prepared: words with typos mended, the names found, and the copy with names masked."""

    words: tuple[str, ...]
    masked: tuple[str, ...]
    topics: tuple[Mention[TopicId], ...]
    areas: tuple[Mention[TopicId], ...]
    who: tuple[Mention[WhoId], ...]
    mended: tuple[tuple[str, str], ...]


def prepare(
    text_words: tuple[str, ...],
    names: NameIndexes,
    vocabulary: Vocabulary,
    overviews: frozenset[TopicId],
    locale: Locale,
) -> Question:
    """Mend typos, find names, and mask the names of topics and of kinds of people."""
    found = {m.start: m for m in names.topics.find(text_words, locale, vocabulary)}
    covered = {place for m in found.values() for place in range(m.start, m.end)}
    words: list[str] = []
    mended: list[tuple[str, str]] = []
    for place, word in enumerate(text_words):
        near = None if place in covered else vocabulary.nearest(word)
        words.append(near or word)
        if near:
            mended.append((word, near))
    mended_words = tuple(words)
    mentions = names.topics.find(mended_words, locale, vocabulary) if mended else tuple(found.values())
    topics = tuple(m for m in mentions if m.id not in overviews)
    areas = tuple(m for m in mentions if m.id in overviews)
    who = tuple(m for m in names.who.find(mended_words, locale, vocabulary) if not _inside_any(m, mentions))
    masked = mask(mended_words, [*((m, TOPIC_MARK) for m in topics), *((m, WHO_MARK) for m in who)])
    return Question(mended_words, masked, topics, areas, who, tuple(mended))


def _inside_any(who: Mention[WhoId], topics: tuple[Mention[TopicId], ...]) -> bool:
    """Whether what looks like a kind of person is only a piece of a topic's name: *Hamburger* in *Hamburger Bonus*."""
    return any(
        topic.start <= who.start and who.end <= topic.end and who.end - who.start < topic.end - topic.start
        for topic in topics
    )


def question_of(text: str, reader: LocaleReader, overviews: frozenset[TopicId]) -> Question:
    """The prepared question of a text in the reader's language."""
    return prepare(tokens(text), reader.names, reader.vocabulary, overviews, reader.locale)
