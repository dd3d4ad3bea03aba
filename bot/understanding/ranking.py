"""The lexical ranker: a linear one-versus-rest classifier that is good with five to ten examples per label.

What it looks at: words and word pairs, stems and unordered stem pairs, letters in runs of two to five, the first and the
last word. Each family is weighted by rarity and brought to length one, so none drowns the others.

How it learns: squared-hinge loss in the *dual* (the kernel matrix of the examples), all labels at once by accelerated
gradient steps. With n examples and c labels a step is one n x n x c matrix product, which numpy does in milliseconds,
and no heavier library is needed. Tried and rejected: nearest example and nearest centroid (5 to 10 points behind on
public sets), coordinate descent in Python (a hundred times slower), lemmas and thesauri (under one point).

The learnt weights form one dense table, features x labels; a question gathers the rows of its own features, so the time
per question depends on its length and the number of labels, hardly on the number of examples.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.model import Locale
from bot.understanding.normalize import stems, tokens

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

Family = Literal["word", "stem", "char"]
FAMILY_WEIGHTS: Mapping[Family, float] = {"word": 0.8, "stem": 1.0, "char": 1.0}
CHAR_RUNS = (2, 3, 4, 5)
SOFT_MARGIN = 4.0
STEPS = 22
"""Accelerated steps; more moved accuracy on public sets by less than 0.3 points."""
BIAS = -0.8
"""The margin of a text that shares nothing with a label's examples."""
MAX_PAIR_STEMS = 14
"""Unordered pairs grow with the square of the length; of longer texts only the first stems are paired."""


def features(words: tuple[str, ...], locale: Locale) -> dict[Family, Counter[str]]:
    """What the ranker sees of a text, by family, with counts."""
    roots = stems(words, locale)
    word: Counter[str] = Counter(words)
    word.update(f"{a} {b}" for a, b in pairwise(words))
    stem: Counter[str] = Counter(roots)
    if roots:
        stem[f"^{roots[0]}"] += 1
        stem[f"{roots[-1]}$"] += 1
    distinct = sorted(set(roots[:MAX_PAIR_STEMS]))
    stem.update(f"{a}+{b}" for i, a in enumerate(distinct) for b in distinct[i + 1 :])
    char: Counter[str] = Counter()
    for token in words:
        padded = f" {token} "
        for run in CHAR_RUNS:
            if run >= len(padded) and run > 2:
                char[padded] += 1
                break
            char.update(padded[i : i + run] for i in range(len(padded) - run + 1))
    return {"word": word, "stem": stem, "char": char}


@dataclass(frozen=True, slots=True)
class Ranker:
    """A trained ranker: immutable, cheap to ask. ``labels`` are in the order of the weight table's columns."""

    locale: Locale
    labels: tuple[str, ...]
    index: Mapping[str, int]
    rarity: Floats
    weights: NDArray[np.float16]
    sharpness: float = 6.0
    """How fast a smaller margin loses probability; fitted on held-out examples."""

    def odds(self, margins: Floats) -> Floats:
        """Margins as probabilities that sum to one."""
        odds = np.exp(self.sharpness * (margins - margins.max()))
        return np.asarray(odds / odds.sum(), dtype=np.float32)

    def scores(self, words: tuple[str, ...]) -> Floats:
        """The margin of every label for a text, in the order of ``labels``; around 1 is sure, -1 is surely not."""
        rows, values = self._vector(words)
        if not len(rows):
            return np.full(len(self.labels), BIAS, dtype=np.float32)
        return np.asarray(values @ self.weights[rows].astype(np.float32) + np.float32(BIAS), dtype=np.float32)

    def _vector(self, words: tuple[str, ...]) -> tuple[Ints, Floats]:
        rows: list[int] = []
        values: list[float] = []
        for family, counts in features(words, self.locale).items():
            found = [
                (row, (1 + np.log(n)) * self.rarity[row] if n > 1 else self.rarity[row])
                for key, n in counts.items()
                if (row := self.index.get(f"{family}:{key}")) is not None
            ]
            norm = sum(value * value for _, value in found) ** 0.5
            if norm:
                scale = FAMILY_WEIGHTS[family] / norm
                rows.extend(row for row, _ in found)
                values.extend(value * scale for _, value in found)
        return np.asarray(rows, dtype=np.int64), np.asarray(values, dtype=np.float32)


def train(examples: Sequence[tuple[str, str]], locale: Locale) -> Ranker:
    """A ranker that has learnt from (text, label) pairs. Same pairs, same ranker. Raises ValueError without pairs."""
    if not examples:
        raise ValueError("a ranker needs at least one example")
    labels = tuple(sorted({label for _, label in examples}))
    column = {label: i for i, label in enumerate(labels)}
    matrix = Matrix.of([tokens(text) for text, _ in examples], locale)
    targets = np.full((len(examples), len(labels)), -1, dtype=np.float32)
    for row, (_, label) in enumerate(examples):
        targets[row, column[label]] = 1
    duals = solve(matrix.kernel(), targets)
    return Ranker(locale, labels, matrix.index, matrix.rarity, matrix.weights(duals))


@dataclass(frozen=True, slots=True)
class Matrix:
    """The examples as sparse rows: for every feature the examples that have it, and with which value."""

    size: int
    index: Mapping[str, int]
    rarity: Floats
    postings: tuple[tuple[Ints, Floats], ...]

    @classmethod
    def of(cls, texts: Iterable[tuple[str, ...]], locale: Locale) -> "Matrix":
        """The matrix of these texts, features in the order of their first appearance."""
        rows = [features(words, locale) for words in texts]
        frequency: Counter[str] = Counter()
        for row in rows:
            for family, counts in row.items():
                frequency.update(f"{family}:{key}" for key in counts)
        index = {key: i for i, key in enumerate(frequency)}
        rarity = np.asarray(
            [np.log((1 + len(rows)) / (1 + count)) + 1 for count in frequency.values()], dtype=np.float32
        )
        postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for number, row in enumerate(rows):
            for family, counts in row.items():
                found = [(index[f"{family}:{key}"], 1 + float(np.log(n))) for key, n in counts.items()]
                values = [weight * float(rarity[feature]) for feature, weight in found]
                norm = sum(value * value for value in values) ** 0.5 or 1.0
                for (feature, _), value in zip(found, values, strict=True):
                    postings[feature].append((number, value * FAMILY_WEIGHTS[family] / norm))
        return cls(
            size=len(rows),
            index=index,
            rarity=rarity,
            postings=tuple(
                (
                    np.asarray([number for number, _ in postings[i]], dtype=np.int64),
                    np.asarray([value for _, value in postings[i]], dtype=np.float32),
                )
                for i in range(len(index))
            ),
        )

    def kernel(self) -> Floats:
        """How alike every two examples are."""
        kernel = np.zeros((self.size, self.size), dtype=np.float32)
        common = [posting for posting in self.postings if len(posting[0]) > self.size // 12]
        for numbers, values in self.postings:
            if len(numbers) <= self.size // 12:
                kernel[np.ix_(numbers, numbers)] += np.outer(values, values)
        if common:
            dense = np.zeros((self.size, len(common)), dtype=np.float32)
            for place, (numbers, values) in enumerate(common):
                dense[numbers, place] = values
            kernel += dense @ dense.T
        return kernel

    def weights(self, duals: Floats) -> NDArray[np.float16]:
        """The weight table, features x labels, that belongs to the dual solution; half precision moves no ranking."""
        table = np.zeros((len(self.postings), duals.shape[1]), dtype=np.float16)
        for place, (numbers, values) in enumerate(self.postings):
            table[place] = values @ duals[numbers]
        return table


def solve(kernel: Floats, targets: Floats, margin: float = SOFT_MARGIN, steps: int = STEPS) -> Floats:
    """The dual coefficients of the squared-hinge solution for every column of ``targets`` (+1, -1, or 0: not said).

    Minimises ``1/2 a'Ka + margin * sum(max(0, 1 - y*(Ka + BIAS))^2)`` by accelerated steps in the function space, where
    the gradient is ``a - 2*margin*y*max(0, 1 - y*(Ka + BIAS))`` and the step is bounded by K's largest eigenvalue. The
    bias is fixed: most targets are -1, so starting near -1 leaves only the +1 to be learnt, and a learnt bias would
    make the largest eigenvalue, and with it the number of steps, grow with the number of examples.
    """
    probe: Floats = np.ones(len(kernel), dtype=np.float32)
    for _ in range(12):
        probe = kernel @ probe
        probe = np.asarray(probe / (np.linalg.norm(probe) or 1.0), dtype=np.float32)
    step = np.float32(1.0 / (1.0 + 2.0 * margin * float(probe @ (kernel @ probe))))
    duals = np.zeros_like(targets)
    ahead = duals
    momentum = 1.0
    for _ in range(steps):
        slack = np.maximum(np.float32(0.0), 1 - targets * (kernel @ ahead + np.float32(BIAS)))
        new: Floats = np.asarray(ahead - step * (ahead - np.float32(2.0 * margin) * targets * slack), dtype=np.float32)
        grown = (1.0 + (1.0 + 4.0 * momentum * momentum) ** 0.5) / 2.0
        ahead = np.asarray(new + np.float32((momentum - 1.0) / grown) * (new - duals), dtype=np.float32)
        duals, momentum = new, grown
    return duals
