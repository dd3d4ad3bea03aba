"""From raw evidence to a score that means a probability: a small logistic regression, fitted from the content itself.

The raw score of the best candidate says how it compares with the others; whether it is *right* also depends on how far
ahead it is and how much of the question is known words at all. A few weights learnt on held-out examples turn these
into one number. Test sentences of the content are never used for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 30
_RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of a logistic regression; the first one is the constant."""

    weights: tuple[float, ...]

    def probability(self, evidence: Sequence[float]) -> float:
        """The probability that a candidate with this evidence is right."""
        raw = self.weights[0] + sum(w * x for w, x in zip(self.weights[1:], evidence, strict=True))
        return float(1.0 / (1.0 + np.exp(-max(-30.0, min(30.0, raw)))))


def fit(evidence: Sequence[Sequence[float]], right: Sequence[bool]) -> Calibration:
    """The calibration that explains best which candidates were right, with weights that are never negative.

    More evidence must never make a candidate less probable, so a column that would get a negative weight is left out.
    Raises ValueError when there is nothing to learn from: no rows, or all right, or all wrong.
    """
    if not evidence or all(right) or not any(right):
        raise ValueError("a calibration needs candidates that were right and some that were wrong")
    columns = np.asarray(evidence, dtype=np.float64)
    y = np.asarray(right, dtype=np.float64)
    kept = list(range(columns.shape[1]))
    while True:
        found = _newton(columns[:, kept], y)
        worst = int(np.argmin(found[1:])) if kept else -1
        if not kept or found[1 + worst] >= 0:
            break
        del kept[worst]
    weights = np.zeros(columns.shape[1])
    weights[kept] = found[1:]
    return Calibration((float(found[0]), *(float(w) for w in weights)))


def _newton(columns: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    x: NDArray[np.float64] = np.column_stack([np.ones(len(columns)), columns])
    ridge = np.eye(x.shape[1]) * _RIDGE
    ridge[0, 0] = 1e-6
    weights = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - y) + ridge @ weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + ridge
        move = np.linalg.solve(curvature, gradient)
        weights = weights - move
        if float(np.abs(move).max()) < 1e-8:
            break
    return weights
