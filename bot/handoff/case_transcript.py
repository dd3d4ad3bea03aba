"""What was said in a case, as messages to the employee who asked for it: theirs, the coordinators', Lotse's; never a note.

A long one comes in parts, because no platform takes a message of any length.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.handoff.office import BERLIN
from bot.model import CaseNumber, Locale, Paragraph, Reply, Span

MOST_CHARACTERS = 3_000
"""Characters of one part; the smallest limit of a platform is above it."""

HEADINGS: Mapping[Locale, str] = {"de": "Verlauf Ihres Falls {number}", "en": "Transcript of your case {number}"}
PARTS: Mapping[Locale, str] = {"de": " (Teil {part} von {parts})", "en": " (part {part} of {parts})"}
NOTHING: Mapping[Locale, str] = {"de": "Es wurde noch nichts geschrieben.", "en": "Nothing has been written yet."}
YOU: Mapping[Locale, str] = {"de": "Sie", "en": "You"}
AUTOMATIC: Mapping[Locale, str] = {"de": "Lotse (automatisch)", "en": "Lotse (automatic)"}


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line as the employee has seen it; ``name`` is a coordinator's."""

    who: Literal["employee", "lotse", "coordinator"]
    at: datetime
    text: str
    name: str = ""


def transcript_replies(lines: Iterable[SaidLine], number: CaseNumber, locale: Locale) -> tuple[Reply, ...]:
    """The messages that carry the whole conversation, oldest line first."""
    parts: list[list[Paragraph]] = [[]]
    size = 0
    for line in lines:
        for piece in _pieces(line, locale):
            length = sum(len(span.text) for span in piece.spans)
            if parts[-1] and size + length > MOST_CHARACTERS:
                parts.append([])
                size = 0
            parts[-1].append(piece)
            size += length
    if not parts[0]:
        parts[0].append(Paragraph((Span(NOTHING[locale]),)))
    return tuple(
        Reply((_heading(number, place, len(parts), locale), *part), locale) for place, part in enumerate(parts, 1)
    )


def _heading(number: CaseNumber, part: int, parts: int, locale: Locale) -> Paragraph:
    words = HEADINGS[locale].replace("{number}", str(number))
    if parts > 1:
        words += PARTS[locale].replace("{part}", str(part)).replace("{parts}", str(parts))
    return Paragraph((Span(words, bold=True),))


def _pieces(line: SaidLine, locale: Locale) -> Iterable[Paragraph]:
    """A line under the name of who said it; what is too long for one part goes on in the next."""
    at = line.at.astimezone(BERLIN).strftime("%d.%m.%Y, %H:%M" if locale == "de" else "%d %b %Y, %H:%M")
    name = {"employee": YOU[locale], "lotse": AUTOMATIC[locale], "coordinator": line.name}[line.who]
    yield Paragraph((Span(f"{name} · {at}", bold=True), Span("\n"), Span(line.text[:MOST_CHARACTERS])))
    for start in range(MOST_CHARACTERS, len(line.text), MOST_CHARACTERS):
        yield Paragraph((Span(line.text[start : start + MOST_CHARACTERS]),))
