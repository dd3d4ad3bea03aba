"""Several answers in one reply: to several questions of one message, or two sides of one topic.

Every question is answered, or named as not answered; none is passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.dialogue import wording
from bot.dialogue.answers import Composed, answer_turn, compose, gap_of, notice
from bot.dialogue.explaining import reasons
from bot.dialogue.naming import answer_title, label_title
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Shown
from bot.dialogue.thresholds import SURE
from bot.dialogue.turn import Turn
from bot.model import (
    AspectId,
    Block,
    Candidate,
    Effect,
    Paragraph,
    RecordGap,
    Reply,
    Say,
    SourceNote,
    Span,
    TopicId,
    Understanding,
    WhoId,
)

SAID_BESIDE = frozenset({"yes", "no", "none", "helpful", "not_helpful", "situation"})
"""Control words that mean nothing beside a question; any other is named, because it is not carried out."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of several answers in a reply, with the guess and the words it answers."""

    candidate: Candidate
    composed: Composed
    text: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a message: those answered, a line for each that is not, and what is recorded of these."""

    answered: tuple[Part, ...]
    named: tuple[Block, ...]
    gaps: tuple[Effect, ...]


def answer_parts(s: Situation) -> Turn | None:
    """Several questions in one message: every sure one is answered under its title, the others are named.

    None when nothing in it leads to an answer: then the message is no list of questions.
    """
    parts = _parts(s)
    if len(parts.answered) > 1 or (parts.answered and parts.named):
        return _joined(s, "several", parts)
    if parts.answered:  # beside courtesy
        (part,) = parts.answered
        topic, aspect = _halves(part)
        alone = replace(s, understanding=next(u for u in s.understanding.parts if u.text == part.text))
        return answer_turn(alone, topic, aspect, rule="sure", candidate=part.candidate, text=part.text)
    return None


def answered_beside(s: Situation) -> Turn | None:
    """The answers to what else a message asks that is one for a person; None when it asks nothing else."""
    parts = _parts(s)
    known = replace(
        s, state=replace(s.state, introduced=True)
    )  # the line for a first contact stands in the other reply
    return _joined(known, "several", parts) if parts.answered else None


def with_answers(turn: Turn, answered: Turn | None) -> Turn:
    """The turn with these answers in front of what it says, in one reply where it says anything itself."""
    if answered is None:
        return turn
    (first,) = answered.replies
    more = tuple(effect for effect in answered.effects if not isinstance(effect, Say))
    says = any(isinstance(effect, Say) for effect in turn.effects)
    own = tuple(replace(e, reply=_behind(first, e.reply)) if isinstance(e, Say) else e for e in turn.effects)
    return replace(turn, effects=(*own, *more) if says else (Say(first), *own, *more))


def _behind(first: Reply, second: Reply) -> Reply:
    """The second reply with the first in front; the line for a first contact stays the first."""
    front = tuple(b for b in second.blocks if isinstance(b, Paragraph) and b.tone == "first_contact")
    rest = tuple(b for b in second.blocks if b not in front)
    sources = tuple(dict.fromkeys((*first.sources, *second.sources)))
    return replace(second, blocks=(*front, *first.blocks, *rest), sources=sources)


def answer_sides(s: Situation, candidates: Sequence[Candidate], text: str) -> Turn | None:
    """Two sides of one topic, each under its title; None when they are one answer after all."""
    parts: dict[str, Part] = {}
    for candidate in candidates:
        if candidate.topic and candidate.aspect:
            composed = compose(s, candidate.topic, candidate.aspect, s.understanding.who)
            if composed.status == "answer":
                parts.setdefault(composed.label, Part(candidate, composed, text))
    return _joined(s, "two_sides", Parts(tuple(parts.values()), (), ())) if len(parts) > 1 else None


def _parts(s: Situation) -> Parts:
    parts: dict[str, Part] = {}
    named: list[Block] = []
    gaps: list[Effect] = []
    who = _people(s)
    for understood in s.understanding.parts:
        best = understood.candidates[0] if understood.candidates else None
        sure = best is not None and best.score >= SURE[s.locale]
        if best and sure and best.topic and best.aspect:
            asked = replace(s, understanding=understood)
            people = who.get(best.label) or s.understanding.who
            composed = compose(asked, best.topic, best.aspect, people)
            parts.setdefault(composed.label, Part(best, composed, understood.text))
        elif best and sure and best.intent:
            named.extend(_named(s, best, understood))
        else:
            named.append(notice(wording.say(wording.NOT_UNDERSTOOD_PART, s.locale, part=understood.text)))
            gaps.append(RecordGap("missed", understood.text, best.label if best else None))
    return Parts(tuple(parts.values()), tuple(named), tuple(gaps))


def _people(s: Situation) -> dict[str, tuple[WhoId, ...]]:
    """Whom each answer is about: *Bekomme ich den Bonus ohne Abschluss? Ich bin Azubi.* is one question about both."""
    people: dict[str, tuple[WhoId, ...]] = {}
    for understood in s.understanding.parts:
        if understood.candidates:
            label = understood.candidates[0].label
            people[label] = tuple(dict.fromkeys((*people.get(label, ()), *understood.who)))
    return people


def _named(s: Situation, best: Candidate, understood: Understanding) -> tuple[Block, ...]:
    """The line for a part that is no question of ours; smalltalk and what a person is told already need none."""
    assert best.intent
    intent = s.content.intents[best.intent]
    if intent.kind == "control" and intent.action not in SAID_BESIDE:
        return (notice(wording.say(wording.ALONE_PLEASE, s.locale, part=understood.text)),)
    if intent.kind == "off_topic" and intent.reply.get(s.locale):
        return (notice(Paragraph((Span(intent.reply[s.locale][0]),))),)
    return ()


def _halves(part: Part) -> tuple[TopicId, AspectId]:
    assert part.candidate.topic
    assert part.candidate.aspect
    return part.candidate.topic, part.candidate.aspect


def _why(s: Situation, part: Part) -> str:
    """The reasons for one of several answers, in one line."""
    return f"{label_title(s.content, part.composed.label, s.locale)}: {' '.join(_reasons(s, part))}"


def _reasons(s: Situation, part: Part) -> tuple[str, ...]:
    understood = next((u for u in s.understanding.parts if u.text == part.text), s.understanding)
    return reasons(part.candidate, understood, s.content, s.locale)


def _joined(s: Situation, rule: str, parts: Parts) -> Turn:
    """Several answers in one reply. What is asked next is about the last one."""
    blocks: list[Block] = []
    over: set[str] = set()
    sources: dict[SourceNote, None] = {}
    for part in parts.answered:
        topic, _, aspect = part.composed.label.partition(".")
        title = answer_title(s.content, TopicId(topic), AspectId(aspect), s.locale)
        told = len(part.composed.ended) if topic in over else 0
        if part.composed.blocks[told:]:
            blocks.extend((Paragraph((Span(title, bold=True),)), *part.composed.blocks[told:]))
        if part.composed.ended:
            over.add(topic)
        sources.update(dict.fromkeys(part.composed.sources))
    labels = tuple(part.composed.label for part in parts.answered)
    last = parts.answered[-1] if rule == "several" else parts.answered[0]
    state = replace(
        s.state,
        topic=last.candidate.topic,
        aspect=last.candidate.aspect,
        who=s.understanding.who or s.state.who,
        context_at=s.now,
        misses=0,
        pending=None,
        shown=Shown(
            last.composed.label,
            tuple(_why(s, part) for part in parts.answered) if len(labels) > 1 else _reasons(s, last),
            last.composed.status,
            tuple(label for label in labels if label != last.composed.label),
        ),
    )
    return finish(
        replace(s, state=state),
        "answer",
        rule,
        (*blocks, *parts.named),
        label="+".join(labels),
        candidate=last.candidate,
        sources=tuple(sources),
        effects=(*(effect for part in parts.answered for effect in gap_of(part.composed, part.text)), *parts.gaps),
        rateable=True,
    )
