"""The error families. Ask whose turn it is to act; that is the class.

=====================  ==============================  ===================================================
class                  who acts                        where it ends
=====================  ==============================  ===================================================
``ContentProblem``     admin                           a value, collected; report of ``lotse check``
``ConfigError``        operator                        the start stops with one sentence naming the setting
``StoreUnavailable``   operator                        the employee is told to try again; ``/health`` turns red
``ChannelError``       the worker, later the operator  outbox row: tried again, or parked and shown
anything else          developer                       a bug: the turn is rolled back, tried again, then parked
=====================  ==============================  ===================================================

Not understanding a user is not an error but a value: an ``Understanding`` without candidates.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Severity = Literal["error", "notice"]


@dataclass(frozen=True, slots=True, order=True)
class ContentProblem:
    """One finding about one place in the content.

    ``code`` is stable (``KB012``), ``line`` and ``column`` count from 1, ``hint`` says what to do.
    An *error* keeps the content from going live, a *notice* only informs.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str
    severity: Severity = "error"


class LotseError(Exception):
    """Everything Lotse raises on purpose."""


class ConfigError(LotseError):
    """A setting is missing or contradicts another; the message names it and says what to do."""


class ContentError(LotseError):
    """The content cannot go live; ``problems`` holds every finding."""

    def __init__(self, problems: tuple[ContentProblem, ...]) -> None:
        """Keep all findings; the message names the first error and how many there are."""
        errors = [problem for problem in problems if problem.severity == "error"]
        first = errors[0] if errors else problems[0]
        super().__init__(
            f"{len(errors)} error(s) in the content, the first: {first.file}:{first.line}:{first.column} "
            f"{first.code} {first.message.rstrip('.')}. Run `lotse check` to see them all."
        )
        self.problems = problems


class StoreUnavailable(LotseError):
    """The database did not answer, is locked, is full or is gone; nothing was changed."""


class StoreConflict(StoreUnavailable):
    """Another process changed the same thing first; the step is done again by itself, nobody need act."""


class ChannelError(LotseError):
    """A platform refused or failed; ``permanent`` says that trying again is useless.

    ``gone``: the message that was to be changed, or the thread that was to be written in, is not there, or out of Lotse's hands.
    """

    def __init__(
        self, reason: str, *, retry_after: timedelta | None = None, permanent: bool = False, gone: bool = False
    ) -> None:
        """Say why in one sentence for the operator; ``retry_after`` is what the platform asked for."""
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.permanent = permanent
        self.gone = gone


class NotInRoom(ChannelError):
    """Lotse is not in a room of coordinators, or nobody may write there: what is to be shown there waits until somebody acts."""


class NotThereYet(ChannelError):
    """Lotse is about to come into a room, and cannot look into it before; nobody need act."""
