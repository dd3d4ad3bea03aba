"""A look at a room counts what the homeserver takes, and not what the database takes."""

import asyncio
import contextlib

import pytest

from bot.channels.matrix.looking_time import look_for, uncounted

LIMIT_S = 0.05


def passed(seconds):
    """An event that is set by the clock of the loop, so that it comes surely later than a limit that is shorter."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    return over.wait()


async def test_what_the_database_takes_does_not_count_however_often_it_is_asked():
    async with look_for(LIMIT_S):
        for _ in range(2):
            with uncounted():
                await passed(2 * LIMIT_S)


async def a_database_that_fails():
    await passed(2 * LIMIT_S)
    raise OSError


async def hangs_after(asking):
    """A look in which the database answers, or fails, and the homeserver says nothing."""
    async with look_for(LIMIT_S):
        with contextlib.suppress(OSError), uncounted():
            await asking
        await asyncio.Event().wait()


@pytest.mark.parametrize("asking", [lambda: passed(2 * LIMIT_S), a_database_that_fails])
async def test_what_the_homeserver_takes_counts_whatever_the_database_did_before(asking):
    with pytest.raises(TimeoutError):
        await hangs_after(asking())


async def test_looks_at_other_rooms_at_the_same_time_have_a_time_of_their_own():
    asking, answered = asyncio.Event(), asyncio.Event()

    async def asks_the_database():
        async with look_for(LIMIT_S):
            with uncounted():
                asking.set()
                await answered.wait()
            return "read"

    async def waits_for_the_homeserver():
        await asking.wait()
        async with look_for(LIMIT_S):
            await asyncio.Event().wait()

    slow = asyncio.create_task(asks_the_database())
    with pytest.raises(TimeoutError):
        await waits_for_the_homeserver()
    answered.set()
    assert await slow == "read"


async def test_where_nobody_looks_nothing_is_counted():
    with uncounted():
        await asyncio.sleep(0)
