"""What the content cannot teach, because its sentences stand alone: follow-ups, bare names, what was typed word for word.

Each speaks for a reading with a fixed weight, on the scale of the learnt ones: six or more decide by themselves.
"""

from collections.abc import Mapping, Sequence

from bot.model import AspectId, Context, TopicId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK
from bot.understanding.evidence import Gathered
from bot.understanding.normalize import tokens
from bot.understanding.reader import ASPECT
from bot.understanding.weighing import ELIGIBILITY, OVERVIEW, SHORT, Reading, follows

ABOUT_PEOPLE = frozenset({ELIGIBILITY, AspectId("amount"), AspectId("coverage")})
BESIDE_NAMES = frozenset(
    tokens(
        "aha ok okay ach so ja gut na und and aber but auch also oder or der die das den dem des ein eine einen einem bei beim "
        "im in mit zum zur zu von vom "
        "für fürs the a an for with at of on denn dann then bitte please as als about"
    )
)
"""Words that say nothing about the side when they stand beside a name: *und beim Bildungsurlaub?*, *for apprentices?*"""
BESIDE_PEOPLE = frozenset(
    tokens(
        "ich bin wir sind er sie ist übrigens ja nur erst schon jetzt gerade noch leider "
        "i am we are he she they is only just already now still by way"
    )
)
"""Words that say nothing about the side when somebody says who they are: *bin übrigens erst 23*, *we are a small firm*."""
ABOUT_WORDS = frozenset(tokens("mit about"))
ASKING_ABOUT = frozenset(tokens("was ist sieht es aus wie what how is it"))
"""Words that say nothing either beside *mit* or *about*: *wie ist es mit der Validierung?*, *what about apprentices?*"""

PHRASE, INTENT_PHRASE, WORD_FOR_WORD = 3.0, 5.0, 4.0
"""What was typed as it stands in the content: a way to ask for an aspect, an intent, a single answer."""
BARE = 12.0
"""A name alone asks for the overview, or for the side spoken of before; a person alone for who may."""
ANOTHER = 4.0
"""Against every topic but the one that is named, with hardly a word besides: the message is about no other."""
WITHOUT_TEXT = 2.0
"""For a clear side of the one topic that is named, which has no text: nothing speaks for it but that it was asked for."""
FIGURE = 2.5
"""A quoted amount or rate that one topic has or had; shared out when several have it."""


def fixed(
    readings: Sequence[Reading],
    g: Gathered,
    context: Context,
    figures: Mapping[TopicId, float],
    everybodys: TopicId | None,
) -> list[float]:
    """What speaks for each reading besides the weights. ``figures``: topics that have a quoted figure, with their share.

    ``everybodys``: the topic that is meant when nothing but a kind of person is said and nothing was spoken of before.
    """
    alone, meant = side_alone(g, context), _all_it_names(g)
    if alone is None and g.phrase is None and g.exact is None and not figures and not meant:
        return [0.0] * len(readings)
    of_people = context.topic or (everybodys if any(r.topic == everybodys for r in readings) else None)
    scores = [_fixed(reading, g, context, figures, alone, of_people) for reading in readings]
    return _about_no_other(scores, readings, g, meant) if meant else scores


def _all_it_names(g: Gathered) -> frozenset[TopicId]:
    """The topics a message names that says hardly a word besides; empty when it says more, or speaks of people."""
    if len(g.content) > SHORT or g.question.who:
        return frozenset()
    return frozenset(mention.id for mention in g.question.topics)


def _about_no_other(
    scores: list[float], readings: Sequence[Reading], g: Gathered, meant: frozenset[TopicId]
) -> list[float]:
    """The scores when the message is about these topics and no other: *dates bonus* asks for no dates of a course."""
    unlike = ANOTHER * max(g.named[topic] for topic in meant)
    found = [s - unlike if r.topic and r.topic not in meant else s for s, r in zip(scores, readings, strict=True)]
    for place in range(len(g.close.numbers), len(readings)):  # behind the answers: known gaps, then what is no answer
        found[place] += WITHOUT_TEXT if readings[place].topic in meant else 0.0
    return found


def _fixed(
    reading: Reading,
    g: Gathered,
    context: Context,
    figures: Mapping[TopicId, float],
    alone: AspectId | None,
    of_people: TopicId | None,
) -> float:
    if reading.intent:
        return INTENT_PHRASE if g.phrase == reading.label else 0.0
    if reading.topic is None or reading.aspect is None:
        return 0.0
    if alone is not None:  # a phrase such as *und beim {topic}* says nothing about the side
        only_who = bool(g.question.who) and not (g.question.topics or g.question.areas)
        meant = (of_people if only_who else None) or reading.topic
        score = BARE if (reading.topic, reading.aspect) == (meant, alone) else 0.0
    else:
        strange = TOPIC_MARK in g.question.masked and reading.topic not in g.named  # the name in the phrase is another
        score = PHRASE if g.phrase == f"{ASPECT}{reading.aspect}" and not strange else 0.0
        other = reading.topic not in g.named if g.named else context.topic not in (None, reading.topic) and follows(g)
        score += WORD_FOR_WORD if g.exact == reading.label and not other else 0.0
    score += FIGURE * figures.get(reading.topic, 0.0)
    return score


def side_alone(g: Gathered, context: Context) -> AspectId | None:
    """The side that is meant when nothing but a name or a kind of person is said; None when more is said."""
    besides = set(g.question.masked) - {TOPIC_MARK, WHO_MARK, *BESIDE_NAMES}
    if g.question.who:
        besides -= BESIDE_PEOPLE
    if besides and not (besides <= ASKING_ABOUT and ABOUT_WORDS.intersection(g.question.masked)):
        return None
    named = bool(g.question.topics or g.question.areas)
    if len(g.question.topics) > len({mention.id for mention in g.question.topics}):
        return None  # two names of one topic beside each other are compared: *Klebfachkraft oder Klebfachingenieur*
    if g.question.who:
        return context.aspect if context.aspect in ABOUT_PEOPLE and not named else ELIGIBILITY
    if named:
        return context.aspect or OVERVIEW
    return None
