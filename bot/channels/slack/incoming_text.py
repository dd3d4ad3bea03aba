"""What somebody wrote, as they saw it: Slack's markup for people, rooms and links becomes plain words."""

import re

from bot.channels.slack.escaping import unescape

MARKUP = re.compile(r"<([^<>]*)>")
SOMEBODY = "@…"
"""Stands for a person Slack names by id only: whose id it is, is no business of Lotse's."""


def mentions(text: str, user: str) -> bool:
    """Whether the text names this user."""
    return any(_user_of(found) == user for found in MARKUP.findall(text))


def speaks_to_others(text: str, user: str) -> bool:
    """Whether it begins by naming people, and this user is none of them: a word between colleagues."""
    opening = re.match(r"\s*(?:<@[^<>]*>[\s,:;]*)+", text)
    return opening is not None and not mentions(opening[0], user)


def plain_text(text: str, user: str) -> str:
    """The words without markup; the mention of ``user``, which is Lotse, is left out."""

    def replace(found: re.Match[str]) -> str:
        return "" if _user_of(found[1]) == user else _words_of(found[1])

    return re.sub(r"[ \t]{2,}", " ", unescape(MARKUP.sub(replace, text))).strip()


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
            return label or f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label == address or address.endswith(f"//{label}") else f"{label} ({address})"
