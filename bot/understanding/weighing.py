"""How evidence is weighed: every possible reading of a question gets a score, and the scores become probabilities.

A reading is an answer (topic × aspect), an intent, or *nothing of ours*. Each kind of evidence is a number; a reading's score
is their weighted sum, and a softmax over all readings of the question makes probabilities that sum to one, so answers,
intents and *nothing* compete on one scale. The weights are learnt (``fitting``) on sentences of the content that the rankers
had not seen, so they say what each kind of evidence is really worth: that a named topic outweighs likeness, that many
unknown words speak for *nothing of ours*.

Rejected: multiplying separately calibrated probabilities with hand-set bonuses (nine points fewer right answers on questions
by strangers, and two dozen constants nobody could explain); more kinds of likeness (nearest three, centres): no gain.

What the content cannot teach, because its sentences stand alone, are a few fixed weights: what was typed word for word, a bare
name, and what was spoken of before.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.model import AspectId, Context, IntentId, TopicId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK
from bot.understanding.evidence import Gathered, aspects_to_consider
from bot.understanding.normalize import tokens
from bot.understanding.ranking import BIAS, Floats
from bot.understanding.reader import ASPECT, INTENT, NO_TOPIC, QUESTION, Reader
from bot.understanding.retrieval import LITTLE

ANSWER_EVIDENCE = (
    "topic",
    "topic_margin",
    "named",
    "other_named",
    "aspect",
    "aspect_margin",
    "own_aspect",
    "side",
    "side_margin",
    "asked",
    "asked_in_full",
    "said",
    "said_in_full",
    "overview",
    "area",
    "without_text",
    "a_question",
    "person_named",
)
INTENT_EVIDENCE = (
    "intent",
    "intent_margin",
    "handoff",
    "off_topic",
    "smalltalk",
    "control",
    "topic_named",
    "known_words",
    "best_topic",
    "best_asked",
    "any_intent",
)
NOTHING_EVIDENCE = (
    "nothing",
    "unknown_words",
    "mostly_unknown",
    "no_topic",
    "best_topic_",
    "best_intent",
    "best_asked_",
    "topic_named_",
    "no_content",
)
KINDS = (*ANSWER_EVIDENCE, *INTENT_EVIDENCE, *NOTHING_EVIDENCE)
"""The kinds of evidence, in the order of the weights."""
PLACE = {kind: place for place, kind in enumerate(KINDS)}

OVERVIEW = AspectId("overview")
ELIGIBILITY = AspectId("eligibility")
ABOUT_PEOPLE = frozenset({ELIGIBILITY, AspectId("amount"), AspectId("coverage")})
BESIDE_NAMES = frozenset(
    tokens(
        "und and aber but auch also oder or der die das den dem des ein eine einen einem bei beim im in mit zum zur zu von vom "
        "für fürs the a an for with at of on denn dann then bitte please as als about"
    )
)
"""Words that say nothing about the side when they stand beside a name: *und beim Bildungsurlaub?*, *for apprentices?*"""
ABOUT_WORDS = frozenset(tokens("mit about"))
ASKING_ABOUT = frozenset(tokens("was ist sieht es aus wie what how is it"))
"""Words that say nothing either beside *mit* or *about*: *wie ist es mit der Validierung?*, *what about apprentices?*"""
OWN_ASPECT = -4.0
"""Stands for the log probability of an aspect that only one topic has: no ranker for all topics knows it."""
GAP_FROM = float(np.log(0.3))
"""From this log probability on an aspect a topic has no text for is a reading: a known gap."""

MOST_INTENTS = 8
"""Intents that are weighed; the others have far too little for them."""

PHRASE, INTENT_PHRASE, WORD_FOR_WORD = 3.0, 4.0, 4.0
"""What was typed as it stands in the content: a way to ask for an aspect, an intent, a single answer."""
BARE = 12.0
"""A name alone asks for the overview, or for the side spoken of before; a person alone for who may."""
FOLLOWS, STAYS = 6.0, 2.5
"""The topic spoken of before, in a short message without a name (*und bis wann?*), and in a longer one."""
FIGURE = 2.5
"""A quoted amount or rate that one topic has or had; shared out when several have it."""
SHORT = 2
"""Content words of a message that can only be understood from what was said before."""
FOLLOW_UP_WORDS = frozenset(tokens("und and aber but auch also dann then"))
"""What such a message begins with."""
POINTING_WORDS = frozenset(
    tokens("davon dafür damit daran darauf daraus darüber dadurch dort denen dessen it that this them those there")
)
"""Words that stand for what was said before."""


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


# --- What the content cannot teach -----------------------------------------------------------------------------


def fixed(reading: Reading, g: Gathered, context: Context, figures: dict[TopicId, float]) -> float:
    """What speaks for a reading besides the learnt weights."""
    if reading.intent:
        return INTENT_PHRASE if g.phrase == reading.label else 0.0
    if reading.topic is None or reading.aspect is None:
        return 0.0
    alone = side_alone(g, context)
    if alone is not None:  # a phrase such as *und beim {topic}* says nothing about the side
        score = BARE if reading.aspect == alone else 0.0
    else:
        score = PHRASE if g.phrase == f"{ASPECT}{reading.aspect}" else 0.0
        elsewhere = context.topic not in (None, reading.topic) and not g.named and follows(g)
        score += WORD_FOR_WORD if g.exact == reading.label and not elsewhere else 0.0
    score += FIGURE * figures.get(reading.topic, 0.0)
    if reading.topic == context.topic and not g.question.topics:
        score += FOLLOWS if follows(g) else STAYS
    return score


def follows(g: Gathered) -> bool:
    """Whether a message can only be understood from what was said before."""
    words = g.question.words
    return len(g.content) <= SHORT or words[0] in FOLLOW_UP_WORDS or bool(POINTING_WORDS.intersection(words))


def side_alone(g: Gathered, context: Context) -> AspectId | None:
    """The side that is meant when nothing but a name or a kind of person is said; None when more is said."""
    besides = set(g.question.masked) - {TOPIC_MARK, WHO_MARK, *BESIDE_NAMES}
    if besides and not (besides <= ASKING_ABOUT and ABOUT_WORDS.intersection(g.question.masked)):
        return None
    named = bool(g.question.topics or g.question.areas)
    if g.question.who:
        return context.aspect if context.aspect in ABOUT_PEOPLE and not named else ELIGIBILITY
    if named:
        return context.aspect or OVERVIEW
    return None
