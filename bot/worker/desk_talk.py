"""Answers coordinators in their rooms: what they write in the thread of a case, their commands, and a hand under a card.

Everything that moves a case goes through ``Desk.act``, as at the desk in the browser, and is marked as handled in the same
transaction: one winner wherever they sit, and after a stop nothing is lost and nothing done twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

import structlog

from bot.dialogue import desk_answers as words
from bot.dialogue.desk_card import claimed_in
from bot.dialogue.desk_commands import NUMBERED, Command, OtherCase, UnknownCommand, command_of_sign, read_command
from bot.dialogue.desk_moves import STEPS, DeskSituation, Unclear, move_of
from bot.dialogue.picked_people import PICKED, with_people
from bot.errors import ChannelError, LotseError
from bot.handoff.case_events import Claims, CoordinatorEvent, Notes, Replies
from bot.handoff.case_text import is_note
from bot.handoff.case_words import Sentences, filled
from bot.handoff.relaying import written
from bot.model import (
    SILENT,
    UNFINISHED,
    Address,
    AskedPerson,
    AskedToVerify,
    AskedWhy,
    CameIn,
    CaseFacts,
    CaseNumber,
    DeskRoom,
    Edited,
    LedToCase,
    Left,
    Locale,
    LookedUp,
    Pressed,
    Rated,
    Reacted,
    ReadByOthers,
    Removed,
    Seen,
    SentFile,
    Staff,
    TimerDue,
    Typed,
    Unreadable,
    Utterance,
    read_typed,
)
from bot.store.announce import DESK_INBOX, DESK_POSTS, Announcer
from bot.store.database import Database
from bot.store.desk import Desk
from bot.store.desk_cards import card_removed, cards_left_behind
from bot.store.desk_handling import handled, say_about
from bot.store.desk_inbox import DeskInbox, HandledElsewhere, SaidAtDesk, thread_of_said
from bot.store.desk_reading import read_facts
from bot.store.desk_threads import (
    case_in_thread,
    case_of_card,
    case_of_message,
    case_of_words,
    has_replied,
    own_line,
    thread_of_case,
)
from bot.store.traces import trace_of, where
from bot.worker.content_watch import LivePair
from bot.worker.desk_asked import DeskAsked
from bot.worker.desk_saying import Saying
from bot.worker.digest_loop import OpenGaps
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going
from bot.worker.room_people import RoomPeople

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeskTalk:
    """What is needed to answer coordinators. ``locale`` is the language of their rooms, ``open_gaps`` what the digest counts."""

    database: Database
    desk: Desk
    people: RoomPeople
    live: LivePair
    locale: Locale
    open_gaps: OpenGaps

    @property
    def _say(self) -> Saying:
        return Saying(self.database, self.locale)

    @property
    def _asked(self) -> DeskAsked:
        return DeskAsked(self.database, self.desk, self.people, self.live, self._say, self.open_gaps)

    async def handle_next(self, now: datetime) -> bool:
        """Handle the oldest thing that was said; False when nothing waits. Raises StoreUnavailable."""
        inbox = DeskInbox(self.database)
        said = await inbox.next(now)
        if said is None:
            return False
        try:
            await self._handle(said, now)
        except HandledElsewhere:
            return True
        except LotseError:
            raise
        except Exception as error:  # what breaks the handler must not hold up everybody else
            given_up = await inbox.count_failure(said, where(error), now)
            _report(said, error, given_up=given_up)
            if given_up:
                await say_about(self.database, said, words.answer(words.FAILED, self.locale), now)
        return True

    # --- One thing that was said -------------------------------------------------------------------------------------

    async def _handle(self, said: SaidAtDesk, now: datetime) -> None:
        room = next(
            (each for each in self.people.rooms if (each.channel, each.room) == (said.channel, said.room)), None
        )
        if room is None:  # the settings have changed
            return await self._closed(said, now)
        match said.input:
            case Utterance(text=text):
                await self._written(said, room, text, now)
            case Pressed(value=value):
                await self._pressed(said, room, value, now)
            case Reacted(of=of, sign=sign) if command_of_sign(sign) is None:
                await self._signed(said, room, of, sign, now)
            case Reacted(of=of):
                await self._claims(said, room, await self._case_at(said, of), now)
            case Edited(of=of, text=text):
                await self._revised(said, room, of, text, now)
            case Removed(of=of):
                await self._revised(said, room, of, None, now)
            case SentFile():
                inside = await self._case_here(said) is not None
                await self._say.only(said, words.FILES_STAY if inside else None, now)
            case Unreadable():
                await self._say.only(said, words.NOT_READABLE, now)
            case CameIn(moved=moved):
                if moved:
                    await cards_left_behind(self.database, said.channel, said.room)
                await self.people.look_again(room)
                await self._say.only(said, None, now)
            case (
                TimerDue()
                | Rated()
                | AskedWhy()
                | LookedUp()
                | Left()
                | AskedPerson()
                | AskedToVerify()
                | LedToCase()
                | ReadByOthers()
            ):
                await self._say.only(said, None, now)
            case _:
                assert_never(said.input)
        return None

    async def _closed(self, said: SaidAtDesk, now: datetime) -> None:
        """Who goes on below a card in a room where nobody coordinates any more is told so once: nothing of it reaches anybody."""
        async with self.database.reading() as connection:
            number = await case_of_card(connection, Address(said.channel, said.room, said.thread))
        if number is None or not isinstance(said.input, Utterance | SentFile):
            return await self._say.only(said, None, now)
        reply = words.answer(words.ROOM_CLOSED, self.locale, number=str(number))
        return await handled(self.database, said, now, reply=reply, once=True)

    async def _pressed(self, said: SaidAtDesk, room: DeskRoom, value: str, now: datetime) -> None:
        read, claim = read_typed(value), claimed_in(value)
        if read is not None:
            await self._written(said, room, read.command, now, read)
        elif claim is not None:
            await self._claims(said, room, claim[0], now, Seen(claim[1]))
        else:
            await self._say.only(said, words.UNKNOWN_PRESS, now)

    async def _written(
        self, said: SaidAtDesk, room: DeskRoom, text: str, now: datetime, form: Typed | None = None
    ) -> None:
        number = here = await self._case_here(said)
        if form is not None:  # it names the case that was pressed itself, wherever that stood
            here = None if form.case is None else CaseNumber(form.case)
            number = here or number
        if number is None and read_command(text) is None:
            return await self._say.only(said, None, now)  # coordinators among themselves
        staff = await self._staff(said, room, now)
        if staff is None:
            return None
        text = await self._with_people(text, room)
        match read_command(text, here):
            case UnknownCommand():
                await self._say.only(said, words.UNKNOWN_COMMAND, now)
            case OtherCase(case=other):
                await self._say.only(said, filled(words.OTHER_CASE, here=str(here), other=str(other)), now)
            case Command(name=name) as command if name not in STEPS:
                await self._asked.tell(said, room, staff, command, command.case or number, now)
            case Command() as command:
                await self._step(said, staff, command, command.case or number, now, None if form is None else form.seen)
            case None:
                facts = await self._facts(staff, number)
                event = None if facts is None else written(facts, staff, text)
                await self._act(said, number, event, now, done=await self._kept_inside(said, facts, event, text))
        return None

    async def _kept_inside(
        self, said: SaidAtDesk, facts: CaseFacts | None, event: CoordinatorEvent | None, text: str
    ) -> Sentences | None:
        """What somebody reads who has answered in this case before, and whose words do not reach the employee any more."""
        if facts is None or facts.state not in SILENT or not isinstance(event, Notes) or is_note(text):
            return None
        before = await has_replied(self.database, facts.number, event.by.id, said.channel, said.external_user)
        return filled(words.KEPT_AS_NOTE, name=facts.owner_name) if before else None

    async def _step(
        self,
        said: SaidAtDesk,
        staff: Staff,
        command: Command,
        number: CaseNumber | None,
        now: datetime,
        seen: Seen | None,
    ) -> None:
        if number is None:
            which = words.WHICH_CASE if command.name in NUMBERED else words.WHICH_THREAD
            return await self._say.only(said, which, now)
        facts = await self._facts(staff, number)
        if facts is None:
            return await self._say.only(said, words.NO_SUCH_CASE, now)
        other = await self._facts(staff, command.perhaps)
        if other is not None and other.state in UNFINISHED:  # its employee's words must not reach this one
            return await self._say.only(
                said, filled(words.CASE_OR_WORDS, here=str(number), other=str(other.number)), now
            )
        move = move_of(command, DeskSituation(facts, staff, self.people.everybody(), self.live.content, now))
        if isinstance(move, Unclear):
            return await self._say.only(said, move.words, now)
        await self._act(said, number, move, now, ignored=words.ALREADY, seen=seen)
        return None

    async def _claims(
        self, said: SaidAtDesk, room: DeskRoom, number: CaseNumber | None, now: datetime, seen: Seen | None = None
    ) -> None:
        if number is None:
            return await self._say.only(said, None, now)  # any other sign
        said = await self._inside(said, number)
        staff = await self._staff(said, room, now)
        if staff is not None:
            await self._act(said, number, Claims(staff), now, seen=seen)
        return None

    async def _signed(self, said: SaidAtDesk, room: DeskRoom, of: str, sign: str, now: datetime) -> None:
        """A sign of who has the case, under the employee's words, reaches the employee as a short reply."""
        number = await case_of_words(self.database, said.channel, said.room, of)
        staff = (
            None
            if number is None
            else await self.people.coordinator_or_none(room, said.external_user, self.live.content)
        )
        facts = None if staff is None else await self._facts(staff, number)
        if staff is None or facts is None or facts.owner != staff.id or facts.state not in SILENT:
            return await self._say.only(said, None, now)  # among colleagues
        await self._act(said, number, Replies(staff, sign), now)
        return None

    async def _revised(self, said: SaidAtDesk, room: DeskRoom, of: str, text: str | None, now: datetime) -> None:
        """A coordinator changed what they had written, or took it back; with a reply the employee's copy follows."""
        own = await own_line(self.database, said.channel, said.room, of)
        if own is None or own.line is None:
            return await self._nothing_to_revise(said, of, text, now)
        said = await self._inside(said, own.case)
        staff = await self._staff(said, room, now)
        if staff is None:
            return None
        if own.is_gone:
            return await self._say.only(said, words.CASE_GONE, now)
        if own.is_note:  # the employee never had it
            return await self._say.only(said, words.NOTE_STAYS if text is not None else words.NOTE_REMAINS, now)
        if text is not None:
            command = read_command(text)
            if command is not None and not (isinstance(command, Command) and command.name == "reply"):
                return await self._say.only(said, words.ONLY_A_REPLY, now)
            text = await self._with_people(command.rest if isinstance(command, Command) else text, room)
        not_found = words.REPLY_STAYS if text is not None else None
        then = self._say.then(said, own.case, now, not_found)
        await self.desk.revise(staff, own.case, own.line, text, now, key=said.external_id, then=then)
        return None

    async def _nothing_to_revise(self, said: SaidAtDesk, of: str, text: str | None, now: datetime) -> None:
        """What was changed had been refused, or was a command; whoever changed it waits for something to happen.

        Or it was no words of theirs: a card somebody took away is posted again.
        """
        if text is None:
            await card_removed(self.database, said.channel, said.room, of)
        thread = None if text is None else await thread_of_said(self.database, said.channel, said.room, of)
        number = None if thread is None else await case_in_thread(self.database, said.channel, said.room, thread)
        said = said if number is None else replace(said, thread=thread)
        await self._say.only(said, None if number is None else words.NOTHING_BY_CHANGING, now)

    async def _act(
        self,
        said: SaidAtDesk,
        number: CaseNumber | None,
        event: CoordinatorEvent | None,
        now: datetime,
        *,
        done: Sentences | None = None,
        ignored: Sentences | None = None,
        seen: Seen | None = None,
    ) -> None:
        """Do it, and say why not where it is refused; ``done`` and ``ignored`` are said where it is not.

        ``seen`` is what stood before whoever pressed; who writes or types has seen what is there.
        """
        if number is None or event is None:
            return await self._say.only(said, words.NO_SUCH_CASE, now)
        then = self._say.then(said, number, now, words.NO_SUCH_CASE, done, ignored)
        version, line = (None, None) if seen is None else (seen.version, seen.line)
        await self.desk.act(number, event, now, version=version, line=line, key=said.external_id, then=then)
        return None

    # --- Who, and which case ------------------------------------------------------------------------------------------

    async def _staff(self, said: SaidAtDesk, room: DeskRoom, now: datetime) -> Staff | None:
        """Who said it, as a coordinator; None: they are none, or it is not known, and they were told so."""
        try:
            staff = await self.people.coordinator(room, said.external_user, self.live.content)
        except ChannelError as error:
            log.warning("desk_role_unknown", channel=said.channel, reason=error.reason)
            await self._say.only(said, words.CANNOT_CHECK, now)
            return None
        if staff is None:
            await self._say.only(said, words.NOT_A_COORDINATOR, now)
        return staff

    async def _with_people(self, text: str, room: DeskRoom) -> str:
        """The words with the coordinators in them who were picked from a list. Who is not known just now stays unnamed."""
        if not PICKED.search(text):
            return text
        known: dict[str, Staff] = {staff.id: staff for staff in self.people.everybody()}
        try:
            known.update(await self.people.present(room, self.live.content))
        except ChannelError as error:
            log.warning("desk_people_unknown", channel=room.channel, reason=error.reason)
        return with_people(text, known)

    async def _facts(self, staff: Staff, number: CaseNumber | None) -> CaseFacts | None:
        return None if number is None else await read_facts(self.database, staff, number)

    async def _case_here(self, said: SaidAtDesk) -> CaseNumber | None:
        if said.thread is None:
            return None
        return await case_in_thread(self.database, said.channel, said.room, said.thread)

    async def _inside(self, said: SaidAtDesk, number: CaseNumber) -> SaidAtDesk:
        """The same, as if it had been done in the thread of this case: what is said about it is said there."""
        if said.thread is not None:
            return said
        return replace(said, thread=await thread_of_case(self.database, said.channel, said.room, number))

    async def _case_at(self, said: SaidAtDesk, of: str) -> CaseNumber | None:
        return await case_of_message(self.database, said.channel, said.room, of)


def _report(said: SaidAtDesk, error: Exception, *, given_up: bool) -> None:
    log.error(
        "desk_talk_failed",
        channel=said.channel,
        attempts=said.attempts + 1,
        given_up=given_up,
        error=type(error).__name__,
        trace=trace_of(error),
    )


async def desk_talk_loop(
    talk: DeskTalk, clock: Callable[[], datetime], announcer: Announcer, *, pace: Pace = USUAL_PACE
) -> None:
    """Answer what is said in rooms of coordinators, until cancelled."""

    async def step() -> float:
        return 0.0 if await talk.handle_next(clock()) else pace.idle

    with announcer.listen(DESK_INBOX, DESK_POSTS) as bell:  # a card that was posted tells what is said below it
        await keep_going("desk_talk", step, bell, pace)
