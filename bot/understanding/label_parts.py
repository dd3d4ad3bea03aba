"""A ranker for labels that consist of parts, as ``topic.aspect`` does: each part is learnt from all labels that have it.

``bonus.amount`` has few examples of its own, while many sentences are about the bonus and many ask for an amount. A flat
ranker must learn both from those few and mistakes one side of a topic for another; learnt part by part, twice as many
sentences of the exported training set find their label, in half the time, as there are fewer parts than labels.
The reader has rankers for topics, for aspects and for the sides of one topic, for the same reason.

The name of a label in words (``card_arrival``) is one more example of it: about a point on public sets with ten examples
for each label.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.model import Locale
from bot.understanding.learning import Corpus
from bot.understanding.normalize import tokens
from bot.understanding.ranking import Floats, Lexicon, Ranker


@dataclass(frozen=True, slots=True)
class PartRanker:
    """Ranks labels by the margins of their parts; of labels without a dot it is what a ``Ranker`` of them is."""

    labels: tuple[str, ...]
    parts: Ranker
    columns: NDArray[np.intp]
    """For each label the places of its two parts among those of ``parts``; a label without parts is both."""
    lexicon: Lexicon

    def margins(self, text: str) -> Floats:
        """The margin of every label for a text, in the order of ``labels``: the mean of those of its parts."""
        margins = self.parts.margins(self.lexicon.vector(tokens(text)))
        return np.asarray(margins[self.columns].mean(axis=1), dtype=np.float32)


def train(examples: Sequence[tuple[str, str]], locale: Locale) -> PartRanker:
    """A ranker that has learnt from (text, label) pairs. Same pairs, same ranker. Raises ValueError without pairs."""
    if not examples:
        raise ValueError("a ranker needs at least one example")
    labels = tuple(sorted({label for _, label in examples}))
    named = [(tokens(re.sub(r"[._-]+", " ", label)), label) for label in labels]
    taught = [*((tokens(text), label) for text, label in examples), *(each for each in named if each[0])]
    names = tuple(sorted({part for label in labels for part in _parts(label)}))
    place = {part: number for number, part in enumerate(names)}
    columns = {label: [place[part] for part in _parts(label)] for label in labels}
    targets = np.full((len(taught), len(names)), -1, dtype=np.float32)
    for row, (_, label) in enumerate(taught):
        targets[row, columns[label]] = 1
    texts = [words for words, _ in taught]
    corpus = Corpus.of(texts, locale, {})
    parts = corpus.learn_targets(texts, targets, names)
    return PartRanker(labels, parts, np.asarray([columns[label] for label in labels], dtype=np.intp), corpus.lexicon)


def _parts(label: str) -> tuple[str, str]:
    """What stands before the first dot and what stands behind it, told apart by that dot."""
    head, dot, tail = label.partition(".")
    return (head + dot, dot + tail) if tail else (label, label)
