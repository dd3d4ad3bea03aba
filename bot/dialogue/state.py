"""What Lotse remembers of one conversation: frozen, stored as JSON with a version and a pure upgrade for each.

Alternatives rejected: keeping the whole transcript as state (grows without bound, and rules would start to parse it),
and keeping objects pickled (an old conversation must survive a release).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from bot.content.definitions import Answer, Content
from bot.model import AspectId, CaseFacts, Choice, Context, Locale, Reason, ShownAnswer, TopicId, WhoId
from bot.understanding.reader import FUNDING_HELP

STATE_VERSION = 2

CONTEXT_LIFETIME = timedelta(minutes=30)
"""How long topic, aspect and person words are carried along in a thread."""

OFFER_LASTS = timedelta(minutes=30)
"""How long an offer of a person stands; a *yes* that comes later was meant for something else."""

PendingKind = Literal[
    "clarify", "topic", "aspect", "next", "offer_person", "confirm_delete", "consent", "close_case", "satisfaction"
]


@dataclass(frozen=True, slots=True)
class Pending:
    """A question of ours is open: its choices as (label, value), and the words that led to it.

    ``text`` is replayed with the choice, so what the sentence already said is not lost. ``at``: when an offer was made.
    """

    kind: PendingKind
    choices: tuple[tuple[str, str], ...]
    text: str = ""
    reason: str = ""
    at: datetime | None = None

    @classmethod
    def of(
        cls, kind: PendingKind, choices: Iterable[Choice], text: str = "", reason: str = "", at: datetime | None = None
    ) -> "Pending":
        """The question that is open once these choices were offered."""
        return cls(kind, tuple((choice.label, choice.value) for choice in choices), text, reason, at)


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer shown last: its label, why it was chosen, and whether it was current, a gap or expired."""

    label: str
    why: tuple[str, ...] = ()
    status: str = "current"
    beside: tuple[str, ...] = ()
    """Labels of the other answers of the same reply."""


@dataclass(frozen=True, slots=True)
class State:
    """The dialogue state of one conversation."""

    locale: Locale | None = None
    locale_fixed: bool = False
    """The user chose the language; what they type no longer changes it."""
    introduced: bool = False
    """The person has been told on this platform what Lotse is and what it stores."""
    topic: TopicId | None = None
    aspect: AspectId | None = None
    who: tuple[WhoId, ...] = ()
    context_at: datetime | None = None
    pending: Pending | None = None
    before: Pending | None = None
    """The question of ours that was answered last by a choice: one can go back to it."""
    misses: int = 0
    unanswered: str = ""
    """The rule of the last reply that was no answer; empty when the last was one."""
    shown: Shown | None = None
    guesses: tuple[tuple[str, float], ...] = ()
    """The best guesses at the last question, and its likeliest topic; like what follows, it is kept for whoever takes over."""
    about: tuple[TopicId, float] | None = None
    shown_before: tuple[ShownAnswer, ...] = ()
    offered: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    files_refused: int = 0
    turns: int = 0
    asked: str = ""
    """The last question in the employee's own words; a wish for a person refers to it."""
    open_case: int | None = None
    """Number of the case that is open for this conversation; the store keeps it up to date."""
    case: CaseFacts | None = None
    """The latest case of this conversation, whatever became of it. Never stored with the state: the store hands it in."""
    in_public: bool = False
    """Others read along here, and there is a place where they do not. Never stored either."""
    encrypted: bool = False
    """Only those in the room can read what is said here. Nor is this."""
    asked_about: Reason | None = None
    """Why the answer was given that the employee asks about with this input. Nor is this."""


def fresh_context(state: State, now: datetime) -> State:
    """The state with a context older than its lifetime forgotten, and with it an open question of ours; no stale offer."""
    pending = state.pending
    if pending is not None and pending.at is not None and now - pending.at > OFFER_LASTS:
        state = replace(state, pending=None)
    if state.context_at is None or now - state.context_at <= CONTEXT_LIFETIME:
        return state
    return replace(
        state, topic=None, aspect=None, who=(), context_at=None, pending=None, before=None, misses=0, asked=""
    )


def reading_context(state: State, content: Content) -> Context:
    """What the reader may use of the conversation so far; the state's context must be fresh."""
    context = Context(state.locale, state.topic, state.aspect, state.who)
    if state.topic is None or state.aspect != FUNDING_HELP:
        return context
    topic = content.topics.get(state.topic)
    answer = topic.answers.get(FUNDING_HELP) if topic else None
    return replace(context, beside=programme_of(answer, content) if answer else None)


def programme_of(answer: Answer, content: Content) -> TopicId | None:
    """The programme that an answer about the money for a course names."""
    return next((TopicId(label) for label in answer.next if label in content.topics), None)


def state_to_json(state: State) -> dict[str, Any]:
    """The state as plain JSON values, with its version."""
    data = _values_of(state)
    del data["case"], data["in_public"], data["encrypted"], data["asked_about"]
    data["pending"] = _dated_to_json(state.pending) if state.pending else None
    data["before"] = _dated_to_json(state.before) if state.before else None
    data["shown"] = _values_of(state.shown) if state.shown else None
    data["shown_before"] = [_dated_to_json(shown) for shown in state.shown_before]
    data["context_at"] = state.context_at.isoformat() if state.context_at else None
    data["version"] = STATE_VERSION
    return data


def _values_of(part: State | Pending | Shown | ShownAnswer) -> dict[str, Any]:
    """What its fields hold, as it is: ``asdict`` would copy all of it, and that at every turn."""
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _dated_to_json(part: Pending | ShownAnswer) -> dict[str, Any]:
    return {**_values_of(part), "at": part.at.isoformat() if part.at else None}


def state_from_json(data: Mapping[str, Any] | None) -> State:
    """The state stored by this or any earlier release; None gives a new one. Raises ValueError on a later release's."""
    if not data:
        return State()
    data = dict(data)
    version = data.pop("version", 1)
    if version > STATE_VERSION:
        raise ValueError(f"the stored dialogue state has version {version}, this release knows {STATE_VERSION}")
    if version < 2:
        data["shown_before"] = [{"label": label} for label in data.get("shown_labels", ())]
    shown = data.get("shown")
    return State(
        locale=data.get("locale"),
        locale_fixed=bool(data.get("locale_fixed")),
        introduced=bool(data.get("introduced")),
        topic=data.get("topic"),
        aspect=data.get("aspect"),
        who=tuple(data.get("who", ())),
        context_at=datetime.fromisoformat(data["context_at"]) if data.get("context_at") else None,
        pending=_pending(data.get("pending")),
        before=_pending(data.get("before")),
        misses=int(data.get("misses", 0)),
        unanswered=str(data.get("unanswered", "")),
        shown=Shown(shown["label"], tuple(shown["why"]), shown["status"], tuple(shown.get("beside", ())))
        if shown
        else None,
        guesses=tuple((label, score) for label, score in data.get("guesses", ())),
        about=tuple(data["about"]) if data.get("about") else None,
        shown_before=tuple(_shown_answer(one) for one in data.get("shown_before", ())),
        offered=tuple(data.get("offered", ())),
        refused=tuple(data.get("refused", ())),
        files_refused=int(data.get("files_refused", 0)),
        turns=int(data.get("turns", 0)),
        open_case=data.get("open_case"),
        asked=str(data.get("asked", "")),
    )


def _pending(data: Mapping[str, Any] | None) -> Pending | None:
    if not data:
        return None
    return Pending(
        kind=cast(PendingKind, data["kind"]),
        choices=tuple((label, value) for label, value in data["choices"]),
        text=data["text"],
        reason=data["reason"],
        at=datetime.fromisoformat(data["at"]) if data.get("at") else None,
    )


def _shown_answer(data: Mapping[str, Any]) -> ShownAnswer:
    at = data.get("at")
    return ShownAnswer(**{**data, "at": datetime.fromisoformat(at) if at else None})
