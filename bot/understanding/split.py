"""Several questions in one message: cut behind a question mark, and where *and* begins another question.

A full stop does not cut: what stands before it is mostly the story the question is about.
"""

import re

_ENDS = re.compile(r"(?<=\?) ")
_AND = re.compile(
    r",? (?:und|and|sowie|außerdem|also) (?=(?:wie|was|wer|wo|wann|welche[rsn]?|bis wann|ab wann|muss|kann|darf|gibt|zahlt|"
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
