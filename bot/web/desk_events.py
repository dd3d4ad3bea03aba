"""Live updates of the queue and of a case as server-sent events, woken by the store and never by polling.

``region`` brings a part of the page that has changed, ``gone`` names lines that are no longer there, ``all`` names everything
there is (a page that was away drops what is not among it), ``away`` leads from a page whose case is not this person's any more,
``ended`` says why there is nothing more for them at all. Ages and times left change without anybody doing anything, so the parts
are looked at in silence too, at the pace of the beat.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.errors import LotseError
from bot.model import CaseNumber, Locale, Staff
from bot.store.announce import DESK, transcript_topic
from bot.store.desk_reading import CaseFile, CaseReading
from bot.web.desk_case import LineCache, case_number, case_regions
from bot.web.desk_parts import DeskParts
from bot.web.desk_presence import presence_topic
from bot.web.desk_queue import Wanted, queue_regions, wanted_of
from bot.web.desk_regions import Region, Told
from bot.web.door import SignedIn
from bot.web.page_texts import TEXTS
from bot.web.requests import Refused, locale_of
from bot.web.rights import access_desk, access_queue

log = structlog.get_logger(__name__)

QUEUE_PAUSE_S, CASE_PAUSE_S = 0.3, 0.1
"""Seconds between two looks of one page, however often something happens: nobody reads faster."""


@dataclass(frozen=True, slots=True)
class Away:
    """Nothing of the page may be shown any more; ``address`` says why."""

    address: str


Look = Callable[[SignedIn], Awaitable[Sequence[Region] | Away]]
"""Everything the page shows now."""


@dataclass(frozen=True, slots=True)
class DeskEvents:
    """The routes of the two streams."""

    parts: DeskParts

    def routes(self) -> list[Route]:
        """They must stand before the pages."""
        return [Route("/desk/events", self.queue), Route("/desk/cases/{number}/events", self.case)]

    async def queue(self, request: Request) -> Response:
        """The queue, as the address asks for it."""
        me = await self.parts.enter(request, access_desk)
        locale, wanted = locale_of(request, None), wanted_of(request)
        return self._answer(self._queue(me, wanted, locale, _state(request)))

    async def case(self, request: Request) -> Response:
        """One case; for as long as the stream is open, colleagues see that this person is there."""
        me = await self.parts.enter(request, access_queue)
        reading = self.parts.reading(case_number(request))
        file = await self.parts.look(me, reading)
        if not isinstance(file, CaseFile):
            raise Refused("error_no_access")
        return self._answer(self._case(me, reading, file, locale_of(request, None), _state(request)))

    def _answer(self, stream: AsyncIterator[str]) -> Response:
        if self.parts.door.streams.closing:
            raise Refused("error_unavailable")
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _queue(self, me: SignedIn, wanted: Wanted, locale: Locale, state: str) -> AsyncIterator[str]:
        async def look(me: SignedIn) -> Sequence[Region]:
            _, regions = await queue_regions(self.parts, me, wanted, locale)
            return regions

        async for event in self._stream(me, access_desk, look, locale, Told(state), QUEUE_PAUSE_S, DESK):
            yield event

    async def _case(
        self, me: SignedIn, reading: CaseReading, file: CaseFile, locale: Locale, state: str
    ) -> AsyncIterator[str]:
        number: CaseNumber = file.facts.number
        lines: LineCache = {}

        async def look(me: SignedIn) -> Sequence[Region] | Away:
            try:
                fresh = await self.parts.look(me, reading)
            except Refused:
                return Away("/desk?said=taken_away")
            if not isinstance(fresh, CaseFile):
                return Away(f"/desk/cases/{number}")
            return await case_regions(self.parts, me, fresh, locale, lines=lines)

        topics = (transcript_topic(file.address), presence_topic(number))
        with self.parts.presence.at(number, me.staff):
            async for event in self._stream(me, access_queue, look, locale, Told(state), CASE_PAUSE_S, *topics):
                yield event

    async def _stream(
        self,
        me: SignedIn,
        access: Callable[[Staff], Staff],
        look: Look,
        locale: Locale,
        told: Told,
        pause_s: float,
        *topics: str,
    ) -> AsyncIterator[str]:
        """Listen first, then look, then wait: nothing is missed in between."""
        current = me.staff

        def still(staff: Staff) -> Staff:
            nonlocal current
            current = self.parts.standing_in(access(staff))
            return current

        yield ": connected\n\n"
        try:
            async with contextlib.aclosing(self.parts.door.looks(me, still, *topics)) as looks:
                async for rang in looks:
                    regions = await look(SignedIn(current, me.session, me.token))
                    if isinstance(regions, Away):
                        yield f"event: away\ndata: {regions.address}\n\n"
                        return
                    events = told.news(regions)
                    for event in events:
                        yield event
                    if not events and not rang:
                        yield ": beat\n\n"
                    await asyncio.sleep(pause_s)
        except Refused as refused:
            why = "desk_ended_signed_out" if refused.why == "error_signed_out" else "desk_ended_no_access"
            yield f"event: ended\ndata: {TEXTS[locale][why]}\n\n"
        except LotseError as error:
            log.warning("desk_stream_ended", error=type(error).__name__)


def _state(request: Request) -> str:
    return request.query_params.get("state", "")[:32]
