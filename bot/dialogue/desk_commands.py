"""What coordinators type in a chat to work their cases: one word, then what it needs. Pure, and the same on every platform.

Matrix writes ``!nimm 17`` (its clients keep what begins with a slash for themselves), Slack the same words after its own
command. German and English words mean the same. What is no command is what somebody writes in the thread of a case: a reply,
or a note (``relaying.py``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.model import CaseNumber

MARK = "!"

CommandName = Literal[
    "claim", "reply", "note", "transfer", "wait", "wait_third", "go_on", "resolve", "to_queue", "to_bot", "reopen",
    "transcript", "again", "knowledge", "queue", "next", "review", "card", "away", "back", "sign_in", "help",
]  # fmt: skip

COMMANDS: Mapping[CommandName, tuple[str, ...]] = {
    "claim": ("nimm", "übernehmen", "claim", "take"),
    "reply": ("a", "antwort", "r", "reply"),
    "note": ("notiz", "note"),
    "transfer": ("an", "übergeben", "to", "transfer"),
    "wait": ("warten", "wait"),
    "wait_third": ("extern", "stelle", "third"),
    "go_on": ("weiter", "continue"),
    "resolve": ("fertig", "erledigt", "resolve", "done"),
    "to_queue": ("zurück", "return"),
    "to_bot": ("lotse", "bot"),
    "reopen": ("öffnen", "reopen"),
    "transcript": ("verlauf", "transcript"),
    "again": ("nochmal", "again"),
    "knowledge": ("wissen", "knowledge"),
    "queue": ("liste", "fälle", "queue"),
    "next": ("nächster", "next"),
    "review": ("prüfen", "review"),
    "card": ("stand", "karte", "card"),
    "away": ("abwesend", "away"),
    "back": ("wieder", "back"),
    "sign_in": ("desk", "anmelden", "signin"),
    "help": ("hilfe", "help"),
}
"""The first word of each is the one the help names in German."""

_BY_WORD = {word: name for name, words in COMMANDS.items() for word in words}
_FOLDED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "s"})
_PLAIN = {word.translate(_FOLDED): name for word, name in _BY_WORD.items()}
_PLAIN |= {word.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae"): name for word, name in _BY_WORD.items()}
_ON_THE_BUTTON: Mapping[CommandName, tuple[str, ...]] = {"next": ("fall", "case"), "review": ("knowledge",)}
"""What else stands on the button of a command; whoever types all of it means the same. *Wissen prüfen* is one of them too."""
_NUMBER = re.compile(r"#?(\d{1,9})(?=\s|$)")
_SHAPE = re.compile(r"\s*!\s?([^\W\d_]{1,20})(?![^\W\d_])[:.,;!?]*[\s:]*", re.UNICODE)
"""Whatever follows the word: *!nimm!*, *!fertig, beantwortet* and *!nimm17* would otherwise be read by the employee."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``case`` is the number that was typed, if one was; ``rest`` is what follows.

    ``perhaps``: ``rest`` begins with a number that may be that of another case than the one in whose thread it was typed.
    """

    name: CommandName
    case: CaseNumber | None = None
    rest: str = ""
    perhaps: CaseNumber | None = None


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    """It begins like a command, but no command is called so."""

    word: str


@dataclass(frozen=True, slots=True)
class OtherCase:
    """It names a case that is not the one in whose thread it was typed."""

    case: CaseNumber


NUMBERED: frozenset[CommandName] = frozenset({
    "claim", "transfer", "wait", "wait_third", "go_on", "resolve", "to_queue", "to_bot", "reopen", "transcript",
    "again", "card",
})  # fmt: skip
"""Commands after which a number can only be that of a case; in the thread of another one it is not taken for it."""
_GOES_TO_EMPLOYEE: frozenset[CommandName] = frozenset({"wait", "wait_third"})
"""Those of them whose words the employee reads: they may begin with a number of their own, *1 Woche*."""
_COUNTED = re.compile(
    r"\s+(?:(?:bis|oder|und|to|or|and)\s+\d+\s+)?"
    r"(?:(?:arbeits|werk)?tag|woche|monat|quartal|semester|jahr|stunde|minute|uhr|euro|€|prozent|%|seite|"
    r"(?:work(?:ing)?\s?)?day|week|month|quarter|year|hour|percent|page)\w{0,2}(?!\w)",
    re.IGNORECASE,
)
"""What behind a number tells that it counts something."""


def read_command(text: str, here: CaseNumber | None = None) -> Command | UnknownCommand | OtherCase | None:
    """The command in a message; None when it is none. ``here`` is the case in whose thread it was typed."""
    found = _SHAPE.match(text)
    if found is None:
        return None
    word = found[1].casefold()
    name = _BY_WORD.get(word) or _PLAIN.get(word)
    return UnknownCommand(found[1]) if name is None else _with_case(name, text[found.end() :].strip(), here)


def _with_case(name: CommandName, rest: str, here: CaseNumber | None) -> Command | OtherCase:
    if name == "knowledge" and rest.casefold() in COMMANDS["review"]:
        return Command("review")
    first, _, more = rest.partition(" ")
    if first.casefold() in _ON_THE_BUTTON.get(name, ()):
        rest = more.strip()
    found = _NUMBER.match(rest) if name in NUMBERED else None
    if found is None:
        return Command(name, None, rest)
    case = CaseNumber(int(found[1]))
    if here is None or case == here:
        return Command(name, case, rest[found.end() :].strip())
    if name in _GOES_TO_EMPLOYEE and not rest.startswith("#"):
        return Command(name, None, rest, None if _COUNTED.match(rest, found.end()) else case)
    return OtherCase(case)


HANDS = frozenset({"✋", "🤚", "🖐", "🖐️"})
"""Reactions under a card that claim it. Nothing else is done by a reaction: everything else needs a word more."""


def command_of_sign(sign: str) -> Command | None:
    """The command a reaction under a card means."""
    return Command("claim") if sign in HANDS else None
