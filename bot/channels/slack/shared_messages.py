"""Messages that are shared (*forwarded*): Slack sends their words beside those of who shares them, as attachments.

What an employee shares is read as a quotation below their own words; who wrote it is no business of Lotse's. In a room of
coordinators it is refused as files are: there, what is shared may be a colleague's note, and a quotation would be relayed. A
preview of a link is an attachment as well, and says nothing somebody wrote.

Source: Slack publishes no example; see ``tests/payloads/slack/README.md``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.slack.incoming_text import plain_text

NO_WORDS = "[no preview available]"
"""What Slack writes for a message it has no words for."""


def shared_in(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The messages that are shared with this one."""
    return [each for each in message.get("attachments") or () if each.get("is_share")]


def has_files(message: Mapping[str, Any]) -> bool:
    """Whether files come with it, or with what is shared."""
    return bool(message.get("files")) or any(shared.get("files") for shared in shared_in(message))


def words_with_shared(message: Mapping[str, Any], bot_user: str) -> str:
    """What an employee says: their own words, and every line of what they share behind the mark of a quotation."""
    own = plain_text(message.get("text") or "", bot_user)
    shared = (plain_text(_words_of(each), bot_user) for each in shared_in(message))
    quoted = ("\n".join(f"> {line}".rstrip() for line in words.split("\n")) for words in shared if words)
    return "\n\n".join(words for words in (own, *quoted) if words)


def _words_of(shared: Mapping[str, Any]) -> str:
    words = str(shared.get("text") or shared.get("fallback") or "")
    return "" if words == NO_WORDS else words
