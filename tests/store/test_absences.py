import asyncio
from datetime import timedelta

import pytest

from bot.handoff.absence import refusal_of
from bot.model import Absence, StaffId
from bot.store import tables
from bot.store.absences import end_absence, end_own_absence, list_absences, set_absence
from bot.store.announce import STAFF
from bot.store.database import open_database
from bot.store.privacy import Retention, apply_retention
from tests.store.rows import rows

ANNA, BEN = StaffId("anna.petersen"), StaffId("ben.hansen")


def away(clock, staff=ANNA, deputy=BEN, first=0, last=5):
    return Absence(staff, clock() + timedelta(days=first), clock() + timedelta(days=last), deputy)


async def enter(database, clock, absence):
    return await set_absence(database, absence, refusal_of, actor="anna.petersen", now=clock())


async def test_an_absence_is_listed_until_it_is_over(database, clock):
    later = await enter(database, clock, away(clock, first=7, last=9, deputy=None))
    first = await enter(database, clock, away(clock))
    assert await list_absences(database, clock()) == (first, later)
    assert (first.staff, first.deputy, later.deputy) == (ANNA, BEN, None)
    clock.move(days=5)
    assert await list_absences(database, clock()) == (later,)
    actions = [(row.actor, row.action, row.target) for row in await rows(database, tables.audit)]
    assert actions == [("anna.petersen", "absence_set", str(one.id)) for one in (later, first)]


async def test_what_is_refused_is_not_stored(database, clock):
    await enter(database, clock, away(clock))
    assert await enter(database, clock, away(clock, staff=BEN, deputy=ANNA)) == "circle"
    assert await enter(database, clock, away(clock, first=4, last=6)) == "overlaps"
    assert len(await list_absences(database, clock())) == 1
    assert len(await rows(database, tables.audit)) == 1


async def test_an_absence_ends_early_or_is_taken_back(database, clock):
    now = await enter(database, clock, away(clock))
    later = await enter(database, clock, away(clock, first=7, last=9))
    clock.move(days=1)
    for absence in (now, later):
        assert await end_absence(database, absence.id, actor="anna.petersen", now=clock())
        assert not await end_absence(database, absence.id, actor="anna.petersen", now=clock())
    assert await list_absences(database, clock()) == ()
    assert [row.until for row in await rows(database, tables.absences)] == [clock()], "one not begun leaves nothing"
    assert [row.action for row in await rows(database, tables.audit)][-2:] == ["absence_ended"] * 2


async def test_ones_own_absence_ends_whichever_is_first_and_nobody_elses(database, clock):
    running = await enter(database, clock, away(clock))
    planned = await enter(database, clock, away(clock, first=7, last=9, deputy=None))
    others = await enter(database, clock, away(clock, staff=BEN, deputy=None))
    clock.move(hours=1)
    assert await end_own_absence(database, ANNA, now=clock()) == running
    assert await list_absences(database, clock()) == (others, planned)
    assert await end_own_absence(database, ANNA, now=clock()) == planned
    assert await end_own_absence(database, ANNA, now=clock()) is None
    assert await list_absences(database, clock()) == (others,)


async def test_what_follows_from_an_absence_is_written_with_it_or_neither_is(database, clock):
    told = []

    async def then(connection, result, wake):
        told.append(result)

    async def breaks(connection, result, wake):
        raise RuntimeError("stopped before the commit")

    with pytest.raises(RuntimeError):
        await set_absence(database, away(clock), refusal_of, actor=ANNA, now=clock(), then=breaks)
    assert await list_absences(database, clock()) == ()
    with database.announcer.listen(STAFF) as bell:
        await database.announcer.connected()
        bell.silence()
        stored = await set_absence(database, away(clock), refusal_of, actor=ANNA, now=clock(), then=then)
        assert await bell.wait(5), "whoever hands cases on looks at once"
    await set_absence(database, away(clock), refusal_of, actor=ANNA, now=clock(), then=then)
    with pytest.raises(RuntimeError):
        await end_own_absence(database, ANNA, now=clock(), then=breaks)
    await end_own_absence(database, ANNA, now=clock(), then=then)
    await end_own_absence(database, ANNA, now=clock(), then=then)
    assert told == [stored, "overlaps", stored, None]


async def test_what_is_over_is_deleted_after_its_time(database, clock):
    await enter(database, clock, away(clock))
    clock.move(days=34)
    await apply_retention(database, Retention(), clock())
    assert len(await rows(database, tables.absences)) == 1
    clock.move(days=2)
    await apply_retention(database, Retention(), clock())
    assert await rows(database, tables.absences) == []


@pytest.mark.parametrize("_round", range(5))
async def test_two_people_who_name_each_other_at_once_make_no_circle(address, clock, _round):
    one, other = await open_database(address), await open_database(address)
    results = await asyncio.gather(
        enter(one, clock, away(clock)), enter(other, clock, away(clock, staff=BEN, deputy=ANNA))
    )
    assert sorted(isinstance(result, Absence) for result in results) == [False, True]
    assert "circle" in results
    await one.close()
    await other.close()
