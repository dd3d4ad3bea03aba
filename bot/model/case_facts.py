"""A case: its states, its facts as the rules see them, and what follows from an event of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.ids import CaseNumber, Locale, StaffId, TopicId
from bot.model.replies import Reply

CaseState = Literal[
    "bot", "requested", "open", "claimed", "waiting_employee", "waiting_third", "resolved", "closed", "muted", "erased"
]
"""``bot`` and ``requested`` are also the states of a conversation without a case: Lotse answers, or offers a person."""

CASE_STATES: tuple[CaseState, ...] = (
    "bot", "requested", "open", "claimed", "waiting_employee", "waiting_third", "resolved", "closed", "muted", "erased",
)  # fmt: skip
SILENT: frozenset[CaseState] = frozenset({"claimed", "waiting_employee", "waiting_third"})
"""States in which a person has the word, and Lotse none."""
UNFINISHED: frozenset[CaseState] = SILENT | {"open"}
"""States in which coordinators still have something to do, or to wait for."""
OVER: frozenset[CaseState] = frozenset({"closed", "muted", "erased"})
"""States nothing leads out of."""

Resolution = Literal["answered", "referred", "not_possible", "missing_answer", "wrong_answer", "no_reply", "cancelled"]
"""Why a case is resolved. The first six are a coordinator's, ``cancelled`` is the employee's own word."""

RESOLUTIONS: tuple[Resolution, ...] = (
    "answered", "referred", "not_possible", "missing_answer", "wrong_answer", "no_reply",
)  # fmt: skip
"""What a coordinator may choose: solved, passed to the office in charge, cannot be done, the knowledge lacked it, the
knowledge was wrong, the employee did not reply any more."""

Alarm = Literal["none", "warned", "breached", "lead"]
"""How far the alarm about the due time has gone."""
BROKEN: tuple[Alarm, ...] = ("breached", "lead")
"""Alarms that call the team that stands in."""

BETWEEN_QUOTED = " – "
"""Stands between the messages a case's question is made of."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as its rules see it; no text of anybody. ``version`` grows whenever state, owner, team or topic change.

    ``silent_from`` is the version with which a person last took the word: whatever Lotse decided before is not sent.
    ``unanswered_since``: the employee's oldest message nobody has replied to. ``away_until``: the opening the employee was told
    of last, because they wrote while nobody was there. ``waiting_until``: when a waiting case goes back to its owner;
    ``give_up_at``: when it is closed instead, because no day was named and nobody answered.
    """

    number: CaseNumber
    state: CaseState
    version: int
    team: str
    locale: Locale
    opened_at: datetime
    topic: TopicId | None = None
    owner: StaffId | None = None
    owner_name: str = ""
    silent_from: int | None = None
    consent: bool | None = None
    first_due: datetime | None = None
    next_due: datetime | None = None
    solution_due: datetime | None = None
    alarm: Alarm = "none"
    replied_at: datetime | None = None
    unanswered_since: datetime | None = None
    away_until: datetime | None = None
    waiting_since: datetime | None = None
    waiting_until: datetime | None = None
    give_up_at: datetime | None = None
    remind_at: datetime | None = None
    resolution: Resolution | None = None
    resolved_at: datetime | None = None
    reopen_until: datetime | None = None
    closed_at: datetime | None = None
    satisfied: bool | None = None


@dataclass(frozen=True, slots=True)
class CaseTimer:
    """What is to happen to a case at a time; the case's timers always follow from its facts."""

    what: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the employee what happened to the case. A notice: it always arrives.

    ``told_first``: it says where a case from an encrypted room is read, and rooms of coordinators wait until it was delivered.
    """

    reply: Reply
    told_first: bool = False


@dataclass(frozen=True, slots=True)
class Relay:
    """Words of a coordinator for the employee, as written: the only way from the desk to an employee."""

    author: StaffId
    name: str
    source: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Note:
    """Words between coordinators. Nothing turns a note into a reply, and the outbox takes only replies."""

    author: StaffId
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """One line for the coordinators about what happened; ``what`` names the words, ``values`` fill them."""

    what: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Revise:
    """Change the words of a line a coordinator wrote; None takes them back."""

    line: int
    source: str | None
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class GiveTranscript:
    """Send the employee what was said in the case; the store puts it together from what they have seen."""


@dataclass(frozen=True, slots=True)
class DropCaseText:
    """Delete what was said in the case; what remains says that there was one."""


CaseEffect = Tell | Relay | Note | Remark | Revise | GiveTranscript | DropCaseText


@dataclass(frozen=True, slots=True)
class CaseTurn:
    """What follows from one event of a case: its new facts, its timers, what is said and done, and the audit row.

    ``detail`` goes into the audit and never holds anybody's words.
    """

    event: str
    before: CaseFacts
    case: CaseFacts
    effects: tuple[CaseEffect, ...] = ()
    timers: tuple[CaseTimer, ...] = ()
    actor: str = "system"
    detail: tuple[tuple[str, str], ...] = ()
