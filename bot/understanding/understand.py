"""Text to ranked guesses: ``understand(text, reader, context) -> Understanding``. Pure, no waiting, no chance.

A question is *about* a topic, *wants* an aspect, and may concern a kind of person. Each half is judged by its own
evidence; a candidate's raw score is the product of the two, so both must fit. Intents (thanks, a person, off topic)
compete with aspects in the same ranker and need no topic.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.model import (
    MAX_UTTERANCE,
    AspectId,
    Candidate,
    Context,
    Evidence,
    EvidenceKind,
    IntentId,
    Locale,
    TopicId,
    Understanding,
)
from bot.understanding.entities import TOPIC_MARK, WHO_MARK, quoted_figures, years
from bot.understanding.normalize import content_words
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import Ranker
from bot.understanding.reader import ASPECT, INTENT, NO_TOPIC, LocaleReader, Question, Reader, question_of
from bot.understanding.retrieval import terms
from bot.understanding.split import split_questions

Floats = NDArray[np.float32]

OVERVIEW = AspectId("overview")
ELIGIBILITY = AspectId("eligibility")
MOST_CANDIDATES = 6
CLEAR_PART = 35.0
"""Score from which on a piece of a message counts as a question of its own."""

PHRASE = 0.97
"""Probability of an intent or aspect whose own phrase or example was typed."""
OURS_MIDDLE = -0.25
OURS_SLOPE = 7.0
"""Held-out sentences about topics have their highest margin at 0.3 in the middle, sentences about anything else at -0.55."""
UNKNOWN_WORDS = 0.5
"""How much of that probability is lost when no content word is known."""
NAME_BONUS = 0.5
"""What a name that always means its topic adds to the topic's margin."""
MOST_TOPICS = 5
NAMED = 0.35
"""Least share of a topic that is named: a name alone may also be a word about something else (*Meister*, *Techniker*)."""
FIGURE = 0.75
"""How surely a quoted figure means the only topic that has or had it."""
CARRIED = 0.8
"""How surely a follow-up without a name is still about the topic before."""
DRIFTED = 0.45
"""The same, when the message has enough words of its own to be about something else."""
ASPECT_ALONE = 0.4
"""Factor for an aspect without a topic: asked back about when no topic is likely."""
WITHOUT_TEXT = 0.55
"""Factor for an aspect a topic has no text for: a known gap, taken only when the aspect is clear."""
NAMED_OFF_TOPIC = 0.5
"""Factor for *off topic* when a topic is named exactly."""


@dataclass(frozen=True, slots=True)
class Evidences:
    """What speaks for each half, before it is put together."""

    topics: Mapping[TopicId, tuple[float, Evidence]]
    routes: Mapping[str, float]
    own: Mapping[str, float]
    phrase: str | None
    known: float
    """Share of the question's content words the content knows at all."""
    ours: float
    """How probable it is that the question is about any topic of ours."""
    familiar: float
    """The highest margin of any topic: around 1 is surely one of ours, -1 surely none."""


def understand(text: str, reader: Reader, context: Context) -> Understanding:
    """Everything Lotse can make of a message, best guess first; no candidates when nothing known was recognised."""
    text = text[:MAX_UTTERANCE]
    locale = reader.language.detect(text, context.locale)
    whole = _one(text, locale, reader, context)
    pieces = split_questions(text)
    if len(pieces) < 2:
        return whole
    parts: list[Understanding] = []
    for piece in pieces:
        part = _one(piece, locale, reader, context)
        parts.append(part)
        if part.candidates and part.candidates[0].topic:
            context = replace(context, topic=part.candidates[0].topic, aspect=part.candidates[0].aspect)
    clear = [part for part in parts if part.candidates and part.candidates[0].score >= CLEAR_PART]
    if len({part.candidates[0].label for part in clear}) > 1:
        return replace(clear[0], text=text, parts=tuple(parts))
    if clear and (not whole.candidates or clear[0].candidates[0].score > whole.candidates[0].score):
        return replace(clear[0], text=text)
    return whole


def _one(text: str, locale: Locale, reader: Reader, context: Context) -> Understanding:
    local = reader.locales[locale]
    question = question_of(text, local, frozenset(reader.overviews.values()))
    who = tuple(dict.fromkeys(m.id for m in question.who))
    figures = quoted_figures(text)
    candidates, evidence = rank(question, reader, local, context, figures=figures)
    return Understanding(
        locale=locale,
        candidates=candidates,
        who=who,
        years=years(text),
        quoted=figures,
        text=text,
        known=evidence.known if evidence else 0.0,
        mended=question.mended,
    )


def rank(
    question: Question,
    reader: Reader,
    local: LocaleReader,
    context: Context,
    margins: Floats | None = None,
    figures: tuple[str, ...] = (),
    without: int | None = None,
    about: Floats | None = None,
) -> tuple[tuple[Candidate, ...], Evidences | None]:
    """The candidates of one prepared question, best first, and the evidence they were made from.

    Training judges its own examples as if it had not seen them: ``margins`` and ``about`` are then those of rankers
    that have not, and ``without`` leaves one text of the index of own answers out.
    """
    content = content_words(tuple(w for w in question.masked if w not in (TOPIC_MARK, WHO_MARK)), local.locale)
    if not question.words:
        return (), None
    evidence = _gather(question, content, reader, local, context, margins, figures, without, about)
    found = [
        *_answers(question, content, evidence, reader, context),
        *_intents(question, evidence, reader),
    ]
    best: dict[str, Candidate] = {}
    for candidate in found:
        if candidate.score > (best[candidate.label].score if candidate.label in best else 0.0):
            best[candidate.label] = candidate
    ranked = sorted(best.values(), key=lambda c: (-c.score, c.label))[:MOST_CANDIDATES]
    return tuple(replace(c, score=round(100 * min(0.999, c.score), 1)) for c in ranked), evidence


# --- Evidence ------------------------------------------------------------------------------------------------


def _gather(
    question: Question,
    content: tuple[str, ...],
    reader: Reader,
    local: LocaleReader,
    context: Context,
    margins: Floats | None,
    figures: tuple[str, ...],
    without: int | None,
    about: Floats | None,
) -> Evidences:
    if margins is None:
        margins = local.route.scores(question.masked)
    if about is None:
        about = topic_margins(question, local)
    odds = local.route.odds(margins)
    routes = {label: float(p) for label, p in zip(local.route.labels, odds, strict=True)}
    phrase = local.phrases.get(sentence_key(question.masked))
    if phrase:
        routes = {label: p * (1 - PHRASE) for label, p in routes.items()}
        routes[phrase] = PHRASE + routes.get(phrase, 0.0)
    own = {
        label: min(1.0, max(0.0, (cosine - 0.3) / 0.5)) ** 1.5
        for label, cosine in local.similar.nearest(
            terms(question.masked, local.locale, local.parts), local.unheard, without
        ).items()
    }
    exact = local.own.get(sentence_key(question.masked))
    if exact and without is None:
        own[exact] = 0.99
    known = _known_share(content, local)
    topical = about[[label != NO_TOPIC for label in local.topics.labels]]
    ours = _one_of_ours(float(topical.max())) * (1 - UNKNOWN_WORDS * (1 - known))
    return Evidences(
        topics=_topics(question, content, about, reader, local, context, figures, ours),
        familiar=float(topical.max()),
        ours=ours,
        known=known,
        routes=routes,
        own=own,
        phrase=phrase,
    )


def _known_share(content: tuple[str, ...], local: LocaleReader) -> float:
    if not content:
        return 1.0
    return sum(1 for word in content if word in local.vocabulary or local.parts(word)) / len(content)


def topic_margins(question: Question, local: LocaleReader) -> Floats:
    """How much the words speak for every topic, named or not."""
    if isinstance(local.topics, Ranker):
        return local.topics.scores(question.words)
    return local.topics.nearest(terms(question.words, local.locale, local.parts))


def _one_of_ours(highest: float) -> float:
    """How probable it is that a question is about any topic at all, by the highest margin of all of them."""
    return float(1 / (1 + np.exp(-OURS_SLOPE * (highest - OURS_MIDDLE))))


def _topics(
    question: Question,
    content: tuple[str, ...],
    margins: Floats,
    reader: Reader,
    local: LocaleReader,
    context: Context,
    figures: tuple[str, ...],
    ours: float,
) -> dict[TopicId, tuple[float, Evidence]]:
    found: dict[TopicId, tuple[float, Evidence]] = {}

    def add(topic: TopicId, share: float, evidence: Evidence) -> None:
        if share > found.get(topic, (0.0, evidence))[0]:
            found[topic] = (share, evidence)

    named = {mention.id: mention for mention in (*question.topics, *question.areas)}
    margins = margins.copy()
    for place, label in enumerate(local.topics.labels):
        if label in named:
            margins[place] += (
                NAME_BONUS * (local.trust.get(named[TopicId(label)].words, 1.0) * named[TopicId(label)].strength) ** 2
            )
    odds = local.topics.odds(margins) * ours
    for place in np.argsort(-odds, kind="stable")[:MOST_TOPICS]:
        topic, share = TopicId(local.topics.labels[place]), float(odds[place])
        if topic == NO_TOPIC:
            continue
        mention = named.get(topic)
        if mention:
            kind: EvidenceKind = "typo" if mention.strength < 0.9 else "compound" if mention.rest else "name"
            add(topic, share, Evidence(kind, mention.words, share))
        elif share > 0.03 and content:
            add(topic, share, Evidence("words", " ".join(content), share))
    for topic, mention in named.items():
        add(topic, NAMED * mention.strength, Evidence("name", mention.words, mention.strength))
    matched: dict[TopicId, float] = {}
    for figure in figures:
        topics = reader.figures.get(figure, ())
        for topic in topics:
            matched[topic] = 1 - (1 - matched.get(topic, 0.0)) * (1 - FIGURE / len(topics))
    for topic, strength in matched.items():
        add(topic, strength, Evidence("figure", " ".join(figures), strength))
    if context.topic and context.topic in reader.areas and not question.topics:
        follows = len(content) <= 2 or question.words[0] in ("und", "and", "aber", "but")
        add(context.topic, CARRIED if follows else DRIFTED, Evidence("context", context.topic, CARRIED))
    return found


# --- Candidates ----------------------------------------------------------------------------------------------


def _answers(
    question: Question, content: tuple[str, ...], evidence: Evidences, reader: Reader, context: Context
) -> Iterable[Candidate]:
    aspects = {
        AspectId(label.removeprefix(ASPECT)): p for label, p in evidence.routes.items() if label.startswith(ASPECT)
    }
    bare = not content
    for topic, (share, why) in evidence.topics.items():
        area = reader.areas[topic]
        own: dict[AspectId, float] = defaultdict(float)
        for label, strength in evidence.own.items():
            about, _, aspect = label.partition(".")
            if about == topic:
                own[AspectId(aspect)] = strength
        if bare:
            yield from _bare(question, topic, share, why, context, evidence)
        for aspect in {*reader.answers[topic], *aspects}:
            routed = aspects.get(aspect, 0.0)
            has_text = aspect in reader.answers[topic]
            if not has_text:
                if area not in reader.aspect_areas.get(aspect, ()) or topic in reader.overviews.values():
                    continue
                routed *= WITHOUT_TEXT
            both = 1 - (1 - routed) * (1 - own[aspect])
            if both < 0.02:
                continue
            yield _answer(topic, aspect, share * both, why, evidence, own[aspect], routed, context)
    for aspect, routed in aspects.items():
        areas = reader.aspect_areas.get(aspect, ())
        for area in areas:
            overview = reader.overviews.get(area)
            if overview and overview not in evidence.topics and aspect in reader.answers[overview]:
                share = 0.3 if len(areas) > 1 else 0.45
                why = Evidence("words", f"area {area}", share)
                yield _answer(overview, aspect, share * routed * evidence.ours, why, evidence, 0.0, routed, context)
        if not evidence.topics or max(share for share, _ in evidence.topics.values()) < CARRIED:
            yield Candidate(
                kind="aspect",
                label=aspect,
                score=ASPECT_ALONE * routed * evidence.ours,
                aspect=aspect,
                evidence=(Evidence("words", " ".join(question.masked), routed),),
            )


def _bare(
    question: Question, topic: TopicId, share: float, why: Evidence, context: Context, evidence: Evidences
) -> Iterable[Candidate]:
    """Only a name, only a person, or both: the overview, or what was asked before, now for this topic or person."""
    named = bool(question.topics or question.areas)
    assumed: tuple[str, ...] = () if named else ("topic",)
    if named and not question.who and context.aspect and question.words[0] in ("und", "and", "aber", "but"):
        yield Candidate(
            kind="answer",
            label=f"{topic}.{context.aspect}",
            score=share * 0.9,
            topic=topic,
            aspect=context.aspect,
            evidence=(why, Evidence("context", context.aspect, 0.9)),
            assumed=("aspect",),
        )
    if question.who:
        aspect = context.aspect if context.aspect in (ELIGIBILITY, "amount", "coverage") and not named else ELIGIBILITY
        yield Candidate(
            kind="answer",
            label=f"{topic}.{aspect}",
            score=share * 0.92,
            topic=topic,
            aspect=AspectId(aspect or ELIGIBILITY),
            evidence=(why, Evidence("who", question.who[0].words, 0.9)),
            assumed=("topic",) if assumed else (),
        )
    elif named:
        yield Candidate(
            kind="answer",
            label=f"{topic}.{OVERVIEW}",
            score=share * 0.93,
            topic=topic,
            aspect=OVERVIEW,
            evidence=(why,),
        )


def _answer(
    topic: TopicId,
    aspect: AspectId,
    score: float,
    why: Evidence,
    evidence: Evidences,
    own: float,
    routed: float,
    context: Context,
) -> Candidate:
    reasons = [why]
    if evidence.phrase == f"{ASPECT}{aspect}":
        reasons.append(Evidence("phrase", aspect, PHRASE))
    elif routed > own:
        reasons.append(Evidence("words", aspect, routed))
    if own > 0.1:
        reasons.append(Evidence("own_answer", f"{topic}.{aspect}", own))
    return Candidate(
        kind="answer",
        label=f"{topic}.{aspect}",
        score=score,
        topic=topic,
        aspect=aspect,
        evidence=tuple(reasons),
        assumed=("topic",) if why.kind == "context" else (),
    )


def _intents(question: Question, evidence: Evidences, reader: Reader) -> Iterable[Candidate]:
    named = any(m.strength == 1.0 for m in question.topics)
    for label, routed in evidence.routes.items():
        if not label.startswith(INTENT) or routed < 0.02:
            continue
        intent = IntentId(label.removeprefix(INTENT))
        factor = NAMED_OFF_TOPIC if named and reader.intent_kinds[intent] == "off_topic" else 1.0
        kind: EvidenceKind = "phrase" if evidence.phrase == label else "words"
        yield Candidate(
            kind="intent",
            label=intent,
            score=routed * factor,
            intent=intent,
            evidence=(Evidence(kind, " ".join(question.words[:12]), routed),),
        )
