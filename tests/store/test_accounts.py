"""Linking the accounts of the staff, on both databases: a code links one account once, and guessing links none."""

import asyncio
from datetime import timedelta

import pytest

from bot.model import LinkAccount, Person, StaffId
from bot.store import tables
from bot.store.accounts import CODE_LASTS, accounts_of, linked_on, make_code, unlink
from bot.store.payloads import input_from_json
from bot.store.privacy import Retention, apply_retention, forget
from bot.store.sign_in import MOST_FAILURES
from tests.fakes import incoming
from tests.store.rows import answer, parts, rows, words_in

ANNA, BEN = StaffId("anna.petersen"), StaffId("ben.hansen")


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
    assert await linked_on(database, "slack") == {"U1": ANNA}
    assert await linked_on(database, "matrix") == {}
    (account,) = await accounts_of(database, ANNA)
    assert (account.channel, account.external_user, account.linked_at) == ("slack", "U1", clock())
    assert await accounts_of(database, BEN) == ()
    for table in (tables.account_codes, tables.staff_accounts):
        assert code not in words_in(await rows(database, table))
    assert [(row.actor, row.action, row.target) for row in await rows(database, tables.audit)] == [
        (ANNA, "account_linked", "slack")
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
    assert await linked_on(database, "slack") == {"U1": ANNA, "U2": BEN}


async def test_an_account_belongs_to_one_person_and_a_person_may_have_several(database, clock, write):
    assert await write(await make_code(database, ANNA, clock()))
    assert await write(await make_code(database, ANNA, clock()), user="@anna:test.localhost", channel="matrix")
    assert await write(await make_code(database, BEN, clock()))
    assert await linked_on(database, "slack") == {"U1": BEN}
    assert await linked_on(database, "matrix") == {"@anna:test.localhost": ANNA}


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
    (account,) = await accounts_of(database, ANNA)
    assert not await unlink(database, BEN, account.id, clock())
    assert await unlink(database, ANNA, account.id, clock())
    assert not await unlink(database, ANNA, account.id, clock())
    assert await linked_on(database, "slack") == {}


async def test_a_link_outlives_what_was_said_and_ends_with_the_person(database, clock, write):
    await write(await make_code(database, ANNA, clock()))
    await make_code(database, BEN, clock())
    clock.now += timedelta(days=400)
    await apply_retention(database, Retention(), clock())
    assert await rows(database, tables.account_codes) == []
    assert await linked_on(database, "slack") == {"U1": ANNA}
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
