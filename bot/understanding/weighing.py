"""How evidence is weighed: every possible reading of a question gets a score, and the scores become probabilities.

A reading is an answer (topic × aspect), an intent, or *nothing of ours*. Each kind of evidence is a number; a reading's score
is their weighted sum, and a softmax over all readings of the question makes probabilities that sum to one, so answers,
intents and *nothing* compete on one scale. The weights are learnt (``fitting``) on sentences of the content that the rankers
had not seen, so they say what each kind of evidence is really worth: that a named topic outweighs likeness, that many
unknown words speak for *nothing of ours*.

Rejected: multiplying separately calibrated probabilities with hand-set bonuses (nine points fewer right answers on questions
by strangers, and two dozen constants nobody could explain); more kinds of likeness (nearest three, centres): no gain.

What the content cannot teach, because its sentences stand alone, stands in ``follow_ups``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.model import AspectId, IntentId, TopicId
from bot.understanding.evidence import Gathered, aspects_to_consider
from bot.understanding.ranking import BIAS, Floats
from bot.understanding.reader import INTENT, NO_TOPIC, QUESTION, Reader
from bot.understanding.retrieval import LITTLE

ANSWER_EVIDENCE = {
    "topic": 1.0,
    "topic_margin": -0.6,
    "named": 3.5,
    "other_named": 0.1,
    "aspect": 0.7,
    "aspect_margin": 1.0,
    "own_aspect": 0.8,
    "side": 0.1,
    "side_margin": 1.3,
    "asked": 0.8,
    "asked_in_full": 1.6,
    "said": 4.0,
    "said_in_full": 3.0,
    "overview": 0.5,
    "area": 0.5,
    "without_text": -3.0,
    "a_question": 0.4,
    "person_named": -0.5,
}
INTENT_EVIDENCE = {
    "intent": 0.5,
    "intent_margin": 6.0,
    "handoff": 0.8,
    "off_topic": 0.2,
    "smalltalk": 1.0,
    "control": 0.7,
    "beside_name": -0.2,
    "beside_known_words": 0.3,
    "beside_topic": -2.3,
    "beside_asked": 0.0,
    "any_intent": 2.7,
}
NOTHING_EVIDENCE = {
    "nothing": -0.9,
    "unknown_words": 0.5,
    "mostly_unknown": 0.2,
    "no_topic": 1.7,
    "despite_topic": -1.8,
    "despite_intent": 2.5,
    "despite_asked": -0.3,
    "despite_name": -1.0,
    "no_content": -0.7,
}
KINDS = (*ANSWER_EVIDENCE, *INTENT_EVIDENCE, *NOTHING_EVIDENCE)
"""The kinds of evidence, in the order of the weights."""
TYPICAL: Floats = np.asarray(
    [*ANSWER_EVIDENCE.values(), *INTENT_EVIDENCE.values(), *NOTHING_EVIDENCE.values()], dtype=np.float32
)
"""What each is typically worth, as large contents teach it; a content with few sentences stays close to that."""

OVERVIEW = AspectId("overview")
ELIGIBILITY = AspectId("eligibility")
OWN_ASPECT = -4.0
"""Stands for the log probability of an aspect that only one topic has: no ranker for all topics knows it."""
GAP_FROM = float(np.log(0.3))
"""From this log probability on an aspect a topic has no text for is a reading: a known gap."""

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
    found = [*_answers(gathered, reader), *_intents(gathered, reader), _nothing(gathered)]
    table = np.zeros((len(found), len(KINDS)), dtype=np.float32)
    for row, (_, places, values) in enumerate(found):
        table[row, places] = values
    return [reading for reading, _, _ in found], table


def probabilities(scores: Floats) -> Floats:
    """Scores as probabilities that sum to one."""
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum(), dtype=np.float32)


Row = tuple[Reading, slice, tuple[float, ...]]
_OF_ANSWERS = slice(0, len(ANSWER_EVIDENCE))
_OF_INTENTS = slice(_OF_ANSWERS.stop, _OF_ANSWERS.stop + len(INTENT_EVIDENCE))
_OF_NOTHING = slice(_OF_INTENTS.stop, len(KINDS))


def _answers(g: Gathered, reader: Reader) -> Iterator[Row]:
    a_question = g.gate.log(QUESTION)
    surest_name = max(g.named.values(), default=0.0)
    for topic, sides in g.sides.items():
        about = (
            g.topics.log(topic),
            g.topics.margin(topic, float(BIAS)),
            g.named.get(topic, 0.0),
            0.0 if topic in g.named else surest_name,
        )
        texts = reader.answers[topic]
        area = float(topic in reader.overviews.values())
        for aspect in aspects_to_consider(topic, g, reader, GAP_FROM):
            label = f"{topic}.{aspect}"
            common = aspect in g.aspect.places
            yield (
                Reading(topic, aspect),
                _OF_ANSWERS,
                (
                    *about,
                    g.aspect.log(aspect, OWN_ASPECT),
                    g.aspect.margin(aspect, float(BIAS)),
                    0.0 if common else 1.0,
                    sides.log(aspect, OWN_ASPECT),
                    sides.margin(aspect, float(BIAS)),
                    g.asked.get(label, LITTLE),
                    g.asked_in_full.get(label, LITTLE),
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
            _OF_INTENTS,
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
        _OF_NOTHING,
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
