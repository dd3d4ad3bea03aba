"""The ordered rules: read ``RULES`` at the end from top to bottom, the first that applies decides, and nothing else does.

``take_turn`` is a pure function: same state, same input, same content, same ``now`` give the same turn. Every rule is a
function from the situation to a Turn, or None when it does not apply.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue import control, wording
from bot.dialogue.account_linking import linked, links_account
from bot.dialogue.alone import alone
from bot.dialogue.answers import answer_parts, answer_sides, answer_turn, likely_topics, menu
from bot.dialogue.case_policy import (
    CLOSE_CASE,
    about_case,
    answered_anew,
    ask_for_person,
    ask_to_close,
    beside_case,
    file_or_leaving,
    goes_on,
    revised,
    silent,
    timer_due,
    unreadable,
)
from bot.dialogue.case_rules import offer, offer_line
from bot.dialogue.choosing import (
    NO,
    NONE,
    PERSON,
    YES,
    answer_of,
    candidate_choices,
    choice_typed,
    topic_choices,
    topic_of,
    with_person,
)
from bot.dialogue.naming import aspect_title
from bot.dialogue.remembering import remembering
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Pending, State, fresh_context
from bot.dialogue.turn import Turn
from bot.handoff.case_events import Accepts, Asks
from bot.handoff.office import Office
from bot.handoff.team_office import TeamOffice
from bot.model import (
    AskedPerson,
    AspectId,
    Candidate,
    Decision,
    Edited,
    Input,
    IntentId,
    KeepEdit,
    Locale,
    LookedUp,
    Paragraph,
    Pressed,
    Rated,
    Reason,
    RecordGap,
    RecordRating,
    Span,
    Understanding,
    Utterance,
)
from bot.understanding.normalize import fold

SURE: Mapping[Locale, float] = {"de": 28.0, "en": 28.0}
"""From this score on a candidate is answered without asking back."""
POSSIBLE: Mapping[Locale, float] = {"de": 16.0, "en": 16.0}
"""From this score on a candidate is worth offering as *Did you mean*."""
DOUBT = 1.0
"""How much surer an answer must be per point of probability that the message is about nothing of ours."""
BOTH = 0.7
"""A second side of the same topic that is this near to the first (as a share of its score) is answered beside it."""
CLEAR = 50.0
"""From this score on nothing is answered beside the first."""
TOPIC_CLEAR = 45.0
"""From this probability on a topic is clear although no side of it is: its likeliest sides are offered."""
TOPIC_LIKELY = 15.0
"""From this probability on a topic is taken as spoken of when its side is asked back about."""
OPEN_ASPECT = 40.0
"""From this score on an aspect without a topic is worth asking which topic is meant."""
OURS, BARELY_POSSIBLE = 15.0, 7.0
"""What is hardly about anything else (at most so probable) is asked back about from this score on."""
CLOSE = 0.35
"""A second guess this near to the first (as a share of its score) is offered beside it."""
WANTS_PERSON = 35.0
"""A wish for a person is honoured from this score on: offering once too often does less harm than refusing once."""
SENSITIVE = 25.0
"""From this sum on a message is one for a person, whichever of the sensitive matters it is."""
STRANGE = 0.34
"""Up to this share of known words a message is strange to Lotse."""
ELSEWHERE = 50.0
"""From this probability on a message is about nothing of ours, whatever that is."""
TWO_MISSES = 2
TIMER = "timer:"

Rule = Callable[[Situation], Turn | None]


def take_turn(
    state: State,
    incoming: Input,
    understanding: Understanding | None,
    content: Content,
    now: datetime,
    office: Office | None = None,
) -> Turn:
    """What follows from one input. ``now`` is aware UTC; ``understanding`` is None for presses, ratings and look-ups.

    ``office`` knows who of the staff is there; without one the teams' calendars count, and nobody is. A message that was
    changed is kept as it is now, and answered like a new one.
    """
    if isinstance(incoming, Edited) and answered_anew(state.case, incoming):
        anew = take_turn(state, Utterance(incoming.text), understanding, content, now, office)
        return replace(anew, effects=(KeepEdit(incoming.of, incoming.text), *anew.effects))
    state = fresh_context(state, now)
    found = understanding or Understanding(locale=state.locale or "de")
    locale = state.locale if state.locale and (state.locale_fixed or understanding is None) else found.locale
    state = replace(state, locale=locale, turns=state.turns + 1)
    situation = Situation(state, incoming, found, content, now, locale, office or TeamOffice(content))
    for rule in RULES:
        turn = rule(situation)
        if turn is not None:
            return alone(situation, beside_case(situation, remembering(situation, turn)))
    raise AssertionError("the last rule applies always")  # pragma: no cover


# --- Inputs that are not words -------------------------------------------------------------------------------


def _rated(s: Situation) -> Turn | None:
    if not isinstance(s.input, Rated):
        return None
    label = s.state.shown.label if s.state.shown else ""
    rating = RecordRating(about=s.input.about, label=label, helpful=s.input.helpful)
    return _rating_reply(s, rating)


def _asked_person(s: Situation) -> Turn | None:
    if not isinstance(s.input, AskedPerson):
        return None
    return _open(s, s.input.question, "asked for a person", s.best)


def _looked_up(s: Situation) -> Turn | None:
    if not isinstance(s.input, LookedUp):
        return None
    return linked(s, s.input) if s.input.what == "account" else control.person_data(s, s.input)


def _close_case(s: Situation) -> Turn | None:
    """The end of the case, in so many words; and *cancel*, when no question of ours is what it could mean."""
    said = fold(_said(s)).strip(" .!?")
    pending = s.state.pending
    idle = pending is None or pending.kind in ("consent", "next")
    sure = s.best is not None and s.best.score >= SURE[s.locale]
    return ask_to_close(s) if said in CLOSE_CASE or (idle and sure and control.action_of(s) == "cancel") else None


def _pressed(s: Situation) -> Turn | None:
    """A choice was pressed. The store's own presses (timers) mean nothing to this policy yet and change nothing."""
    if isinstance(s.input, Pressed) and s.input.value.startswith(TIMER):
        return Turn(s.state, (), Reason("timer", s.input.value), "silent")
    return _chosen(s, s.input.value) if isinstance(s.input, Pressed) else None


def _empty(s: Situation) -> Turn | None:
    if isinstance(s.input, Utterance) and not any(char.isalnum() for char in s.input.text):
        return finish(s, "control", "empty", (wording.say(wording.EMPTY, s.locale),))
    return None


# --- A question of ours is open ------------------------------------------------------------------------------


def _typed_choice(s: Situation) -> Turn | None:
    if s.state.pending is None or not isinstance(s.input, Utterance):
        return None
    value = choice_typed(s.input.text, s.state.pending)
    return _chosen(s, value) if value is not None else None


def _yes_no(s: Situation) -> Turn | None:
    """*Yes* and *no* in many words, while a yes-or-no question of ours is open."""
    if s.state.pending is None or s.state.pending.kind not in ("offer_person", "confirm_delete"):
        return None
    action = control.action_of(s)
    return _chosen(s, action) if action in (YES, NO) else None


def _chosen(s: Situation, value: str) -> Turn:
    """Carry out a choice, pressed or typed. What the sentence before had said is kept."""
    pending = s.state.pending
    earlier = pending.text if pending else ""
    closed = replace(s, state=replace(s.state, pending=None))
    answer = answer_of(value, s.content)
    if answer:
        return answer_turn(closed, *answer, rule="chosen", text=earlier)
    topic = topic_of(value, s.content)
    if topic:
        aspect = s.state.aspect or AspectId("overview")
        return answer_turn(closed, topic, aspect, rule="chosen_topic", text=earlier)
    if value == PERSON or (value == YES and pending and pending.kind == "offer_person"):
        return _open(s, earlier or _said(s), pending.reason if pending else "asked", said_yes=value == YES)
    if pending and pending.kind == "confirm_delete" and (confirmed := control.confirm_delete(s, value)):
        return confirmed
    if value == NO:
        return finish(closed, "control", "declined", (wording.say(wording.DECLINED, s.locale),), label="no")
    if value == NONE:
        return _none_of_these(closed, pending)
    return control.act(closed, value) or _miss(closed)


def _none_of_these(s: Situation, pending: Pending | None) -> Turn:
    """None of the guesses: the most valuable gap there is, so it is kept with what was offered."""
    offered = tuple(value for _, value in pending.choices) if pending else ()
    text = pending.text if pending else _said(s)
    asked, choices = offer(text, "none of the offered", s.locale, s.now)
    state = replace(s.state, pending=asked, misses=s.state.misses + 1)
    return finish(
        replace(s, state=state),
        "miss",
        "none_of_these",
        (wording.say(wording.MISS_AGAIN, s.locale),),
        choices=choices,
        effects=(RecordGap("clarified", text, None, offered),),
    )


# --- What was said -------------------------------------------------------------------------------------------


def _wants_person(s: Situation) -> Turn | None:
    if s.understanding.known <= STRANGE:
        return None  # a *please* beside words nobody knows asks for nothing
    for candidate in s.understanding.candidates[:2]:
        intent = s.content.intents.get(candidate.intent) if candidate.intent else None
        if intent and intent.action == "person" and candidate.score >= WANTS_PERSON:
            return _open(s, _said(s), "asked for a person", candidate)
    return None


def _sensitive(s: Situation) -> Turn | None:
    """A rejection, a complaint, a dispute: understanding words, and an offer."""
    handoffs = [c for c in s.understanding.candidates if _kind(s, c) == "handoff"]
    if s.understanding.known <= STRANGE:
        return None
    if sum(c.score for c in handoffs) < SENSITIVE or (
        s.best and s.best.score >= SURE[s.locale] and s.best not in handoffs
    ):
        return None
    best = handoffs[0]
    intent = s.content.intents[IntentId(best.label)]
    replies = intent.reply[s.locale]
    pending, choices = offer(_said(s), intent.id, s.locale, s.now)
    state = replace(s.state, pending=pending, misses=0)
    blocks = (Paragraph((Span(replies[s.state.turns % len(replies)]),)), offer_line(s.locale))
    return finish(
        replace(s, state=state), "handoff", "sensitive", blocks, choices=choices, label=intent.id, candidate=best
    )


def _kind(s: Situation, candidate: Candidate) -> str | None:
    intent = s.content.intents.get(candidate.intent) if candidate.intent else None
    return intent.kind if intent else None


def _intent(s: Situation) -> Turn | None:
    """Small talk, control words, and what belongs elsewhere."""
    best = s.best
    intent = s.content.intents.get(best.intent) if best and best.intent else None
    if best is None or intent is None or best.score < SURE[s.locale]:
        return None
    if intent.kind != "off_topic" and s.understanding.known <= STRANGE:
        return None
    if intent.kind == "control" and intent.action:
        acted = control.act(s, intent.action)
        if acted is not None:
            return replace(acted, score=best.score)
    replies = intent.reply.get(s.locale, ())
    if not replies:
        return None
    blocks = (Paragraph((Span(replies[s.state.turns % len(replies)]),)),)
    decision: Decision = "handoff" if intent.kind == "handoff" else intent.kind
    return finish(s, decision, intent.kind, blocks, label=intent.id, candidate=best)


def _several(s: Situation) -> Turn | None:
    """Several questions in one message: each is answered, or named as not understood."""
    if not s.understanding.parts:
        return None
    return answer_parts(s, SURE[s.locale])


def _two_sides(s: Situation) -> Turn | None:
    """The topic is sure and the question lies between two of its sides: both are answered, each under its title."""
    answers = [c for c in s.understanding.candidates[:3] if c.kind == "answer"]
    if len(answers) < 2 or s.best is not answers[0] or answers[0].score >= CLEAR:
        return None
    first, second = answers[:2]
    near = first.topic == second.topic and second.score >= BOTH * first.score
    return answer_sides(s, (first, second), _said(s)) if near and _is_sure(s, first.score + second.score) else None


def _sure(s: Situation) -> Turn | None:
    best = s.best
    if best is None or best.kind != "answer" or not _is_sure(s, best.score) or not best.topic or not best.aspect:
        return None
    return answer_turn(s, best.topic, best.aspect, rule="sure", candidate=best, text=_said(s))


def _is_sure(s: Situation, score: float) -> bool:
    """Whether an answer may be given without asking back: the more it may be nothing of ours, the surer it must be."""
    return score >= SURE[s.locale] + DOUBT * s.understanding.elsewhere


def _which_topic(s: Situation) -> Turn | None:
    """The aspect is clear, the topic is missing: ask for it by name."""
    best = s.best
    if best is None or best.kind != "aspect" or best.aspect is None or best.score < OPEN_ASPECT:
        return None
    topics = likely_topics(s, best.aspect)
    choices = with_person(topic_choices(topics, s.content, s.locale), s.locale)
    state = replace(
        s.state,
        aspect=best.aspect,
        context_at=s.now,
        pending=Pending("topic", tuple((c.label, c.value) for c in choices), _said(s)),
    )
    asked = wording.say(wording.WHICH_TOPIC, s.locale, aspect=aspect_title(s.content, None, best.aspect, s.locale))
    return finish(
        replace(s, state=state), "clarify", "which_topic", (asked,), choices=choices, label=best.aspect, candidate=best
    )


def _did_you_mean(s: Situation) -> Turn | None:
    """Two or three guesses are close, or the topic is clear and the side of it is not."""
    guesses = [c for c in s.understanding.candidates if c.kind == "answer"]
    about, share = s.understanding.about or (None, 0.0)
    if share >= TOPIC_CLEAR:
        guesses = [c for c in guesses if c.topic == about]
    elif guesses and guesses[0].score < (POSSIBLE[s.locale] if s.understanding.elsewhere > OURS else BARELY_POSSIBLE):
        return None
    if not guesses or s.state.misses >= TWO_MISSES:
        return None
    near = [c for c in guesses if c.score >= guesses[0].score * CLOSE]
    choices = with_person(candidate_choices(near, s.content, s.locale), s.locale)
    pending = Pending("clarify", tuple((c.label, c.value) for c in choices), _said(s))
    state = replace(s.state, pending=pending)
    if share >= TOPIC_LIKELY:  # what is typed next, instead of a choice, is most probably about it
        state = replace(state, topic=about, aspect=None, context_at=s.now)
    return finish(
        replace(s, state=state),
        "clarify",
        "did_you_mean",
        (wording.say(wording.CLARIFY, s.locale),),
        choices=choices,
        label=near[0].label,
        candidate=near[0],
    )


def _unlike_everything(s: Situation) -> Turn | None:
    """Most probably nothing of ours: that is off topic, and honest to say so. A second time in a row it is a miss."""
    if s.state.misses or (s.understanding.known > STRANGE and s.understanding.elsewhere < ELSEWHERE):
        return None
    state = replace(s.state, misses=s.state.misses + 1)
    gap = RecordGap("missed", _said(s), None)
    return finish(
        replace(s, state=state), "off_topic", "unlike", (wording.say(wording.OFF_TOPIC, s.locale),), effects=(gap,)
    )


def _miss(s: Situation) -> Turn:
    misses = s.state.misses + 1
    gap = RecordGap("missed", _said(s), s.best.label if s.best else None)
    if misses < TWO_MISSES:
        choices = menu(s)
        state = replace(s.state, misses=misses, pending=Pending("next", tuple((c.label, c.value) for c in choices)))
        return finish(
            replace(s, state=state),
            "miss",
            "miss",
            (wording.say(wording.MISS, s.locale),),
            choices=choices,
            effects=(gap,),
        )
    pending, choices = offer(_said(s), "two misses", s.locale, s.now)
    state = replace(s.state, misses=misses, pending=pending)
    return finish(
        replace(s, state=state),
        "miss",
        "second_miss",
        (wording.say(wording.MISS_AGAIN, s.locale),),
        choices=choices,
        effects=(gap,),
    )


# --- Shared by the rules -------------------------------------------------------------------------------------


def _said(s: Situation) -> str:
    return s.input.text if isinstance(s.input, Utterance) else ""


def _open(
    s: Situation, question: str, reason: str, candidate: Candidate | None = None, *, said_yes: bool = False
) -> Turn:
    asked = s.state.asked
    if asked and asked not in question:
        question = f"{asked} – {question}" if question else asked
    offered = s.state.pending is not None and s.state.pending.kind == "offer_person"
    turn = ask_for_person(s, question, reason, Accepts() if said_yes and offered else Asks())
    if candidate is None:
        return turn
    return replace(turn, label=candidate.label, score=candidate.score)


def _rating_reply(s: Situation, rating: RecordRating) -> Turn:
    if rating.helpful:
        blocks = (wording.say(wording.RATED_GOOD, s.locale),)
        return finish(s, "control", "rated", blocks, effects=(rating,), label="helpful")
    pending, choices = offer("", "not helpful", s.locale, s.now)
    blocks = (wording.say(wording.RATED_BAD, s.locale),)
    state = replace(s.state, pending=pending)
    return finish(
        replace(s, state=state), "control", "rated", blocks, choices=choices, effects=(rating,), label="not_helpful"
    )


RULES: tuple[Rule, ...] = (
    _looked_up,
    links_account,
    timer_due,
    revised,
    unreadable,
    file_or_leaving,
    about_case,
    silent,
    _asked_person,
    _rated,
    _pressed,
    _empty,
    _typed_choice,
    _wants_person,
    _yes_no,
    _close_case,
    goes_on,
    _several,
    _sensitive,
    _intent,
    _two_sides,
    _sure,
    _unlike_everything,
    _which_topic,
    _did_you_mean,
    _miss,
)
"""The policy. Who has a case talks to a person, so the rules about it come first (``case_policy.py``); then a person is one
step away, so the wish for one comes before everything that could be answered."""
