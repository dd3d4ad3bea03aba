"""Everything that can happen to a case: what the employee does, what a coordinator does, what time brings.

``kind`` is the event's name in the table of ``case_states.py`` and in the audit; ``actor`` of an audit row follows from
the family.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bot.model import Resolution, Staff, StaffId, TopicId

# --- The employee ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asks:
    """Asks for a person."""

    kind: ClassVar[str] = "asks"


@dataclass(frozen=True, slots=True)
class AsksAnew:
    """Asks for a new case, whatever became of earlier ones."""

    kind: ClassVar[str] = "asks_anew"


@dataclass(frozen=True, slots=True)
class OpensAnother:
    """Opens another case in the same conversation, where there is room for one that goes on."""

    kind: ClassVar[str] = "opens_another"


@dataclass(frozen=True, slots=True)
class Accepts:
    """Says yes to the offer of a person. An offer hangs on the conversation, not on a case: it is a wish like any other."""

    kind: ClassVar[str] = "accepts"


@dataclass(frozen=True, slots=True)
class Consents:
    """Says whether coordinators may see name and earlier transcript."""

    granted: bool
    kind: ClassVar[str] = "consents"


@dataclass(frozen=True, slots=True)
class Writes:
    """Writes a message."""

    kind: ClassVar[str] = "writes"


@dataclass(frozen=True, slots=True)
class EditsMessage:
    """Changes a message sent before."""

    kind: ClassVar[str] = "edits"


@dataclass(frozen=True, slots=True)
class DeletesMessage:
    """Deletes a message sent before."""

    kind: ClassVar[str] = "deletes"


@dataclass(frozen=True, slots=True)
class SendsFile:
    """Sends a file, which is refused."""

    kind: ClassVar[str] = "sends_file"


@dataclass(frozen=True, slots=True)
class Cancels:
    """Closes their own case: it has settled itself."""

    kind: ClassVar[str] = "cancels"


@dataclass(frozen=True, slots=True)
class Rates:
    """Answers whether the case was solved to their satisfaction."""

    satisfied: bool
    kind: ClassVar[str] = "rates"


@dataclass(frozen=True, slots=True)
class Withdraws:
    """Takes the case back: what was said in it is deleted."""

    kind: ClassVar[str] = "withdraws"


@dataclass(frozen=True, slots=True)
class Erases:
    """Has everything about themselves deleted."""

    kind: ClassVar[str] = "erases"


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves the room: nothing can be delivered there."""

    kind: ClassVar[str] = "leaves"


@dataclass(frozen=True, slots=True)
class LetsOthersRead:
    """Somebody else was asked into the room in which the employee was alone with Lotse."""

    kind: ClassVar[str] = "lets_others_read"


EmployeeEvent = (
    Asks | AsksAnew | OpensAnother | Accepts | Consents | Writes | EditsMessage | DeletesMessage | SendsFile | Cancels
    | Rates | Withdraws | Erases | Leaves | LetsOthersRead
)  # fmt: skip


# --- A coordinator ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claims:
    """Takes the case."""

    by: Staff
    kind: ClassVar[str] = "claims"


@dataclass(frozen=True, slots=True)
class Replies:
    """Writes to the employee, in the small Markdown of ``case_text.py``.

    ``on_purpose``: a reply was chosen, not only written; some teams relay nothing else (``relaying.py``).
    """

    by: Staff
    text: str
    on_purpose: bool = False
    kind: ClassVar[str] = "replies"


@dataclass(frozen=True, slots=True)
class Notes:
    """Writes to the other coordinators only."""

    by: Staff
    text: str
    kind: ClassVar[str] = "notes"


@dataclass(frozen=True, slots=True)
class RevisesLine:
    """Changes a reply of their own, or takes it back (``text`` is None). ``written_at``: when it was written."""

    by: Staff
    line: int
    author: StaffId
    written_at: datetime
    text: str | None
    kind: ClassVar[str] = "revises"


@dataclass(frozen=True, slots=True)
class TransfersToPerson:
    """Hands the case to a colleague, or takes over a colleague's."""

    by: Staff
    to: Staff
    note: str
    kind: ClassVar[str] = "to_person"


@dataclass(frozen=True, slots=True)
class TransfersToTeam:
    """Hands the case to a team's queue."""

    by: Staff
    team: str
    note: str
    kind: ClassVar[str] = "to_team"


@dataclass(frozen=True, slots=True)
class TransfersToTopic:
    """Says what the case is about, so that it goes to the team of that topic."""

    by: Staff
    topic: TopicId
    note: str
    kind: ClassVar[str] = "to_topic"


@dataclass(frozen=True, slots=True)
class WaitsForEmployee:
    """Asks the employee something and waits for the answer; ``until`` None: as long as the rules wait."""

    by: Staff
    question: str
    until: datetime | None = None
    kind: ClassVar[str] = "waits_employee"


@dataclass(frozen=True, slots=True)
class WaitsForThird:
    """Waits for somebody else, such as an office; ``text`` tells the employee, empty: a sentence of our own does."""

    by: Staff
    until: datetime
    text: str = ""
    kind: ClassVar[str] = "waits_third"


@dataclass(frozen=True, slots=True)
class ReturnsFromWaiting:
    """Goes on with a case that was waiting."""

    by: Staff
    kind: ClassVar[str] = "goes_on"


@dataclass(frozen=True, slots=True)
class Resolves:
    """Closes the case for now. ``summary`` is the last line to the employee, if there is to be one."""

    by: Staff
    code: Resolution
    summary: str = ""
    ask_satisfaction: bool = True
    kind: ClassVar[str] = "resolves"


@dataclass(frozen=True, slots=True)
class SendsTranscript:
    """Sends the employee what was said, because they asked for it."""

    by: Staff
    kind: ClassVar[str] = "sends_transcript"


@dataclass(frozen=True, slots=True)
class ReturnsToQueue:
    """Gives the case back, so that somebody else may take it."""

    by: Staff
    note: str = ""
    kind: ClassVar[str] = "to_queue"


@dataclass(frozen=True, slots=True)
class ReturnsToBot:
    """Lets Lotse answer again."""

    by: Staff
    kind: ClassVar[str] = "to_bot"


@dataclass(frozen=True, slots=True)
class Reopens:
    """Takes up a case that was resolved or given to Lotse."""

    by: Staff
    kind: ClassVar[str] = "reopens"


CoordinatorEvent = (
    Claims | Replies | Notes | RevisesLine | TransfersToPerson | TransfersToTeam | TransfersToTopic | WaitsForEmployee
    | WaitsForThird | ReturnsFromWaiting | Resolves | SendsTranscript | ReturnsToQueue | ReturnsToBot | Reopens
)  # fmt: skip


# --- Time ----------------------------------------------------------------------------------------------------------

TimeKind = Literal[
    "reminder", "waiting_over", "gives_up", "reopen_over", "day_ends", "owner_gone", "owner_away",
    "team_gone", "sla_warning", "sla_breach", "sla_lead",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Time:
    """Something is due, or somebody is no longer there.

    ``reminder``: the employee has not replied. ``waiting_over``: the day a case waited for has come. ``gives_up``: the
    employee was asked without a day, and did not reply. ``reopen_over``: the time to write once more is over.
    ``day_ends``: a working day ended without an answer. ``owner_gone``, ``owner_away``: the owner lost the role, or is
    absent. ``team_gone``: the content has no such team any more. ``sla_...``: a due time comes near, has passed, has passed
    for long.
    """

    kind: TimeKind


CaseEvent = EmployeeEvent | CoordinatorEvent | Time

EMPLOYEE_KINDS: tuple[str, ...] = (
    "asks", "asks_anew", "opens_another", "accepts", "consents", "writes", "edits", "deletes", "sends_file", "cancels",
    "rates", "withdraws", "erases", "leaves", "lets_others_read",
)  # fmt: skip
COORDINATOR_KINDS: tuple[str, ...] = (
    "claims", "replies", "notes", "revises", "to_person", "to_team", "to_topic", "waits_employee", "waits_third", "goes_on",
    "resolves", "sends_transcript", "to_queue", "to_bot", "reopens",
)  # fmt: skip
TIME_KINDS: tuple[TimeKind, ...] = (
    "reminder", "waiting_over", "gives_up", "reopen_over", "day_ends", "owner_gone", "owner_away",
    "team_gone", "sla_warning", "sla_breach", "sla_lead",
)  # fmt: skip


def actor_of(event: CaseEvent) -> str:
    """Who did it, for the audit: a member of staff by id, ``employee`` or ``system``."""
    if isinstance(event, Time):
        return "system"
    by: Staff | None = getattr(event, "by", None)
    return by.id if by is not None else "employee"
