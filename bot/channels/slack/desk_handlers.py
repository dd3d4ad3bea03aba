"""What follows from what arrives from rooms of coordinators. Nothing is decided here: it is stored, or a form is opened."""

from collections.abc import Collection, Mapping
from typing import Any

from bot.channels.looking import Look
from bot.channels.slack.block_parts import Json
from bot.channels.slack.desk_forms import desk_form, missing
from bot.channels.slack.intake import Intake
from bot.channels.slack.interactions import Commanded, now_utc
from bot.channels.slack.slack_desk_events import (
    OpensForm,
    read_desk_command,
    read_desk_form,
    read_desk_press,
    read_desk_reaction,
)
from bot.channels.slack.slack_desk_words import BUTTON_GONE, ROOM_GONE
from bot.channels.slack.surfaces import Surfaces
from bot.channels.slack.workspace import Workspace
from bot.model import Incoming, Locale

Body = Mapping[str, Any]


class DeskHandlers:
    """``rooms`` are those of coordinators; ``locale`` is the language spoken in them."""

    def __init__(self, intake: Intake, look: Look, surfaces: Surfaces, rooms: Collection[str], locale: Locale) -> None:
        self.rooms = frozenset(rooms)
        self._intake, self._look, self._surfaces, self._locale = intake, look, surfaces, locale

    def is_at(self, item: Mapping[str, Any]) -> bool:
        """Whether something happened in one of these rooms."""
        return item.get("channel") in self.rooms

    async def reacted(self, event: Body, us: Workspace) -> None:
        """A sign under a message."""
        incoming = read_desk_reaction(event, us)
        if incoming is not None:
            await self._take(incoming)

    async def pressed(self, body: Body) -> None:
        """A button on a card: taken in, or its form opened. What the button says is checked where the form comes in."""
        pressed = read_desk_press(body)
        match pressed:
            case Incoming():
                await self._take(pressed)
            case OpensForm():
                choices = self._look.desk_choices(self._locale)
                form = desk_form(pressed.step, pressed.place, choices.teams, choices.reasons, self._locale)
                self._surfaces.open_form(pressed.trigger, form)
            case None:
                room, thread = body["container"].get("channel_id"), (body.get("message") or {}).get("thread_ts")
                self._surfaces.hint(room, body["user"]["id"], BUTTON_GONE[self._locale], thread)

    async def form_sent(self, body: Body) -> Json | None:
        """A form: what is wrong with it, by field; None when it was taken in."""
        place, incoming = read_desk_form(body, now_utc())
        if place.room not in self.rooms:  # the settings have changed since it was opened
            return not_taken(ROOM_GONE[self._locale])
        if incoming is None:
            return not_taken(missing(place, self._locale))
        await self._take(incoming)
        return None

    async def commanded(self, command: Commanded) -> None:
        """``/lotse`` in a room of coordinators."""
        person, external_id = command.person.external_user, command.external_id
        await self._take(read_desk_command(command.room, person, command.words, external_id, now_utc()))

    async def _take(self, incoming: Incoming) -> None:
        await self._intake.in_time(self._intake.take([incoming]))


def not_taken(words: str) -> Json:
    """The form stays open with what was typed, and says why under its text."""
    return {"response_action": "errors", "errors": {"text": words}}
