"""A coordinator has the case: what is written goes to them, and Lotse is silent. Here is what it answers all the same.

In front of a coordinator a bare *ja* or *2* answers the coordinator, never a question of ours: there a choice is pressed, or
typed in all its words. Deleting everything because somebody said yes to a human would be the worst mistake to make.
"""

from dataclasses import replace

from bot.dialogue import control, wording
from bot.dialogue.about_case import CLOSE_CASE, ask_to_close, command_words, in_all_words
from bot.dialogue.beside_case import BETWEEN_US, marked, passed_on, to_lotse
from bot.dialogue.choosing import YES, choice_typed, known_as
from bot.dialogue.moving_case import joins, silently
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Pending
from bot.dialogue.turn import Turn
from bot.handoff.case_events import Writes
from bot.model import MAX_UTTERANCE, SILENT, AskedPerson, Pressed, Rated, Reason, Reply, Say, Utterance

PLAIN_ENOUGH = 90.0
"""In front of a coordinator a control word must be as good as certain: most sentences there are for a person. What is kept from
them in doubt (*which data do you need?*) is lost; what they read in doubt they can answer.
"""


def silent(s: Situation) -> Turn | None:
    """A person has the case: what is written goes to them, and Lotse says nothing of its own."""
    if s.state.case is None or s.state.case.state not in SILENT:
        return None
    if isinstance(s.input, Rated):
        rating = control.rating_of(s, helpful=s.input.helpful, about=s.input.about)
        return Turn(s.state, (rating,), Reason("silent", "rated"), "silent")
    if to_lotse(s.input):
        return None
    if isinstance(s.input, AskedPerson):
        return passed_on(s, "wants_person") if s.input.question else None
    allowed = _allowed(s)
    if allowed is not None:
        return marked(allowed)
    joined = replace(s, state=replace(s.state, pending=None))
    return _cut(joined) or _half_answered(s) or silently(joined, Writes())


def _half_answered(s: Situation) -> Turn | None:
    """*Yes*, or a number, after a question about deleting or closing that the employee has brought about.

    It may as well be said to the person, who gets it; but nobody must believe that everything is deleted now. The last choice
    leaves all as it is, so there is nothing to say about it.
    """
    case, pending = s.state.case, s.state.pending
    if case is None or pending is None or pending.kind not in ("confirm_delete", "close_case"):
        return None
    choice = _half_chosen(s, pending)
    if choice is None:
        return None
    said = wording.say(wording.NOT_ANSWERED_YET, s.locale, name=case.owner_name, choice=choice)
    return marked(finish(s, "control", "half_answered", (said,), effects=joins(s)))


def _half_chosen(s: Situation, pending: Pending) -> str | None:
    """The words of the choice that may be meant, which does something; the first one by a yes of any kind: *ja, mach das*."""
    if not isinstance(s.input, Utterance):
        return None
    does_something = pending.choices[:-1]
    value = choice_typed(s.input.text, pending)
    if value is None and s.best is not None and s.best.score >= PLAIN_ENOUGH and control.action_of(s) == YES:
        value = does_something[0][1]
    return next((label for label, each in does_something if each == value), None)


def _cut(s: Situation) -> Turn | None:
    """A message of which the person sees only the beginning: who wrote it is told, for they wait for an answer to all of it."""
    case = s.state.case
    if case is None or not isinstance(s.input, Utterance) or len(s.input.text) <= MAX_UTTERANCE:
        return None
    said = wording.say(wording.CUT_IN_CASE, s.locale, name=case.owner_name)
    return finish(s, "handoff", "cut", (said,), effects=joins(s), notice=True)


def _allowed(s: Situation) -> Turn | None:
    """What an employee may want from the program even then."""
    if command_words(s) in CLOSE_CASE:
        return ask_to_close(s)
    pending = s.state.pending
    if pending is not None and pending.kind == "confirm_delete":
        value = s.input.value if isinstance(s.input, Pressed) else in_all_words(s, pending)
        if value is not None:
            return control.confirm_delete(s, value)
    action, word_for_word = control.action_of(s), _is_word_for_word(s)
    if s.best is None or not (word_for_word or s.best.score >= PLAIN_ENOUGH):
        return None
    if action == "cancel":  # what is to end, the words do not say
        asked = ask_to_close(s)
        return asked and _perhaps_for_person(s, asked)
    turn = control.act(s, action) if action in ("case_status", "my_data", "delete_my_data") else None
    return turn if turn is None or word_for_word else _perhaps_for_person(s, turn)


def _is_word_for_word(s: Situation) -> bool:
    """Whether what was typed is an example of the best guess to the word, but for a *please*."""
    known = known_as(" ".join(command_words(s)), s.content)
    return known is not None and s.best is not None and known.id == s.best.intent


def _perhaps_for_person(s: Situation, turn: Turn) -> Turn:
    """What only sounds like a command may be an answer to the coordinator: *that has settled itself*, *you can delete that*.

    So they read it as well; where it may be the employee's own affair they do not, and the employee is told.
    """
    if turn.label not in BETWEEN_US:
        return replace(turn, effects=(*turn.effects, *joins(s)))
    assert s.state.case is not None
    unread = wording.say(wording.NOT_READ, s.locale, name=s.state.case.owner_name)
    return replace(turn, effects=(Say(Reply((unread,), s.locale)), *turn.effects))
