"""The web application: all routes, and what happens when one of them cannot answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.config import shipped_content
from bot.drafts import Drafts
from bot.errors import ConfigError, StoreUnavailable
from bot.gap_lessons import Lessons
from bot.gap_list import GapList
from bot.store.database import Database
from bot.store.desk import Desk
from bot.web.chat_events import BEAT_S, ChatEvents, Streams
from bot.web.chat_pages import AcceptInputs, ChatPages, Suggestions
from bot.web.data_pages import DataPages
from bot.web.desk_pages import desk_routes
from bot.web.desk_parts import DeskParts, Live
from bot.web.desk_presence import Presence
from bot.web.door import Door, People
from bot.web.guard import BodyTooLong, Guard, add_headers
from bot.web.health import ContentState, Health
from bot.web.pages import notice_page, static_file
from bot.web.requests import ComesFromElsewhere, Refusal, Refused, is_of_the_staff, locale_of, refusal
from bot.web.sign_in_pages import SignInPages
from bot.web.visitor import Seal

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the application is made of. ``hosts`` are names it may be reached by, beside this machine's own.

    Without ``open_access`` there is no web chat: employees have nothing to sign in with. The desk is always there.

    ``platform_routes`` are what chat platforms send to; ``longer_bodies`` names paths that may be sent more bytes than a page.

    Call ``streams.close()`` when a stop begins: open event streams would otherwise hold the server up.
    """

    database: Database
    accept: AcceptInputs
    clock: Callable[[], datetime]
    secret: str = field(repr=False)
    suggestions: Suggestions
    content: Callable[[], ContentState]
    people: People
    desk: Desk
    live: Live
    gaps: GapList
    content_folder: Path
    open_access: bool
    keep_transcripts_days: int
    keep_cases_days: int
    channel_problems: Callable[[], Sequence[str]] = tuple
    hosts: tuple[str, ...] = ()
    platform_routes: tuple[Route, ...] = ()
    longer_bodies: Mapping[str, int] = field(default_factory=dict)
    streams: Streams = field(default_factory=Streams)
    beat_s: float = BEAT_S


async def no_chat(request: Request) -> Response:
    """Where the chat would be."""
    raise Refused("error_no_chat")


NO_CHAT = [Route(path, no_chat, methods=["GET", "POST"]) for path in ("/chat", "/chat/{rest:path}")]


def create_web(parts: WebParts) -> Starlette:
    """The application, ready to be served; it opens nothing and starts nothing by itself."""
    seal = Seal(parts.secret)
    chat = ChatPages(
        parts.database,
        parts.accept,
        seal,
        parts.clock,
        parts.suggestions,
        parts.keep_transcripts_days,
        parts.keep_cases_days,
    )
    events = ChatEvents(parts.database, seal, parts.streams, parts.beat_s)
    own_data = DataPages(parts.database, seal, parts.clock)
    health = Health(parts.database, parts.clock, parts.content, lambda: parts.people.problem, parts.channel_problems)
    door = Door(parts.database, parts.people, parts.clock, parts.streams, parts.secret, parts.beat_s)
    presence = Presence(parts.database.announcer, parts.clock)
    desk = DeskParts(
        door,
        parts.desk,
        parts.live,
        presence,
        parts.gaps,
        Lessons(parts.content_folder, shipped_content(), parts.clock),
        Drafts(parts.content_folder, shipped_content()),
    )

    def refused(request: Request, why: Refusal) -> Response:
        return refusal(request, seal, why)

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return refused(request, error.why)

    async def on_too_long(request: Request, error: Exception) -> Response:
        return refused(request, "error_too_long")

    async def on_unavailable(request: Request, error: Exception) -> Response:
        log.error("web_store_unavailable", error=str(error))
        return refused(request, "error_unavailable")

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        missing: Refusal = "error_no_access" if is_of_the_staff(request) else "error_not_found"
        response = refused(request, missing if error.status_code == 404 else "error_bad_request")
        response.status_code = error.status_code
        return response

    async def on_elsewhere(request: Request, error: Exception) -> Response:
        # The browser asks again by itself, this time from a page of ours, and then brings its cookie along.
        words = "go_on" if is_of_the_staff(request) else "to_chat"
        link = request.url.path
        return notice_page(locale_of(request, None), "arriving", status=200, link=link, link_words=words, refresh=True)

    async def on_bug(request: Request, error: Exception) -> Response:
        response = refused(request, "error_bug")
        add_headers(response.headers)  # this answer is made outside of the guard
        return response

    return Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse("/chat" if parts.open_access else "/desk", status_code=303)),
            *([*events.routes(), *own_data.routes(), *chat.routes()] if parts.open_access else NO_CHAT),
            *SignInPages(door).routes(),
            *desk_routes(desk),
            *health.routes(),
            *parts.platform_routes,
            Route("/static/{name}", static_file),
        ],
        middleware=[Middleware(Guard, hosts=parts.hosts, longer_bodies=parts.longer_bodies)],
        exception_handlers={
            Refused: on_refused,
            BodyTooLong: on_too_long,
            StoreUnavailable: on_unavailable,
            ConfigError: on_unavailable,  # such as a password of the database that was changed
            ComesFromElsewhere: on_elsewhere,
            HTTPException: on_http,
            Exception: on_bug,
        },
    )
