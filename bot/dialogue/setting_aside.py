"""Leaves a guess out of what was understood, once it is known that it cannot be meant."""

from collections.abc import Callable
from dataclasses import replace

from bot.model import Candidate, Understanding

MOST = 99.9
"""The highest score there is."""


def set_aside(found: Understanding, unwanted: Callable[[Candidate], bool], least: float, most: float) -> Understanding:
    """What was understood, less these guesses, when together they are at least ``least`` probable; else as it is.

    What is left is as probable as it is when the message is known to be none of them. From ``most`` on they are all there is
    to read in a message, and what is left are crumbs, which grow no further.
    """
    share = sum(c.score for c in found.candidates if unwanted(c))
    if share < least:
        return found
    factor = 100 / (100 - share) if share < most else 1.0
    kept = tuple(replace(c, score=_at_most(c.score * factor)) for c in found.candidates if not unwanted(c))
    return replace(found, candidates=kept, elsewhere=_at_most(found.elsewhere * factor))


def _at_most(score: float) -> float:
    return min(MOST, round(score, 1))
