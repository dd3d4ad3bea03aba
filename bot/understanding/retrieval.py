"""Finding by shared words: which of many short texts is most like a question, and how much of it a topic explains.

The content grows by topics, so whatever is kept per topic lives in inverted indexes, not in the ranker's dense table: a
question touches only the lists of its own words, and words that stand nearly everywhere are left out.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import inf, log
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from bot.model import Locale
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.normalize import STOPWORDS, stem

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_RUN = 4
_RUN_WEIGHT = 0.35
_PART_WEIGHT = 0.7
_STOP_WEIGHT = 0.25
LITTLE = 0.1
"""Likeness of texts that share a small word or a few letters; less is not told apart from it."""
_COMMON = 0.2
"""A term in more than this share of the texts is left out once there are many texts."""
_MANY = 2_000
_SPARSE = 32
"""With this many times more texts than places in their lists it is quicker to look at those in the lists only."""
LONGEST_LIST = 4_000
"""Texts a term may stand in to be searched by among all texts; more common ones only tell the texts of few topics apart."""
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_SHORTEST_HALF = 4


@dataclass(frozen=True, slots=True, eq=False)
class Splitter:
    """Cuts a German compound into two words the content knows; simple words give nothing. It is equal to itself alone."""

    known: Vocabulary

    def __call__(self, word: str) -> tuple[str, ...]:
        """The two halves, the most balanced cut; () when there is none."""
        best: tuple[int, tuple[str, ...]] | None = None
        for cut in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1):
            tail = word[cut:]
            if tail not in self.known:
                continue
            for link in _LINKS:
                if not word[:cut].endswith(link):
                    continue
                head = word[: cut - len(link)]
                if len(head) >= _SHORTEST_HALF and head in self.known:
                    balance = min(len(head), len(tail))
                    if best is None or balance > best[0]:
                        best = (balance, (head, tail))
                    break
        return best[1] if best else ()


def terms(words: Sequence[str], locale: Locale, parts: Splitter) -> dict[str, float]:
    """What a text is compared by: stems, the stems of compound halves, and runs of four letters, with weights."""
    out: dict[str, float] = defaultdict(float)
    stop = STOPWORDS[locale]
    for word in words:
        weight = _STOP_WEIGHT if word in stop else 1.0
        out[stem(word, locale)] += weight
        if word in stop or not word.isalpha():
            continue
        for term, weight in _inside(word, locale, parts):
            out[term] += weight
    return dict(out)


@lru_cache(maxsize=32768)
def _inside(word: str, locale: Locale, parts: Splitter) -> tuple[tuple[str, float], ...]:
    """The terms of a word besides its stem."""
    padded = f" {word} "
    return (
        *((stem(part, locale), _PART_WEIGHT) for part in parts(word)),
        *((f"~{padded[place : place + _RUN]}", _RUN_WEIGHT) for place in range(len(padded) - _RUN + 1)),
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of many texts: which are worth a look, and how rare each of them is."""

    index: Mapping[str, int]
    rarity: Floats
    unheard: float
    """The rarity a term counts with that stands in none of the texts: that of the rarest."""

    def looked_up(self, query: Mapping[str, float]) -> tuple[Ints, Floats]:
        """Numbers of the terms of a query that are known, ascending, and how much each counts; all make its length one."""
        known: list[tuple[int, float]] = []
        strange = 0.0
        for term, weight in query.items():
            number = self.index.get(term)
            if number is not None:
                known.append((number, weight))
            elif not term.startswith("~"):
                strange += weight * weight
        known.sort()  # so that every look-up begins where the one before ended
        numbers = np.asarray([number for number, _ in known], dtype=np.int32)
        strengths = np.asarray([weight for _, weight in known]) * self.rarity[numbers]
        length = float(strengths @ strengths + strange * self.unheard**2) ** 0.5
        return numbers, np.asarray(strengths / (length or 1.0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts taken apart: for every term in every text the number of each and the share it has in the text."""

    terms: Terms
    text: Ints
    term: Ints
    share: Floats


def _taken_apart(texts: Iterable[Mapping[str, float]], longest_list: float = inf) -> _Texts:
    index: dict[str, int] = {}
    sizes, terms, weights = array("i"), array("i"), array("d")
    for row in texts:
        sizes.append(len(row))
        terms.extend([index.setdefault(term, len(index)) for term in row])
        weights.extend(row.values())
    term = np.asarray(terms, dtype=np.int32)
    text = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    frequency = np.bincount(term, minlength=len(index))
    kept = frequency <= min(longest_list, len(sizes) * _COMMON if len(sizes) > _MANY else len(sizes))
    rarity = np.asarray(np.log((1 + len(sizes)) / (1 + frequency)) + 0.3, dtype=np.float32)
    here = kept[term]
    text, term, share = text[here], term[here], np.asarray(weights)[here] * rarity[term[here]]
    length = np.bincount(text, weights=share * share, minlength=len(sizes)) ** 0.5
    renumbered = np.cumsum(kept, dtype=np.int32) - 1
    known = Terms(
        {word: int(renumbered[number]) for word, number in index.items() if kept[number]},
        rarity[kept],
        float(rarity[kept].max(initial=0.0)) or 1.0,
    )
    return _Texts(known, text, renumbered[term], np.asarray(share / length[text], dtype=np.float32))


def _places(starts: Ints, sizes: Ints) -> Ints:
    """Where the members of several lists stand that lie in one array, list by list."""
    ends = np.cumsum(sizes)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes))


@dataclass(frozen=True, slots=True)
class Similar:
    """Short texts by their terms; ``nearest`` gives the cosine with every text that shares a rare enough term.

    The lists of all terms stand one behind the other in one array each, which load faster than thousands of arrays and are
    gathered in a few steps.
    """

    keys: tuple[str, ...]
    firsts: Ints
    """The number of the first text of each key; texts of one key stand together."""
    terms: Terms
    starts: Ints
    """Where the list of each term begins in ``numbers`` and ``values``, and where the last one ends."""
    numbers: Ints
    values: Floats

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Mapping[str, float]]]) -> "Similar":
        """The index of (key, terms) pairs; texts of one key stand together. Raises ValueError when they do not."""
        first: dict[str, int] = {}

        def rows() -> Iterator[Mapping[str, float]]:
            before = 0
            for key, group in groupby(texts, itemgetter(0)):
                if key in first:
                    raise ValueError(f"the texts of {key} do not stand together")
                first[key] = before
                for _, row in group:
                    before += 1
                    yield row

        apart = _taken_apart(rows(), LONGEST_LIST)
        by_term = np.argsort(apart.term, kind="stable")
        sizes = np.bincount(apart.term, minlength=len(apart.terms.index))
        return cls(
            keys=tuple(first),
            firsts=np.fromiter(first.values(), dtype=np.int32, count=len(first)),
            terms=apart.terms,
            starts=np.concatenate(([0], np.cumsum(sizes))),
            numbers=apart.text[by_term],
            values=apart.share[by_term],
        )

    def nearest(self, query: Mapping[str, float]) -> dict[str, float]:
        """Per key the highest cosine with the query; keys that have hardly anything in common with it are left out."""
        best = self._cosines(query)
        near = np.flatnonzero(best > LITTLE)
        return {self.keys[number]: cosine for number, cosine in zip(near.tolist(), best[near].tolist(), strict=True)}

    def most_alike(self, query: Mapping[str, float], most: int) -> tuple[str, ...]:
        """At most so many keys that have something in common with the query, the nearest first."""
        best = self._cosines(query)
        near = np.flatnonzero(best > LITTLE)
        return tuple(self.keys[number] for number in near[np.argsort(-best[near], kind="stable")[:most]].tolist())

    def _cosines(self, query: Mapping[str, float]) -> Floats:
        """Per key, in their order, the highest cosine with the query."""
        terms, strengths = self.terms.looked_up(query)
        if not len(terms):
            return np.zeros(0, dtype=np.float32)
        starts = self.starts[terms]
        sizes = self.starts[terms + 1] - starts
        here = _places(starts, sizes)
        shares = self.values[here] * np.repeat(strengths, sizes)
        if len(here) * _SPARSE > self.firsts[-1]:
            products = np.bincount(self.numbers[here], weights=shares, minlength=self.firsts[-1] + 1)
            return np.asarray(np.maximum.reduceat(products, self.firsts), dtype=np.float32)
        texts, place = np.unique(self.numbers[here], return_inverse=True)
        best = np.zeros(len(self.keys), dtype=np.float32)
        products = np.bincount(place, weights=shares)
        np.maximum.at(best, np.searchsorted(self.firsts, texts, side="right") - 1, products.astype(np.float32))
        return best


@dataclass(frozen=True, slots=True)
class Within:
    """Texts about the answers of many topics, for comparing a question with those of a few topics only.

    There are several layers of texts (how an answer is asked for, what it says), each with terms of its own. Every topic has
    its own lists in every layer, and all are found in one search, so a question costs what the topics cost that are looked
    at closely, however many others there are.
    """

    layers: tuple[Terms, ...]
    pairs: NDArray[np.int64]
    """(layer x topics + topic) x widest layer + term, for every term a topic has in a layer; ascending."""
    starts: Ints
    """Where the list of each pair begins in ``texts`` and ``values``, and where the last one ends."""
    texts: Ints
    values: Floats
    firsts: Ints
    """The number of the first text of each answer, layer after layer, and where the last one ends; some have none."""
    topics: Ints
    """The number of the first answer of each topic, and where the last one ends."""

    @classmethod
    def of(cls, layers: Iterable[Iterable[tuple[int, Mapping[str, float]]]], topics: Ints) -> "Within":
        """The lists of layers of (number of an answer, terms of a text about it), in the order of the numbers."""
        each: list[tuple[_Texts, Ints]] = []
        for layer in layers:
            numbers = array("i")
            each.append((_taken_apart(_noted(layer, numbers)), np.asarray(numbers, dtype=np.int32)))
        width, last = max(len(apart.terms.index) for apart, _ in each), int(topics[-1])
        pairs: list[NDArray[np.int64]] = []
        texts: list[Ints] = []
        firsts: list[Ints] = []
        before = 0
        for number, (apart, answer) in enumerate(each):
            topic = number * (len(topics) - 1) + np.searchsorted(topics, answer, side="right") - 1
            pairs.append(topic[apart.text] * np.int64(width) + apart.term)
            texts.append(apart.text + np.int32(before))
            firsts.append((before + np.searchsorted(answer, np.arange(last))).astype(np.int32))
            before += len(answer)
        pair = np.concatenate(pairs)
        by_pair = np.argsort(pair, kind="stable")
        distinct, sizes = np.unique(pair, return_counts=True)
        return cls(
            layers=tuple(apart.terms for apart, _ in each),
            pairs=distinct,
            starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
            texts=np.concatenate(texts)[by_pair],
            values=np.concatenate([apart.share for apart, _ in each])[by_pair],
            firsts=np.append(np.concatenate(firsts), np.int32(before)),
            topics=topics,
        )

    def cosines(self, queries: Sequence[Mapping[str, float]], topics: Ints) -> Floats:
        """The highest cosine of each layer's query with a text about each answer of these topics, at least ``LITTLE``.

        Shape: layers x answers, the answers in the order of the topics.
        """
        first, answers = self.topics[topics], self.topics[topics + 1] - self.topics[topics]
        number = _places(first, answers)
        best = np.full((len(queries), len(number)), LITTLE, dtype=np.float32)
        width = np.int64(max(len(terms.index) for terms in self.layers))
        looked_up = [terms.looked_up(query) for terms, query in zip(self.layers, queries, strict=True)]
        every = (
            np.arange(len(queries), dtype=np.int64)[:, None] * (len(self.topics) - 1) + topics
        )  # topics of all layers
        wanted = [np.add.outer(of * width, terms).ravel() for of, (terms, _) in zip(every, looked_up, strict=True)]
        needles = np.concatenate(wanted)
        places = np.searchsorted(self.pairs, needles)
        known = np.flatnonzero(self.pairs.take(places, mode="clip") == needles) if len(self.pairs) else places[:0]
        if not len(known):
            return best
        starts = self.starts[places[known]]
        sizes = self.starts[places[known] + 1] - starts
        here = _places(starts, sizes)
        strengths = np.concatenate([np.tile(strengths, len(topics)) for _, strengths in looked_up])
        # the texts of these topics, layer after layer, brought close together
        answer = (np.arange(len(queries), dtype=np.int32)[:, None] * self.topics[-1] + first).ravel()
        begins, ends = self.firsts[answer], self.firsts[answer + np.tile(answers, len(queries))]
        moved = (np.cumsum(ends - begins) - ends).astype(np.int32)
        of_needle = np.repeat(moved, np.repeat([len(terms) for terms, _ in looked_up], len(topics)))
        products = np.bincount(
            self.texts[here] + np.repeat(of_needle[known], sizes),
            weights=self.values[here] * np.repeat(strengths[known], sizes),
            minlength=int((ends - begins).sum()),
        )
        own = (np.arange(len(queries), dtype=np.int32)[:, None] * self.topics[-1] + number).ravel()
        some = np.flatnonzero(self.firsts[own + 1] > self.firsts[own])
        begin = self.firsts[own] + np.repeat(moved, np.tile(answers, len(queries)))
        best.ravel()[some] = np.maximum(np.maximum.reduceat(products, begin[some]), LITTLE)
        return best


def _noted(rows: Iterable[tuple[int, Mapping[str, float]]], numbers: "array[int]") -> Iterator[Mapping[str, float]]:
    """The terms alone; the numbers in front of them are noted on the way."""
    for number, row in rows:
        numbers.append(number)
        yield row


@dataclass(frozen=True, slots=True)
class Centroids:
    """Which topic a text is about, when there are too many topics to train a ranker on: the nearest centre of terms.

    Built in one pass, kept as lists per term. On this content it is three points behind the ranker, and where a ranker's
    table would need gigabytes it still answers in milliseconds.
    """

    labels: tuple[str, ...]
    index: Mapping[str, int]
    starts: Ints
    """Where the list of each term begins in ``numbers`` and ``values``, and where the last one ends."""
    numbers: Ints
    values: Floats

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Mapping[str, float]]]) -> "Centroids":
        """The centres of (label, terms) pairs; all texts of a label go into its centre."""
        sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for label, row in texts:
            norm = sum(weight * weight for weight in row.values()) ** 0.5 or 1.0
            for term, weight in row.items():
                sums[label][term] += weight / norm
        labels = tuple(sorted(sums))
        frequency: Counter[str] = Counter()
        for row in sums.values():
            frequency.update(row.keys())
        index = {term: i for i, term in enumerate(term for term, n in frequency.items() if n <= _COMMON * len(labels))}
        numbers, places, values = array("i"), array("i"), array("d")
        for number, label in enumerate(labels):
            for term, weight in sums[label].items():
                if term in index:
                    numbers.append(number)
                    places.append(index[term])
                    values.append(weight * log((1 + len(labels)) / frequency[term]))
        of_label, of_term, value = np.asarray(numbers, np.int32), np.asarray(places, np.int32), np.asarray(values)
        norms = np.bincount(of_label, weights=value * value, minlength=len(labels)) ** 0.5
        by_term = np.argsort(of_term, kind="stable")
        sizes = np.bincount(of_term, minlength=len(index))
        shares = value / np.maximum(norms, 1e-9)[of_label]
        return cls(
            labels,
            index,
            np.concatenate(([0], np.cumsum(sizes))),
            of_label[by_term],
            shares[by_term].astype(np.float32),
        )

    def nearest(self, row: Mapping[str, float]) -> Floats:
        """A margin for every label, in the order of ``labels``, on the scale of a ranker: 1 for the nearest, -1 for none."""
        found = [(self.index[term], weight) for term, weight in row.items() if term in self.index]
        places = np.asarray([place for place, _ in found], dtype=np.int32)
        starts = self.starts[places]
        sizes = self.starts[places + 1] - starts
        here = _places(starts, sizes)
        shares = self.values[here] * np.repeat(np.asarray([weight for _, weight in found], dtype=np.float32), sizes)
        scores = np.bincount(self.numbers[here], weights=shares, minlength=len(self.labels))
        highest = float(scores.max(initial=0.0))
        return np.asarray(scores / highest * 2 - 1 if highest > 0 else scores - 1, dtype=np.float32)
