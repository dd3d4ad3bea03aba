"""The words all packages share: what comes in, what was understood, what is to be done, what goes out.

Everything here is a frozen value without behaviour beyond rendering itself as plain text, so that pure code can
make it, the store can keep it and every channel can read it. Names follow the word list in CONTRIBUTING.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NewType

Locale = Literal["de", "en"]
LOCALES: tuple[Locale, ...] = ("de", "en")

ExternalId = NewType("ExternalId", str)
"""The platform's own id of a message, kept as text."""
OutboxId = NewType("OutboxId", str)
CaseNumber = NewType("CaseNumber", int)
TopicId = NewType("TopicId", str)
AspectId = NewType("AspectId", str)
IntentId = NewType("IntentId", str)
WhoId = NewType("WhoId", str)
StaffId = NewType("StaffId", str)
"""The name somebody of the staff signs in under, such as ``anna.petersen``."""
AbsenceId = NewType("AbsenceId", int)

CASE_NUMBER = "{case_number}"
"""Stands in a reply for the number of the case this turn opens; the store fills it in when it commits."""

BETWEEN_QUOTED = " – "
"""Stands between the messages a case's question is made of."""

MAX_UTTERANCE = 4_000
"""Characters of one message that are read; the rest is cut and the employee is told."""


# --- Where and who -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a channel where messages appear; one conversation lives at one address."""

    channel: str
    room: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """A room of a chat platform in which coordinators work cases, and the teams whose cases they are.

    ``rest``: also those of every team that has no room of its own on this platform; ``elsewhere`` are those that have.
    """

    channel: str
    room: str
    teams: frozenset[str] = frozenset()
    rest: bool = False
    elsewhere: frozenset[str] = frozenset()

    def takes(self, team: str) -> bool:
        """Whether the cases of this team are worked here."""
        return team in self.teams or (self.rest and team not in self.elsewhere)


@dataclass(frozen=True, slots=True)
class RoomMember:
    """Somebody in a room of coordinators. ``power`` is 0 where the platform knows no levels.

    ``known``: False when the platform does not say just now who this is; such a member has no right, and has not left.
    """

    external_user: str
    display_name: str | None = None
    power: int = 0
    joined: bool = True
    known: bool = True


@dataclass(frozen=True, slots=True)
class RoomState:
    """A room of coordinators as the platform says it is. ``encrypted``: nobody but its members can read what stands there.

    ``with_lotse``: Lotse is in it; some platforms say who is in a room it cannot write to.
    """

    members: tuple[RoomMember, ...]
    encrypted: bool = False
    with_lotse: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one platform. A person is (channel, external user id); people are never merged across channels."""

    channel: str
    external_user: str
    display_name: str | None = None


Role = Literal["coordinator", "admin"]
ROLES: tuple[Role, ...] = ("coordinator", "admin")

ALL_TEAMS = frozenset({"*"})
"""Stands for every team there is, also for those that are added later."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the desk or on the content. ``teams`` are ids of teams, or ``ALL_TEAMS``.

    ``stands_in``: teams whose cases are theirs too once a promise is broken; it follows from the content, not from a file.
    ``leads``: teams of theirs in which they are told when a promise stays broken.
    ``channel``: the platform of which a room alone makes them a coordinator; empty: they are in the staff file.
    """

    id: StaffId
    name: str
    roles: frozenset[Role]
    teams: frozenset[str] = frozenset()
    email: str | None = None
    stands_in: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    channel: str = ""

    def is_in(self, team: str) -> bool:
        """Whether this person takes the cases of this team."""
        return team in self.teams or self.teams == ALL_TEAMS

    def is_lead_of(self, team: str) -> bool:
        """Whether this person leads the team."""
        return team in self.leads or self.leads == ALL_TEAMS


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody of the staff is away from ``since`` until ``until`` and then back without a word; aware UTC.

    ``deputy`` answers meanwhile; None: nobody does. ``id`` is None until it is stored.
    """

    staff: StaffId
    since: datetime
    until: datetime
    deputy: StaffId | None = None
    id: AbsenceId | None = None


AbsenceRefusal = Literal["ends_first", "own_deputy", "overlaps", "circle"]
"""Why an absence is not taken: it ends before it begins, names the person as their own deputy, overlaps another one of
the same person, or would send cases in a circle."""


# --- Coming in -----------------------------------------------------------------------------------------------


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
    """The user asked for a person about these words: in a form, by a command, or because they had asked in public."""

    question: str


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


# --- Understood ----------------------------------------------------------------------------------------------

CandidateKind = Literal["answer", "topic", "aspect", "intent"]


EvidenceKind = Literal["name", "phrase", "typo", "words", "context", "own_answer", "who", "compound", "figure"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a candidate. ``kind`` names the stage, ``text`` the words, ``weight`` how much it counted."""

    kind: EvidenceKind
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One guess about an utterance.

    ``kind`` says which halves are known: *answer* has topic and aspect, *topic* only the topic, *aspect* only the
    aspect, *intent* is anything else (smalltalk, control, handoff, off topic). ``score`` is a calibrated
    probability, 0 to 100. ``label`` is ``topic.aspect``, ``topic``, ``aspect`` or the intent's name.
    """

    kind: CandidateKind
    label: str
    score: float
    topic: TopicId | None = None
    aspect: AspectId | None = None
    intent: IntentId | None = None
    evidence: tuple[Evidence, ...] = ()
    assumed: tuple[Literal["topic", "aspect"], ...] = ()
    """Which halves came from the context, not from the words; the reply names what was assumed."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """All ranked guesses about one utterance, best first. No candidates: nothing known was recognised.

    ``parts`` holds one Understanding per question when a message asks several; the outer one then repeats the first.
    ``who`` are the person words found, ``years`` the years named, ``quoted`` the figures the user quoted ("40 %").
    """

    locale: Locale
    candidates: tuple[Candidate, ...] = ()
    who: tuple[WhoId, ...] = ()
    slots: Mapping[str, str | int] = field(default_factory=dict)
    years: tuple[int, ...] = ()
    quoted: tuple[str, ...] = ()
    text: str = ""
    parts: tuple["Understanding", ...] = ()
    known: float = 1.0
    """Share of the content words that the content knows at all; little of it means off topic."""
    elsewhere: float = 0.0
    """How probable it is (0 to 100) that the message is about nothing of ours."""
    about: tuple[TopicId, float] | None = None
    """The likeliest topic, whatever side of it is asked for, and how probable (0 to 100) it is."""
    named: TopicId | None = None
    """The topic that is called by its name, of several the surest."""
    mended: tuple[tuple[str, str], ...] = ()
    """Typos that were read as another word: (typed, read as)."""
    wished: Locale | None = None
    """The language to answer in, when the message asks for one beside what else it says."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the reader may use of the conversation so far."""

    locale: Locale | None = None
    topic: TopicId | None = None
    aspect: AspectId | None = None
    who: tuple[WhoId, ...] = ()
    beside: TopicId | None = None
    """The programme that the last answer named for its topic: who asks on about the money means that one."""


# --- Going out -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text: plain, bold, code, or a link when ``href`` is set.

    ``mention`` is somebody's id on the platform: they are called, and ``text`` is their name. Only rooms of coordinators
    have such spans; nothing that was typed becomes one.
    """

    text: str
    bold: bool = False
    href: str | None = None
    code: bool = False
    mention: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of spans. ``tone`` lets a channel set an aside apart: a notice, the note in front, the source."""

    spans: tuple[Span, ...]
    tone: Literal["text", "notice", "first_contact"] = "text"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; every item is a run of spans."""

    items: tuple[tuple[Span, ...], ...]


Block = Paragraph | Bullets


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. ``label`` is what people read and may type, ``value`` comes back in ``Pressed``."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class SourceNote:
    """One source under an answer. ``as_of`` is the date the source itself shows, already in words; None: undated."""

    title: str
    url: str | None
    as_of: str | None
    reviewed: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What Lotse says in one message, free of any platform. ``as_text`` gives the whole of it as plain text."""

    blocks: tuple[Block, ...]
    locale: Locale
    sources: tuple[SourceNote, ...] = ()
    choices: tuple[Choice, ...] = ()
    rateable: bool = False
    """True for answers: the channel shows *helpful / not helpful* and *Why?*."""
    person: str | None = None
    """The name of the coordinator whose words these are; nobody may take them for the program's."""
    automatic: bool = False
    """Said by the program while a person is expected: marked, so that nobody takes it for the person's."""
    card: tuple[CaseNumber, int] | None = None
    """It is the card of this case, of this version, in a room of coordinators; a platform with forms puts what is done there
    under it.
    """


def spans_text(spans: tuple[Span, ...]) -> str:
    """The spans as plain text; a link is followed by its address in brackets."""
    return "".join(f"{s.text} ({s.href})" if s.href and s.href != s.text else s.text for s in spans)


SOURCE_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "de": {"source": "Quelle", "as_of": "Stand", "undated": "ohne Datum", "reviewed": "geprüft"},
    "en": {"source": "Source", "as_of": "as of", "undated": "undated", "reviewed": "checked"},
}


def source_text(note: SourceNote, locale: Locale) -> str:
    """One source line, such as ``Quelle: Weiterbilden SH, Stand 02.02.2026, geprüft 22.11.2026 · eine Quelle``."""
    words = SOURCE_WORDS[locale]
    dated = f"{words['as_of']} {note.as_of}" if note.as_of else words["undated"]
    line = f"{words['source']}: {note.title}, {dated}, {words['reviewed']} {note.reviewed} · {note.confidence}"
    return f"{line} · {note.url}" if note.url else line


HUMAN: Mapping[Locale, str] = {"de": "{name} (Mensch)", "en": "{name} (human)"}
AUTOMATIC: Mapping[Locale, str] = {"de": "Automatische Antwort", "en": "Automatic answer"}
WHY: Mapping[Locale, str] = {"de": "Warum diese Antwort?", "en": "Why this answer?"}
"""What stands on the button under an answer, and in the transcript when it was pressed."""


def voice_of(reply: Reply) -> str | None:
    """Who speaks, where that must be said: a coordinator by name, or the program while a person is expected."""
    if reply.person is not None:
        return HUMAN[reply.locale].replace("{name}", reply.person)
    return AUTOMATIC[reply.locale] if reply.automatic else None


def as_text(reply: Reply) -> str:
    """The complete reply a person would read: who speaks where it matters, source lines and numbered choices included."""
    voice = voice_of(reply)
    parts: list[str] = [f"{voice}:"] if voice else []
    for block in reply.blocks:
        match block:
            case Paragraph(spans=spans):
                parts.append(spans_text(spans))
            case Bullets(items=items):
                parts.append("\n".join(f"• {spans_text(item)}" for item in items))
    if reply.sources:
        parts.append("\n".join(source_text(note, reply.locale) for note in reply.sources))
    if reply.choices:
        parts.append("\n".join(f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1)))
    return "\n\n".join(parts)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a channel may hold. ``text`` in characters."""

    text: int
    choices: int


# --- To be done ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Send this reply to the conversation.

    A ``notice`` tells what happened (a case was opened, somebody takes over) and always arrives; any other reply is
    dropped when a coordinator takes over before it was sent.
    """

    reply: Reply
    notice: bool = False


@dataclass(frozen=True, slots=True)
class CaseTimer:
    """What is to happen to a case at a time; the case's timers always follow from its facts."""

    what: str
    due_at: datetime


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


# --- A case ---------------------------------------------------------------------------------------------------

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


# --- Questions without an answer -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A question that was recorded by ``RecordGap``. ``person`` tells people apart and nothing else."""

    id: int
    kind: str
    text: str
    locale: Locale
    label: str | None
    offered: tuple[str, ...]
    at: datetime
    person: int | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A group of such questions somebody decided to ignore for good.

    It is known again by ``label`` when its subject was clear, else by ``fingerprints``, which nobody can read back.
    """

    id: int
    label: str | None
    locale: Locale
    fingerprints: tuple[tuple[int, ...], ...]
    reason: str
    actor: str
    at: datetime


# --- Deliveries ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """Post a new message. ``again``: it was tried before, so it may be there already."""

    address: Address
    outbox_id: OutboxId
    reply: Reply
    again: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what the message ``of`` says; ``external_id`` is the platform's id of it.

    ``again``: a change of it was tried before, so it may have parts already that the id does not name.
    """

    address: Address
    outbox_id: OutboxId
    of: OutboxId
    external_id: ExternalId
    reply: Reply
    again: bool = False


@dataclass(frozen=True, slots=True)
class Redact:
    """Take the message ``of`` back. ``again``: as with ``Edit``."""

    address: Address
    outbox_id: OutboxId
    of: OutboxId
    external_id: ExternalId
    again: bool = False


@dataclass(frozen=True, slots=True)
class React:
    """Put a sign, such as 📤, under a message somebody else wrote; ``external_id`` is the platform's id of it."""

    address: Address
    outbox_id: OutboxId
    external_id: ExternalId
    sign: str


Delivery = Post | Edit | Redact | React


@dataclass(frozen=True, slots=True)
class Typing:
    """Fleeting: show that an answer is on its way. Never stored, never retried, loss harmless."""

    address: Address


@dataclass(frozen=True, slots=True)
class TypingEnds:
    """Fleeting: the answer has left, or will not come, and none is awaited in another thread of the room."""

    address: Address


View = Typing | TypingEnds


@dataclass(frozen=True, slots=True)
class AsOf:
    """The day answers are judged by, and the moment of the turn."""

    day: date
    now: datetime
