"""What a reaction under a reply means: nothing is pressed that could not be said with an emoji as well."""

from collections.abc import Mapping

from bot.channels.looking import SentReply
from bot.model import AskedPerson, AskedWhy, Input, Pressed, Rated, Utterance

NUMBERS: Mapping[str, int] = {
    name: number for number, name in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
}
THUMBS: Mapping[str, bool] = {"+1": True, "thumbsup": True, "-1": False, "thumbsdown": False}
SIGNS: Mapping[str, str] = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌", "clap": "👏", "pray": "🙏", "wave": "👋",
    "heart": "❤️", "tada": "🎉", "smile": "😄", "slightly_smiling_face": "🙂", "white_check_mark": "✅", "heavy_check_mark": "✔️",
    "x": "❌", "question": "❓", "eyes": "👀", "thinking_face": "🤔", "disappointed": "😞", "cry": "😢", "joy": "😂",
}  # fmt: skip
"""The signs that are carried over between an employee and a coordinator, by Slack's names of them."""
WHY = frozenset({"question", "grey_question"})
PERSON = frozenset({"raising_hand", "man-raising-hand", "woman-raising-hand", "raised_hand", "hand"})


def meaning_of(emoji: str, sent: SentReply | None) -> Input | None:
    """What this emoji under this reply says; None when it says nothing, or the reply was to somebody else.

    Under a coordinator's words, while that coordinator has the case, it is said to them as a short message.
    """
    if sent is None or not sent.theirs:
        return None
    name = emoji.partition("::")[0]  # behind it stands the tone of skin
    if sent.reply.person is not None:
        sign = SIGNS.get(name)
        return Utterance(sign) if sign is not None and sent.with_person else None
    if name in PERSON:
        return AskedPerson("")
    if name in THUMBS and sent.reply.rateable:
        return Rated(THUMBS[name], sent.outbox_id)
    if name in WHY and sent.reply.rateable:
        return AskedWhy(sent.outbox_id)
    number = NUMBERS.get(name)
    if number is None or sent.outdated or number >= len(sent.reply.choices):
        return None
    return Pressed(sent.reply.choices[number].value)
