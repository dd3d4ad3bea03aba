"""A reply as events of a room: HTML, and beside it a plain body that is complete by itself. Pure.

Lotse says ``m.notice``, a person's words are ``m.text``: many clients notify nobody of notices, and a program should not; a
coordinator should, and so should everything in a room of coordinators. Every event says whom it mentions, which is nobody but
whom a coordinators' room is to call, so that no name in a text calls anybody.

A long reply becomes several events, split between blocks, else between sentences or words. What has to be known when
somebody reacts to an event (which choices stood there, which answer it is) travels in the event itself, so that nothing has
to be remembered: it cannot get lost, and only events of our own are asked for it.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from bot.model import (
    Bullets,
    Choice,
    OutboxId,
    Paragraph,
    Reply,
    SourceNote,
    Span,
    source_text,
    spans_text,
    voice_of,
)

PART_BYTES = 8_000
"""Of the plain body of one event. With HTML, encryption and an edit, which holds everything twice, an event stays below the
64 KiB a homeserver takes (Matrix specification, *Size limits*)."""
HTML_BYTES = 16_000

OURS = "io.lotse"
"""Where an event of ours says what it is."""

PERSON_LINK = "https://matrix.to/#/"
"""What clients show as the name of somebody (specification, *User and room mentions*)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TURNS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SCHEMES = ("https://", "http://", "mailto:", "tel:")
_BREAK = re.compile(r".*(?:[.!?…]\s|\n)|.*\s", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply that stays together: as plain text, and as HTML."""

    plain: str
    html: str

    @property
    def size(self) -> int:
        """Bytes of the plain text."""
        return len(self.plain.encode())


def contents_of(reply: Reply, outbox_id: OutboxId, *, loud: bool = False) -> tuple[dict[str, Any], ...]:
    """The contents of the events this reply becomes, in their order. Choices stand in the last one.

    ``loud``: clients notify of it, whoever says it.
    """
    parts = tuple(_packed(_pieces(reply)))
    msgtype = "m.text" if loud or reply.person is not None else "m.notice"
    called = [] if reply.person is not None else _called(reply)
    contents = []
    for number, part in enumerate(parts):
        content: dict[str, Any] = {
            "msgtype": msgtype,
            "body": "\n\n".join(piece.plain for piece in part),
            "m.mentions": {"user_ids": called} if called else {},
            OURS: {"outbox": outbox_id, "rateable": reply.rateable},
        }
        if reply.person is not None:
            content[OURS]["person"] = True
        formatted = "".join(piece.html for piece in part)
        if len(formatted.encode()) <= HTML_BYTES:
            content |= {"format": "org.matrix.custom.html", "formatted_body": formatted}
        if number == len(parts) - 1 and reply.choices:
            content[OURS]["choices"] = [choice.value for choice in reply.choices]
        contents.append(content)
    return tuple(contents)


def _called(reply: Reply) -> list[str]:
    """Whom this reply calls; nothing a person typed calls anybody."""
    spans = [span for block in reply.blocks if isinstance(block, Paragraph) for span in block.spans]
    return [span.mention for span in spans if span.mention is not None]


def edit_of(content: Mapping[str, Any], event_id: str) -> dict[str, Any]:
    """The content that changes an event of ours into this one."""
    return {
        "msgtype": content["msgtype"],
        "body": f"* {content['body']}",
        "m.mentions": {},
        "m.new_content": dict(content),
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def in_thread(content: Mapping[str, Any], root: str, latest: str | None = None) -> dict[str, Any]:
    """The content as part of a thread; clients without threads show it as a reply to the thread's latest message."""
    relation = {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": latest or root},
    }
    return {**content, "m.relates_to": relation}


def reaction_to(event_id: str, sign: str) -> dict[str, Any]:
    """The content of a reaction."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event_id, "key": sign}}


@dataclass(frozen=True, slots=True)
class Written:
    """What an event of ours says about itself."""

    outbox_id: OutboxId
    rateable: bool
    choices: tuple[str, ...]
    person: bool = False
    """A coordinator's words, not Lotse's own."""


def written_in(content: Any) -> Written | None:
    """What an event of ours says about itself; None when it says nothing."""
    mark = content.get(OURS) if isinstance(content, Mapping) else None
    if not isinstance(mark, Mapping) or not isinstance(mark.get("outbox"), str):
        return None
    choices = mark.get("choices")
    values = tuple(each for each in choices if isinstance(each, str)) if isinstance(choices, list) else ()
    return Written(OutboxId(mark["outbox"]), mark.get("rateable") is True, values, mark.get("person") is True)


# --- From blocks to pieces -------------------------------------------------------------------------------------------


def _pieces(reply: Reply) -> Iterator[Piece]:
    voice = voice_of(reply)
    if voice is not None:
        yield Piece(f"{_clean(voice)}:", f"<p><strong>{_escaped(voice)}:</strong></p>")
    for block in reply.blocks:
        match block:
            case Paragraph(spans=spans, tone=tone):
                yield from _paragraph(spans, aside=tone != "text")
            case Bullets(items=items):
                yield from _bullets(items)
    if reply.sources:
        yield _sources(reply)
    if reply.choices:
        yield _choices(reply.choices)


def _paragraph(spans: tuple[Span, ...], *, aside: bool) -> Iterator[Piece]:
    for some in _split(spans):
        inner = _html(some)
        if not inner.strip():
            continue
        if all(span.code for span in some) and any("\n" in span.text for span in some):
            yield Piece(_plain(some), f"<pre>{inner}</pre>")
        else:
            yield Piece(_plain(some), f"<p><em>{inner}</em></p>" if aside else f"<p>{inner}</p>")


def _bullets(items: tuple[tuple[Span, ...], ...]) -> Iterator[Piece]:
    """A list; one that is too long for an event becomes several."""
    held: list[Piece] = []

    def joined() -> Piece:
        return Piece("\n".join(each.plain for each in held), f"<ul>{''.join(each.html for each in held)}</ul>")

    for item in items:
        for some in _split(item):
            one = Piece(f"• {_plain(some)}", f"<li>{_html(some)}</li>")
            if held and sum(each.size + 1 for each in held) + one.size > PART_BYTES:
                yield joined()
                held.clear()
            held.append(one)
    if held:
        yield joined()


def _sources(reply: Reply) -> Piece:
    plain = "\n".join(_clean(source_text(note, reply.locale)) for note in reply.sources)
    lines = "<br>".join(_source(note, reply) for note in reply.sources)
    return Piece(plain, f"<p><em>{lines}</em></p>")


def _source(note: SourceNote, reply: Reply) -> str:
    """The source line with its title as the link, instead of the address behind it."""
    words = _escaped(source_text(note, reply.locale))
    href = _href(note.url)
    if href is None or note.url is None:
        return words
    words = words.removesuffix(f" · {_escaped(note.url)}")
    title = _escaped(note.title)
    return words.replace(title, f'<a href="{href}">{title}</a>', 1)


def _choices(choices: tuple[Choice, ...]) -> Piece:
    plain = "\n".join(f"{number}. {_clean(choice.label)}" for number, choice in enumerate(choices, 1))
    items = "".join(f"<li>{_escaped(choice.label)}</li>" for choice in choices)
    return Piece(plain, f"<ol>{items}</ol>")


def _packed(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """The pieces in as few parts as hold them; at least one, even when there is nothing to say."""
    held: list[Piece] = []
    for piece in pieces:
        full = sum(each.size + 2 for each in held) + piece.size > PART_BYTES
        if held and full:
            yield held
            held = []
        held.append(piece)
    yield held or [Piece("", "")]


def _split(spans: tuple[Span, ...]) -> Iterator[tuple[Span, ...]]:
    """The spans in runs that fit into one event; nearly always one run."""
    held: list[Span] = []
    room = PART_BYTES - 16
    for span in spans:
        text, href = _clean(span.text), None if span.href is None else _clean(span.href)
        while text:
            size = len(spans_text((Span(text, href=href),)).encode())
            if size <= room:
                held.append(Span(text, span.bold, href, span.code, span.mention))
                room -= size
                break
            head = _head(text, room)
            if head:
                held.append(Span(head, span.bold, None, span.code))
            if held:
                yield tuple(held)
            elif not head:  # an address alone that is longer than an event
                return
            held, room, text = [], PART_BYTES - 16, text[len(head) :]
            if len((href or "").encode()) > room // 2:
                href = None
    if held or not spans:
        yield tuple(held)


def _head(text: str, room: int) -> str:
    """As much of the text as fits, up to the end of a sentence or at least of a word."""
    most = text.encode()[: max(room, 0)].decode("utf-8", "ignore")
    found = _BREAK.match(most)
    return found[0] if found is not None and len(found[0]) * 2 > len(most) else most


def _plain(spans: tuple[Span, ...]) -> str:
    return spans_text(spans).strip("\n")


def _html(spans: tuple[Span, ...]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    if span.href is not None:  # nothing that is not seen, or turns around what follows, may change how an address reads
        span = replace(span, text=_TURNS.sub("", span.text), href=_TURNS.sub("", span.href))
    text = _escaped(span.text)
    text = text if span.code else text.replace("\n", "<br>")
    if span.code:
        text = f"<code>{text}</code>"
    if span.bold:
        text = f"<strong>{text}</strong>"
    href = _href(span.href if span.mention is None else f"{PERSON_LINK}{quote(span.mention)}")
    return text if href is None else f'<a href="{href}">{text}</a>'


def _href(address: str | None) -> str | None:
    """An address that may be pressed; anything but the web, mail and telephone is not made a link."""
    if address is None or not address.lower().startswith(_SCHEMES):
        return None
    return html.escape(_clean(address), quote=True)


def _escaped(text: str) -> str:
    return html.escape(_clean(text), quote=True)


def _clean(text: str) -> str:
    """Without characters that nobody sees and that would make an event larger than it may be."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).encode("utf-8", "replace").decode()
