"""Questions, told apart from what somebody tells of themselves beside them: *bin 52, was zahlt mir die Agentur*.

A reader that counts words takes a long story with a short question for a story. Whether something is asked is a matter of
grammar: a question mark, a question word at the beginning of a clause, or a verb that stands there before its subject.
"""

import re

from bot.content.definitions import Content
from bot.dialogue.setting_aside import NOTHING_ELSE, set_aside, share_of
from bot.model import Candidate, Understanding
from bot.understanding.normalize import fold

TELLS = "situation"
"""The action of the intent of somebody who tells something and asks nothing."""

_DE_WORD = (
    r"(?:wie(?! gesagt)|was(?! mit)|wer|wen|wem|wo|wann|warum|wieso|weshalb|welche[rsnm]?|womit|wofur|wozu|wieviel|ob)"
)
_DE_VERB = (
    r"(?:kann|konnte|darf|muss|mussen|soll|sollte|bekomm\w*|krieg\w*|brauch\w*|zahlt|geht|gilt|lohnt|reicht|wird|werden|steht|"
    r"hat|habe?|ist|sind|komm\w*|verlier\w*|bleib\w*)"
)
_DE_SUBJECT = r"(?:ich|man|wir|das|es|da|die|der|mir|mich|mein\w*|sich|jemand)"
_EN_WORD = r"(?:how|what|who|where|when|why|which|whether)"
_EN_VERB = r"(?:can|could|may|do|does|did|is|are|will|would|should|must|have|has)"
_EN_SUBJECT = r"(?:i|we|it|there|my|they|the|that|this|he|she|you|anyone|somebody)"
_ASKS = re.compile(
    r"\?|(?:^|[.,;:!–—-] ?|\b(?:und|aber|oder|also|and|but|or|so) )"
    rf"(?:{_DE_WORD}\b|gibt ?e?s\b|{_DE_VERB} {_DE_SUBJECT}\b|{_EN_WORD}\b|{_EN_VERB} {_EN_SUBJECT}\b)"
)


def asks(text: str) -> bool:
    """Whether something is asked in a text, by its grammar."""
    return _ASKS.search(fold(text)) is not None


def without_telling(found: Understanding, content: Content) -> Understanding:
    """What was understood of a message that asks something, as if nothing had been told beside; else as it is."""

    def tells(candidate: Candidate) -> bool:
        intent = content.intents.get(candidate.intent) if candidate.intent else None
        return intent is not None and intent.action == TELLS

    asked = 0 < share_of(found, tells) < NOTHING_ELSE and asks(found.text)
    return set_aside(found, tells) if asked else found
