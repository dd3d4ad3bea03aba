"""What concerns one person alone is not said where others read along.

A question about the rules is as good in a channel of the company as anywhere, and its answer may help others. What is said
about a person is not: a case and everything about it, a rejection, what is stored about them. There the reply in public is
one sentence, and the matter goes on in the person's own conversation, as if they had written it there.
"""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.situation import Situation, finish
from bot.dialogue.turn import Turn
from bot.model import (
    AskedPerson,
    ContinueAlone,
    Edited,
    Effect,
    ForgetPerson,
    Input,
    LinkAccount,
    LookUp,
    MoveCase,
    OpenCase,
    Utterance,
)

PERSONAL_RULES = frozenset({"case_status", "close_case", "confirm_delete"})
PERSONAL_EFFECTS = (OpenCase, MoveCase, ForgetPerson, LookUp, LinkAccount)


def alone(s: Situation, turn: Turn) -> Turn:
    """The turn; or, when it is personal and others read along, a word about that, and the matter where they do not."""
    if not s.state.in_public or not _is_personal(turn):
        return turn
    kept = replace(s, state=replace(s.state, pending=None, misses=0))
    said = wording.say(wording.CONTINUED_ALONE, s.locale)
    taken_up: tuple[Effect, ...] = (ContinueAlone(_what_is_taken_up(s, turn)),)
    return finish(kept, turn.decision, "continued_alone", (said,), label=turn.label, effects=taken_up)


def _is_personal(turn: Turn) -> bool:
    personal = any(isinstance(effect, PERSONAL_EFFECTS) for effect in turn.effects)
    return personal or turn.decision == "handoff" or turn.reason.rule in PERSONAL_RULES


def _what_is_taken_up(s: Situation, turn: Turn) -> Input:
    """A wish for a person with the question it was about, which only this conversation knows; else what was said.

    What the person asked alone is no part of that: nobody said that it should be handed on.
    """
    opened = next((effect for effect in turn.effects if isinstance(effect, OpenCase)), None)
    if opened is not None:
        return AskedPerson(opened.question, complete=True)
    return Utterance(s.input.text) if isinstance(s.input, Edited) else s.input
