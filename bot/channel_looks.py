"""Answers what channels may ask of the program (``channels/looking.py``), from the store and the rules of a case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.looking import CasePlace, DeskChoices, MenuEntry, Objection, OwnCase, SentReply, TakenChoice
from bot.content.definitions import Content
from bot.dialogue.case_status import status_of
from bot.dialogue.choosing import SAY, choice_in_front, choice_said, choice_typed
from bot.dialogue.desk_answers import queued
from bot.dialogue.desk_card import queue_list, topic_title
from bot.dialogue.desk_commands import MARK, Command, read_command
from bot.dialogue.desk_moves import CODES
from bot.dialogue.naming import label_title, title_of
from bot.dialogue.situation import BERLIN
from bot.dialogue.state import fresh_context, state_from_json
from bot.dialogue.topic_menu import AREA_TITLES, areas_of, sides_of, topics_in
from bot.errors import ChannelError
from bot.handoff.case_words import RESOLUTION_WORDS
from bot.handoff.office import OfficeOf
from bot.model import (
    SILENT,
    Address,
    CaseNumber,
    Choice,
    ExternalId,
    Incoming,
    Locale,
    OutboxId,
    Person,
    Pressed,
    Reply,
    Staff,
    TopicId,
    spans_text,
)
from bot.store.absences import list_absences
from bot.store.case_rows import last_said
from bot.store.database import Database
from bot.store.desk_reading import Filters, read_queue
from bot.store.desk_threads import is_below_card, thread_of_message
from bot.store.inbox import was_taken_in
from bot.store.sent_replies import (
    GOES_ON,
    FoundCase,
    FoundReply,
    find_case_of_event,
    find_case_place,
    find_cases_in,
    find_listener,
    find_offer,
    find_owner,
    find_reply,
    find_reply_posted_as,
    last_locale_of,
    own_cases,
    standing_of,
    takes_part,
)
from bot.worker.desk_trial import DeskTrial
from bot.worker.room_people import RoomPeople, teams_of

MOST_QUEUED = 30
"""Cases on the home of a coordinator; the desk shows all."""


@dataclass(frozen=True, slots=True)
class Looks:
    """One object for all channels."""

    database: Database
    office: OfficeOf
    clock: Callable[[], datetime]
    questions: Callable[[Locale], Sequence[str]]
    content: Callable[[], Content]
    coordinators: RoomPeople | None = None

    async def takes_part(self, person: Person, address: Address) -> bool:
        """Whether this person has said something in the conversation at this address, or it is below the card of a case."""
        return await takes_part(self.database, person, address) or await is_below_card(self.database, address)

    async def reply_sent(self, person: Person, address: Address, outbox_id: OutboxId) -> SentReply | None:
        """The reply with this id in the conversation at this address."""
        return _as_seen_by(person, await find_reply(self.database, address, outbox_id))

    async def reply_posted_as(self, person: Person, room: str, stamp: str) -> SentReply | None:
        """The reply the platform knows by this room and stamp."""
        return _as_seen_by(person, await find_reply_posted_as(self.database, person.channel, room, stamp))

    async def listener_of(self, address: Address, outbox_id: OutboxId) -> str | None:
        """The platform's id of the person this reply at this address is for."""
        return await find_listener(self.database, address, outbox_id)

    async def owner_of(self, address: Address) -> str | None:
        """The platform's id of whose conversation stands at this address."""
        return await find_owner(self.database, address)

    async def choice_typed(self, person: Person, address: Address, text: str) -> TakenChoice | None:
        """The choice these words take; in front of a coordinator nearly all are said to them, and take none."""
        now = await standing_of(self.database, address)
        if now is None or now.state is None:
            return None
        pending = state_from_json(now.state).pending
        if pending is None:
            return None
        in_front = now.case in SILENT
        value = choice_in_front(text, pending) if in_front else choice_said(text, pending, self.content())
        if value is None:
            return None
        label = next(label for label, each in pending.choices if each == value)
        sent = _as_seen_by(person, await find_offer(self.database, address, label))
        return TakenChoice(sent, label, value) if sent is not None and sent.theirs else None

    async def is_waited_for(self, address: Address, text: str) -> bool:
        """Whether the conversation at this address waits for these words.

        A case goes on where it is for as long as it can be taken up. What may be asked next after an answer is an offer and
        no question: only words that take it are meant for it.
        """
        now = await standing_of(self.database, address)
        if now is None:
            return False
        if now.case in GOES_ON:
            return True
        pending = None if now.state is None else fresh_context(state_from_json(now.state), self.clock()).pending
        return pending is not None and (pending.kind != "next" or choice_typed(text, pending) is not None)

    async def with_person(self, address: Address) -> bool:
        """Whether a coordinator has the word in the conversation at this address, and Lotse none."""
        now = await standing_of(self.database, address)
        return now is not None and now.case in SILENT

    async def case_place(self, person: Person, room: str, stamp: str) -> Address | None:
        """Where the case of this person goes on that the message with this room and stamp belongs to."""
        return await find_case_place(self.database, person, room, stamp)

    async def case_of_event(self, person: Person, event: ExternalId) -> CasePlace | None:
        """The case of this person that the message with this id belongs to."""
        found = await find_case_of_event(self.database, person, event)
        return None if found is None else _place_of(found)

    async def cases_in(self, room: Address) -> Sequence[CasePlace]:
        """The cases that go on in this room and are not finished."""
        return [_place_of(found) for found in await find_cases_in(self.database, room)]

    async def was_taken_in(self, channel: str, event: ExternalId) -> bool:
        """Whether the message with this id was taken in."""
        return await was_taken_in(self.database, channel, event)

    async def desk_thread(self, desk_room: Address, event: ExternalId) -> str | None:
        """The thread of the case to which the message with this id belongs in a room of coordinators."""
        return await thread_of_message(self.database, desk_room.channel, desk_room.room, event)

    async def locale_of(self, person: Person) -> Locale:
        """The language this person was last answered in; German when nothing is known."""
        return await last_locale_of(self.database, person) or "de"

    async def cases_of(self, person: Person) -> Sequence[OwnCase]:
        """This person's own cases that are not over, the newest first."""
        cases = await own_cases(self.database, person)
        if not cases:
            return ()
        locale, now = await self.locale_of(person), self.clock()
        office = self.office(await list_absences(self.database, now))
        said = ((case.number, status_of(case, locale, now, office)) for case in cases)
        return tuple(OwnCase(number, spans_text(words.spans)) for number, words in said if words is not None)

    async def queue_of(self, person: Person) -> Reply | None:
        """The open cases this person may work as a coordinator, the most urgent first; None when they are none now."""
        content = self.content()
        teams: frozenset[str] = frozenset()
        staff: Staff | None = None
        people = self.coordinators
        if people is None:
            return None
        for room in people.rooms:
            if room.channel != person.channel:
                continue
            try:
                found = await people.coordinator(room, person.external_user, content)
            except ChannelError:
                continue  # what cannot be looked up gives nobody any right
            if found is not None:
                staff, teams = found, teams | teams_of(room, content)
        if staff is None:
            return None
        locale, now = await self.locale_of(person), self.clock()
        viewer = Staff(staff.id, staff.name, frozenset({"coordinator"}), teams)
        rows = await read_queue(self.database, viewer, now, Filters())
        listed = [
            queued(row.facts, row.name, row.channel, topic_title(content, row.facts.topic, locale)) for row in rows
        ]
        return queue_list(listed, content, now, locale, most=MOST_QUEUED)

    async def last_said(self, case: int) -> int:
        """The number of the employee's last line in this case."""
        async with self.database.reading() as connection:
            return await last_said(connection, CaseNumber(case))

    async def desk_objection(self, incoming: Incoming, case: int, locale: Locale) -> Objection | None:
        """Why what somebody wants in a room of coordinators would be refused at this moment."""
        if self.coordinators is None:
            return None
        trial = DeskTrial(self.database, self.coordinators, self.content(), self.office)
        refused = await trial.objection(incoming, CaseNumber(case), self.clock())
        return None if refused is None else Objection(refused.why, refused.words[locale].replace("`", ""))

    def is_desk_command(self, words: str) -> bool:
        """Whether these words are a command of coordinators; without any, it is help that is asked for."""
        return not words.strip() or isinstance(read_command(f"{MARK}{words.strip()}"), Command)

    def desk_choices(self, locale: Locale) -> DeskChoices:
        """Teams by their names, and the reasons a coordinator may give."""
        teams = ((team.id, team.name[locale]) for team in self.content().teams.values())
        reasons = ((code, RESOLUTION_WORDS[code][locale]) for code in CODES)
        return DeskChoices(tuple(teams), tuple(reasons))

    def starters(self, locale: Locale) -> Sequence[str]:
        """Up to four questions to begin with."""
        return self.questions(locale)

    def menu(self, locale: Locale) -> Sequence[MenuEntry]:
        """All topics of the content as it is now, by area, and what can be asked about each."""
        content, day = self.content(), self.clock().astimezone(BERLIN).date()
        return tuple(
            MenuEntry(
                area,
                AREA_TITLES[area][locale],
                tuple(_topic_entry(content, topic, locale) for topic in topics_in(content, area, day)),
            )
            for area in areas_of(content, day)
        )


def _topic_entry(content: Content, topic: TopicId, locale: Locale) -> MenuEntry:
    """A topic, with its sides as what they ask."""

    def side(choice: Choice) -> MenuEntry:
        label = choice.value.removeprefix(SAY)
        asks = Pressed(choice.value, words=label_title(content, label, locale))
        return MenuEntry(label.partition(".")[2], choice.label, question=asks)

    entries = tuple(side(choice) for choice in sides_of(content, topic, locale))
    return MenuEntry(topic, title_of(content, topic, locale), entries)


def _place_of(found: FoundCase) -> CasePlace:
    return CasePlace(found.external_user, found.number, found.address, found.locale)


def _as_seen_by(person: Person, found: FoundReply | None) -> SentReply | None:
    if found is None:
        return None
    theirs = found.listener == person.external_user
    about = found.outdated, found.with_person
    return SentReply(found.address, found.outbox_id, found.reply, theirs, *about, found.external_id)
