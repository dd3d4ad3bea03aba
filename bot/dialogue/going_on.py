"""What only follows an answer, and names nothing of its own: *what instead?*, *what now?*, and who somebody is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.content.definitions import Area, Content, Topic
from bot.content.facts import answer_on, has_ended
from bot.dialogue import wording
from bot.dialogue.answers import ELIGIBILITY, answer_turn
from bot.dialogue.case_rules import offer
from bot.dialogue.choosing import answer_of
from bot.dialogue.eligibility import verdict
from bot.dialogue.naming import title_of
from bot.dialogue.setting_aside import NOTHING_ELSE, set_aside, share_of, with_action
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.model import AspectId, Candidate, Evidence, TopicId, Understanding
from bot.understanding.follow_ups import ABOUT_PEOPLE

INSTEAD, WHAT_NOW = "instead", "what_now"
"""The actions of the intents that mean it."""
GOING_ON = frozenset({INSTEAD, WHAT_NOW})
OVERVIEW, NEXT_STEPS, APPLICATION = AspectId("overview"), AspectId("next_steps"), AspectId("application")
STEPS: Mapping[Area, tuple[AspectId, ...]] = {"funding": (NEXT_STEPS, APPLICATION, OVERVIEW)}
"""What tells somebody what to do now. Of a course or a route, *where it leads* is about the time after it."""
USUAL_STEPS = (APPLICATION, NEXT_STEPS, OVERVIEW)

MAY_FOLLOW = 5.0
"""From this probability on a message may be a word that only follows an answer: nobody asks for the same answer twice."""

Side = tuple[TopicId, AspectId]


def instead(s: Situation) -> Turn | None:
    """What else there is for these people beside what was spoken of; None when nothing was."""
    topic = s.spoken_of
    return None if topic is None else _answered(s, topic, _beside(s, topic), INSTEAD)


def what_now(s: Situation) -> Turn | None:
    """What else there is for people it excludes, or when it is over; for all others what to do. None when nothing was spoken of."""
    topic = s.spoken_of
    if topic is None:
        return None
    if has_ended(topic, s.day) or _excludes(s, topic):
        return instead(s)
    return _answered(s, topic, ((topic.id, step) for step in STEPS.get(topic.area, USUAL_STEPS)), WHAT_NOW)


def who_they_are(s: Situation) -> Turn | None:
    """What the programme that was spoken of means for somebody who tells what they are; None where it has no rule for that.

    Where nothing was spoken of, and nothing else is told, who gets what in the area that likeliest helps them.
    """
    topic = s.spoken_of
    people = s.people(s.understanding.who)
    if not people:
        return None
    if topic is None:
        told = next((guess for guess in s.understanding.candidates if _tells_who(guess, s.content)), None)
        if told is None or told.topic is None:
            return None
        return answer_turn(s, told.topic, ELIGIBILITY, rule="who_they_are", candidate=told)
    aspect = s.state.aspect if s.state.aspect in ABOUT_PEOPLE else ELIGIBILITY
    answer = answer_on(topic, aspect, s.day)
    if answer is None:
        return None
    ruled = verdict(s, topic, people).truth != "unknown" or any(who.id in answer.who for who in people)
    return _following(s, topic, (topic.id, aspect), "who_they_are") if ruled else None


def _tells_who(guess: Candidate, content: Content) -> bool:
    """Whether it is the answer for somebody who says no more than who they are."""
    if guess.topic is None or guess.aspect != ELIGIBILITY or content.topics[guess.topic].kind != "overview":
        return False
    return any(evidence.kind in ("who", "own_answer") for evidence in guess.evidence)


def without_going_on(found: Understanding, state: State, content: Content) -> Understanding:
    """What was understood, as if it were no word that only follows an answer, where nothing was spoken of; else as it is."""
    if state.topic is not None:
        return found
    follows = with_action(content, *GOING_ON)
    return set_aside(found, follows) if 0 < share_of(found, follows) < NOTHING_ELSE else found


def without_saying_it_again(found: Understanding, state: State, content: Content) -> Understanding:
    """What was understood less the answer that was just given, where it may as well be a word that follows it; else as it is."""
    shown = state.shown.label if state.shown is not None else None
    if shown is None or found.named is not None or not found.candidates or found.candidates[0].label != shown:
        return found
    follows = share_of(found, with_action(content, *GOING_ON)) >= MAY_FOLLOW
    return set_aside(found, lambda guess: guess.label == shown) if follows else found


def _excludes(s: Situation, topic: Topic) -> bool:
    """Whether it is not for the people who were spoken of."""
    people = s.people(s.understanding.who or s.state.who)
    return bool(people) and verdict(s, topic, people).truth == "no"


def _beside(s: Situation, topic: Topic) -> Iterator[Side]:
    """What stands in for what is over; who may get what in its area; what was offered there with the answer; its overview."""
    if has_ended(topic, s.day):
        yield from ((other, OVERVIEW) for other in topic.instead)
    overviews = [each.id for each in s.content.topics.values() if each.kind == "overview" and each.area == topic.area]
    if s.understanding.who or s.state.who:
        yield from ((overview, ELIGIBILITY) for overview in overviews)
    pending = s.state.pending
    for _, value in pending.choices if pending is not None and pending.kind == "next" else ():
        offered = answer_of(value, s.content)
        other = s.content.topics[offered[0]] if offered is not None else topic
        if offered is not None and other.id != topic.id and other.area == topic.area and not _excludes(s, other):
            yield offered
    yield from ((overview, OVERVIEW) for overview in overviews)


def _answered(s: Situation, topic: Topic, sides: Iterable[Side], rule: str) -> Turn:
    """The first of these sides that has a text and was not shown yet; where there is none, a person."""
    shown = {*(each.label for each in s.state.shown_before), s.state.shown.label if s.state.shown else ""}
    for of, aspect in sides:
        answer = answer_on(s.content.topics[of], aspect, s.day)
        if answer is not None and f"{of}.{answer.aspect}" not in shown:
            return _following(s, topic, (of, aspect), rule)
    pending, choices = offer(s.said, "nothing else", s.locale, s.now)
    asked = replace(s, state=replace(s.state, pending=pending))
    return finish(asked, "clarify", "nothing_else", (wording.say(wording.NOTHING_ELSE, s.locale),), choices=choices)


def _following(s: Situation, topic: Topic, side: Side, rule: str) -> Turn:
    """The answer on this side, given because of the topic that was spoken of."""
    of, aspect = side
    before = Evidence("context", title_of(s.content, topic.id, s.locale), 1.0)
    guess = Candidate("answer", f"{of}.{aspect}", s.best.score if s.best else 0.0, of, aspect, evidence=(before,))
    guess = replace(guess, assumed=("topic",)) if of == topic.id else guess
    return answer_turn(s, of, aspect, rule=rule, candidate=guess, text=s.said, titled=of != topic.id)
