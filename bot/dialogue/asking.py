"""Questions, told apart from what somebody tells of themselves beside them: *bin 52, was zahlt mir die Agentur*.

A reader that counts words takes a long story with a short question for a story. Whether something is asked is a matter of
grammar: a question mark, a question word at the beginning of a clause, or a verb that stands there before its subject.
"""

import re

from bot.content.definitions import Content
from bot.dialogue.setting_aside import NOTHING_ELSE, set_aside, share_of, with_action
from bot.model import Understanding
from bot.understanding.normalize import fold

TELLS = "situation"
"""The action of the intent of somebody who tells something and asks nothing."""

_DE_WORD = (
    r"(?:wie(?! gesagt)|was(?! mit)|wer|wen|wem|wo|wann|warum|wieso|weshalb|welche[rsnm]?|womit|wofur|wozu|wieviel|ob)"
)
_EN_WORD = r"(?:how|what|who|where|when|why|which|whether)"
_DE_VERB = (
    r"(?:(?:be)?zahlt|zahlen|ist|sind|kann|konnte|darf|muss|mussen|soll|sollte|gibts?|gehe?n?|geht|gilt|gelten|wird|werden|kostet|"
    r"dauert|steht|passt|hilft|lohnt|reicht|heisst|ubernimmt|entscheidet|erkennt|unterschreibt|bleibt|bleiben|hat|habe?|brauch\w*|"
    r"bekomm\w*|krieg\w*|komm\w*|mach\w*|stell\w*|find\w*|fang\w*|weise|bring\w*|konnen|verlier\w*)"
)
_EN_VERB = (
    r"(?:can|could|may|do|dos|did|is|are|will|would|should|must|pays?|gets?|costs?|counts?|decides?|happens?|runs?|fits?|"
    r"gives?|recogni[sz]es?|checks?)"
)
_AT_THE_BEGINNING = (
    rf"{_DE_WORD}\b|{_EN_WORD}\b|{_DE_VERB} (?:ich|man|wir|das|es|da|die|der|mir|mich|mein\w*|sich|jemand)\b|"
    r"(?:can|could|may|do|dos|did|is|are|will|would|should|must|have|has) "
    r"(?:i|we|it|there|my|they|the|that|this|he|she|you|anyone|somebody)\b"
)
_LATER = (  # here *was* and *which* may begin a clause that tells, and *habe die* may go on with who was named before
    r"wieviel|wie (?:viele?|hoch|lange?|oft|weit|schnell|teuer|alt)\b|"
    rf"(?:wie|was|wer|wen|wo|wann|warum|wieso|womit|wofur|welche[rsnm]?)(?: \w+){{0,2}} {_DE_VERB}\b|"
    rf"{_DE_VERB} (?:ich|man|wir)\b|(?:bis|ab|seit) wann\b|"
    rf"(?:how|what|who|where|when|why)(?: \w+){{0,2}} {_EN_VERB}\b|which(?: \w+){{1,2}} {_EN_VERB}\b|"
    r"(?:can|could|may|do|dos|did|is|are|will|would|should|must) (?:i|we|there|my|the|it)\b"
)
_ASKS = re.compile(
    rf"\?|(?:^|[.;:!–—-] ?)(?:gibt ?e?s\b|{_AT_THE_BEGINNING})|"
    r", ?(?:zahlt|lohnt|geht|reicht|gilt|werden|muss|kann|bringt) (?:das|es|sich|mir|er|der|die|dieses)\b|"
    rf"(?:,|\b(?:und|aber|oder|also|and|but|or|so)) ?(?:gibt ?e?s\b|{_LATER})"
)
"""In the folded text, where *does* is *dos*: what begins a question at the beginning of a sentence, and what does so within one."""


def asks(text: str) -> bool:
    """Whether something is asked in a text, by its grammar."""
    return _ASKS.search(fold(text)) is not None


def without_telling(found: Understanding, content: Content) -> Understanding:
    """What was understood of a message that asks something, as if nothing had been told beside; else as it is."""
    tells = with_action(content, TELLS)
    asked = 0 < share_of(found, tells) < NOTHING_ELSE and asks(found.text)
    return set_aside(found, tells) if asked else found
