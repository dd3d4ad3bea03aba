"""Several questions in one message: cut behind a question mark, and where *and* begins another question.

A greeting, a thank-you, an *ok* or a *no, I meant* beside a question is no part of it.

A full stop does not cut: what stands before it is mostly the story the question is about. Only where the whole is not
understood, its sentences are tried one by one.
"""

import re

from bot.understanding.normalize import tokens

_ENDS = re.compile(r"(?<=\?) ")
_AND = re.compile(
    r",? (?:und|and|sowie|außerdem|also) (?=(?:wie|wieviel|was|wer|wo|wann|welche[rsn]?|bis wann|ab wann|muss|kann|darf|gibt|zahlt|"
    r"how|what|who|where|when|which|do|does|can|is)\b)",
    re.IGNORECASE,
)
SHORTEST = 2
"""Words a piece needs to be a question of its own."""
MOST = 4


def split_questions(text: str) -> tuple[str, ...]:
    """The questions of a message in order, at most ``MOST``; a message with one question comes back whole."""
    spaced = " ".join(text.split())  # so that no pattern meets a run of blanks it could try in many ways
    pieces = [piece.strip() for sentence in _ENDS.split(spaced) for piece in _AND.split(sentence)]
    questions = [piece for piece in pieces if len(piece.split()) >= SHORTEST]
    if len(questions) < 2:
        return (text,)
    return tuple(questions[:MOST])


_STOPS = re.compile(r"(?<=[.!?]) ")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a message that are long enough to ask something."""
    return tuple(s for s in _STOPS.split(" ".join(text.split())) if len(s.split()) > SHORTEST)


_COURTESY = frozenset(
    tokens(
        "hallo hi hey moin servus guten tag morgen abend hello good morning evening danke dankeschön dankesehr merci thanks "
        "thank you ok okay oki alles klar gut super prima top cool schön great nice fine perfekt perfect ach so aha ja yes"
    )
)
LEAST_LEFT = 3
"""Words a question keeps without its courtesy; *danke dir* and *hallo zusammen* are nothing but that."""


_NO = r"(?:(?:nein|nee|nö|ne|no|nope|quatsch|sorry|äh|ach|oh|moment)\b\W*)"
_NO_BEFORE = re.compile(rf"^{_NO}+", re.IGNORECASE)
_MEANT_BEFORE = re.compile(rf"^{_NO}*\b(?:ich mein(?:e|te)?|i mean(?:t)?)\b\W+(?=\w)", re.IGNORECASE)
_MEANT_AFTER = re.compile(r"(?<=\w)\W+(?:mein(?:te)? ich|i meant)\W*$", re.IGNORECASE)


def _corrected(text: str) -> str:
    """What somebody meant who says that it was not what they got; the text as it is when nobody says so."""
    meant = _MEANT_AFTER.sub("", text)
    return _MEANT_BEFORE.sub("", text) if meant == text else _NO_BEFORE.sub("", meant)


def without_courtesy(text: str) -> str:
    """The text without greeting, thanks, assent or *no, I meant* beside its question; as it is when little else is said."""
    text = _corrected(text)
    words = text.split()
    start = 0
    while start < len(words) and (not tokens(words[start]) or set(tokens(words[start])) <= _COURTESY):
        start += 1
    return " ".join(words[start:]) if start > 0 and len(words) - start >= LEAST_LEFT else text
