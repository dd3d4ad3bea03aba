"""What follows from what arrives from rooms of coordinators. Nothing is decided here: it is stored, or a form is opened."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.channels.looking import Look, Objection
from bot.channels.slack.block_parts import Json
from bot.channels.slack.desk_forms import desk_form
from bot.channels.slack.intake import Intake
from bot.channels.slack.interactions import Commanded, now_utc
from bot.channels.slack.slack_desk_events import (
    FormSent,
    Missing,
    OpensForm,
    Step,
    read_desk_arrival,
    read_desk_command,
    read_desk_form,
    read_desk_press,
    read_desk_reaction,
)
from bot.channels.slack.slack_desk_words import BUTTON_GONE, FORM_NOT_OPENED, MISSING, ROOM_GONE, TYPED_INSTEAD
from bot.channels.slack.surfaces import Hint, Surfaces
from bot.channels.slack.workspace import Workspace
from bot.model import Incoming, Locale

log = structlog.get_logger(__name__)

Body = Mapping[str, Any]

CHECKED_FOR_S = 1.0
"""Slack waits for the answer to a form, and it must be stored as well. What cannot be checked in time is checked where it is
carried out anyway.
"""

FIELDS: Mapping[tuple[Step, str], str] = {
    ("transfer", "unclear"): "other", ("wait", "unclear"): "until", ("wait", "until_past"): "until", ("resolve", "unclear"): "code",
}  # fmt: skip
"""Under which field of a form a refusal is said, by why it is; any other stands under its text."""


class DeskHandlers:
    """``rooms`` are those of coordinators; ``locale`` is the language spoken in them. ``Handlers`` watches the time."""

    def __init__(
        self,
        intake: Intake,
        look: Look,
        surfaces: Surfaces,
        rooms: Collection[str],
        locale: Locale,
        *,
        checked_for_s: float = CHECKED_FOR_S,
    ) -> None:
        self.rooms = frozenset(rooms)
        self._checked_for_s = checked_for_s
        self._intake, self._look, self._surfaces, self._locale = intake, look, surfaces, locale

    def is_at(self, item: Mapping[str, Any]) -> bool:
        """Whether something happened in one of these rooms."""
        return item.get("channel") in self.rooms

    async def reacted(self, event: Body, us: Workspace) -> None:
        """A sign under a message."""
        incoming = read_desk_reaction(event, us)
        if incoming is not None:
            await self._take(incoming)

    async def joined(self, event: Body, us: Workspace) -> None:
        """Somebody came into a room; it matters when that is Lotse."""
        incoming = read_desk_arrival(event, us)
        if incoming is not None:
            await self._take(incoming)

    async def pressed(self, body: Body) -> None:
        """A button on a card: taken in, or its form opened. What the button says is checked where the form comes in."""
        pressed = read_desk_press(body)
        match pressed:
            case Incoming():
                await self._take(pressed)
            case OpensForm():
                await self._open(pressed)
            case None:
                room, thread = body["container"].get("channel_id"), (body.get("message") or {}).get("thread_ts")
                self._surfaces.hint(room, body["user"]["id"], BUTTON_GONE[self._locale], thread)

    async def _open(self, pressed: OpensForm) -> None:
        """Open the form of a step, with what has been said up to now: what comes later was not seen by who fills it in."""
        place, locale = pressed.place, self._locale
        if place.seen is not None:
            line = await self._look.last_said(place.case)
            place = replace(place, seen=replace(place.seen, line=line))
        choices = self._look.desk_choices(locale)
        form = desk_form(pressed.step, place, choices.teams, choices.reasons, locale)
        instead = FORM_NOT_OPENED[locale].replace("{typed}", TYPED_INSTEAD[pressed.step][locale])
        self._surfaces.open_form(pressed.trigger, form, Hint(place.room, pressed.user, instead, place.thread))

    async def form_sent(self, body: Body) -> Json | None:
        """A form: what is wrong with it, by field; None when it was taken in."""
        sent = read_desk_form(body, now_utc())
        if sent.place.room not in self.rooms:  # the settings have changed since it was opened
            return not_taken(ROOM_GONE[self._locale])
        if isinstance(sent.given, Missing):
            return not_taken(MISSING[sent.given.what][self._locale], sent.given.field)
        return await self._checked(sent, sent.given)

    async def _checked(self, sent: FormSent, incoming: Incoming) -> Json | None:
        """Take the form in, or say why it would be refused now: while it still holds what was typed."""
        objection: Objection | None = None
        try:
            async with asyncio.timeout(self._checked_for_s):
                objection = await self._look.desk_objection(incoming, sent.place.case, self._locale)
        except TimeoutError:
            log.info("slack_form_not_checked", room=sent.place.room)
        if objection is not None:
            return not_taken(objection.said, FIELDS.get((sent.step, objection.why), "text"))
        await self._intake.take([incoming])
        return None

    async def commanded(self, command: Commanded) -> None:
        """``/lotse`` in a room of coordinators."""
        person, external_id = command.person.external_user, command.external_id
        await self._take(read_desk_command(command.room, person, command.words, external_id, now_utc()))

    async def _take(self, incoming: Incoming) -> None:
        await self._intake.take([incoming])


def not_taken(words: str, field: str = "text") -> Json:
    """The form stays open with what was typed, and says why under this field."""
    return {"response_action": "errors", "errors": {field: words}}
