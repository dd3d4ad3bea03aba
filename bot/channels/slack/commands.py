"""What ``/lotse`` means: a few words that are commands, and everything else is a question.

What concerns nobody else is answered in the direct conversation with the person; a command's own answer, which only they
see and which is gone when they load Slack anew, holds nothing they may need later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.channels.slack import slack_words as words
from bot.model import AskedPerson, Input, Locale, Utterance


@dataclass(frozen=True, slots=True)
class Said:
    """To be taken in as if the person had written it to Lotse alone."""

    input: Input


@dataclass(frozen=True, slots=True)
class Private:
    """Only to be shown."""

    text: str


Meant = Said | Private | Literal["status", "form"]

COMMANDS: Mapping[str, str] = {
    "help": "help", "hilfe": "help", "": "help",
    "status": "status", "fall": "status", "case": "status",
    "sprache": "language", "language": "language",
    "mensch": "person", "human": "person", "person": "person",
    "meine-daten": "data", "my-data": "data", "daten": "data", "data": "data",
}  # fmt: skip
LANGUAGES: Mapping[str, Locale] = {
    "de": "de", "deutsch": "de", "german": "de", "en": "en", "englisch": "en", "english": "en",
}  # fmt: skip


def read_words(said: str, locale: Locale) -> Meant:
    """What stands behind the command. A command's word counts where it stands alone, or where more may follow it."""
    first, _, rest = said.partition(" ")
    rest = rest.strip()
    command = COMMANDS.get(first.lower().strip(".!?"))
    match command:
        case "help" if not rest:
            return Private(words.COMMAND_HELP[locale])
        case "status" if not rest:
            return "status"
        case "data" if not rest:
            return _to_lotse(words.MY_DATA_UTTERANCE[locale])
        case "person":
            return Said(AskedPerson(rest)) if rest else "form"
        case "language" if len(rest.split()) <= 1:
            wanted = LANGUAGES.get(rest.lower().strip(".!?"))
            return Private(words.LANGUAGE_HELP[locale]) if wanted is None else _to_lotse(words.SWITCH[wanted])
    return _to_lotse(said)


def _to_lotse(text: str) -> Said:
    return Said(Utterance(text, to_lotse=True))
