"""What follows from what arrives: the same for both transports.

Each handler returns once everything that must not be lost is stored; what is only shown goes on beside it. An exception
means that nothing was stored, and Slack is told so (``bolt_app.py``).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

import structlog

from bot.channels.looking import Look, SentReply, TakenChoice
from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import LABEL, Json
from bot.channels.slack.blocks import messages_of, with_choice, with_rating
from bot.channels.slack.case_form import case_form
from bot.channels.slack.commands import Private, Said, read_words
from bot.channels.slack.desk_handlers import DeskHandlers, not_taken
from bot.channels.slack.double_clicks import DoubleClicks
from bot.channels.slack.escaping import escape
from bot.channels.slack.external_ids import posted
from bot.channels.slack.home import cases_said, home_view
from bot.channels.slack.home_topics import Place, before, place_at
from bot.channels.slack.intake import Intake
from bot.channels.slack.interactions import (
    QUESTION,
    CaseForm,
    Commanded,
    HomePressing,
    Pressing,
    WantsToHandOn,
    now_utc,
    of_this_workspace,
    person_of,
    read_command,
    read_form,
    read_press,
    read_shortcut,
)
from bot.channels.slack.members import Members
from bot.channels.slack.posting import Rooms
from bot.channels.slack.reactions import meaning_of
from bot.channels.slack.slack_events import NAME, Heard, StrangerAsked, read_message, read_reaction
from bot.channels.slack.surfaces import Hint, Surfaces
from bot.channels.slack.workspace import Workspace
from bot.errors import ChannelError
from bot.model import (
    CONSENT,
    Address,
    AskedPerson,
    AskedWhy,
    ExternalId,
    Incoming,
    Input,
    Locale,
    OutboxId,
    Person,
    Pressed,
    Rated,
    SentFile,
    Utterance,
)

log = structlog.get_logger(__name__)

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
        self._rooms, self._surfaces, self._desk = rooms, surfaces, desk
        self._agent_view = agent_view
        self._clicks = DoubleClicks()

    # --- Events ------------------------------------------------------------------------------------------------------

    async def message(self, body: Body) -> None:
        """``message`` and ``app_mention``."""
        event = body["event"]
        heard = read_message(event, self.us, agent_view=self._agent_view, desk_rooms=self._desk.rooms)
        match heard:
            case None:
                return
            case StrangerAsked(room=room, user=user, thread=thread):
                self._surfaces.hint(room, user, words.STRANGER_TOLD, thread)
            case Heard():
                await self._intake.in_time(self._take_heard(heard, event["channel"]))
                first = heard.incomings[0]
                if first.alone is None:
                    self._rooms.learn(first.person.external_user, event["channel"])
            case _:
                assert_never(heard)

    async def _take_heard(self, heard: Heard, room: str) -> None:
        first = heard.incomings[0]
        written_at, person = first.address, first.person
        async with self._intake.turn_of(room):
            if heard.if_taking_part and not await self._look.takes_part(person, written_at):
                return
            place = await self._place(heard, room)
            taken = await self._choice_typed(replace(first, address=place))
            named = person if taken is None else await self._named_for(person, Pressed(taken.value))
            await self._intake.take([replace(each, address=place, person=named) for each in heard.incomings])
        if taken is not None:
            self._show_choice(taken.sent, taken.label)
        if place == written_at:
            if self._agent_view and first.alone is None and isinstance(first.input, Utterance):
                self._surfaces.begin("status", self._show_status(person, room, place))
        elif not heard.begins_thread:
            locale = await self._look.locale_of(person)
            self._surfaces.hint(room, person.external_user, words.IN_CASE[locale], written_at.thread)

    async def _choice_typed(self, said: Incoming) -> TakenChoice | None:
        """The choice that is taken by these words instead of a press. Looked at before they are taken in, and answered."""
        if not isinstance(said.input, Utterance) or len(said.input.text) > LABEL:
            return None
        return await self._look.choice_typed(said.person, said.address, said.input.text)

    def _show_choice(self, sent: SentReply, label: str) -> None:
        """Under a reply whose choice was typed, or taken by a sign: that one instead of the buttons."""
        if sent.external_id is None:
            return
        place, message = posted(sent.external_id), messages_of(sent.reply, sent.outbox_id)[-1]
        said = words.CHOSEN[sent.reply.locale].replace("{label}", label)
        shown = with_choice({"text": message.text, "blocks": message.blocks}, said)
        self._surfaces.change(place.room, place.stamps[-1], shown)

    async def _place(self, heard: Heard, room: str) -> Address:
        """Where this is said: below a message of a case in that case, and beside all threads where an answer is waited for.

        Who is asked something answers below the question, or below it in the conversation, and would not know that a thread is a
        conversation of its own; what a command, a form or the home begins has none.
        """
        said = heard.incomings[0]
        here, thread = said.address, said.address.thread
        if said.alone is not None or thread is None or not isinstance(said.input, Utterance | SentFile):
            return here
        if heard.begins_thread:
            outside = replace(here, thread=None)
            text = said.input.text if isinstance(said.input, Utterance) else ""
            return outside if await self._look.is_waited_for(outside, text) else here
        return await self._look.case_place(said.person, room, thread) or here

    async def reaction(self, body: Body) -> None:
        """``reaction_added``: a number, a thumb or a raised hand under a reply is what could be pressed there."""
        event = body["event"]
        if self.us.is_stranger(event):
            return
        if self._desk.is_at(event.get("item") or {}):
            await self._intake.in_time(self._desk.reacted(event, self.us))
            return
        reacted = read_reaction(event, self.us)
        if reacted is None:
            return

        async def take() -> None:
            sent = await self._look.reply_posted_as(reacted.person, reacted.room, reacted.stamp)
            given = meaning_of(reacted.emoji, sent)
            if sent is not None and given is not None:
                alone = _alone(sent.address, reacted.person)
                external_id = reacted.once if isinstance(given, Utterance) else reacted.external_id
                person = await self._named_for(reacted.person, given)
                incoming = Incoming(sent.address, person, external_id, given, reacted.at, None, alone)
                await self._intake.take([incoming])
                if isinstance(given, Pressed):
                    label = next(choice.label for choice in sent.reply.choices if choice.value == given.value)
                    self._show_choice(sent, label)

        await self._intake.in_time(take())

    async def home_opened(self, body: Body) -> None:
        """``app_home_opened``: the home itself, or, in the agent view, the conversation with its prompts."""
        event = body["event"]
        person, room = Person(NAME, event["user"]), event.get("channel")
        if room:
            self._rooms.learn(person.external_user, room)
        if event.get("tab") == "home":
            self._surfaces.begin("home", self._show_home(person))
        elif self._agent_view and room:
            self._surfaces.begin("prompts", self._show_prompts(person, room))

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
                await self._refuse_press(body)
            case Pressing():
                await self._take_press(pressing)
            case HomePressing():
                await self._take_home_press(pressing)
            case _:
                assert_never(pressing)

    def _refuse(self, body: Body, why: str) -> None:
        """Nothing is taken in of what was pressed or chosen, and its sender is told why where they did it."""
        room = (body.get("container") or {}).get("channel_id") or (body.get("channel") or {}).get("id")
        user = person_of(body).external_user
        self._surfaces.hint_anywhere(room or user, user, why)

    async def _refuse_press(self, body: Body) -> None:
        """A button this release does not have, or nobody ever did."""
        room, person = (body.get("container") or {}).get("channel_id"), person_of(body)
        if room:
            locale = await self._look.locale_of(person)
            self._surfaces.hint(room, person.external_user, words.TOO_LATE[locale])

    async def _take_press(self, pressing: Pressing) -> None:
        sent = await self._look.reply_sent(pressing.person, pressing.address, pressing.outbox_id)
        locale = sent.reply.locale if sent is not None else await self._look.locale_of(pressing.person)
        given = _meant(pressing, sent)
        if sent is None or given is None:
            refusal = words.NOT_YOURS if sent is not None and not sent.theirs else words.TOO_LATE
            thread = pressing.address.thread
            self._surfaces.hint(pressing.room, pressing.person.external_user, refusal[locale], thread)
            return
        alone = _alone(pressing.address, pressing.person)
        person = await self._named_for(pressing.person, given)
        incoming = Incoming(pressing.address, person, pressing.external_id, given, pressing.at, None, alone)
        with self._clicks.first(pressing.button, pressing.at) as counts:
            if not counts:
                return  # the first click shows what came of it, once that is stored
            await self._intake.take([incoming])
        if pressing.what == "choice":
            said = words.CHOSEN[locale].replace("{label}", sent.reply.choices[pressing.number].label)
            self._surfaces.change(pressing.room, pressing.stamp, with_choice(pressing.message, said))
        elif isinstance(given, Rated):
            said = words.RATED[given.helpful][locale]
            changed = with_rating(pressing.message, said, words.WHY[locale])
            self._surfaces.change(pressing.room, pressing.stamp, changed)

    async def _take_home_press(self, pressing: HomePressing) -> None:
        locale = await self._look.locale_of(pressing.person)
        if pressing.what == "person":
            self._ask_for_person(pressing.trigger, pressing.person, "", locale, pressing.person.external_user)
            return
        if pressing.what == "topic":
            place = place_at(self._look.menu(locale), pressing.value)
            asked = place.asked
            if asked is None:
                self._surfaces.begin("home", self._show_home(pressing.person, place))
            else:
                await self._ask_from_home(pressing, before(place), asked, asked.words)
            return
        starters = self._look.starters(locale)
        if 0 < pressing.number <= len(starters):
            words_asked = starters[pressing.number - 1]
            start = place_at(self._look.menu(locale), "")
            await self._ask_from_home(pressing, start, Utterance(words_asked, to_lotse=True), words_asked)

    async def _ask_from_home(self, pressing: HomePressing, place: Place, given: Input, asked: str) -> None:
        """Ask in the conversation with the person alone; the home says where the answer stands."""
        with self._clicks.first(pressing.button, pressing.at) as counts:
            if not counts:
                return
            await self._take_alone(pressing.person, [(given, pressing.external_id)])
        self._surfaces.begin("home", self._show_home(pressing.person, place, asked))

    async def commanded(self, body: Body, bot_user: str) -> Json | None:
        """``/lotse``: what to show to this person alone, in the place where they typed it; None when there is nothing."""
        command = read_command(body, bot_user, self._desk.rooms)
        if not of_this_workspace(body, self.us.team):
            return private(words.STRANGER_TOLD)
        if command.room in self._desk.rooms and self._look.is_desk_command(command.words):
            await self._intake.in_time(self._desk.commanded(command))
            return None
        # A command of their own is read as anybody's: without the ids and marks that commands of the desk keep.
        return await self._intake.in_time(self._take_command(read_command(body, bot_user)))

    async def _take_command(self, command: Commanded) -> Json | None:
        locale = await self._look.locale_of(command.person)
        meant = read_words(command.words, locale)
        match meant:
            case "status":
                return private(cases_said(await self._look.cases_of(command.person), locale))
            case "form":
                self._ask_for_person(command.trigger, command.person, "", locale, command.room)
                return None
            case Private(text=text):
                return private(text)
            case Said(input=given):
                await self._take_alone(command.person, [(given, command.external_id)])
                return None if command.in_direct else private(words.IN_DIRECT[locale])
            case _:
                assert_never(meant)

    async def handed_on(self, body: Body, bot_user: str) -> None:
        """The shortcut on a message: a form with its words."""
        await self._intake.in_time(self._take_handed_on(body, read_shortcut(body, bot_user)))

    async def _take_handed_on(self, body: Body, wanted: WantsToHandOn) -> None:
        if (refusal := await self._refusal(body)) is not None:
            self._refuse(body, refusal)
            return
        locale = await self._look.locale_of(wanted.person)
        room = (body.get("channel") or {}).get("id") or wanted.person.external_user
        self._ask_for_person(wanted.trigger, wanted.person, wanted.question, locale, room)

    async def form_sent(self, body: Body) -> Json | None:
        """The form was submitted: what is wrong with it, by field; None when it was taken in."""
        return await self._intake.in_time(self._take_form(body, read_form(body)))

    async def _take_form(self, body: Body, form: CaseForm) -> Json | None:
        if (refusal := await self._refusal(body)) is not None:
            return given_back(refusal)
        if not form.question:
            locale = await self._look.locale_of(form.person)
            return given_back(words.FORM_EMPTY[locale])
        given: list[tuple[Input, ExternalId]] = [(AskedPerson(form.question), form.external_id)]
        if form.consent:
            given.append((Pressed(CONSENT), ExternalId(f"{form.external_id}:consent")))
        await self._take_alone(await self._members.named(form.person) if form.consent else form.person, given)
        return None

    async def desk_form_sent(self, body: Body) -> Json | None:
        """A form of the desk was submitted: what is wrong with it, by field; None when it was taken in."""
        return await self._intake.in_time(self._take_desk_form(body))

    async def _take_desk_form(self, body: Body) -> Json | None:
        refusal = await self._refusal(body)
        return await self._desk.form_sent(body) if refusal is None else not_taken(refusal)

    # --- Shared ------------------------------------------------------------------------------------------------------

    async def _named_for(self, person: Person, given: Input) -> Person:
        """The person, with their name once they let the coordinators see it by this, pressed, typed or said by a sign."""
        return await self._members.named(person) if _consents(given) else person

    async def _take_alone(self, person: Person, given: list[tuple[Input, ExternalId]]) -> None:
        """Inputs that have no place of their own belong into the conversation with the person alone."""
        address = Address(NAME, person.external_user)
        now = now_utc()
        await self._intake.take([Incoming(address, person, key, each, now) for each, key in given])

    def _ask_for_person(self, trigger: str, person: Person, question: str, locale: Locale, room: str) -> None:
        """Open the form to hand a question on; where it does not open, say in this room what does the same."""
        otherwise = Hint(room, person.external_user, words.FORM_NOT_OPENED[locale])
        self._surfaces.open_form(trigger, case_form(question, locale), otherwise)

    async def _refusal(self, body: Body) -> str | None:
        """Why nothing is taken in from whoever sent this; None from somebody of our own workspace."""
        ours = of_this_workspace(body, self.us.team)
        if ours is None:
            try:
                ours = await self._members.belongs(person_of(body).external_user, self.us)
            except ChannelError as error:
                log.warning("slack_sender_not_looked_up", reason=error.reason)
                return words.NOT_KNOWN_TOLD
        return None if ours else words.STRANGER_TOLD

    async def _show_status(self, person: Person, room: str, place: Address) -> None:
        """In a thread of the agent view, that the answer is on its way; not where it is a coordinator who will answer."""
        if place.thread is not None and not await self._look.with_person(place):
            self._surfaces.status(room, place.thread, await self._look.locale_of(person))

    async def _show_prompts(self, person: Person, room: str) -> None:
        locale = await self._look.locale_of(person)
        self._surfaces.prompts(room, self._look.starters(locale), locale)

    async def _show_home(self, person: Person, topics: Place | None = None, asked: str = "") -> None:
        """The home, at the beginning of the topics or at a place among them."""
        locale = await self._look.locale_of(person)
        cases, queue = await self._look.cases_of(person), await self._look.queue_of(person)
        topics = topics or place_at(self._look.menu(locale), "")
        view = home_view(self._look.starters(locale), topics, cases, locale, queue, asked)
        self._surfaces.home(person.external_user, view)


def private(text: str) -> Json:
    """An answer to a command that only its sender sees. Slack reads markup in it, as in any message."""
    return {"response_type": "ephemeral", "text": escape(text)}


def given_back(text: str) -> Json:
    """The form stays open, and says why under the question."""
    return {"response_action": "errors", "errors": {QUESTION: text}}


def _alone(address: Address, person: Person) -> str | None:
    return None if address.room == person.external_user else person.external_user


def _consents(given: Input) -> bool:
    """Whether coordinators may see the name from now on, so that it has to be known."""
    return isinstance(given, Pressed) and (given.value == CONSENT or given.value.startswith(f"{CONSENT}:"))


def _meant(pressing: Pressing, sent: SentReply | None) -> Input | None:
    """What a press means, read from the reply that was sent and not from the press; None when it means nothing now."""
    if sent is None or not sent.theirs:
        return None
    match pressing.what:
        case "choice":
            valid = 0 <= pressing.number < len(sent.reply.choices) and not sent.outdated
            return Pressed(sent.reply.choices[pressing.number].value) if valid else None
        case "rate_yes" | "rate_no":
            return Rated(pressing.what == "rate_yes", OutboxId(sent.outbox_id)) if sent.reply.rateable else None
        case "why":
            return AskedWhy(OutboxId(sent.outbox_id)) if sent.reply.rateable else None
