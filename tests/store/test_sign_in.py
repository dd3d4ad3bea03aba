"""Links and sessions on both databases: used once, whoever presses when; nothing in a table opens anything."""

import asyncio
from datetime import timedelta

import pytest

from bot.model import StaffId
from bot.store import tables
from bot.store.announce import session_topic
from bot.store.privacy import Retention, apply_retention
from bot.store.sign_in import (
    LINK_LASTS,
    MOST_FAILURES,
    PACE,
    PACED,
    SESSION_LASTS,
    WITHIN,
    NoSuchLink,
    Opened,
    Wait,
    end_sessions,
    find_session,
    make_link,
    sessions_of,
    use_link,
)
from tests.store.rows import rows

ANNA, BEN = StaffId("anna.petersen"), StaffId("ben")


@pytest.fixture
def press(database, clock):
    """Uses a link, as the button does."""

    async def press(link, *, client="client", may_enter=lambda staff: True, replaces=""):
        return await use_link(
            database, link, clock(), client=client, device="Firefox · Linux", may_enter=may_enter, replaces=replaces
        )

    return press


@pytest.fixture
def link_for(database, clock):
    return lambda staff=ANNA: make_link(database, staff, clock(), actor="operator")


async def test_a_link_opens_a_session_of_the_person_it_was_made_for(database, clock, press, link_for):
    opened = await press(await link_for())
    assert (opened.staff, opened.expires_at) == (ANNA, clock() + SESSION_LASTS)
    session = await find_session(database, opened.token, clock())
    assert (session.staff, session.device, session.started_at) == (ANNA, "Firefox · Linux", clock())
    assert [(row.actor, row.action, row.target) for row in await rows(database, tables.audit)] == [
        ("operator", "sign_in_link_made", ANNA)
    ]


async def test_nothing_that_is_stored_opens_anything(database, clock, press, link_for):
    link = await link_for()
    opened = await press(link)
    stored = str([await rows(database, table) for table in tables.metadata.sorted_tables])
    assert link not in stored
    assert opened.token not in stored
    for row in await rows(database, tables.sign_in_links):
        assert await press(row.digest) == NoSuchLink()
    for row in await rows(database, tables.sessions):
        assert await find_session(database, row.digest, clock()) is None
    assert len({link, opened.token, *[await link_for() for _ in range(20)]}) == 22
    assert len(link) == 43, "256 bits"


async def refused_links(link_for, press, clock):
    used, old, removed = await link_for(), await link_for(), await link_for(BEN)
    assert isinstance(await press(used), Opened)
    clock.move(minutes=11)
    fresh = await link_for()
    return {
        "used": used,
        "too old": old,
        "of somebody who was taken out": removed,
        "unknown": "x" * 43,
        "cut short": fresh[:-1],
        "longer": fresh + "A",
        "in capitals": fresh.upper(),
        "empty": "",
        "not even text": "\ud800\0\u202e",
        "very long": fresh * 1000,
        "SQL": "' OR 1=1 --",
    }


async def test_every_link_that_does_not_work_gets_the_same_answer(press, link_for, clock):
    links = await refused_links(link_for, press, clock)
    for number, (why, link) in enumerate(links.items()):
        answer = await press(link, client=str(number), may_enter=lambda staff: staff == ANNA)
        assert answer == NoSuchLink(), why


@pytest.mark.parametrize(
    ("after", "works"), [(LINK_LASTS - timedelta(seconds=1), True), (LINK_LASTS, False), (timedelta(days=400), False)]
)
async def test_a_link_works_for_ten_minutes(press, link_for, clock, after, works):
    link = await link_for()
    clock.now += after
    assert isinstance(await press(link), Opened) == works


@pytest.mark.parametrize(("after", "lives"), [(SESSION_LASTS - timedelta(seconds=1), True), (SESSION_LASTS, False)])
async def test_a_session_lives_for_a_working_day_used_or_not(database, press, link_for, clock, after, lives):
    opened = await press(await link_for())
    clock.now += after
    assert (await find_session(database, opened.token, clock()) is not None) == lives
    assert bool(await sessions_of(database, ANNA, clock())) == lives


async def test_of_many_presses_at_once_one_opens_a_session(database, clock, press, link_for):
    link = await link_for()
    answers = await asyncio.gather(*(press(link, client=str(number)) for number in range(12)))
    assert [type(answer) for answer in answers].count(Opened) == 1
    assert answers.count(NoSuchLink()) == 11
    assert len(await sessions_of(database, ANNA, clock())) == 1


async def test_a_session_that_was_brought_along_ends(database, clock, press, link_for):
    """Otherwise somebody could place a session of theirs in this browser and go on reading in it."""
    foreign = await press(await link_for(BEN))
    own = await press(await link_for(), replaces=foreign.token)
    assert await find_session(database, foreign.token, clock()) is None
    assert (await find_session(database, own.token, clock())).staff == ANNA


async def test_a_link_that_fails_leaves_the_session_that_is_there(database, clock, press, link_for):
    own = await press(await link_for())
    assert await press("x" * 43, replaces=own.token) == NoSuchLink()
    assert await find_session(database, own.token, clock()) is not None


# --- too many attempts ---------------------------------------------------------------------------------------------


async def test_after_ten_failures_a_client_waits_even_with_a_link_that_is_right(press, link_for, clock):
    began = clock()
    for _ in range(MOST_FAILURES):
        assert await press("wrong") == NoSuchLink()
        clock.move(seconds=1)
    link = await link_for()
    assert await press("wrong") == Wait(began + WITHIN)
    assert await press(link) == Wait(began + WITHIN)
    assert isinstance(await press(link, client="somebody else"), Opened), "the link was not used up by the refusal"
    clock.now = began + WITHIN
    assert isinstance(await press(await link_for()), Opened)


async def test_attempts_at_the_same_moment_are_counted_one_by_one(press):
    answers = await asyncio.gather(*(press("wrong") for _ in range(30)))
    assert answers.count(NoSuchLink()) == MOST_FAILURES


async def test_many_clients_together_are_slowed_down_but_keep_nobody_out(database, press, link_for, clock):
    answers = [await press("wrong", client=str(number)) for number in range(PACED + 20)]
    assert answers == [NoSuchLink()] * PACED + [Wait(clock() + PACE)] * 20
    assert len(await rows(database, tables.sign_in_failures)) == PACED
    assert isinstance(await press(await link_for(), client="a coordinator"), Opened)
    clock.move(seconds=61)
    assert await press("wrong", client="new") == NoSuchLink()


# --- ending --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "left"), [({}, []), ({"only": 1}, [3]), ({"but": 1}, [1]), ({"only": 2}, [1, 3]), ({"only": 99}, [1, 3])]
)
async def test_somebody_ends_their_own_sessions_and_no_others(database, clock, press, link_for, which, left):
    for staff in (ANNA, BEN, ANNA):
        await press(await link_for(staff))
    ended = await end_sessions(database, ANNA, **which)
    assert sorted(session.id for session in await sessions_of(database, ANNA, clock())) == left
    assert ended == 2 - len(left)
    assert [session.id for session in await sessions_of(database, BEN, clock())] == [2]


async def test_ending_a_session_wakes_its_streams(database, clock, press, link_for):
    ended, other = await press(await link_for()), await press(await link_for())
    digest = (await find_session(database, ended.token, clock())).digest
    with (
        database.announcer.listen("queue", session_topic(digest)) as bell,
        database.announcer.listen(session_topic((await find_session(database, other.token, clock())).digest)) as still,
    ):
        await database.announcer.connected()
        for rang_once in (bell, still):  # the first connection rings everything once
            await rang_once.wait(0.001)
        await end_sessions(database, ANNA, only=1)
        assert await bell.wait(10)
        assert not await still.wait(0.01)


async def test_what_has_expired_is_deleted(database, clock, press, link_for):
    await press(await link_for())
    await press("wrong")
    await link_for()

    async def left():
        await apply_retention(database, Retention(), clock())
        names = ("sign_in_links", "sessions", "sign_in_failures")
        return [len(await rows(database, tables.metadata.tables[name])) for name in names]

    assert await left() == [2, 1, 1]
    clock.move(minutes=11)
    assert await left() == [0, 1, 1]
    clock.move(minutes=50)
    assert await left() == [0, 1, 0]
    clock.move(hours=8)
    assert await left() == [0, 0, 0]
