"""From a command to what the coordinator wants: the event the rules of a case know, or one sentence about what is missing.

Pure. Nothing of what was typed is believed: teams, people, topics and reasons are looked up, and whether the event is
possible at this moment is for ``case_states.py`` to say.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.content.definitions import Content, Team
from bot.dialogue.desk_commands import Command, CommandName
from bot.dialogue.desk_words import DESK_WORDS
from bot.dialogue.typed_days import day_in_front, full_date
from bot.handoff.case_events import (
    Claims,
    CoordinatorEvent,
    Notes,
    Reopens,
    Replies,
    Resolves,
    ReturnsFromWaiting,
    ReturnsToBot,
    ReturnsToQueue,
    SendsTranscript,
    TransfersToPerson,
    TransfersToTeam,
    TransfersToTopic,
    WaitsForEmployee,
    WaitsForThird,
)
from bot.handoff.case_words import Sentences, filled
from bot.handoff.working_time import LONGEST_WAIT, local_day, morning_of
from bot.model import CaseFacts, Resolution, Staff, TopicId

CODES: Mapping[Resolution, tuple[str, ...]] = {
    "answered": ("beantwortet", "answered"),
    "referred": ("verwiesen", "referred"),
    "not_possible": ("unmöglich", "unmoeglich", "impossible"),
    "missing_answer": ("fehlt", "missing"),
    "wrong_answer": ("falsch", "wrong"),
    "no_reply": ("still", "silence"),
}
"""The reasons of a resolution as they are typed."""

NEEDS_TARGET: Sentences = {
    "de": "An wen? Zum Beispiel `!an anerkennung: Zeugnisse liegen vor` (ein Team, eine Person oder ein Thema, dann die Notiz).",
    "en": "To whom? For example `!to anerkennung: certificates are here` (a team, a person or a topic, then the note).",
}
UNKNOWN_TARGET: Sentences = {
    "de": "„{target}“ ist kein Team, keine Person und kein Thema.",
    "en": "“{target}” is no team, no person and no topic.",
}
AMBIGUOUS_TARGET: Sentences = {
    "de": "„{target}“ kann mehreres sein. Bitte schreiben Sie stattdessen eines davon: {found}.",
    "en": "“{target}” may be several. Please write one of these instead: {found}.",
}
NEEDS_CODE: Sentences = {
    "de": "Warum? Eines von: {codes}; danach, wenn Sie mögen, ein letzter Satz an die Person. Zum Beispiel `!fertig beantwortet`.",
    "en": "Why? One of: {codes}; then, if you like, a last sentence to the person. For example `!done answered`.",
}
NEEDS_QUESTION: Sentences = {
    "de": "Was soll die Person beantworten? Zum Beispiel `!warten bis 2026-12-01 Seit wann sind Sie angestellt?`",
    "en": "What shall the person answer? For example `!wait until 2026-12-01 Since when have you been employed?`",
}
NEEDS_DAY: Sentences = {
    "de": "Bis wann? Zum Beispiel `!extern bis 2026-12-01`; danach, wenn Sie mögen, ein Satz an die Person.",
    "en": "Until when? For example `!third until 2026-12-01`; then, if you like, a sentence to the person.",
}
WRONG_DAY: Sentences = {
    "de": "Den Tag verstehe ich nicht; schreiben Sie ihn als 2026-12-01, 1.12. oder Montag, höchstens ein Jahr voraus.",
    "en": "I do not understand the day; write it as 2026-12-01, 1.12. or Monday, at most a year ahead.",
}

_UNTIL = re.compile(r"(?:bis|until)\s+", re.IGNORECASE)
_MEANT_DAY = re.compile(r"(?:bis|until)\b|20\d\d-\d|\d\d?\.\d\d?\.20\d\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something is missing, or not known; ``words`` say what to type."""

    words: Sentences


@dataclass(frozen=True, slots=True)
class DeskSituation:
    """What commands are read against: the case, who typed, everybody who could be meant, the content of this moment."""

    case: CaseFacts
    by: Staff
    people: tuple[Staff, ...]
    content: Content
    now: datetime


def move_of(command: Command, s: DeskSituation) -> CoordinatorEvent | Unclear | None:
    """What the coordinator wants to happen to the case; None when the command is no step of a case."""
    by, rest = s.by, command.rest
    match command.name:
        case "claim":
            return Claims(by)
        case "reply":
            return Replies(by, rest, on_purpose=True)
        case "note":
            return Notes(by, rest)
        case "transfer":
            return _transfer(rest, s)
        case "wait":
            return _wait(rest, s)
        case "wait_third":
            return _wait_third(rest, s)
        case "go_on":
            return ReturnsFromWaiting(by)
        case "resolve":
            return _resolve(rest, s)
        case "to_queue":
            return ReturnsToQueue(by, rest)
        case "to_bot":
            return ReturnsToBot(by)
        case "reopen":
            return Reopens(by)
        case "transcript":
            return SendsTranscript(by)
    return None


STEPS: frozenset[CommandName] = frozenset({
    "claim", "reply", "note", "transfer", "wait", "wait_third", "go_on", "resolve", "to_queue", "to_bot", "reopen",
    "transcript",
})  # fmt: skip
"""Commands that are steps of a case."""


# --- To whom -----------------------------------------------------------------------------------------------------------


def _transfer(rest: str, s: DeskSituation) -> CoordinatorEvent | Unclear:
    named, note = _target_in(rest, s.people)
    if not named:
        return Unclear(NEEDS_TARGET)
    found = {*_targets(named, s, person=rest.startswith("@"))}
    if not found:
        return Unclear(filled(UNKNOWN_TARGET, target=named[:60]))
    if len(found) > 1:
        several = ", ".join(sorted(ways for _, ways in found))
        return Unclear(filled(AMBIGUOUS_TARGET, target=named[:60], found=several))
    ((target, _),) = found
    return _to(target, note, s)


def _target_in(rest: str, people: Iterable[Staff]) -> tuple[str, str]:
    """Who or what is named, and the note. An id of Matrix holds a colon of its own, so those that are known come first."""
    rest = rest.removeprefix("@")
    for name in (_typed_id(staff) for staff in people):
        if ":" in name and rest.startswith(name) and rest[len(name) : len(name) + 1].strip(":\n ") == "":
            return name, rest[len(name) :].lstrip(":").strip()
    named, colon, note = rest.partition(":")
    if not colon:  # without a colon the target is one word
        named, _, note = rest.partition(" ")
    return named.strip(), note.strip()


def _targets(named: str, s: DeskSituation, *, person: bool) -> Iterable[tuple[str, str]]:
    """Everything of this name: (kind:id, what can be typed for it).

    An id of a team to the letter is that team, whoever and whatever else is called so; with an @ in front (``person``), people
    are meant first.
    """
    wanted, people = _plain(named), list(people_named(named, s.people))
    if named in s.content.teams and not (person and people):
        yield f"team:{named}", named
        return
    for staff in people:
        yield f"person:{staff.id}", _told_from_teams(staff, s.content)
    if person and people:
        return
    for team in teams_named(named, s.content):
        yield f"team:{team.id}", f"`{team.id}` ({team.name['de']})"
    for topic in s.content.topics.values():
        if wanted in (_plain(topic.id), *(_plain(title) for title in topic.title.values())):
            yield f"topic:{topic.id}", f"`{topic.id}` ({topic.title['de']})"


def _told_from_teams(staff: Staff, content: Content) -> str:
    """What can be typed for exactly this person, also where a team has the same id."""
    return typable(staff, mark="@") if _typed_id(staff) in content.teams else typable(staff)


def teams_named(named: str, content: Content) -> Iterable[Team]:
    """The teams that are called so, by id or by name."""
    wanted = _plain(named)
    for team in content.teams.values():
        if wanted in (_plain(team.id), *(_plain(name) for name in team.name.values())):
            yield team


def people_named(named: str, people: Iterable[Staff]) -> Iterable[Staff]:
    """The coordinators who are called so: by id, by the whole name or by a part of it.

    An id to the letter is that person, whoever else is called so.
    """
    able = [staff for staff in people if "coordinator" in staff.roles]
    return [staff for staff in able if _typed_id(staff) == named] or [
        staff for staff in able if _is_called(staff, named)
    ]


def _is_called(staff: Staff, named: str) -> bool:
    return _plain(named) in {_plain(_typed_id(staff)), _plain(staff.name), *map(_plain, staff.name.split())}


def typable(staff: Staff, *, mark: str = "") -> str:
    """What can be typed for exactly this person, and who they are: ``maria.petersen`` *(Maria Petersen, Desk)*."""
    place = DESK_WORDS["de"].get(f"desk_platform_{staff.channel}", staff.channel) or "Desk"
    return f"`{mark}{_typed_id(staff)}` ({staff.name}, {place})"


def _typed_id(staff: Staff) -> str:
    return staff.id.removeprefix("@")


def _plain(text: str) -> str:
    folded = text.strip().casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    return re.sub(r"[\s:_-]+", " ", folded)  # a form hands over no colon in a name


def _to(target: str, note: str, s: DeskSituation) -> CoordinatorEvent:
    kind, _, name = target.partition(":")
    if kind == "team":
        return TransfersToTeam(s.by, name, note)
    if kind == "topic":
        return TransfersToTopic(s.by, TopicId(name), note)
    return TransfersToPerson(s.by, next(staff for staff in s.people if staff.id == name), note)


# --- Until when ----------------------------------------------------------------------------------------------------------


def _wait(rest: str, s: DeskSituation) -> CoordinatorEvent | Unclear:
    until, question = _day_in(rest, s)
    if isinstance(until, Unclear):
        return until
    return WaitsForEmployee(s.by, question, until) if question else Unclear(NEEDS_QUESTION)


def _wait_third(rest: str, s: DeskSituation) -> CoordinatorEvent | Unclear:
    until, text = _day_in(rest, s)
    if until is None:
        return Unclear(NEEDS_DAY)
    return until if isinstance(until, Unclear) else WaitsForThird(s.by, until, text)


def _day_in(rest: str, s: DeskSituation) -> tuple[datetime | Unclear | None, str]:
    """The moment the team opens on the day in front of the words, and the words."""
    until = _UNTIL.match(rest)
    # Without its *until*, *Montag* or *1.2.* may as well begin the question.
    found = full_date(rest) if until is None else day_in_front(rest[until.end() :], local_day(s.now))
    if found is None:
        return (Unclear(WRONG_DAY) if _MEANT_DAY.match(rest) else None), rest
    on, words = found
    if on > s.now.date() + LONGEST_WAIT:
        return Unclear(WRONG_DAY), rest
    team = s.content.teams.get(s.case.team)
    return morning_of(on, team.calendar if team else None), words.strip()


def _resolve(rest: str, s: DeskSituation) -> CoordinatorEvent | Unclear:
    word, _, summary = rest.partition(" ")
    code = next((code for code, words in CODES.items() if word.casefold().strip(":,.") in (code, *words)), None)
    if code is None:
        german, english = (", ".join(words[place] for words in CODES.values()) for place in (0, -1))
        return Unclear({"de": filled(NEEDS_CODE, codes=german)["de"], "en": filled(NEEDS_CODE, codes=english)["en"]})
    return Resolves(s.by, code, summary.strip())
