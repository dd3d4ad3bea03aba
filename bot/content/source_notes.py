"""The lines under an answer: which source, as of when, compared when, and how sure."""

from collections.abc import Iterable, Mapping
from datetime import date

from bot.content.definitions import Confidence, Source
from bot.content.unit_words import day_words, short_day
from bot.model import Locale, SourceNote

STRENGTH: Mapping[Confidence, int] = {"conflicting": 0, "inferred": 1, "one_source": 2, "two_sources": 3}

CONFIDENCE_WORDS: Mapping[Locale, Mapping[Confidence, str]] = {
    "de": {
        "two_sources": "zwei Quellen",
        "one_source": "eine Quelle",
        "conflicting": "Quellen uneins",
        "inferred": "errechnet",
    },
    "en": {
        "two_sources": "two sources",
        "one_source": "one source",
        "conflicting": "sources disagree",
        "inferred": "calculated",
    },
}


def source_note(source: Source, confidence: Confidence, locale: Locale) -> SourceNote:
    """The line under an answer for one source."""
    return SourceNote(
        title=source.title,
        url=source.url,
        as_of=_as_of_words(source.as_of, locale),
        reviewed=_short(source.reviewed, locale),
        confidence=CONFIDENCE_WORDS[locale][confidence],
    )


def _short(day: date, locale: Locale) -> str:
    return short_day(day) if locale == "de" else day_words(day, locale)


def _as_of_words(as_of: str | None, locale: Locale) -> str | None:
    if as_of is None or len(as_of) == 4:
        return as_of
    if len(as_of) == 7:
        return day_words(date.fromisoformat(f"{as_of}-01"), locale).split(" ", 1)[1]
    return _short(date.fromisoformat(as_of), locale)


def source_notes(found: Iterable[tuple[Source, Confidence]], locale: Locale) -> tuple[SourceNote, ...]:
    """One line per source, with the least sure of what it is named for; the weakest first."""
    weakest: dict[tuple[str, str | None], tuple[Source, Confidence]] = {}
    for source, confidence in found:
        key = (source.title, source.url)
        if key not in weakest or STRENGTH[confidence] < STRENGTH[weakest[key][1]]:
            weakest[key] = (source, confidence)
    ordered = sorted(weakest.values(), key=lambda pair: STRENGTH[pair[1]])
    return tuple(source_note(source, confidence, locale) for source, confidence in ordered)
