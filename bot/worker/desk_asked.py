"""Answers what coordinators ask for in their rooms beside the steps of a case: help, the list, the next case, a card, answers of
the knowledge base and what in it wants looking at, their own absence, a link to the desk, and what was not delivered once more.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.dialogue import desk_answers as words
from bot.dialogue.away_command import BACK_HOW, BACK_WORDS, absence_in, away_words, back_words
from bot.dialogue.desk_card import help_list, inserts_list, queue_list, topic_title
from bot.dialogue.desk_commands import Command
from bot.dialogue.desk_moves import Unclear, teams_named
from bot.dialogue.knowledge_insert import find_inserts
from bot.dialogue.knowledge_review import knowledge_review
from bot.handoff.absence import refusal_of
from bot.handoff.case_words import Sentences, filled
from bot.handoff.working_time import local_day
from bot.model import Absence, AbsenceRefusal, CaseFacts, CaseNumber, DeskRoom, Pressed, Reply, Staff
from bot.store.absences import end_own_absence, set_absence
from bot.store.database import Database
from bot.store.desk import Desk
from bot.store.desk_handling import handled, handled_saying
from bot.store.desk_inbox import SaidAtDesk
from bot.store.desk_reading import Filters, read_facts, read_queue
from bot.worker.content_watch import LivePair
from bot.worker.desk_saying import Saying
from bot.worker.digest_loop import OpenGaps
from bot.worker.room_people import RoomPeople, teams_of


@dataclass(frozen=True, slots=True)
class DeskAsked:
    """What is needed to answer that."""

    database: Database
    desk: Desk
    people: RoomPeople
    live: LivePair
    say: Saying
    open_gaps: OpenGaps

    async def tell(
        self, said: SaidAtDesk, room: DeskRoom, staff: Staff, command: Command, number: CaseNumber | None, now: datetime
    ) -> None:
        """Answer this command, which is no step of a case; ``number`` is the case it names, or in whose thread it was typed."""
        content, locale = self.live.content, self.say.locale
        match command.name:
            case "help":
                await handled(self.database, said, now, reply=help_list(locale))
            case "next":
                await self._next(said, room, staff, command.rest, now)
            case "review":
                await self._review(said, room, command.rest, now)
            case "queue":
                viewer = _viewer(staff, teams_of(room, content))
                rows = await read_queue(self.database, viewer, now, Filters())
                listed = [
                    words.queued(row.facts, row.name, row.channel, topic_title(content, row.facts.topic, locale))
                    for row in rows
                ]
                await handled(self.database, said, now, reply=queue_list(listed, content, now, locale))
            case "knowledge" if command.rest:
                facts = await _facts(self.database, staff, number)
                theirs = locale if facts is None else facts.locale
                found = find_inserts(command.rest, content, self.live.reader, now, theirs)
                await handled(self.database, said, now, reply=inserts_list(found, locale))
            case "knowledge":
                await self.say.only(said, words.WORDS_WANTED, now)
            case "card":
                await self._card(said, staff, number, now)
            case "away":
                await self._away(said, staff, command.rest, now)
            case "back" if command.rest.casefold().strip(" .!") in BACK_WORDS:
                await self._back(said, staff, now)
            case "back":
                await self.say.only(said, BACK_HOW, now)
            case "again":
                await self._again(said, staff, number, now)
            case "sign_in":
                await self._link(said, staff, now)
            case _:
                raise ValueError(f"{command.name} is a step of a case")

    async def _teams(self, said: SaidAtDesk, room: DeskRoom, named: str, now: datetime) -> frozenset[str] | None:
        """The teams of this room, or the one of them that is named; None: there is no such one, and they were told so."""
        content, locale = self.live.content, self.say.locale
        theirs = teams_of(room, content)
        if not named:
            return theirs
        meant = theirs.intersection(team.id for team in teams_named(named, content))
        if meant:
            return meant
        titles = ", ".join(team.name[locale] for team in content.teams.values() if team.id in theirs) or "–"
        await self.say.only(said, filled(words.NO_SUCH_TEAM, team=named[:60], teams=titles), now)
        return None

    async def _next(self, said: SaidAtDesk, room: DeskRoom, staff: Staff, named: str, now: datetime) -> None:
        """Claim the case of this room, or of one team of it, that is due first and belongs to nobody."""
        teams = await self._teams(said, room, named, now)
        if teams is None:
            return
        nobodys = Filters(states=frozenset({"open"}), nobodys=True)
        waiting = await read_queue(self.database, _viewer(staff, teams), now, nobodys)

        def told(found: CaseNumber | None) -> Reply:
            if found is None:
                return self._told(said, staff, words.NO_NEXT_CASE)
            return self._told(said, staff, words.NEXT_CASE, number=str(found))

        then = handled_saying(said, now, told)
        await self.desk.claim_first([row.number for row in waiting], staff, now, then=then)

    async def _review(self, said: SaidAtDesk, room: DeskRoom, named: str, now: datetime) -> None:
        content, meant = self.live.content, await self._teams(said, room, named, now)
        if meant is None:
            return
        teams = [team for team in content.teams.values() if team.id in meant]
        reply = knowledge_review(teams, await self.open_gaps(), content, local_day(now), self.say.locale)
        await handled(self.database, said, now, reply=reply)

    def _told(self, said: SaidAtDesk, staff: Staff, sentences: Sentences, **values: str) -> Reply:
        """The answer; where nobody sees who asked, because something was pressed, they are called by name."""
        reply = words.answer(sentences, self.say.locale, **values)
        return words.calling(reply, [(said.external_user, staff.name)]) if isinstance(said.input, Pressed) else reply

    async def _away(self, said: SaidAtDesk, staff: Staff, rest: str, now: datetime) -> None:
        """Enter somebody's own absence; their cases are handed on by whoever hands on those of absent people."""
        people = self.people.everybody()
        wanted = absence_in(rest, staff, people, now)
        if isinstance(wanted, Unclear):
            return await self.say.only(said, wanted.words, now)
        names = {one.id: one.name for one in people}

        def told(entered: Absence | AbsenceRefusal) -> Reply:
            return self._told(said, staff, away_words(entered, names, now, self.say.locale))

        then = handled_saying(said, now, told)
        await set_absence(self.database, wanted, refusal_of, actor=staff.id, now=now, then=then)
        return None

    async def _back(self, said: SaidAtDesk, staff: Staff, now: datetime) -> None:
        def told(ended: Absence | None) -> Reply:
            return self._told(said, staff, back_words(ended, now, self.say.locale))

        await end_own_absence(self.database, staff.id, now=now, then=handled_saying(said, now, told))

    async def _card(self, said: SaidAtDesk, staff: Staff, number: CaseNumber | None, now: datetime) -> None:
        if number is None:
            return await self.say.only(said, words.WHICH_CASE, now)
        if await _facts(self.database, staff, number) is None:
            return await self.say.only(said, words.NO_SUCH_CASE, now)
        await handled(self.database, said, now, copy_of=number)
        return None

    async def _again(self, said: SaidAtDesk, staff: Staff, number: CaseNumber | None, now: datetime) -> None:
        if number is None:
            return await self.say.only(said, words.WHICH_CASE, now)
        then = self.say.then(said, number, now, words.NO_SUCH_CASE, words.SENT_AGAIN, words.NOTHING_FAILED)
        await self.desk.send_again(staff, number, None, now, then=then)
        return None

    async def _link(self, said: SaidAtDesk, staff: Staff, now: datetime) -> None:
        """A link opens the desk to whoever presses it, so it goes where nobody else reads, and to people of the file."""
        if said.alone is None or not self.people.may_sign_in(staff.id):
            return await self.say.only(said, words.NO_ACCOUNT, now)
        reply = words.answer(words.LINK_SENT, self.say.locale)
        await handled(self.database, said, now, reply=reply, link_for=staff.id)
        return None


def _viewer(staff: Staff, teams: frozenset[str]) -> Staff:
    """The same person, who sees what belongs to these teams and nothing else."""
    return Staff(staff.id, staff.name, frozenset({"coordinator"}), teams)


async def _facts(database: Database, staff: Staff, number: CaseNumber | None) -> CaseFacts | None:
    return None if number is None else await read_facts(database, staff, number)
