"""What an input of the employee does to their case, and the turn that does it."""

from dataclasses import replace

from bot.dialogue.case_rules import team_for
from bot.dialogue.situation import Situation
from bot.dialogue.turn import Turn
from bot.handoff.case_events import Accepts, Asks, AsksAnew, CaseEvent, Writes
from bot.handoff.case_moment import no_case
from bot.handoff.case_states import Ignored, Refused, decide
from bot.model import OVER, UNFINISHED, CaseFacts, CaseTurn, Decision, Effect, MoveCase, Reason


def happens(s: Situation, event: CaseEvent) -> CaseTurn | Refused | Ignored:
    """What the table says about this event, for the conversation's latest case or for none."""
    case = s.state.case
    if case is None or _has_no_say(case, event):
        asked = s.state.pending is not None and s.state.pending.kind == "offer_person"
        case = no_case(team_for(s.content, s.state.topic), s.locale, s.now, "requested" if asked else "bot")
    return decide(replace(case, locale=s.locale), event, s.now, s.office, encrypted=s.state.encrypted)


def _has_no_say(case: CaseFacts, event: CaseEvent) -> bool:
    """Whether a case is left behind by this event: the next one is for the team its own matter belongs to."""
    match event:
        case AsksAnew():
            return case.state not in UNFINISHED
        case Asks() | Accepts():
            return case.state in OVER
    return False


def moved(s: Situation, event: CaseEvent, rule: str, label: str | None = None) -> Turn | None:
    """The turn that moves the case; None where the table ignores or refuses the event."""
    outcome = happens(s, event)
    if not isinstance(outcome, CaseTurn):
        return None
    state = replace(s.state, pending=None, misses=0)
    decision: Decision = "handoff" if label in (None, "wants_person") else "control"
    return Turn(state, (MoveCase(outcome),), Reason(rule, outcome.event), decision, label)


def silently(s: Situation, event: CaseEvent, *more: Effect) -> Turn:
    """The turn that moves the case, where the table has a move for this event, and says nothing."""
    return Turn(s.state, (*more, *moves(s, event)), Reason("case", event.kind), "silent")


def joins(s: Situation) -> tuple[MoveCase, ...]:
    """What was written, added to the case, if there is one it can join."""
    return moves(s, Writes())


def moves(s: Situation, event: CaseEvent) -> tuple[MoveCase, ...]:
    """What this event does to the case; nothing where the table ignores or refuses it."""
    outcome = happens(s, event)
    return (MoveCase(outcome),) if isinstance(outcome, CaseTurn) else ()
