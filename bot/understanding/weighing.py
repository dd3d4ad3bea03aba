"""How evidence is weighed: every possible reading of a question gets a score, and the scores become probabilities.

A reading is an answer (topic × aspect), an intent, or *nothing of ours*. Each kind of evidence is a number; a reading's score
is their weighted sum and what a small hidden layer adds, because a kind may be worth more or less beside others: in a message
of two words, where something was spoken of before, for a side nobody ever wrote a way to ask for. A softmax over all readings
of the question makes probabilities that sum to one, so answers, intents and *nothing* compete on one scale. The weights
(``weights.py``) are the same for every content: they say what each kind of evidence is worth when strangers ask, that a named
topic outweighs likeness, that many unknown words speak for *nothing of ours*. Without the layer two of a hundred answers fewer
are right, on questions that taught nothing.

Rejected: weights learnt from sentences of the content itself, held out for it (they trust likeness too much, because its
authors write alike; three to five points fewer right answers on questions by strangers); multiplying separately calibrated
probabilities with hand-set bonuses (nine points fewer); more kinds of likeness (nearest three, centres, latent meaning of
words that occur together): no gain; the same evidence once more for the clause alone that asks, without its story: weights
near zero; learning all sides that one text answers (``same_as``) as one: one point fewer.

What no question shows often enough stands in ``follow_ups``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.content.definitions import Area
from bot.model import AspectId, IntentId, TopicId
from bot.understanding.evidence import OWN_ASPECT, Gathered, known_gaps
from bot.understanding.normalize import tokens
from bot.understanding.ranking import BIAS, Bools, Floats, Ints
from bot.understanding.reader import INTENT, NO_TOPIC, QUESTION, LocaleReader, Reader
from bot.understanding.retrieval import LITTLE
from bot.understanding.weights import ALONE, HIDDEN, OFFSETS, WORTH

OF_ANSWERS = (
    "topic", "topic_after", "topic_margin", "named", "other_named", "goes_on", "stays",
    "aspect", "aspect_margin", "own_aspect", "subject", "side", "side_margin", "without_asks",
    "asked", "asked_in_full", "asked_after", "said", "said_after", "said_in_full", "said_full_after",
    "overview", "area", "without_text", "a_question", "person_named",
)  # fmt: skip
OF_INTENTS = (
    "intent", "intent_margin", "handoff", "off_topic", "smalltalk", "control",
    "beside_name", "beside_known_words", "beside_topic", "beside_asked", "any_intent",
)  # fmt: skip
OF_NOTHING = (
    "nothing", "unknown_words", "mostly_unknown", "no_topic",
    "despite_topic", "despite_intent", "despite_asked", "despite_name", "no_content",
)  # fmt: skip
OF_ALL = (
    "long_content", "long", "in_english", "follows", "names", "was_spoken_of", "known", "names_who", "likeliest_topic",
    "most_alike", "is_question",
)  # fmt: skip
"""The same for every reading of a question: worth nothing alone, but other kinds are worth more or less beside them."""
KINDS = (*OF_ANSWERS, *OF_INTENTS, *OF_NOTHING, *OF_ALL)
"""The kinds of evidence, in the order of the columns of a table."""

OVERVIEW = AspectId("overview")
ELIGIBILITY = AspectId("eligibility")
GAP_FROM = float(np.log(0.3))
"""From this log probability on an aspect a topic has no text for is a reading: a known gap."""

SHORT = 2
"""Content words of a message that can only be understood from what was said before."""
FOLLOW_UP_WORDS = frozenset(tokens("und and aber but auch also dann then"))
"""What such a message begins with."""
POINTING_WORDS = frozenset(
    tokens("davon dafür damit daran darauf daraus darüber dadurch dort denen dessen it that this them those there")
)
"""Words that stand for what was said before."""

MOST_INTENTS = 8
"""Intents that are weighed; the others have far too little for them."""

COURSES: Area = "modules"
LEAST_SUBJECT = -3.0
"""The least log probability of a subject that counts: it is told by few words, with more assurance than they deserve."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question: an answer, an intent, or neither (nothing of ours)."""

    topic: TopicId | None = None
    aspect: AspectId | None = None
    intent: IntentId | None = None

    @property
    def label(self) -> str:
        """``topic.aspect``, ``intent:name``, or an empty text for nothing of ours."""
        if self.topic:
            return f"{self.topic}.{self.aspect}"
        return f"{INTENT}{self.intent}" if self.intent else ""


def readings(gathered: Gathered, reader: Reader, local: LocaleReader) -> tuple[list[Reading], Floats]:
    """Every reading worth weighing, and its evidence: readings x ``KINDS``."""
    kinds = (
        (_ANSWERS_AT, _answers(gathered, reader, local)),
        (_INTENTS_AT, _intents(gathered, reader)),
        (_NOTHING_AT, _nothing(gathered)),
    )
    found = [reading for _, (each, _) in kinds for reading in each]
    table = np.zeros((len(found), len(KINDS)), dtype=np.float32)
    first = 0
    for places, (each, evidence) in kinds:
        table[first : first + len(each), places] = evidence
        first += len(each)
    table[:, _ALL_AT] = _of_all(gathered, local)
    return found, table


def scores(table: Floats) -> Floats:
    """What the evidence speaks for each reading, as the logarithm of its odds."""
    together = np.tanh(table @ _HIDDEN + _OFFSETS) @ _WORTH
    return np.asarray(table @ _ALONE + together, dtype=np.float32)


def probabilities(scores: Floats) -> Floats:
    """Scores as probabilities that sum to one."""
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum(), dtype=np.float32)


Rows = tuple[Sequence[Reading], Floats]
"""Readings of one kind with their evidence, readings x the columns of that kind."""
_ANSWERS_AT = slice(0, len(OF_ANSWERS))
_INTENTS_AT = slice(_ANSWERS_AT.stop, _ANSWERS_AT.stop + len(OF_INTENTS))
_NOTHING_AT = slice(_INTENTS_AT.stop, _INTENTS_AT.stop + len(OF_NOTHING))
_ALL_AT = slice(_NOTHING_AT.stop, len(KINDS))
_ALONE = np.asarray([ALONE[kind] for kind in KINDS], dtype=np.float32)
_HIDDEN = np.asarray([HIDDEN[kind] for kind in KINDS], dtype=np.float32)
_OFFSETS, _WORTH = np.asarray(OFFSETS, dtype=np.float32), np.asarray(WORTH, dtype=np.float32)


def _answers(g: Gathered, reader: Reader, local: LocaleReader) -> Rows:
    """The answers of the topics looked at closely, and behind them the known gaps. A kind of evidence at once, not a row."""
    close = g.close
    clear = [AspectId(g.aspect.labels[place]) for place in np.flatnonzero(g.aspect.logs >= GAP_FROM).tolist()]
    gaps = [
        (n, aspect)
        for n, topic in enumerate(close.topics)
        for aspect in known_gaps(topic, clear, reader, named=topic in g.named)
    ]
    found = [reading for topic in close.topics for reading in _of_topic(topic, reader.answers.of_topic(topic))]
    found.extend(Reading(close.topics[n], aspect) for n, aspect in gaps)

    def with_gaps(values: Floats | Ints | Bools, of_gaps: float | Sequence[int]) -> NDArray[Any]:
        return (
            np.append(values, of_gaps if isinstance(of_gaps, Sequence) else [of_gaps] * len(gaps)) if gaps else values
        )

    topic = with_gaps(close.topic, [n for n, _ in gaps])
    column = with_gaps(local.aspect_columns[close.numbers], [g.aspect.places[aspect] for _, aspect in gaps])
    asked, asked_in_full, said, said_in_full = (with_gaps(layer, LITTLE) for layer in close.alike)
    surest_name = max(g.named.values(), default=0.0)
    goes_on = g.before is not None and follows(g)
    again = np.asarray([topic == g.before and g.known > 0 for topic in close.topics], dtype=bool)[topic]
    named = np.asarray([g.named.get(topic, 0.0) for topic in close.topics])[topic]
    is_named = np.asarray([topic in g.named for topic in close.topics], dtype=bool)[topic]
    area = np.asarray([topic in reader.overviews.values() for topic in close.topics], dtype=bool)[topic]
    log = np.asarray([g.topics.log(topic) for topic in close.topics])[topic]
    margin = np.asarray([g.topics.margin(topic, float(BIAS)) for topic in close.topics])[topic]
    is_gap = np.arange(len(found)) >= len(close.numbers)
    is_eligibility = np.asarray([reading.aspect == ELIGIBILITY for reading in found], dtype=bool)
    none = np.zeros(len(found))
    subjects = with_gaps(
        local.subject_columns[close.numbers], [g.subject.places[reader.areas[close.topics[n]]] for n, _ in gaps]
    )
    columns: Mapping[str, NDArray[Any]] = {
        "topic": none if goes_on else log,
        "topic_after": np.where(again, 0.0, log) if goes_on else none,
        "topic_margin": margin,
        "named": named,
        "other_named": np.where(is_named, 0.0, surest_name),
        "goes_on": again if goes_on else none,
        "stays": none if goes_on else again,
        "aspect": np.append(g.aspect.logs, OWN_ASPECT)[column],
        "aspect_margin": np.append(g.aspect.margins, BIAS)[column],
        "own_aspect": column < 0,
        "subject": _subject(g, reader, subjects, topic),
        "side": with_gaps(close.side_logs, OWN_ASPECT),
        "side_margin": with_gaps(close.side_margins, float(BIAS)),
        "without_asks": with_gaps(~local.has_asks[close.numbers], 1.0),
        "asked": asked,
        "asked_in_full": none if goes_on else asked_in_full,
        "asked_after": asked_in_full if goes_on else none,
        "said": none if goes_on else said,
        "said_after": said if goes_on else none,
        "said_in_full": none if goes_on else said_in_full,
        "said_full_after": said_in_full if goes_on else none,
        "overview": np.asarray([reading.aspect == OVERVIEW for reading in found], dtype=bool),
        "area": area,
        "without_text": is_gap,
        "a_question": np.full(len(found), g.gate.log(QUESTION)),
        "person_named": is_eligibility if g.question.who else none,
    }
    return found, np.asarray([columns[kind] for kind in OF_ANSWERS], dtype=np.float32).T


def _subject(g: Gathered, reader: Reader, subjects: Ints, topic: Ints) -> NDArray[Any]:
    """How well each answer explains the words beside the name of a course: *money*, *counts for a degree*.

    A course may be only the setting of a question about funding or recognition; a programme that is named is its object, so
    nothing speaks against that.
    """
    courses = [named for named in g.named if reader.areas[named] == COURSES]
    if not courses or len(g.content) <= SHORT:
        return np.zeros(len(subjects))
    is_object = np.asarray([named in g.named and named not in courses for named in g.close.topics], dtype=bool)[topic]
    return np.where(is_object, 0.0, np.maximum(g.subject.logs, LEAST_SUBJECT)[subjects])


@lru_cache(maxsize=4096)
def _of_topic(topic: TopicId, aspects: tuple[AspectId, ...]) -> tuple[Reading, ...]:
    return tuple(Reading(topic, aspect) for aspect in aspects)


def _intents(g: Gathered, reader: Reader) -> Rows:
    surest_name = max(g.named.values(), default=0.0)
    likeliest = [label for label in g.gate.likeliest(MOST_INTENTS + 1) if label.startswith(INTENT)][:MOST_INTENTS]
    found = [Reading(intent=IntentId(label.removeprefix(INTENT))) for label in likeliest]
    highest, most_alike = g.highest_topic, g.most_alike
    evidence = []
    for label, reading in zip(likeliest, found, strict=True):
        assert reading.intent
        kind = reader.intent_kinds[reading.intent]
        evidence.append(
            (
                g.gate.log(label),
                g.gate.margin(label, float(BIAS)),
                float(kind == "handoff"),
                float(kind == "off_topic"),
                float(kind == "smalltalk"),
                float(kind == "control"),
                surest_name,
                g.known,
                highest,
                most_alike,
                1.0,
            )
        )
    return found, np.asarray(evidence, dtype=np.float32).reshape(len(found), len(OF_INTENTS))


def _nothing(g: Gathered) -> Rows:
    intents = (label for label in g.gate.likeliest(2) if label.startswith(INTENT))
    evidence = (
        1.0,
        1.0 - g.known,
        float(g.known <= 0.5),
        g.topics.margin(NO_TOPIC, float(BIAS)),
        g.highest_topic,
        g.gate.margin(next(intents, ""), float(BIAS)),
        g.most_alike,
        max(g.named.values(), default=0.0),
        float(not g.content),
    )
    return [Reading()], np.asarray([evidence], dtype=np.float32)


def _of_all(g: Gathered, local: LocaleReader) -> tuple[float, ...]:
    return (
        log1p(len(g.content)),
        log1p(len(g.question.words)),
        float(local.locale == "en"),
        float(follows(g)),
        float(bool(g.named)),
        float(g.before is not None),
        g.known,
        float(bool(g.question.who)),
        g.highest_topic,
        g.most_alike,
        g.gate.log(QUESTION),
    )


def follows(g: Gathered) -> bool:
    """Whether a message can only be understood from what was said before."""
    words = g.question.words
    return len(g.content) <= SHORT or words[0] in FOLLOW_UP_WORDS or bool(POINTING_WORDS.intersection(words))
