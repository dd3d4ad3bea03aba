"""What comes in: everything a conversation can be given, whoever it is from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.ids import CaseNumber, ExternalId, Locale, OutboxId
from bot.model.places_and_people import Address, Person

MAX_UTTERANCE = 4_000
"""Characters of one message that are read; the rest is cut and the employee is told."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a user said in one message.

    ``to_lotse``: said to the program itself, by a command of its own or a question it had offered, so that it answers whoever has
    the case.
    """

    text: str
    to_lotse: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """A choice was pressed. ``value`` is the choice's value; anything that can be pressed can be typed as well.

    ``words``: what stood on it, where no reply of this conversation offered it, such as on an app's home.
    """

    value: str
    words: str = ""


CASE_TIMER = "case:"
"""A case's timer has the kind ``case:<number>:<what>``."""
CONSENT = "case:consent"
"""The value of the choice by which the coordinators may see a name."""
ANOTHERS_CHOICE = "choice:another"
"""The value of a press under choices that were offered to somebody else: it does nothing, and who pressed is told so."""


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer has come due. Made by the store, never by a platform: no press and no words can pass for one.

    ``kind`` is what ``SetTimer`` was given; of a case ``case:<number>:<what>``.
    """

    kind: str


@dataclass(frozen=True, slots=True)
class Rated:
    """The user said whether an answer helped. ``about`` is the outbox id of that answer."""

    helpful: bool
    about: OutboxId


@dataclass(frozen=True, slots=True)
class AskedWhy:
    """The user wants to know why an answer was chosen. ``about`` is the outbox id of that answer, not always the latest."""

    about: OutboxId


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a ``LookUp`` or ``LinkAccount`` of the turn before found: (kind of data, how many); of *cases* (state, number).

    Made by the store, never by a platform.
    """

    what: Literal["person_data", "cases", "account"]
    found: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """The user changed a message that was sent before; ``of`` is the platform's id of that message."""

    of: ExternalId
    text: str


@dataclass(frozen=True, slots=True)
class Removed:
    """The user deleted a message that was sent before."""

    of: ExternalId


@dataclass(frozen=True, slots=True)
class SentFile:
    """The user sent a file. Nothing of it is kept, not even its name: it is refused with a way that works."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The user sent a message that is encrypted, and the key to it has not come."""


@dataclass(frozen=True, slots=True)
class AskedToVerify:
    """The user's client offered to verify Lotse. ``fingerprint`` of the key of Lotse's device, as clients show it."""

    fingerprint: str


@dataclass(frozen=True, slots=True)
class LedToCase:
    """What the user wrote in a thread was taken as said in their case, which goes on elsewhere, in this language."""

    number: CaseNumber
    locale: Locale


@dataclass(frozen=True, slots=True)
class Reacted:
    """A sign, such as ✋, under the message ``of``: a coordinator's in their room, or an employee's under a coordinator's words."""

    of: ExternalId
    sign: str


@dataclass(frozen=True, slots=True)
class Left:
    """The user left the room: nothing can be delivered there."""


@dataclass(frozen=True, slots=True)
class CameIn:
    """Lotse itself has come into this room of coordinators, which no person has to do with.

    ``moved``: to where another one moved; nothing that stood in the former one stands there.
    """

    moved: bool = False


@dataclass(frozen=True, slots=True)
class ReadByOthers:
    """Somebody else was asked into the room in which the user was alone with Lotse: what stands there is read by others now.

    ``elsewhere``: Lotse had made that room for the two of them, and makes another one, where their case goes on.
    """

    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """The user asked for a person about these words: in a form, by a command, or because they had asked in public.

    ``complete``: the words say all of it, so what was asked before is no part of the case. ``consents``: that the coordinators may
    see the name was agreed to in the same form, and follows as an input of its own.
    """

    question: str
    complete: bool = False
    consents: bool = False


TYPED = "desk:type:"
"""In a room of coordinators a ``Pressed`` that begins so stands for the command behind it, put together by a form."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What coordinators had before them when they decided: the case's version, and the employee's last line (0: none)."""

    version: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that was put together instead of typed: what whoever did so had seen, and the case it is about.

    ``case`` is None where it is that of the thread, or stands in the command itself.
    """

    command: str
    seen: Seen | None = None
    case: int | None = None


def typed(command: str, seen: Seen | None = None, case: int | None = None) -> Pressed:
    """Such a command as an input: ``desk:type:17@3.57:!a …``."""
    about = "" if case is None else f"{case}@"
    version = "" if seen is None else f"{seen.version}{'' if seen.line is None else f'.{seen.line}'}:"
    return Pressed(f"{TYPED}{about}{version}{command}")


def read_typed(value: str) -> Typed | None:
    """The command in a pressed value; None when it is none."""
    before, mark, command = value.removeprefix(TYPED).partition("!")
    about, at, shown = before.rpartition("@")
    case, seen = [about] if at else [], shown.removesuffix(":").split(".") if shown else []
    if not value.startswith(TYPED) or not mark or shown[-1:] not in ("", ":") or len(seen) > 2:
        return None
    if not all(number.isascii() and number.isdecimal() for number in case + seen):
        return None
    return Typed(f"{mark}{command}", Seen(*map(int, seen)) if seen else None, int(about) if at else None)


Input = (
    Utterance | Pressed | TimerDue | Rated | AskedWhy | LookedUp | Edited | Removed | SentFile | Unreadable | Reacted | Left
    | AskedPerson | AskedToVerify | LedToCase | CameIn | ReadByOthers
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event from a platform, on its way into the inbox. ``external_id`` is unique within the channel.

    ``also`` is a second id by which the platform may send the same thing again under another first one. ``alone`` is the
    room where the same person can be answered without others reading along; None: that is where they wrote. ``encrypted``:
    what is said there can be read by nobody but those in the room.
    """

    address: Address
    person: Person
    external_id: ExternalId
    input: Input
    sent_at: datetime
    also: ExternalId | None = None
    alone: str | None = None
    encrypted: bool = False
