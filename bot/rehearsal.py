"""A conversation in memory: text in, turn out, nothing stored. For ``lotse ask``, ``explain``, tests and previews."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from bot.content.definitions import Content
from bot.dialogue.policy import take_turn
from bot.dialogue.situation import BERLIN
from bot.dialogue.state import State, fresh_context, state_from_json, state_to_json
from bot.dialogue.turn import Turn
from bot.model import CASE_NUMBER, Context, ForgetPerson, Input, Locale, LookedUp, LookUp, OpenCase, Utterance, as_text
from bot.understanding.reader import Reader
from bot.understanding.understand import understand

STORED = LookedUp("person_data", (("messages", 0), ("cases", 0)))
"""What *my data* finds here: nothing is stored."""


def noon(day: date) -> datetime:
    """That day at 12:00 in Berlin."""
    return datetime.combine(day, time(12), tzinfo=BERLIN)


def context_of(state: State) -> Context:
    """What the reader may use of a conversation so far."""
    return Context(state.locale, state.topic, state.aspect, state.who)


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
        state = state_from_json(state_to_json(self.state))
        if locale:
            state = replace(state, locale=locale, locale_fixed=True)
        found = None
        if isinstance(incoming, Utterance):
            found = understand(incoming.text, self.reader, context_of(fresh_context(state, now)))
        turn = take_turn(state, incoming, found, self.content, now)
        if any(isinstance(effect, LookUp) for effect in turn.effects):
            turn = take_turn(turn.state, STORED, None, self.content, now)
        self.state = turn.state
        if any(isinstance(effect, OpenCase) for effect in turn.effects):
            self.state = replace(self.state, open_case=next(self.numbers))
        if any(isinstance(effect, ForgetPerson) for effect in turn.effects):
            self.state = self._beginning
        return turn

    def text(self, turn: Turn) -> str:
        """The complete plain text of a turn's replies."""
        number = str(self.state.open_case or "")
        return "\n\n".join(as_text(reply) for reply in turn.replies).replace(CASE_NUMBER, number)
