"""What a rule of the policy looks at, and how it ends: with a Turn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.content.definitions import Content, Topic, Who
from bot.dialogue import wording
from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.handoff.office import Office
from bot.model import (
    MAX_UTTERANCE,
    Block,
    Candidate,
    Choice,
    Decision,
    Effect,
    Input,
    Locale,
    Paragraph,
    Reason,
    Reply,
    Say,
    SourceNote,
    Span,
    Understanding,
    Utterance,
    WhoId,
)

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a rule may look at. ``state`` is already that of this turn: locale set, stale context forgotten."""

    state: State
    input: Input
    understanding: Understanding
    content: Content
    now: datetime
    locale: Locale
    office: Office
    wants_no_person: bool = False
    """The words decline a person; the wish for one that they look like is not among the guesses."""

    @property
    def day(self) -> date:
        """The day answers are judged by: today in Berlin."""
        return self.now.astimezone(BERLIN).date()

    @property
    def said(self) -> str:
        """What was typed; empty for any other input."""
        return self.input.text if isinstance(self.input, Utterance) else ""

    @property
    def best(self) -> Candidate | None:
        """The best guess, if there is any."""
        return self.understanding.candidates[0] if self.understanding.candidates else None

    @property
    def spoken_of(self) -> Topic | None:
        """The topic that was spoken of before, if there is any."""
        return self.content.topics.get(self.state.topic) if self.state.topic else None

    def people(self, kinds: Iterable[WhoId]) -> tuple[Who, ...]:
        """The kinds of people with these ids, as far as the content still knows them."""
        return tuple(self.content.who[kind] for kind in kinds if kind in self.content.who)


def by_turn(s: Situation, replies: Sequence[str]) -> Paragraph:
    """One of several wordings; by turn, not by chance, so that a conversation can be repeated."""
    return Paragraph((Span(replies[s.state.turns % len(replies)]),))


def finish(
    s: Situation,
    decision: Decision,
    rule: str,
    blocks: tuple[Block, ...],
    *,
    label: str | None = None,
    detail: str = "",
    candidate: Candidate | None = None,
    choices: tuple[Choice, ...] = (),
    sources: tuple[SourceNote, ...] = (),
    effects: tuple[Effect, ...] = (),
    rateable: bool = False,
    notice: bool = False,
) -> Turn:
    """The turn that says ``blocks``: with the line for a first contact in front, and the note when a message was cut.

    A ``notice`` says what happened to a case, and arrives even when a coordinator takes over meanwhile.
    """
    state = s.state
    front: list[Block] = []
    if not state.introduced:
        (span,) = wording.say(wording.FIRST_CONTACT, s.locale).spans
        front.append(Paragraph((span,), tone="first_contact"))
        state = replace(state, introduced=True)
    if isinstance(s.input, Utterance) and len(s.input.text) > MAX_UTTERANCE:
        (span,) = wording.say(wording.CUT, s.locale, limit=str(MAX_UTTERANCE)).spans
        front.append(Paragraph((span,), tone="notice"))
    reply = Reply((*front, *blocks), s.locale, sources, choices, rateable)
    scores = tuple((c.label, c.score) for c in s.understanding.candidates[:3])
    return Turn(
        state=state,
        effects=(Say(reply, notice), *effects),
        reason=Reason(rule, detail, scores, candidate.evidence if candidate else ()),
        decision=decision,
        label=label,
        score=candidate.score if candidate else 0.0,
    )
