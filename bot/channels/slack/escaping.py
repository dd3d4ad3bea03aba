"""The only way text of ours gets into a message of Slack, so that nothing in it can call anybody or hide where it leads.

Slack reads ``<!channel>``, ``<@U…>`` and ``<https://…|words>`` in a message's ``text``, and does not read them again once
``<``, ``>`` and ``&`` are written as entities. In blocks the words of a reply stand as rich text, which Slack does not read
for markup at all; there a link names its address apart from its words.

Source: https://docs.slack.dev/messaging/formatting-message-text/#escaping
"""

import re
from urllib.parse import urlsplit

ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
"""What a link may lead to; any other address is shown as plain words."""

TURNS_AROUND = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Characters that are not seen or turn the direction of what follows: beside a link they could make it read as another."""
DOTS = str.maketrans(dict.fromkeys("\u2024\u3002\uff0e\uff61", "."))
"""Signs that are read as the dot of a host."""
LOOKS_LIKE_A_HOST = re.compile(r"[^\s/:@]+\.[^\s/:@]{2,}")


def escape(text: str) -> str:
    """The text as Slack shows it to the letter, wherever Slack reads markup."""
    for character, entity in ENTITIES:
        text = text.replace(character, entity)
    return text


def unescape(text: str) -> str:
    """What people see of a text Slack sent."""
    for character, entity in reversed(ENTITIES):
        text = text.replace(entity, character)
    return text


def is_safe(address: str) -> bool:
    """Whether a link may lead there. A name in front of the host would be read as the host: *https://bank.example@other.example*."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in SAFE_SCHEMES and "@" not in parts.netloc and bool(parts.hostname or parts.path)


def link_words(words: str, address: str) -> str:
    """The words of a link so that everybody sees where it leads: with its host in them or behind them, or the address itself.

    Words that look like an address of their own are replaced, for they could name another one; those that name this very host,
    as the words of coordinators and many a title of a source do, stay.
    """
    words = TURNS_AROUND.sub("", words).strip()
    host = urlsplit(address).hostname or ""
    if not host:  # mailto: and tel: show what they are
        return address.partition(":")[2]
    named = {_bare(found) for found in LOOKS_LIKE_A_HOST.findall(words.translate(DOTS))}
    if not words or named - {_bare(host)}:
        return address
    return words if _names(words, host) else f"{words} ({host})"


def _names(words: str, host: str) -> bool:
    """Whether the words name this host where a host is looked for, and not in the path of something else."""
    return re.search(rf"(?:^|[\s(\[„“\"']|://)(?:www\.)?{re.escape(host)}", words, re.IGNORECASE) is not None


def _bare(host: str) -> str:
    """A host without what stands around it in a sentence."""
    return re.sub(r"^\W+|\W+$", "", host).lower().removeprefix("www.")
