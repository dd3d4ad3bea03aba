"""Linking the accounts of the staff, on both databases: a code links one account once, and guessing links none."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.handoff.case_events import Claims, Replies, WaitsForThird
from bot.model import ALL_TEAMS, Absence, LinkAccount, Person, Staff, StaffId
from bot.store import tables
from bot.store.absences import list_absences, set_absence
from bot.store.accounts import CODE_LASTS, accounts_of, linked_on, make_code, unlink
from bot.store.carrying_over import carry_over
from bot.store.database import StoreConflict
from bot.store.desk import Desk, Done
from bot.store.desk_reading import read_case
from bot.store.payloads import input_from_json
from bot.store.privacy import Retention, apply_retention, forget
from bot.store.sign_in import MOST_FAILURES
from bot.worker.owners_loop import hand_on
from tests.desk_people import DeskOffice
from tests.drills.stage import new_case
from tests.fakes import incoming
from tests.store.rows import answer, parts, rows, words_in

ANNA = Staff(StaffId("anna.petersen"), "Anna Petersen", frozenset({"coordinator"}), ALL_TEAMS)
BEN = replace(ANNA, id=StaffId("ben.hansen"), name="Ben Hansen")


@pytest.fixture
def write(database, clock):
    """Writes a code from an account, as a turn does; whether it linked the account."""
    inbox, conversations = parts(database, clock)

    async def write(code, user="U1", channel="slack"):
        await inbox.accept(channel, [incoming("verbinden", user=user, channel=channel)])
        assert await answer(conversations, clock(), LinkAccount(code))
        (found,) = [row.payload for row in await rows(database, tables.inbox) if row.status == "waiting"]
        said = input_from_json(found)
        assert said.what == "account"
        await answer(conversations, clock(), "gut")
        return bool(dict(said.found)["linked"])

    return write


async def test_a_code_links_the_account_it_is_written_from(database, clock, write):
    code = await make_code(database, ANNA, clock())
    assert await write(code)
    assert await linked_on(database, "slack") == {"U1": ANNA.id}
    assert await linked_on(database, "matrix") == {}
    (account,) = await accounts_of(database, ANNA.id)
    assert (account.channel, account.external_user, account.linked_at) == ("slack", "U1", clock())
    assert await accounts_of(database, BEN.id) == ()
    for table in (tables.account_codes, tables.staff_accounts):
        assert code not in words_in(await rows(database, table))
    assert [(row.actor, row.action, row.target) for row in await rows(database, tables.audit)] == [
        (ANNA.id, "account_linked", "slack")
    ]


async def test_a_code_works_once_for_ten_minutes_and_a_newer_one_replaces_it(database, clock, write):
    used, other = await make_code(database, ANNA, clock()), await make_code(database, BEN, clock())
    assert await write(used.lower())
    assert not await write(used, user="U2")
    clock.move(seconds=CODE_LASTS.total_seconds() + 1)
    assert not await write(other, user="U2")
    replaced = await make_code(database, BEN, clock())
    newest = await make_code(database, BEN, clock())
    assert not await write(replaced, user="U2")
    assert await write(newest, user="U2")
    assert await linked_on(database, "slack") == {"U1": ANNA.id, "U2": BEN.id}


async def test_an_account_belongs_to_one_person_and_a_person_may_have_several(database, clock, write):
    assert await write(await make_code(database, ANNA, clock()))
    assert await write(await make_code(database, ANNA, clock()), user="@anna:test.localhost", channel="matrix")
    assert await write(await make_code(database, BEN, clock()))
    assert await linked_on(database, "slack") == {"U1": BEN.id}
    assert await linked_on(database, "matrix") == {"@anna:test.localhost": ANNA.id}


async def test_a_visitor_of_the_web_chat_is_linked_to_nobody(database, clock, write):
    code = await make_code(database, ANNA, clock())
    assert not await write(code, channel="browser")
    assert await write(code)


async def test_who_guesses_is_held_up_and_nobody_else_is(database, clock, write):
    for _ in range(MOST_FAILURES):
        assert not await write("2222-2222-2222")
    code = await make_code(database, ANNA, clock())
    assert not await write(code), "ten wrong codes, so not even the right one"
    assert await write(code, user="U2")
    clock.move(minutes=16)
    assert await write(await make_code(database, ANNA, clock()))


async def test_only_its_own_person_ends_a_link(database, clock, write):
    await write(await make_code(database, ANNA, clock()))
    (account,) = await accounts_of(database, ANNA.id)
    assert not await unlink(database, BEN.id, account.id, clock())
    assert await unlink(database, ANNA.id, account.id, clock())
    assert not await unlink(database, ANNA.id, account.id, clock())
    assert await linked_on(database, "slack") == {}


async def test_a_link_outlives_what_was_said_and_ends_with_the_person(database, clock, write):
    await write(await make_code(database, ANNA, clock()))
    await make_code(database, BEN, clock())
    clock.now += timedelta(days=400)
    await apply_retention(database, Retention(), clock())
    assert await rows(database, tables.account_codes) == []
    assert await linked_on(database, "slack") == {"U1": ANNA.id}
    receipt = await forget(database, Person("slack", "U1"), actor="employee", now=clock())
    assert receipt.deleted["staff_accounts"] == 1
    assert await linked_on(database, "slack") == {}


async def test_of_two_who_write_the_same_code_at_once_one_is_linked(database, clock):
    inbox, conversations = parts(database, clock)
    code = await make_code(database, ANNA, clock())
    for user in ("U1", "U2"):
        await inbox.accept("slack", [incoming("verbinden", user=user, channel="slack")])
    await asyncio.gather(*(answer(conversations, clock(), LinkAccount(code)) for _ in range(2)))
    assert len(await linked_on(database, "slack")) == 1


IN_SLACK = replace(ANNA, id=StaffId("U1"), name="anna")
IN_MATRIX = replace(ANNA, id=StaffId("@anna:test.localhost"), name="Anna P.")
"""Anna as the rooms know her, before she links her accounts."""


async def test_whoever_links_an_account_has_the_cases_they_had_there_and_their_words(database, clock, write):
    desk = Desk(database, lambda absences: DeskOffice())
    own, slack, matrix, bens = [await new_case(database, name) for name in ("kim", "lee", "robin", "sascha")]
    for number, by in ((own, ANNA), (slack, IN_SLACK), (matrix, IN_MATRIX), (bens, BEN)):
        assert isinstance(await desk.act(number, Claims(by), clock()), Done)
        assert isinstance(await desk.act(number, Replies(by, "40 Prozent."), clock()), Done)
    waits = WaitsForThird(IN_SLACK, clock() + timedelta(days=3))
    assert isinstance(await desk.act(slack, waits, clock()), Done)
    told = len(await rows(database, tables.outbox))

    assert await write(await make_code(database, ANNA, clock()))
    assert await write(await make_code(database, ANNA, clock()), user=IN_MATRIX.id, channel="matrix")

    found = [(await read_case(database, BEN, number, clock())).facts for number in (own, slack, matrix, bens)]
    assert [(one.owner, one.owner_name) for one in found] == [(ANNA.id, ANNA.name)] * 3 + [(BEN.id, BEN.name)]
    said = [row for row in await rows(database, tables.case_messages) if row.kind == "coordinator"]
    assert [row.author for row in said] == [ANNA.id, ANNA.id, ANNA.id, BEN.id]
    assert [row.author_name for row in said] == ["Anna Petersen", "anna", "Anna P.", "Ben Hansen"], "as it was read"
    carried = [row for row in await rows(database, tables.case_events) if row.event == "carried_over"]
    assert [(row.case_number, row.actor, row.owner) for row in carried] == [
        (slack, ANNA.id, ANNA.id),
        (matrix, ANNA.id, ANNA.id),
    ]
    new = {row.conversation_id for row in (await rows(database, tables.outbox))[told:]}
    assert new.isdisjoint(row.conversation_id for row in await rows(database, tables.cases)), "no employee is told"
    mine = {row.version for row in await rows(database, tables.timers) if row.case_number == slack}
    assert mine == {found[1].version}, "what the case waits for still comes"
    (line,) = [row.id for row in said if row.case_number == slack]
    assert isinstance(await desk.revise(ANNA, slack, line, "60 Prozent.", clock()), Done)


async def somebody_waits(database):
    """Whether somebody waits for a lock of PostgreSQL."""
    async with database.reading() as connection:
        return await connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
async def test_a_case_somebody_decides_about_while_its_owner_links_is_decided_anew(database, clock):
    desk = Desk(database, lambda absences: DeskOffice())
    number = await new_case(database, "kim")
    await desk.act(number, Claims(IN_SLACK), clock())

    async with asyncio.timeout(20), database.transaction() as connection:
        await carry_over(connection, IN_SLACK.id, ANNA.id, ANNA.name, clock(), [])
        late = asyncio.create_task(desk.act(number, Replies(IN_SLACK, "40 Prozent."), clock()))
        while not await somebody_waits(database):
            pass
    with pytest.raises(StoreConflict):
        await late
    assert (await read_case(database, BEN, number, clock())).facts.owner == ANNA.id


class Staffed:
    """Both of them coordinate, and the account in the room is one of theirs."""

    problem = None

    def everybody(self):
        return ANNA, BEN

    async def read_links(self):
        """They are known."""


async def test_who_claims_at_the_moment_in_which_their_account_is_linked_keeps_the_case(database, clock, write):
    desk = Desk(database, lambda absences: DeskOffice())
    number = await new_case(database, "kim")
    code = await make_code(database, ANNA, clock())

    async def links(*_):
        assert await write(code)

    if database.is_sqlite:  # one writer at a time: who claims was looked up before
        await links()
    await desk.act(number, Claims(IN_SLACK), clock(), then=None if database.is_sqlite else links)
    assert (await read_case(database, BEN, number, clock())).facts.owner == IN_SLACK.id
    assert await hand_on(database, desk, Staffed(), clock()) == 0
    now = (await read_case(database, BEN, number, clock())).facts
    assert (now.state, now.owner, now.owner_name) == ("claimed", ANNA.id, ANNA.name)


async def test_a_case_that_goes_along_while_owners_are_looked_for_is_not_handed_on(database, clock, write):
    desk = Desk(database, lambda absences: DeskOffice())
    number = await new_case(database, "kim")
    await desk.act(number, Claims(IN_SLACK), clock())
    code = await make_code(database, ANNA, clock())

    class Linking(Staffed):
        async def read_links(self):
            assert await write(code)

    assert await hand_on(database, desk, Linking(), clock()) == 0
    assert (await read_case(database, BEN, number, clock())).facts.owner == ANNA.id


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
async def test_an_absence_that_is_entered_while_its_account_is_linked_goes_along(database, clock, write):
    code, linking = await make_code(database, ANNA, clock()), []

    async def links(*_):
        linking.append(asyncio.create_task(write(code)))
        while not (linking[0].done() or await somebody_waits(database)):
            pass

    entered = Absence(IN_SLACK.id, clock(), clock() + timedelta(days=3))
    async with asyncio.timeout(20):
        await set_absence(database, entered, lambda new, others: None, actor=IN_SLACK.id, now=clock(), then=links)
        assert await linking[0]
    assert [one.staff for one in await list_absences(database, clock())] == [ANNA.id]


async def test_an_absence_that_is_entered_when_its_account_was_linked_goes_along(database, clock, write):
    assert await write(await make_code(database, ANNA, clock()))
    entered = Absence(IN_SLACK.id, clock(), clock() + timedelta(days=3))
    await set_absence(database, entered, lambda new, others: None, actor=IN_SLACK.id, now=clock())
    await hand_on(database, Desk(database, lambda absences: DeskOffice()), Staffed(), clock())
    assert [one.staff for one in await list_absences(database, clock())] == [ANNA.id]


async def test_absences_and_standing_in_go_along_and_of_two_that_meet_one_is_left(database, clock, write):
    def away(staff, first, last, deputy=None):
        since, until = (clock() + timedelta(days=day) for day in (first, last))
        return Absence(staff.id, since, until, None if deputy is None else deputy.id)

    async def entered(*absences):
        for one in absences:
            await set_absence(database, one, lambda new, others: None, actor=one.staff, now=clock())

    await entered(away(IN_SLACK, 0, 3, BEN), away(ANNA, 1, 5, IN_SLACK), away(BEN, 6, 8, IN_SLACK))
    await entered(away(IN_SLACK, 20, 21), away(IN_MATRIX, 2, 4))
    for user, channel in ((IN_SLACK.id, "slack"), (IN_MATRIX.id, "matrix")):
        assert await write(await make_code(database, ANNA, clock()), user=user, channel=channel)
    left = [replace(one, id=None) for one in await list_absences(database, clock())]
    assert left == [away(ANNA, 0, 5, BEN), away(BEN, 6, 8, ANNA), away(ANNA, 20, 21)]
    noted = [row.actor for row in await rows(database, tables.audit) if row.action == "absence_carried"]
    assert noted == [ANNA.id] * 3


async def test_cases_stay_with_the_person_when_the_link_ends(database, clock, write):
    desk = Desk(database, lambda absences: DeskOffice())
    number = await new_case(database, "kim")
    await desk.act(number, Claims(IN_SLACK), clock())
    await write(await make_code(database, ANNA, clock()))
    (account,) = await accounts_of(database, ANNA.id)
    assert await unlink(database, ANNA.id, account.id, clock())
    assert (await read_case(database, BEN, number, clock())).facts.owner == ANNA.id
