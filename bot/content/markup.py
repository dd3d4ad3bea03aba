"""The small markup of texts: a blank line, ``- `` lists, ``**bold**`` and ``[words](address)``."""

import re
from collections.abc import Iterator

from bot.model import Block, Bullets, Paragraph, Span

_PIECE = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<words>[^\[\]\n]+)\]\((?P<href>[^()\s]+)\)|(?P<url>https://[^\s)\]]+)"
)
_TRAILING = ".,;:!?"


def blocks(text: str) -> tuple[Block, ...]:
    """The text as paragraphs and lists. Lines that belong together are joined by a space."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines: list[str] = []
        items: list[str] = []
        for line in part.split("\n"):
            if line.lstrip().startswith("- "):
                if lines:
                    found.append(_paragraph(lines))
                    lines = []
                items.append(line.lstrip()[2:].strip())
            elif items and line.startswith((" ", "\t")) and line.strip():
                items[-1] = f"{items[-1]} {line.strip()}"
            elif line.strip():
                if items:
                    found.append(_bullets(items))
                    items = []
                lines.append(line.strip())
        if lines:
            found.append(_paragraph(lines))
        if items:
            found.append(_bullets(items))
    return _joined(found)


def _paragraph(lines: list[str]) -> Paragraph:
    return Paragraph(spans(" ".join(lines)))


def _bullets(items: list[str]) -> Bullets:
    return Bullets(tuple(spans(item) for item in items))


def _joined(found: list[Block]) -> tuple[Block, ...]:
    """Two lists in a row are one, such as lines before and after a table fact."""
    joined: list[Block] = []
    for block in found:
        last = joined[-1] if joined else None
        if isinstance(block, Bullets) and isinstance(last, Bullets):
            joined[-1] = Bullets(last.items + block.items)
        else:
            joined.append(block)
    return tuple(joined)


def spans(text: str) -> tuple[Span, ...]:
    """One line of text as plain, bold and linked pieces."""
    return tuple(_spans(text))


def _spans(text: str) -> Iterator[Span]:
    end = 0
    for match in _PIECE.finditer(text):
        start, stop = match.span()
        if match["url"]:
            stop -= len(match["url"]) - len(match["url"].rstrip(_TRAILING))
        if start > end:
            yield Span(text[end:start])
        if match["bold"]:
            yield Span(match["bold"], bold=True)
        elif match["words"]:
            yield Span(match["words"], href=match["href"])
        else:
            yield Span(text[start:stop], href=text[start:stop])
        end = stop
    if end < len(text):
        yield Span(text[end:])
