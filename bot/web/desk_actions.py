"""What a coordinator does on the page of a case: read from the form, checked against rights, case and version, then done.

A form answers with a redirect, the script with JSON. What cannot be done is said in words, and what was typed stands on the
page again. Nothing of a form is believed: teams, topics, people and reasons are looked up, lines are looked for in this case.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.dialogue.knowledge_insert import find_inserts, insert_of
from bot.handoff import case_words
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
from bot.handoff.staff_rights import CaseAction
from bot.handoff.team_office import TeamOffice
from bot.handoff.working_time import LONGEST_WAIT, morning_of
from bot.model import RESOLUTIONS, CaseFacts, CaseNumber, Locale, Staff, StaffId, TopicId
from bot.store.cases import Case
from bot.store.desk import DeskResult, Done, Ignored, NotFound
from bot.store.desk import Refused as NotDone
from bot.store.desk_reading import CaseFile, ErasedCase
from bot.web.desk_case import Typed, case_number, erased_page, show_case
from bot.web.desk_case_view import MOVES
from bot.web.desk_drafts import draft_of
from bot.web.desk_parts import DeskParts
from bot.web.door import DeskPosted, SignedIn
from bot.web.page_texts import TEXTS
from bot.web.requests import Refused, locale_of
from bot.web.rights import access_queue

KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
NUMBER = re.compile(r"[0-9]{1,9}")
DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


class CannotDo(Exception):
    """It is not done; the coordinator reads why, and keeps what they typed."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Asked:
    """A form as its reader sees it."""

    by: Staff
    fields: Mapping[str, str]
    facts: CaseFacts
    parts: DeskParts
    locale: Locale

    def text(self, name: str) -> str:
        """The words of a field; line breaks as people mean them."""
        return self.fields.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()

    def wrong(self, words: str) -> CannotDo:
        """Why it cannot be done."""
        return CannotDo(TEXTS[self.locale][words])


# --- From a form to what the coordinator wants -----------------------------------------------------------------------


def says(asked: Asked) -> CoordinatorEvent:
    """A reply, or a note. A reply is meant as one when the page had a note ready and the coordinator chose otherwise."""
    match asked.fields.get("mode"):
        case "reply":
            on_purpose = asked.fields.get("ready") == "note"
            if not on_purpose and not TeamOffice(asked.parts.content).relays_all(asked.facts.team):
                raise asked.wrong("desk_wrong_mode")  # the case has changed teams since the page was made
            return Replies(asked.by, asked.text("text"), on_purpose)
        case "note":
            return Notes(asked.by, asked.text("text"))
    raise Refused("error_bad_request")


def transfers(asked: Asked) -> CoordinatorEvent:
    """To a person, a team, or a topic."""
    kind, _, value = asked.fields.get("to", "").partition(":")
    note = asked.text("note")
    match kind:
        case "person":
            to = asked.parts.door.people.find(StaffId(value))
            if to is None:
                raise Refused("error_bad_request")
            return TransfersToPerson(asked.by, to, note)
        case "team":
            return TransfersToTeam(asked.by, value, note)
        case "topic":
            return TransfersToTopic(asked.by, TopicId(value), note)
        case "":
            raise asked.wrong("desk_wrong_to")
    raise Refused("error_bad_request")


def waits(asked: Asked) -> CoordinatorEvent:
    """For the employee or for somebody else, until the team opens on a day."""
    until, text = _until(asked), asked.text("text")
    match asked.fields.get("whom"):
        case "employee":
            return WaitsForEmployee(asked.by, text, until)
        case "third":
            if until is None:
                raise asked.wrong("desk_wrong_until")
            return WaitsForThird(asked.by, until, text)
        case None:
            raise asked.wrong("desk_wrong_whom")
    raise Refused("error_bad_request")


def _until(asked: Asked) -> datetime | None:
    given = asked.fields.get("until", "").strip()
    if not given:
        return None
    try:
        day = date.fromisoformat(given) if DAY.fullmatch(given) else None
    except ValueError:
        day = None
    if day is None or day > asked.parts.now().date() + LONGEST_WAIT:
        raise asked.wrong("desk_wrong_until")
    team = asked.parts.content.teams.get(asked.facts.team)
    return morning_of(day, team.calendar if team else None)


def resolves(asked: Asked) -> CoordinatorEvent:
    """With one of the six reasons."""
    given = asked.fields.get("code")
    if given is None:
        raise asked.wrong("desk_wrong_code")
    code = next((code for code in RESOLUTIONS if code == given), None)
    if code is None:
        raise Refused("error_bad_request")
    return Resolves(asked.by, code, asked.text("summary"), asked.fields.get("ask") == "yes")


DRAFT = "draft"
"""The one step that changes nothing in the case."""

READERS: Mapping[str, tuple[CaseAction, Callable[[Asked], CoordinatorEvent]]] = {
    "say": ("note", says),
    "claim": ("claim", lambda asked: Claims(asked.by)),
    "transfer": ("transfer", transfers),
    "wait": ("wait", waits),
    "go_on": ("wait", lambda asked: ReturnsFromWaiting(asked.by)),
    "resolve": ("resolve", resolves),
    "to_queue": ("give_back", lambda asked: ReturnsToQueue(asked.by, asked.text("note"))),
    "to_bot": ("give_back", lambda asked: ReturnsToBot(asked.by)),
    "reopen": ("reopen", lambda asked: Reopens(asked.by)),
    "transcript": ("send_transcript", lambda asked: SendsTranscript(asked.by)),
}
"""What each form wants, and the right it takes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One form that was sent: by whom, about which case."""

    posted: DeskPosted
    me: SignedIn
    case: Case
    locale: Locale
    move: str

    @property
    def facts(self) -> CaseFacts:
        """The facts of the case as it was when the form came."""
        return self.case.facts


Doing = Callable[[Step], Awaitable[DeskResult]]


@dataclass(frozen=True, slots=True)
class DeskActions:
    """The routes of everything that can be pressed on the page of a case."""

    parts: DeskParts

    def routes(self) -> list[Route]:
        """All of them are POST only."""
        return [
            Route("/desk/cases/{number}/knowledge", self.knowledge, methods=["POST"]),
            Route("/desk/cases/{number}/typing", self.typing, methods=["POST"]),
            Route("/desk/cases/{number}/lines/{line}/{what}", self.line, methods=["POST"]),
            Route("/desk/cases/{number}/{move}", self.act, methods=["POST"]),
        ]

    async def act(self, request: Request) -> Response:
        """A step in a case."""
        move = request.path_params["move"]
        if move == DRAFT:
            return await self._take(request, move, "draft_answer", self._draft)
        if move not in READERS:
            await self.parts.door.read_posted(request)  # whoever is signed out learns that first
            raise Refused("error_no_access")
        action, reader = READERS[move]

        async def step(step: Step) -> DeskResult:
            fields = step.posted.fields
            if not NUMBER.fullmatch(fields.get("version", "")):
                raise Refused("error_bad_request")
            event = reader(Asked(step.me.staff, fields, step.facts, self.parts, step.locale))
            key = _key(fields) if move == "say" else None
            version = int(fields["version"])
            return await self.parts.desk.act(step.facts.number, event, self.parts.now(), version=version, key=key)

        return await self._take(request, move, action, step)

    async def _draft(self, step: Step) -> DeskResult:
        """A draft of an answer from a solved case."""
        if step.facts.state not in MOVES["draft"][1]:
            raise CannotDo(TEXTS[step.locale]["desk_draft_nothing"])
        file = await self.parts.case(step.me, step.facts.number)
        problem = (
            await draft_of(self.parts, file, step.me.staff) if isinstance(file, CaseFile) else "desk_draft_nothing"
        )
        if problem is not None:
            raise CannotDo(TEXTS[step.locale][problem])
        return Done(step.facts)

    async def line(self, request: Request) -> Response:
        """A line of one's own: changed, taken back, sent once more."""
        what, line = request.path_params["what"], request.path_params["line"]
        if what not in ("edit", "take-back", "send-again") or not NUMBER.fullmatch(line):
            await self.parts.door.read_posted(request)
            raise Refused("error_no_access")

        async def step(step: Step) -> DeskResult:
            desk, staff, number, now = self.parts.desk, step.me.staff, step.facts.number, self.parts.now()
            if what == "send-again":
                return await desk.send_again(staff, number, int(line), now)
            text = None if what == "take-back" else step.posted.fields.get("text", "").replace("\r\n", "\n").strip()
            return await desk.revise(staff, number, int(line), text, now)

        return await self._take(request, f"{what}{line}", "reply", step)

    async def knowledge(self, request: Request) -> Response:
        """Answers for a few words, or one of them as text to edit; what was typed stays."""
        posted = await self.parts.door.read_posted(request)
        me, locale = self._me(posted), locale_of(request, None)
        number = case_number(request)
        facts = await self._facts(me, number)
        now, content, theirs = self.parts.now(), self.parts.content, facts.locale
        words, label = posted.fields.get("words", "").strip(), posted.fields.get("insert")
        typed = dict(posted.fields)
        inserts = find_inserts(words, content, self.parts.live.reader, now, theirs) if words else ()
        problem = ""
        if label is not None:
            chosen = insert_of(label, content, now, theirs)
            if chosen is None:
                raise Refused("error_bad_request")
            if chosen.status == "answer":
                typed["text"] = f"{typed.get('text', '').rstrip()}\n\n{chosen.text}".strip()
            else:
                problem = TEXTS[locale][f"desk_insert_{chosen.status}"]
        elif not words:
            problem = TEXTS[locale]["desk_insert_words"]
        if posted.wants_json:
            found = [
                {
                    "label": one.label,
                    "title": one.title,
                    "text": one.text,
                    "status": TEXTS[locale][f"desk_insert_{one.status}"],
                }
                for one in inserts
            ]
            none = problem or ("" if found else TEXTS[locale]["desk_insert_none"])
            return JSONResponse({"found": found, "text": none}, status_code=200)
        shown = Typed(problem, "say", typed, None if label is not None else inserts)
        return await show_case(self.parts, me, await self.parts.case(me, number), locale, typed=shown)

    async def typing(self, request: Request) -> Response:
        """Somebody writes to the employee: the colleagues at this case see it, for a few seconds."""
        posted = await self.parts.door.read_posted(request)
        me = self._me(posted)
        number = (await self._facts(me, case_number(request))).number
        self.parts.presence.typing(number, me.staff, stopped=posted.fields.get("typing") != "yes")
        return Response(status_code=204)

    def _me(self, posted: DeskPosted) -> SignedIn:
        me = self.parts.known(posted.me)
        access_queue(me.staff)
        return me

    async def _facts(self, me: SignedIn, number: CaseNumber) -> CaseFacts:
        case = await self.parts.case_without_lines(me, number)
        if isinstance(case, ErasedCase):
            raise Refused("error_no_access")
        return case.facts

    async def _take(self, request: Request, move: str, action: CaseAction, step: Doing) -> Response:
        """Read the form, do the step, and say what came of it."""
        posted = await self.parts.door.read_posted(request)
        me, locale = self._me(posted), locale_of(request, None)
        seen = await self.parts.case_without_lines(me, case_number(request))
        if isinstance(seen, ErasedCase):
            return _erased(posted, me, seen, locale)
        taken = Step(posted, me, seen, locale, move)
        try:
            self._may(me, seen.facts, action, locale)
            result = await step(taken)
        except CannotDo as why:
            return await self._not_done(taken, why.words)
        match result:
            case NotDone(words=words):
                return await self._refused(taken, words[locale])
            case NotFound():
                raise Refused("error_no_access")
            case Ignored():
                return self._done(taken, still_here=True, said=False)
            case Done(case=facts):
                return self._done(taken, still_here=self._sees(me, facts), said=True)

    def _may(self, me: SignedIn, facts: CaseFacts, action: CaseAction, locale: Locale) -> None:
        try:
            self.parts.may(me, facts, action)
        except Refused as refused:
            if refused.why != "error_not_allowed":
                raise
            words = case_words.NOT_YOURS if facts.owner is not None else case_words.CLAIM_FIRST
            raise CannotDo(case_words.filled(words, name=facts.owner_name)[locale]) from None

    def _sees(self, me: SignedIn, facts: CaseFacts) -> bool:
        try:
            self.parts.may(me, facts)
        except Refused:
            return False
        return True

    async def _refused(self, step: Step, words: str) -> Response:
        """What the rules refused, because of what somebody else has done since the page was made."""
        fresh = await self.parts.case_without_lines(step.me, step.facts.number)
        if isinstance(fresh, ErasedCase):
            return _erased(step.posted, step.me, fresh, step.locale)
        return await self._not_done(step, words)

    async def _not_done(self, step: Step, words: str) -> Response:
        """Why it is not done; on a page with the case as it is now and with what was typed."""
        if step.posted.wants_json:
            return JSONResponse({"error": "not_done", "text": words}, status_code=409)
        typed = Typed(words, step.move, step.posted.fields)
        file = await self.parts.case(step.me, step.facts.number)
        return await show_case(self.parts, step.me, file, step.locale, status=409, typed=typed)

    def _done(self, step: Step, *, still_here: bool, said: bool) -> Response:
        number, move = step.facts.number, step.move
        confirmed = f"desk_did_{move}"
        if still_here:
            named = said and confirmed in TEXTS[step.locale]
            query = f"?{urlencode({'said': move})}" if named else ""
            go, words = f"/desk/cases/{number}{query}#end", TEXTS[step.locale][confirmed] if named else ""
        else:
            go, words = "/desk?said=handed_over", TEXTS[step.locale]["desk_said_handed_over"]
        if step.posted.wants_json:
            return JSONResponse({"text": words, "go": None if still_here else go})
        return RedirectResponse(go, status_code=303)


def _key(fields: Mapping[str, str]) -> str:
    """What makes a form the same one when it comes again. The words are part of it: a page brought back by *back* carries
    an id that was used, and what is then written on it is new. Raises Refused."""
    if not KEY.fullmatch(fields.get("key", "")):
        raise Refused("error_bad_request")
    return f"{fields['key']}:{hashlib.sha256(fields.get('text', '').encode()).hexdigest()[:12]}"


def _erased(posted: DeskPosted, me: SignedIn, case: ErasedCase, locale: Locale) -> Response:
    """The person had everything deleted while the page was open."""
    if posted.wants_json:
        return JSONResponse({"error": "not_done", "text": case_words.ERASED[locale]}, status_code=409)
    return erased_page(me, case, locale, status=409)
