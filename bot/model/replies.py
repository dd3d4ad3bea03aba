"""What Lotse says, free of any platform, and how it reads as plain text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.model.ids import CaseNumber, Locale

CASE_NUMBER = "{case_number}"
"""Stands in a reply for the number of the case this turn opens; the store fills it in when it commits."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text: plain, bold, code, or a link when ``href`` is set.

    ``mention`` is somebody's id on the platform: they are called, and ``text`` is their name. Only rooms of coordinators
    have such spans; nothing that was typed becomes one.
    """

    text: str
    bold: bool = False
    href: str | None = None
    code: bool = False
    mention: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of spans. ``tone`` lets a channel set an aside apart: a notice, the note in front, the source."""

    spans: tuple[Span, ...]
    tone: Literal["text", "notice", "first_contact"] = "text"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; every item is a run of spans."""

    items: tuple[tuple[Span, ...], ...]


Block = Paragraph | Bullets


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. ``label`` is what people read and may type, ``value`` comes back in ``Pressed``."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class SourceNote:
    """One source under an answer. ``as_of`` is the date the source itself shows, already in words; None: undated."""

    title: str
    url: str | None
    as_of: str | None
    reviewed: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What Lotse says in one message, free of any platform. ``as_text`` gives the whole of it as plain text."""

    blocks: tuple[Block, ...]
    locale: Locale
    sources: tuple[SourceNote, ...] = ()
    choices: tuple[Choice, ...] = ()
    rateable: bool = False
    """True for answers: the channel shows *helpful / not helpful* and *Why?*."""
    person: str | None = None
    """The name of the coordinator whose words these are; nobody may take them for the program's."""
    automatic: bool = False
    """Said by the program while a person is expected: marked, so that nobody takes it for the person's."""
    card: tuple[CaseNumber, int] | None = None
    """It is the card of this case, of this version, in a room of coordinators; a platform with forms puts what is done there
    under it.
    """


def spans_text(spans: tuple[Span, ...]) -> str:
    """The spans as plain text; a link is followed by its address in brackets."""
    return "".join(f"{s.text} ({s.href})" if s.href and s.href != s.text else s.text for s in spans)


SOURCE_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "de": {"source": "Quelle", "as_of": "Stand", "undated": "ohne Datum", "reviewed": "geprüft"},
    "en": {"source": "Source", "as_of": "as of", "undated": "undated", "reviewed": "checked"},
}


def source_text(note: SourceNote, locale: Locale) -> str:
    """One source line, such as ``Quelle: Weiterbilden SH, Stand 02.02.2026, geprüft 22.11.2026 · eine Quelle``."""
    words = SOURCE_WORDS[locale]
    dated = f"{words['as_of']} {note.as_of}" if note.as_of else words["undated"]
    line = f"{words['source']}: {note.title}, {dated}, {words['reviewed']} {note.reviewed} · {note.confidence}"
    return f"{line} · {note.url}" if note.url else line


HUMAN: Mapping[Locale, str] = {"de": "{name} (Mensch)", "en": "{name} (human)"}
AUTOMATIC: Mapping[Locale, str] = {"de": "Automatische Antwort", "en": "Automatic answer"}
WHY: Mapping[Locale, str] = {"de": "Warum diese Antwort?", "en": "Why this answer?"}
"""What stands on the button under an answer, and in the transcript when it was pressed."""


def voice_of(reply: Reply) -> str | None:
    """Who speaks, where that must be said: a coordinator by name, or the program while a person is expected."""
    if reply.person is not None:
        return HUMAN[reply.locale].replace("{name}", reply.person)
    return AUTOMATIC[reply.locale] if reply.automatic else None


def as_text(reply: Reply) -> str:
    """The complete reply a person would read: who speaks where it matters, source lines and numbered choices included."""
    voice = voice_of(reply)
    parts: list[str] = [f"{voice}:"] if voice else []
    for block in reply.blocks:
        match block:
            case Paragraph(spans=spans):
                parts.append(spans_text(spans))
            case Bullets(items=items):
                parts.append("\n".join(f"• {spans_text(item)}" for item in items))
    if reply.sources:
        parts.append("\n".join(source_text(note, reply.locale) for note in reply.sources))
    if reply.choices:
        parts.append("\n".join(f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, 1)))
    return "\n\n".join(parts)
