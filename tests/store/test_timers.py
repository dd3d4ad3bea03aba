from dataclasses import replace
from datetime import timedelta

from bot.handoff.case_events import Time
from bot.handoff.case_states import decide
from bot.model import CaseTimer, MoveCase, OpenCase, SetTimer, TimerDue
from bot.store import tables
from bot.store.timers import Timers
from tests.desk_people import DeskOffice
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
        assert (work.input, work.address, work.person.external_user) == (TimerDue("remind"), event.address, "anna")
        await work.finish(record("Sind Sie noch da?"))


async def test_a_timer_of_an_older_state_is_dropped(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(), incoming()])
    await answer(conversations, clock(), SetTimer("remind", clock()))
    await answer(conversations, clock())
    assert await Timers(database).fire_due(clock()) == 1
    assert not await answer(conversations, clock())
    assert await rows(database, tables.timers) == []


async def test_a_timer_is_about_its_own_case_even_where_a_later_one_was_opened(database, clock):
    """Earlier releases let two cases of one conversation go on; none of them may be forgotten."""
    inbox, conversations = parts(database, clock)
    for number, what in ((1, "reopen_over"), (2, "sla_warning")):
        timer = CaseTimer(what, clock() + timedelta(hours=number))
        await inbox.accept("recording", [incoming(f"Mensch {number}", user="anna")])
        await answer(conversations, clock(), OpenCase("Frage", "de", "asked", "foerderung", None, timers=(timer,)))
    clock.move(hours=3)
    await Timers(database).fire_due(clock())
    async with conversations.claim_next(clock()) as work:
        assert (work.input, work.case.number) == (TimerDue("case:1:reopen_over"), 1)
        closing = decide(replace(work.case, state="resolved"), Time("reopen_over"), clock(), DeskOffice())
        await work.finish(record(MoveCase(closing)))
    assert [row.state for row in await rows(database, tables.cases)] == ["closed", "open"]
    await inbox.accept("recording", [incoming("Und jetzt?", user="anna")])
    async with conversations.claim_next(clock()) as work:
        assert work.case.number == 2, "what the employee writes is about the latest"
        await work.finish(record("Echo"))
