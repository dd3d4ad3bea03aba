"""*What instead?* and *what now?*: words that only follow an answer, and name nothing of their own."""

from bot.content.definitions import Content, Topic
from bot.content.facts import answer_on
from bot.dialogue.answers import ELIGIBILITY, answer_turn
from bot.dialogue.choosing import answer_of
from bot.dialogue.eligibility import verdict
from bot.dialogue.setting_aside import NOTHING_ELSE, set_aside, share_of, with_action
from bot.dialogue.situation import Situation
from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.model import AspectId, Candidate, TopicId, Understanding

INSTEAD, WHAT_NOW = "instead", "what_now"
"""The actions of the intents that mean it."""
OVERVIEW, NEXT_STEPS = AspectId("overview"), AspectId("next_steps")


def instead(s: Situation) -> Turn | None:
    """What else there is for these people beside what was spoken of; None when nothing was."""
    topic = _spoken_of(s)
    target = topic and _beside(s, topic)
    return answer_turn(s, *target, rule=INSTEAD, text=s.said) if target else None


def what_now(s: Situation) -> Turn | None:
    """What else there is for people it excludes, or when it is over; for all others the steps that come next."""
    topic = _spoken_of(s)
    if topic is None:
        return None
    people = tuple(s.content.who[who] for who in s.state.who if who in s.content.who)
    lost = topic.instead or (people and verdict(s, topic, people).truth == "no")
    if lost or answer_on(topic, NEXT_STEPS, s.day) is None:
        return instead(s)
    return answer_turn(s, topic.id, NEXT_STEPS, rule=WHAT_NOW, text=s.said)


def without_going_on(found: Understanding, state: State, content: Content) -> Understanding:
    """What was understood, as if it were no word that only follows an answer, where nothing was spoken of; else as it is."""
    if state.topic is not None:
        return found
    actions = [with_action(action, content) for action in (INSTEAD, WHAT_NOW)]

    def follows(guess: Candidate) -> bool:
        return any(which(guess) for which in actions)

    return set_aside(found, follows) if 0 < share_of(found, follows) < NOTHING_ELSE else found


def _spoken_of(s: Situation) -> Topic | None:
    return s.content.topics.get(s.state.topic) if s.state.topic else None


def _beside(s: Situation, topic: Topic) -> tuple[TopicId, AspectId] | None:
    """What stands in for the topic; else who may get what in its area, or what was offered that leads elsewhere."""
    if topic.instead:
        return topic.instead[0], OVERVIEW
    overviews = (each for each in s.content.topics.values() if each.kind == "overview" and each.area == topic.area)
    overview = next(overviews, None)
    if overview and (s.understanding.who or s.state.who) and answer_on(overview, ELIGIBILITY, s.day):
        return overview.id, ELIGIBILITY
    offered = (answer_of(value, s.content) for _, value in (s.state.pending.choices if s.state.pending else ()))
    elsewhere = next((each for each in offered if each is not None and each[0] != topic.id), None)
    return (overview.id, OVERVIEW) if elsewhere is None and overview is not None else elsewhere
