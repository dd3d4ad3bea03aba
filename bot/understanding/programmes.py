"""A course and the programme that pays for it: which of the two is meant, once an answer has named a programme for a course.

*Who pays for the IPC course?* is answered with the Weiterbildungsbonus. *And where do I apply?* then asks about the bonus, *how
long is the certificate valid?* about the course; both fit the course as well as the words go.
"""

from bot.model import AspectId, Context, EvidenceKind, Understanding

NAMED: frozenset[EvidenceKind] = frozenset({"name", "typo", "compound"})
"""Evidence that somebody named the topic."""
CLEAR_PART = 35.0
"""Score from which on a piece of a message counts as a question of its own."""
ABOUT_MONEY = frozenset(
    AspectId(aspect)
    for aspect in (
        "amount", "application", "combination", "contact", "coverage", "deadline", "documents", "eligibility", "employer",
        "entitlement", "law", "repayment", "taxes",
    )
)  # fmt: skip
"""Sides that are those of the programme, once a programme was named for a course."""
NEARLY_AS_LIKELY = 20.0
"""Points by which two readings may differ and still be as likely as each other."""


def is_left_open(read: Understanding) -> bool:
    """Whether a message names no topic and is no clear intent, so that it goes on about what was said before."""
    best = read.candidates[0] if read.candidates else None
    if read.parts or best is None:
        return best is None
    return best.score < CLEAR_PART if best.intent else best.evidence[0].kind not in NAMED


def likelier(read: Understanding, beside: Understanding, context: Context) -> Understanding:
    """Of a course and the programme that pays for it, the one the message is about: where both fit, it is the money that
    was spoken of last."""
    first = read.candidates[0] if read.candidates else None
    other = beside.candidates[0] if beside.candidates else None
    if other is None or other.topic != context.beside:
        return read
    if first is None or first.topic != context.topic:
        return beside if first is None or other.score > first.score else read
    margin = NEARLY_AS_LIKELY if other.aspect in ABOUT_MONEY else -NEARLY_AS_LIKELY
    return beside if other.score >= first.score - margin else read
