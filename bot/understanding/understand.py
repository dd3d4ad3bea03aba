"""Text to ranked guesses: ``understand(text, reader, context) -> Understanding``. Pure, no waiting, no chance.

A question is *about* a topic, *wants* an aspect, and may concern a kind of person. ``evidence`` gathers what speaks for each
half, ``weighing`` makes probabilities of it; here they become candidates that the dialogue can act on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from bot.model import (
    MAX_UTTERANCE,
    AspectId,
    Candidate,
    Context,
    Evidence,
    Locale,
    TopicId,
    Understanding,
)
from bot.understanding.entities import Mention, quoted_figures, years
from bot.understanding.evidence import Gathered, gather
from bot.understanding.ranking import Floats
from bot.understanding.reader import ASPECT, INTENT, LocaleReader, Question, Reader, question_of
from bot.understanding.split import split_questions
from bot.understanding.weighing import Reading, fixed, follows, probabilities, readings, side_alone

MOST_CANDIDATES = 6
LEAST = 0.02
"""Probability below which a reading is no candidate."""
CLEAR_PART = 35.0
"""Score from which on a piece of a message counts as a question of its own."""
OPEN_TOPIC = 0.5
"""An aspect stands alone when no topic has more than this share of it."""
ALIKE_ENOUGH = 0.45
"""Likeness with a way to ask that is worth naming as a reason."""


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
    figures = quoted_figures(text)
    candidates, known, elsewhere = rank(question, reader, local, context, figures)
    return Understanding(
        locale=locale,
        candidates=candidates,
        who=tuple(dict.fromkeys(m.id for m in question.who)),
        years=years(text),
        quoted=figures,
        text=text,
        known=known,
        elsewhere=elsewhere,
        mended=question.mended,
    )


def rank(
    question: Question, reader: Reader, local: LocaleReader, context: Context, figures: tuple[str, ...] = ()
) -> tuple[tuple[Candidate, ...], float, float]:
    """The candidates of one prepared question, best first.

    Besides, the share of its words that are known, and how probable (0 to 100) it is about nothing of ours.
    """
    if not question.words:
        return (), 0.0, 0.0
    before = context.topic if context.topic in reader.answers else None
    gathered = gather(question, reader, local, before)
    found, table = readings(gathered, reader)
    quoted = _quoted(figures, reader)
    scores = table @ local.weights + np.asarray(
        [fixed(reading, gathered, context, quoted) for reading in found], dtype=np.float32
    )
    odds = probabilities(scores)
    candidates = [
        _candidate(reading, float(p), gathered, context, quoted)
        for reading, p in zip(found, odds, strict=True)
        if p >= LEAST and (reading.topic or reading.intent)
    ]
    candidates.extend(_aspects_alone(found, odds, gathered, context))
    candidates.sort(key=lambda c: (-c.score, c.label))
    nothing = (
        float(p)
        for reading, p in zip(found, odds, strict=True)
        if reading.topic is None and (reading.intent is None or reader.intent_kinds[reading.intent] == "off_topic")
    )
    return tuple(candidates[:MOST_CANDIDATES]), gathered.known, _score(sum(nothing))


def _quoted(figures: tuple[str, ...], reader: Reader) -> dict[TopicId, float]:
    """Topics that have or had a quoted figure, each with its share of it."""
    shares: dict[TopicId, float] = {}
    for figure in figures:
        topics = reader.figures.get(figure, ())
        for topic in topics:
            shares[topic] = min(1.0, shares.get(topic, 0.0) + 1 / len(topics))
    return shares


# --- Candidates ----------------------------------------------------------------------------------------------


def _candidate(reading: Reading, p: float, g: Gathered, context: Context, quoted: Mapping[TopicId, float]) -> Candidate:
    score = _score(p)
    if reading.intent:
        kind = "phrase" if g.phrase == f"{INTENT}{reading.intent}" else "words"
        said = Evidence(kind, " ".join(g.question.words[:12]), score)  # type: ignore[arg-type]
        return Candidate("intent", reading.intent, score, intent=reading.intent, evidence=(said,))
    assert reading.topic
    assert reading.aspect
    carried = reading.topic == context.topic and not g.question.topics and follows(g)
    same_side = reading.aspect == context.aspect and side_alone(g, context) == reading.aspect
    return Candidate(
        kind="answer",
        label=reading.label,
        score=score,
        topic=reading.topic,
        aspect=reading.aspect,
        evidence=(
            _why_topic(reading.topic, carried, g, quoted),
            _why_aspect(reading, same_side, g),
        ),
        assumed=("topic",) if carried else ("aspect",) if same_side else (),
    )


def _score(p: float) -> float:
    return round(100 * min(0.999, p), 1)


def _why_topic(topic: TopicId, carried: bool, g: Gathered, quoted: Mapping[TopicId, float]) -> Evidence:
    mentions: Iterable[Mention[TopicId]] = (*g.question.topics, *g.question.areas)
    mention = next((m for m in mentions if m.id == topic), None)
    if mention is not None:
        kind = "typo" if 0.5 < mention.strength < 0.9 else "compound" if mention.rest else "name"
        return Evidence(kind, mention.words, mention.strength)  # type: ignore[arg-type]
    if carried:
        return Evidence("context", topic, 1.0)
    if topic in quoted:
        return Evidence("figure", str(topic), quoted[topic])
    return Evidence("words", " ".join(g.content), float(np.exp(g.topics.log(topic))))


def _why_aspect(reading: Reading, same_side: bool, g: Gathered) -> Evidence:
    aspect = str(reading.aspect)
    if same_side:
        return Evidence("context", aspect, 1.0)
    if g.phrase == f"{ASPECT}{aspect}":
        return Evidence("phrase", aspect, 1.0)
    likeness = max(g.asked.get(reading.label, 0.0), g.asked_in_full.get(reading.label, 0.0))
    if likeness > ALIKE_ENOUGH:
        return Evidence("own_answer", reading.label, likeness)
    if g.question.who and side_alone(g, Context()) == reading.aspect:
        return Evidence("who", g.question.who[0].words, 1.0)
    return Evidence("words", aspect, float(np.exp(g.aspect.log(aspect))))


def _aspects_alone(found: list[Reading], odds: Floats, g: Gathered, context: Context) -> Iterable[Candidate]:
    """An aspect that is clear while the topic is open: no name, and its probability spread over many topics."""
    if g.named or (context.topic and follows(g)):
        return
    shares: dict[AspectId, list[float]] = defaultdict(list)
    for reading, p in zip(found, odds, strict=True):
        if reading.aspect and reading.aspect in g.aspect.places:
            shares[reading.aspect].append(float(p))
    for aspect, each in shares.items():
        whole = sum(each)
        if whole >= LEAST and max(each) < OPEN_TOPIC * whole:
            words = Evidence("words", " ".join(g.question.masked), float(np.exp(g.aspect.log(aspect))))
            yield Candidate("aspect", aspect, _score(whole), aspect=aspect, evidence=(words,))
