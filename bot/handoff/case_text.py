"""A coordinator's words as the neutral tree every channel renders: a small Markdown, and nothing that could act.

Known are paragraphs, ``**bold**``, ``- lists``, ```` `code` ````, code between ```` ``` ````, and links, whose host is always
shown. Everything else stays the text it is, every word and every number of it. What a platform would take for a mention
(``@room``, ``<!channel>``) is broken up by a joiner nobody sees.

A line that begins with a number is no item of a list: ``15. Januar`` is a date, and nothing tells it from the fifteenth item. Its
line is kept, so a numbered list looks like one. What stands behind an opening fence is code like the rest, even if it names a
language: Slack's clients begin with the code there. Rejected: a Markdown library (it knows images, HTML and nesting nobody asked
for, and what it does with half a construct is its own business).
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

from bot.model import Block, Bullets, Paragraph, Span

MOST_CHARACTERS = 4_000
"""Characters of one message to an employee; more is not read on a phone."""

NOTE_MARK = "/"
"""One slash is enough: of the two somebody types, some clients (Element) take the first for an escape and send the other alone.
A reply that begins with a path stays among coordinators as well, and its receipt says so; the other way round it would be out."""
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_JOINER = "\u2060"

_ITEM = re.compile(r"\s{0,3}[-*•]\s+\S.*")
_FENCED = re.compile(r"```(?P<code>.*?)```|^[ \t]*```(?P<open>.*)\Z", re.DOTALL | re.MULTILINE)
"""Code between two fences, wherever they stand, or from one that begins a line to the end."""
_INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]{1,500})\*\*"
    r"|`(?P<code>[^`\n]{1,500})`"
    r"|\[(?P<label>[^\[\]\n]{1,300})\]\((?P<href>https?://[^\s()<>]{1,1000})\)"
    r"|(?P<bare>https?://[^\s<>\"“”„»«’‘‚›‹]{1,1000})"  # an address in quotation marks ends before the closing one
)
_PLATFORM_MENTION = re.compile(r"<([!@#])([^<>\s|]{1,80})(?:\|([^<>]{0,80}))?>")
_MENTION = re.compile(r"(?<![\w@.+-])@(?=\w)")
_AFTER_LINK = ".,;:!?)'"
_HOST = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d+)?(?:[/?#].*)?", re.DOTALL)
"""The host of an address; one with a name in front of its host has none, because it pretends to be elsewhere."""


def is_note(text: str) -> bool:
    """Whether this is an internal note: it begins with a slash, or two, whatever nobody sees in front of it."""
    return text.lstrip().lstrip(_UNSEEN).lstrip().startswith(NOTE_MARK)


def note_text(text: str) -> str:
    """The words of a note, without its mark."""
    stripped = text.lstrip().lstrip(_UNSEEN).lstrip()
    return stripped.removeprefix(NOTE_MARK).removeprefix(NOTE_MARK).strip()


def harmless(text: str) -> str:
    """The text with every mention broken up, so that no platform calls anybody."""
    text = _PLATFORM_MENTION.sub(lambda found: f"@{_JOINER}{found[3] or found[2]}", text)
    return _MENTION.sub(f"@{_JOINER}", text)


def parse(source: str) -> tuple[Block, ...]:
    """The words as paragraphs and lists."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    blocks: list[Block] = []
    place = 0
    for found in _FENCED.finditer(source):
        blocks += _prose(source[place : found.start()])
        blocks += _code(found["code"] or found["open"] or "")
        place = found.end()
    blocks += _prose(source[place:])
    return tuple(blocks)


def _prose(source: str) -> Iterator[Block]:
    """The paragraphs and lists of words outside of fences."""
    for kind, lines in groupby(source.strip(" \t").split("\n"), _kind_of):
        match kind:
            case "item":
                yield Bullets(tuple(_spans(line.lstrip()[1:].strip()) for line in lines))
            case "words":
                yield Paragraph(_spans("\n".join(line.rstrip() for line in lines)))


def _kind_of(line: str) -> Literal["item", "words", "blank"]:
    if _ITEM.fullmatch(line):
        return "item"
    return "words" if line.strip() else "blank"


def _code(source: str) -> Iterator[Block]:
    code = re.sub(r"\A(?:[ \t]*\n)+", "", source).rstrip()
    if code:
        yield Paragraph((Span(harmless(code), code=True),))


def _spans(text: str) -> tuple[Span, ...]:
    return tuple(_joined(_pieces(text)))


def _pieces(text: str) -> Iterator[Span]:
    place = 0
    for found in _INLINE.finditer(text):
        yield Span(harmless(text[place : found.start()]))
        place = found.end()
        if found["bold"]:
            yield Span(harmless(found["bold"]), bold=True)
        elif found["code"]:
            yield Span(harmless(found["code"]), code=True)
        elif found["href"]:
            yield from _link(found["label"], found["href"])
        else:
            address = found["bare"].rstrip(_AFTER_LINK)
            yield from _link(None, address)
            yield Span(harmless(found["bare"][len(address) :]))
    yield Span(harmless(text[place:]))


def _link(label: str | None, href: str) -> Iterator[Span]:
    """A link that says where it leads; one without a host, or with a name in front of it, is text."""
    found = _HOST.fullmatch(href)
    host = found[1].lower() if found else None
    if host is None:
        yield Span(harmless(f"{label} ({href})" if label else href))
    elif label is None:
        yield Span(href, href=href)
    else:
        yield Span(f"{harmless(label)} [{host}]", href=href)


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Without empty pieces, and plain ones that touch as one."""
    held: Span | None = None
    for span in spans:
        if not span.text:
            continue
        if held is not None and not (held.bold or held.code or held.href or span.bold or span.code or span.href):
            held = Span(held.text + span.text)
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held
