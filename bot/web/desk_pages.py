"""The desk: for now its frame, and the event stream that ends when somebody's rights do."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.web.door import Door, SignedIn
from bot.web.pages import page
from bot.web.requests import Refused, locale_of
from bot.web.rights import access_desk


@dataclass(frozen=True, slots=True)
class DeskPages:
    """The routes of the desk, with what they need."""

    door: Door

    def routes(self) -> list[Route]:
        """All routes below ``/desk`` but that of one's own sessions."""
        return [Route("/desk", self.show), Route("/desk/events", self.events)]

    async def show(self, request: Request) -> Response:
        """The frame."""
        me = await self.door.signed_in(request)
        access_desk(me.staff)
        return page("desk.html", locale_of(request, None), me=me)

    async def events(self, request: Request) -> Response:
        """A line that is open for as long as the person may be at the desk."""
        me = await self.door.signed_in(request)
        access_desk(me.staff)
        if self.door.streams.closing:
            raise Refused("error_unavailable")
        return StreamingResponse(self._stream(me), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _stream(self, me: SignedIn) -> AsyncIterator[str]:
        async with contextlib.aclosing(self.door.looks(me, access_desk)) as looks:
            async for _ in looks:
                yield ": here\n\n"
