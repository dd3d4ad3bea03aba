"""Learning from the content: ``build(content) -> Reader``. Same content, same reader.

Takes seconds, so the caller caches the result by content hash.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter

import numpy as np

from bot.content.definitions import Content, Topic
from bot.model import LOCALES, AspectId, TopicId
from bot.understanding.entities import figure_key
from bot.understanding.language import LanguageModel
from bot.understanding.learning import Corpus
from bot.understanding.material import Material, Words, gather, sentences_of, spread
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import Ints, Ranker
from bot.understanding.reader import LAYERS, Answers, LocaleReader, Reader, TopicRanker
from bot.understanding.retrieval import Centroids, Similar, Splitter, Within, terms

MOST_RANKED_TOPICS = 300
"""With more topics the ranker's table and its training grow too large; ``Centroids`` take over."""
MOST_TEXTS = 60_000
"""Ways to ask for single answers whose features are told apart; with more of them, spread evenly, the common ones remain."""
MOST_EXAMPLES_PER_SIDE = 12
"""Ways to ask for an aspect of any topic that a topic's own ranker learns from, besides the ways to ask for its answers."""


def build(content: Content) -> Reader:
    """The trained reader of a content."""
    materials = {locale: gather(content, locale) for locale in LOCALES}
    answers = Answers.of({topic.id: _answerable(topic, content) for topic in content.topics.values()})
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


def _learn(material: Material, answers: Answers) -> LocaleReader:
    """Everything learnt from one language."""
    locale = material.locale
    parts = Splitter(material.vocabulary)
    places: dict[str, int] = {}
    masked = Corpus.of(_masked(material), locale, places)
    aspect = masked.learn(material.aspects, material.aspect_counters)
    sides = _sides(material, masked, answers)
    topics = _topics(material, parts, places)
    numbers = {f"{topic}.{aspect}": n for n, (topic, aspect) in enumerate(answers.all())}

    def about_answers(texts: Iterable[tuple[str, Words]]) -> Iterable[tuple[int, Mapping[str, float]]]:
        of_answers = sorted(((numbers[label], words) for label, words in texts), key=itemgetter(0))
        return ((number, terms(words, locale, parts)) for number, words in of_answers)

    layers: Mapping[str, Iterable[tuple[str, Words]]] = {
        "asked": ((ask.label, ask.question.masked) for ask in material.asks),
        "asked_in_full": ((ask.label, ask.question.words) for ask in material.asks),
        "said": material.said,
        "said_in_full": material.said_in_full,
    }
    return LocaleReader(
        locale=locale,
        names=material.names,
        phrases=material.phrases,
        own={sentence_key(ask.question.masked): ask.label for ask in reversed(material.asks)},
        masked=masked.lexicon.widened(),
        gate=masked.learn(material.gates, material.intent_counters),
        aspect=aspect,
        sides=sides,
        aspect_columns=_columns(aspect.labels, answers),
        topics=topics,
        trust=material.trust,
        anywhere=Similar.of((ask.label, terms(ask.question.words, locale, parts)) for ask in material.asks),
        answers=Within.of((about_answers(layers[name]) for name in LAYERS), answers.firsts),
        vocabulary=material.vocabulary,
        parts=parts,
    )


def _topics(material: Material, parts: Splitter, places: dict[str, int]) -> TopicRanker | Centroids:
    """What tells topics apart; the features of a ranker are added to ``places``."""
    locale = material.locale
    if len({topic for _, topic in material.topics}) > MOST_RANKED_TOPICS:
        return Centroids.of((label, terms(words, locale, parts)) for words, label in material.topics)
    full = Corpus.of((words for words, _ in material.topics), locale, places)
    return TopicRanker(full.lexicon, full.learn(material.topics))


def _masked(material: Material) -> Iterable[Words]:
    """Sentences with their names masked: all that are about every topic, and of the others as many as there is room for."""
    yield from (ask.question.masked for ask in spread(material.asks, MOST_TEXTS))
    for examples in (
        material.intents,
        material.intent_counters,
        material.generic,
        material.aspects,
        material.aspect_counters,
    ):
        yield from (words for words, _ in examples)


def _columns(labels: Sequence[str], answers: Answers) -> Ints:
    """The place of each answer's aspect among the labels; -1: none."""
    places = {label: place for place, label in enumerate(labels)}
    return np.asarray([places.get(aspect, -1) for aspect in answers.aspects], dtype=np.int32)


def _sides(material: Material, corpus: Corpus, answers: Answers) -> Mapping[TopicId, Ranker]:
    """For every topic a ranker of its answers: from its own ways to ask, and from those for aspects of any topic."""
    examples: dict[str, list[tuple[Words, str]]] = defaultdict(list)
    for ask in material.asks:
        if ask.question.masked:
            examples[ask.topic].append((ask.question.masked, ask.aspect))
    by_aspect: dict[str, list[Words]] = defaultdict(list)
    for words, aspect in material.generic:
        by_aspect[aspect].append(words)
    sides: dict[TopicId, Ranker] = {}
    for topic in answers.topics:
        labels = answers.of_topic(topic)
        for aspect in labels:
            examples[topic].extend((words, aspect) for words in spread(by_aspect[aspect], MOST_EXAMPLES_PER_SIDE))
        sides[topic] = corpus.learn(examples[topic], labels=labels) if examples[topic] else Ranker.without(labels)
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
