"""What understanding needs to know of the content, worked out once by ``training.build``.

Four kinds of knowledge with four ways to grow: how people *ask* (aspects, intents) is a fixed set of labels and goes into
one ranker each; what tells the answers of *one* topic apart goes into a small ranker of its own; what things are *called*
goes into dictionaries of names; what single answers are asked by and what they say goes into inverted indexes. So ten times
the topics cost ten times the memory there, and hardly any time per question.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.content.definitions import Area
from bot.model import AspectId, Locale, TopicId, WhoId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK, Mention, Names, mask
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.language import LanguageModel
from bot.understanding.normalize import tokens
from bot.understanding.ranking import Lexicon, Ranker
from bot.understanding.retrieval import Centroids, Similar, Splitter

ASPECT = "aspect:"
INTENT = "intent:"
QUESTION = "question"
"""The label, among intents, of questions about a topic."""
NO_TOPIC = "-"
"""The label, among topics, of sentences that are about none of them."""


@dataclass(frozen=True, slots=True)
class NameIndexes:
    """The names of topics and of kinds of people in one language."""

    topics: Names[TopicId]
    who: Names[WhoId]


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
    full: Lexicon
    """Features of sentences as they are; ``topics`` looks at these."""
    gate: Ranker
    """Whether it is one of the intents, or a question about a topic (the label ``QUESTION``)."""
    aspect: Ranker
    """Which side of a topic is asked for, whatever the topic."""
    sides: Mapping[TopicId, Ranker]
    """Which answer of a topic is asked for, once the topic is sure."""
    topics: Ranker | Centroids
    """Which topic a question is about, whether it names one or not."""
    trust: Mapping[str, float]
    """How often a name means its topic (0 to 1), by the words of the name; names not listed: always."""
    asked: Similar
    """The ways to ask for single answers, names masked."""
    asked_in_full: Similar
    """The same, names as they are."""
    said: Similar
    """What the answers say."""
    said_in_full: Similar
    """The same with title and *more*."""
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
    answers: Mapping[TopicId, frozenset[AspectId]]
    aspect_areas: Mapping[AspectId, tuple[Area, ...]]
    intent_kinds: Mapping[str, str]
    figures: Mapping[str, tuple[TopicId, ...]]
    """Amounts and percentages of all versions (``"40%"``) -> the topics that have or had them."""


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
