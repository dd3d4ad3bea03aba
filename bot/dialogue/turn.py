"""One input handled: the new state, what is to be done, and why."""

from dataclasses import dataclass

from bot.dialogue.state import State
from bot.model import Decision, Effect, Reason, Reply, Say


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from one input. ``label`` is ``topic.aspect`` or the intent's name, several joined by ``+``."""

    state: State
    effects: tuple[Effect, ...]
    reason: Reason
    decision: Decision
    label: str | None = None
    score: float = 0.0

    @property
    def replies(self) -> tuple[Reply, ...]:
        """The replies among the effects, in order."""
        return tuple(effect.reply for effect in self.effects if isinstance(effect, Say))
