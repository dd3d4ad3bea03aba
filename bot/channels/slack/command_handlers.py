"""What people begin beside the conversation: the command, the shortcut on a message, and the form both may open."""

from collections.abc import Mapping
from typing import Any, assert_never

from bot.channels.looking import Look
from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import Json
from bot.channels.slack.case_form import ask_for_person
from bot.channels.slack.commands import Private, Said, read_words
from bot.channels.slack.escaping import escape
from bot.channels.slack.home import cases_said
from bot.channels.slack.intake import Intake
from bot.channels.slack.interactions import QUESTION, CaseForm, Commanded, WantsToHandOn
from bot.channels.slack.members import Members
from bot.channels.slack.surfaces import Surfaces
from bot.model import CONSENT, AskedPerson, ExternalId, Input, Pressed

Body = Mapping[str, Any]


class CommandHandlers:
    """``Handlers`` watches the time, and who it is that asks."""

    def __init__(self, intake: Intake, look: Look, members: Members, surfaces: Surfaces) -> None:
        self._intake, self._look, self._members, self._surfaces = intake, look, members, surfaces

    async def command(self, command: Commanded) -> Json | None:
        """``/lotse``: what to show to this person alone; None when there is nothing."""
        locale = await self._look.locale_of(command.person)
        meant = read_words(command.words, locale)
        match meant:
            case "status":
                return private(cases_said(await self._look.cases_of(command.person), locale))
            case "form":
                ask_for_person(self._surfaces, command.trigger, command.person, "", locale, command.room)
                return None
            case Private(text=text):
                return private(text)
            case Said(input=given):
                await self._intake.take_alone(command.person, [(given, command.external_id)])
                return None if command.in_direct else private(words.IN_DIRECT[locale])
            case _:
                assert_never(meant)

    async def hand_on(self, body: Body, wanted: WantsToHandOn) -> None:
        """The shortcut on a message: a form with its words."""
        locale = await self._look.locale_of(wanted.person)
        room = (body.get("channel") or {}).get("id") or wanted.person.external_user
        ask_for_person(self._surfaces, wanted.trigger, wanted.person, wanted.question, locale, room)

    async def form(self, form: CaseForm) -> Json | None:
        """The form was submitted: what is wrong with it, by field; None when it was taken in."""
        if not form.question:
            locale = await self._look.locale_of(form.person)
            return given_back(words.FORM_EMPTY[locale])
        asked = AskedPerson(form.question, complete=True, consents=form.consent)
        given: list[tuple[Input, ExternalId]] = [(asked, form.external_id)]
        if form.consent:
            given.append((Pressed(CONSENT), ExternalId(f"{form.external_id}:consent")))
        await self._intake.take_alone(await self._members.named(form.person) if form.consent else form.person, given)
        return None


def private(text: str) -> Json:
    """An answer to a command that only its sender sees. Slack reads markup in it, as in any message."""
    return {"response_type": "ephemeral", "text": escape(text)}


def given_back(text: str) -> Json:
    """The form stays open, and says why under the question."""
    return {"response_action": "errors", "errors": {QUESTION: text}}
