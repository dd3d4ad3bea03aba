"""One input handled: the new state, what is to be done, and why."""

from dataclasses import dataclass

from bot.dialogue.state import State
from bot.model import Decision, Effect, MoveCase, Reason, Reply, Say, Tell


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from one input. ``label`` is ``topic.aspect`` or the intent's name, several joined by ``+``.

    ``aside``: it is between the employee and the program, and no part of the case there may be.
    """

    state: State
    effects: tuple[Effect, ...]
    reason: Reason
    decision: Decision
    label: str | None = None
    score: float = 0.0
    aside: bool = False

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Everything the employee is told, in order: by Lotse, and about the case."""
        told: list[Reply] = []
        for effect in self.effects:
            match effect:
                case Say(reply=reply):
                    told.append(reply)
                case MoveCase(turn=turn):
                    told.extend(each.reply for each in turn.effects if isinstance(each, Tell))
                case _:
                    pass
        return tuple(told)
