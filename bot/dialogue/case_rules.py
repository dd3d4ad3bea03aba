"""When a person is brought in: only the employee opens a case; everything else only offers one."""

from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue import wording
from bot.dialogue.choosing import yes_no
from bot.dialogue.promises import opened_words
from bot.dialogue.state import Pending, State
from bot.model import CASE_NUMBER, Block, Choice, Effect, Locale, OpenCase, Paragraph, TopicId, Understanding, WhoId

GENERAL_TEAM = "koordination"


def team_for(content: Content, topic: TopicId | None) -> str:
    """The team that takes handoffs about a topic; the general one when there is none."""
    return content.topics[topic].team if topic is not None and topic in content.topics else GENERAL_TEAM


def open_case(
    state: State,
    question: str,
    reason: str,
    understanding: Understanding,
    content: Content,
    locale: Locale,
    now: datetime,
) -> tuple[tuple[Block, ...], tuple[Effect, ...]]:
    """What is said and done when the employee asks for a person, or says yes to the offer.

    An open case of this conversation is not opened twice: the words join it.
    """
    if state.open_case is not None:
        return (wording.say(wording.CASE_ALREADY, locale, number=str(state.open_case)),), ()
    topic = state.topic
    team = team_for(content, topic)
    known = content.teams.get(team)
    values = {"team": known.name[locale] if known else team, "promise": opened_words(known, now, locale)}
    said = wording.say(wording.CASE_OPENED, locale, number=CASE_NUMBER, **values)
    who: tuple[WhoId, ...] = tuple(dict.fromkeys((*state.who, *understanding.who)))
    effect = OpenCase(
        question=question,
        locale=locale,
        reason=reason,
        team=team,
        topic=topic,
        understood=tuple((c.label, c.score) for c in understanding.candidates[:3]),
        shown=state.shown_labels,
        who=who,
    )
    return (said,), (effect,)


def offer(text: str, reason: str, locale: Locale) -> tuple[Pending, tuple[Choice, ...]]:
    """An offer of a person, pending until the employee answers; ``text`` becomes the question of the case."""
    choices = yes_no(locale)
    return Pending("offer_person", tuple((c.label, c.value) for c in choices), text, reason), choices


def offer_line(locale: Locale) -> Paragraph:
    """The question whether to bring in a person."""
    return wording.say(wording.OFFER, locale)
