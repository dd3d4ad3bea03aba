"""The wish for a language beside a question: *auf Deutsch bitte: wann sage ich es dem Chef?*, *How much is it? In English, please.*

Alone such a wish is a control word. Beside a question it would be all that is understood, and the question would be lost. Only
what stands in the content word for word counts, as a sentence of its own: *gibt es den Kurs auf Englisch?* asks for something else.
"""

import re

from bot.model import LOCALES, Locale
from bot.understanding.normalize import tokens
from bot.understanding.phrases import sentence_key
from bot.understanding.reader import INTENT, Reader

SWITCHES = {f"{INTENT}switch_{locale}": locale for locale in LOCALES}
"""By the label of the intent, which the switch of the language goes by as well."""
LONGEST = 7
"""Words of a wish."""
LEAST_LEFT = 2
"""Words a question has."""
_STOP = re.compile(r"[.:;!?]$")
_PAUSE = re.compile(r"[.:;!?,–—-]$")
_POLITE = frozenset(("bitte", "please"))


def without_language_wish(text: str, reader: Reader) -> tuple[str, Locale | None]:
    """What else a message says, and the language it asks for; the text as it is and None when it does not, or says no more."""
    words = text.split()
    for count in range(1, min(LONGEST, len(words) - LEAST_LEFT) + 1):
        for wish, before, rest in (
            (words[:count], words[count - 1], words[count:]),
            (words[-count:], words[-count - 1], words[:-count]),
        ):
            said = tokens(" ".join(wish))
            ends = _PAUSE if _POLITE.intersection(said) else _STOP
            wished = _wished(said, reader) if ends.search(before) else None
            if wished is not None:
                return " ".join(rest), wished
    return text, None


def _wished(said: tuple[str, ...], reader: Reader) -> Locale | None:
    labels = (local.phrases.get(sentence_key(said)) for local in reader.locales.values())
    return next((SWITCHES[label] for label in labels if label in SWITCHES), None)
