"""What people say to Lotse, in words or by a sign under a reply: taken in where it belongs, and shown what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, assert_never

from bot.channels.looking import Look, SentReply, TakenChoice
from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import LABEL
from bot.channels.slack.blocks import messages_of, with_choice
from bot.channels.slack.external_ids import message_id, posted
from bot.channels.slack.intake import Intake, alone_beside
from bot.channels.slack.late_messages import LateMessages
from bot.channels.slack.members import Members
from bot.channels.slack.posting import Rooms
from bot.channels.slack.reactions import meaning_of
from bot.channels.slack.shown_once import ShownOnce
from bot.channels.slack.slack_events import NAME, Heard, StrangerAsked, read_message, read_reaction
from bot.channels.slack.surfaces import Surfaces
from bot.channels.slack.workspace import Workspace
from bot.model import Address, Incoming, Person, Pressed, SentFile, Utterance

Event = Mapping[str, Any]


class TalkHandlers:
    """``us`` is who Lotse is in Slack, ``desk_rooms`` are the rooms of coordinators."""

    def __init__(
        self, intake: Intake, look: Look, rooms: Rooms, members: Members, surfaces: Surfaces, *, agent_view: bool
    ) -> None:
        self._intake, self._look, self._rooms = intake, look, rooms
        self._members, self._surfaces, self._agent_view = members, surfaces, agent_view
        self._shown, self._late = ShownOnce(), LateMessages()

    async def message(self, event: Event, us: Workspace, desk_rooms: Collection[str]) -> None:
        """``message`` and ``app_mention``."""
        heard = read_message(event, us, agent_view=self._agent_view, desk_rooms=desk_rooms)
        match heard:
            case None:
                return
            case StrangerAsked(room=room, user=user, thread=thread, ids=ids):
                if self._shown.first(ids):
                    self._surfaces.hint(room, user, words.STRANGER_TOLD, thread)
            case Heard():
                with self._late.noted(message_id(event["channel"], event["ts"])):
                    await self._intake.in_time(self._take_heard(heard, event["channel"]))
                first = heard.incomings[0]
                if first.alone is None:
                    self._rooms.learn(first.person.external_user, event["channel"])
            case _:
                assert_never(heard)

    async def _take_heard(self, heard: Heard, room: str) -> None:
        async with self._intake.turn_of(room):
            self._late.check(heard.incomings)
            heard = await self._as_called(heard)
            first = heard.incomings[0]
            written_at, person = first.address, first.person
            if heard.if_taking_part and not await self._look.takes_part(person, written_at):
                return
            place = await self._place(heard, room)
            taken = await self._choice_typed(replace(first, address=place))
            named = person if taken is None else await self._members.named_for(person, Pressed(taken.value))
            await self._intake.take([replace(each, address=place, person=named) for each in heard.incomings])
        if not self._shown.first((first.external_id, first.also)):
            return
        if taken is not None:
            self._show_choice(taken.sent, taken.label)
        if place == written_at:
            if self._agent_view and first.alone is None and isinstance(first.input, Utterance):
                self._surfaces.begin("status", self._show_status(person, room, place))
        elif not heard.begins_thread:
            self._surfaces.begin("hint", self._show_in_case(person, room, written_at.thread))

    async def _as_called(self, heard: Heard) -> Heard:
        """A message that mentions Lotse only since it was changed, as if it were written now; anything else as it is."""
        late = heard.called_late
        if not late or await self._look.was_taken_in(NAME, late[-1].external_id):
            return heard
        return Heard(late)

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

    async def reaction(self, event: Event, us: Workspace) -> None:
        """``reaction_added``: a number, a thumb or a raised hand under a reply is what could be pressed there."""
        reacted = read_reaction(event, us)
        if reacted is None:
            return

        async def take() -> None:
            sent = await self._look.reply_posted_as(reacted.person, reacted.room, reacted.stamp)
            given = meaning_of(reacted.emoji, sent)
            if sent is not None and given is not None:
                alone = alone_beside(sent.address, reacted.person)
                external_id = reacted.once if isinstance(given, Utterance) else reacted.external_id
                person = await self._members.named_for(reacted.person, given)
                incoming = Incoming(sent.address, person, external_id, given, reacted.at, None, alone)
                await self._intake.take([incoming])
                if isinstance(given, Pressed):
                    label = next(choice.label for choice in sent.reply.choices if choice.value == given.value)
                    self._show_choice(sent, label)

        await self._intake.in_time(take())

    async def _show_in_case(self, person: Person, room: str, thread: str | None) -> None:
        """In a thread below a message of a case, that what was said there was said in the case."""
        self._surfaces.hint(room, person.external_user, words.IN_CASE[await self._look.locale_of(person)], thread)

    async def _show_status(self, person: Person, room: str, place: Address) -> None:
        """In a thread of the agent view, that the answer is on its way; not where it is a coordinator who will answer."""
        if place.thread is not None and not await self._look.with_person(place):
            self._surfaces.status(room, place.thread, await self._look.locale_of(person))
