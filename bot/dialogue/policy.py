"""The ordered rules: read ``RULES`` at the end from top to bottom, the first that applies decides, and nothing else does.

``take_turn`` is a pure function: same state, same input, same content, same ``now`` give the same turn. Every rule is a
function from the situation to a Turn, or None when it does not apply.

While there is a case, what an employee's input means depends on its state. What is no words of theirs (``wordless_inputs.py``)
and what they say about the case itself (``about_case.py``) is looked at first, whatever the state; then:

===========================  ==============================================================================================
the case is                  what happens to what the employee writes
===========================  ==============================================================================================
open                         it joins the case. Lotse still answers what it is sure of, marked as automatic; what it is not
                             sure of is not asked back, because a person will read it (``beside_case.py``)
claimed, waiting             it goes to the coordinator, and Lotse is silent. Left are: how the case stands, closing it, what is
                             stored, deleting it (what only sounds like one of the first two, the coordinator reads as well; of
                             the others they read nothing, and the employee is told); and what is said to Lotse itself, by
                             pressing what it offered or by a command of its own. That is answered, marked as automatic, and no
                             part of the case; what Lotse is not sure of goes to the coordinator after all, and the employee
                             reads so (``with_coordinator.py``; what is said to Lotse itself: ``beside_case.py``)
resolved                     small talk, *no, that was all*, and what is said to the program itself (help, language, what is
                             stored), is answered; anything else goes on with the case: *why?*, *once more*, *that was no
                             help* follow what the coordinator said last (``resolved_case.py``)
given to Lotse, or over      Lotse answers as if there were none; asking for a person, or a yes to an offer of one, opens a case
===========================  ==============================================================================================
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue import control, justifying, wording
from bot.dialogue.about_case import CLOSE_CASE, about_case, ask_to_close, command_words
from bot.dialogue.account_linking import linked, links_account
from bot.dialogue.alone import alone
from bot.dialogue.answers import answer_turn, likely_topics, menu, topic_spoken_of
from bot.dialogue.asking import without_telling
from bot.dialogue.beside_case import beside_case
from bot.dialogue.case_rules import offer
from bot.dialogue.choosing import (
    NO,
    NONE,
    PERSON,
    YES,
    answer_of,
    are_numbers,
    candidate_choices,
    choice_typed,
    is_number,
    topic_choices,
    topic_of,
    with_person,
)
from bot.dialogue.declining import without_wish
from bot.dialogue.going_on import INSTEAD, without_going_on, without_saying_it_again
from bot.dialogue.naming import aspect_title
from bot.dialogue.person_wishes import asked_person, declined_person, open_case, sensitive, wants_person
from bot.dialogue.presses import never_offered, offered_no_more, other_case
from bot.dialogue.remembering import remembering
from bot.dialogue.resolved_case import goes_on
from bot.dialogue.several import answer_parts, answer_sides
from bot.dialogue.situation import Situation, by_turn, finish
from bot.dialogue.state import Pending, State, fresh_context
from bot.dialogue.thresholds import (
    BARELY_POSSIBLE,
    BOTH,
    CLEAR,
    CLOSE,
    DOUBT,
    ELSEWHERE,
    LONE,
    OPEN_ASPECT,
    OURS,
    POSSIBLE,
    STRANGE,
    SURE,
    SURELY_SENSITIVE,
    TOPIC_CLEAR,
    TOPIC_LIKELY,
)
from bot.dialogue.turn import Turn
from bot.dialogue.with_coordinator import silent
from bot.dialogue.without_emoji import without_emoji
from bot.dialogue.wordless_inputs import (
    answered_anew,
    asked_to_verify,
    file_or_leaving,
    led_to_case,
    no_words,
    revised,
    signed,
    timer_due,
    unreadable,
)
from bot.dialogue.working_out import EXAMPLE, side_for_price
from bot.handoff.office import Office
from bot.handoff.team_office import TeamOffice
from bot.model import (
    AskedWhy,
    AspectId,
    Candidate,
    Choice,
    Decision,
    Edited,
    Input,
    KeepEdit,
    LookedUp,
    Pressed,
    Rated,
    RecordGap,
    TopicId,
    Understanding,
    Utterance,
)
from bot.understanding.normalize import fold

TWO_MISSES = 2
ONLY_A_PRICE = 2
"""Words of a message that is an amount and nothing else."""

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
    if found.wished is not None:
        state = replace(state, locale=found.wished, locale_fixed=True)
    locale = state.locale if state.locale and (state.locale_fixed or understanding is None) else found.locale
    state = replace(state, locale=locale, turns=state.turns + 1)
    heard = without_wish(found, content)
    wants_none = heard != found
    heard = without_going_on(without_telling(heard, content), state, content)
    heard = without_saying_it_again(heard, state, content)
    situation = Situation(state, incoming, heard, content, now, locale, office or TeamOffice(content), wants_none)
    for rule in RULES:
        turn = rule(situation)
        if turn is not None:
            return alone(situation, beside_case(situation, remembering(situation, turn)))
    raise AssertionError("the last rule applies always")  # pragma: no cover


# --- Inputs that are not words -------------------------------------------------------------------------------


def _rated(s: Situation) -> Turn | None:
    if not isinstance(s.input, Rated):
        return None
    return control.rated(s, control.rating_of(s, helpful=s.input.helpful, about=s.input.about))


def _asked_why(s: Situation) -> Turn | None:
    """Why, about the answer it was pressed under; that answer may have been deleted meanwhile."""
    if not isinstance(s.input, AskedWhy):
        return None
    given = s.state.asked_about
    if given is not None and given.shown:
        return justifying.why_given(s, given)
    return finish(s, "control", "why", (wording.say(wording.NO_REASON_KEPT, s.locale),), notice=True)


def _looked_up(s: Situation) -> Turn | None:
    if not isinstance(s.input, LookedUp):
        return None
    match s.input.what:
        case "account":
            return linked(s, s.input)
        case "cases":
            return control.cases_elsewhere(s, s.input)
        case "person_data":
            return control.person_data(s, s.input)


def _close_case(s: Situation) -> Turn | None:
    """The end of the case, in so many words; and *cancel*, when no question of ours is what it could mean."""
    pending = s.state.pending
    idle = pending is None or pending.kind in ("consent", "next")
    sure = s.best is not None and s.best.score >= SURE[s.locale]
    cancels = idle and sure and control.action_of(s) == "cancel"
    return ask_to_close(s) if command_words(s) in CLOSE_CASE or cancels else None


def _pressed(s: Situation) -> Turn | None:
    """A choice was pressed."""
    return _chosen(s, s.input.value) if isinstance(s.input, Pressed) else None


def _empty(s: Situation) -> Turn | None:
    if isinstance(s.input, Utterance) and not any(char.isalnum() for char in without_emoji(s.input.text)):
        return finish(s, "control", "empty", (wording.say(wording.EMPTY, s.locale),))
    return None


# --- A question of ours is open ------------------------------------------------------------------------------


_YES = (
    "ja",
    "sicher",
    "ganz sicher",
    "wirklich",
    "ja wirklich",
    "echt",
    "ehrlich",
    "yes",
    "sure",
    "really",
    "for sure",
)
DOUBTS = frozenset(map(fold, _YES))
"""A yes, unless a question mark stands behind it."""


def _doubts(s: Situation) -> bool:
    """Whether a yes is none but asks back: *sicher?*, *ja?*, *really?*."""
    return s.said.rstrip().endswith("?") and fold(without_emoji(s.said)).strip(" .!?") in DOUBTS


def _doubted(s: Situation) -> Turn | None:
    """A yes that asks back answers no question of ours: it is asked once more."""
    pending = s.state.pending
    if pending is None or pending.kind not in ("offer_person", "confirm_delete") or not _doubts(s):
        return None
    asked = wording.say(wording.CONFIRM_DELETE if pending.kind == "confirm_delete" else wording.OFFER, s.locale)
    choices = tuple(Choice(label, value) for label, value in pending.choices)
    return finish(s, "clarify", "doubt", (asked,), choices=choices)


def _typed_choice(s: Situation) -> Turn | None:
    if not isinstance(s.input, Utterance) or _doubts(s):
        return None
    if s.state.pending is None:
        return _nothing_to_choose(s) if is_number(s.input.text) else None
    value = choice_typed(s.input.text, s.state.pending)
    if value is None and s.state.pending.choices and is_number(s.input.text):
        return _offered_again(s, s.state.pending, wording.NO_SUCH_CHOICE)
    if value is None and s.state.pending.choices and are_numbers(s.input.text):
        return _offered_again(s, s.state.pending, wording.ONE_AT_A_TIME)
    return _chosen(s, value) if value is not None else None


def _nothing_to_choose(s: Situation) -> Turn:
    """A number while nothing is offered: what could be asked, rather than a guess at what it means."""
    choices = menu(s)
    state = replace(s.state, pending=Pending.of("next", choices))
    said = wording.say(wording.NOTHING_TO_CHOOSE, s.locale)
    return finish(replace(s, state=state), "clarify", "nothing_to_choose", (said,), choices=choices)


def _offered_again(s: Situation, pending: Pending, why: wording.Sentences) -> Turn:
    """A number that was not offered, or several: the choices once more, rather than a guess at what it means."""
    choices = tuple(Choice(label, value) for label, value in pending.choices)
    said = wording.say(why, s.locale, count=str(len(choices)))
    return finish(s, "clarify", "no_such_choice", (said,), choices=choices)


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
        return open_case(s, earlier or s.said, pending.reason if pending else "asked", said_yes=value == YES)
    if pending and pending.kind == "confirm_delete" and (confirmed := control.confirm_delete(s, value)):
        return confirmed
    if value == NO:
        return finish(closed, "control", "declined", (wording.say(wording.DECLINED, s.locale),), label="no")
    if value == NONE:
        return _none_of_these(closed, pending)
    acted = control.act(closed, value)
    if acted is None and isinstance(s.input, Pressed):
        return offered_no_more(s)
    return acted or _miss(closed)


def _none_of_these(s: Situation, pending: Pending | None) -> Turn:
    """None of the guesses: the most valuable gap there is, so it is kept with what was offered."""
    offered = tuple(value for _, value in pending.choices) if pending else ()
    text = pending.text if pending else s.said
    asked, choices = offer(text, "none of the offered", s.locale, s.now)
    state = replace(s.state, pending=asked, misses=s.state.misses + 1)
    return finish(
        replace(s, state=state),
        "miss",
        "none_of_these",
        (wording.say(wording.MISS_AGAIN, s.locale),),
        choices=choices,
        effects=(RecordGap("clarified", text, None, offered),) if text else (),
    )


# --- What was said -------------------------------------------------------------------------------------------


def _intent(s: Situation) -> Turn | None:
    """Small talk, control words, and what belongs elsewhere."""
    best = s.best
    intent = s.content.intents.get(best.intent) if best and best.intent else None
    if best is None or intent is None or best.score < SURE[s.locale]:
        return None
    if intent.kind != "off_topic" and s.understanding.known <= STRANGE:
        return None
    if intent.kind == "handoff" and best.score < SURELY_SENSITIVE:  # its rule came before and was not sure of it
        return None
    if intent.kind == "control" and intent.action:
        pending = s.state.pending
        if intent.action == INSTEAD and pending is not None and pending.kind in ("clarify", "topic"):
            return _none_of_these(replace(s, state=replace(s.state, pending=None)), pending)
        acted = control.act(s, control.SOURCES if _doubts(s) else intent.action)
        if acted is not None:
            return replace(acted, score=best.score)
    replies = intent.reply.get(s.locale, ())
    if not replies:
        return None
    blocks = (by_turn(s, replies),)
    decision: Decision = "handoff" if intent.kind == "handoff" else intent.kind
    return finish(s, decision, intent.kind, blocks, label=intent.id, candidate=best)


def _price_told(s: Situation) -> Turn | None:
    """The price of the course that was spoken of, told and nothing else: what there is towards it."""
    if not s.understanding.quoted:
        return None
    topic = s.spoken_of
    if topic is None:
        return _ask_which_topic(s, EXAMPLE) if len(s.said.split()) <= ONLY_A_PRICE else None
    side = side_for_price(s, topic)
    if side is None:
        return None
    guess = Candidate("answer", f"{topic.id}.{side}", 100.0, topic.id, side, assumed=("topic",))
    return answer_turn(s, topic.id, side, rule="price", candidate=guess, text=s.said)


def _two_sides(s: Situation) -> Turn | None:
    """The topic is sure and the question lies between two of its sides: both are answered, each under its title."""
    answers = [c for c in s.understanding.candidates[:3] if c.kind == "answer"]
    if len(answers) < 2 or s.best is not answers[0] or answers[0].score >= CLEAR:
        return None
    first, second = answers[:2]
    near = first.topic == second.topic and second.score >= BOTH * first.score
    return answer_sides(s, (first, second), s.said) if near and _is_sure(s, first.score + second.score) else None


def _sure(s: Situation) -> Turn | None:
    best = s.best
    if best is None or best.kind != "answer" or not _is_sure(s, best.score) or not best.topic or not best.aspect:
        return None
    return answer_turn(s, best.topic, best.aspect, rule="sure", candidate=best, text=s.said)


def _is_sure(s: Situation, score: float) -> bool:
    """Whether an answer may be given without asking back: the more it may be nothing of ours, the surer it must be."""
    return score >= SURE[s.locale] + DOUBT * s.understanding.elsewhere


def _which_topic(s: Situation) -> Turn | None:
    """The aspect is clear, the topic is missing: it is the one spoken of, where that has this side; else ask for it by name."""
    best = s.best
    if best is None or best.kind != "aspect" or best.aspect is None or best.score < OPEN_ASPECT:
        return None
    spoken_of = topic_spoken_of(s, best.aspect)
    if spoken_of is not None and spoken_of == _likeliest(s):
        meant = replace(best, kind="answer", topic=spoken_of, assumed=("topic",))
        return answer_turn(s, spoken_of, best.aspect, rule="assumed_topic", candidate=meant, text=s.said)
    return _ask_which_topic(s, best.aspect, best)


def _ask_which_topic(s: Situation, aspect: AspectId, candidate: Candidate | None = None) -> Turn:
    topics = likely_topics(s, aspect)
    choices = with_person(topic_choices(topics, s.content, s.locale), s.locale)
    pending = Pending.of("topic", choices, s.said)
    state = replace(s.state, aspect=aspect, context_at=s.now, pending=pending)
    asked = wording.say(wording.WHICH_TOPIC, s.locale, aspect=aspect_title(s.content, None, aspect, s.locale))
    return finish(
        replace(s, state=state), "clarify", "which_topic", (asked,), choices=choices, label=aspect, candidate=candidate
    )


def _likeliest(s: Situation) -> TopicId | None:
    """The topic most probably meant, however unsure."""
    return next((guess.topic for guess in s.understanding.candidates if guess.kind == "answer"), None)


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
    (first, *others) = near
    if first.topic and first.aspect and first.score >= LONE and not others:
        return answer_turn(s, first.topic, first.aspect, rule="sure", candidate=first, text=s.said)
    choices = with_person(candidate_choices(near, s.content, s.locale), s.locale)
    pending = Pending.of("clarify", choices, s.said)
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
    gap = RecordGap("missed", s.said, None)
    return finish(
        replace(s, state=state), "off_topic", "unlike", (wording.say(wording.OFF_TOPIC, s.locale),), effects=(gap,)
    )


def _miss(s: Situation) -> Turn:
    misses = s.state.misses + 1
    gap = RecordGap("missed", s.said, s.best.label if s.best else None)
    if misses < TWO_MISSES:
        choices = menu(s)
        state = replace(s.state, misses=misses, pending=Pending.of("next", choices))
        return finish(
            replace(s, state=state),
            "miss",
            "miss",
            (wording.say(wording.MISS, s.locale),),
            choices=choices,
            effects=(gap,),
        )
    pending, choices = offer(s.said, "two misses", s.locale, s.now)
    state = replace(s.state, misses=misses, pending=pending)
    return finish(
        replace(s, state=state),
        "miss",
        "second_miss",
        (wording.say(wording.MISS_AGAIN, s.locale),),
        choices=choices,
        effects=(gap,),
    )


RULES: tuple[Rule, ...] = (
    _looked_up,
    links_account,
    timer_due,
    revised,
    unreadable,
    asked_to_verify,
    led_to_case,
    signed,
    file_or_leaving,
    no_words,
    never_offered,
    other_case,
    _asked_why,
    about_case,
    silent,
    asked_person,
    _rated,
    _pressed,
    _empty,
    _doubted,
    _typed_choice,
    wants_person,
    declined_person,
    _yes_no,
    _close_case,
    goes_on,
    sensitive,
    answer_parts,
    _price_told,
    _intent,
    _two_sides,
    _sure,
    _unlike_everything,
    _which_topic,
    _did_you_mean,
    _miss,
)
"""The policy. Who has a case talks to a person, so the rules about it come first; then a person is one step away, so the
wish for one comes before everything that could be answered."""
