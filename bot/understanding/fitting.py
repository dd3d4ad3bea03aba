"""Learns how much each kind of evidence counts, on sentences of the content that the rankers had not seen.

The held-out sentences are read by a reader trained on the others, exactly as a question is read at run time; the weights are
those that make the right readings most probable (a multinomial logistic regression that begins at the typical weights, and
stays there where there are few sentences). Three kinds of sentences say what is
right: ways to ask for single answers, ways to ask for an aspect with a topic's name put in, and examples of intents. Every
other off-topic sentence is read as if its intent did not exist: so *nothing of ours* is learnt from things the content has never
heard of. Test sentences of the content are never used.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.model import AspectId, IntentId, TopicId
from bot.understanding.entities import TOPIC_MARK
from bot.understanding.evidence import gather
from bot.understanding.material import Examples, Material, Words, spread
from bot.understanding.ranking import Floats
from bot.understanding.reader import INTENT, LocaleReader, Question, Reader, prepare
from bot.understanding.weighing import TYPICAL, Reading, readings

HELD_OUT = 4
"""One sentence in so many is held out."""
MOST_OF_A_KIND = 1_000
"""Held-out sentences of each of the three kinds that are read; each takes two milliseconds."""
PRIOR = 0.3
"""How strongly weights are held near the typical ones; with thousands of sentences any value from 0.1 to 3 does as well."""
MOST_STEPS = 150

Case = tuple[Question, Reading, IntentId | None]
"""A question, how it must be read, and an intent that must be taken as unknown."""


def held_out(material: Material) -> frozenset[Words]:
    """The masked sentences that are held out: the same ones for the same content."""
    sentences = (
        *(ask.question.masked for ask in material.asks),
        *(words for words, _ in material.intents),
        *(words for words, _ in material.aspects),
    )
    return frozenset(words for words in sentences if _number(words) % HELD_OUT == 0)


def fit(material: Material, held: frozenset[Words], reader: Reader, local: LocaleReader) -> Floats:
    """The weights of ``weighing.KINDS``. ``reader`` and ``local`` must not have seen the ``held`` sentences."""
    tables: list[Floats] = []
    right: list[int] = []
    for question, wanted, unknown in _cases(material, held, reader):
        if not question.words:
            continue
        gathered = gather(question, reader, local, seen=1)
        found, table = readings(gathered, reader)
        kept = [row for row, reading in enumerate(found) if unknown is None or reading.intent != unknown]
        found = [found[row] for row in kept]
        if wanted in found:
            right.append(sum(len(table) for table in tables) + found.index(wanted))
            tables.append(table[kept])
    if not tables:
        return TYPICAL
    return _most_probable(tables, np.asarray(right))


def _most_probable(tables: Sequence[Floats], right: NDArray[np.int64]) -> Floats:
    """The weights with which the right row of every table is most probable."""
    evidence = np.concatenate(tables).astype(np.float64)
    sizes = np.asarray([len(table) for table in tables])
    starts = np.cumsum(sizes) - sizes
    of = np.repeat(np.arange(len(sizes)), sizes)

    def surprise(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = evidence @ weights
        highest = np.maximum.reduceat(scores, starts)
        odds = np.exp(scores - highest[of])
        sums = np.add.reduceat(odds, starts)
        gradient = evidence.T @ (odds / sums[of]) - evidence[right].sum(axis=0)
        loss = float(np.sum(highest + np.log(sums) - scores[right]))
        away = weights - TYPICAL
        return loss + PRIOR * float(away @ away), gradient + 2 * PRIOR * away

    found = minimize(surprise, TYPICAL.astype(np.float64), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS})
    return np.asarray(found.x, dtype=np.float32)


# --- What is read --------------------------------------------------------------------------------------------


def _cases(material: Material, held: frozenset[Words], reader: Reader) -> Iterator[Case]:
    asks = [ask for ask in material.asks if ask.question.masked in held]
    for ask in spread(asks, MOST_OF_A_KIND):
        yield ask.question, Reading(TopicId(ask.topic), AspectId(ask.aspect)), None
    for number, (words, label) in enumerate(spread([i for i in material.intents if i[0] in held], MOST_OF_A_KIND)):
        intent = IntentId(label.removeprefix(INTENT))
        unheard = reader.intent_kinds[intent] == "off_topic" and number % 2 == 0
        yield (
            _prepared(words, material, reader),
            Reading() if unheard else Reading(intent=intent),
            (intent if unheard else None),
        )
    yield from _composed([g for g in material.generic if g[0] in held and TOPIC_MARK in g[0]], material, reader)


def _composed(generic: Examples, material: Material, reader: Reader) -> Iterator[Case]:
    """Ways to ask for an aspect, each with the name of a topic that has a text for it."""
    names: dict[str, list[Words]] = defaultdict(list)
    for words, topic in material.titles:
        names[topic].append(words)
    for words, label in spread(generic, MOST_OF_A_KIND):
        aspect = AspectId(label)
        topics = sorted(topic for topic, aspects in reader.answers.items() if aspect in aspects and names[topic])
        if topics:
            number = _number(words)
            topic = topics[number % len(topics)]
            name = names[topic][number // len(topics) % len(names[topic])]
            spoken = tuple(w for word in words for w in (name if word == TOPIC_MARK else (word,)))
            yield _prepared(spoken, material, reader), Reading(topic, aspect), None


def _prepared(words: Words, material: Material, reader: Reader) -> Question:
    overviews = frozenset(reader.overviews.values())
    return prepare(words, material.names, material.vocabulary, overviews, material.locale)


def _number(words: Words) -> int:
    """A number of a sentence's own that is the same everywhere, unlike ``hash``."""
    return zlib.crc32(" ".join(words).encode())
