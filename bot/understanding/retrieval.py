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
    """Short texts by their terms; ``nearest`` gives the cosine with every text that shares a rare enough term."""

    keys: tuple[str, ...]
    index: Mapping[str, int]
    rarity: Floats
    lists: tuple[tuple[Ints, Floats], ...]

    @classmethod
    def of(cls, texts: Iterable[tuple[str, Mapping[str, float]]]) -> "Similar":
        """The index of (key, terms) pairs; several texts may have one key."""
        rows = list(texts)
        frequency: Counter[str] = Counter()
        for _, row in rows:
            frequency.update(row.keys())
        most = len(rows) * _COMMON if len(rows) > _MANY else len(rows)
        index = {term: i for i, term in enumerate(term for term, n in frequency.items() if n <= most)}
        rarity = np.asarray([np.log((1 + len(rows)) / (1 + frequency[term])) + 0.3 for term in index], dtype=np.float32)
        lists: list[tuple[list[int], list[float]]] = [([], []) for _ in index]
        for number, (_, row) in enumerate(rows):
            found = [(index[term], weight) for term, weight in row.items() if term in index]
            norm = sum((weight * float(rarity[i])) ** 2 for i, weight in found) ** 0.5 or 1.0
            for i, weight in found:
                lists[i][0].append(number)
                lists[i][1].append(weight * float(rarity[i]) / norm)
        return cls(
            keys=tuple(key for key, _ in rows),
            index=index,
            rarity=rarity,
            lists=tuple((np.asarray(a, dtype=np.int32), np.asarray(b, dtype=np.float32)) for a, b in lists),
        )

    def nearest(self, query: Mapping[str, float], unknown: float, without: int | None = None) -> dict[str, float]:
        """Per key the highest cosine with the query. ``unknown``: the rarity an unheard-of term counts with.

        ``without``: the place of a text that is left out.
        """
        ids: list[Ints] = []
        values: list[Floats] = []
        mass = 0.0
        for term, weight in query.items():
            place = self.index.get(term)
            if place is None:
                mass += 0.0 if term.startswith("~") else (weight * unknown) ** 2
                continue
            strength = weight * float(self.rarity[place])
            mass += strength * strength
            ids.append(self.lists[place][0])
            values.append(self.lists[place][1] * np.float32(strength))
        if not ids:
            return {}
        together = np.concatenate(ids)
        cosines = np.bincount(together, weights=np.concatenate(values)) / (mass**0.5 or 1.0)
        if without is not None and without < len(cosines):
            cosines[without] = 0.0
        best: dict[str, float] = {}
        for number in np.flatnonzero(cosines > 0.2):
            key, cosine = self.keys[number], float(cosines[number])
            if cosine > best.get(key, 0.0):
                best[key] = cosine
        return best


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a question each topic explains: the share of its words' rarity that stands in the topic's texts."""

    keys: tuple[str, ...]
    index: Mapping[str, int]
    rarity: Floats
    lists: tuple[tuple[Ints, Floats], ...]
    unknown: float

    @classmethod
    def of(cls, documents: Sequence[tuple[str, Mapping[str, float]]]) -> "Coverage":
        """The index of (key, term -> weight 0..1) pairs, one document per key."""
        frequency: Counter[str] = Counter()
        for _, row in documents:
            frequency.update(row.keys())
        index = {term: i for i, term in enumerate(frequency)}
        size = max(1, len(documents))
        rarity = np.asarray([np.log((1 + size) / n) for n in frequency.values()], dtype=np.float32)
        lists: list[tuple[list[int], list[float]]] = [([], []) for _ in index]
        for number, (_, row) in enumerate(documents):
            for term, weight in row.items():
                lists[index[term]][0].append(number)
                lists[index[term]][1].append(weight)
        return cls(
            keys=tuple(key for key, _ in documents),
            index=index,
            rarity=rarity,
            lists=tuple((np.asarray(a, dtype=np.int32), np.asarray(b, dtype=np.float32)) for a, b in lists),
            unknown=float(np.log(1 + size)),
        )

    def shares(self, words: Iterable[str], most: int = 8) -> dict[str, float]:
        """The topics that explain most of the words, best first, with the share 0..1 of the words' rarity."""
        total = 0.0
        ids: list[Ints] = []
        values: list[Floats] = []
        for word in words:
            place = self.index.get(word)
            if place is None:
                total += self.unknown
                continue
            strength = float(self.rarity[place])
            total += strength
            ids.append(self.lists[place][0])
            values.append(self.lists[place][1] * np.float32(strength))
        if not ids or not total:
            return {}
        sums = np.bincount(np.concatenate(ids), weights=np.concatenate(values)) / total
        order = np.argsort(-sums, kind="stable")[:most]
        return {self.keys[number]: float(sums[number]) for number in order if sums[number] > 0}
