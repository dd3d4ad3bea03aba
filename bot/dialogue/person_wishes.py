"""A person is one step away: wishes for one, matters for one, and those who want none.

A clear wish opens a case at once. One that is only probable is asked back about, as an offer: a wish missed costs one more
message, a case nobody wanted costs a coordinator's time and the employee's trust. Both are looked for in every part of a
message, whatever else it asks; what else it asks is answered in the same reply.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.about_case import ask_for_person, ask_to_close
from bot.dialogue.answers import answer_turn
from bot.dialogue.case_rules import offer, offer_line
from bot.dialogue.declining import is_wish
from bot.dialogue.several import answered_beside, with_answers
from bot.dialogue.situation import Situation, by_turn, finish
from bot.dialogue.thresholds import CLEAR, SENSITIVE, STRANGE, SURE, SURELY_SENSITIVE, SURELY_WANTS_PERSON, WANTS_PERSON
from bot.dialogue.turn import Turn
from bot.handoff.case_events import Accepts, Asks
from bot.model import (
    BETWEEN_QUOTED,
    UNFINISHED,
    AskedPerson,
    Block,
    Candidate,
    IntentId,
    Understanding,
)


def asked_person(s: Situation) -> Turn | None:
    """Asked for in a form or by a command: that is never a matter of probability."""
    if not isinstance(s.input, AskedPerson):
        return None
    return open_case(_about_named(s), s.input.question, "asked for a person", s.best)


def wants_person(s: Situation) -> Turn | None:
    """A wish for a person, in any part of the message."""
    heard = [
        candidate
        for read, least in _readings(s, WANTS_PERSON)
        for candidate in read.candidates[:2]
        if is_wish(candidate, s.content) and candidate.score >= least
    ]
    wish = max(heard, key=lambda candidate: candidate.score, default=None)
    if wish is None:
        return None
    asking, answered = _answering(s)
    if wish.score >= SURELY_WANTS_PERSON or (s.state.case is not None and s.state.case.state in UNFINISHED):
        return with_answers(open_case(asking, s.said, "asked for a person", wish), answered)
    return with_answers(_offered(asking, wish, "offered", ()), answered)


def declined_person(s: Situation) -> Turn | None:
    """*No person, please*, and nothing else that could be answered: that is all right, and may be the end of a case."""
    if not s.wants_no_person or (s.best is not None and s.best.score >= SURE[s.locale]):
        return None
    closed = replace(s, state=replace(s.state, pending=None))
    declined = finish(closed, "control", "declined", (wording.say(wording.DECLINED, s.locale),), label="no")
    return ask_to_close(s) or declined


def sensitive(s: Situation) -> Turn | None:
    """A rejection, a complaint, a dispute, in any part of the message: understanding words, what is known, and an offer.

    While it is not even clear which of them it is, nobody is condoled with for what they may not have.
    """
    best = _likeliest_matter(s, SENSITIVE)
    if best is None:
        return None
    replies = s.content.intents[IntentId(best.label)].reply[s.locale]
    asking, answered = _answering(s)
    if answered is None:
        asking, answered = _known(asking)
    if answered is None and _likeliest_matter(s, SURELY_SENSITIVE) is None:
        return None
    said = by_turn(s, replies)
    if best.score < SURE[s.locale]:
        said = wording.say(wording.PERHAPS_FOR_A_PERSON, s.locale)
    return with_answers(_offered(asking, best, "sensitive", (said,)), answered)


def open_case(
    s: Situation, question: str, reason: str, candidate: Candidate | None = None, *, said_yes: bool = False
) -> Turn:
    """The turn that opens a case about this question and the one before, or says which case there is.

    A form says all of it: the employee reads there that the coordinators see that question only.
    """
    complete = isinstance(s.input, AskedPerson) and s.input.complete
    asked = "" if complete else s.state.asked
    if asked and asked not in question:
        question = f"{asked}{BETWEEN_QUOTED}{question}" if question else asked
    pending = s.state.pending
    offered = pending is not None and pending.kind == "offer_person"
    turn = ask_for_person(s, question, reason, Accepts() if said_yes and offered else Asks())
    if candidate is None:
        return turn
    return replace(turn, label=candidate.label, score=candidate.score)


def _readings(s: Situation, least: float) -> Iterator[tuple[Understanding, float]]:
    """The message as a whole and each of its parts, as far as their words are known, with the score that counts there.

    A *please* beside words nobody knows asks for nothing, and a piece cut out of its message is easily misread.
    """
    for read in (s.understanding, *s.understanding.parts):
        if read.known > STRANGE:
            yield read, least if read is s.understanding else max(least, CLEAR)


def _likeliest_matter(s: Situation, least: float) -> Candidate | None:
    matters = (_matter(s, read, enough) for read, enough in _readings(s, least))
    return next((matter for matter in matters if matter is not None), None)


def _matter(s: Situation, read: Understanding, least: float) -> Candidate | None:
    """The sensitive matter a reading is about, whichever of them exactly; None when it is sure to be something else.

    A sure answer is nothing else: who was refused asks what the law says, and may need a person besides.
    """
    handoffs = [c for c in read.candidates if c.intent and s.content.intents[c.intent].kind == "handoff"]
    best = read.candidates[0] if read.candidates else None
    sure_of_another = best is not None and best.score >= SURE[s.locale] and best not in handoffs and not best.topic
    return None if sum(c.score for c in handoffs) < least or sure_of_another else handoffs[0]


def _answering(s: Situation) -> tuple[Situation, Turn | None]:
    """What else the message asks, answered; and the situation after that, so that a case goes to the team of its topic."""
    answered = answered_beside(s)
    return (_about_named(s), None) if answered is None else (_after(s, answered), answered)


def _about_named(s: Situation) -> Situation:
    """The situation with the topic that is named: *a person about recognition, please* leaves what was spoken of before."""
    named = s.understanding.named
    if named is None or named == s.state.topic:
        return s
    return replace(s, state=replace(s.state, topic=named, aspect=None, context_at=s.now))


def _known(s: Situation) -> tuple[Situation, Turn | None]:
    """The answer that is sure beside a sensitive matter, or would be without it, and the situation after it."""
    found = s.understanding
    answer = next((c for c in found.candidates if c.kind == "answer"), None)
    if answer is None or answer.topic is None or answer.aspect is None:
        return s, None
    rest = 100 - sum(c.score for c in found.candidates if c.intent and s.content.intents[c.intent].kind == "handoff")
    sure_besides = answer.topic == found.named and answer.score >= rest * CLEAR / 100
    if answer.score < SURE[s.locale] and not sure_besides:
        return s, None
    introduced = replace(s.state, introduced=True)  # the line for a first contact stands in the other reply
    turn = answer_turn(
        replace(s, state=introduced), answer.topic, answer.aspect, rule="sure", candidate=answer, text=s.said
    )
    return _after(s, turn), turn


def _after(s: Situation, answered: Turn) -> Situation:
    return replace(s, state=replace(answered.state, introduced=s.state.introduced, pending=s.state.pending))


def _offered(s: Situation, candidate: Candidate, rule: str, blocks: tuple[Block, ...]) -> Turn:
    pending, choices = offer(s.said, candidate.label, s.locale, s.now)
    state = replace(s.state, pending=pending, misses=0)
    return finish(
        replace(s, state=state),
        "handoff",
        rule,
        (*blocks, offer_line(s.locale)),
        choices=choices,
        label=candidate.label,
        candidate=candidate,
    )
