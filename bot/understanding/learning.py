"""How a ranker learns: squared-hinge loss in the *dual* (the kernel matrix of the examples), all labels at once.

With n examples and c labels a step is one n x n x c matrix product, which numpy does in milliseconds, so no heavier
machine-learning library is needed; scipy keeps the examples as sparse rows. Tried and rejected: nearest example and nearest
centroid (5 to 10 points behind on public sets), coordinate descent in Python (a hundred times slower), lemmas and thesauri
(under one point).
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy import sparse

from bot.model import Locale
from bot.understanding.normalize import tokens
from bot.understanding.ranking import BIAS, Counted, Floats, Lexicon, Ranker, features, weighed

Words = tuple[str, ...]
Examples = Sequence[tuple[Words, str]]
SOFT_MARGIN = 4.0
STEPS = 22
"""Accelerated steps; more moved accuracy on public sets by less than 0.3 points, 14 cost five points."""
COMMON = 25
"""A feature that more than one in so many rows has counts as common."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Many texts as sparse rows over the features of one lexicon, so that several rankers can learn from them."""

    lexicon: Lexicon
    row_of: Mapping[Words, int]
    rows: sparse.csr_array

    @classmethod
    def of(cls, texts: Iterable[Words], locale: Locale) -> "Corpus":
        """The corpus of these texts; features stand in the order of their first appearance.

        Of each text only places and counts are kept: the features of all of them, as words, would fill the memory.
        """
        distinct = {words: row for row, words in enumerate(dict.fromkeys(texts))}
        index: dict[str, int] = {}
        found: list[tuple[Counted, ...]] = []
        for words in distinct:
            found.append(
                tuple(
                    (
                        family,
                        array("i", [index.setdefault(key, len(index)) for key in counts]),
                        array("i", counts.values()),
                    )
                    for family, counts in features(words, locale).items()
                )
            )
        frequency = np.zeros(len(index), dtype=np.int64)
        for text in found:
            for _, places, _ in text:
                frequency[places] += 1  # within a text each place stands once
        rarity = np.asarray([log((1 + len(found)) / (1 + count)) + 1 for count in frequency.tolist()])
        vectors = [weighed(text, rarity) for text in found]
        ends = np.cumsum([0, *(len(vector.places) for vector in vectors)])
        data = (np.concatenate([v.values for v in vectors]), np.concatenate([v.places for v in vectors]), ends)
        rows = sparse.csr_array(data, shape=(len(vectors), len(rarity)))
        return cls(Lexicon(locale, index, rarity), distinct, rows)

    def learn(self, examples: Examples, counters: Examples = ()) -> Ranker:
        """A ranker on these examples, all of them texts of the corpus.

        A counterexample only says what a text is *not*: about other labels it says nothing. Raises ValueError without
        examples.
        """
        if not examples:
            raise ValueError("a ranker needs at least one example")
        labels = tuple(sorted({label for _, label in examples}))
        column = {label: i for i, label in enumerate(labels)}
        targets = np.zeros((len(examples) + len(counters), len(labels)), dtype=np.float32)
        targets[: len(examples)] = -1
        for row, (_, label) in enumerate(examples):
            targets[row, column[label]] = 1
        for row, (_, label) in enumerate(counters, len(examples)):
            if label in column:
                targets[row, column[label]] = -1
        rows = self.rows[[self.row_of[words] for words, _ in (*examples, *counters)]]
        duals = solve(_kernel(rows), targets)
        places = np.unique(rows.indices)
        return Ranker.of(labels, places.astype(np.int32), rows[:, places].T @ duals)


def train(examples: Sequence[tuple[str, str]], locale: Locale) -> tuple[Lexicon, Ranker]:
    """A ranker that has learnt from (text, label) pairs, with its lexicon. Same pairs, same ranker.

    Raises ValueError without pairs.
    """
    pairs = [(tokens(text), label) for text, label in examples]
    corpus = Corpus.of((words for words, _ in pairs), locale)
    return corpus.lexicon, corpus.learn(pairs)


def _kernel(rows: sparse.csr_array) -> Floats:
    """How alike every two rows are. Features that many rows have are multiplied densely, which is much faster."""
    counts = np.bincount(rows.indices, minlength=rows.shape[1])
    common = np.flatnonzero(counts > max(8, rows.shape[0] // COMMON))
    rare = np.flatnonzero((counts > 1) & (counts <= max(8, rows.shape[0] // COMMON)))
    dense = rows[:, common].toarray()
    kernel: Floats = dense @ dense.T
    thin = rows[:, rare]
    kernel += (thin @ thin.T).toarray()
    alone = rows.multiply(rows) @ (counts == 1).astype(np.float32)
    kernel[np.diag_indices_from(kernel)] += alone
    return kernel


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
        slack = np.maximum(np.float32(0.0), 1 - targets * (kernel @ ahead + BIAS))
        new: Floats = np.asarray(ahead - step * (ahead - np.float32(2.0 * margin) * targets * slack), dtype=np.float32)
        grown = (1.0 + (1.0 + 4.0 * momentum * momentum) ** 0.5) / 2.0
        ahead = np.asarray(new + np.float32((momentum - 1.0) / grown) * (new - duals), dtype=np.float32)
        duals, momentum = new, grown
    return duals
