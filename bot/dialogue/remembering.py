"""What is kept of a turn beyond what its rule kept: the question, and what a coordinator will want to know.

Done in one place, after the rules, because every rule would have to do the same: whoever takes over reads on the card of the
case what was asked, shown, offered and turned down (``case_rules.py``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.choosing import PERSON, SAY, TOPIC
from bot.dialogue.shown_answers import shown_now
from bot.dialogue.situation import Situation
from bot.dialogue.state import Pending, State
from bot.dialogue.turn import Turn
from bot.model import MAX_UTTERANCE, UNFINISHED, OpenCase, SentFile, Utterance

CHOICES_TAKEN = frozenset({"chosen", "chosen_topic", "none_of_these", "no_such_choice"})
"""Rules after which the words typed were a choice, not a question."""
OFFERS = frozenset({"sensitive", "offered"})
"""Rules that offer a person because of what was said."""
GUESSES = 3
MOST = 10
"""So many answers and choices are kept, the latest; a card with more is not read."""
NOTHING_KEPT: Mapping[str, Any] = {
    "asked": "",
    "guesses": (),
    "about": None,
    "shown_before": (),
    "offered": (),
    "refused": (),
    "files_refused": 0,
}
"""What is kept for the card of a case, as it is in a conversation that has just begun."""


def remembering(s: Situation, turn: Turn) -> Turn:
    """The turn with its state completed: the question, answers and choices kept, the misses counted anew where due."""
    state = turn.state
    if turn.decision in ("smalltalk", "control"):  # in between, two misses are no longer in a row
        state = replace(state, misses=0)
    asked = turn.decision in ("answer", "clarify", "miss") and turn.reason.rule not in CHOICES_TAKEN
    if isinstance(s.input, Utterance) and asked:
        state = replace(state, asked=s.input.text[:MAX_UTTERANCE])
    if isinstance(s.input, Utterance) and (asked or turn.reason.rule in OFFERS):
        guesses = tuple((guess.label, guess.score) for guess in s.understanding.candidates[:GUESSES])
        state = replace(state, guesses=guesses, about=s.understanding.about)
    state = replace(state, unanswered=_unanswered(state, turn), before=_before(s, turn))
    if isinstance(s.input, SentFile):
        state = replace(state, files_refused=state.files_refused + 1)
    state = replace(
        state,
        offered=_kept(state.offered, _offered(s.state, turn)),
        refused=_kept(state.refused, _refused(s.state, turn)),
    )
    if turn.decision == "answer" and turn.label:
        shown = tuple(shown_now(label, s.content, s.now, s.locale) for label in turn.label.split("+"))
        earlier = tuple(one for one in state.shown_before if one.label not in {new.label for new in shown})
        state = replace(state, shown_before=(*earlier, *shown)[-MOST:])
    if _belongs_to_case(s.state, turn):
        state = replace(state, **NOTHING_KEPT)
    reason = turn.reason
    if state.shown is not None and state.shown is not s.state.shown:
        reason = replace(reason, shown=(*state.shown.beside, state.shown.label), words=state.shown.why)
    return replace(turn, state=state, reason=reason)


def _unanswered(state: State, turn: Turn) -> str:
    """The rule behind a reply that was no answer; thanks and control words in between change nothing."""
    match turn.decision:
        case "answer" | "advise":
            return ""
        case "smalltalk" | "control" | "silent":
            return state.unanswered
    return turn.reason.rule


def _before(s: Situation, turn: Turn) -> Pending | None:
    """The question of ours one can go back to: the one just answered by a choice, until something else is asked."""
    if turn.reason.rule in CHOICES_TAKEN and turn.decision == "answer":
        return s.state.pending
    return turn.state.before if turn.decision in ("smalltalk", "control", "silent") else None


def _belongs_to_case(before: State, turn: Turn) -> bool:
    """Whether what was kept stands on the card of a case now, or among its messages: the next case has its own."""
    unfinished = before.case is not None and before.case.state in UNFINISHED
    return unfinished or any(isinstance(effect, OpenCase) for effect in turn.effects)


def _offered(before: State, turn: Turn) -> Iterable[str]:
    """What this turn asks the employee to choose from."""
    pending = turn.state.pending
    return () if pending is None or pending is before.pending else _subjects(pending)


def _refused(before: State, turn: Turn) -> Iterable[str]:
    """What the employee turned down in this turn."""
    match turn.reason.rule:
        case "none_of_these" if before.pending is not None:
            return _subjects(before.pending)
        case "declined" if before.pending is not None and before.pending.kind == "offer_person":
            return (PERSON,)
        case "rated" if turn.label == "not_helpful" and before.shown is not None:
            return (f"{SAY}{before.shown.label}",)
    return ()


def _subjects(pending: Pending) -> tuple[str, ...]:
    """The choices that name something of the knowledge base, where Lotse asked what was meant."""
    if pending.kind not in ("clarify", "topic"):
        return ()
    return tuple(value for _, value in pending.choices if value.startswith((SAY, TOPIC)))


def _kept(values: tuple[str, ...], new: Iterable[str]) -> tuple[str, ...]:
    """The latest values, each once."""
    return tuple(dict.fromkeys(reversed((*values, *new))))[:MOST][::-1]
