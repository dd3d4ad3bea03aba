"""Live updates of one conversation as server-sent events, woken by the store and never by polling.

``message`` carries a rendered message, or one that was changed since (``changed``); ``waiting`` whether an answer is still to
come (said again in silence, as a sign that the line is alive), ``elsewhere`` the person's cases in other conversations (looked
at in silence only: an answer here must not wait for it), ``oldest`` the first message that still exists (what stood
before it was deleted), ``gone`` single messages that were deleted. The id of an event is the place to continue from, so a page
that was away catches up; it may see a message twice and recognises it by its number.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.errors import LotseError
from bot.model import Locale
from bot.store.announce import Bell, arrival_topic, transcript_topic
from bot.store.database import Database
from bot.store.transcripts import ConversationReading
from bot.web.chat_pages import AboutPage
from bot.web.chat_view import Row, View, address_of, cases_elsewhere, reading_of, view_of
from bot.web.pages import as_json, fragment, message_html
from bot.web.requests import Refused, locale_of, own_conversation
from bot.web.visitor import COOKIE, Seal, Visitor

log = structlog.get_logger(__name__)

BEAT_S = 20.0
"""Seconds of silence before a sign of life; a page that hears nothing for 45 seconds connects again."""

PAUSE_S = 0.03
"""Seconds between two looks: an answer on its way rings at each of its steps, and one look sees them all."""


@dataclass(slots=True)
class Streams:
    """The open event streams of this process. ``close`` ends them, so that a stop need not wait for the pages."""

    closing: bool = False
    bells: set[Bell] = field(default_factory=set)

    def close(self) -> None:
        """End every stream now and answer no new one; the pages connect again to whoever answers then."""
        self.closing = True
        for bell in self.bells:
            bell.ring()


@dataclass(frozen=True, slots=True)
class ChatEvents:
    """The route of the event stream, with what it needs."""

    database: Database
    seal: Seal
    streams: Streams
    beat_s: float = BEAT_S

    def routes(self) -> list[Route]:
        """The one route; it must stand before the page of a conversation."""
        return [Route("/chat/events", self.events)]

    async def events(self, request: Request) -> Response:
        """The stream of one conversation, from ``after`` or ``Last-Event-ID`` on."""
        conversation = request.query_params.get("conversation", "")
        visitor = own_conversation(self.seal.from_cookie(request.cookies.get(COOKIE)), conversation, self.seal)
        if self.streams.closing:
            raise Refused("error_unavailable")
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        reading = reading_of(self.database, conversation)
        await reading.look()  # a database that is gone is said with a status, not by silence
        locale = locale_of(request, visitor)
        about = AboutPage(conversation, self.seal.csrf(visitor))
        stream = self._stream(reading, about, visitor, locale, int(after) if after.isascii() and after.isdigit() else 0)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _stream(
        self, reading: ConversationReading, about: AboutPage, visitor: Visitor, locale: Locale, after: int
    ) -> AsyncIterator[str]:
        """Listen first, then look, then wait: nothing is missed in between."""
        seen = Seen(after)
        address = address_of(about.conversation)
        with self.database.announcer.listen(arrival_topic(address), transcript_topic(address)) as bell:
            self.streams.bells.add(bell)
            try:
                yield ": connected\n\n"
                while not self.streams.closing:
                    view = view_of(*await reading.look())
                    for event in seen.news(view, lambda row: message_html(row, about, locale)):
                        yield event
                    await asyncio.sleep(PAUSE_S)
                    if not await bell.wait(self.beat_s):
                        seen.forget_waiting()
                        elsewhere = await cases_elsewhere(self.database, visitor.person, about.conversation)
                        yield seen.elsewhere(fragment("_elsewhere.html", "elsewhere", locale, elsewhere))
            except LotseError as error:
                log.warning("chat_stream_ended", error=type(error).__name__)
            finally:
                self.streams.bells.discard(bell)


class Seen:
    """What one page knows already: each message it shows, as it was."""

    def __init__(self, after: int) -> None:
        """The page knows everything up to ``after``."""
        self._after = after
        self._known: dict[int, int] = {}
        self._newest = after
        self._waiting: bool | None = None
        self._looked = False
        self._elsewhere = ""

    def elsewhere(self, html: str) -> str:
        """The event that shows the person's cases in other conversations; a mere sign of life when they are as before."""
        if html == self._elsewhere:
            return ": beat\n\n"
        self._elsewhere = html
        return f"event: elsewhere\ndata: {as_json(html)}\n\n"

    def forget_waiting(self) -> None:
        """Say once more whether an answer is to come: it shows that the line is alive, and mends what a page missed."""
        self._waiting = None

    def news(self, view: View, html: Callable[[Row], str]) -> list[str]:
        """The events that bring the page from what it knows to this view."""
        events = []
        if view.oldest > self._newest > 0:  # all the page knows is gone, and numbers are never used again
            events.append(f"event: oldest\ndata: {view.oldest}\n\n")
        events += self._gone(view)
        for row in view.rows:
            if row.id is None or self._known.get(row.id) == row.mark:
                continue
            shown_before = row.id in self._known or row.id <= self._after
            unchanged = shown_before and not self._looked and not (row.edited or row.deleted)
            self._known[row.id] = row.mark
            self._newest = max(self._newest, row.id)
            if not unchanged:
                events.append(_message(row, html(row), view.after, changed=shown_before))
                self.forget_waiting()  # a page that sent it waits since, and is told so even when all was over before this look
        self._looked = True
        if view.waiting != self._waiting:
            self._waiting = view.waiting
            events.append(f"event: waiting\ndata: {'yes' if view.waiting else 'no'}\n\n")
        return events

    def _gone(self, view: View) -> list[str]:
        """Messages that were deleted from between others; the oldest ones only left the view."""
        current = {row.id for row in view.rows if row.id is not None}
        first = min(current, default=0)
        gone = [number for number in self._known if number not in current and number >= first]
        for number in gone:
            del self._known[number]
        return [f"event: gone\ndata: {as_json(gone)}\n\n"] if gone and current else []


def _message(row: Row, html: str, after: int, *, changed: bool) -> str:
    data = as_json({"id": row.id, "message": row.message_id, "who": row.who, "html": html, "changed": changed})
    place = "" if changed or row.id is None else f"id: {min(row.id, after)}\n"
    return f"{place}data: {data}\n\n"
