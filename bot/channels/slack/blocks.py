"""A neutral reply as messages of Slack: blocks for the eye, and beside them a text that says everything by itself.

The words are rich text (``rich_text``), not Slack's markup: what somebody wrote stands there to the letter, and a list is
a list to a screen reader. ``text`` is what notifications show and screen readers read, so it is complete: source lines and
numbered choices included.

Rejected: ``section`` blocks with ``mrkdwn`` (every asterisk of an employee would have to be disarmed) and the ``markdown``
block (Slack reads links and mentions in it).

Source of the limits: https://docs.slack.dev/reference/block-kit/blocks/ and
https://docs.slack.dev/reference/methods/chat.postMessage (50 blocks, 40,000 characters of text, 4,000 advised).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import Json, button, plain
from bot.channels.slack.desk_forms import card_buttons, command_buttons
from bot.channels.slack.escaping import TURNS_AROUND, escape, is_safe, link_words
from bot.channels.splitting import split_reply
from bot.model import (
    SOURCE_WORDS,
    Bullets,
    Choice,
    Limits,
    OutboxId,
    Paragraph,
    Reply,
    SourceNote,
    Span,
    as_text,
    voice_of,
)

LIMITS = Limits(text=4_000, choices=25)
"""``text`` of one message; longer replies become several. An ``actions`` block holds 25 buttons."""

PART = 3_000
"""Characters of the words in one message: room is left for sources, choices and who speaks."""
MOST_BLOCKS = 40
ASIDE = 1_900
"""Characters of a note in small print; what is longer is set like any other paragraph."""

CHOICES, RATING = "choices", "rating"
"""How the ``block_id`` of the two rows of buttons begins; behind it stands the outbox id of the reply."""
CHOICE, RATE_YES, RATE_NO, WHY = "choice", "rate-yes", "rate-no", "why"
"""How the ``action_id`` of a button begins, or what it is; a choice's number stands behind it."""

NOTHING = "–"
"""Stands for a reply without words: Slack takes no empty message."""


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """What ``chat.postMessage`` is given: ``text`` alone says everything ``blocks`` do."""

    text: str
    blocks: tuple[Json, ...]


def messages_of(reply: Reply, outbox_id: OutboxId) -> tuple[SlackMessage, ...]:
    """The reply as one message, or as several where it is too long for one. Buttons carry the outbox id, nothing else."""
    parts = split_reply(reply, PART, MOST_BLOCKS)
    return tuple(
        SlackMessage(escape(as_text(part)).strip() or NOTHING, _blocks(part, outbox_id) or (NOTHING_SAID,))
        for part in parts
    )


def _blocks(reply: Reply, outbox_id: OutboxId) -> tuple[Json, ...]:
    blocks: list[Json] = []
    voice = voice_of(reply)
    if voice:
        blocks.append(rich_text(section((Span(f"{voice}:", bold=True),))))
    for block in reply.blocks:
        match block:
            case Paragraph(tone="text") | Bullets():
                blocks.append(_block_of(block))
            case Paragraph(spans=spans):
                blocks.append(aside(spans))
    if reply.sources:
        blocks.append(rich_text(*(section(_source(note, reply)) for note in reply.sources)))
    if reply.card is not None:
        blocks.append(card_buttons(*reply.card, reply.choices, reply.locale))
    elif reply.choices:
        blocks.append(command_buttons(reply.choices, outbox_id) or _choices(reply.choices, outbox_id))
    if reply.rateable:
        blocks.append(_rating(reply, outbox_id))
    return tuple(blocks)


def words_of(reply: Reply) -> tuple[Json, ...]:
    """The words of a reply as blocks, without anything to press."""
    bare = replace(reply, sources=(), choices=(), rateable=False, card=None)
    return tuple(block for part in split_reply(bare, PART, MOST_BLOCKS) for block in _blocks(part, OutboxId("")))


def _block_of(block: Paragraph | Bullets) -> Json:
    match block:
        case Paragraph(spans=spans):
            return rich_text(section(spans))
        case Bullets(items=items):
            return rich_text(
                {"type": "rich_text_list", "style": "bullet", "elements": [section(item) for item in items]}
            )


# --- Words -----------------------------------------------------------------------------------------------------------


def rich_text(*elements: Json) -> Json:
    """One block of rich text."""
    return {"type": "rich_text", "elements": list(elements)}


def section(spans: Iterable[Span]) -> Json:
    """A run of words; a link shows where it leads, and nothing beside it can turn that around."""
    spans = tuple(spans)
    beside_a_link = any(span.href for span in spans)
    elements = [element for span in spans if (element := _element(span, beside_a_link)) is not None]
    return {"type": "rich_text_section", "elements": elements or [{"type": "text", "text": " "}]}


def _element(span: Span, beside_a_link: bool) -> Json | None:
    if span.mention is not None:
        return {"type": "user", "user_id": span.mention}
    address = TURNS_AROUND.sub("", span.href or "")
    if address and is_safe(address):
        element: Json = {"type": "link", "url": address, "text": link_words(span.text, address)}
    else:
        text = TURNS_AROUND.sub("", span.text) if beside_a_link else span.text
        if span.href:
            text = f"{text} ({span.href})"
        if not text:
            return None
        element = {"type": "text", "text": text}
    style = {name: True for name, on in (("bold", span.bold), ("code", span.code)) if on}
    return {**element, "style": style} if style else element


NOTHING_SAID = rich_text(section((Span(NOTHING),)))


def aside(spans: Iterable[Span]) -> Json:
    """A note set apart in small print; with a link in it, or very long, an ordinary paragraph."""
    spans = tuple(spans)
    text = "".join(span.text for span in spans)
    if not text.strip() or len(text) > ASIDE or any(span.href for span in spans):
        return rich_text(section(spans))
    return {"type": "context", "elements": [plain(text)]}


def _source(note: SourceNote, reply: Reply) -> tuple[Span, ...]:
    said = SOURCE_WORDS[reply.locale]
    dated = f"{said['as_of']} {note.as_of}" if note.as_of else said["undated"]
    return (
        Span(f"{said['source']}: "),
        Span(note.title, href=note.url),
        Span(f", {dated}, {said['reviewed']} {note.reviewed} · {note.confidence}"),
    )


# --- Buttons ---------------------------------------------------------------------------------------------------------


def _choices(choices: tuple[Choice, ...], outbox_id: OutboxId) -> Json:
    """The number in front is what may be typed instead."""
    buttons = [
        button(f"{number}. {choice.label}", f"{CHOICE}-{number}", outbox_id)
        for number, choice in enumerate(choices[: LIMITS.choices], 1)
    ]
    return {"type": "actions", "block_id": f"{CHOICES}:{outbox_id}", "elements": buttons}


def _rating(reply: Reply, outbox_id: OutboxId) -> Json:
    labels = ((words.HELPFUL, RATE_YES), (words.NOT_HELPFUL, RATE_NO), (words.WHY, WHY))
    buttons = [button(each[reply.locale], action, outbox_id) for each, action in labels]
    return {"type": "actions", "block_id": f"{RATING}:{outbox_id}", "elements": buttons}


def with_choice(message: Mapping[str, Any], said: str) -> SlackMessage:
    """A message of Lotse's as Slack sent it along with a press, its choices replaced by what was chosen."""
    blocks = tuple(_replaced(block, CHOICES, said) for block in message.get("blocks", ()))
    return SlackMessage(f"{message.get('text', '')}\n\n{escape(said)}", blocks)


def with_rating(message: Mapping[str, Any], said: str, locale_why: str) -> SlackMessage:
    """The same with the rating that was given; *why* stays, because it may be asked afterwards."""
    blocks: list[Json] = []
    for block in message.get("blocks", ()):
        blocks.append(_replaced(block, RATING, said))
        if str(block.get("block_id", "")).startswith(f"{RATING}:"):
            outbox_id = str(block["block_id"]).partition(":")[2]
            blocks.append(
                {"type": "actions", "block_id": f"why:{outbox_id}", "elements": [button(locale_why, WHY, outbox_id)]}
            )
    return SlackMessage(f"{message.get('text', '')}\n\n{escape(said)}", tuple(blocks))


def _replaced(block: Json, row: str, said: str) -> Json:
    block_id = str(block.get("block_id", ""))
    if not block_id.startswith(f"{row}:"):
        return block
    return {"type": "context", "block_id": f"done-{block_id}", "elements": [plain(said)]}
