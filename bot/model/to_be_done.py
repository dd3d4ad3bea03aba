"""What a turn wants done, as data, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.case_facts import CaseTimer, CaseTurn
from bot.model.ids import AspectId, ExternalId, Locale, OutboxId, TopicId, WhoId
from bot.model.inputs import Input
from bot.model.replies import Reply
from bot.model.understood import Evidence


@dataclass(frozen=True, slots=True)
class Say:
    """Send this reply to the conversation.

    A ``notice`` tells what happened (a case was opened, somebody takes over) and always arrives; any other reply is
    dropped when a coordinator takes over before it was sent.
    """

    reply: Reply
    notice: bool = False


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer an employee was given, so that a coordinator sees whether it still says the same.

    ``content`` is the beginning of the content's hash, ``mark`` changes with any word of the answer; both are empty and ``at``
    is None where an earlier release kept only the label.
    """

    label: str
    at: datetime | None = None
    locale: Locale = "de"
    content: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class CaseContext:
    """What Lotse knew of a conversation when a case was opened: labels, scores and choices, no word of the employee.

    ``understood``: the best guesses at the last message. ``about``: the likeliest topic with its probability, ``aspect`` the
    side of it that was spoken of. ``offered`` and ``refused`` are values of choices (``dialogue/choosing.py``); a refused
    answer is one that was pressed away or called unhelpful.
    """

    understood: tuple[tuple[str, float], ...] = ()
    about: tuple[TopicId, float] | None = None
    aspect: AspectId | None = None
    who: tuple[WhoId, ...] = ()
    shown: tuple[ShownAnswer, ...] = ()
    offered: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    files_refused: int = 0


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Record a case for the coordinators: the employee asked for a person or said yes to an offer.

    ``question`` is the employee's own words, ``reason`` why it came to this. ``told_first``: it leaves an encrypted room, so rooms
    of coordinators wait until the notice of the same turn, which says where it is read, was delivered.
    """

    question: str
    locale: Locale
    reason: str
    team: str
    topic: TopicId | None
    context: CaseContext = CaseContext()
    first_due: datetime | None = None
    solution_due: datetime | None = None
    away_until: datetime | None = None
    timers: tuple[CaseTimer, ...] = ()
    told_first: bool = False


@dataclass(frozen=True, slots=True)
class RecordGap:
    """Remember a question Lotse could not answer. *missed*, *clarified* without success, or a *known* gap."""

    kind: Literal["missed", "clarified", "known", "expired"]
    question: str
    label: str | None
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRating:
    """Remember whether an answer helped; the last word per answer counts."""

    about: OutboxId | None
    label: str
    helpful: bool


@dataclass(frozen=True, slots=True)
class ForgetPerson:
    """Delete everything stored about the person who asked."""


@dataclass(frozen=True, slots=True)
class ContinueAlone:
    """Take this up where nobody else reads along: it becomes an input of the person's own conversation."""

    input: Input


@dataclass(frozen=True, slots=True)
class LookUp:
    """Read something from the store; the answer comes back as a ``LookedUp`` input of the same conversation."""

    what: Literal["person_data", "cases"]


@dataclass(frozen=True, slots=True)
class LinkAccount:
    """Link the account this was written from to the member of staff the code was made for.

    The answer comes back as ``LookedUp("account", (("linked", 1),))``, or 0 when the code links nothing.
    """

    code: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake the conversation at ``due_at``; a newer state makes it a no-op."""

    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class KeepEdit:
    """Keep what the user did to a message sent before: its new words, or None when it was deleted."""

    of: ExternalId
    text: str | None


@dataclass(frozen=True, slots=True)
class MoveCase:
    """Write what follows from an event of a case that already exists."""

    turn: CaseTurn


Effect = (
    Say
    | OpenCase
    | MoveCase
    | KeepEdit
    | RecordGap
    | RecordRating
    | ForgetPerson
    | LookUp
    | LinkAccount
    | SetTimer
    | ContinueAlone
)

Decision = Literal["answer", "clarify", "advise", "handoff", "off_topic", "miss", "smalltalk", "control", "silent"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this turn said what it said: the rule that fired, and what it looked at. Shown by *Warum?* and explain.

    ``shown``: labels of the answers it gave; ``words``: why these, in sentences an employee reads.
    """

    rule: str
    detail: str = ""
    scores: tuple[tuple[str, float], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    shown: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
