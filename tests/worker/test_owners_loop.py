"""Cases of coordinators who are away, or no longer coordinators, go to a deputy or to the queue; and only theirs."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.handoff.case_events import Claims
from bot.handoff.office import PlainOffice
from bot.model import Absence
from bot.store.absences import set_absence
from bot.store.desk import Desk
from bot.store.desk_reading import read_case
from bot.worker.owners_loop import hand_on
from tests.desk_people import JAN, MARIA, DeskOffice
from tests.drills.stage import new_case


@dataclass
class People:
    staff: tuple = (MARIA, JAN)
    problem: str | None = None

    def everybody(self):
        return () if self.problem else self.staff

    async def read_links(self):
        """Nobody has linked an account."""


@pytest.fixture
async def claimed(database, clock):
    """A case of Maria's, and a way to look at it."""
    number = await new_case(database, "user")
    await Desk(database, lambda absences: PlainOffice()).act(number, Claims(MARIA), clock())

    async def look():
        facts = (await read_case(database, JAN, number, clock())).facts
        return facts.state, facts.owner

    return look


def desk_with(database, **office):
    return Desk(database, lambda absences: DeskOffice(**office))


async def test_while_the_owner_is_there_nothing_happens(database, clock, claimed):
    assert await hand_on(database, desk_with(database), People(), clock()) == 0
    assert await claimed() == ("claimed", "maria")


async def test_an_absence_gives_the_case_to_the_deputy_or_to_the_queue_once(database, clock, claimed):
    away = Absence(MARIA.id, clock(), clock() + timedelta(days=3), None)
    await set_absence(database, away, lambda new, others: None, actor="maria", now=clock())
    desk = desk_with(database, away=frozenset({"maria"}))
    assert await hand_on(database, desk, People(), clock()) == 1
    assert await claimed() == ("open", None)
    assert await hand_on(database, desk, People(), clock()) == 0


async def test_somebody_who_lost_the_role_has_no_case_any_more(database, clock, claimed):
    assert await hand_on(database, desk_with(database), People((JAN,)), clock()) == 1
    assert await claimed() == ("open", None)


async def test_a_file_that_cannot_be_read_scatters_nothing(database, clock, claimed):
    assert await hand_on(database, desk_with(database), People(problem="line 3"), clock()) == 0
    assert await claimed() == ("claimed", "maria")
