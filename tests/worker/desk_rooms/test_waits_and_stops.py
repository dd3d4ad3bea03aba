"""What waits, is stopped halfway, breaks, or is handled by two processes: it is done later, in its order, and once."""

import asyncio
from datetime import timedelta

import pytest

from bot.handoff.case_events import Claims
from bot.model import CameIn, Utterance
from bot.store import desk_handling, tables
from bot.store.absences import list_absences
from bot.store.desk_inbox import DeskInbox
from bot.store.figures import read_figures
from bot.worker import desk_talk
from tests.conftest import embedded
from tests.desk_people import MARIA
from tests.desk_stage import ANNA, DeskStage, facts
from tests.fakes import away, refused
from tests.store.rows import rows


@embedded
async def test_a_room_that_is_away_gets_everything_later_in_order_and_once(stage, clock):
    stage.rooms.failures = [refused(), away(), away()]
    await stage.asks()
    await stage.asks("eins")
    assert stage.rooms.shown == {}
    assert (await read_figures(stage.database, clock())).rooms_failing == 1
    for _ in range(4):
        clock.move(minutes=6)
        await stage.settle()
    card = stage.rooms.card(1)
    assert (await read_figures(stage.database, clock())).rooms_failing == 0
    assert [text for text in stage.rooms.texts(thread=card) if text.startswith("Person")] == [
        "Person: Mensch",
        "Person: eins",
    ]


async def test_what_belongs_to_a_case_waits_for_lotse_to_be_asked_into_the_room_and_comes_at_once_then(
    stage, thread, clock
):
    said = await stage.says(ANNA, "!a Gern, worum geht es?", thread=thread)
    stage.rooms.outside = True
    await stage.asks("Um den Bescheid vom Montag")
    await stage.says(ANNA, "!fertig 1 answered", thread=thread)
    clock.move(days=3)
    await stage.settle()
    below = stage.rooms.texts(thread=thread)
    assert "Person: Um den Bescheid vom Montag" not in below
    stage.rooms.outside = False
    await stage.settle()
    assert stage.rooms.texts(thread=thread) == below, "it was refused just now"
    await stage.says("@lotse:x.org", CameIn())
    assert "Person: Um den Bescheid vom Montag" in stage.rooms.texts(thread=thread)
    assert "Erledigt" in stage.rooms.texts()[0]
    assert (said, "📤") in stage.rooms.signs
    assert (await read_figures(stage.database, clock())).rooms_failing == 0


async def test_a_card_that_waits_for_lotse_to_be_asked_into_its_room_is_posted_at_once_then(stage):
    stage.rooms.outside = True
    await stage.asks()
    stage.rooms.outside = False
    await stage.says("@lotse:x.org", CameIn())
    assert stage.rooms.card(1) is not None
    assert stage.rooms.texts(thread=stage.rooms.card(1))[0] == "Person: Mensch"


async def test_what_was_said_in_a_thread_is_handled_in_its_order(stage, thread):
    await stage.says(ANNA, "eins", thread=thread, settle=False)
    await stage.says(ANNA, "zwei", thread=thread, settle=False)
    first = await DeskInbox(stage.database).next(stage.clock())
    assert first.input == Utterance("eins")
    await stage.settle()
    assert [text[-4:] for text in stage.heard()][-2:] == ["eins", "zwei"]


async def test_a_stop_between_sending_and_noting_it_posts_nothing_twice(database, clock):
    stage = DeskStage(database, clock, sending_lasts=timedelta(seconds=30))
    conversation = stage.asks("Mensch")
    posted = stage.posts.posted

    async def stopped(*given):
        raise RuntimeError("stopped here")

    stage.posts.posted = stopped
    with pytest.raises(RuntimeError):
        await conversation
    assert len(stage.rooms.shown) == 1
    stage.posts.posted = posted
    clock.move(seconds=31)
    await stage.settle()
    assert len(stage.rooms.texts()) == 1
    assert stage.rooms.texts(thread=stage.rooms.card(1))[0] == "Person: Mensch"


def stopped_before_the_commit(monkeypatch):
    """What coordinators say is handled twice, as after a stop just before its commit; each time is in the list."""
    real, calls = desk_handling.mark_handled, []

    async def once(connection, said, now):
        await real(connection, said, now)
        calls.append(said)
        if len(calls) == 1:
            raise RuntimeError("stopped before the commit")

    monkeypatch.setattr(desk_handling, "mark_handled", once)
    return calls


async def test_a_stop_while_a_coordinator_is_answered_does_nothing_twice(stage, thread, monkeypatch):
    calls = stopped_before_the_commit(monkeypatch)
    await stage.says(ANNA, "Moin", thread=thread)
    assert len(calls) == 2
    assert [text for text in stage.heard() if "Moin" in text] == ["Anna (Mensch):\n\nMoin"]


@embedded
async def test_an_absence_that_is_handled_twice_is_entered_once(stage, thread, monkeypatch):
    calls = stopped_before_the_commit(monkeypatch)
    await stage.says(ANNA, "!abwesend bis Montag")
    assert len(calls) == 2
    assert len(await list_absences(stage.database, stage.clock())) == 1
    assert "Eingetragen" in stage.rooms.texts()[-1]


async def test_what_breaks_the_handler_is_given_up_after_three_times_and_said_so(stage, thread, monkeypatch):
    def breaks(text):
        raise ZeroDivisionError

    monkeypatch.setattr(desk_talk, "read_command", breaks)
    await stage.says(ANNA, "Moin", thread=thread)
    monkeypatch.undo()
    assert "ein Fehler aufgetreten" in stage.rooms.texts(thread=thread)[-1]
    (row,) = await rows(stage.database, tables.desk_inbox)
    assert (row.status, row.attempts, row.payload) == ("parked", 3, None)
    await stage.says(ANNA, "Moin", thread=thread)
    assert stage.heard()[-1] == "Anna (Mensch):\n\nMoin"


async def test_two_processes_that_handle_the_same_word_do_it_once(stage, thread):
    await stage.says(ANNA, "Moin", thread=thread, settle=False)
    await asyncio.gather(*(stage.talk.handle_next(stage.clock()) for _ in range(4)))
    await stage.settle()
    assert [text for text in stage.heard() if "Moin" in text] == ["Anna (Mensch):\n\nMoin"]


async def test_of_room_and_browser_claiming_at_once_one_wins_and_the_other_reads_who(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread, settle=False)
    result, _ = await asyncio.gather(
        stage.desk.act(1, Claims(MARIA), stage.clock(), version=1), stage.talk.handle_next(stage.clock())
    )
    await stage.settle()
    owner = (await facts(stage)).owner
    claims = [row for row in await rows(stage.database, tables.case_events) if row.event == "claims"]
    assert [row.actor for row in claims] == [owner]
    told = [text for text in stage.rooms.texts(thread=thread) if "Diesen Fall hat gerade Maria Petersen" in text]
    assert len(told) == (owner == MARIA.id)
    assert (type(result).__name__ == "Refused") == (owner == ANNA)
