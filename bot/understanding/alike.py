"""Which questions are the same question in other words: groups by shared words, and what a group is known again by.

Two questions are alike when they name the same topics and what they say besides is near (cosine of rare stems and of
runs of letters, so that a typo does not part them). Measured on 8,000 test sentences of the content: at ``LIKE`` half of
the pairs ask for the very same answer, the others mostly for its neighbour, which is what a person who looks through
them wants. Without the rule about topics nearly all pairs only share the name of one.

A group somebody set aside must be known again when its sentences are long deleted, so what is kept of them must not be
readable: sixteen bits of each word's stem. Enough to recognise a set of words, too few to tell which of many words
each of them was. Rejected: keeping a sentence (it is somebody's, and would have to stay for good) and whole digests
(whoever has a dictionary reads them back).
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.model import Locale, TopicId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK
from bot.understanding.normalize import STOPWORDS, stem
from bot.understanding.reader import Reader, question_of
from bot.understanding.retrieval import Similar, terms

LIKE = 0.6
"""From this cosine on two questions are one."""
SAME_WORDS = 0.6
"""From this share of common words on a question is one that was set aside."""
_TOPIC_WEIGHT = 0.8
_BITS = 16

Fingerprint = frozenset[int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question as it is compared: its terms, the topics it names, and what it is known again by."""

    locale: Locale
    terms: dict[str, float]
    topics: frozenset[TopicId]
    fingerprint: Fingerprint


def prepare(text: str, locale: Locale, reader: Reader) -> Prepared:
    """Mend typos, find the names of topics, and take the rest apart."""
    local = reader.locales[locale]
    question = question_of(text, local, frozenset(reader.overviews.values()))
    words = [word for word in question.masked if word not in (TOPIC_MARK, WHO_MARK)]
    topics = frozenset(mention.id for mention in (*question.topics, *question.areas))
    found = {**terms(words, locale, local.parts), **{f"@{topic}": _TOPIC_WEIGHT for topic in topics}}
    telling = [word for word in words if word not in STOPWORDS[locale]] or words
    roots = {*(stem(word, locale) for word in telling), *(f"@{topic}" for topic in topics)}
    return Prepared(locale, found, topics, frozenset(map(_digest, roots)))


def group_alike(questions: Sequence[Prepared]) -> tuple[tuple[int, ...], ...]:
    """Places of questions that are alike, each in one group; whoever stands earlier speaks for the group.

    Only the first of each group is looked up, so ten thousand questions cost as many look-ups as they have groups.
    """
    index = Similar.of((str(place), one.terms) for place, one in enumerate(questions))
    free = dict.fromkeys(range(len(questions)))
    groups: list[tuple[int, ...]] = []
    for place, one in enumerate(questions):
        if place not in free:
            continue
        near = index.nearest(one.terms)
        like = [int(key) for key, cosine in near.items() if cosine >= LIKE]
        members = [other for other in sorted({*like, place}) if other in free and _same_subject(one, questions[other])]
        groups.append((place, *(member for member in members if member != place)))
        for member in members:
            del free[member]
    return tuple(groups)


def _same_subject(one: Prepared, other: Prepared) -> bool:
    return one.locale == other.locale and one.topics == other.topics


def is_known_again(fingerprint: Fingerprint, known: Collection[Fingerprint]) -> bool:
    """Whether a question has most of its words in common with one of these."""
    return any(_overlap(fingerprint, other) >= SAME_WORDS for other in known)


def _overlap(one: Fingerprint, other: Fingerprint) -> float:
    return len(one & other) / (len(one) * len(other)) ** 0.5 if one and other else 0.0


def _digest(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=_BITS // 8).digest(), "big")
