"""A conversation in memory: text in, turn out, nothing stored. For ``lotse ask``, ``explain``, tests and previews."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from bot.content.definitions import Content
from bot.dialogue.own_words import read_message
from bot.dialogue.policy import take_turn
from bot.dialogue.situation import BERLIN
from bot.dialogue.state import State, fresh_context, reading_context, state_from_json, state_to_json
from bot.dialogue.turn import Turn
from bot.model import (
    CASE_NUMBER,
    UNFINISHED,
    CaseFacts,
    CaseNumber,
    Effect,
    ForgetPerson,
    Input,
    LinkAccount,
    Locale,
    LookedUp,
    LookUp,
    MoveCase,
    OpenCase,
    Utterance,
    as_text,
)
from bot.understanding.reader import Reader
from bot.understanding.understand import understand


def _found_here(effect: Effect) -> LookedUp | None:
    """What a look-up finds here: nothing is stored, and nobody is linked."""
    match effect:
        case LookUp(what="person_data"):
            return LookedUp("person_data", (("messages", 0), ("cases", 0)))
        case LookUp(what=what):
            return LookedUp(what, ())
        case LinkAccount():
            return LookedUp("account", (("linked", 0),))
    return None


def noon(day: date) -> datetime:
    """That day at 12:00 in Berlin."""
    return datetime.combine(day, time(12), tzinfo=BERLIN)


def _opened(effect: OpenCase, number: CaseNumber, now: datetime) -> CaseFacts:
    return CaseFacts(
        number,
        "open",
        1,
        effect.team,
        effect.locale,
        now,
        topic=effect.topic,
        first_due=effect.first_due,
        solution_due=effect.solution_due,
        away_until=effect.away_until,
        unanswered_since=now,
    )


@dataclass(slots=True)
class Rehearsal:
    """One conversation. The state goes through JSON between turns, as it does in the store."""

    content: Content
    reader: Reader
    numbers: Iterator[int]
    state: State = field(default_factory=State)
    _beginning: State = field(init=False)

    def __post_init__(self) -> None:
        """Remember how the conversation began: somebody who was forgotten begins there again."""
        self._beginning = self.state

    def take(self, incoming: Input, now: datetime, locale: Locale | None = None) -> Turn:
        """Handle one input; ``locale`` fixes the language when given. Case numbers are invented."""
        state = replace(state_from_json(state_to_json(self.state)), case=self.state.case)
        if locale:
            state = replace(state, locale=locale, locale_fixed=True)
        found = None
        if isinstance(incoming, Utterance):
            context = reading_context(fresh_context(state, now), self.content)
            found = read_message(incoming.text, self.reader, context, understand)
        turn = take_turn(state, incoming, found, self.content, now)
        looked_up = next((here for effect in turn.effects if (here := _found_here(effect)) is not None), None)
        if looked_up is not None:
            turn = take_turn(replace(turn.state, case=state.case), looked_up, None, self.content, now)
        self.state = turn.state
        case = state.case
        for effect in turn.effects:
            match effect:
                case OpenCase():
                    case = _opened(effect, CaseNumber(next(self.numbers)), now)
                case MoveCase(turn=moved):
                    case = moved.case
                case _:
                    pass
        open_now = case is not None and case.state in UNFINISHED
        self.state = replace(self.state, case=case, open_case=case.number if case and open_now else None)
        if any(isinstance(effect, ForgetPerson) for effect in turn.effects):
            self.state = self._beginning
        return turn

    def text(self, turn: Turn) -> str:
        """The complete plain text of a turn's replies."""
        number = str(self.state.open_case or "")
        return "\n\n".join(as_text(reply) for reply in turn.replies).replace(CASE_NUMBER, number)
