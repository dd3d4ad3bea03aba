"""Takes out of a text what tells who somebody is: names that are known, and what has the form of personal data.

Two ways meet. *Known* names (of the people of a case, of the firm somebody named) are looked for in every spelling they
may have: any part of them, with and without umlauts, in the genitive, in capitals. *Forms* need no knowledge: an e-mail
address, a telephone or account number, a street, a date of birth, whatever follows *Personalnummer*, *Frau*, *Ich heiße* or
*Firma*, a common first name with another name behind it. ``named_in`` finds whom a text names so; these are known then.

A name may still be left, and what is left may tell a person to somebody who knows them, which no rule can see. So the result
is a proposal for a reviewer, who is told how much of which kind was replaced; the words that were are not repeated beside it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from bot.content.first_names import FIRST_NAMES

Kind = Literal["name", "email", "link", "account", "number", "phone", "address", "birth", "company"]

PLACEHOLDERS: Mapping[Kind, str] = {
    "name": "‹Name›",
    "email": "‹E-Mail›",
    "link": "‹Link›",
    "account": "‹Konto›",
    "number": "‹Nummer›",
    "phone": "‹Telefon›",
    "address": "‹Adresse›",
    "birth": "‹Geburtsdatum›",
    "company": "‹Betrieb›",
}

SHORTEST_PART = 3
"""Letters a part of a name needs: *von* and *Li* would take too much with them."""
_LITTLE_WORDS = frozenset({"von", "van", "der", "den", "und", "the", "and", "für", "gmbh", "mbh", "holding", "group"})
"""Parts of names that are ordinary words."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """How often something of this kind was replaced."""

    kind: Kind
    placeholder: str
    times: int


_UPPER = "A-ZÄÖÜÀ-ÖØ-Þ"
_WORD = rf"[{_UPPER}][\w'’-]+"
_STREET = r"(?:straße|strasse|str\.|weg|allee|platz|ring|gasse|damm|ufer|chaussee|kamp|stieg|redder|twiete|koppel|markt|hof|deich)"
_NUMBER_WORDS = (
    r"personal(?:nummer|[- ]?nr\.?)|pers\.?[- ]?nr\.?|matrikel(?:nummer|[- ]?nr\.?)|kunden(?:nummer|[- ]?nr\.?)|"
    r"(?:sozial|renten|kranken)?versicherten?(?:nummer|[- ]?nr\.?)|(?:sozial|renten)?versicherungs(?:nummer|[- ]?nr\.?)|"
    r"steuer(?:nummer|[- ]?id|-?identifikationsnummer|[- ]?nr\.?)|ausweis(?:nummer|[- ]?nr\.?)|akten(?:zeichen|nummer)|"
    r"az\.|mitglieds(?:nummer|[- ]?nr\.?)|(?:employee|staff|personnel|student|insurance|tax|passport|file|customer)"
    r" (?:number|no\.?|id)"
)

_LOW = r"[a-zäöüß][\w'’-]+"
_FIRST_NAME = rf"(?:{'|'.join(sorted(FIRST_NAMES))})"
_SALUTATION = r"(?:[Ll]iebe[rs]?|[Hh]allo|[Hh]i|[Hh]ey|[Mm]oin|[Gg]uten (?:Tag|Morgen|Abend)|[Dd]ear|[Hh]ello)"
_NOBODY = (
    r"(?:(?:Frau|Herrn?|Damen|Kolleg\w*|Sie|Ihr\w*|Dr|Prof|Mrs?|Ms|Miss|Lotse|Moin|[Tt]eam|[Zz]usammen|Alle|All|Everyone|There)\b"
    r"|Koordination|Förderberatung|Beratung)"
)
"""Whom a letter may address without naming anybody."""
_ROLE = (
    r"(?:Auszubild|Azubi|Angestell|Arbeit|Ausbild|Beamt|Betriebs|Chem|Elektr|Fach|Industrie|Ingenieur|Laborant|Leih|Mechatron|"
    r"Meister|Mikro|Minijob|Mitarbeit|Mutter|Personal|Physik|Quer|Rentner|Selbst|Stud|Techni|Teilzeit|Vater|Vollzeit|Werk)"
)
"""What somebody is, and no name, after *Ich bin*."""
_NO_FIRM = (
    r"(?:Kosten|Geld|Antrag|Anträge|Förder|Bonus|Kurs|Zuschuss|Zuschüsse|Urlaub|Zeit|Stunden|Lohn|Unterlagen|Sie\b|Ihr)"
)

_HOUSE = rf"[{_UPPER}][\w'’.-]*(?:[ -][{_UPPER}][\w'’-]*){{0,3}}?[ -]?(?i:{_STREET}) ?\d+ ?[a-z]?\b"
_TOWN = rf"\d{{5}} {_WORD}(?: {_WORD})?"

FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "email",  # all of it from its first letter; from others a little, or a long word would be read anew from each
        re.compile(
            r"(?:mailto:)?(?:(?<![\w.+%-])[\w.+%-]+|[\w.+%-]{1,64}) ?(?:@|\(at\)|\[at\]) ?[\w-]+(?: ?\. ?[\w-]+)+",
            re.IGNORECASE,
        ),
    ),
    ("link", re.compile(r"\b(?:https?://|www\.)[^\s<>()\[\]\"']+", re.IGNORECASE)),
    ("name", re.compile(r"(?<![\w@])@[\w.:-]{2,}")),
    ("account", re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b", re.IGNORECASE)),
    ("number", re.compile(r"\b\d{2}[ ]?\d{6}[ ]?[A-Z][ ]?\d{3}\b")),
    (
        "number",
        re.compile(
            rf"(?<=\b)(?:{_NUMBER_WORDS})(?:\s*(?:ist|is|lautet|:|=|#))*\s*(?P<what>[\w/.-]*\d[\w/.-]*)", re.IGNORECASE
        ),
    ),
    (
        "birth",
        re.compile(
            r"(?:geb(?:oren|\.)?|geburtsdatum|geburtstag|born|date of birth|dob)(?:\s*(?:am|on|ist|is|:))*\s*"
            r"(?P<what>\d{1,2}[. /-]+(?:\d{1,2}|[A-Za-zä]+)[. /-]+\d{2,4}|\d{4}-\d{2}-\d{2})",
            re.IGNORECASE,
        ),
    ),
    ("phone", re.compile(r"(?<![\w.,])(?:\+|00)\d{1,3}[\d \t/()-]{5,}\d(?![\d%€])")),
    ("phone", re.compile(r"(?<![\w.,/-])\(?0\d{2,5}\)?[ \t/-]*\d[\d \t/-]{3,}\d(?![\d%€])")),
    ("address", re.compile(rf"\b{_HOUSE}(?:, ?{_TOWN})?")),
    ("address", re.compile(rf"\b(?:Am|An der|Auf dem|Im|In der|Zum|Zur|Beim|Hinter der) {_WORD}(?: {_WORD})? \d+ ?[a-z]?\b")),
    ("address", re.compile(rf"\b\d+ {_WORD}(?: {_WORD})? (?:Street|Road|Avenue|Lane|Drive)\b")),
    ("address", re.compile(rf"(?<![\d.,])\d{{5}} (?!Euro\b|EUR\b){_WORD}\b")),
    ("number", re.compile(r"(?<![\d.,])\d{8,}(?![\d.,]*\d)")),
    (
        "name",
        re.compile(
            rf"\b(?:[Ff]rau|[Hh]errn?|[Mm]rs?\.?|[Mm]s\.?|[Mm]iss|[Dd]r\.|[Pp]rof\.)(?: (?:Dr\.|Prof\.))* "
            rf"(?P<what>(?!Sie\b|Ihr)(?:(?:von|van|de|zu|der) )*{_WORD}(?: (?:(?:von|van|de|zu|der) )*{_WORD})?)"
        ),
    ),
    (
        "name",
        re.compile(
            rf"\b(?i:ich hei(?:ß|ss)e|mein name ist|name:|my name is|i am called)\s+"
            rf"(?P<what>{_WORD}(?: (?:(?:von|van|de|zu|der) )*{_WORD}){{0,2}})"
        ),
    ),
    (
        "name",
        re.compile(
            rf"\b(?i:ich hei(?:ß|ss)e|mein name ist|my name is)\s+"
            rf"(?P<what>{_LOW}(?: (?!(?:und|aus|ich|bin|von|vom|bei|in|and|from|i|komme|arbeite|wohne)\b){_LOW})?)"
        ),
    ),
    ("name", re.compile(rf"\b(?i:ich bin|hier ist|hier schreibt|i am|i’m|i'm) (?!{_ROLE})(?P<what>{_WORD} {_WORD})")),
    ("name", re.compile(rf"\b{_SALUTATION} (?!{_NOBODY})(?P<what>{_WORD}(?: {_WORD})?)")),
    ("name", re.compile(rf"(?<![\w-])(?P<what>{_FIRST_NAME}(?:-{_WORD})?(?: (?:von|van|de|zu|der))* {_WORD})")),
    ("company", re.compile(rf"\b(?:[Ff]irma|Fa\.) (?!{_NO_FIRM})(?P<what>{_WORD}(?: {_WORD}){{0,2}})")),
    (
        "company",
        re.compile(
            r"\b(?i:arbeite|beschäftigt|angestellt|work|working|employed)(?: ich)? (?:bei|für|at|for|by)(?: der| dem| the)? "
            rf"(?!{_NO_FIRM})(?P<what>{_WORD}(?: {_WORD}){{0,2}})"
        ),
    ),
    (
        "name",
        re.compile(
            r"(?:[Gg]r(?:u|ü|ue)(?:ß|ss)e?n?|\b[Mm]fG|[Ll][Gg]|[Vv][Gg]|[Rr]egards|[Ss]incerely|[Cc]heers)"
            rf"(?: aus {_WORD})?[,!.]?\s+(?P<what>{_WORD}(?: {_WORD}){{0,2}})\s*$",
            re.MULTILINE,
        ),
    ),
)  # fmt: skip
"""What personal data looks like; the group ``what`` is taken out when there is one, else all of it."""


def anonymise(
    text: str, names: Sequence[str] = (), companies: Sequence[str] = ()
) -> tuple[str, tuple[Replacement, ...]]:
    """The text with placeholders, and how often each kind was replaced."""
    before = {kind: text.count(sign) for kind, sign in PLACEHOLDERS.items()}

    def replaced(kind: Kind, match: re.Match[str]) -> str:
        whole = match[0]
        if kind == "link" and (kept := public_link(whole)):
            return kept
        if "what" in match.re.groupindex:
            start, end = match.start("what") - match.start(), match.end("what") - match.start()
            return f"{whole[:start]}{PLACEHOLDERS[kind]}{whole[end:]}"
        return PLACEHOLDERS[kind]

    patterns = [
        *(("company", pattern) for pattern in _spellings(companies, whole=True)),
        *FORMS,
        *(("company", pattern) for pattern in _spellings(companies, whole=False)),
        *(("name", pattern) for pattern in _spellings(names, whole=False)),
    ]
    for kind, pattern in patterns:
        text = pattern.sub(partial(replaced, kind), text)
    text = re.sub(r"(‹Name›|‹Betrieb›)(?:[ -]+\1)+", r"\1", text)
    times = {kind: text.count(sign) - before[kind] for kind, sign in sorted(PLACEHOLDERS.items())}
    return text, tuple(Replacement(kind, PLACEHOLDERS[kind], count) for kind, count in times.items() if count > 0)


def named_in(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The people and the companies a text names by what it says around them, to be known wherever else they are named."""
    found: Mapping[Kind, list[str]] = {"name": [], "company": []}
    for kind, pattern in FORMS:
        if kind in found and "what" in pattern.groupindex:
            found[kind].extend(match["what"] for match in pattern.finditer(text))
    names, companies = (tuple(dict.fromkeys(found[kind])) for kind in ("name", "company"))
    return names, companies


def public_link(address: str) -> str | None:
    """A page's address without what may tell a person: no user, no query, no fragment. None when it is no https page."""
    found = re.fullmatch(
        r"(https://[a-z0-9.-]+\.[a-z]{2,}(?:/[\w./%~-]*)?)(?:[?#].*)?[.,;:!?]*", address, re.IGNORECASE
    )
    return found[1].rstrip(".") if found and "@" not in address else None


def looks_personal(text: str) -> Iterator[tuple[Kind, str]]:
    """What still has the form of personal data, with its kind."""
    for kind, pattern in FORMS:
        for match in pattern.finditer(text):
            if kind != "link":
                yield kind, match[0].strip()


def _spellings(names: Sequence[str], *, whole: bool) -> Iterator[re.Pattern[str]]:
    """Patterns for every known name: all of it, or each part that is long enough."""
    for name in names:
        parts = [name] if whole else re.split(r"[^\w'’]+", name)
        for part in sorted(set(parts), key=len, reverse=True):
            letters = part.strip()
            if len(letters) >= SHORTEST_PART and letters.casefold() not in _LITTLE_WORDS and not letters.isdigit():
                yield re.compile(rf"(?<!\w){_any_spelling(letters)}(?:'s|’s|s|')?(?!\w)", re.IGNORECASE)


_LETTERS: Mapping[str, str] = {
    "ä": "(?:ä|ae|a)", "ö": "(?:ö|oe|o)", "ü": "(?:ü|ue|u)", "ß": "(?:ß|ss|s)", " ": r"[\s-]+", "-": r"[\s-]*",
}  # fmt: skip


def _any_spelling(name: str) -> str:
    """With and without umlauts and accents, with any white space."""
    out: list[str] = []
    for letter in unicodedata.normalize("NFC", name).lower():
        plain = unicodedata.normalize("NFD", letter)[0]
        if letter in _LETTERS:
            out.append(_LETTERS[letter])
        elif plain != letter:
            out.append(f"(?:{re.escape(letter)}|{re.escape(plain)})")
        else:
            out.append(re.escape(letter))
    pattern = "".join(out)
    if not set(name.lower()) & set("äöüß"):  # written out by somebody without umlauts
        for pair, letter in (("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("ss", "ß")):
            pattern = pattern.replace(pair, f"(?:{pair}|{letter})")
    return pattern
