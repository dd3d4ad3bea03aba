"""What follows from what arrives: the same for both transports.

Each handler returns once everything that must not be lost is stored; what is only shown goes on beside it. An exception
means that nothing was stored, and Slack is told so (``bolt_app.py``). Here it is decided whose matter it is; what follows stands
with that: what is said in ``talk_handlers.py``, buttons in ``press_handlers.py``, the home in ``home_handlers.py``, the command and
forms in ``command_handlers.py``, and what comes from rooms of coordinators in ``desk_handlers.py``.
"""

from collections.abc import Mapping
from typing import Any, assert_never

from bot.channels.looking import Look
from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import Json
from bot.channels.slack.command_handlers import CommandHandlers, given_back, private
from bot.channels.slack.desk_handlers import DeskHandlers, not_taken
from bot.channels.slack.home_handlers import HomeHandlers
from bot.channels.slack.intake import Intake
from bot.channels.slack.interactions import (
    CaseForm,
    HomePressing,
    Pressing,
    WantsToHandOn,
    of_this_workspace,
    person_of,
    read_command,
    read_form,
    read_press,
    read_shortcut,
)
from bot.channels.slack.members import Members
from bot.channels.slack.posting import Rooms
from bot.channels.slack.press_handlers import PressHandlers
from bot.channels.slack.strangers import refusal_of
from bot.channels.slack.surfaces import Surfaces
from bot.channels.slack.talk_handlers import TalkHandlers
from bot.channels.slack.workspace import Workspace

Body = Mapping[str, Any]


class Handlers:
    """One method per kind of thing that arrives. ``us`` is set before the intake is opened."""

    us: Workspace

    def __init__(
        self,
        intake: Intake,
        look: Look,
        rooms: Rooms,
        members: Members,
        surfaces: Surfaces,
        desk: DeskHandlers,
        *,
        agent_view: bool,
    ) -> None:
        self._intake, self._look, self._members = intake, look, members
        self._surfaces, self._desk = surfaces, desk
        self._talk = TalkHandlers(intake, look, rooms, members, surfaces, agent_view=agent_view)
        self._presses = PressHandlers(intake, look, members, surfaces)
        self._home = HomeHandlers(intake, look, rooms, surfaces, agent_view=agent_view)
        self._commands = CommandHandlers(intake, look, members, surfaces)

    # --- Events ------------------------------------------------------------------------------------------------------

    async def message(self, body: Body) -> None:
        """``message`` and ``app_mention``."""
        await self._talk.message(body["event"], self.us, self._desk.rooms)

    async def reaction(self, body: Body) -> None:
        """``reaction_added``: a sign, under a reply or in a room of coordinators."""
        event = body["event"]
        if self.us.is_stranger(event):
            return
        if self._desk.is_at(event.get("item") or {}):
            await self._intake.in_time(self._desk.reacted(event, self.us))
        else:
            await self._talk.reaction(event, self.us)

    async def joined(self, body: Body) -> None:
        """``member_joined_channel``: where coordinators work, Lotse itself may have been asked in (again)."""
        if self._desk.is_at(body["event"]):
            await self._intake.in_time(self._desk.joined(body["event"], self.us))

    async def home_opened(self, body: Body) -> None:
        """``app_home_opened``: the home itself, or, in the agent view, the conversation with its prompts."""
        await self._home.opened(body["event"])

    # --- Presses, commands, forms ------------------------------------------------------------------------------------

    async def pressed(self, body: Body) -> None:
        """``block_actions``: a button under a reply, on a card or on the home."""
        await self._intake.in_time(self._take_pressed(body))

    async def _take_pressed(self, body: Body) -> None:
        if (refusal := await self._refusal(body)) is not None:
            self._refuse(body, refusal)
            return
        if self._desk.is_at({"channel": (body.get("container") or {}).get("channel_id")}):
            await self._desk.pressed(body)
            return
        pressing = read_press(body)
        match pressing:
            case None:
                await self._presses.refuse(body)
            case Pressing():
                await self._presses.take(pressing)
            case HomePressing():
                await self._home.pressed(pressing)
            case _:
                assert_never(pressing)

    def _refuse(self, body: Body, why: str) -> None:
        """Nothing is taken in of what was pressed or chosen, and its sender is told why where they did it."""
        room = (body.get("container") or {}).get("channel_id") or (body.get("channel") or {}).get("id")
        user = person_of(body).external_user
        self._surfaces.hint_anywhere(room or user, user, why)

    async def commanded(self, body: Body, bot_user: str) -> Json | None:
        """``/lotse``: what to show to this person alone, in the place where they typed it; None when there is nothing."""
        command = read_command(body, bot_user, self._desk.rooms)
        if not of_this_workspace(body, self.us.team):
            return private(words.STRANGER_TOLD)
        if command.room in self._desk.rooms and self._look.is_desk_command(command.words):
            await self._intake.in_time(self._desk.commanded(command))
            return None
        # A command of their own is read as anybody's: without the ids and marks that commands of the desk keep.
        return await self._intake.in_time(self._commands.command(read_command(body, bot_user)))

    async def handed_on(self, body: Body, bot_user: str) -> None:
        """The shortcut on a message: a form with its words."""
        await self._intake.in_time(self._take_handed_on(body, read_shortcut(body, bot_user)))

    async def _take_handed_on(self, body: Body, wanted: WantsToHandOn) -> None:
        if (refusal := await self._refusal(body)) is not None:
            self._refuse(body, refusal)
            return
        await self._commands.hand_on(body, wanted)

    async def form_sent(self, body: Body) -> Json | None:
        """The form was submitted: what is wrong with it, by field; None when it was taken in."""
        return await self._intake.in_time(self._take_form(body, read_form(body)))

    async def _take_form(self, body: Body, form: CaseForm) -> Json | None:
        if (refusal := await self._refusal(body)) is not None:
            return given_back(refusal)
        return await self._commands.form(form)

    async def desk_form_sent(self, body: Body) -> Json | None:
        """A form of the desk was submitted: what is wrong with it, by field; None when it was taken in."""
        return await self._intake.in_time(self._take_desk_form(body))

    async def _take_desk_form(self, body: Body) -> Json | None:
        refusal = await self._refusal(body)
        return await self._desk.form_sent(body) if refusal is None else not_taken(refusal)

    async def _refusal(self, body: Body) -> str | None:
        return await refusal_of(body, self.us, self._members)
