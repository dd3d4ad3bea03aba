"""*Abwesend* and *wieder da*, typed in a room of coordinators: what was meant, and what is said about it. Pure.

Everybody enters their own absence and nobody else's. The rules (how long, who may stand in, no circles) are those of the page
of the desk (``handoff/absence.py``). A day alone is its beginning, there as here: whoever is away *bis Montag* is back on Monday,
and the answer says so, because some mean the day after.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.dialogue.desk_moves import AMBIGUOUS_TARGET, Unclear, people_named, typable
from bot.dialogue.typed_days import day_in_front
from bot.handoff.absence import REFUSALS, deputies_of, period_of
from bot.handoff.case_words import Sentences, filled
from bot.handoff.promises import on_day_words
from bot.handoff.working_time import local_day, start_of_day
from bot.model import LOCALES, Absence, AbsenceRefusal, Locale, Staff, StaffId

AWAY_HOW: Sentences = {
    "de": "Bis wann, und wer vertritt Sie? Zum Beispiel `!abwesend bis Montag`, `!abwesend bis 1.12. Vertretung Ben` oder "
    "`!abwesend ab 7.12. bis 14.12.`",
    "en": "Until when, and who stands in for you? For example `!away until Monday`, `!away until 1.12. deputy Ben` or "
    "`!away from 7.12. until 14.12.`",
}
AWAY_DAY: Sentences = {
    "de": "Den Tag verstehe ich nicht; schreiben Sie ihn als Montag, 1.12. oder 2026-12-01. Eine Uhrzeit geht am Desk im Browser.",
    "en": "I do not understand the day; write it as Monday, 1.12. or 2026-12-01. A time of day works at the desk in the browser.",
}
AWAY_PERIOD: Sentences = {
    "de": "Das geht so nicht: Eine Abwesenheit endet nach ihrem Beginn, in der Zukunft und innerhalb eines Jahres. Zum Beispiel "
    "`!abwesend bis Montag`",
    "en": "That cannot be: an absence ends after its beginning, in the future and within a year. For example "
    "`!away until Monday`",
}
NO_DEPUTY: Sentences = {
    "de": "„{name}“ koordiniert hier nicht. Vertreten können Sie: {able}. Ohne Vertretung: `!abwesend bis …` und der Tag.",
    "en": "“{name}” is no coordinator here. These may stand in for you: {able}. Without a deputy: `!away until …` and the day.",
}
NOBODY: Sentences = {"de": "im Moment niemand", "en": "nobody at the moment"}
END_IT: Sentences = {"de": " `!wieder da` tut das.", "en": " `!back` does that."}

AWAY_NOW: Sentences = {
    "de": "Eingetragen: Sie sind jetzt abwesend und ab {until} wieder da.",
    "en": "Noted: you are away now, and back {until}.",
}
AWAY_LATER: Sentences = {
    "de": "Eingetragen: Sie sind ab {since} abwesend und ab {until} wieder da.",
    "en": "Noted: your absence begins {since}; you are back {until}.",
}
WITH_DEPUTY: Sentences = {
    "de": " Ihre offenen Fälle gehen dann mit einer Notiz an {deputy}, und die Personen erfahren es. Früher zurück: `!wieder da`",
    "en": " Your open cases then go to {deputy} with a note, and the people are told. Back earlier: `!back`",
}
WITHOUT_DEPUTY: Sentences = {
    "de": " Ihre offenen Fälle gehen dann mit einer Notiz zurück auf die Liste, und die Personen erfahren es. Früher zurück: "
    "`!wieder da`",
    "en": " Your open cases then go back to the list with a note, and the people are told. Back earlier: `!back`",
}
BACK_HOW: Sentences = {
    "de": "`!wieder da` beendet Ihre eigene Abwesenheit; mehr gehört nicht dazu.",
    "en": "`!back` ends your own absence; nothing more belongs to it.",
}
BACK: Sentences = {
    "de": "Willkommen zurück! Sie sind wieder da und können Fälle übernehmen. Was inzwischen andere haben, bleibt dort.",
    "en": "Welcome back! You are here again and can take cases. What others have by now stays with them.",
}
TAKEN_BACK: Sentences = {
    "de": "Ihre Abwesenheit ab {since} ist gestrichen.",
    "en": "Your absence that was to begin {since} is cancelled.",
}
NOT_AWAY: Sentences = {
    "de": "Für Sie ist keine Abwesenheit eingetragen.",
    "en": "No absence is entered for you.",
}

_SINCE = re.compile(r"(?:ab|von|vom|from)\s+", re.IGNORECASE)
_UNTIL = re.compile(r"(?:bis|until|till)(?:\s+zum)?\s+", re.IGNORECASE)
_DEPUTY = re.compile(
    r"(?:vertretung|vertreterin|vertreter|deputy)(?:\s+(?:durch|ist|is))?[\s:]+(\S.*)", re.IGNORECASE | re.DOTALL
)
BACK_WORDS = frozenset({"", "da", "hier", "zurück", "zurueck", "again"})
"""What may follow the command that ends an absence."""


def absence_in(rest: str, me: Staff, people: Sequence[Staff], now: datetime) -> Absence | Unclear:
    """The absence somebody means by what they typed behind the command; ``people`` are all who might stand in."""
    today, since = local_day(now), None
    if (begins := _SINCE.match(rest)) is not None:
        found = day_in_front(rest[begins.end() :], today)
        if found is None:
            return Unclear(AWAY_DAY)
        since, rest = found
    ends = _UNTIL.match(rest)
    if ends is None:
        return Unclear(AWAY_HOW)
    found = day_in_front(rest[ends.end() :], today)
    if found is None:
        return Unclear(AWAY_DAY)
    until, rest = found
    period = period_of(_beginning(since), _beginning(until), now)
    if period is None:
        return Unclear(AWAY_PERIOD)
    if not rest.strip():
        return Absence(me.id, *period, None)
    named = _DEPUTY.fullmatch(rest.strip())
    if named is None:
        return Unclear(AWAY_HOW)
    deputy = _deputy(named[1].strip(" .").removeprefix("@"), me, people)
    return deputy if isinstance(deputy, Unclear) else Absence(me.id, *period, deputy.id)


def _beginning(day: date | None) -> datetime | None:
    return None if day is None else start_of_day(day)


def _deputy(name: str, me: Staff, people: Sequence[Staff]) -> Staff | Unclear:
    """Whoever is called so. One's own name is understood, and refused with the other rules."""
    able = deputies_of(me, people)
    found = list(people_named(name, (me, *able)))
    if len(found) == 1:
        return found[0]
    if found:
        return Unclear(filled(AMBIGUOUS_TARGET, target=name[:60], found=", ".join(map(typable, found))))
    said = {
        locale: filled(NO_DEPUTY, name=name[:60], able=_names(able) or NOBODY[locale])[locale] for locale in LOCALES
    }
    return Unclear(said)


def _names(people: Sequence[Staff]) -> str:
    return ", ".join(staff.name for staff in people)


# --- What is said about it ---------------------------------------------------------------------------------------------


def away_words(
    entered: Absence | AbsenceRefusal, names: Mapping[StaffId, str], now: datetime, locale: Locale
) -> Sentences:
    """That it was entered, from when until when, and where open cases go; or why it was not. ``names`` by id."""
    if not isinstance(entered, Absence):
        return {locale: REFUSALS[entered][locale] + (END_IT[locale] if entered == "overlaps" else "")}
    said = AWAY_NOW if entered.since <= now else AWAY_LATER
    whom = WITHOUT_DEPUTY if entered.deputy is None else WITH_DEPUTY
    return filled(
        {locale: said[locale] + whom[locale]},
        since=on_day_words(entered.since, now, locale),
        until=on_day_words(entered.until, now, locale),
        deputy=names.get(entered.deputy, entered.deputy) if entered.deputy is not None else "",
    )


def back_words(ended: Absence | None, now: datetime, locale: Locale) -> Sentences:
    """That somebody is back, or that what was planned is cancelled; or that there was nothing to end."""
    if ended is None:
        return NOT_AWAY
    if ended.since < now:
        return BACK
    return filled(TAKEN_BACK, since=on_day_words(ended.since, now, locale))
