"""What somebody says themselves, apart from what they quote; and what their message means, in their own language.

A letter quoted above a question, a piece of code or a log may be in another language than the question. What was quoted may carry
the meaning (a rejection, a deadline), so it is read as well, but only as long as the message stays in the language of its own
words: otherwise an English letter would have a German question answered in English, and drown it.
"""

import re
from collections.abc import Callable

from bot.dialogue.without_emoji import without_emoji
from bot.model import Context, Understanding
from bot.understanding.reader import Reader

_FENCED = re.compile(
    r"(?:(?<!`)`{3,}+(?!`).*?(?<!`)`{3,}+|^ {0,3}~{3,}+[^\n]*\n.*?^ {0,3}~{3,}+[ \t]*$)", re.MULTILINE | re.DOTALL
)
"""A fence may begin and end within a line, as Slack writes them; one that does not end begins nothing."""
_QUOTED = re.compile(r"^ {0,3}(?:>|&gt;)[^\n]*$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)`[^`\n]{1,500}`(?!`)")
WORDS_OF_A_SENTENCE = 4
"""A name in code marks, such as `Reinraumkurs`, is what the question is about; so many words are something quoted."""


def own_words(text: str) -> str:
    """The text without quoted lines and code; the text itself where there are none, or nothing else."""
    bare = _QUOTED.sub("", _FENCED.sub("", text))
    bare = _CODE.sub(lambda found: "" if len(found[0].split()) >= WORDS_OF_A_SENTENCE else found[0], bare)
    return bare.strip() if bare != text and any(char.isalnum() for char in bare) else text


def read_message(
    text: str, reader: Reader, context: Context, understand: Callable[[str, Reader, Context], Understanding]
) -> Understanding:
    """What a message means."""
    words, own = without_emoji(text), without_emoji(own_words(text))
    whole = understand(words, reader, context)
    if own == words:
        return whole
    alone = understand(own, reader, context)
    return whole if whole.locale == alone.locale else alone
