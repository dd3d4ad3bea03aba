"""What can be pressed about a case, and of which case a press speaks.

A button stays where it was shown: weeks later, or on a page that was open all the time, somebody presses it, and by then the
conversation may have another case. So every choice about a case carries the number of its own (``case:withdraw:17``), and a press
that names another one is refused with a sentence instead of withdrawing whatever case there is now. A value without a number is
what an answer typed to a question of this moment comes to, or a form sent together with the wish for a person.
"""

import re
from dataclasses import dataclass

from bot.model import CASE_NUMBER, CaseNumber, Choice
from bot.model import CONSENT as CONSENT

NO_CONSENT = "case:no_consent"
CLOSE, WITHDRAW, KEEP = "case:close", "case:withdraw", "case:keep"
SATISFIED, UNSATISFIED = "case:satisfied", "case:unsatisfied"

MEANINGS = frozenset({CONSENT, NO_CONSENT, CLOSE, WITHDRAW, KEEP, SATISFIED, UNSATISFIED})
_VALUE = re.compile(r"(case:[a-z_]{1,20})(?::([0-9]{1,18}))?")


@dataclass(frozen=True, slots=True)
class CasePress:
    """One choice about a case. ``case`` is the one it was shown for; None: the one at hand."""

    meaning: str
    case: CaseNumber | None = None


def of_case(choices: tuple[Choice, ...], number: CaseNumber | None) -> tuple[Choice, ...]:
    """The same choices for this case; None: the one that is about to be opened, whose number the store fills in."""
    return tuple(
        Choice(choice.label, f"{choice.value}:{CASE_NUMBER if number is None else number}") for choice in choices
    )


def read_case_press(value: str) -> CasePress | None:
    """What a pressed value means; None when it is none of these."""
    found = _VALUE.fullmatch(value)
    if found is None or found[1] not in MEANINGS:
        return None
    return CasePress(found[1], CaseNumber(int(found[2])) if found[2] else None)
