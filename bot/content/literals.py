"""Figures that stand in a text as words or digits, where only facts may say them.

Why an error and not a hint: a figure in a text has no source, no validity and no review date, so it goes on being
said after it has changed. The patterns are wide on purpose where the unit makes the meaning sure (``zwei Wochen``),
and narrow where German uses the same words for something else: ``ein Jahr`` counts only after a word such as
``mindestens`` or ``dauert``, and a number without a unit never does.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.content.placeholders import without_placeholders


class Literal(NamedTuple):
    """A figure in a text, its offset there, and what it is."""

    words: str
    start: int
    kind: str


_NUMBER = r"\d+(?:[.,\u202f ]\d{3})*(?:[.,]\d+)?"
_WORDS_DE = (
    "zwei|zweie[nr]|drei|dreie[nr]|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|vierzehn|fünfzehn|sechzehn|"
    "siebzehn|achtzehn|neunzehn|zwanzig|vierundzwanzig|dreißig|sechsunddreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|"
    "neunzig|hundert|einhundert|zweihundert|dreihundert|vierhundert|fünfhundert|tausend|anderthalb|eineinhalb|"
    "zweieinhalb|dreieinhalb"
)
_WORDS_EN = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|twenty-four|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a |one |two )?hundred|"
    "(?:a |one )?thousand|one and a half|two and a half"
)
_COUNT = rf"(?:{_NUMBER}|{_WORDS_DE}|{_WORDS_EN})"
_TIME_DE = (
    r"(?:Minuten?|(?:Zeit-|Zeit|Unterrichts|Kurs|Arbeits)?[Ss]tunden?|(?:Arbeits|Werk|Kalender|Kurs|Urlaubs)?[Tt]age?n?|"
    r"(?:Kalender)?[Ww]ochen?|(?:Kalender)?[Mm]onate?n?|(?:Lebens|Kalender|Berufs)?[Jj]ahre?n?|Semestern?|Quartal(?:e|en|s)?|"
    r"Unterrichtseinheiten|Lerneinheiten|UE|Jahrzehnten?)"
)
_TIME_EN = (
    r"(?:minutes?|(?:teaching |course |contact |clock )?hours?|(?:working |calendar |course )?days?|weeks?|"
    r"(?:calendar )?months?|(?:calendar )?years?|semesters?|quarters|teaching units?|decades?)"
)
_TIME = rf"(?:{_TIME_DE}|{_TIME_EN})"
_BETWEEN = r"(?:[ -]|(?:[ ]?(?:bis|to|-|–|or|oder|and|und)[ ]?" + _COUNT + r"[ -]))"
_MONTH = (
    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    "January|February|March|May|June|July|October|December"
)
_ONE = (
    r"(?:mindestens|höchstens|maximal|wenigstens|bis zu|innerhalb|binnen|nach|seit|rund|etwa|knapp|spätestens|"
    r"dauert|dauern|läuft|für|at least|at most|up to|within|after|under|over|about|lasts?|takes?)"
)

_WITH_DIGITS = (
    ("an amount", rf"(?<![\w.,]){_COUNT}[ ]?(?:€|EUR\b|Euro\b|euros?\b|Cent\b|cents?\b)|(?:€|EUR)[ ]?\d[\d.,]*"),
    ("an amount", rf"(?<![\w.,]){_NUMBER}[ ]?(?:Tsd\.?|Mio\.?|Millionen|Mrd\.?|million|k€)"),
    ("a percentage", rf"(?<![\w.,]){_COUNT}[ -]?(?:%|Prozent\w*|percent\w*|per cent|percentage points?)"),
    ("a date", rf"(?<![\w.])\d{{1,2}}(?:\.|st|nd|rd|th)?[ ](?:of )?(?:{_MONTH})\b(?:[ ]\d{{4}})?"),
    ("a date", rf"\b(?:{_MONTH})[ ]\d{{1,4}}\b(?![ ]?(?:€|%))"),
    ("a date", r"(?<![\d.])\d{1,2}\.[ ]?\d{1,2}\.(?:[ ]?(?:19|20)?\d{2})?(?!\d)"),
    ("a date", r"(?<!\d)\d{4}-\d{2}(?:-\d{2})?(?!\d)"),
    ("a duration", rf"(?<![\w.,]){_COUNT}{_BETWEEN}{_TIME}\b"),
    ("a duration", r"(?<![\w.,])\d+-?(?:minütig|stündig|tägig|wöchig|monatig|jährig|semestrig)\w*"),
    ("credits", rf"(?<![\w.,]){_COUNT}[ -]?(?:ECTS\b|Credits?\b|Credit Points?|Leistungspunkte\w*|CP\b|LP\b)"),
    ("credits", r"\b(?:ECTS|Credits)[ ]?:?[ ]?\d+"),
    ("a paragraph of a law", r"§+[ ]?\d*\w*"),
    ("a paragraph of a law", r"\b(?:Paragraf\w*|Paragraph\w*|Artikel|Art\.|Absatz|Abs\.|Section|Article)[ ]\d+\w*"),
    (
        "a number of people",
        rf"(?<![\w.,]){_NUMBER}[ ](?:Beschäftigte|Mitarbeite|Angestellte|Personen|employees|staff|people)\w*",
    ),
    ("a grade", r"\b(?:Note|Notendurchschnitt|Durchschnitt|grade|average)[ ](?:von |of )?\d[.,]\d"),
    ("points", r"(?<![\w.,])\d+[ ](?:Punkte\w*|points?)\b"),
    ("a year", r"(?<![\w§.,/-])(?:19[5-9]|20[0-9])\d(?![\w-]|[.,]\d)"),
)
_IN_WORDS = (
    ("an amount", rf"\b(?:{_WORDS_DE}|{_WORDS_EN})[ ](?:Euro|euros?|Cent|cents?)\b"),
    ("a percentage", rf"\b(?:{_WORDS_DE}|{_WORDS_EN})[ -]?(?:Prozent\w*|percent\w*|per cent)"),
    ("a duration", rf"\b(?:{_WORDS_DE}|{_WORDS_EN}){_BETWEEN}{_TIME}\b"),
    ("credits", rf"\b(?:{_WORDS_DE}|{_WORDS_EN})[ -](?:Credits?|Credit Points?|Leistungspunkte\w*)\b"),
)
_COMPOUNDS = (("a duration", rf"\b(?:ein|{_WORDS_DE})(?:minütig|stündig|tägig|wöchig|monatig|jährig|semestrig)\w*"),)
_ONE_OF_THEM = (
    ("a duration", rf"\b{_ONE}[ ](?:ein|eine|einem|einen|einer|eines|one|a|an)[ ]{_TIME}\b"),
    ("a duration", r"\b(?:ein(?:em|en|es)?[ ])?halbe[sn]?[ ]Jahr(?:es)?\b|\bhalf a year\b|\bone[ ]year\b"),
)

_Patterns = tuple[tuple[str, re.Pattern[str]], ...]


def _compiled(patterns: tuple[tuple[str, str], ...]) -> _Patterns:
    return tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns)


_DIGIT_PATTERNS, _WORD_PATTERNS = _compiled(_WITH_DIGITS), _compiled(_IN_WORDS)
_COMPOUND_PATTERNS, _ONE_PATTERNS = _compiled(_COMPOUNDS), _compiled(_ONE_OF_THEM)

# A thousand topics have tens of thousands of texts, nearly all without any figure. What a pattern needs at the least is
# looked for first: a digit or sign, a number word, the end of a compound, a word for one of something.
_SIGN = re.compile(r"[0-9§€]")
_NUMBER_WORDS = frozenset(re.findall(r"[a-zäöüß]{3,}", f"{_WORDS_DE} {_WORDS_EN}")) - {"and", "one"}
_ONES = frozenset({"ein", "eine", "einem", "einen", "einer", "eines", "one", "a", "an"})
_TIMES = frozenset(
    re.findall(
        r"\w+",
        "minute minuten stunde stunden tag tages tage tagen woche wochen monat monats monate monaten "
        "jahr jahres jahre jahren semester semestern quartal jahrzehnt year month week day hour decade",
    )
)
_COMPOUND = re.compile(r"(?:minütig|stündig|tägig|wöchig|monatig|jährig|semestrig)")
_WORD = re.compile(r"[^\W\d_]+")


def _worth_trying(text: str) -> _Patterns:
    lower = text.lower()
    words = frozenset(_WORD.findall(lower))
    found: _Patterns = _DIGIT_PATTERNS if _SIGN.search(text) else ()
    if not words.isdisjoint(_NUMBER_WORDS):
        found += _WORD_PATTERNS
    if not words.isdisjoint(_TIMES) and not words.isdisjoint(_ONES | {"halbes", "halben", "half"}):
        found += _ONE_PATTERNS
    if "ig" in lower and _COMPOUND.search(lower):
        found += _COMPOUND_PATTERNS
    return found


_ADDRESSES = re.compile(r"\]\([^)\s]*\)|https?://\S+|[\w.+-]+@[\w-]+\.\w+")


def literal_figures(text: str) -> Iterator[Literal]:
    """Every figure that stands in the text itself, in order; placeholders and addresses are not looked at."""
    blanked = without_placeholders(text) if "{" in text else text
    if "](" in text or "http" in text or "@" in text:
        blanked = _ADDRESSES.sub(lambda match: "\x00" * len(match[0]), blanked)
    patterns = _worth_trying(blanked)
    if not patterns:
        return
    taken: list[tuple[int, int]] = []
    found: list[Literal] = []
    for kind, pattern in patterns:
        for match in pattern.finditer(blanked):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            found.append(Literal(match[0].strip(), match.start(), kind))
    yield from sorted(found, key=lambda literal: literal.start)
