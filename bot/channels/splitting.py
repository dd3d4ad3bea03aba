"""Divides a reply that is too long for one message of a platform: by meeting its limits, never by failing.

It is cut between paragraphs and items of lists where that is possible, else between words. Who speaks is said in every
part; sources, choices and the question whether it helped stand under the last.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.model import Block, Bullets, Paragraph, Reply, Span, source_text, spans_text

BETWEEN = 2
"""Characters between two blocks: the empty line."""
BULLET = 3


def split_reply(reply: Reply, characters: int, blocks: int) -> tuple[Reply, ...]:
    """The reply in as many parts as it needs, each at most so long and of at most so many blocks."""
    under = sum(len(source_text(note, reply.locale)) + BETWEEN for note in reply.sources)
    under += sum(len(choice.label) + 5 for choice in reply.choices)
    parts: list[list[Block]] = [[]]
    size = 0
    for piece in _pieces(reply.blocks, characters):
        length = _length(piece)
        if parts[-1] and (size + length > characters or len(parts[-1]) >= blocks):
            parts.append([])
            size = 0
        _append(parts[-1], piece)
        size += length
    if parts[-1] and size + under > characters:
        parts.append([])
    bare = replace(reply, sources=(), choices=(), rateable=False, card=None)
    *first, last = (tuple(part) for part in parts)
    return (*(replace(bare, blocks=part) for part in first), replace(reply, blocks=last))


def _pieces(blocks: tuple[Block, ...], characters: int) -> Iterator[Block]:
    """Paragraphs and single items, none of them longer than this."""
    for block in blocks:
        match block:
            case Paragraph(spans=spans):
                yield from (replace(block, spans=part) for part in _cut(spans, characters - BETWEEN))
            case Bullets(items=items):
                for item in items:
                    yield from (Bullets((part,)) for part in _cut(item, characters - BULLET))


def _append(part: list[Block], piece: Block) -> None:
    """Put a piece at the end; an item joins the list it was taken from."""
    if isinstance(piece, Bullets) and part and isinstance(part[-1], Bullets):
        part[-1] = Bullets((*part[-1].items, *piece.items))
    else:
        part.append(piece)


def _length(block: Block) -> int:
    match block:
        case Paragraph(spans=spans):
            return len(spans_text(spans)) + BETWEEN
        case Bullets(items=items):
            return sum(len(spans_text(item)) + BULLET for item in items)


def _cut(spans: tuple[Span, ...], characters: int) -> Iterator[tuple[Span, ...]]:
    """The spans in runs of at most so many characters; a link is never cut, unless it alone is too long."""
    run: list[Span] = []
    room = characters
    for span in spans:
        rest = span if span.text or not span.href else replace(span, text=span.href)
        while rest.text:
            length = len(spans_text((rest,)))
            if length <= room:
                run.append(rest)
                room -= length
                break
            if rest.href and length <= characters:
                end = 0
            elif rest.href:
                rest, end = replace(rest, href=None), 0
            else:
                end = _end_of_words(rest.text, room)
            if end:
                run.append(replace(rest, text=rest.text[:end].rstrip()))
                rest = replace(rest, text=rest.text[end:].lstrip())
            elif not run and not rest.href:  # one word longer than a message
                run.append(replace(rest, text=rest.text[:characters]))
                rest = replace(rest, text=rest.text[characters:])
            if run:
                yield tuple(run)
            run, room = [], characters
    if run:
        yield tuple(run)


def _end_of_words(text: str, room: int) -> int:
    """Where the last word that still fits ends; 0 when none does."""
    if room <= 0:
        return 0
    return max(text.rfind(" ", 0, room + 1), text.rfind("\n", 0, room + 1), 0)
