"""Text to ranked guesses: ``understand(text, reader, context) -> Understanding``. Pure, no waiting, no chance.

A question is *about* a topic, *wants* an aspect, and may concern a kind of person. ``evidence`` gathers what speaks for each
half, ``weighing`` makes probabilities of it; here they become candidates that the dialogue can act on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.model import (
    MAX_UTTERANCE,
    AspectId,
    Candidate,
    Context,
    Evidence,
    EvidenceKind,
    Locale,
    TopicId,
    Understanding,
)
from bot.understanding.entities import Mention, quoted_figures, years
from bot.understanding.evidence import Gathered, gather
from bot.understanding.follow_ups import fixed, side_alone
from bot.understanding.language_wish import without_language_wish
from bot.understanding.programmes import CLEAR_PART, NAMED, is_left_open, likelier
from bot.understanding.ranking import Floats
from bot.understanding.reader import ASPECT, INTENT, LocaleReader, Question, Reader, question_of
from bot.understanding.split import sentences, split_questions, without_courtesy
from bot.understanding.weighing import Reading, follows, probabilities, readings, scores

MOST_CANDIDATES = 6
LEAST = 0.005
"""Probability below which a reading is no candidate. Small, as the dialogue may know that the likeliest is none: a person who is
wished for in order to be declined, words that only follow an answer where there was none."""
MOST_SIDES = 4
"""About so many sides of a topic are answered by one text."""
NAMING: frozenset[EvidenceKind] = NAMED | {"context"}
"""Evidence that somebody named the topic, now or before."""
MOSTLY = 0.5
"""Share of the sentences with a name, from which on it mostly means its topic."""
CLEAR_SENTENCE = 45.0
"""Score from which on one sentence of a story speaks for all of it."""
SURELY_ONLY = 85.0
"""Score from which on courtesy in front of words that say little by themselves is all that was said."""
OPEN_TOPIC = 0.5
"""An aspect stands alone when no topic has more than this share of it."""
NOTHING_OF_OURS = 50.0
"""From this score on what stands beside a wish for a language is no question: *in German please. My wife reads along*."""
ALIKE_ENOUGH = 0.45
"""Likeness with a way to ask that is worth naming as a reason."""


def understand(text: str, reader: Reader, context: Context) -> Understanding:
    """Everything Lotse can make of a message, best guess first; no candidates when nothing known was recognised."""
    asked, wished = without_language_wish(text, reader)
    if wished is not None:
        read = _in_context(asked, reader, context)
        if read.candidates and read.elsewhere < NOTHING_OF_OURS:
            return replace(read, wished=wished)
    return _in_context(text, reader, context)


def _in_context(text: str, reader: Reader, context: Context) -> Understanding:
    """What a message says, about what was spoken of or about the programme beside it."""
    read = _of_message(text, reader, context)
    if context.beside is None or not is_left_open(read):
        return read
    beside = replace(context, topic=context.beside, aspect=None, beside=None)
    return likelier(read, _of_message(text, reader, beside), context)


def _of_message(text: str, reader: Reader, context: Context) -> Understanding:
    """What the whole message says, or each of several questions in it."""
    text = text[:MAX_UTTERANCE]
    locale = reader.language.detect(text, context.locale)
    asked = without_courtesy(text)
    whole = replace(_one(asked, locale, reader, context), text=text)
    if asked != text and (not whole.candidates or whole.candidates[0].intent):
        return _one(text, locale, reader, context)  # nothing is asked: all of it is courtesy
    if asked != text and whole.candidates[0].score < CLEAR_PART:
        with_courtesy = _one(text, locale, reader, context)  # *thank you so much | for your help*
        if _says_only(with_courtesy):
            return with_courtesy
    pieces = split_questions(asked)
    if len(pieces) < 2:
        return _one_sentence(asked, whole, reader, context)
    parts: list[Understanding] = []
    best = whole.candidates[0] if whole.candidates else None
    if best and best.topic and best.evidence[0].kind in NAMING:  # named once, it is meant by every part
        context = replace(context, topic=best.topic, aspect=None)
    for piece in pieces:
        part = _one(piece, locale, reader, context)
        parts.append(part)
        if part.candidates and part.candidates[0].topic:
            context = replace(context, topic=part.candidates[0].topic, aspect=part.candidates[0].aspect)
    clear = [part for part in parts if part.candidates and part.candidates[0].score >= CLEAR_PART]
    if len({part.candidates[0].label for part in clear}) > 1:
        return replace(clear[0], text=text, parts=tuple(parts))
    if clear and (not whole.candidates or clear[0].candidates[0].score > whole.candidates[0].score):
        return replace(clear[0], text=text, who=whole.who)
    return whole


def _says_only(read: Understanding) -> bool:
    """Whether all of a message is courtesy, a command or a wish, and surely so."""
    best = read.candidates[0] if read.candidates else None
    return best is not None and best.intent is not None and best.score >= SURELY_ONLY


def _one_sentence(text: str, whole: Understanding, reader: Reader, context: Context) -> Understanding:
    """The reading of the one sentence that is clear by itself, when a story and its question are not clear together."""
    if whole.elsewhere >= CLEAR_PART or (whole.candidates and whole.candidates[0].score >= CLEAR_PART):
        return whole
    told = sentences(text)
    read = [_one(sentence, whole.locale, reader, context) for sentence in told] if len(told) > 1 else []
    clear = [one for one in read if one.candidates and one.candidates[0].score >= CLEAR_SENTENCE]
    best = max(clear, key=lambda one: one.candidates[0].score, default=None)
    return replace(best, text=whole.text, who=whole.who, years=whole.years) if best else whole


@dataclass(frozen=True, slots=True)
class Weighed:
    """Every reading of one question with its evidence (readings × ``KINDS``) and what is fixed besides."""

    gathered: Gathered
    quoted: Mapping[TopicId, float]
    """Topics that have or had a quoted figure, each with its share of it."""
    readings: Sequence[Reading]
    evidence: Floats
    fixed: Floats

    @property
    def odds(self) -> list[tuple[Reading, float]]:
        """Each reading with its probability."""
        probable = probabilities(scores(self.evidence) + self.fixed)
        return [(reading, float(p)) for reading, p in zip(self.readings, probable, strict=True)]


def weigh(text: str, locale: Locale, reader: Reader, context: Context) -> Weighed:
    """The readings of one question in a language, before anything is decided."""
    local = reader.locales[locale]
    question = question_of(text, local, frozenset(reader.overviews.values()))
    return _weighed(question, quoted_figures(text), reader, local, context)


def _weighed(
    question: Question, figures: tuple[str, ...], reader: Reader, local: LocaleReader, context: Context
) -> Weighed:
    gathered = gather(question, reader, local, context.topic if context.topic in reader.answers.topics else None)
    found, evidence = readings(gathered, reader, local)
    quoted = _quoted(figures, reader)
    besides = fixed(found, gathered, context, quoted, reader.everybodys)
    return Weighed(gathered, quoted, found, evidence, np.asarray(besides, dtype=np.float32))


def _one(text: str, locale: Locale, reader: Reader, context: Context) -> Understanding:
    local = reader.locales[locale]
    question = question_of(text, local, frozenset(reader.overviews.values()))
    figures = quoted_figures(text)
    whole = Understanding(
        locale=locale,
        who=tuple(dict.fromkeys(m.id for m in question.who)),
        years=years(text),
        quoted=figures,
        text=text,
        mended=question.mended,
    )
    if not question.topics and not any(word.isalpha() for word in question.words):
        return replace(whole, known=0.0)  # a number nobody offered says nothing
    weighed = _weighed(question, figures, reader, local, context)
    odds = weighed.odds
    candidates = [_candidate(place, p, weighed, context) for place, p in _replies(odds, reader) if p >= LEAST]
    candidates.extend(_aspects_alone(odds, weighed.gathered, context))
    candidates.sort(key=lambda c: (-c.score, c.label))
    return replace(
        whole,
        candidates=tuple(candidates[:MOST_CANDIDATES]),
        known=weighed.gathered.known,
        elsewhere=_elsewhere(odds, reader),
        about=_about(odds),
        named=_named(weighed.gathered.named),
    )


Odds = Sequence[tuple[Reading, float]]


def _replies(odds: Odds, reader: Reader) -> Iterator[tuple[int, float]]:
    """For every possible reply its likeliest reading, and the probability all its readings have together.

    Two sides of a topic that one text answers are two readings, but no two guesses at what to reply.
    """
    likeliest: dict[str, int] = {}
    shares: dict[str, float] = defaultdict(float)
    for place, (reading, p) in enumerate(odds):
        if p < LEAST / MOST_SIDES or not (reading.topic or reading.intent):
            continue
        reply = reading.label
        if reading.topic and reading.aspect:
            reply = f"{reading.topic}.{reader.answers.given(reading.topic, reading.aspect)}"
        shares[reply] += p
        if reply not in likeliest or p > odds[likeliest[reply]][1]:
            likeliest[reply] = place
    return ((place, shares[reply]) for reply, place in likeliest.items())


def _elsewhere(odds: Odds, reader: Reader) -> float:
    """How probable it is that the message is about nothing of ours."""
    return _score(
        sum(
            p
            for reading, p in odds
            if reading.topic is None and (reading.intent is None or reader.intent_kinds[reading.intent] == "off_topic")
        )
    )


def _about(odds: Odds) -> tuple[TopicId, float] | None:
    """The topic that all its sides together make most probable."""
    shares: dict[TopicId, float] = defaultdict(float)
    for reading, p in odds:
        if reading.topic:
            shares[reading.topic] += p
    topic = max(shares, key=lambda topic: (shares[topic], topic), default=None)
    return (topic, _score(shares[topic])) if topic else None


def _named(names: Mapping[TopicId, float]) -> TopicId | None:
    """The topic that is surest called by its name; None where none of the names mostly means its topic."""
    surest = max(names, key=lambda topic: (names[topic], topic), default=None)
    return surest if surest is not None and names[surest] >= MOSTLY else None


def _quoted(figures: tuple[str, ...], reader: Reader) -> dict[TopicId, float]:
    """Topics that have or had a quoted figure, each with its share of it."""
    shares: dict[TopicId, float] = {}
    for figure in figures:
        topics = reader.figures.get(figure, ())
        for topic in topics:
            shares[topic] = min(1.0, shares.get(topic, 0.0) + 1 / len(topics))
    return shares


# --- Candidates ----------------------------------------------------------------------------------------------


def _candidate(place: int, p: float, weighed: Weighed, context: Context) -> Candidate:
    reading, score, g = weighed.readings[place], _score(p), weighed.gathered
    if reading.intent:
        kind: EvidenceKind = "phrase" if g.phrase == f"{INTENT}{reading.intent}" else "words"
        said = Evidence(kind, " ".join(g.question.words[:12]), p)
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
            _why_topic(reading.topic, carried, g, weighed.quoted),
            _why_aspect(reading, same_side, g, g.close.likeness(place)),
        ),
        assumed=("topic",) if carried else ("aspect",) if same_side else (),
    )


def _score(p: float) -> float:
    return round(100 * min(0.999, p), 1)


def _why_topic(topic: TopicId, carried: bool, g: Gathered, quoted: Mapping[TopicId, float]) -> Evidence:
    mentions: Iterable[Mention[TopicId]] = (*g.question.topics, *g.question.areas)
    mention = next((m for m in mentions if m.id == topic), None)
    if mention is not None:
        kind: EvidenceKind = "typo" if 0.5 < mention.strength < 0.9 else "compound" if mention.rest else "name"
        return Evidence(kind, mention.words, mention.strength)
    if carried:
        return Evidence("context", topic, 1.0)
    if topic in quoted:
        return Evidence("figure", str(topic), quoted[topic])
    return Evidence("words", " ".join(g.content), float(np.exp(g.topics.log(topic))))


def _why_aspect(reading: Reading, same_side: bool, g: Gathered, likeness: float) -> Evidence:
    aspect = str(reading.aspect)
    if same_side:
        return Evidence("context", aspect, 1.0)
    if g.phrase == f"{ASPECT}{aspect}":
        return Evidence("phrase", aspect, 1.0)
    if likeness > ALIKE_ENOUGH:
        return Evidence("own_answer", reading.label, likeness)
    if g.question.who and side_alone(g, Context()) == reading.aspect:
        return Evidence("who", g.question.who[0].words, 1.0)
    return Evidence("words", aspect, float(np.exp(g.aspect.log(aspect))))


def _aspects_alone(odds: Odds, g: Gathered, context: Context) -> Iterable[Candidate]:
    """An aspect that is clear while the topic is open: no name, and its probability spread over many topics, or nothing said
    but what can be said of any topic."""
    if g.named or (context.topic and follows(g)):
        return
    shares: dict[AspectId, list[float]] = defaultdict(list)
    for reading, p in odds:
        if reading.aspect and reading.aspect in g.aspect.places:
            shares[reading.aspect].append(p)
    for aspect, each in shares.items():
        whole = sum(each)
        of_any_topic = g.phrase == f"{ASPECT}{aspect}" and g.exact is None
        if whole >= LEAST and (of_any_topic or max(each) < OPEN_TOPIC * whole):
            words = Evidence("words", " ".join(g.question.masked), float(np.exp(g.aspect.log(aspect))))
            yield Candidate("aspect", aspect, _score(whole), aspect=aspect, evidence=(words,))
