"""The lexical ranker: a linear one-versus-rest classifier that is good with five to ten examples per label.

What it looks at: words and word pairs, stems and unordered stem pairs, letters in runs of two to five, the first and the
last word. Each family is weighted by rarity and brought to length one, so none drowns the others. A ``Lexicon`` turns a text
into such a vector once, and all rankers of one kind of text share it.

The learnt weights form one dense table per ranker, features x labels; a question gathers the rows of its own features, so
the time per question depends on its length and the number of labels, hardly on the number of examples. How the weights are
learnt stands in ``learning``.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, repeat
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.model import Locale
from bot.understanding.normalize import stems

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

Family = Literal["word", "stem", "char"]
FAMILY_WEIGHTS: Mapping[Family, float] = {"word": 0.8, "stem": 1.0, "char": 1.0}
CHAR_RUNS = (2, 3, 4, 5)
BIAS = np.float32(-0.8)
"""The margin of a text that shares nothing with a label's examples."""
SHARPNESS = np.float32(5.0)
"""How fast a smaller margin loses probability; fitted on held-out sentences, which lie between 4 and 6 for every ranker."""
MAX_PAIR_STEMS = 14
"""Unordered pairs grow with the square of the length; of longer texts only the first stems are paired."""


Features = Mapping[Family, Counter[str]]


class Vector(NamedTuple):
    """A text as the rankers see it: places of its features in the lexicon, ascending, and how much each counts."""

    places: Ints
    values: Floats


def features(words: tuple[str, ...], locale: Locale) -> Features:
    """What a ranker sees of a text, by family, with counts. The keys of different families differ."""
    runs = Counter([run for token in words for run in letter_runs(token)])
    return {"word": words_in(words), "stem": stems_in(words, locale), "char": runs}


def words_in(words: tuple[str, ...]) -> Counter[str]:
    """Words and word pairs."""
    found = Counter([f"w:{a}" for a in words])
    found.update([f"w:{a} {b}" for a, b in pairwise(words)])
    return found


def stems_in(words: tuple[str, ...], locale: Locale) -> Counter[str]:
    """Stems, the first and the last of them, and unordered pairs."""
    roots = stems(words, locale)
    found = Counter([f"s:{root}" for root in roots])
    if roots:
        found[f"s:^{roots[0]}"] += 1
        found[f"s:{roots[-1]}$"] += 1
    distinct = sorted(set(roots[:MAX_PAIR_STEMS]))
    found.update([f"s:{a}+{b}" for i, a in enumerate(distinct) for b in distinct[i + 1 :]])
    return found


@lru_cache(maxsize=65536)
def letter_runs(token: str) -> tuple[str, ...]:
    """The runs of letters of a word, its ends marked; a short word is one run."""
    padded = f" {token} "
    runs: list[str] = []
    for run in CHAR_RUNS:
        if run >= len(padded) and run > 2:
            runs.append(f"c:{padded}")
            break
        runs.extend(f"c:{padded[i : i + run]}" for i in range(len(padded) - run + 1))
    return tuple(runs)


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The place of every feature; one index serves several lexicons."""

    places: Mapping[str, int]

    def of(self, features: Collection[str]) -> Ints:
        """The places of these features in their order; -1: not known."""
        return np.fromiter(map(self.places.get, features, repeat(-1)), dtype=np.int32, count=len(features))


@lru_cache(maxsize=4096)
def _places_of_runs(index: Index, token: str) -> Ints:
    """The places of the runs of letters of a word: most of its features, and the same in every question."""
    return index.of(letter_runs(token))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The features of many texts, each with its place and its rarity."""

    locale: Locale
    index: Index
    rarity: NDArray[np.float64]
    """0 for what stands in none of these texts."""

    def vector(self, words: tuple[str, ...]) -> Vector:
        """The features of a text that the lexicon knows."""
        return weighed(self.counted(words), self.rarity)

    def counted(self, words: tuple[str, ...]) -> "tuple[Counted, ...]":
        """The features of a text, not yet weighed: the same for every lexicon with this index."""
        if not words:
            return ()
        found: list[Counted] = []
        in_words: tuple[tuple[Family, Counter[str]], ...] = (
            ("word", words_in(words)),
            ("stem", stems_in(words, self.locale)),
        )
        for family, each in in_words:
            found.append((family, self.index.of(each), np.fromiter(each.values(), dtype=np.int32, count=len(each))))
        runs, counts = np.unique(np.concatenate([_places_of_runs(self.index, w) for w in words]), return_counts=True)
        return (*found, ("char", runs, counts))

    def widened(self) -> "Lexicon":
        """The same for an index to which the features of other texts were added."""
        return replace(self, rarity=np.pad(self.rarity, (0, len(self.index.places) - len(self.rarity))))


Counted = tuple[Family, Ints, NDArray[np.integer[Any]]]
"""A family of features, their places (-1: not known), and how often each stands in the text."""


def weighed(found: Iterable[Counted], rarity: NDArray[np.float64]) -> Vector:
    """Features as a vector: rare ones count more, repeated ones a little more, and every family as much as its weight."""
    places: list[Ints] = []
    values: list[NDArray[np.float64]] = []
    for family, here, counts in found:
        weights = rarity[here]
        known = (here >= 0) & (weights > 0)
        if known.any():
            places.append(here[known])
            weights = weights[known] * (1 + np.log(counts[known]))
            values.append(weights * (FAMILY_WEIGHTS[family] / float(weights @ weights) ** 0.5))
    if not places:
        return Vector(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))
    together = np.concatenate(places)
    ascending = np.argsort(together)  # so that every look-up begins where the one before ended
    return Vector(together[ascending], np.concatenate(values)[ascending].astype(np.float32))


@dataclass(frozen=True, slots=True)
class Ranker:
    """A trained ranker: immutable, cheap to ask. ``labels`` are in the order of the weight table's columns.

    ``places`` are the features it has learnt something about, in ascending order; a ranker of few examples knows few.
    Weights are kept in one byte each, in steps of ``step`` per label: 127 steps to a label's largest weight move no
    ranking, and the tables are most of what a reader weighs.
    """

    labels: tuple[str, ...]
    places: Ints
    weights: NDArray[np.int8]
    step: Floats

    @classmethod
    def of(cls, labels: tuple[str, ...], places: Ints, weights: Floats) -> "Ranker":
        """The ranker with these weights (features × labels)."""
        step = np.maximum(np.abs(weights).max(axis=0, initial=0.0), np.float32(1e-6)) / np.float32(127)
        return cls(labels, places, np.rint(weights / step).astype(np.int8), np.asarray(step, dtype=np.float32))

    @classmethod
    def without(cls, labels: tuple[str, ...]) -> "Ranker":
        """A ranker that has learnt nothing about these labels."""
        return cls.of(labels, np.zeros(0, dtype=np.int32), np.zeros((0, len(labels)), dtype=np.float32))

    def margins(self, vector: Vector) -> Floats:
        """The margin of every label for a text, in the order of ``labels``; around 1 is sure, -1 is surely not."""
        if not len(self.places):
            return np.full(len(self.labels), BIAS, dtype=np.float32)
        rows = np.searchsorted(self.places, vector.places)
        known = self.places.take(rows, mode="clip") == vector.places
        gathered = self.weights.take(rows[known], axis=0).astype(np.float32)
        return np.asarray(vector.values[known] @ gathered * self.step + BIAS, dtype=np.float32)


def log_odds(margins: Floats, sizes: Ints | None = None) -> Floats:
    """Margins as logarithms of probabilities that sum to one, all together or in groups of these sizes, none empty."""
    scaled = SHARPNESS * margins
    if sizes is None:
        scaled -= scaled.max()
        return np.asarray(scaled - np.log(np.exp(scaled).sum()), dtype=np.float32)
    if not len(sizes):
        return scaled
    firsts = np.cumsum(sizes) - sizes
    scaled -= np.repeat(np.maximum.reduceat(scaled, firsts), sizes)
    return np.asarray(scaled - np.repeat(np.log(np.add.reduceat(np.exp(scaled), firsts)), sizes), dtype=np.float32)
