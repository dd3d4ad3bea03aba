"""What every page of the desk needs, and how one of them learns who is there and which case is meant."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from starlette.requests import Request

from bot.content.definitions import Content
from bot.drafts import Drafts
from bot.gap_lessons import Lessons
from bot.gap_list import GapList
from bot.handoff.office import Office
from bot.handoff.staff_rights import CaseAction
from bot.handoff.team_office import office_at
from bot.model import BROKEN, CaseFacts, CaseNumber, Staff
from bot.store.absences import list_absences
from bot.store.cases import Case
from bot.store.database import Database
from bot.store.desk import Desk
from bot.store.desk_reading import CaseFile, CaseReading, ErasedCase, read_without_lines
from bot.understanding.reader import Reader
from bot.web.desk_presence import Presence
from bot.web.door import Door, SignedIn
from bot.web.requests import Refused
from bot.web.rights import CasePlace, access_case

Found = TypeVar("Found", Case, CaseFile)


class Live(Protocol):
    """The content answers come from now, and its reader."""

    @property
    def content(self) -> Content:
        """The content."""
        ...

    @property
    def reader(self) -> Reader:
        """The reader trained on it."""
        ...


@dataclass(frozen=True, slots=True)
class DeskParts:
    """The door people come through, what they can do, and what there is to read."""

    door: Door
    desk: Desk
    live: Live
    presence: Presence
    gaps: GapList
    lessons: Lessons
    drafts: Drafts

    @property
    def database(self) -> Database:
        """Where the cases are."""
        return self.door.database

    @property
    def content(self) -> Content:
        """The content of this moment."""
        return self.live.content

    def now(self) -> datetime:
        """This moment."""
        return self.door.clock()

    def everybody(self) -> tuple[Staff, ...]:
        """Everybody of the staff, with the teams they stand in for."""
        return tuple(self.standing_in(staff) for staff in self.door.people.everybody())

    def standing_in(self, staff: Staff) -> Staff:
        """The same person with the teams that are theirs too once a promise is broken."""
        teams = self.content.teams.values()
        theirs = {team.id for team in teams if team.deputy_team is not None and staff.is_in(team.deputy_team)}
        return replace(staff, stands_in=frozenset(theirs))

    async def enter(self, request: Request, access: Callable[[Staff], Staff]) -> SignedIn:
        """Who this request comes from, if they have this access. Raises Refused."""
        me = await self.door.signed_in(request)
        access(me.staff)
        return self.known(me)

    def known(self, me: SignedIn) -> SignedIn:
        """The same, with the teams they stand in for."""
        return replace(me, staff=self.standing_in(me.staff))

    async def office(self) -> Office:
        """What the rules of a case ask about teams and people, at this moment. Raises StoreUnavailable."""
        return office_at(self.content, self.door.people.everybody(), await list_absences(self.database, self.now()))

    def place_of(self, facts: CaseFacts) -> CasePlace:
        """What decides who sees this case."""
        team = self.content.teams.get(facts.team)
        stands_in = team.deputy_team if team is not None and facts.alarm in BROKEN else None
        return CasePlace(frozenset({facts.team, *([stands_in] if stands_in else [])}), facts.owner)

    def reading(self, number: CaseNumber) -> CaseReading:
        """What a page needs that looks at a case again and again."""
        return CaseReading(self.database, number)

    async def look(self, me: SignedIn, reading: CaseReading) -> CaseFile | ErasedCase:
        """The case as it is now, if this person may see it. Raises Refused, StoreUnavailable."""
        return self._seen(me, await reading.look(me.staff, self.now()))

    async def case(self, me: SignedIn, number: CaseNumber) -> CaseFile | ErasedCase:
        """The case of this number, if this person may see it. Raises Refused, StoreUnavailable."""
        return await self.look(me, self.reading(number))

    async def case_without_lines(self, me: SignedIn, number: CaseNumber) -> Case | ErasedCase:
        """The same, for steps that look at no line. Raises Refused, StoreUnavailable."""
        return self._seen(me, await read_without_lines(self.database, me.staff, number))

    def _seen(self, me: SignedIn, found: Found | ErasedCase | None) -> Found | ErasedCase:
        if isinstance(found, ErasedCase):
            return found  # whoever saw it is told that it is gone
        if found is None:
            access_case(me.staff, None, "see_case")
            raise Refused("error_no_access")
        self.may(me, found.facts)
        return found

    def may(self, me: SignedIn, facts: CaseFacts, action: CaseAction = "see_case") -> None:
        """Raises Refused unless this person may take this step in the case as it is here."""
        access_case(me.staff, self.place_of(facts), action)
