"""An answer as a turn: the topic's text for the aspect, with figures of the day, sources, and what helps next.

Where there is no text, the ways out in this order: an aspect that is the same side (``same_as``), the module block, a
known gap. Never a neighbour's text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from bot.content.definitions import Answer, Fact, Topic, Who
from bot.content.facts import Rendered, answer_on, day_words, has_ended, render_answer, render_module, version_on
from bot.dialogue import wording
from bot.dialogue.choosing import MOST, PERSON, SAY, next_choices
from bot.dialogue.eligibility import verdict
from bot.dialogue.explaining import evidence_words
from bot.dialogue.naming import answer_title, aspect_title, contact_line, title_of
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Pending, Shown
from bot.dialogue.turn import Turn
from bot.model import (
    AspectId,
    Block,
    Candidate,
    Choice,
    Effect,
    Paragraph,
    RecordGap,
    SourceNote,
    Span,
    TopicId,
    WhoId,
)
from bot.understanding.entities import figure_key
from bot.understanding.follow_ups import ABOUT_PEOPLE

ABOUT_FIGURES = frozenset(
    AspectId(a) for a in ("amount", "overview", "coverage", "eligibility", "changes", "validity", "courses")
)
"""Aspects that a former figure or a past year turns into the question what has changed."""
CHANGES = AspectId("changes")
MONEY_AND_DEADLINES = frozenset({"EUR", "percent", "days", "working_days", "weeks", "months", "date"})
UNNAMED = frozenset({"words", "figure"})
"""Evidence for a topic nobody named: the answer then stands under its title, so that people see what it is about."""

Status = Literal["answer", "gap", "expired", "not_in_force"]


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer put together: what it says, what it rests on, what helps next."""

    label: str
    status: Status
    blocks: tuple[Block, ...]
    sources: tuple[SourceNote, ...]
    next: tuple[str, ...] = ()


def answer_turn(
    s: Situation,
    topic: TopicId,
    aspect: AspectId,
    *,
    rule: str,
    candidate: Candidate | None = None,
    text: str = "",
) -> Turn:
    """Answer one side of a topic, remember it as context, and offer what helps next."""
    who = s.understanding.who or (s.state.who if aspect in ABOUT_PEOPLE else ())
    composed = compose(s, topic, aspect, who)
    front: list[Block] = []
    if candidate and "topic" in candidate.assumed:
        front.append(_notice(wording.say(wording.ASSUMED, s.locale, title=title_of(s.content, topic, s.locale))))
    elif candidate and candidate.evidence and candidate.evidence[0].kind in UNNAMED:
        front.append(Paragraph((Span(title_of(s.content, topic, s.locale), bold=True),)))
    choices = next_choices(composed.next, s.content, s.locale, topic)
    if composed.status == "expired":
        choices = (*choices, Choice(wording.PERSON[s.locale], PERSON))
    why = tuple(evidence_words(reason, s.locale) for reason in candidate.evidence) if candidate else ()
    state = replace(
        s.state,
        topic=topic,
        aspect=AspectId(composed.label.partition(".")[2]),
        who=who or s.state.who,
        context_at=s.now,
        misses=0,
        pending=Pending("next", tuple((c.label, c.value) for c in choices), text) if choices else None,
        shown=Shown(composed.label, why, composed.status),
    )
    return finish(
        replace(s, state=state),
        "answer",
        rule if composed.status == "answer" else composed.status,
        (*front, *composed.blocks),
        label=composed.label,
        detail=composed.label,
        candidate=candidate,
        choices=choices,
        sources=composed.sources,
        effects=_gap(composed, text),
        rateable=True,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One of several answers in a reply, with the guess and the words it answers."""

    candidate: Candidate
    composed: Composed
    text: str


def answer_parts(s: Situation, sure: float) -> Turn | None:
    """Several questions in one message: every sure one is answered under its title, the others are named.

    None when fewer than two parts lead to an answer: then the message is no list of questions.
    """
    parts: dict[str, Part] = {}
    missed: list[Block] = []
    gaps: list[Effect] = []
    for understood in s.understanding.parts:
        best = understood.candidates[0] if understood.candidates else None
        if best and best.kind == "answer" and best.topic and best.aspect and best.score >= sure:
            asked = replace(s, understanding=understood)
            composed = compose(asked, best.topic, best.aspect, understood.who or s.understanding.who)
            parts.setdefault(composed.label, Part(best, composed, understood.text))
        elif best and best.intent and best.score >= sure:
            intent = s.content.intents[best.intent]
            if intent.kind == "off_topic" and intent.reply.get(s.locale):
                missed.append(_notice(Paragraph((Span(intent.reply[s.locale][0]),))))
        else:
            missed.append(_notice(wording.say(wording.NOT_UNDERSTOOD_PART, s.locale, part=understood.text)))
            gaps.append(RecordGap("missed", understood.text, best.label if best else None))
    return _joined(s, "several", tuple(parts.values()), tuple(missed), tuple(gaps)) if len(parts) > 1 else None


def answer_sides(s: Situation, candidates: Sequence[Candidate], text: str) -> Turn | None:
    """Two sides of one topic, each under its title; None when they are one answer after all."""
    parts: dict[str, Part] = {}
    for candidate in candidates:
        if candidate.topic and candidate.aspect:
            composed = compose(s, candidate.topic, candidate.aspect, s.understanding.who)
            if composed.status == "answer":
                parts.setdefault(composed.label, Part(candidate, composed, text))
    return _joined(s, "two_sides", tuple(parts.values())) if len(parts) > 1 else None


def _joined(
    s: Situation, rule: str, parts: tuple[Part, ...], missed: tuple[Block, ...] = (), gaps: tuple[Effect, ...] = ()
) -> Turn:
    """Several answers in one reply. What is asked next is about the last one."""
    blocks: list[Block] = []
    sources: dict[SourceNote, None] = {}
    for part in parts:
        topic, _, aspect = part.composed.label.partition(".")
        title = answer_title(s.content, TopicId(topic), AspectId(aspect), s.locale)
        blocks.extend((Paragraph((Span(title, bold=True),)), *part.composed.blocks))
        sources.update(dict.fromkeys(part.composed.sources))
    labels = tuple(part.composed.label for part in parts)
    last = parts[-1] if rule == "several" else parts[0]
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
            tuple(evidence_words(e, s.locale) for e in last.candidate.evidence),
            last.composed.status,
        ),
    )
    return finish(
        replace(s, state=state),
        "answer",
        rule,
        (*blocks, *missed),
        label="+".join(labels),
        candidate=last.candidate,
        sources=tuple(sources),
        effects=(*(effect for part in parts for effect in _gap(part.composed, part.text)), *gaps),
        rateable=True,
    )


def compose(s: Situation, topic_id: TopicId, aspect: AspectId, who: tuple[WhoId, ...]) -> Composed:
    """The answer for topic, aspect and person on the day of the situation."""
    topic = s.content.topics[topic_id]
    aspect = _about_former(s, topic, aspect)
    answer = answer_on(topic, aspect, s.day)
    if answer is not None:
        composed = _from_text(s, topic, answer, who)
    else:
        composed = _from_module(s, topic, aspect) or _known_gap(s, topic, aspect)
    return _with_end(s, topic, composed)


def _about_former(s: Situation, topic: Topic, aspect: AspectId) -> AspectId:
    """*What changed* instead, when the user names a past year or quotes a figure that is no longer in force."""
    if aspect not in ABOUT_FIGURES or CHANGES not in topic.answers:
        return aspect
    if any(year < s.day.year for year in s.understanding.years):
        return CHANGES
    version = version_on(topic, s.day)
    if version is None or not s.understanding.quoted:
        return aspect
    now = _figures(version.facts.values())
    before = _figures(f for v in topic.versions if v is not version for f in v.facts.values())
    quoted = set(s.understanding.quoted)
    return CHANGES if quoted & before and not quoted & now else aspect


def _figures(facts: Iterable[Fact]) -> set[str]:
    return {
        figure_key(fact.value, percent=fact.unit == "percent")
        for fact in facts
        if isinstance(fact.value, Decimal) and fact.unit in ("EUR", "percent")
    }


# --- From where the words come -------------------------------------------------------------------------------


def _from_text(s: Situation, topic: Topic, answer: Answer, who: tuple[WhoId, ...]) -> Composed:
    label = f"{topic.id}.{answer.aspect}"
    written = next((answer.who[w] for w in who if w in answer.who), None)
    rendered = render_answer(topic, answer, s.content, s.locale, s.day, written)
    if not rendered.blocks:
        return _withheld(s, topic, answer, rendered)
    blocks: list[Block] = []
    sources = list(rendered.sources)
    if written is None and who and answer.aspect in ABOUT_PEOPLE:
        said = verdict(s, topic, _person(s, who))
        if said.truth == "no" or answer.aspect == "eligibility":
            blocks.extend(said.blocks)
            sources = [
                *(n for n in said.sources if not any(n.url == m.url and n.title == m.title for m in sources)),
                *sources,
            ]
    blocks.extend(rendered.blocks)
    if rendered.status == "stale":
        blocks.append(_notice(wording.say(wording.STALE, s.locale)))
    blocks.extend(_confidence(s, topic, rendered))
    status: Status = "gap" if answer.gap else "answer"
    return Composed(label, status, tuple(blocks), tuple(sources), _next(topic, answer))


def _person(s: Situation, who: tuple[WhoId, ...]) -> Who:
    return s.content.who[who[0]]


def _confidence(s: Situation, topic: Topic, rendered: Rendered) -> tuple[Block, ...]:
    """A sentence of its own only where the sources disagree, or an amount or deadline rests on one source."""
    contact = contact_line(s.content, topic.id, s.locale)
    if rendered.weakest == "conflicting":
        return (_notice(wording.say(wording.CONFIRM_CONFLICTING, s.locale, contact=contact)),)
    weighty = any(
        used.fact.confidence == "one_source" and used.fact.unit in MONEY_AND_DEADLINES and not used.former
        for used in rendered.used
    )
    return (_notice(wording.say(wording.CONFIRM_ONE_SOURCE, s.locale, contact=contact)),) if weighty else ()


def _withheld(s: Situation, topic: Topic, answer: Answer, rendered: Rendered) -> Composed:
    """A figure may not be shown: it is past its review, or nothing is in force on that day."""
    label = f"{topic.id}.{answer.aspect}"
    title, contact = topic.title[s.locale], contact_line(s.content, topic.id, s.locale)
    if rendered.status == "expired":
        said = wording.say(wording.EXPIRED, s.locale, title=title, contact=contact)
        return Composed(label, "expired", (said,), rendered.sources)
    said = wording.say(wording.NOT_IN_FORCE, s.locale, title=title, contact=contact)
    return Composed(label, "not_in_force", (said,), rendered.sources)


def _from_module(s: Situation, topic: Topic, aspect: AspectId) -> Composed | None:
    known = s.content.aspects.get(aspect)
    rendered = render_module(topic, known, s.content, s.locale, s.day) if known else None
    if rendered is None or known is None or topic.module is None:
        return None
    label = f"{topic.id}.{aspect}"
    if not rendered.blocks:
        contact = contact_line(s.content, topic.id, s.locale)
        said = wording.say(wording.EXPIRED, s.locale, title=topic.title[s.locale], contact=contact)
        return Composed(label, "expired", (said,), rendered.sources)
    value = getattr(topic.module, known.module_field or "", None)
    blocks = rendered.blocks
    if rendered.status == "stale":
        blocks = (*blocks, _notice(wording.say(wording.STALE, s.locale)))
    status: Status = "answer" if value not in (None, ()) else "gap"
    return Composed(label, status, blocks, rendered.sources, _first_answers(topic, aspect))


def _known_gap(s: Situation, topic: Topic, aspect: AspectId) -> Composed:
    title = aspect_title(s.content, topic.id, aspect, s.locale)
    said = wording.say(
        wording.GAP,
        s.locale,
        title=topic.title[s.locale],
        aspect=title,
        contact=contact_line(s.content, topic.id, s.locale),
    )
    return Composed(f"{topic.id}.{aspect}", "gap", (said,), (), _first_answers(topic, aspect))


def _with_end(s: Situation, topic: Topic, composed: Composed) -> Composed:
    """A programme that is over says so first, and names what there is instead."""
    if topic.ended is None or not has_ended(topic, s.day):
        return composed
    title = topic.title[s.locale]
    front: list[Block] = [wording.say(wording.ENDED, s.locale, title=title, date=day_words(topic.ended, s.locale))]
    if topic.instead:
        titles = ", ".join(title_of(s.content, other, s.locale) for other in topic.instead)
        front.append(wording.say(wording.INSTEAD, s.locale, titles=titles))
    status: Status = "answer" if composed.status in ("gap", "not_in_force", "expired") else composed.status
    kept = composed.blocks if composed.status == "answer" else ()
    return replace(
        composed, status=status, blocks=(*front, *kept), next=tuple(f"{t}.overview" for t in topic.instead)[:MOST]
    )


# --- What helps next -----------------------------------------------------------------------------------------


def _next(topic: Topic, answer: Answer) -> tuple[str, ...]:
    if not answer.next:
        return _first_answers(topic, answer.aspect) if answer.aspect == "overview" else ()
    return tuple(name if "." in name else _own_or_topic(topic, name) for name in answer.next)[:MOST]


def _own_or_topic(topic: Topic, name: str) -> str:
    return (
        f"{topic.id}.{name}"
        if AspectId(name) in topic.answers or AspectId(name) in topic.same_as
        else f"{name}.overview"
    )


def _first_answers(topic: Topic, without: AspectId) -> tuple[str, ...]:
    """The topic's most asked answers: the first ones of its file."""
    names = [aspect for aspect in topic.answers if aspect not in (without, "overview")]
    return tuple(f"{topic.id}.{aspect}" for aspect in names)[:MOST]


def likely_topics(s: Situation, aspect: AspectId) -> tuple[TopicId, ...]:
    """Topics a question without a topic may be about: those guessed, then those with most to say about the aspect."""
    guessed = [c.topic for c in s.understanding.candidates if c.topic]
    fitting = [t for t in s.content.topics.values() if aspect in t.answers and t.kind == "topic"]
    fitting.sort(key=lambda t: (-len(t.answers), t.id))
    return tuple(dict.fromkeys((*guessed, *(t.id for t in fitting))))[:MOST]


def menu(s: Situation) -> tuple[Choice, ...]:
    """The areas, as choices to start from."""
    overviews = [t.id for t in s.content.topics.values() if t.kind == "overview"]
    return tuple(Choice(title_of(s.content, t, s.locale), f"{SAY}{t}.overview") for t in overviews)


def further_text(s: Situation, kind: str) -> tuple[tuple[Block, ...], tuple[SourceNote, ...]] | None:
    """*More* or *plain language* of the answer shown last; None when there is none, or its figures may not be shown."""
    if s.state.shown is None:
        return None
    topic_id, _, aspect = s.state.shown.label.partition(".")
    topic = s.content.topics.get(TopicId(topic_id))
    answer = answer_on(topic, AspectId(aspect), s.day) if topic else None
    if topic is None or answer is None:
        return None
    texts = answer.more if kind == "more" else answer.plain
    if s.locale not in texts:
        return None
    rendered = render_answer(topic, answer, s.content, s.locale, s.day, texts)
    return (rendered.blocks, rendered.sources) if rendered.blocks else None


def _gap(composed: Composed, text: str) -> tuple[Effect, ...]:
    match composed.status:
        case "gap":
            return (RecordGap("known", text, composed.label),)
        case "expired" | "not_in_force":
            return (RecordGap("expired", text, composed.label),)
        case _:
            return ()


def _notice(paragraph: Paragraph) -> Paragraph:
    return replace(paragraph, tone="notice")
