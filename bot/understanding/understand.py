"""Text to ranked guesses: ``understand(text, reader, context) -> Understanding``. Pure, no waiting, no chance.

A question is *about* a topic, *wants* an aspect, and may concern a kind of person. Each half is judged by its own
evidence; a candidate's raw score is the product of the two, so both must fit. Intents (thanks, a person, off topic)
compete with aspects in the same ranker and need no topic.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

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
from bot.understanding.normalize import content_words, tokens
from bot.understanding.phrases import sentence_key
from bot.understanding.ranking import Ranker
from bot.understanding.reader import ASPECT, INTENT, NO_TOPIC, LocaleReader, Question, Reader, question_of
from bot.understanding.retrieval import terms
from bot.understanding.split import split_questions

Floats = NDArray[np.float32]

OVERVIEW = AspectId("overview")
ELIGIBILITY = AspectId("eligibility")
ABOUT_PEOPLE = frozenset({ELIGIBILITY, AspectId("amount"), AspectId("coverage")})
BARE = 0.95
"""How surely a name alone asks for the overview, or for what was asked before."""
QUESTION_WORDS = frozenset(tokens("wo wann wer wie woher wohin wieso wem wen where when who how why whom"))
Assumed = Literal["topic", "aspect"]
MOST_CANDIDATES = 6
CLEAR_PART = 35.0
"""Score from which on a piece of a message counts as a question of its own."""

PHRASE = 0.97
"""Probability of an intent or aspect whose own phrase or example was typed."""
CLEAR_MIDDLE = -0.5
CLEAR_SLOPE = 7.0
"""Held-out sentences about topics have their highest margin at 0.3 in the middle, sentences about anything else at -0.55."""
UNKNOWN_WORDS = 0.6
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
ELSEWHERE = 0.5
"""What is left of the evidence for other topics in such a follow-up."""
DRIFTED = 0.45
"""The same, when the message has enough words of its own to be about something else."""
AREA = 0.7
"""How surely a question of ours that is about no certain topic is one about its area as a whole."""
ASPECT_ALONE = 0.4
"""Factor for an aspect without a topic: asked back about when no topic is likely."""
GAP_FROM = 0.3
WITHOUT_TEXT = 0.55
"""An aspect a topic has no text for is a known gap: from this probability on, and then with this factor."""
UNROUTED, ASKED, ASKED_FROM, SAID = 0.02, 12.0, 0.2, 6.0
"""Within a topic: what a side weighs without the ranker, and how much likeness with ways to ask and with texts adds.

Chosen on held-out ways to ask: 64 % of them find their answer among some twenty of the topic, 42 % with the ranker
alone and 59 % with likeness alone.
"""
ALIKE_ENOUGH = 0.45
THE_SAME = 0.999
"""Likeness of a question that was typed as it is written in the content."""
OUTWEIGHS = 0.8
"""How much of an intent's probability a question loses that is surely about a topic of ours."""


@dataclass(frozen=True, slots=True)
class Evidences:
    """What speaks for each half, before it is put together."""

    topics: Mapping[TopicId, tuple[float, Evidence]]
    routes: Mapping[str, float]
    intents: Mapping[IntentId, float]
    own: Mapping[str, float]
    """Likeness with the ways to ask for single answers."""
    said: Mapping[str, float]
    """Likeness with what the answers say."""
    phrase: str | None
    known: float
    """Share of the question's content words the content knows at all."""
    ours: float
    """How probable it is that the question is about any topic of ours."""


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
    figures: tuple[str, ...] = (),
) -> tuple[tuple[Candidate, ...], Evidences | None]:
    """The candidates of one prepared question, best first, and the evidence they were made from."""
    content = content_words(tuple(w for w in question.masked if w not in (TOPIC_MARK, WHO_MARK)), local.locale)
    if not question.words:
        return (), None
    evidence = _gather(question, content, reader, local, context, figures)
    found = [
        *_answers(question, content, evidence, reader, context),
        *_intents(question, evidence),
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
    figures: tuple[str, ...],
) -> Evidences:
    about = topic_margins(question, local)
    routes = _routes(question, local)
    phrase = local.phrases.get(sentence_key(question.masked))
    if phrase:
        routes = {label: p * (1 - PHRASE) for label, p in routes.items()}
        routes[phrase] = PHRASE + routes.get(phrase, 0.0)
    words = terms(question.masked, local.locale, local.parts)
    own = local.similar.nearest(words, local.unheard)
    exact = local.own.get(sentence_key(question.masked))
    if exact:
        own[exact] = 1.0
    known = _known_share(content, local)
    none = {label: float(p) for label, p in zip(local.topics.labels, local.topics.odds(about), strict=True)}.get(
        NO_TOPIC, 0.0
    )
    ours = (1 - none) * (1 - UNKNOWN_WORDS * (1 - known))
    topics = _topics(question, content, about, reader, local, context, figures, ours, own)
    about_us = max((share for share, _ in topics.values()), default=0.0)
    intents = {IntentId(label.removeprefix(INTENT)): p for label, p in routes.items() if label.startswith(INTENT)}
    intents = {
        intent: p
        if reader.intent_kinds[intent] == "handoff" or phrase == f"{INTENT}{intent}"
        else p * (1 - OUTWEIGHS * about_us)
        for intent, p in intents.items()
    }
    return Evidences(
        topics=topics,
        intents=intents,
        ours=ours,
        known=known,
        routes=routes,
        own=own,
        said=local.said.nearest(words, local.unheard),
        phrase=phrase,
    )


def _routes(question: Question, local: LocaleReader) -> dict[str, float]:
    """The probability of every intent and every aspect, by route label."""
    gate = zip(local.gate.labels, local.gate.odds(local.gate.scores(question.masked)), strict=True)
    routes = {label: float(p) for label, p in gate if label.startswith(INTENT)}
    asks = 1 - sum(routes.values())
    aspects = zip(local.aspect.labels, local.aspect.odds(local.aspect.scores(question.masked)), strict=True)
    routes.update((f"{ASPECT}{label}", asks * float(p)) for label, p in aspects)
    return routes


def _known_share(content: tuple[str, ...], local: LocaleReader) -> float:
    if not content:
        return 1.0
    return sum(1 for word in content if word in local.vocabulary or local.parts(word)) / len(content)


def topic_margins(question: Question, local: LocaleReader) -> Floats:
    """How much the words speak for every topic, named or not."""
    if isinstance(local.topics, Ranker):
        return local.topics.scores(question.words)
    return local.topics.nearest(terms(question.words, local.locale, local.parts))


def _one_topic(highest: float) -> float:
    """How probable it is that a question is about one certain topic, by the highest margin of all of them."""
    return float(1 / (1 + np.exp(-CLEAR_SLOPE * (highest - CLEAR_MIDDLE))))


def _areas(odds: Floats, local: LocaleReader, reader: Reader) -> dict[TopicId, float]:
    """The overviews of the areas, with how much all topics of the area together speak for it."""
    sums: dict[TopicId, float] = defaultdict(float)
    for label, p in zip(local.topics.labels, odds, strict=True):
        area = reader.areas.get(TopicId(label))
        if area and area in reader.overviews:
            sums[reader.overviews[area]] += float(p)
    whole = sum(sums.values()) or 1.0
    return {overview: share / whole for overview, share in sums.items()}


def _topics(
    question: Question,
    content: tuple[str, ...],
    margins: Floats,
    reader: Reader,
    local: LocaleReader,
    context: Context,
    figures: tuple[str, ...],
    ours: float,
    own: Mapping[str, float],
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
    ours_alone = local.topics.odds(margins)
    topical = np.asarray([label != NO_TOPIC for label in local.topics.labels])
    clear = _one_topic(float(margins[topical].max()))
    odds = ours_alone * clear * min(1.0, ours / max(1e-6, float(ours_alone[topical].sum())))
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
    if context.topic and context.topic in reader.areas and not question.topics:
        follows = len(content) <= 2 or question.words[0] in ("und", "and", "aber", "but")
        found = {topic: (share * (ELSEWHERE if follows else 1.0), why) for topic, (share, why) in found.items()}
        add(context.topic, CARRIED if follows else DRIFTED, Evidence("context", context.topic, CARRIED))
    if not question.topics:
        for label, likeness in own.items():
            if likeness >= THE_SAME:
                add(TopicId(label.partition(".")[0]), PHRASE, Evidence("own_answer", label, likeness))
    left = ours * max(0.0, 1 - sum(share for share, _ in found.values()))
    for overview, p in _areas(ours_alone, local, reader).items():
        add(overview, AREA * left * p, Evidence("words", " ".join(content), p))
    for topic, mention in named.items():
        add(topic, NAMED * mention.strength, Evidence("name", mention.words, mention.strength))
    matched: dict[TopicId, float] = {}
    for figure in figures:
        topics = reader.figures.get(figure, ())
        for topic in topics:
            matched[topic] = 1 - (1 - matched.get(topic, 0.0)) * (1 - FIGURE / len(topics))
    for topic, strength in matched.items():
        add(topic, strength, Evidence("figure", " ".join(figures), strength))
    return found


# --- Candidates ----------------------------------------------------------------------------------------------


def _answers(
    question: Question, content: tuple[str, ...], evidence: Evidences, reader: Reader, context: Context
) -> Iterable[Candidate]:
    aspects = {
        AspectId(label.removeprefix(ASPECT)): p for label, p in evidence.routes.items() if label.startswith(ASPECT)
    }
    room = 1 - sum(evidence.intents.values())
    for topic, (share, why) in evidence.topics.items():
        if not content and not QUESTION_WORDS & set(question.masked):
            yield from _bare(question, topic, share, why, context, reader)
        for aspect, within in _within(topic, aspects, evidence, reader).items():
            if within >= 0.02:
                yield _answer(topic, aspect, share * within * room, why, evidence, within)
    likely = max((share for share, _ in evidence.topics.values()), default=0.0)
    for aspect, routed in aspects.items():
        yield Candidate(
            kind="aspect",
            label=aspect,
            score=ASPECT_ALONE * routed * evidence.ours * (1 - likely),
            aspect=aspect,
            evidence=(Evidence("words", " ".join(question.masked), routed),),
        )


def _within(
    topic: TopicId, aspects: Mapping[AspectId, float], evidence: Evidences, reader: Reader
) -> dict[AspectId, float]:
    """How probable each side of a topic is, once it is this topic: the ranker, the ways to ask, and what answers say.

    A side without text is a known gap; it counts only when the ranker is clear about it.
    """
    texts = reader.answers[topic]
    gaps = {
        aspect
        for aspect, p in aspects.items()
        if p >= GAP_FROM
        and aspect not in texts
        and reader.areas[topic] in reader.aspect_areas.get(aspect, ())
        and topic not in reader.overviews.values()
    }
    total = sum(aspects.get(aspect, 0.0) for aspect in (*texts, *gaps)) or 1.0
    weights: dict[AspectId, float] = {}
    for aspect in sorted((*texts, *gaps)):
        label = f"{topic}.{aspect}"
        routed = aspects.get(aspect, 0.0) / total
        if aspect in gaps:
            routed *= WITHOUT_TEXT
        alike = 1.0 if evidence.phrase == f"{ASPECT}{aspect}" else evidence.own.get(label, 0.0)
        asked = max(0.0, alike - ASKED_FROM)
        weights[aspect] = (routed + UNROUTED) * float(np.exp(ASKED * asked + SAID * evidence.said.get(label, 0.0)))
    whole = sum(weights.values()) or 1.0
    return {aspect: weight / whole for aspect, weight in weights.items()}


def _bare(
    question: Question, topic: TopicId, share: float, why: Evidence, context: Context, reader: Reader
) -> Iterable[Candidate]:
    """Only a name, only a person, or both: what was asked before, now for this topic or person; else the overview."""
    named = bool(question.topics or question.areas)
    guesses: list[tuple[AspectId, float, Evidence, tuple[Assumed, ...]]] = []
    if question.who:
        about_people = context.aspect if context.aspect in ABOUT_PEOPLE and not named else None
        who = Evidence("who", question.who[0].words, BARE)
        guesses.append((about_people or ELIGIBILITY, BARE, who, () if named else ("topic",)))
    elif named:
        carried = context.aspect if context.aspect in reader.answers[topic] else None
        if carried and carried != OVERVIEW:
            guesses.append((carried, BARE, Evidence("context", carried, BARE), ("aspect",)))
        guesses.append((OVERVIEW, BARE * (0.6 if carried else 1.0), why, ()))
    for aspect, probability, because, assumed in guesses:
        yield Candidate(
            kind="answer",
            label=f"{topic}.{aspect}",
            score=share * probability,
            topic=topic,
            aspect=aspect,
            evidence=(why,) if because is why else (why, because),
            assumed=assumed,
        )


def _answer(
    topic: TopicId, aspect: AspectId, score: float, why: Evidence, evidence: Evidences, within: float
) -> Candidate:
    label = f"{topic}.{aspect}"
    reasons = [why]
    if evidence.phrase == f"{ASPECT}{aspect}":
        reasons.append(Evidence("phrase", aspect, within))
    elif evidence.own.get(label, 0.0) > ALIKE_ENOUGH:
        reasons.append(Evidence("own_answer", label, evidence.own[label]))
    else:
        reasons.append(Evidence("words", aspect, within))
    return Candidate(
        kind="answer",
        label=label,
        score=score,
        topic=topic,
        aspect=aspect,
        evidence=tuple(reasons),
        assumed=("topic",) if why.kind == "context" else (),
    )


def _intents(question: Question, evidence: Evidences) -> Iterable[Candidate]:
    for intent, score in evidence.intents.items():
        if score >= 0.02:
            phrase = evidence.phrase == f"{INTENT}{intent}"
            yield Candidate(
                kind="intent",
                label=intent,
                score=score,
                intent=intent,
                evidence=(Evidence("phrase" if phrase else "words", " ".join(question.words[:12]), score),),
            )
