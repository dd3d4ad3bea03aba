"""One's own absence: from when, until when, who answers meanwhile. It ends by itself; it can be ended earlier."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.handoff.absence import REFUSALS, deputies_of, period_of, refusal_of
from bot.handoff.promises import due_words
from bot.handoff.working_time import BERLIN
from bot.model import Absence, AbsenceId, Locale, StaffId
from bot.store.absences import end_absence, list_absences, set_absence
from bot.web.desk_case_view import Option
from bot.web.desk_parts import DeskParts
from bot.web.door import SignedIn
from bot.web.page_texts import TEXTS
from bot.web.pages import page
from bot.web.requests import Refused, locale_of
from bot.web.rights import access_queue

MOMENT = re.compile(r"(20[0-9]{2}-[0-9]{2}-[0-9]{2})(?:T([0-9]{2}:[0-9]{2}))?")
"""A day, or a day and a time, as a browser sends them."""
NUMBER = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """One absence in words."""

    id: int
    since: str
    until: str
    deputy: str
    began: bool


@dataclass(frozen=True, slots=True)
class DeskAbsence:
    """The routes of the page."""

    parts: DeskParts

    def routes(self) -> list[Route]:
        """The page, and its two forms."""
        return [
            Route("/desk/absence", self.show, methods=["GET"]),
            Route("/desk/absence", self.enter, methods=["POST"]),
            Route("/desk/absence/end", self.end, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """One's own absences; nobody else's."""
        me = await self.parts.enter(request, access_queue)
        return await self._page(me, locale_of(request, None))

    async def enter(self, request: Request) -> Response:
        """A new absence."""
        posted = await self.parts.door.read_posted(request)
        me, locale, fields = self.parts.known(posted.me), locale_of(request, None), posted.fields
        access_queue(me.staff)
        now = self.parts.now()
        period = period_of(_moment(fields.get("since", ""), now), _moment(fields.get("until", ""), now), now)
        if period is None:
            words = TEXTS[locale]["desk_wrong_absence"]
            return await self._page(me, locale, status=409, problem=words, fields=fields)
        deputy = fields.get("deputy", "")
        if deputy and deputy not in {staff.id for staff in deputies_of(me.staff, self.parts.everybody())}:
            raise Refused("error_bad_request")
        wanted = Absence(me.staff.id, *period, StaffId(deputy) if deputy else None)
        stored = await set_absence(self.parts.database, wanted, refusal_of, actor=me.staff.id, now=now)
        if not isinstance(stored, Absence):
            return await self._page(me, locale, status=409, problem=REFUSALS[stored][locale], fields=fields)
        return RedirectResponse("/desk/absence", status_code=303)

    async def end(self, request: Request) -> Response:
        """End one of one's own absences now."""
        posted = await self.parts.door.read_posted(request)
        access_queue(posted.me.staff)
        given, now = posted.fields.get("absence", ""), self.parts.now()
        mine = [one.id for one in await list_absences(self.parts.database, now) if one.staff == posted.me.staff.id]
        if not NUMBER.fullmatch(given):
            raise Refused("error_bad_request")
        if int(given) in mine:
            await end_absence(self.parts.database, AbsenceId(int(given)), actor=posted.me.staff.id, now=now)
        return RedirectResponse("/desk/absence", status_code=303)

    async def _page(
        self,
        me: SignedIn,
        locale: Locale,
        *,
        status: int = 200,
        problem: str = "",
        fields: Mapping[str, str] = {},
    ) -> Response:
        now = self.parts.now()
        names = {staff.id: staff.name for staff in self.parts.everybody()}
        mine = tuple(
            AbsenceView(
                one.id or 0,
                due_words(one.since, now, locale),
                due_words(one.until, now, locale),
                names.get(one.deputy, one.deputy) if one.deputy else "",
                one.since <= now,
            )
            for one in await list_absences(self.parts.database, now)
            if one.staff == me.staff.id
        )
        deputies = tuple(Option(staff.id, staff.name) for staff in deputies_of(me.staff, self.parts.everybody()))
        return page(
            "desk_absence.html",
            locale,
            status=status,
            me=me,
            absences=mine,
            deputies=deputies,
            problem=problem,
            fields=fields,
        )


def _moment(given: str, now: datetime) -> datetime | None:
    """The moment of a form; a day alone is its beginning. None for what is none."""
    found = MOMENT.fullmatch(given.strip())
    if found is None:
        return None
    try:
        day, clock = date.fromisoformat(found[1]), time.fromisoformat(found[2]) if found[2] else time()
    except ValueError:
        return None
    return datetime.combine(day, clock, BERLIN).astimezone(now.tzinfo)
