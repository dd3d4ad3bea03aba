"""What was understood of an utterance, and why it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.model.ids import AspectId, IntentId, Locale, TopicId, WhoId

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
