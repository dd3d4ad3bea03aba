"""Learning from the content: ``build(content) -> Reader``. Same content, same reader.

Takes seconds, so the caller caches the result by content hash.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter

import numpy as np

from bot.content.definitions import Area, Content, Topic
from bot.model import LOCALES, AspectId, TopicId
from bot.understanding.entities import figure_key
from bot.understanding.language import LanguageModel
from bot.understanding.learning import Corpus, Examples
from bot.understanding.material import Material, Words, drawn, gather, sentences_of
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import Ints, Ranker
from bot.understanding.reader import FUNDING_HELP, LAYERS, NO_TOPIC, Answers, LocaleReader, Reader, TopicRanker
from bot.understanding.retrieval import Centroids, Similar, Splitter, Within, terms

MOST_RANKED_TOPICS = 300
"""With more topics the ranker's table and its training grow too large; ``Centroids`` take over."""
MOST_ABOUT_TOPICS = 14_000
"""Sentences a ranker of topics learns from: time and memory grow with their square, and 35,000 of 200 topics took 13 GB."""
MOST_TEXTS = 60_000
"""Ways to ask for single answers whose features are told apart; of more so many are drawn, and the common ones remain."""
MOST_EXAMPLES_PER_SIDE = 12
"""Ways to ask for an aspect of any topic that a topic's own ranker learns from, besides the ways to ask for its answers."""
MOST_PER_SUBJECT = 700
"""Ways to ask that tell what the words besides the names are about: these are few labels."""


def build(content: Content) -> Reader:
    """The trained reader of a content."""
    topics = content.topics.values()
    answers = Answers.of({t.id: _answerable(t, content) for t in topics}, {t.id: dict(t.same_as) for t in topics})
    subjects = [_subject(answers.given(topic, aspect), content.topics[topic].area) for topic, aspect in answers.all()]
    return Reader(
        content_hash=content.hash,
        locales={locale: _learn(gather(content, locale), answers, subjects) for locale in LOCALES},  # one at a time
        language=LanguageModel.of({locale: tuple(sentences_of(content, locale)) for locale in LOCALES}),
        areas={topic.id: topic.area for topic in content.topics.values()},
        overviews={topic.area: topic.id for topic in content.topics.values() if topic.kind == "overview"},
        answers=answers,
        aspect_areas={aspect.id: aspect.areas for aspect in content.aspects.values()},
        intent_kinds={intent.id: intent.kind for intent in content.intents.values()},
        figures=_figures(content),
    )


def _learn(material: Material, answers: Answers, subjects: Sequence[Area]) -> LocaleReader:
    """Everything learnt from one language."""
    locale = material.locale
    parts = Splitter(material.vocabulary)
    places: dict[str, int] = {}
    masked = Corpus.of(_masked(material), locale, places)
    aspect = masked.learn(material.aspects, material.aspect_counters)
    sides = _sides(material, masked, answers)
    subject = _learn_subjects(material, masked, answers, subjects)
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
        subject=subject,
        subject_columns=np.asarray([subject.labels.index(each) for each in subjects], dtype=np.int32),
        sides=sides,
        aspect_columns=_columns(aspect.labels, answers),
        has_asks=np.isin(np.arange(len(answers.aspects)), [numbers[ask.label] for ask in material.asks]),
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
    examples = _about_topics(material)
    full = Corpus.of((words for words, _ in examples), locale, places)
    return TopicRanker(full.lexicon, full.learn(examples))


def _about_topics(material: Material) -> Examples:
    """What there is to learn about topics; of very many sentences all names, and of each topic an equal number of others."""
    if len(material.topics) <= MOST_ABOUT_TOPICS:
        return material.topics
    names = dict.fromkeys(material.titles)
    asks: dict[str, list[tuple[Words, str]]] = defaultdict(list)
    for example in material.topics:
        if example[1] != NO_TOPIC and example not in names:
            asks[example[1]].append(example)
    rest = [*names, *(example for example in material.topics if example[1] == NO_TOPIC)]
    most = max(1, (MOST_ABOUT_TOPICS - len(rest)) // max(1, len(asks)))
    return [*rest, *(example for each in asks.values() for example in drawn(each, most))]


def _masked(material: Material) -> Iterable[Words]:
    """Sentences with their names masked: all that are about every topic, and of the others as many as there is room for."""
    yield from (
        ask.question.masked for ask in drawn(material.asks, MOST_TEXTS, lambda ask: (ask.label, ask.question.words))
    )
    for examples in (
        material.intents,
        material.intent_counters,
        material.generic,
        material.aspects,
        material.aspect_counters,
    ):
        yield from (words for words, _ in examples)


def _subject(aspect: AspectId, area: Area) -> Area:
    """What an answer is about besides its topic's name: mostly the topic's area, but money for a course is funding."""
    return "funding" if aspect == FUNDING_HELP else area


def _learn_subjects(material: Material, corpus: Corpus, answers: Answers, subjects: Sequence[Area]) -> Ranker:
    """What a question is about besides the names in it, from the ways to ask with their names masked, as many of every subject."""
    of_label = {f"{topic}.{aspect}": area for (topic, aspect), area in zip(answers.all(), subjects, strict=True)}
    asked: dict[Area, dict[Words, None]] = {area: {} for area in subjects}
    for ask in material.asks:
        if ask.question.masked:
            asked[of_label[ask.label]][ask.question.masked] = None
    examples = [(words, area) for area, each in asked.items() for words in drawn(tuple(each), MOST_PER_SUBJECT)]
    return corpus.learn(examples, labels=tuple(asked)) if examples else Ranker.without(tuple(asked))


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
    learnt: dict[tuple[tuple[AspectId, ...], tuple[tuple[Words, str], ...]], Ranker] = {}
    for topic in answers.topics:
        labels = answers.of_topic(topic)
        for aspect in labels:
            examples[topic].extend((words, aspect) for words in drawn(by_aspect[aspect], MOST_EXAMPLES_PER_SIDE))
        known = (labels, tuple(examples[topic]))
        if known not in learnt:  # topics that are asked for in the same words share a ranker
            learnt[known] = corpus.learn(examples[topic], labels=labels) if examples[topic] else Ranker.without(labels)
        sides[topic] = learnt[known]
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
