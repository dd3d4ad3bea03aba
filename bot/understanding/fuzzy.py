"""Typos: an unknown word is compared with the vocabulary of the content, never a word of three letters or fewer.

The vocabulary is kept in buckets by length and by its first two and its last two letters, so a look-up compares with a
few words however large the content grows. A typo in both ends of one word is not found, which is the price.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

SHORTEST = 5
"""Shorter words have too many neighbours: *kurs*, *kurz*; *amt*, *art*."""
ALIKE = 0.8
"""Least share of letters in place; one edit in five letters, two in ten."""


def allowed_edits(length: int) -> int:
    """How many edits a word of this length may be away from the word that was meant."""
    return 1 if length < 8 else 2


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words the content knows, with how often, and an index to find the nearest one."""

    words: Mapping[str, int]
    heads: Mapping[tuple[int, str], tuple[str, ...]]
    tails: Mapping[tuple[int, str], tuple[str, ...]]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Vocabulary":
        """The vocabulary of these tokens; repeated tokens count as more frequent."""
        counts: dict[str, int] = defaultdict(int)
        for word in words:
            counts[word] += 1
        heads: dict[tuple[int, str], list[str]] = defaultdict(list)
        tails: dict[tuple[int, str], list[str]] = defaultdict(list)
        for word in sorted(counts):
            if len(word) >= SHORTEST and word.isalpha():
                heads[len(word), word[:2]].append(word)
                tails[len(word), word[-2:]].append(word)
        return cls(dict(counts), {k: tuple(v) for k, v in heads.items()}, {k: tuple(v) for k, v in tails.items()})

    def __contains__(self, word: object) -> bool:
        return word in self.words

    def nearest(self, word: str) -> str | None:
        """The known word that was most probably meant; None when the word is known, too short or unlike all.

        Of equally near words the more frequent wins, then the alphabet, so the same text always gives the same word.
        """
        if word in self.words or len(word) < SHORTEST or not word.isalpha():
            return None
        best: tuple[int, int, str] | None = None
        edits = allowed_edits(len(word))
        for near in self._neighbours(word, edits):
            distance = OSA.distance(word, near, score_cutoff=edits)
            if distance > edits or 1 - distance / max(len(word), len(near)) < ALIKE:
                continue
            rank = (distance, -self.words[near], near)
            if best is None or rank < best:
                best = rank
        return best[2] if best else None

    def _neighbours(self, word: str, edits: int) -> set[str]:
        found: set[str] = set()
        for length in range(len(word) - edits, len(word) + edits + 1):
            found.update(self.heads.get((length, word[:2]), ()), self.tails.get((length, word[-2:]), ()))
        return found
