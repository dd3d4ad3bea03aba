"""An answer to where Lotse may not write, or not any more: it is said as a direct message to the person it is for.

Who asked must not go without an answer because somebody took Lotse out of the channel meanwhile, or archived it.
Nothing can be pressed below it, for the conversation it belongs to is the one in the channel: choices stand there as words.
What changes it or takes it back is addressed to the channel still, and goes by its id to where it stands.
"""

from dataclasses import replace

from bot.channels.slack import slack_words as words
from bot.channels.slack.external_ids import posted, put_sign
from bot.channels.slack.posting import names_person
from bot.channels.slack.slack_events import NAME
from bot.errors import ChannelError
from bot.model import Address, Block, Bullets, Delivery, Edit, Paragraph, Post, Redact, Reply, Span

_SAY_SO = ("not_in_channel", "channel_not_found", "is_archived", "restricted_action")
"""What Slack answers then; the second about a private channel, the last about one where only some may write."""


def is_out_of_reach(error: ChannelError) -> bool:
    """Whether Slack refuses a message because of the place where it was to stand."""
    return any(code in error.reason for code in _SAY_SO)


def said_directly(post: Post, user: str) -> Post:
    """The same, to this person alone."""
    return replace(post, address=Address(NAME, user), reply=_in_words(post.reply))


def at_its_place(delivery: Delivery) -> Delivery:
    """A change of an answer that was said directly, as it is to be carried out there; any other delivery as it is."""
    if not isinstance(delivery, Edit | Redact) or put_sign(delivery.external_id) or names_person(delivery.address.room):
        return delivery
    room = posted(delivery.external_id).room
    if room == delivery.address.room:
        return delivery
    there = replace(delivery, address=Address(NAME, room))
    return replace(there, reply=_in_words(there.reply)) if isinstance(there, Edit) else there


def _in_words(reply: Reply) -> Reply:
    why = Paragraph((Span(words.SAID_DIRECTLY[reply.locale]),))
    offered: tuple[Block, ...] = (Bullets(tuple((Span(choice.label),) for choice in reply.choices)),)
    blocks = (why, *reply.blocks, *(offered if reply.choices else ()))
    return replace(reply, blocks=blocks, choices=(), rateable=False)
