"""Presses that mean nothing here: what was never offered, or is not any more.

A value comes back from a client, so it is looked at before any rule acts on it. What is no choice of ours, and what was one
before the content, the question or the case changed, is answered with one sentence and does nothing else: it joins no case, is
no miss and no gap, and no coordinator reads it.
"""

from bot.dialogue import control, wording
from bot.dialogue.choosing import NO, NONE, PERSON, YES, answer_of, topic_of
from bot.dialogue.situation import Situation, finish
from bot.dialogue.turn import Turn
from bot.handoff.case_presses import read_case_press
from bot.model import ANOTHERS_CHOICE, Pressed

PLAIN = frozenset({YES, NO, NONE, PERSON})
REFUSED = frozenset({"offered_no_more", "anothers_choice", "other_case"})
"""Rules that refuse a press: it says nothing that anybody should read."""


def never_offered(s: Situation) -> Turn | None:
    """A press of something no reply of ours offers, or offered to somebody else."""
    if not isinstance(s.input, Pressed) or _is_choice(s, s.input.value):
        return None
    if s.input.value == ANOTHERS_CHOICE:
        said = wording.say(wording.ANOTHERS_CHOICE, s.locale)
        return finish(s, "control", "anothers_choice", (said,), notice=True)
    return offered_no_more(s)


def other_case(s: Situation) -> Turn | None:
    """A press under something that was said about another case than the one of this conversation now."""
    press = read_case_press(s.input.value) if isinstance(s.input, Pressed) else None
    here = None if s.state.case is None else s.state.case.number
    if press is None or press.case in (None, here):
        return None
    said = wording.say(wording.OTHER_CASE, s.locale, number=str(press.case))
    return finish(s, "control", "other_case", (said,), notice=True)


def offered_no_more(s: Situation) -> Turn:
    """The sentence that this cannot be chosen now, and what can be done instead. A notice: it arrives in any case."""
    return finish(s, "control", "offered_no_more", (wording.say(wording.OFFERED_NO_MORE, s.locale),), notice=True)


def _is_choice(s: Situation, value: str) -> bool:
    if value in (control.DELETE, control.KEEP):  # asked once, answered once: an old button must not lie in wait
        return s.state.pending is not None and s.state.pending.kind == "confirm_delete"
    known = value in PLAIN or value in control.ACTIONS or read_case_press(value) is not None
    return known or answer_of(value, s.content) is not None or topic_of(value, s.content) is not None
