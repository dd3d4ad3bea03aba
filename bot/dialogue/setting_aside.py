"""Leaves guesses out of what was understood, once it is known that they cannot be meant."""

from collections.abc import Callable
from dataclasses import replace

from bot.content.definitions import Content
from bot.model import Candidate, Understanding

NOTHING_ELSE = 92.0
"""From this share on a guess is all there is to read in a message; what is left then are crumbs."""
MOST = 99.9
"""The highest score there is."""

Which = Callable[[Candidate], bool]


def with_action(content: Content, *actions: str) -> Which:
    """Which guesses are an intent with one of these actions."""

    def which(guess: Candidate) -> bool:
        intent = content.intents.get(guess.intent) if guess.intent else None
        return intent is not None and intent.action in actions

    return which


def share_of(found: Understanding, which: Which) -> float:
    """How probable these guesses are together, 0 to 100."""
    return sum(guess.score for guess in found.candidates if which(guess))


def set_aside(found: Understanding, which: Which) -> Understanding:
    """What was understood less these guesses: what is left is as probable as when they are known to be wrong.

    Crumbs grow no further, unless a topic is called by its name.
    """
    share = share_of(found, which)
    grows = share < (MOST if found.named is not None else NOTHING_ELSE)
    factor = 100 / (100 - share) if grows else 1.0
    kept = tuple(replace(guess, score=_at_most(guess.score * factor)) for guess in found.candidates if not which(guess))
    return replace(found, candidates=kept, elsewhere=_at_most(found.elsewhere * factor))


def _at_most(score: float) -> float:
    return min(MOST, round(score, 1))
