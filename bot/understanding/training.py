"""Learning from the content: ``build(content) -> Reader``. Same content, same reader.

Takes seconds, so the caller caches the result by content hash.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from bot.content.definitions import Content, Topic
from bot.model import LOCALES, AspectId, TopicId
from bot.understanding.entities import figure_key
from bot.understanding.language import LanguageModel
from bot.understanding.learning import Corpus
from bot.understanding.material import Material, Words, gather, sentences_of, spread
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import Ranker
from bot.understanding.reader import LocaleReader, Reader
from bot.understanding.retrieval import Centroids, Similar, Splitter, terms

MOST_RANKED_TOPICS = 300
"""With more topics the ranker's table and its training grow too large; ``Centroids`` take over."""
MOST_EXAMPLES_PER_SIDE = 12
"""Ways to ask for an aspect of any topic that a topic's own ranker learns from, besides the ways to ask for its answers."""


def build(content: Content) -> Reader:
    """The trained reader of a content."""
    materials = {locale: gather(content, locale) for locale in LOCALES}
    answers = {topic.id: frozenset(_answerable(topic, content)) for topic in content.topics.values()}
    return Reader(
        content_hash=content.hash,
        locales={locale: _learn(material, answers) for locale, material in materials.items()},
        language=LanguageModel.of({locale: tuple(sentences_of(content, locale)) for locale in LOCALES}),
        areas={topic.id: topic.area for topic in content.topics.values()},
        overviews={topic.area: topic.id for topic in content.topics.values() if topic.kind == "overview"},
        answers=answers,
        aspect_areas={aspect.id: aspect.areas for aspect in content.aspects.values()},
        intent_kinds={intent.id: intent.kind for intent in content.intents.values()},
        figures=_figures(content),
    )


def _learn(material: Material, answers: Mapping[TopicId, frozenset[AspectId]]) -> LocaleReader:
    """Everything learnt from one language."""
    masked = Corpus.of(_masked(material), material.locale)
    full = Corpus.of((words for words, _ in material.topics), material.locale)
    locale = material.locale
    parts = Splitter(material.vocabulary)
    few = len({topic for _, topic in material.topics}) <= MOST_RANKED_TOPICS
    return LocaleReader(
        locale=locale,
        names=material.names,
        phrases=material.phrases,
        own={sentence_key(ask.question.masked): ask.label for ask in reversed(material.asks)},
        masked=masked.lexicon,
        full=full.lexicon,
        gate=masked.learn(material.gates, material.intent_counters),
        aspect=masked.learn(material.aspects, material.aspect_counters),
        sides=_sides(material, masked, answers),
        topics=full.learn(material.topics)
        if few
        else Centroids.of((label, terms(words, locale, parts)) for words, label in material.topics),
        trust=material.trust,
        asked=Similar.of((ask.label, terms(ask.question.masked, locale, parts)) for ask in material.asks),
        asked_in_full=Similar.of((ask.label, terms(ask.question.words, locale, parts)) for ask in material.asks),
        said=Similar.of((label, terms(words, locale, parts)) for label, words in material.said),
        said_in_full=Similar.of((label, terms(words, locale, parts)) for label, words in material.said_in_full),
        vocabulary=material.vocabulary,
        parts=parts,
    )


def _masked(material: Material) -> Iterable[Words]:
    """Every sentence with its names masked."""
    yield from (ask.question.masked for ask in material.asks)
    for examples in (
        material.intents,
        material.intent_counters,
        material.generic,
        material.aspects,
        material.aspect_counters,
    ):
        yield from (words for words, _ in examples)


def _sides(
    material: Material, corpus: Corpus, answers: Mapping[TopicId, frozenset[AspectId]]
) -> Mapping[TopicId, Ranker]:
    """For every topic a ranker of its answers: from its own ways to ask, and from those for aspects of any topic."""
    examples: dict[str, list[tuple[Words, str]]] = defaultdict(list)
    for ask in material.asks:
        if ask.question.masked:
            examples[ask.topic].append((ask.question.masked, ask.aspect))
    by_aspect: dict[str, list[Words]] = defaultdict(list)
    for words, aspect in material.generic:
        by_aspect[aspect].append(words)
    sides: dict[TopicId, Ranker] = {}
    for topic, aspects in answers.items():
        for aspect in sorted(aspects):
            examples[topic].extend((words, aspect) for words in spread(by_aspect[aspect], MOST_EXAMPLES_PER_SIDE))
        if examples[topic]:
            sides[topic] = corpus.learn(examples[topic])
    return sides


def _answerable(topic: Topic, content: Content) -> Iterable[AspectId]:
    yield from topic.answers
    yield from topic.same_as
    if topic.module:
        yield from (aspect.id for aspect in content.aspects.values() if aspect.module_field)


def _figures(content: Content) -> dict[str, tuple[TopicId, ...]]:
    found: dict[str, dict[TopicId, None]] = {}
    for topic in content.topics.values():
        for fact in (fact for version in topic.versions for fact in version.facts.values()):
            if fact.unit in ("EUR", "percent") and isinstance(fact.value, Decimal):
                key = figure_key(fact.value, percent=fact.unit == "percent")
                found.setdefault(key, {})[topic.id] = None
    return {key: tuple(topics) for key, topics in found.items()}
