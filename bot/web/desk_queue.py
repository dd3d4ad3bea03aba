"""The queue: every case somebody may see, what is due first comes first; and *Nächster Fall*, which claims the most urgent one.

Tabs, team and search are part of the address, so that a view can be kept, shared and reloaded, and works without a script.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.content.definitions import Content
from bot.dialogue.desk_card import state_words
from bot.handoff.case_moment import since_and_due
from bot.handoff.case_words import RESOLUTION_WORDS
from bot.handoff.escalation import called
from bot.handoff.office import Office
from bot.handoff.promises import due_words
from bot.handoff.staff_rights import may, standings
from bot.handoff.working_time import BERLIN
from bot.model import CASE_STATES, UNFINISHED, Alarm, Bullets, CaseState, Locale, Reply, Staff
from bot.store.desk_notices import list_notices
from bot.store.desk_reading import Filters, QueueRow, read_queue
from bot.web.desk_parts import DeskParts
from bot.web.desk_regions import Region, region, state_of
from bot.web.desk_view import SlaView, age_words, first_line, sla_view, team_name, topic_name
from bot.web.door import SignedIn
from bot.web.page_texts import TEXTS
from bot.web.pages import fragment, page
from bot.web.requests import locale_of
from bot.web.rights import access_desk, access_queue, sees_case

Tab = Literal["team", "new", "mine", "waiting", "overdue", "done"]
TABS: tuple[Tab, ...] = get_args(Tab)
WAITING: frozenset[CaseState] = frozenset({"waiting_employee", "waiting_third"})
FINISHED: tuple[CaseState, ...] = tuple(
    state for state in CASE_STATES if state not in UNFINISHED and state != "requested"
)
OPEN: tuple[CaseState, ...] = ("open",)
LONGEST_SEARCH = 200
ALARMS: tuple[Alarm, ...] = get_args(Alarm)
MOST_CASES = 500
"""Cases a list shows, the most urgent or the newest; a search finds the others."""
SAID = frozenset({"none_open", "taken_away", "resolved", "to_queue", "to_bot", "handed_over"})
"""What the queue may say above its list, after a step that led here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue is looked at; it stands in the address."""

    tab: Tab = "team"
    team: str = ""
    search: str = ""

    def address(self, **changed: str) -> str:
        """The address of this view, or of one that differs in something."""
        fields = {"tab": self.tab, "team": self.team, "q": self.search, **changed}
        kept = {name: value for name, value in fields.items() if value and (name, value) != ("tab", "team")}
        return f"/desk?{urlencode(kept)}" if kept else "/desk"


def wanted_of(request: Request) -> Wanted:
    """The view this address asks for; what makes no sense is left out."""
    given = request.query_params
    tab: Tab = next((tab for tab in TABS if tab == given.get("tab")), "team")
    team = given.get("team", "")
    return Wanted(tab, team if re.fullmatch(r"[a-z][a-z0-9_]{0,59}", team) else "", given.get("q", "")[:LONGEST_SEARCH])


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One case as the list shows it."""

    number: int
    name: str
    topic: str
    team: str
    question: str
    age: str
    state: str
    state_id: str
    owner: str
    mine: bool
    unanswered: bool
    sla: SlaView | None


@dataclass(frozen=True, slots=True)
class Call:
    """A case whose promise calls this person: to act, to stand in, or to lead."""

    number: int
    level: Alarm
    words: str


@dataclass(frozen=True, slots=True)
class Calls:
    """All of them, the worst first; ``summary`` counts them, to stand in their place while there are several."""

    all: tuple[Call, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class QueueView:
    """The queue of one person: the lines of the tab, whether there are ``more``, and how many each tab has."""

    wanted: Wanted
    lines: tuple[QueueLine, ...]
    counts: Mapping[str, int]
    teams: tuple[tuple[str, str], ...]
    sees_cases: bool
    calls: Calls = Calls()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Digests:
    """The messages of the morning to one person's teams with something to do, by team, and the names of the quiet teams."""

    busy: tuple[tuple[str, Reply], ...] = ()
    quiet: tuple[str, ...] = ()


async def queue_view(parts: DeskParts, staff: Staff, wanted: Wanted, locale: Locale) -> QueueView:
    """The queue as this person may see it now. Raises StoreUnavailable."""
    now, content = parts.now(), parts.content
    teams = tuple((team.id, team.name[locale]) for team in content.teams.values() if staff.is_in(team.id))
    if not may("see_queue", standings(staff)):
        return QueueView(wanted, (), {}, (), sees_cases=False)
    rows = await read_queue(parts.database, staff, now)
    seen = [row for row in rows if sees_case(staff, parts.place_of(row.facts))]
    office = await parts.office()
    found = [row for row in seen if _is_found(row, wanted, content, locale)]
    counts: dict[str, int] = {tab: sum(_belongs(row, staff, tab) for row in found) for tab in TABS if tab != "done"}
    if wanted.tab == "done":
        found = await _finished(parts, staff, now, wanted, locale)
    listed = [row for row in found if _belongs(row, staff, wanted.tab)]
    lines = tuple(_line(row, staff, content, now, locale) for row in listed[:MOST_CASES])
    calls = tuple(call for row in seen if (call := _call(row, staff, content, now, office, locale)) is not None)
    more = len(listed) > len(lines)
    return QueueView(wanted, lines, counts, teams, sees_cases=True, calls=_counted(calls, locale), more=more)


async def _finished(parts: DeskParts, staff: Staff, now: datetime, wanted: Wanted, locale: Locale) -> list[QueueRow]:
    """Cases that are over, the newest first; a search looks at all there are."""
    narrowed = bool(wanted.search or wanted.team)
    rows = await read_queue(
        parts.database, staff, now, Filters(states=FINISHED), newest=None if narrowed else MOST_CASES + 1
    )
    seen = [row for row in rows if sees_case(staff, parts.place_of(row.facts))]
    found = [row for row in seen if _is_found(row, wanted, parts.content, locale)]
    return sorted(found, key=lambda row: -row.number)


def _is_found(row: QueueRow, wanted: Wanted, content: Content, locale: Locale) -> bool:
    """Whether this case is of the team that is looked at, and has every word that is looked for."""
    facts, words = row.facts, wanted.search.casefold().split()
    if wanted.team and facts.team != wanted.team:
        return False
    if not words:
        return True
    topic, team = topic_name(content, facts.topic, locale), team_name(content, facts.team, locale)
    about = " ".join((f"#{row.number}", row.name, topic, team, row.question, facts.owner_name)).casefold()
    return all(word in about for word in words)


def _counted(calls: tuple[Call, ...], locale: Locale) -> Calls:
    worst_first = tuple(sorted(calls, key=lambda call: -ALARMS.index(call.level)))
    counts = Counter("warned" if call.level == "warned" else "broken" for call in calls)
    words = TEXTS[locale]
    said = [
        words[f"desk_calls_{kind}{'' if count > 1 else '_one'}"].format(count=count)
        for kind in ("broken", "warned")
        if (count := counts[kind])
    ]
    return Calls(worst_first, ", ".join(said))


def _call(row: QueueRow, staff: Staff, content: Content, now: datetime, office: Office, locale: Locale) -> Call | None:
    """What the alarm of this case asks of this person; nothing once somebody has done what was due."""
    facts = row.facts
    due = since_and_due(facts)
    mine = next((one for one in called(facts, facts.alarm, now, office) if one.is_for(staff)), None)
    if due is None or mine is None:
        return None
    name: str = facts.alarm
    if mine.staff is None and facts.alarm != "warned":
        name = "team" if mine.team == facts.team else "other_team"
    words = TEXTS[locale][f"desk_call_{name}"]
    until = due_words(due[1], now, locale)
    return Call(row.number, facts.alarm, words.format(team=team_name(content, facts.team, locale), until=until))


def _belongs(row: QueueRow, staff: Staff, tab: Tab) -> bool:
    match tab:
        case "new":
            return row.state == "open"
        case "mine":
            return row.facts.owner == staff.id
        case "waiting":
            return row.state in WAITING
        case "overdue":
            return row.overdue
        case "team" | "done":
            return True


def _line(row: QueueRow, staff: Staff, content: Content, now: datetime, locale: Locale) -> QueueLine:
    facts = row.facts
    short = row.state in ("open", "claimed")  # who has it says the rest
    state = TEXTS[locale][f"desk_short_{row.state}"] if short else state_words(facts, now, locale)
    if facts.resolution is not None and row.state in ("resolved", "closed"):
        state = f"{state} · {RESOLUTION_WORDS[facts.resolution][locale]}"
    return QueueLine(
        number=row.number,
        name=row.name,
        topic=topic_name(content, facts.topic, locale),
        team=team_name(content, facts.team, locale),
        question=first_line(row.question) or TEXTS[locale]["desk_no_question"],
        age=age_words(row.age, locale),
        state=state,
        state_id=row.state,
        owner=facts.owner_name,
        mine=facts.owner == staff.id,
        unanswered=facts.unanswered_since is not None and row.state in UNFINISHED,
        sla=sla_view(facts, content, now, locale),
    )


async def todays_digests(parts: DeskParts, staff: Staff, locale: Locale) -> Digests:
    """Today's messages of the morning to this person's teams."""
    today = parts.now().astimezone(BERLIN).date().isoformat()
    busy, quiet = [], []
    for team in parts.content.teams.values():
        if staff.is_in(team.id):
            for notice in await list_notices(parts.database, team.id, limit=1):
                if notice.key == today and locale in notice.replies:
                    reply = notice.replies[locale]
                    if any(isinstance(block, Bullets) for block in reply.blocks):
                        busy.append((team.name[locale], reply))
                    else:
                        quiet.append(team.name[locale])
    return Digests(tuple(busy), tuple(quiet))


async def queue_regions(
    parts: DeskParts, me: SignedIn, wanted: Wanted, locale: Locale
) -> tuple[QueueView, tuple[Region, ...]]:
    """The queue, and the parts of its page that change by themselves. Raises StoreUnavailable."""
    view = await queue_view(parts, me.staff, wanted, locale)
    digests = await todays_digests(parts, me.staff, locale)
    return view, (
        region("calls", fragment("_desk_queue.html", "calls", locale, view)),
        region("tabs", fragment("_desk_queue.html", "tabs", locale, view)),
        region("rows", fragment("_desk_queue.html", "rows", locale, view)),
        region("digests", fragment("_desk_queue.html", "digests", locale, digests)),
    )


@dataclass(frozen=True, slots=True)
class DeskQueue:
    """The routes of the queue."""

    parts: DeskParts

    def routes(self) -> list[Route]:
        """The page, and the button."""
        return [Route("/desk", self.show), Route("/desk/next", self.claim_next, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """The queue."""
        me = await self.parts.enter(request, access_desk)
        locale = locale_of(request, None)
        wanted = wanted_of(request)
        view, regions = await queue_regions(self.parts, me, wanted, locale)
        said = request.query_params.get("said", "")
        return page(
            "desk_queue.html",
            locale,
            me=me,
            view=view,
            said=TEXTS[locale][f"desk_said_{said}"] if said in SAID else "",
            regions={one.name: one for one in regions},
            state=state_of(regions),
        )

    async def claim_next(self, request: Request) -> Response:
        """Claim the case that is due first and belongs to nobody, and open it; others press at the same moment."""
        posted = await self.parts.door.read_posted(request)
        me = self.parts.known(posted.me)
        access_queue(me.staff)
        now = self.parts.now()
        waiting = await read_queue(self.parts.database, me.staff, now, Filters(states=OPEN, nobodys=True))
        number = await self.parts.desk.claim_first([row.number for row in waiting], me.staff, now)
        return RedirectResponse("/desk?said=none_open" if number is None else f"/desk/cases/{number}", status_code=303)
