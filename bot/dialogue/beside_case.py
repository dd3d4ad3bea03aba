"""What Lotse answers beside a case: it joins the case or does not, is marked as automatic, and its doubts are left to a person."""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.choosing import STILL_ASKED
from bot.dialogue.going_on import GOING_ON
from bot.dialogue.moving_case import joins
from bot.dialogue.presses import REFUSED, offered_no_more
from bot.dialogue.remembering import OFFERS
from bot.dialogue.situation import Situation, finish
from bot.dialogue.turn import Turn
from bot.dialogue.wordless_inputs import NO_WORDS
from bot.model import SILENT, UNFINISHED, AskedWhy, Input, MoveCase, Pressed, Reply, Say, Utterance

BETWEEN_US = frozenset({"my_data", "delete_my_data", NO_WORDS})
"""What the employee asks the program about themselves, and what there is nothing of to read: no coordinator does, whoever has the
case.
"""


def to_lotse(given: Input) -> bool:
    """Whether this is said to the program itself: by pressing what it offered, or by a command of its own."""
    return isinstance(given, Pressed) or (isinstance(given, Utterance) and given.to_lotse)


def beside_case(s: Situation, turn: Turn) -> Turn:
    """While a case is open, every message joins it; Lotse's answers are marked, and its doubts left to the person.

    Once a coordinator has it, what was said to Lotse itself is answered beside it, and its doubts are left to them as well.
    """
    case = s.state.case
    if case is None or case.state not in UNFINISHED:
        return turn
    turn = _with_how_to_answer(s, turn)
    if any(isinstance(effect, MoveCase) for effect in turn.effects):
        return turn
    if isinstance(s.input, AskedWhy) or turn.label in BETWEEN_US:
        return replace(marked(turn), aside=True)
    if not isinstance(s.input, Utterance | Pressed) or turn.decision == "silent" or turn.reason.rule in REFUSED:
        return turn
    unsure = turn.decision in ("miss", "clarify", "off_topic") or turn.reason.rule in OFFERS or turn.label in GOING_ON
    if case.state in SILENT:
        return _in_front_of_person(s, turn, unsure=unsure) if to_lotse(s.input) else turn
    if unsure:
        return passed_on(s, turn.label)
    return marked(replace(turn, effects=(*turn.effects, *joins(s))))


def _in_front_of_person(s: Situation, turn: Turn, *, unsure: bool) -> Turn:
    """What was said to Lotse itself while a coordinator has the case. *None of these* is nothing to pass on."""
    if not unsure:
        return replace(marked(turn), aside=True)
    return replace(offered_no_more(s), aside=True) if isinstance(s.input, Pressed) else passed_on(s, turn.label)


def _with_how_to_answer(s: Situation, turn: Turn) -> Turn:
    """The turn, with how its question about case or data is answered where a bare *ja* or *1* is for the coordinator."""
    pending, case = turn.state.pending, s.state.case
    if pending is None or pending.kind not in STILL_ASKED or case is None or case.state not in SILENT:
        return turn
    how = wording.say(wording.IN_ALL_WORDS, turn.state.locale or s.locale, name=case.owner_name)
    effects = tuple(
        replace(effect, reply=replace(effect.reply, blocks=(*effect.reply.blocks, how)))
        if isinstance(effect, Say) and effect.reply.choices
        else effect
        for effect in turn.effects
    )
    return replace(turn, effects=effects)


def passed_on(s: Situation, label: str | None) -> Turn:
    """What was said joins the case, and the employee reads who will read it."""
    moves = joins(s)
    case = moves[0].turn.case if moves else s.state.case
    assert case is not None
    words = wording.JOINED_WITH if case.state in SILENT else wording.JOINED
    said = wording.say(words, s.locale, number=str(case.number), name=case.owner_name)
    kept = replace(s, state=replace(s.state, pending=None))
    joined = finish(kept, "handoff", "joined", (said,), label=label, notice=True)
    return replace(joined, effects=(*joined.effects, *moves))


def marked(turn: Turn) -> Turn:
    """The turn with its replies marked as automatic; notices speak for themselves."""
    effects = tuple(
        replace(effect, reply=_automatic(effect.reply)) if isinstance(effect, Say) and not effect.notice else effect
        for effect in turn.effects
    )
    return replace(turn, effects=effects)


def _automatic(reply: Reply) -> Reply:
    return replace(reply, automatic=True)
