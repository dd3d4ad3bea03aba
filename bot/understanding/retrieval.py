"""Finding by shared words: which of many short texts is most like a question, and how much of it a topic explains.

The content grows by topics, so whatever is kept per topic lives in inverted indexes, not in the ranker's dense table: a
question touches only the lists of its own words, and words that stand nearly everywhere are left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.model import Locale
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.normalize import STOPWORDS, stem

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_RUN = 4
_RUN_WEIGHT = 0.35
_STOP_WEIGHT = 0.25
LITTLE = 0.1
"""Likeness of texts that share a small word or a few letters; less is not told apart from it."""
_COMMON = 0.2
"""A term in more than this share of the texts is left out once there are many texts."""
_MANY = 2_000
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_SHORTEST_HALF = 4


@dataclass(frozen=True, slots=True)
class Splitter:
    """Cuts a German compound into two words the content knows; simple words give nothing."""

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
        for part in parts(word):
            out[stem(part, locale)] += 0.7 * weight
        padded = f" {word} "
        for place in range(len(padded) - _RUN + 1):
            out[f"~{padded[place : place + _RUN]}"] += _RUN_WEIGHT
    return dict(out)


@dataclass(frozen=True, slots=True)
class Similar:
    """Short texts by their terms; ``nearest`` gives the cosine with every text that shares a rare enough term.

    The lists of all terms stand one behind the other in one array each, which load faster than thousands of arrays and are
    gathered in a few steps.
    """

    keys: tuple[str, ...]
    firsts: Ints
    """The number of the first text of each key; texts of one key stand together."""
    index: Mapping[str, int]
    rarity: Floats
    starts: Ints
    """Where the list of each term begins in ``numbers`` and ``values``, and where the last one ends."""
    numbers: Ints
    values: Floats
    unheard: float
    """The rarity a term counts with that stands in none of the texts: that of the rarest."""

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Mapping[str, float]]]) -> "Similar":
        """The index of (key, terms) pairs; several texts may have one key."""
        by_key: dict[str, list[Mapping[str, float]]] = defaultdict(list)
        for key, row in texts:
            by_key[key].append(row)
        rows = [row for each in by_key.values() for row in each]
        frequency: Counter[str] = Counter()
        for row in rows:
            frequency.update(row.keys())
        most = len(rows) * _COMMON if len(rows) > _MANY else len(rows)
        index = {term: i for i, term in enumerate(term for term, n in frequency.items() if n <= most)}
        rarity = np.asarray([np.log((1 + len(rows)) / (1 + frequency[term])) + 0.3 for term in index], dtype=np.float32)
        lists: list[tuple[list[int], list[float]]] = [([], []) for _ in index]
        for number, row in enumerate(rows):
            found = [(index[term], weight) for term, weight in row.items() if term in index]
            norm = sum((weight * float(rarity[i])) ** 2 for i, weight in found) ** 0.5 or 1.0
            for i, weight in found:
                lists[i][0].append(number)
                lists[i][1].append(weight * float(rarity[i]) / norm)
        return cls(
            keys=tuple(by_key),
            firsts=np.cumsum([0, *(len(each) for each in by_key.values())], dtype=np.int32)[:-1],
            index=index,
            rarity=rarity,
            starts=np.cumsum([0, *(len(a) for a, _ in lists)], dtype=np.int32),
            numbers=np.asarray([number for a, _ in lists for number in a], dtype=np.int32),
            values=np.asarray([value for _, b in lists for value in b], dtype=np.float32),
            unheard=float(rarity.max()) if len(rarity) else 1.0,
        )

    def nearest(self, query: Mapping[str, float]) -> dict[str, float]:
        """Per key the highest cosine with the query; keys that have hardly anything in common with it are left out."""
        found = [(self.index.get(term), term, weight) for term, weight in query.items()]
        known = [(place, weight) for place, _, weight in found if place is not None]
        if not known:
            return {}
        places = np.asarray([place for place, _ in known])
        strengths = np.asarray([weight for _, weight in known]) * self.rarity[places]
        strange = (w * self.unheard for place, term, w in found if place is None and not term.startswith("~"))
        length = float(strengths @ strengths + sum(weight * weight for weight in strange)) ** 0.5
        starts, sizes = self.starts[places], self.starts[places + 1] - self.starts[places]
        ends = np.cumsum(sizes)
        here = np.arange(ends[-1]) + np.repeat(starts - ends + sizes, sizes)  # where the lists of all these terms stand
        shares = self.values[here] * np.repeat(strengths.astype(np.float32), sizes)
        products = np.bincount(self.numbers[here], weights=shares, minlength=self.firsts[-1] + 1)
        best = np.maximum.reduceat(products, self.firsts) / (length or 1.0)
        near = np.flatnonzero(best > LITTLE)
        return {self.keys[number]: cosine for number, cosine in zip(near.tolist(), best[near].tolist(), strict=True)}


@dataclass(frozen=True, slots=True)
class Centroids:
    """Which topic a text is about, when there are too many topics to train a ranker on: the nearest centre of terms.

    Built in one pass, kept as lists per term. On this content it is three points behind the ranker, and where a ranker's
    table would need gigabytes it still answers in milliseconds.
    """

    labels: tuple[str, ...]
    index: Mapping[str, int]
    lists: tuple[tuple[Ints, Floats], ...]

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
        lists: list[tuple[list[int], list[float]]] = [([], []) for _ in index]
        for number, label in enumerate(labels):
            found = [
                (index[term], weight * float(np.log((1 + len(labels)) / frequency[term])))
                for term, weight in sums[label].items()
                if term in index
            ]
            norm = sum(weight * weight for _, weight in found) ** 0.5 or 1.0
            for place, weight in found:
                lists[place][0].append(number)
                lists[place][1].append(weight / norm)
        return cls(
            labels, index, tuple((np.asarray(a, dtype=np.int32), np.asarray(b, dtype=np.float32)) for a, b in lists)
        )

    def nearest(self, row: Mapping[str, float]) -> Floats:
        """A margin for every label, in the order of ``labels``, on the scale of a ranker: 1 for the nearest, -1 for none."""
        scores = np.zeros(len(self.labels), dtype=np.float32)
        for term, weight in row.items():
            place = self.index.get(term)
            if place is not None:
                numbers, values = self.lists[place]
                scores[numbers] += values * np.float32(weight)
        highest = float(scores.max()) if len(scores) else 0.0
        return np.asarray(scores / highest * 2 - 1, dtype=np.float32) if highest > 0 else scores - 1
