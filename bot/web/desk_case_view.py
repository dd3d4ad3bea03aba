"""One case as its page shows it: the context card (computed, so it cannot invent anything), the lines, what can be done now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from bot.content.definitions import Content
from bot.dialogue.case_card import CardWords, card_words
from bot.dialogue.desk_card import remark_of, state_words
from bot.dialogue.undelivered import reason_words
from bot.handoff.case_words import RESOLUTION_WORDS
from bot.handoff.promises import due_words
from bot.handoff.staff_rights import Action, may, standings
from bot.handoff.team_office import TeamOffice
from bot.handoff.working_time import local_day
from bot.model import RESOLUTIONS, UNFINISHED, CaseFacts, CaseState, Locale, Staff
from bot.store.case_lines import CaseLine
from bot.store.desk_reading import CaseFile
from bot.web.desk_parts import DeskParts
from bot.web.desk_view import SlaView, age_words, day_of, sla_view, team_name, topic_name
from bot.web.page_texts import TEXTS

Move = Literal["claim", "transfer", "wait", "go_on", "resolve", "to_queue", "to_bot", "reopen", "transcript", "draft"]
"""What a button of the page does."""

MOVES: Mapping[Move, tuple[Action, frozenset[CaseState]]] = {
    "claim": ("claim", frozenset({"open"})),
    "go_on": ("wait", frozenset({"waiting_employee", "waiting_third"})),
    "reopen": ("reopen", frozenset({"resolved", "bot"})),
    "resolve": ("resolve", frozenset({"claimed", "waiting_employee", "waiting_third"})),
    "wait": ("wait", frozenset({"claimed", "waiting_employee", "waiting_third"})),
    "transfer": ("transfer", UNFINISHED),
    "to_queue": ("give_back", frozenset({"claimed", "waiting_employee", "waiting_third"})),
    "to_bot": ("give_back", frozenset({"claimed", "waiting_employee", "waiting_third"})),
    "transcript": ("send_transcript", frozenset({"claimed", "waiting_employee", "waiting_third", "resolved"})),
    "draft": ("draft_answer", frozenset({"resolved", "closed"})),
}
"""Which right a button needs, and in which states of the case it makes sense; in the order of the page."""

WRITABLE: frozenset[CaseState] = UNFINISHED | {"resolved", "bot"}
"""States in which something may be written: replies while the case is unfinished, notes as long as it is not over for good."""

MOST_LINES = 300
"""Lines of a case the page shows, the newest; far more than any case has had."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised, and until when."""

    title: str
    until: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier case of the same person: no text."""

    opened: str
    topic: str
    state: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One line. ``said`` is the remark in words; ``day`` stands above the first line of a day.

    ``why``: the reason in words for which it, or its latest change, did not arrive.
    """

    line: CaseLine
    said: str
    day: str
    mine: bool
    why: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the page of one case shows."""

    number: int
    version: int
    state_id: CaseState
    state: str
    name: str
    shares_name: bool
    topic: str
    team: str
    language: str
    platform: str
    opened: str
    age: str
    owner: str
    mine: bool
    owned_by_other: bool
    reason: str
    question: str
    sla: SlaView | None
    promises: tuple[Promise, ...]
    known: CardWords
    earlier: tuple[Earlier, ...]
    files_refused: int
    resolution: str
    satisfied: bool | None
    moves: tuple[Move, ...]
    mode: Literal["reply", "note"]
    may_reply: bool
    relays_all: bool
    writable: bool
    claims_by_reply: bool
    ends_until: str


def case_view(parts: DeskParts, file: CaseFile, me: Staff, locale: Locale) -> CaseView:
    """The case in words, for this person at this moment."""
    now, content, facts, case = parts.now(), parts.content, file.facts, file.case
    standing = standings(me, parts.place_of(facts).teams, facts.owner)
    texts = TEXTS[locale]
    mine = facts.owner == me.id and facts.state in UNFINISHED
    other = facts.owner is not None and not mine and facts.state in UNFINISHED
    replies = facts.state == "open" or mine
    relays_all = TeamOffice(content).relays_all(facts.team)
    return CaseView(
        number=facts.number,
        version=facts.version,
        state_id=facts.state,
        state=state_words(facts, now, locale),
        name=file.name,
        shares_name=bool(facts.consent),
        topic=topic_name(content, facts.topic, locale),
        team=team_name(content, facts.team, locale),
        language=texts[f"desk_language_{facts.locale}"],
        platform=texts.get(f"desk_platform_{file.channel}", file.channel),
        opened=due_words(facts.opened_at.replace(second=0, microsecond=0), now, locale),
        age=age_words(now - facts.opened_at, locale),
        owner=facts.owner_name,
        mine=mine,
        owned_by_other=other,
        reason=texts.get(f"desk_reason_{case.reason.replace(' ', '_')}", case.reason.replace("_", " ")),
        question=case.question,
        sla=sla_view(facts, content, now, locale),
        promises=_promises(facts, now, locale),
        known=card_words(case.context, facts.topic, content, now, locale),
        earlier=tuple(
            Earlier(
                day_of(one.opened_at, locale), topic_name(content, one.topic, locale), texts[f"desk_short_{one.state}"]
            )
            for one in reversed(file.earlier)
        ),
        files_refused=file.files_refused,
        resolution=RESOLUTION_WORDS[facts.resolution][locale] if facts.resolution else "",
        satisfied=facts.satisfied,
        moves=tuple(
            move for move, (action, states) in MOVES.items() if facts.state in states and may(action, standing)
        ),
        mode="reply" if replies and relays_all else "note",
        may_reply=replies,
        relays_all=relays_all,
        writable=facts.state in WRITABLE,
        claims_by_reply=facts.state == "open",
        ends_until=due_words(facts.reopen_until, now, locale) if facts.reopen_until else "",
    )


def _promises(facts: CaseFacts, now: datetime, locale: Locale) -> tuple[Promise, ...]:
    """What was promised, each with its moment; what is kept already is left out."""
    texts = TEXTS[locale]
    known = (
        ("desk_first_due", facts.first_due if facts.replied_at is None else None),
        ("desk_next_due", facts.next_due),
        ("desk_solution_due", facts.solution_due if facts.state in UNFINISHED else None),
    )
    return tuple(Promise(texts[name], due_words(due, now, locale)) for name, due in known if due is not None)


# --- The lines ---------------------------------------------------------------------------------------------------


def with_days(lines: Iterable[CaseLine], locale: Locale) -> Iterator[tuple[CaseLine, str]]:
    """Each line with the heading that stands above it: its day, above the first line of a day."""
    before = None
    for line in lines:
        day = local_day(line.at)
        yield line, day_of(line.at, locale) if day != before else ""
        before = day


def line_view(line: CaseLine, day: str, me: Staff, content: Content, locale: Locale) -> LineView:
    """The line as this person sees it."""
    said = remark_of(line.what, line.values, line.at, content, locale) if line.kind == "remark" else ""
    why = reason_words(line.error, locale) if line.receipt == "failed" else ""
    return LineView(line, said, day, line.author == me.id, why)


# --- What may be chosen --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list; ``disabled``: it is shown, and cannot be chosen."""

    value: str
    words: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """What the forms of the page offer."""

    people: tuple[Option, ...]
    teams: tuple[Option, ...]
    topics: tuple[Option, ...]
    codes: tuple[Option, ...]


async def choices_of(parts: DeskParts, facts: CaseFacts, me: Staff, locale: Locale) -> Choices:
    """Whom and where a case can go, and why it can be closed. Raises StoreUnavailable."""
    content, now, texts = parts.content, parts.now(), TEXTS[locale]
    office = await parts.office()

    def person(staff: Staff) -> Option:
        words = texts["desk_to_me"].format(name=staff.name) if staff.id == me.id else staff.name
        if office.present(staff.id, now):
            return Option(f"person:{staff.id}", words)
        deputy = office.deputy(staff.id, now)
        away = texts["desk_is_away_to"].format(name=deputy.name) if deputy else texts["desk_is_away"]
        return Option(f"person:{staff.id}", f"{words} ({away})", disabled=True)

    able = [staff for staff in parts.everybody() if "coordinator" in staff.roles and staff.id != facts.owner]
    able.sort(key=lambda staff: (staff.id != me.id, not staff.is_in(facts.team), staff.name))
    topics = sorted(content.topics.values(), key=lambda topic: topic.title[locale].casefold())
    return Choices(
        people=tuple(person(staff) for staff in able),
        teams=tuple(
            Option(f"team:{team.id}", team.name[locale]) for team in content.teams.values() if team.id != facts.team
        ),
        topics=tuple(Option(f"topic:{topic.id}", topic.title[locale]) for topic in topics if topic.id != facts.topic),
        codes=tuple(Option(code, RESOLUTION_WORDS[code][locale]) for code in RESOLUTIONS),
    )


MOVE_NAMES: tuple[Move, ...] = get_args(Move)
