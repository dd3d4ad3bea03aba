"""The matching copy of a text: folded, cut into tokens and stems. What people see is never folded.

German is written in chat with and without umlauts (*Förderung*, *Foerderung*, *Forderung*), so all three must meet in
one form. Folding ``ä`` to ``a`` and ``ae`` to ``a`` alike does that; it also turns *Steuer* into *steur*, which is
harmless because both sides are folded the same way. Lemmas from a dictionary were left out: they cost a second of
start-up and a hundred megabytes, and moved accuracy by less than a point where it was measured.
"""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

from bot.model import Locale

_BEFORE_MARKS = str.maketrans({"ß": "ss", "ẞ": "ss", "æ": "a", "œ": "o", "ø": "o", "đ": "d", "ł": "l"})
_DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_THOUSANDS = re.compile(r"(?<=\d)[.\u202f\u00a0](?=\d{3}\b)")
_MARKUP = re.compile(r"</?[a-z][^<>]{0,40}>")
_TOKEN = re.compile(r"\d+(?:,\d+)?|§|%|€|[a-z]+(?:'[a-z]+)?")
_STEMMERS = {"de": snowballstemmer.stemmer("german"), "en": snowballstemmer.stemmer("english")}


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The text in the one form all matching happens in: lower case, no marks, no controls, one space between words."""
    folded = text.casefold() if text.isascii() and text.isprintable() else _fold_marks(text)
    for pair, letter in _DIGRAPHS:
        folded = folded.replace(pair, letter)
    return " ".join(_THOUSANDS.sub("", folded).split())


def tokens(text: str) -> tuple[str, ...]:
    """The folded words, numbers and signs (§ % €) of a text, in order. Hyphens separate; markup is no word."""
    return tuple(_TOKEN.findall(_MARKUP.sub(" ", fold(text))))


def _fold_marks(text: str) -> str:
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).translate(_BEFORE_MARKS))
    return "".join(map(_without_mark, apart)).casefold().replace("’", "'")


@lru_cache(maxsize=4096)
def _without_mark(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):  # accents, zalgo, bidirectional marks, zero width
        return ""
    return " " if category[0] in "ZC" else char


@lru_cache(maxsize=65536)
def stem(token: str, locale: Locale) -> str:
    """The token without its ending; words of three letters or fewer, numbers and signs stay as they are."""
    if len(token) <= 3 or not token[0].isalpha():
        return token
    return str(_STEMMERS[locale].stemWord(token))


def stems(words: tuple[str, ...], locale: Locale) -> tuple[str, ...]:
    """The stem of every token."""
    return tuple(stem(word, locale) for word in words)


STOPWORDS: dict[Locale, frozenset[str]] = {
    "de": frozenset(
        tokens(
            "aber als also am an auch auf aus bei beim bin bis bist bitte da dabei dafür damit dann das dass dazu dem den denn "
            "der des dich die dies diese diesem diesen dieser dir doch du ein eine einem einen einer eines er es etwas euch "
            "für gibt hab habe haben hallo hat hatte hier ich ihm ihn ihnen ihr ihre im in ist ja jetzt kann kannst können "
            "könnte könnt man mal mein meine meinem meinen meiner mich mir mit möchte muss nach nein nicht noch nun nur ob oder "
            "okay schon sein seine sich sie sind so soll sollte sonst über um und uns unser unsere vom von vor war was weil "
            "welche welchen welcher welches wenn wer werden wie will wir wird wo würde zu zum zur eigentlich denn halt eben "
            "mag moin hi hey gern gerne danke"
        )
    ),
    "en": frozenset(
        tokens(
            "a about all also am an and any are as at be been but by can could do does for from get has have hello hey hi how i "
            "if im in is it its just like me my need of on or our please should so some that the their them then there they "
            "this to us want was we what when where which who will with would you your i'm i'd"
        )
    ),
}
"""Words that say nothing about the subject. They still count as phrases and word pairs, only not as content words."""


def content_words(words: tuple[str, ...], locale: Locale) -> tuple[str, ...]:
    """The tokens that carry meaning: no stopwords, no single letters."""
    stop = STOPWORDS[locale]
    return tuple(word for word in words if word not in stop and (len(word) > 1 or word in "§%€"))
