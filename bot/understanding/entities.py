"""Pieces of a text that mean something by themselves: topics by name, kinds of people, years, quoted figures."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from bot.model import Locale
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.normalize import fold, stem, tokens

Id = TypeVar("Id", bound=str)

TOPIC_MARK = "xtopicx"
WHO_MARK = "xwhox"
LONGEST_NAME = 6
"""Tokens of the longest name that is looked for."""
SHORTEST_PART = 6
"""Letters a name needs to be found inside a longer compound: *Bildungsurlaubs-antrag*."""
_BEGINNING = 3
_MOST_MISSPELT = 3
"""Tokens that are taken together for a misspelt name."""
_LINKS = ("s", "es", "n", "en", "er", "e")

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBER = re.compile(r"\d+(?:,\d+)?")
_ENGLISH_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)* ?(?:%|prozent|percent|€|eur|euro)|(?:€|eur) ?\d+(?:[.,]\d+)*")


def years(text: str) -> tuple[int, ...]:
    """The years named in a text, in order."""
    return tuple(int(year) for year in _YEAR.findall(fold(text)))


def quoted_figures(text: str) -> tuple[str, ...]:
    """Amounts and percentages the user quotes, in one form: ``("40%", "1500€")``."""
    found = []
    for match in _FIGURE.finditer(fold(text)):
        number = _NUMBER.search(_ENGLISH_THOUSANDS.sub("", match[0]))
        percent = "%" in match[0] or "prozent" in match[0] or "percent" in match[0]
        if number:
            found.append(figure_key(Decimal(number[0].replace(",", ".")), percent=percent))
    return tuple(found)


def figure_key(value: Decimal, *, percent: bool) -> str:
    """The one form of an amount or a percentage, for comparing what users quote with what facts say."""
    return f"{value.normalize():f}{'%' if percent else '€'}"


@dataclass(frozen=True, slots=True)
class Mention(Generic[Id]):
    """A name found in a text: tokens ``start`` to ``end`` (exclusive) mean ``id``.

    ``strength`` is 1 for an exact name, less for a typo or a name inside a compound; ``rest`` is what a compound
    says besides the name (*antrag*).
    """

    id: Id
    start: int
    end: int
    strength: float
    words: str
    rest: str | None = None


@dataclass(frozen=True, slots=True)
class Names(Generic[Id]):
    """An index of names: whatever is written together, apart or with a hyphen is the same name."""

    spelt: Mapping[str, Id]
    stemmed: Mapping[str, Id]
    typos: Vocabulary
    beginnings: frozenset[str]
    """The first letters of all names: most words begin none, which saves looking."""

    @classmethod
    def of(cls, names: Iterable[tuple[str, Id]], locale: Locale) -> "Names[Id]":
        """The index of (name, id) pairs. Of two ids with one name the first wins; ``lotse check`` refuses that."""
        spelt: dict[str, Id] = {}
        stemmed: dict[str, Id] = {}
        for name, id_ in names:
            words = tokens(name)
            if not words:
                continue
            spelt.setdefault("".join(words), id_)
            stemmed.setdefault("".join(stem(word, locale) for word in words), id_)
        typos = Vocabulary.of(key for key in spelt if len(key) >= SHORTEST_PART)
        return cls(spelt, stemmed, typos, frozenset(key[:_BEGINNING] for key in (*spelt, *stemmed)))

    def find(self, words: tuple[str, ...], locale: Locale, known: Container[str] = ()) -> tuple[Mention[Id], ...]:
        """All names in a text from left to right, the longest first where they overlap.

        ``known`` are ordinary words: text that consists of them alone is not taken for a misspelt name.
        """
        roots = tuple(stem(word, locale) for word in words)
        strange = [word not in known for word in words]
        found: list[Mention[Id]] = []
        place = 0
        while place < len(words):
            mention = self._longest_at(words, roots, place) or self._inside(words, place, known)
            if mention is None and any(strange[place : place + _MOST_MISSPELT]):
                mention = self._misspelt(words, place, known)
            if mention:
                found.append(mention)
                place = mention.end
            else:
                place += 1
        return tuple(found)

    def _longest_at(self, words: tuple[str, ...], roots: tuple[str, ...], start: int) -> Mention[Id] | None:
        longest = min(len(words), start + LONGEST_NAME) if self._may_begin(words[start], roots[start]) else start
        for end in range(longest, start, -1):
            spelt = "".join(words[start:end])
            id_ = self.spelt.get(spelt) or self.stemmed.get("".join(roots[start:end]))
            if id_ is not None:
                return Mention(id_, start, end, 1.0, " ".join(words[start:end]))
        return None

    def _may_begin(self, word: str, root: str) -> bool:
        short = len(word) < _BEGINNING or len(root) < _BEGINNING  # what follows belongs to the first letters then
        return short or word[:_BEGINNING] in self.beginnings or root[:_BEGINNING] in self.beginnings

    def _inside(self, words: tuple[str, ...], start: int, known: Container[str]) -> Mention[Id] | None:
        """A name that begins or ends a compound; what is left must be a word by itself: *Bildungsurlaubs-antrag*.

        A name at the end counts less: a *Prozessvalidierung* is another kind of Validierung than ours.
        """
        word = words[start]
        for cut in range(len(word) - 3, SHORTEST_PART - 1, -1):
            id_ = self.spelt.get(word[:cut])
            if id_ is not None:
                rest = _without_link(word[cut:], known)
                if rest is not None:
                    return Mention(id_, start, start + 1, 0.9, word, rest)
        for cut in range(3, len(word) - SHORTEST_PART + 1):
            id_ = self.spelt.get(word[cut:])
            if id_ is not None and word[:cut] in known:
                return Mention(id_, start, start + 1, 0.5, word, word[:cut])
        return None

    def _misspelt(self, words: tuple[str, ...], start: int, known: Container[str]) -> Mention[Id] | None:
        for end in range(min(len(words), start + _MOST_MISSPELT), start, -1):
            spelt = "".join(words[start:end])
            if len(spelt) < SHORTEST_PART or all(word in known for word in words[start:end]):
                continue
            near = self.typos.nearest(spelt)
            if near is not None:
                return Mention(self.spelt[near], start, end, 0.85, " ".join(words[start:end]))
        return None


def _without_link(rest: str, known: Container[str]) -> str | None:
    """What a compound says behind a name, without the linking letters; None when that is no word."""
    for link in ("", *_LINKS):
        word = rest.removeprefix(link)
        if rest.startswith(link) and len(word) >= 3 and word in known:
            return word
    return None


def mask(words: tuple[str, ...], mentions: Iterable[tuple[Mention[Any], str]]) -> tuple[str, ...]:
    """The tokens with every mention replaced by its mark; what a compound says besides the name stays as a token."""
    out: list[str] = []
    place = 0
    for mention, mark in sorted(mentions, key=lambda pair: pair[0].start):
        if mention.start < place:
            continue
        out.extend(words[place : mention.start])
        out.append(mark)
        if mention.rest:
            out.append(mention.rest)
        place = mention.end
    out.extend(words[place:])
    return tuple(out)
