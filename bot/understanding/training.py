"""Learning from the content: ``build(content) -> Reader``. Same content, same reader.

Takes seconds, so the caller caches the result by content hash. The score of a candidate is calibrated on the content's
own sentences, each judged by rankers that have not seen it; of the *off topic* intents each is also judged as if it did
not exist, because what people really ask off topic is never in any list.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from bot.content.definitions import Content, Topic
from bot.model import LOCALES, AspectId, Context, Locale, TopicId
from bot.understanding.calibrate import Calibration, fit
from bot.understanding.entities import TOPIC_MARK, Mention, figure_key
from bot.understanding.language import LanguageModel
from bot.understanding.material import Material, Words, gather, sentences_of
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import BIAS, Matrix, Ranker, solve
from bot.understanding.reader import ASPECT, INTENT, LocaleReader, Question, Reader
from bot.understanding.retrieval import Centroids, Similar, Splitter, terms
from bot.understanding.understand import evidence_of, found_by, rank

FOLDS = 3
FOLD_STEPS = 14
"""Steps of the held-out rankers: enough to place a sentence, fewer than for the ones that serve."""
MOST_RANKED_TOPICS = 300
"""With more topics the ranker's table and its training grow too large; ``Centroids`` take over."""

Floats = NDArray[np.float32]


def build(content: Content) -> Reader:
    """The trained and calibrated reader of a content."""
    lessons = {locale: _learn(gather(content, locale)) for locale in LOCALES}
    reader = Reader(
        content_hash=content.hash,
        locales={locale: lesson.local for locale, lesson in lessons.items()},
        language=LanguageModel.of({locale: tuple(sentences_of(content, locale)) for locale in LOCALES}),
        areas={topic.id: topic.area for topic in content.topics.values()},
        overviews={topic.area: topic.id for topic in content.topics.values() if topic.kind == "overview"},
        answers={topic.id: frozenset(_answerable(topic, content)) for topic in content.topics.values()},
        aspect_areas={aspect.id: aspect.areas for aspect in content.aspects.values()},
        intent_kinds={intent.id: intent.kind for intent in content.intents.values()},
        figures=_figures(content),
    )
    return replace(
        reader,
        locales={
            locale: replace(lesson.local, calibrations=_calibrate(reader, lesson)) for locale, lesson in lessons.items()
        },
    )


@dataclass(frozen=True, slots=True)
class Learnt:
    """A ranker, and what it was trained on: the likeness of its examples and what each of them says."""

    ranker: Ranker
    kernel: Floats
    targets: Floats

    def held_out(self, count: int) -> Floats:
        """The margins of the first ``count`` examples, each by a ranker that has not seen it."""
        kernel = self.kernel
        margins = np.zeros((count, self.targets.shape[1]), dtype=np.float32)
        for fold in range(FOLDS):
            held = np.arange(fold, count, FOLDS)
            kept = np.setdiff1d(np.arange(len(self.targets)), held)
            duals = solve(kernel[np.ix_(kept, kept)], self.targets[kept], steps=FOLD_STEPS)
            margins[held] = kernel[np.ix_(held, kept)] @ duals + BIAS
        return margins


@dataclass(frozen=True, slots=True)
class Lesson:
    """One language, learnt but not calibrated yet."""

    material: Material
    local: LocaleReader
    routes: Learnt
    topics: Learnt | None


def _learn(material: Material) -> Lesson:
    locale = material.locale
    parts = Splitter(material.vocabulary)
    similar = Similar.of((ask.label, terms(ask.question.masked, locale, parts)) for ask in material.asks)
    routes = _train(material.routes, locale, material.counters)
    topics = None
    if len({topic for _, topic in material.topics}) <= MOST_RANKED_TOPICS:
        topics = _train(material.topics, locale)
    local = LocaleReader(
        locale=locale,
        names=material.names,
        phrases=material.phrases,
        own={sentence_key(ask.question.masked): ask.label for ask in reversed(material.asks)},
        route=routes.ranker,
        topics=topics.ranker
        if topics
        else Centroids.of((label, terms(words, locale, parts)) for words, label in material.topics),
        similar=similar,
        vocabulary=material.vocabulary,
        parts=parts,
        unheard=float(similar.rarity.max()) if len(similar.rarity) else 1.0,
        calibrations={},
    )
    return Lesson(material, local, routes, topics)


def _train(examples: Sequence[tuple[Words, str]], locale: Locale, counters: Sequence[tuple[Words, str]] = ()) -> Learnt:
    """A ranker on these examples. A counterexample only says what it is *not*: its other targets are 0."""
    labels = tuple(sorted({label for _, label in examples}))
    column = {label: i for i, label in enumerate(labels)}
    matrix = Matrix.of([words for words, _ in (*examples, *counters)], locale)
    targets = np.zeros((len(examples) + len(counters), len(labels)), dtype=np.float32)
    targets[: len(examples)] = -1
    for row, (_, label) in enumerate(examples):
        targets[row, column[label]] = 1
    for row, (_, label) in enumerate(counters, len(examples)):
        targets[row, column[label]] = -1
    kernel = matrix.kernel()
    duals = solve(kernel, targets)
    ranker = Ranker(locale, labels, matrix.index, matrix.rarity, matrix.weights(duals))
    return Learnt(ranker, kernel, targets)


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


# --- Calibration ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """A question, what must come out (None: nothing of ours), and the margins of rankers that have not seen it."""

    question: Question
    context: Context
    expected: str | None
    route: Floats | None = None
    about: Floats | None = None
    without: int | None = None


def _calibrate(reader: Reader, lesson: Lesson) -> dict[str, Calibration]:
    """Judge every sentence as if it were new, and learn from what came out right."""
    plain = replace(lesson.local, phrases={}, own={}, calibrations={})
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    routes = lesson.routes.held_out(len(lesson.material.routes))
    topics = lesson.topics.held_out(len(lesson.material.topics)) if lesson.topics else None
    for case in (*_route_cases(reader, lesson, routes), *_ask_cases(lesson, routes, topics)):
        ranked, evidence = rank(
            case.question,
            reader,
            plain,
            case.context,
            margins=case.route,
            about=case.about,
            without=case.without,
        )
        if evidence is None or not ranked:
            continue
        intent = ranked[0].intent
        if case.expected is None and intent and reader.intent_kinds[intent] == "off_topic":
            continue
        raw = tuple(replace(candidate, score=candidate.score / 100) for candidate in ranked)
        way = found_by(ranked[0])
        rows[way].append(evidence_of(raw, evidence.known, evidence.familiar))
        right[way].append(ranked[0].label == case.expected)
    return {
        way: fit(rows[way], right[way])
        for way in rows
        if any(right[way]) and not all(right[way])  # otherwise there is nothing to learn, and scores stay raw
    }


def _route_cases(reader: Reader, lesson: Lesson, margins: Floats) -> Iterator[Case]:
    """Sentences about aspects, put to one topic after the other, and sentences of intents."""
    local, examples = lesson.local, lesson.material.routes
    labels = local.route.labels
    for number, (words, label) in enumerate(examples):
        if label.startswith(ASPECT):
            case = _about_a_topic(reader, lesson, words, AspectId(label.removeprefix(ASPECT)), number, margins[number])
            if case:
                yield case
            continue
        intent = label.removeprefix(INTENT)
        question = Question(words, words, (), (), (), ())
        yield Case(question, Context(local.locale), intent, margins[number])
        if reader.intent_kinds[intent] == "off_topic":
            without = margins[number].copy()
            without[labels.index(label)] = -1.5
            yield Case(question, Context(local.locale), None, without)


def _about_a_topic(
    reader: Reader, lesson: Lesson, words: Words, aspect: AspectId, number: int, margins: Floats
) -> Case | None:
    """The sentence with a topic's name in place of the mark, or as a follow-up about a topic."""
    topics = [
        topic
        for topic, aspects in reader.answers.items()
        if aspect in aspects and topic not in reader.overviews.values()
    ]
    if not topics:
        return None
    topic = topics[number % len(topics)]
    locale = lesson.local.locale
    if TOPIC_MARK not in words:
        return Case(Question(words, words, (), (), (), ()), Context(locale, topic), f"{topic}.{aspect}", margins)
    name = next(name for name, other in lesson.material.topics if other == topic)
    start = words.index(TOPIC_MARK)
    spoken = (*words[:start], *name, *words[start + 1 :])
    mention = Mention(topic, start, start + len(name), 1.0, " ".join(name))
    return Case(Question(spoken, words, (mention,), (), (), ()), Context(locale), f"{topic}.{aspect}", margins)


def _ask_cases(lesson: Lesson, routes: Floats, topics: Floats | None) -> Iterator[Case]:
    """Ways to ask for single answers, judged without themselves."""
    local, material = lesson.local, lesson.material
    by_masked = {words: routes[row] for row, (words, _) in enumerate(material.routes)}
    by_words = {} if topics is None else {words: topics[row] for row, (words, _) in enumerate(material.topics)}
    for number, ask in enumerate(material.asks):
        yield Case(
            ask.question,
            Context(local.locale),
            ask.label,
            by_masked.get(ask.question.masked),
            by_words.get(ask.question.words),
            number,
        )
