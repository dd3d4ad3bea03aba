"""Learning from the content: ``build(content) -> Reader``. Same content, same reader.

Takes seconds, so the caller caches the result by content hash. The score of a candidate is calibrated on the content's
own examples, each judged by a ranker that has not seen it; of the *off topic* intents each is also judged as if it did not
exist, because what people really ask off topic is never in any list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from bot.content.definitions import Answer, Content, Topic
from bot.model import LOCALES, AspectId, Candidate, Context, Locale, TopicId
from bot.understanding.calibrate import Calibration, fit
from bot.understanding.entities import TOPIC_MARK, WHO_MARK, Mention, Names, figure_key
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.language import LanguageModel
from bot.understanding.normalize import STOPWORDS, content_words, stem, tokens
from bot.understanding.phrases import expand, sentence_key
from bot.understanding.ranking import Matrix, Ranker, solve
from bot.understanding.reader import ASPECT, INTENT, LocaleReader, NameIndexes, Question, Reader, prepare
from bot.understanding.retrieval import Coverage, Similar, Splitter, terms
from bot.understanding.understand import evidence_of, found_by, rank

PER_TEMPLATE = 3
"""Sentences of one template the ranker learns from; all of them match as phrases."""
FOLDS = 3
FOLD_STEPS = 40
"""Steps of the held-out rankers: enough to place a sentence, fewer than for the one that serves."""

Floats = NDArray[np.float32]
Examples = list[tuple[tuple[str, ...], str]]
Asked = list[tuple[str, Question | None]]
"""Label and prepared sentence of every text in the index of own answers, in its order; None: a title."""


def build(content: Content) -> Reader:
    """The trained and calibrated reader of a content."""
    trained = {locale: build_locale(content, locale) for locale in LOCALES}
    reader = Reader(
        content_hash=content.hash,
        locales={locale: parts[0] for locale, parts in trained.items()},
        language=build_language(content),
        areas={topic.id: topic.area for topic in content.topics.values()},
        overviews={topic.area: topic.id for topic in content.topics.values() if topic.kind == "overview"},
        answers={
            topic.id: frozenset((*topic.answers, *topic.same_as, *_module_aspects(topic, content)))
            for topic in content.topics.values()
        },
        aspect_areas={aspect.id: aspect.areas for aspect in content.aspects.values()},
        intent_kinds={intent.id: intent.kind for intent in content.intents.values()},
        figures=_figures(content),
    )
    calibrated = {
        locale: replace(local, calibrations=_calibrate(reader, local, matrix, targets, examples, asked))
        for locale, (local, matrix, targets, examples, asked) in trained.items()
    }
    return replace(reader, locales=calibrated)


def _figures(content: Content) -> dict[str, tuple[TopicId, ...]]:
    found: dict[str, dict[TopicId, None]] = {}
    for topic in content.topics.values():
        for fact in (fact for version in topic.versions for fact in version.facts.values()):
            if fact.unit in ("EUR", "percent") and isinstance(fact.value, Decimal):
                key = figure_key(fact.value, percent=fact.unit == "percent")
                found.setdefault(key, {})[topic.id] = None
    return {key: tuple(topics) for key, topics in found.items()}


def _module_aspects(topic: Topic, content: Content) -> Iterable[AspectId]:
    if topic.module:
        yield from (aspect.id for aspect in content.aspects.values() if aspect.module_field)


def _calibrate(
    reader: Reader, local: LocaleReader, matrix: Matrix, targets: Floats, examples: Examples, asked: Asked
) -> dict[str, Calibration]:
    """Judge every example by a ranker that has not seen it, and learn from what came out right."""
    kernel = matrix.kernel()
    rows: dict[str, list[tuple[float, ...]]] = {}
    right: dict[str, list[bool]] = {}
    plain = replace(local, phrases={}, calibrations={})

    def learn(ranked: tuple[Candidate, ...], known: float, expected: str | None) -> None:
        if not ranked or (
            expected is None and ranked[0].intent and reader.intent_kinds[ranked[0].intent] == "off_topic"
        ):
            return
        way = found_by(ranked[0])
        rows.setdefault(way, []).append(evidence_of(tuple(replace(c, score=c.score / 100) for c in ranked), known))
        right.setdefault(way, []).append(ranked[0].label == expected)

    by_aspect: dict[str, list[TopicId]] = {}
    for topic, aspects in sorted(reader.answers.items()):
        if topic not in reader.overviews.values():
            for aspect in aspects:
                by_aspect.setdefault(aspect, []).append(topic)
    for fold in range(FOLDS):
        held = np.arange(fold, len(examples), FOLDS)
        kept = np.setdiff1d(np.arange(len(targets)), held)
        duals = solve(kernel[np.ix_(kept, kept)], targets[kept], steps=FOLD_STEPS)
        margins = kernel[np.ix_(held, kept)] @ duals
        for place, row in enumerate(held):
            words, label = examples[row]
            for case, expected, seen in _cases(words, label, int(row), margins[place], local, reader, by_aspect):
                question, context = case
                ranked, known = rank(question, reader, plain, context, seen)
                learn(ranked, known, expected)
    for number, (label, own_question) in enumerate(asked):
        if own_question is not None:
            ranked, known = rank(own_question, reader, plain, Context(locale=local.locale), without=number)
            learn(ranked, known, label)
    found: dict[str, Calibration] = {}
    for way, seen_rows in rows.items():
        if any(right[way]) and not all(right[way]):  # too little content to learn from otherwise: scores stay raw
            found[way] = fit(seen_rows, right[way])
    return found


def _cases(
    words: tuple[str, ...],
    label: str,
    number: int,
    margins: Floats,
    local: LocaleReader,
    reader: Reader,
    by_aspect: Mapping[str, list[TopicId]],
) -> Iterable[tuple[tuple[Question, Context], str | None, Floats]]:
    """The questions one example stands for, what must come out (None: nothing of ours), and the margins to use."""
    if label.startswith(ASPECT):
        aspect = label.removeprefix(ASPECT)
        topics = by_aspect.get(aspect, ())
        if not topics:
            return
        topic = topics[number % len(topics)]
        start = words.index(TOPIC_MARK) if TOPIC_MARK in words else None
        mentions = () if start is None else (Mention(topic, start, start + 1, 1.0, TOPIC_MARK),)
        question = Question(words, words, mentions, (), (), ())
        context = Context(locale=local.locale, topic=None if mentions else topic)
        yield (question, context), f"{topic}.{aspect}", margins
        return
    intent = label.removeprefix(INTENT)
    question = Question(words, words, (), (), (), ())
    yield (question, Context(locale=local.locale)), intent, margins
    if reader.intent_kinds[intent] == "off_topic":
        without = margins.copy()
        without[local.route.labels.index(label)] = -1.5
        yield (question, Context(locale=local.locale)), None, without


def build_locale(content: Content, locale: Locale) -> tuple[LocaleReader, Matrix, Floats, Examples, Asked]:
    """The reader of one language, and what is needed to calibrate it: matrix, targets and examples of the ranker."""
    overviews = frozenset(t.id for t in content.topics.values() if t.kind == "overview")
    names = NameIndexes(
        Names.of(((name, topic.id) for topic in content.topics.values() for name in _topic_names(topic)), locale),
        Names.of(
            (
                (word, who.id)
                for who in content.who.values()
                for word in _who_words(content, who.phrases.get(locale, ()), locale)
            ),
            locale,
        ),
    )
    vocabulary = Vocabulary.of(_all_words(content, locale))
    rules = content.lists.rules.get(locale, {})

    def prepared(sentence: str) -> Question:
        words = tokens(
            sentence.replace("{topic}", TOPIC_MARK).replace("{who}", WHO_MARK).replace("{course}", TOPIC_MARK)
        )
        return prepare(words, names, vocabulary, overviews, locale)

    def masked(sentence: str) -> tuple[str, ...]:
        return prepared(sentence).masked

    phrases: dict[str, str] = {}
    examples: Examples = []
    counters: Examples = []
    things = [
        *((f"{ASPECT}{a.id}", a.phrases, a.examples, a.counterexamples) for a in content.aspects.values()),
        *((f"{INTENT}{i.id}", i.phrases, i.examples, i.counterexamples) for i in content.intents.values()),
    ]
    for label, templates, sentences, against in things:
        for template in templates.get(locale, ()):
            variants = expand(template, rules)
            for sentence in variants:
                phrases.setdefault(sentence_key(tokens(sentence)), label)
            for sentence in islice(variants, 0, None, max(1, len(variants) // PER_TEMPLATE)):
                examples.append((masked(sentence), label))
        for sentence in sentences.get(locale, ()):
            key = masked(sentence)
            phrases.setdefault(sentence_key(key), label)
            examples.append((key, label))
        counters.extend((masked(sentence), label) for sentence in against.get(locale, ()))
    examples = list(dict.fromkeys(example for example in examples if example[0]))
    route, matrix, targets = _train_route(examples, counters, locale)

    parts = Splitter(vocabulary)
    own: dict[str, str] = {}
    asks: list[tuple[str, Mapping[str, float]]] = []
    asked: Asked = []
    documents: list[tuple[str, Mapping[str, float]]] = []
    for topic in content.topics.values():
        for answer in topic.answers.values():
            label = f"{topic.id}.{answer.aspect}"
            for sentence in answer.asks.get(locale, ()):
                question = prepared(sentence)
                own.setdefault(sentence_key(question.masked), label)
                asks.append((label, terms(question.masked, locale, parts)))
                asked.append((label, question))
            title = answer.title.get(locale)
            if title:
                asks.append((label, terms(masked(title), locale, parts)))
                asked.append((label, None))
        documents.append((topic.id, _document(topic, locale, parts)))
    similar = Similar.of(asks)
    unheard = float(similar.rarity.max()) if len(similar.rarity) else 1.0
    return (
        LocaleReader(
            locale, names, phrases, own, route, similar, Coverage.of(documents), vocabulary, parts, unheard, {}
        ),
        matrix,
        targets,
        examples,
        asked,
    )


def build_language(content: Content) -> LanguageModel:
    """The language model learnt from everything the content says and is asked in each language."""
    return LanguageModel.of({locale: tuple(_sentences(content, locale)) for locale in LOCALES})


def _train_route(examples: Examples, counters: Examples, locale: Locale) -> tuple[Ranker, Matrix, Floats]:
    """The ranker over aspects and intents. A counterexample only says what a sentence is *not*: its other targets are 0."""
    labels = tuple(sorted({label for _, label in examples}))
    column = {label: i for i, label in enumerate(labels)}
    matrix = Matrix.of([words for words, _ in (*examples, *counters)], locale)
    targets = np.zeros((len(examples) + len(counters), len(labels)), dtype=np.float32)
    targets[: len(examples)] = -1
    for row, (_, label) in enumerate(examples):
        targets[row, column[label]] = 1
    for row, (_, label) in enumerate(counters, len(examples)):
        targets[row, column[label]] = -1
    duals = solve(matrix.kernel(), targets)
    return (
        Ranker(locale, labels, matrix.index, matrix.rarity, matrix.weights(duals), duals.sum(axis=0)),
        matrix,
        targets,
    )


def _topic_names(topic: Topic) -> Iterable[str]:
    for locale in LOCALES:
        yield topic.title.get(locale, "")
        yield from topic.names.get(locale, ())


def _who_words(content: Content, templates: Iterable[str], locale: Locale) -> Iterable[str]:
    for template in templates:
        yield from expand(template, content.lists.rules.get(locale, {}))


def _texts(answer: Answer, locale: Locale) -> Iterable[str]:
    for texts in (answer.text, answer.more, answer.title, *answer.who.values()):
        if locale in texts:
            yield texts[locale]


def _sentences(content: Content, locale: Locale) -> Iterable[str]:
    for aspect in content.aspects.values():
        yield from aspect.examples.get(locale, ())
    for intent in content.intents.values():
        yield from intent.examples.get(locale, ())
    for topic in content.topics.values():
        for answer in topic.answers.values():
            yield from _texts(answer, locale)
            yield from answer.asks.get(locale, ())


def _all_words(content: Content, locale: Locale) -> Iterable[str]:
    yield from STOPWORDS[locale]
    for sentence in _sentences(content, locale):
        yield from tokens(sentence)
    for topic in content.topics.values():
        for name in _topic_names(topic):
            yield from tokens(name)
    for who in content.who.values():
        for sentence in (*who.phrases.get(locale, ()), *who.examples.get(locale, ())):
            yield from tokens(sentence)
    for phrases in (*(a.phrases for a in content.aspects.values()), *(i.phrases for i in content.intents.values())):
        for template in phrases.get(locale, ()):
            yield from tokens(template)  # brackets fall away; the name of a slot or rule does no harm as a word
    for rule in content.lists.rules.get(locale, {}).values():
        yield from tokens(rule)


_NAME, _ASKED, _SAID = 1.0, 0.9, 0.55
"""How much a word counts for a topic that stands in its names, in what it is asked by, and in what it says."""


def _document(topic: Topic, locale: Locale, parts: Splitter) -> Mapping[str, float]:
    out: dict[str, float] = {}

    def add(text: str, weight: float) -> None:
        for word in content_words(tokens(text), locale):
            for root in (stem(word, locale), *(stem(part, locale) for part in parts(word))):
                out[root] = max(out.get(root, 0.0), weight)

    for name in _topic_names(topic):
        add(name, _NAME)
    for answer in topic.answers.values():
        for sentence in answer.asks.get(locale, ()):
            add(sentence, _ASKED)
        for text in _texts(answer, locale):
            add(text, _SAID)
    return out
