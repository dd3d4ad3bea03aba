"""An answer as a turn: the topic's text for the aspect, with figures of the day, sources, and what helps next.

Where there is no text, the ways out in this order: an aspect that is the same side (``same_as``), the module block, a
known gap. Never a neighbour's text.
"""

from dataclasses import dataclass, replace
from typing import Literal

from bot.content.definitions import Answer, ByLocale, Topic, Who
from bot.content.facts import Rendered, answer_on, day_words, has_ended, render_answer, render_module, version_on
from bot.dialogue import wording
from bot.dialogue.choosing import MOST, PERSON, SAY, next_choices
from bot.dialogue.eligibility import Verdict, verdict
from bot.dialogue.explaining import CHOSEN, reasons
from bot.dialogue.naming import aspect_title, contact_line, title_of
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Pending, Shown, programme_of
from bot.dialogue.turn import Turn
from bot.dialogue.working_out import ABOUT_PRICES, figures_of, worked_out
from bot.model import (
    AspectId,
    Block,
    Candidate,
    Choice,
    Effect,
    Paragraph,
    Pressed,
    RecordGap,
    SourceNote,
    Span,
    TopicId,
    WhoId,
)
from bot.understanding.follow_ups import ABOUT_PEOPLE
from bot.understanding.reader import FUNDING_HELP

ABOUT_FIGURES = frozenset(
    AspectId(a) for a in ("amount", "overview", "coverage", "eligibility", "changes", "validity", "courses")
)
"""Aspects that a former figure or a past year turns into the question what has changed."""
CHANGES, COST = AspectId("changes"), AspectId("cost")
PEOPLE_MATTER = frozenset((*ABOUT_PEOPLE, *ABOUT_PRICES))
"""Aspects under which it is said that a programme is not for the people asked about."""
ELIGIBILITY, AMOUNT = AspectId("eligibility"), AspectId("amount")
MOST_WRITTEN = 2
"""Texts for kinds of people that are shown in one answer."""
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
    people: tuple[Who, ...] = ()
    """Those it speaks of in particular."""
    ended: tuple[Block, ...] = ()
    """What is said first because the programme is over; ``blocks`` begin with it."""


def answer_turn(
    s: Situation,
    topic: TopicId,
    aspect: AspectId,
    *,
    rule: str,
    candidate: Candidate | None = None,
    text: str = "",
    titled: bool = False,
) -> Turn:
    """Answer one side of a topic, remember it as context, and offer what helps next.

    ``titled``: under the title of the topic, as nobody named it.
    """
    who = s.understanding.who or (s.state.who if aspect in PEOPLE_MATTER or aspect == FUNDING_HELP else ())
    carried = not s.understanding.who
    composed = compose(s, topic, aspect, who, carried=carried)
    shown_topic, _, shown_aspect = composed.label.partition(".")
    front: list[Block] = []
    assumed = [title_of(s.content, topic, s.locale)] if candidate and "topic" in candidate.assumed else []
    if carried:
        assumed.extend(person.title[s.locale] for person in composed.people)
    if isinstance(s.input, Pressed) and s.input.words:  # pressed elsewhere: here nobody sees what it answers
        front.append(Paragraph((Span(s.input.words, bold=True),)))
    elif assumed:
        front.append(notice(wording.say(wording.ASSUMED, s.locale, title=", ".join(assumed))))
    elif titled or shown_topic != topic or (candidate and candidate.evidence and candidate.evidence[0].kind in UNNAMED):
        front.append(Paragraph((Span(title_of(s.content, TopicId(shown_topic), s.locale), bold=True),)))
    choices = next_choices(composed.next, s.content, s.locale, TopicId(shown_topic))
    expired = composed.status == "expired"
    if expired:
        choices = (*choices, Choice(wording.PERSON[s.locale], PERSON))
    why = reasons(candidate, s.understanding, s.content, s.locale) if candidate else (CHOSEN[s.locale],)
    state = replace(
        s.state,
        topic=TopicId(shown_topic),
        aspect=AspectId(shown_aspect),
        who=who or s.state.who,
        context_at=s.now,
        misses=0,
        pending=_pending(s, choices, text, offers=expired),
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
        effects=gap_of(composed, text),
        rateable=True,
    )


def _pending(s: Situation, choices: tuple[Choice, ...], text: str, *, offers: bool) -> Pending | None:
    """What may be chosen next; where a person was offered because a figure may not be shown, a plain *yes* brings one."""
    if offers:
        return Pending.of("offer_person", choices, text, "expired", s.now)
    return Pending.of("next", choices, text) if choices else None


def compose(
    s: Situation, topic_id: TopicId, aspect: AspectId, who: tuple[WhoId, ...], *, carried: bool = False
) -> Composed:
    """The answer for topic, aspect and people on the day of the situation. ``carried``: an earlier question named the people."""
    topic = s.content.topics[topic_id]
    aspect = _about_former(s, topic, aspect)
    answer = answer_on(topic, aspect, s.day)
    if answer is not None and answer.aspect == FUNDING_HELP:
        excluding = _excluding_programme(s, answer, who)
        if excluding is not None:
            return compose(s, excluding, ELIGIBILITY, who, carried=carried)
    if answer is not None:
        composed = _from_text(s, topic, answer, who, carried)
    else:
        composed = _from_module(s, topic, aspect) or _known_gap(s, topic, aspect)
    if composed.status == "gap" and composed.label == f"{topic.id}.{COST}" and answer_on(topic, FUNDING_HELP, s.day):
        composed = _with_help(composed, compose(s, topic_id, FUNDING_HELP, who, carried=carried))
    return _with_end(s, topic, composed)


def _with_help(unknown: Composed, help_: Composed) -> Composed:
    """An unknown price, and what helps paying it: that is known, and what most who ask for the price want to know next."""
    sources = (*unknown.sources, *_not_among(unknown.sources, help_.sources))
    return replace(unknown, blocks=(*unknown.blocks, *help_.blocks), sources=sources, next=help_.next or unknown.next)


def _not_among(sources: tuple[SourceNote, ...], more: tuple[SourceNote, ...]) -> tuple[SourceNote, ...]:
    """Those of ``more`` that are none of these sources."""
    known = {(note.title, note.url) for note in sources}
    return tuple(note for note in more if (note.title, note.url) not in known)


def _excluding_programme(s: Situation, answer: Answer, who: tuple[WhoId, ...]) -> TopicId | None:
    """The programme an answer names for a course, when it is not for the people asked about; what there is for them then
    stands with its rules."""
    people = s.people(who)
    programme = programme_of(answer, s.content)
    if programme is None or not people:
        return None
    return programme if verdict(s, s.content.topics[programme], people).truth == "no" else None


def _about_former(s: Situation, topic: Topic, aspect: AspectId) -> AspectId:
    """*What changed* instead, when the user names a past year or quotes a figure that is no longer in force."""
    if aspect not in ABOUT_FIGURES or CHANGES not in topic.answers:
        return aspect
    if any(year < s.day.year for year in s.understanding.years):
        return CHANGES
    version = version_on(topic, s.day)
    if version is None or not s.understanding.quoted:
        return aspect
    now = figures_of(version.facts.values())
    before = figures_of(f for v in topic.versions if v is not version for f in v.facts.values())
    quoted = set(s.understanding.quoted)
    return CHANGES if quoted & before and not quoted & now else aspect


# --- From where the words come -------------------------------------------------------------------------------


def _from_text(s: Situation, topic: Topic, answer: Answer, who: tuple[WhoId, ...], carried: bool) -> Composed:
    """The text, in front of it what is known about the people asked about; a text written for them stands in its place.

    Where the people are those of an earlier question, the general text stands beside theirs.
    """
    label = f"{topic.id}.{answer.aspect}"
    people = s.people(who)
    said = verdict(s, topic, people) if people and answer.aspect in PEOPLE_MATTER else None
    excluded = said is not None and said.truth == "no"
    written = [w for w in (said.people if said and excluded else people) if w.id in answer.who][:MOST_WRITTEN]
    texts: list[ByLocale | None] = [answer.who[w.id] for w in written]
    if carried or not written:
        texts.append(None)
    rendered = _together([render_answer(topic, answer, s.content, s.locale, s.day, text) for text in texts])
    if not rendered.blocks:
        return _withheld(s, topic, answer, rendered)
    sources = rendered.sources
    front: tuple[Block, ...] = ()
    about = tuple(written)
    if said and not written and _is_said(said, answer.aspect, carried):
        front, about = said.blocks, said.people
        sources = (*_not_among(sources, said.sources), *sources)
    if not excluded and (sum_of := worked_out(s, topic, answer)) is not None:
        front = (*front, sum_of.said)
        sources = (*sources, *_not_among(sources, sum_of.sources))
    blocks = [*front, *rendered.blocks]
    if rendered.status == "stale":
        blocks.append(notice(wording.say(wording.STALE, s.locale)))
    blocks.extend(_confidence(s, topic, rendered))
    status: Status = "gap" if answer.gap else "answer"
    return Composed(label, status, tuple(blocks), sources, _next(topic, answer), about)


def _is_said(said: Verdict, aspect: AspectId, carried: bool) -> bool:
    """Whether the verdict stands in front of an answer: an exclusion always, the rest where it is asked for."""
    if said.truth == "no" or aspect == ELIGIBILITY:
        return True
    return aspect == AMOUNT and not (carried and said.truth == "unknown")


def _together(parts: list[Rendered]) -> Rendered:
    """Several texts of one answer as one; nothing of it when one of them may not be shown."""
    withheld = next((part for part in parts if not part.blocks), None)
    if withheld is not None or len(parts) == 1:
        return withheld or parts[0]
    return Rendered(
        "stale" if any(part.status == "stale" for part in parts) else parts[0].status,
        "\n\n".join(part.text for part in parts),
        tuple(dict.fromkeys(block for part in parts for block in part.blocks)),
        tuple(dict.fromkeys(source for part in parts for source in part.sources)),
        tuple(used for part in parts for used in part.used),
    )


def _confidence(s: Situation, topic: Topic, rendered: Rendered) -> tuple[Block, ...]:
    """A sentence of its own only where the sources disagree, or an amount or deadline rests on one source; whom to ask is the
    contact of the topic the figure belongs to."""
    if rendered.weakest == "conflicting":
        said, doubtful = wording.CONFIRM_CONFLICTING, [u for u in rendered.used if u.fact.confidence == "conflicting"]
    else:
        said = wording.CONFIRM_ONE_SOURCE
        doubtful = [
            used
            for used in rendered.used
            if used.fact.confidence == "one_source" and used.fact.unit in MONEY_AND_DEADLINES and not used.former
        ]
        if not doubtful:
            return ()
    contact = contact_line(s.content, doubtful[0].topic if doubtful else topic.id, s.locale)
    return (notice(wording.say(said, s.locale, contact=contact)),)


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
        blocks = (*blocks, notice(wording.say(wording.STALE, s.locale)))
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
    instead = tuple(f"{t}.overview" for t in topic.instead)[:MOST]
    return replace(composed, status=status, blocks=(*front, *kept), next=instead, ended=tuple(front))


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
    """Topics a question without a topic may be about, none of them over: those spoken of before, then the central ones.

    Few words name no topic, so what they resemble is chance; central is the topic there is most to say about.
    """
    fitting = [
        t for t in s.content.topics.values() if aspect in t.answers and t.kind == "topic" and not has_ended(t, s.day)
    ]
    before = [shown.label.partition(".")[0] for shown in reversed(s.state.shown_before)]
    fitting.sort(key=lambda t: (before.index(t.id) if t.id in before else len(before), -len(t.answers), t.id))
    return tuple(t.id for t in fitting)[:MOST]


def topic_spoken_of(s: Situation, aspect: AspectId) -> TopicId | None:
    """The topic spoken of before, or the programme named for its costs, if there is something to say on this side of it."""
    topic = s.spoken_of
    if topic is None:
        return None
    if answer_on(topic, aspect, s.day) is not None:
        return topic.id
    money = topic.answers.get(FUNDING_HELP) if s.state.aspect == FUNDING_HELP else None
    programme = programme_of(money, s.content) if money else None
    return programme if programme and answer_on(s.content.topics[programme], aspect, s.day) is not None else None


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


def gap_of(composed: Composed, text: str) -> tuple[Effect, ...]:
    """What is recorded when an answer was none, or could not be shown."""
    match composed.status:
        case "gap":
            return (RecordGap("known", text, composed.label),)
        case "expired" | "not_in_force":
            return (RecordGap("expired", text, composed.label),)
        case _:
            return ()


def notice(paragraph: Paragraph) -> Paragraph:
    """The paragraph as a remark beside the answer."""
    return replace(paragraph, tone="notice")
