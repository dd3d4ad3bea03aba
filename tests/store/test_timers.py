from datetime import timedelta

from bot.model import Pressed, SetTimer
from bot.store import tables
from bot.store.timers import Timers
from tests.fakes import incoming, record
from tests.store.rows import answer, parts, rows


async def test_a_timer_that_is_due_becomes_an_input_of_its_conversation(database, clock):
    inbox, conversations = parts(database, clock)
    timers = Timers(database)
    event = incoming()
    await inbox.accept("recording", [event])
    await answer(conversations, clock(), SetTimer("remind", clock() + timedelta(minutes=5)))
    assert await timers.fire_due(clock()) == 0
    assert await timers.next_due() == clock() + timedelta(minutes=5)
    clock.move(minutes=5)
    assert await timers.fire_due(clock()) == 1
    assert await timers.fire_due(clock()) == 0
    async with conversations.claim_next(clock()) as work:
        assert (work.input, work.address, work.person.external_user) == (Pressed("timer:remind"), event.address, "anna")
        await work.finish(record("Sind Sie noch da?"))


async def test_a_timer_of_an_older_state_is_dropped(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(), incoming()])
    await answer(conversations, clock(), SetTimer("remind", clock()))
    await answer(conversations, clock())
    assert await Timers(database).fire_due(clock()) == 1
    assert not await answer(conversations, clock())
    assert await rows(database, tables.timers) == []
