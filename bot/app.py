"""The only place that builds real things and connects them: store, channels, loops, pages, and the live content.

A stop (SIGTERM, Ctrl+C) closes the event streams first, then the server, then the loops; whatever was accepted is on disk
before it was acknowledged, so even a stop without warning loses nothing.

The packages of a platform take as long to import as everything else, so they are only where it was set.
"""

import asyncio
import contextlib
import functools
import signal
import socket
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn
from starlette.routing import Route

from bot.channel_looks import Looks
from bot.channels.browser import BrowserChannel
from bot.channels.channel import Channel, DeskChannel
from bot.channels.desk_rooms import check_desk_rooms
from bot.channels.matrix.matrix_settings import matrix_desk_rooms, matrix_settings
from bot.channels.slack.slack_settings import SlackSettings, slack_settings
from bot.config import Clock, Settings, cookie_secret, make_clock, shipped_content
from bot.content.collector import spare_what_stays
from bot.content.definitions import Content
from bot.drafts import Drafts
from bot.errors import ConfigError, ContentError
from bot.gap_list import GapList
from bot.handoff.office import Office, OfficeOf
from bot.handoff.team_office import office_at
from bot.model import Absence, DeskRoom, Incoming, Locale, StaffId
from bot.staff_file import BUILT_IN, StaffDirectory, check_teams
from bot.store.accounts import linked_on
from bot.store.announce import transcript_topic
from bot.store.conversations import Conversations
from bot.store.database import Database, open_database
from bot.store.desk import Desk
from bot.store.desk_posts import DeskPosts
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.privacy import Retention
from bot.store.sign_in import make_link
from bot.trained import Trained, load_trained
from bot.web.guard import host_name
from bot.web.health import ContentState
from bot.web.routes import WebParts, create_web
from bot.worker.content_watch import LivePair, content_watch
from bot.worker.desk_board import DeskBoard, desk_board_loop
from bot.worker.desk_talk import DeskTalk, desk_talk_loop
from bot.worker.digest_loop import digest_loop
from bot.worker.draft_watch import draft_watch
from bot.worker.inbox_loop import inbox_loop
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from bot.worker.owners_loop import owners_loop
from bot.worker.room_people import Named, RoomPeople
from bot.worker.staff_watch import staff_watch
from bot.worker.timer_loop import timer_loop
from bot.worker.typing_loop import typing_loop

log = structlog.get_logger(__name__)

SUGGESTED = 4
STOP_WITHIN_S = 5
"""Seconds open requests get to finish when a stop begins."""


@dataclass(frozen=True, slots=True)
class Core:
    """Store, live content and clock: what every way of running Lotse has."""

    settings: Settings
    clock: Clock
    database: Database
    live: LivePair
    inbox: Inbox
    conversations: Conversations
    outbox: Outbox
    desk: Desk
    office: OfficeOf
    gaps: GapList


@asynccontextmanager
async def open_core(
    settings: Settings, people: Named | None = None, rooms: Sequence[DeskRoom] = ()
) -> AsyncIterator[Core]:
    """Content, reader and store, ready; closed again at the end. Raises ConfigError, ContentError, StoreUnavailable.

    ``people`` is the staff, where there is a desk; without one no coordinator is ever there. ``rooms`` are those in which
    coordinators work.
    """
    trained = load_trained(settings.content)
    _make_data_folder(settings)
    clock = make_clock(settings.clock)
    database = await open_database(settings.database_address)
    try:
        live, outbox = LivePair(trained.content, trained.reader, trained.problems), Outbox(database)
        yield Core(
            settings,
            clock,
            database,
            live,
            Inbox(database, clock, flood_notice, rooms),
            Conversations(database, functools.partial(apologise, office=office_of(live, people)), outbox),
            outbox,
            Desk(database, office_of(live, people)),
            office_of(live, people),
            GapList(database, live, clock),
        )
    finally:
        await database.close()


@asynccontextmanager
async def running(core: Core, channels: Sequence[Channel]) -> AsyncIterator[None]:
    """All loops, for as long as the block lasts. One that ends by itself is a bug and ends the block."""
    announcer = core.database.announcer
    keep = Retention(
        messages=timedelta(hours=core.settings.keep_messages_hours),
        transcripts=timedelta(days=core.settings.keep_transcripts_days),
        cases=timedelta(days=core.settings.keep_cases_days),
        gaps=timedelta(days=core.settings.keep_gaps_days),
    )
    async with asyncio.TaskGroup() as loops:
        tasks = [
            loops.create_task(
                inbox_loop(core.conversations, core.live, core.clock, announcer, office=core.office),
                name="inbox",
            ),
            loops.create_task(outbox_loop(core.outbox, channels, core.clock, announcer), name="outbox"),
            loops.create_task(timer_loop(core.database, keep, core.clock, announcer), name="timers"),
            loops.create_task(
                draft_watch(core.database, Drafts(core.settings.content, shipped_content())), name="drafts"
            ),
            loops.create_task(digest_loop(core.database, core.live, core.clock, core.gaps.labels), name="digest"),
            loops.create_task(
                content_watch(core.settings.content, core.live, check_and_build, core.clock), name="content"
            ),
        ]
        for channel in channels:
            accept = functools.partial(core.inbox.accept, channel.name)
            cursor = await core.inbox.cursor(channel.name)
            tasks.append(loops.create_task(channel.receive(accept, cursor), name=channel.name))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def serve(settings: Settings, listening: socket.socket, on_ready: Callable[[str | None], None]) -> None:
    """Run everything with the pages on an open socket, until a signal asks to stop.

    ``on_ready`` is called once pages are served, with a link to the desk for the built-in person, where there is one.
    """
    people = people_of(settings)
    in_slack = slack_settings(settings)
    rooms = desk_rooms_of(settings)
    coordinators = RoomPeople(people, rooms, make_clock(settings.clock))
    async with (
        open_core(settings, coordinators, rooms) as core,
        platforms(settings, _looks(core, coordinators), core.clock) as connected,
    ):
        check_teams(people.everybody(), core.live.content.teams)
        check_desk_rooms(rooms, core.live.content.teams)
        desk_link = await _desk_link(core, people, listening.getsockname()[1])
        slack = _slack(in_slack, _looks(core, coordinators)) if in_slack is not None else None
        browser = BrowserChannel(lambda address: core.database.announcer.notify(transcript_topic(address)))
        channels: list[Channel] = [browser, *connected, *([slack.channel] if slack is not None else [])]
        parts = WebParts(
            database=core.database,
            accept=functools.partial(_accept, core.inbox, browser.name),
            clock=core.clock,
            secret=cookie_secret(settings),
            suggestions=lambda locale: suggestions(core.live.content, locale),
            content=lambda: ContentState(core.live.content.hash, core.live.problems),
            people=people,
            desk=core.desk,
            live=core.live,
            gaps=core.gaps,
            content_folder=settings.content,
            open_access=settings.open_access,
            keep_transcripts_days=settings.keep_transcripts_days,
            keep_cases_days=settings.keep_cases_days,
            channel_problems=lambda: [channel.problem for channel in channels if channel.problem is not None],
            hosts=(host_name(urlsplit(settings.own_address()).netloc),),
            platform_routes=slack.routes if slack is not None else (),
            longer_bodies=slack.longer_bodies if slack is not None else {},
        )
        server = WebServer(
            uvicorn.Config(
                create_web(parts),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=STOP_WITHIN_S,
            )
        )
        async with running(core, channels):
            server.stop_on_signals()
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started and not serving.done():  # noqa: ASYNC110  # the server offers no event
                await asyncio.sleep(0.01)
            if server.started:
                spare_what_stays()
                on_ready(desk_link)
            closing = asyncio.create_task(_close_streams(server, parts))

            def teams() -> Collection[str]:
                return core.live.content.teams

            watching = [
                asyncio.create_task(staff_watch(people, core.database.announcer), name="staff"),
                asyncio.create_task(
                    owners_loop(core.database, core.desk, coordinators, teams, core.clock), name="owners"
                ),
                # Pages show by themselves that an answer is on its way, and Slack's own view does so as well.
                asyncio.create_task(
                    typing_loop(core.database, connected, core.clock, core.database.announcer), name="typing"
                ),
                *(asyncio.create_task(loop) for loop in desk_loops(core, coordinators, channels, listening)),
            ]
            try:
                await serving
            finally:
                parts.streams.close()
                closing.cancel()
                for task in watching:
                    task.cancel()


def desk_rooms_of(settings: Settings) -> tuple[DeskRoom, ...]:
    """The rooms of coordinators on all platforms. Raises ConfigError."""
    slack = slack_settings(settings)
    return (*matrix_desk_rooms(settings), *(slack.desk_rooms if slack is not None else ()))


def desk_loops(
    core: Core, coordinators: RoomPeople, channels: Sequence[Channel], listening: socket.socket
) -> tuple[Coroutine[Any, Any, None], ...]:
    """What works cases in rooms of coordinators; nothing where there are none."""
    if not coordinators.rooms:
        return ()
    locale, port = core.settings.desk_language, listening.getsockname()[1]
    with_rooms = [channel for channel in channels if isinstance(channel, DeskChannel)]
    coordinators.connect(with_rooms, functools.partial(linked_on, core.database))

    async def link(staff: StaffId) -> str:
        return link_address(core.settings, await make_link(core.database, staff, core.clock(), actor=staff), port)

    posts = DeskPosts(core.database, coordinators.rooms)
    board = DeskBoard(core.database, posts, coordinators, core.live, core.office, link, locale)
    talk = DeskTalk(core.database, core.desk, coordinators, core.live, locale, core.gaps.labels)
    return (
        desk_board_loop(board, with_rooms, core.clock),
        desk_talk_loop(talk, core.clock, core.database.announcer),
    )


@dataclass(frozen=True, slots=True)
class SlackParts:
    """The channel, and what the pages serve for it: routes, and how long a request to each of them may be."""

    channel: Channel
    routes: tuple[Route, ...]
    longer_bodies: Mapping[str, int]


def _slack(settings: SlackSettings, looks: Looks) -> SlackParts:
    from bot.channels.slack.http_transport import LONGEST_BODY
    from bot.channels.slack.slack_channel import SlackChannel

    channel = SlackChannel(settings, looks)
    routes = tuple(channel.http.routes()) if channel.http is not None else ()
    return SlackParts(channel, routes, {route.path: LONGEST_BODY for route in routes})


@asynccontextmanager
async def platforms(settings: Settings, looks: Looks, clock: Clock) -> AsyncIterator[list[Channel]]:
    """The chat platforms that were set, connected or trying to be. Raises ConfigError."""
    matrix = matrix_settings(settings)
    async with AsyncExitStack() as stack:
        if matrix is None:
            yield []
        else:
            from bot.channels.matrix.matrix_channel import open_matrix

            yield [await stack.enter_async_context(open_matrix(matrix, looks, clock))]


class WebServer(uvicorn.Server):
    """uvicorn, but a signal only stops the server.

    By itself uvicorn raises the signal again once it has stopped, and the process is gone before loops and store are
    closed.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing here: ``stop_on_signals`` has the signals already."""
        yield

    def stop_on_signals(self) -> None:
        """Stop on SIGTERM and Ctrl+C; a second Ctrl+C does not wait for open requests."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # not on Windows, where Ctrl+C ends the program as usual
                loop.add_signal_handler(number, self.handle_exit, number, None)


async def _close_streams(server: uvicorn.Server, parts: WebParts) -> None:
    """Open event streams would hold the server up when it is asked to stop."""
    while not server.should_exit:  # noqa: ASYNC110  # nor does it here
        await asyncio.sleep(0.1)
    parts.streams.close()


async def _accept(inbox: Inbox, channel: str, incomings: Sequence[Incoming]) -> None:
    await inbox.accept(channel, incomings)


def _looks(core: Core, coordinators: RoomPeople) -> Looks:
    return Looks(
        core.database,
        core.office,
        core.clock,
        lambda locale: suggestions(core.live.content, locale),
        lambda: core.live.content,
        coordinators,
    )


def office_of(live: LivePair, people: Named | None) -> OfficeOf:
    """What the rules of a case ask about teams and people, as content, staff and absences say at that moment."""

    def now(absences: tuple[Absence, ...]) -> Office:
        rooms = people.read_in(live.content) if isinstance(people, RoomPeople) else None
        return office_at(live.content, people.everybody() if people is not None else (), absences, rooms)

    return now


def people_of(settings: Settings) -> StaffDirectory:
    """Who may sign in. Raises ConfigError when the file has an error, and where there is nobody at all."""
    people = StaffDirectory(settings.staff_file, built_in=BUILT_IN if settings.open_access else None)
    if people.problem is not None:
        raise ConfigError(people.problem)
    return people


def link_address(settings: Settings, link: str, port: int | None = None) -> str:
    """Where a sign-in link leads; the name comes from the settings, never from a request."""
    return f"{settings.own_address(port)}/sign-in/{link}"


async def _desk_link(core: Core, people: StaffDirectory, port: int) -> str | None:
    if people.find(BUILT_IN.id) != BUILT_IN:
        return None
    link = await make_link(core.database, BUILT_IN.id, core.clock(), actor="start")
    return link_address(core.settings, link, port)


def check_and_build(folder: Path, today: date) -> Trained:
    """Check a changed folder, test sentences included, and train on it; runs in a child process.

    Raises ContentError when it has errors.
    """
    from bot.whole_check import check_and_train

    checked, trained = check_and_train(folder, today)
    if checked.content is None or trained is None:
        raise ContentError(checked.problems)
    return trained


def suggestions(content: Content, locale: Locale) -> tuple[str, ...]:
    """Questions to begin with: the topics' starters, areas as a whole first."""
    topics = sorted(content.topics.values(), key=lambda topic: (topic.kind != "overview", topic.id))
    return tuple(topic.starter[locale] for topic in topics if locale in topic.starter)[:SUGGESTED]


def listen_on(host: str, port: int) -> socket.socket:
    """An open socket. Raises ConfigError when the address is taken or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so that answers leave at once
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        reason = error.strerror or str(error)
        raise ConfigError(
            f"Nothing can listen on {host}:{port} ({reason}); is Lotse running already? LOTSE_PORT sets another port."
        ) from None
    opened.listen(128)
    opened.setblocking(False)
    return opened


def _make_data_folder(settings: Settings) -> None:
    with contextlib.suppress(FileExistsError):
        try:
            settings.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"The folder {settings.data} cannot be made ({error.strerror}); set LOTSE_DATA to one that can."
            ) from None
