"""Slack as the program sees it: receive, send, show."""

import asyncio
import itertools
from datetime import timedelta

import structlog

from bot.channels.channel import Accept
from bot.channels.looking import Look
from bot.channels.slack.blocks import LIMITS
from bot.channels.slack.bolt_app import build_app
from bot.channels.slack.desk_handlers import DeskHandlers
from bot.channels.slack.external_ids import posted
from bot.channels.slack.handlers import Handlers
from bot.channels.slack.http_transport import HttpTransport
from bot.channels.slack.intake import Intake
from bot.channels.slack.members import Members, absence, archived
from bot.channels.slack.out_of_reach import at_its_place, is_out_of_reach, said_directly
from bot.channels.slack.posting import Posting, Rooms
from bot.channels.slack.slack_api import SlackApi, Tell
from bot.channels.slack.slack_events import NAME
from bot.channels.slack.slack_settings import SlackSettings
from bot.channels.slack.socket_transport import run_socket
from bot.channels.slack.surfaces import Surfaces
from bot.channels.slack.workspace import Workspace, workspace_from
from bot.errors import ChannelError, NotInRoom
from bot.model import Delivery, ExternalId, Person, Post, RoomState, Typing, View

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=1)


class SlackChannel:
    """One bot in one workspace, by HTTP or by Socket Mode. ``http`` holds the route of the first; None with the other."""

    name = NAME
    limits = LIMITS
    least_power = 0

    def __init__(self, settings: SlackSettings, look: Look) -> None:
        self._settings = settings
        self.problem: str | None = None
        self._problems: dict[str, str] = {}
        self._questions = itertools.count(1)
        self._answered: dict[str, int] = {}
        """Of what is asked about rooms of coordinators, the latest question whose answer told it."""
        self._api = SlackApi(settings.bot_token, settings.api, self._about("api"))
        self._rooms = Rooms(self._api)
        self._posting = Posting(self._api, self._rooms)
        self._surfaces = Surfaces(self._api, self._rooms)
        self._intake = Intake()
        self._look, self._members = look, Members(self._api)
        self.desk_rooms = settings.desk_rooms
        rooms = [room.room for room in settings.desk_rooms]
        desk = DeskHandlers(self._intake, look, self._surfaces, rooms, settings.desk_language)
        self._handlers = Handlers(
            self._intake,
            look,
            self._rooms,
            self._members,
            self._surfaces,
            desk,
            agent_view=settings.agent_view,
        )
        secret = settings.signing_secret
        self._app = build_app(self._handlers, secret, settings.api)
        self.ready = asyncio.Event()
        """Set once it is clear who Lotse is in Slack, and what is written arrives and is taken in."""
        self._us: Workspace | None = None
        self.http = HttpTransport(self._app, self._handlers, secret, self.ready) if secret is not None else None

    async def receive(self, accept: Accept, cursor: str | None) -> None:
        """Take in what people write, until cancelled. Nothing is taken in before it is clear who Lotse itself is there."""
        self._api.open()
        try:
            self._us = self._handlers.us = await self._introduce()
            self._intake.open(accept)
            if self.http is not None:
                self._begin()
                await asyncio.Event().wait()
            elif self._settings.app_token is not None:
                await run_socket(self._app, self._settings.app_token, self._settings.api, self._connected)
        finally:
            self.ready.clear()
            self._us = None
            self._intake.close()
            await self._surfaces.close()
            await self._api.close()

    def _connected(self, problem: str | None) -> None:
        self._about("connection")(problem)
        if problem is None and not self.ready.is_set():
            self._begin()

    def _begin(self) -> None:
        self.ready.set()
        log.info("slack_ready", team=self._handlers.us.team, transport="http" if self.http else "socket")

    async def send(self, delivery: Delivery) -> ExternalId:
        """Carry out one delivery. Raises ChannelError."""
        room = delivery.address.room
        question = next(self._questions)
        try:
            external_id = await self._posting.carry_out(at_its_place(delivery))
        except ChannelError as error:
            if not self._is_desk(room):
                return await self._said_directly(delivery, error)
            if (problem := absence(room, error)) is not None:
                self._note_presence(room, question, problem)
            elif (problem := archived(room, error)) is not None:
                self._note_writing(room, question, problem)
            else:
                raise
            raise NotInRoom(error.reason, retry_after=LONGEST_PAUSE) from error
        if isinstance(delivery, Post):  # what stands in a room can be changed from outside as well
            self._note_presence(room, question, None)
            self._note_writing(room, question, None)
        return external_id

    async def _said_directly(self, delivery: Delivery, error: ChannelError) -> ExternalId:
        """Answer the person alone whose channel is out of reach. Raises ChannelError, that same one where it is something else."""
        if isinstance(delivery, Post) and is_out_of_reach(error):
            user = await self._look.listener_of(delivery.address, delivery.outbox_id)
            if user is not None and user != delivery.address.room:
                log.warning("slack_answered_directly", room=delivery.address.room, reason=error.reason)
                return await self._posting.carry_out(said_directly(delivery, user))
        raise error

    async def look_into(self, room: str) -> RoomState:
        """Who is in a room of coordinators. Raises ChannelError."""
        if self._us is None:
            raise ChannelError("it is not clear yet who Lotse is in Slack")
        question = next(self._questions)
        try:
            state = await self._members.in_room(room, self._us)
        except ChannelError as error:
            if (problem := absence(room, error)) is not None:
                self._note_presence(room, question, problem)
            raise
        self._note_presence(room, question, absence(room, state))
        return state

    def thread_at(self, external_id: ExternalId) -> str:
        """The thread that begins with this message; of several parts, with the first."""
        return posted(external_id).stamps[0]

    async def show(self, view: View) -> None:
        """In a thread of the agent view, that an answer is on its way; elsewhere Slack has no such sign."""
        match view:
            case Typing(address=address) if self._settings.agent_view and address.thread is not None:
                self._surfaces.begin("status", self._show_status(address.room, address.thread))

    async def _show_status(self, user: str, thread: str) -> None:
        locale = await self._look.locale_of(Person(NAME, user))
        self._surfaces.status(await self._rooms.id_of(user), thread, locale)

    def _note_presence(self, room: str, question: int, problem: str | None) -> None:
        """Whether Lotse is in a room of coordinators, as this question was answered: None, or what to do as it is not.

        Of other rooms nothing is said, for there nobody need act: Lotse was taken out.
        """
        if self._is_desk(room):
            self._note(room, question, problem)

    def _note_writing(self, room: str, question: int, problem: str | None) -> None:
        """Whether anybody may write in a room of coordinators, of which its list of people says nothing."""
        if self._is_desk(room):
            self._note(f"writing in {room}", question, problem)

    def _note(self, part: str, question: int, problem: str | None) -> None:
        """An answer to what was asked earlier than another that is answered already tells how it was before."""
        if question > self._answered.get(part, 0):
            self._answered[part] = question
            self._about(part)(problem)

    def _is_desk(self, room: str) -> bool:
        return any(desk.room == room for desk in self.desk_rooms)

    def _about(self, part: str) -> Tell:
        def tell(problem: str | None) -> None:
            self._problems.pop(part, None)
            if problem is not None:
                self._problems[part] = problem
            self.problem = next(iter(self._problems.values()), None)

        return tell

    async def _introduce(self) -> Workspace:
        """Who Lotse is in Slack, asked until Slack says so."""
        pause = FIRST_PAUSE
        while True:
            try:
                return workspace_from(await self._api.call("auth.test"))
            except ChannelError as error:
                log.warning("slack_unknown_self", reason=error.reason, again_in_s=pause.total_seconds())
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)
