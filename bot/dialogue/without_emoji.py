"""What somebody said without the emoji in it: the copy that is read for its meaning. What people see keeps them.

An emoji beside words is a tone of voice, and *1 🙂* is still the first choice. But some are letters or digits to whoever looks at
characters (ℹ️, ™️, 1️⃣), and the name of one, which some platforms and people write between colons, is an English word. Signs that
are read as punctuation (‼️, ⁉️) stay.

Source: https://www.unicode.org/reports/tr51/#Emoji_Sequences
"""

import re

_SIGN = (
    "[\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d"
    "\u3297\u3299\U0001f000-\U0001faff]"
)
_JOINED = "[\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_NAME = r"(?<!\w):[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:(?:skin-tone-[2-6]:)?(?!\w)"
"""A name between colons; without a letter in it, it may as well be a part of the time of day."""

_EMOJI = re.compile(f"{_KEYCAP}|{_SIGN}{_JOINED}*|{_NAME}")
_DIGIT = re.compile("([0-9])\ufe0f?\u20e3")


def without_emoji(text: str) -> str:
    """The words alone; the text itself where there is no emoji in it. Keycaps alone are the number they show."""
    if not _EMOJI.search(text):
        return text
    bare = re.sub(r"[ \t]{2,}", " ", _EMOJI.sub(" ", text)).strip()
    return bare if any(char.isalnum() for char in bare) else "".join(_DIGIT.findall(text))
