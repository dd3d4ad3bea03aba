"""A promise that is not kept, through timers, inbox and turn on a real store: three calls, in working time, each once."""

from datetime import timedelta

from bot.handoff.case_events import Asks, Claims, Replies
from bot.handoff.case_moment import no_case, timers_of
from bot.handoff.case_states import decide
from bot.handoff.team_office import office_at
from bot.model import OpenCase, Staff
from bot.store import tables
from bot.store.desk import Desk
from bot.store.desk_reading import read_case
from bot.store.timers import Timers
from bot.worker.inbox_loop import handle_next
from tests.fakes import incoming
from tests.handoff.test_working_time import berlin
from tests.store.rows import answer, parts, rows
from tests.web.site import small_live

ANNA = Staff("anna", "Anna Petersen", frozenset({"coordinator"}), frozenset({"foerderung"}))
BEN = Staff("ben", "Ben Hansen", frozenset({"coordinator"}), frozenset({"foerderung"}), leads=frozenset({"foerderung"}))


def office(absences=()):
    return office_at(small_live().content, (ANNA, BEN), absences)


async def opened(database, clock):
    """A case of the funding team, which is there on Sundays, Mondays and Tuesdays from 8 to 16 o'clock."""
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("Bitte ein Mensch")])
    case = decide(no_case("foerderung", "de", clock()), Asks(), clock(), office()).case
    due = {"first_due": case.first_due, "solution_due": case.solution_due}
    opening = OpenCase("Frage", "de", "asked", "foerderung", None, **due, timers=timers_of(case, clock(), office()))
    await answer(conversations, clock(), "Ihr Fall ist offen.", opening)
    return conversations


async def pass_time(database, clock, conversations, until):
    """Let every timer ring when it is due, up to this moment."""
    timers = Timers(database)
    while True:
        due = await timers.next_due()
        clock.now = max(clock(), min(due or until, until))
        fired = await timers.fire_due(clock())
        while await handle_next(conversations, small_live().content, None, clock(), office=office):
            pass
        if not fired and (due is None or due > until):
            return


async def calls(database):
    return [
        (row.what, row.values["to"], row.at)
        for row in await rows(database, tables.case_messages)
        if (row.what or "").startswith("sla")
    ]


async def test_team_deputies_and_lead_are_called_one_after_the_other(database, clock):
    conversations = await opened(database, clock)
    await pass_time(database, clock, conversations, clock() + timedelta(days=10))
    assert await calls(database) == [
        ("sla_warning", "team:foerderung", berlin("2026-11-22T13:00")),
        ("sla_breach", "team:anerkennung", berlin("2026-11-22T14:00")),
        ("sla_lead", "Ben Hansen", berlin("2026-11-22T16:00") + timedelta(hours=16)),
    ]
    assert (await read_case(database, ANNA, 1, clock())).facts.alarm == "lead"


async def test_after_a_night_without_lotse_the_calls_come_in_the_morning(database, clock):
    conversations = await opened(database, clock)
    clock.now = berlin("2026-11-22T23:30")
    await pass_time(database, clock, conversations, berlin("2026-11-23T07:59"))
    assert await calls(database) == []
    await pass_time(database, clock, conversations, berlin("2026-11-23T08:00"))
    assert [(what, at) for what, _, at in await calls(database)] == [
        (what, berlin("2026-11-23T08:00")) for what in ("sla_breach", "sla_lead")
    ], "nobody is warned in the morning of what has passed in the evening"


async def test_a_reply_in_time_calls_nobody(database, clock):
    conversations = await opened(database, clock)
    desk = Desk(database, office)
    await desk.act(1, Claims(ANNA), clock())
    await desk.act(1, Replies(ANNA, "Moin"), clock())
    await pass_time(database, clock, conversations, clock() + timedelta(hours=6))
    assert await calls(database) == []
