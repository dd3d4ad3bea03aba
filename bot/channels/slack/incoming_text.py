"""What somebody wrote, as they saw it: Slack's markup for people, rooms, links, emoji and emphasis becomes plain words.

Slack's clients send what was set in bold or italics as ``*words*`` and ``_words_``. An employee's words are text and nothing
else, so the marks go. A coordinator's are the small Markdown of ``case_text.py``: ``**words**``; italics, which it does not have,
are plain words there. The marks of a quotation (``>``) and of what was struck out (``~words~``) stay in both: without them it
would say something else. Within code everything is left as it is, its spaces too: what is set in columns stays so.

Source: https://docs.slack.dev/messaging/formatting-message-text/
"""

import re
from collections.abc import Callable

from bot.channels.slack.emoji_names import with_signs
from bot.channels.slack.escaping import unescape

MARKUP = re.compile(r"<([^<>]*)>")
SOMEBODY = "@…"
"""Stands for a person, or a group of them, that Slack names by id only: whose id it is, is no business of Lotse's."""

_STAR = r"\*"
_CODE = r"```.*?```|`[^`\n]+`"
_INSIDE = r"(?:<[^<>\n]*>|[^{mark}\n<]|(?<=\w){mark}(?=\w))+?"
TOKEN = re.compile(
    rf"(?P<code>{_CODE})"
    r"|<(?P<markup>[^<>]*)>"
    rf"|(?<![\w*])\*(?![\s*])(?P<bold>{_INSIDE.format(mark=_STAR)})(?<!\s)\*(?![\w*])"
    rf"|(?<!\w)_(?!\s)(?P<italic>{_INSIDE.format(mark='_')})(?<!\s)_(?!\w)",
    re.DOTALL,
)
"""Slack takes a mark for one only at the edge of a word."""
_GAP = re.compile(rf"(?P<code>{_CODE})|[ \t]{{2,}}", re.DOTALL)
"""What the mention of Lotse leaves behind; code is looked past."""


def mentions(text: str, user: str) -> bool:
    """Whether the text names this user."""
    return any(_user_of(found) == user for found in MARKUP.findall(text))


def speaks_to_others(text: str, user: str) -> bool:
    """Whether it begins by naming people, and this user is none of them: a word between colleagues."""
    opening = re.match(r"\s*(?:<@[^<>]*>[\s,:;]*)+", text)
    return opening is not None and not mentions(opening[0], user)


def plain_text(text: str, user: str) -> str:
    """The words without markup; the mention of ``user``, which is Lotse, is left out."""
    return _read(text, lambda markup: "" if _user_of(markup) == user else _words_of(markup), "")


def desk_text(text: str, user: str) -> str:
    """The same of a coordinator: bold words stay bold, and people who were picked stay who they are (``<@U012ABC>``)."""

    def words_of(markup: str) -> str:
        named = _user_of(markup)
        if named is None:
            return _words_of(markup)
        return "" if named == user else f"<@{named}>"

    return _read(text, words_of, "**")


def _read(text: str, words_of: Callable[[str], str], bold: str) -> str:
    return _GAP.sub(lambda found: found["code"] or " ", _words(text, words_of, bold)).strip()


def _words(text: str, words_of: Callable[[str], str], bold: str) -> str:
    read: list[str] = []
    place = 0
    for found in TOKEN.finditer(text):
        read += [unescape(with_signs(text[place : found.start()])), _token(found, words_of, bold)]
        place = found.end()
    read.append(unescape(with_signs(text[place:])))
    return "".join(read)


def _token(found: re.Match[str], words_of: Callable[[str], str], bold: str) -> str:
    if found["code"] is not None:
        return unescape(MARKUP.sub(lambda inside: words_of(inside[1]), found["code"]))
    if found["markup"] is not None:
        return unescape(words_of(found["markup"]))
    words = _words(found["bold"] or found["italic"], words_of, bold)
    # Bold words of the small Markdown have neither a star nor a link in them, and a link is worth more than its being bold.
    plain = found["bold"] is None or "*" in words or "://" in words or not words.strip()
    return words if plain else f"{bold}{words}{bold}"


def _user_of(markup: str) -> str | None:
    return markup[1:].partition("|")[0] if markup.startswith("@") else None


def _words_of(markup: str) -> str:
    target, _, label = markup.partition("|")
    match target[:1]:
        case "@":
            return f"@{label.removeprefix('@')}" if label else SOMEBODY
        case "#":
            return f"#{label}" if label else "#…"
        case "!":  # @here, a group of people, a date with the words it is shown as
            special = target[1:].partition("^")[0]
            return label or (SOMEBODY if special == "subteam" else f"@{special}")
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label == address or address.endswith(f"//{label}") else f"{label} ({address})"
