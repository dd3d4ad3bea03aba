"""Finds out beforehand whether what a form of a room of coordinators says would be refused, while the form still holds the words.

Nothing is done here, and nothing rests on it: whoever is told nothing may still be refused, for the case may change in between.
It asks what ``DeskTalk`` and ``Desk.act`` ask, in the same order, of the same rules.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue import desk_answers as words
from bot.dialogue.desk_commands import Command, read_command
from bot.dialogue.desk_moves import STEPS, DeskSituation, Unclear, move_of
from bot.errors import ChannelError
from bot.handoff.case_states import READS_LAST_WORDS, Ignored, Refused, decide
from bot.handoff.case_words import SAID_MORE
from bot.handoff.office import OfficeOf
from bot.model import CaseNumber, Incoming, Pressed, Staff, read_typed
from bot.store.absences import list_absences
from bot.store.case_rows import last_said
from bot.store.database import Database
from bot.store.desk_reading import read_facts
from bot.worker.room_people import RoomPeople


@dataclass(frozen=True, slots=True)
class DeskTrial:
    """What is needed to look ahead."""

    database: Database
    people: RoomPeople
    content: Content
    office: OfficeOf

    async def objection(self, incoming: Incoming, number: CaseNumber, now: datetime) -> Refused | None:
        """Why this step in this case would be refused; None: nothing speaks against it. Raises StoreUnavailable."""
        read = read_typed(incoming.input.value) if isinstance(incoming.input, Pressed) else None
        command = None if read is None else read_command(read.command)
        if read is None or not isinstance(command, Command) or command.name not in STEPS:
            return None
        staff = await self._staff(incoming)
        if isinstance(staff, Refused):
            return staff
        facts = await read_facts(self.database, staff, number)
        if facts is None:
            return Refused("no_case", words.NO_SUCH_CASE)
        move = move_of(command, DeskSituation(facts, staff, self.people.everybody(), self.content, now))
        if isinstance(move, Unclear):
            return Refused("unclear", move.words)
        if move is None:
            return None
        seen = read.seen
        office = self.office(await list_absences(self.database, now))
        outcome = decide(facts, move, now, office, None if seen is None else seen.version)
        match outcome:
            case Refused():
                return replace(outcome, words=words.refusal(outcome))
            case Ignored():
                return Refused("already", words.ALREADY)
        if seen is not None and seen.line is not None and move.kind in READS_LAST_WORDS:
            async with self.database.reading() as connection:
                if await last_said(connection, number) > seen.line:
                    return Refused("said_more", SAID_MORE)
        return None

    async def _staff(self, incoming: Incoming) -> Staff | Refused:
        address = incoming.address
        rooms = (one for one in self.people.rooms if (one.channel, one.room) == (address.channel, address.room))
        room = next(rooms, None)
        if room is None:
            return Refused("no_room", words.UNKNOWN_PRESS)
        try:
            staff = await self.people.coordinator(room, incoming.person.external_user, self.content)
        except ChannelError:
            return Refused("not_known", words.CANNOT_CHECK)
        return Refused("no_coordinator", words.NOT_A_COORDINATOR) if staff is None else staff
