"""Learning from the content: ``build(content) -> Reader``. Same content, same reader.

Takes seconds, so the caller caches the result by content hash.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from bot.content.definitions import Content, Topic
from bot.model import LOCALES, AspectId, Locale, TopicId
from bot.understanding.calibrate import fit_sharpness
from bot.understanding.entities import figure_key
from bot.understanding.language import LanguageModel
from bot.understanding.material import Material, Words, gather, sentences_of
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import BIAS, Matrix, Ranker, solve
from bot.understanding.reader import LocaleReader, Reader
from bot.understanding.retrieval import Centroids, Similar, Splitter, terms

FOLDS = 3
FOLD_STEPS = 14
"""Steps of the held-out rankers: enough to place a sentence, fewer than for the ones that serve."""
MOST_RANKED_TOPICS = 300
"""With more topics the ranker's table and its training grow too large; ``Centroids`` take over."""

Floats = NDArray[np.float32]


def build(content: Content) -> Reader:
    """The trained and calibrated reader of a content."""
    return Reader(
        content_hash=content.hash,
        locales={locale: _learn(gather(content, locale)) for locale in LOCALES},
        language=LanguageModel.of({locale: tuple(sentences_of(content, locale)) for locale in LOCALES}),
        areas={topic.id: topic.area for topic in content.topics.values()},
        overviews={topic.area: topic.id for topic in content.topics.values() if topic.kind == "overview"},
        answers={topic.id: frozenset(_answerable(topic, content)) for topic in content.topics.values()},
        aspect_areas={aspect.id: aspect.areas for aspect in content.aspects.values()},
        intent_kinds={intent.id: intent.kind for intent in content.intents.values()},
        figures=_figures(content),
    )


def _learn(material: Material) -> LocaleReader:
    locale = material.locale
    parts = Splitter(material.vocabulary)
    similar = Similar.of((ask.label, terms(ask.question.masked, locale, parts)) for ask in material.asks)
    topics: Ranker | Centroids
    if len({topic for _, topic in material.topics}) <= MOST_RANKED_TOPICS:
        topics = _train(material.topics, locale)
    else:
        topics = Centroids.of((label, terms(words, locale, parts)) for words, label in material.topics)
    return LocaleReader(
        locale=locale,
        names=material.names,
        phrases=material.phrases,
        own={sentence_key(ask.question.masked): ask.label for ask in reversed(material.asks)},
        gate=_train(material.gates, locale),
        aspect=_train(material.aspects, locale, material.counters),
        topics=topics,
        trust=material.trust,
        similar=similar,
        said=Similar.of((label, terms(words, locale, parts)) for label, words in material.said),
        vocabulary=material.vocabulary,
        parts=parts,
        unheard=float(similar.rarity.max()) if len(similar.rarity) else 1.0,
    )


def _train(examples: Sequence[tuple[Words, str]], locale: Locale, counters: Sequence[tuple[Words, str]] = ()) -> Ranker:
    """A calibrated ranker on these examples. A counterexample only says what it is *not*: its other targets are 0."""
    labels = tuple(sorted({label for _, label in examples}))
    column = {label: i for i, label in enumerate(labels)}
    columns = np.asarray([column[label] for _, label in examples])
    matrix = Matrix.of([words for words, _ in (*examples, *counters)], locale)
    targets = np.zeros((len(examples) + len(counters), len(labels)), dtype=np.float32)
    targets[: len(examples)] = -1
    targets[np.arange(len(examples)), columns] = 1
    for row, (_, label) in enumerate(counters, len(examples)):
        targets[row, column[label]] = -1
    kernel = matrix.kernel()
    ranker = Ranker(locale, labels, matrix.index, matrix.rarity, matrix.weights(solve(kernel, targets)))
    return replace(ranker, sharpness=fit_sharpness(_held_out(kernel, targets, len(examples)), columns))


def _held_out(kernel: Floats, targets: Floats, count: int) -> Floats:
    """The margins of the first ``count`` examples, each by a ranker that has not seen it."""
    margins = np.zeros((count, targets.shape[1]), dtype=np.float32)
    for fold in range(FOLDS):
        held = np.arange(fold, count, FOLDS)
        kept = np.setdiff1d(np.arange(len(targets)), held)
        duals = solve(kernel[np.ix_(kept, kept)], targets[kept], steps=FOLD_STEPS)
        margins[held] = kernel[np.ix_(held, kept)] @ duals + BIAS
    return margins


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
