"""What is stored about a person, in words they can read: the page *Meine Daten* and ``lotse export person --text``.

The rows come from the store as plain JSON values, by table. Every table is shown, one that is new under its own name,
and every value in it except bare numbers, which mean nothing to anybody outside; the download has those as well.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.dialogue.situation import BERLIN
from bot.model import Locale

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

TITLES: Mapping[str, Mapping[Locale, str]] = {
    "persons": {"de": "Ihre Kennung", "en": "Your id"},
    "conversations": {"de": "Gespräche", "en": "Conversations"},
    "transcript": {"de": "Was gesagt wurde", "en": "What was said"},
    "inbox": {"de": "Eingegangene Nachrichten", "en": "Messages received"},
    "outbox": {"de": "Nachrichten an Sie", "en": "Messages to you"},
    "cases": {"de": "Fälle bei der Koordination", "en": "Cases with the coordination team"},
    "gaps": {"de": "Fragen, auf die Lotse keine Antwort hatte", "en": "Questions Lotse had no answer to"},
    "ratings": {"de": "Ihre Bewertungen", "en": "Your ratings"},
    "timers": {"de": "Erinnerungen", "en": "Reminders"},
}
"""The tables in words, in the order they are shown in."""

NAMES: Mapping[str, Mapping[Locale, str]] = {
    "channel": {"de": "Kanal", "en": "channel"},
    "external_user": {"de": "Kennung", "en": "id"},
    "introduced_at": {"de": "über Lotse informiert", "en": "told about Lotse"},
    "room": {"de": "Raum", "en": "room"},
    "thread": {"de": "Gesprächsfaden", "en": "thread"},
    "locale": {"de": "Sprache", "en": "language"},
    "state": {"de": "Stand", "en": "state"},
    "active_at": {"de": "zuletzt benutzt", "en": "last used"},
    "at": {"de": "Zeit", "en": "time"},
    "who": {"de": "von", "en": "by"},
    "text": {"de": "Text", "en": "text"},
    "question": {"de": "Frage", "en": "question"},
    "team": {"de": "Team", "en": "team"},
    "topic": {"de": "Thema", "en": "topic"},
    "reason": {"de": "Grund", "en": "reason"},
    "context": {"de": "Zusammenhang", "en": "context"},
    "opened_at": {"de": "eröffnet", "en": "opened"},
    "closed_at": {"de": "abgeschlossen", "en": "closed"},
    "kind": {"de": "Art", "en": "kind"},
    "label": {"de": "erkannt als", "en": "recognised as"},
    "offered": {"de": "angeboten", "en": "offered"},
    "helpful": {"de": "hilfreich", "en": "helpful"},
    "payload": {"de": "Inhalt", "en": "content"},
    "delivery": {"de": "Inhalt", "en": "content"},
    "reply": {"de": "vollständige Antwort", "en": "complete reply"},
    "sent_at": {"de": "gesendet", "en": "sent"},
    "received_at": {"de": "eingegangen", "en": "received"},
    "created_at": {"de": "erstellt", "en": "made"},
    "done_at": {"de": "erledigt", "en": "done"},
    "due_at": {"de": "fällig", "en": "due"},
    "status": {"de": "Zustand", "en": "status"},
}
"""Columns in words; one that is missing here is shown under its own name."""

SPEAKERS: Mapping[str, Mapping[Locale, str]] = {
    "user": {"de": "Sie", "en": "you"},
    "lotse": {"de": "Lotse", "en": "Lotse"},
    "system": {"de": "Hinweis", "en": "notice"},
}
YES_NO: Mapping[Locale, tuple[str, str]] = {"de": ("ja", "nein"), "en": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One value in words. ``technical``: JSON a program needs, which a page shows on demand only."""

    name: str
    value: str
    technical: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of data: a title, and what each row says."""

    title: str
    rows: tuple[tuple[Entry, ...], ...]


def report_of(data: Rows, locale: Locale) -> tuple[Section, ...]:
    """Every table that has rows, in words."""
    order = [*TITLES, *(name for name in data if name not in TITLES)]
    return tuple(
        Section(TITLES[name][locale] if name in TITLES else name, tuple(_row(row, locale) for row in data[name]))
        for name in order
        if data.get(name)
    )


def report_text(sections: Sequence[Section]) -> str:
    """The report as plain text."""
    parts: list[str] = []
    for section in sections:
        rows = ["\n".join(f"  {entry.name}: {_indented(entry.value)}" for entry in row) for row in section.rows]
        parts.append("\n".join([f"{section.title} ({len(section.rows)})", "\n\n".join(rows)]))
    return "\n\n".join(parts)


def _row(row: Mapping[str, Any], locale: Locale) -> tuple[Entry, ...]:
    return tuple(_entries(row, locale))


def _entries(row: Mapping[str, Any], locale: Locale) -> Iterator[Entry]:
    for key, value in row.items():
        words = SPEAKERS[value][locale] if key == "who" and value in SPEAKERS else _words(key, value, locale)
        if words:
            name = NAMES[key][locale] if key in NAMES else key
            yield Entry(name, words, technical=isinstance(value, dict | list))


def _words(key: str, value: Any, locale: Locale) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return YES_NO[locale][0 if value else 1]
        case int() | float():
            return str(value) if key == "number" else ""
        case str() if key == "at" or key.endswith("_at"):
            return _moment(value)
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, indent=2)


def _moment(value: str) -> str:
    return datetime.fromisoformat(value).astimezone(BERLIN).strftime("%d.%m.%Y %H:%M")


def _indented(value: str) -> str:
    return value.replace("\n", "\n    ")
