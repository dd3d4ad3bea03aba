"""How evidence is weighed: every possible reading of a question gets a score, and the scores become probabilities.

A reading is an answer (topic × aspect), an intent, or *nothing of ours*. Each kind of evidence is a number; a reading's score
is their weighted sum, and a softmax over all readings of the question makes probabilities that sum to one, so answers,
intents and *nothing* compete on one scale. The weights (``weights.py``) are the same for every content: they say what each
kind of evidence is worth when strangers ask, that a named topic outweighs likeness, that many unknown words speak for
*nothing of ours*.

Rejected: weights learnt from sentences of the content itself, held out for it (they trust likeness too much, because its
authors write alike; three to five points fewer right answers on questions by strangers); multiplying separately calibrated
probabilities with hand-set bonuses (nine points fewer); more kinds of likeness (nearest three, centres, latent meaning of
words that occur together): no gain.

What no question shows often enough stands in ``follow_ups``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.model import AspectId, IntentId, TopicId
from bot.understanding.evidence import Gathered, aspects_to_consider
from bot.understanding.normalize import tokens
from bot.understanding.ranking import BIAS, Floats
from bot.understanding.reader import INTENT, NO_TOPIC, QUESTION, Reader
from bot.understanding.retrieval import LITTLE
from bot.understanding.weights import ANSWER_WEIGHTS, INTENT_WEIGHTS, NOTHING_WEIGHTS

KINDS = (*ANSWER_WEIGHTS, *INTENT_WEIGHTS, *NOTHING_WEIGHTS)
"""The kinds of evidence, in the order of the weights."""
WEIGHTS: Floats = np.asarray(
    [*ANSWER_WEIGHTS.values(), *INTENT_WEIGHTS.values(), *NOTHING_WEIGHTS.values()], dtype=np.float32
)

OVERVIEW = AspectId("overview")
ELIGIBILITY = AspectId("eligibility")
OWN_ASPECT = -4.0
"""Stands for the log probability of an aspect that only one topic has: no ranker for all topics knows it."""
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


def readings(gathered: Gathered, reader: Reader) -> tuple[list[Reading], Floats]:
    """Every reading worth weighing, and its evidence: readings x ``KINDS``."""
    kinds = (
        (_OF_ANSWERS, [*_answers(gathered, reader)]),
        (_OF_INTENTS, [*_intents(gathered, reader)]),
        (_OF_NOTHING, [_nothing(gathered)]),
    )
    found = [reading for _, rows in kinds for reading, _ in rows]
    table = np.zeros((len(found), len(KINDS)), dtype=np.float32)
    first = 0
    for places, rows in kinds:  # a kind at once: row by row takes four times as long
        if rows:
            table[first : first + len(rows), places] = [values for _, values in rows]
            first += len(rows)
    return found, table


def probabilities(scores: Floats) -> Floats:
    """Scores as probabilities that sum to one."""
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum(), dtype=np.float32)


Row = tuple[Reading, tuple[float, ...]]
_OF_ANSWERS = slice(0, len(ANSWER_WEIGHTS))
_OF_INTENTS = slice(_OF_ANSWERS.stop, _OF_ANSWERS.stop + len(INTENT_WEIGHTS))
_OF_NOTHING = slice(_OF_INTENTS.stop, len(KINDS))


def _answers(g: Gathered, reader: Reader) -> Iterator[Row]:
    a_question = g.gate.log(QUESTION)
    surest_name = max(g.named.values(), default=0.0)
    goes_on = g.before is not None and follows(g)
    clear = [AspectId(label) for label in g.aspect.places if g.aspect.log(label) >= GAP_FROM]
    for topic, sides in g.sides.items():
        log, again = g.topics.log(topic), topic == g.before and g.known > 0
        about = (
            0.0 if goes_on else log,
            log if goes_on and not again else 0.0,
            g.topics.margin(topic, float(BIAS)),
            g.named.get(topic, 0.0),
            0.0 if topic in g.named else surest_name,
            float(again and goes_on),
            float(again and not goes_on),
        )
        texts = reader.answers[topic]
        area = float(topic in reader.overviews.values())
        for aspect in aspects_to_consider(topic, clear, reader):
            label = f"{topic}.{aspect}"
            common = aspect in g.aspect.places
            yield (
                Reading(topic, aspect),
                (
                    *about,
                    g.aspect.log(aspect, OWN_ASPECT),
                    g.aspect.margin(aspect, float(BIAS)),
                    0.0 if common else 1.0,
                    sides.log(aspect, OWN_ASPECT),
                    sides.margin(aspect, float(BIAS)),
                    g.asked.get(label, LITTLE),
                    0.0 if goes_on else g.asked_in_full.get(label, LITTLE),
                    g.asked_in_full.get(label, LITTLE) if goes_on else 0.0,
                    g.said.get(label, LITTLE),
                    g.said_in_full.get(label, LITTLE),
                    float(aspect == OVERVIEW),
                    area,
                    float(aspect not in texts),
                    a_question,
                    float(aspect == ELIGIBILITY and bool(g.question.who)),
                ),
            )


def _intents(g: Gathered, reader: Reader) -> Iterator[Row]:
    surest_name = max(g.named.values(), default=0.0)
    highest, most_asked = g.highest_topic, max(g.asked_in_full.values(), default=LITTLE)
    labels = [label for label in g.gate.places if label.startswith(INTENT)]
    for label in sorted(labels, key=lambda label: (-g.gate.margin(label, 0.0), label))[:MOST_INTENTS]:
        intent = IntentId(label.removeprefix(INTENT))
        kind = reader.intent_kinds[intent]
        yield (
            Reading(intent=intent),
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
                most_asked,
                1.0,
            ),
        )


def _nothing(g: Gathered) -> Row:
    intents = (g.gate.margin(label, float(BIAS)) for label in g.gate.places if label.startswith(INTENT))
    return (
        Reading(),
        (
            1.0,
            1.0 - g.known,
            float(g.known <= 0.5),
            g.topics.margin(NO_TOPIC, float(BIAS)),
            g.highest_topic,
            max(intents, default=float(BIAS)),
            max(g.asked_in_full.values(), default=LITTLE),
            max(g.named.values(), default=0.0),
            float(not g.content),
        ),
    )


def follows(g: Gathered) -> bool:
    """Whether a message can only be understood from what was said before."""
    words = g.question.words
    return len(g.content) <= SHORT or words[0] in FOLLOW_UP_WORDS or bool(POINTING_WORDS.intersection(words))
