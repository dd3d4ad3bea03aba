"""The signs under what coordinators write: it has arrived, is on its way, was refused; and how it is sent again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.errors import ChannelError
from bot.handoff.case_events import Notes
from bot.model import React, Removed
from bot.store import desk_plan, tables
from bot.store.desk_reading import read_case
from bot.worker.outbox_loop import MOST_SURPRISES
from tests.conftest import embedded
from tests.desk_people import MARIA
from tests.desk_stage import ANNA, BEN, DeskStage
from tests.fakes import away, refused


@embedded
async def test_what_the_platform_refuses_is_signed_too(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [refused()]
    said = await stage.says(ANNA, "Kommt das an?", thread=thread)
    assert stage.rooms.signs == [(said, "⚠")]
    why = stage.rooms.texts(thread=thread)[-1]
    assert why.startswith("⚠ Nicht zugestellt; die Person hat es nicht bekommen. Grund: ")
    assert why.endswith("!nochmal versucht es erneut.")
    number = (await read_case(stage.database, MARIA, 1, stage.clock())).lines[-1].id
    stage.employees.failures = [refused()]
    clock.move(seconds=1)
    await stage.desk.send_again(replace(MARIA, id=ANNA), 1, number, stage.clock())
    await stage.settle()
    assert len([text for text in stage.rooms.texts(thread=thread) if text.startswith("⚠")]) == 2, "each time it is said"


@embedded
async def test_what_was_not_delivered_is_sent_again_from_the_room(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread)
    await stage.says(ANNA, "!nochmal", thread=thread)
    assert "nichts, was nicht zugestellt wurde" in stage.rooms.texts(thread=thread)[-1]
    stage.employees.failures = [refused(), refused()]
    for text in ("Kommt das an?", "Und das?"):
        await stage.says(ANNA, text, thread=thread)
    before = len(stage.heard())
    await stage.says("@fremd:x.org", "!nochmal 1")
    await stage.says(ANNA, "!nochmal 1")
    assert [text.split()[-1] for text in stage.heard()[before:]] == ["an?", "das?"]
    assert [sign for _, sign in stage.rooms.signs] == ["📤", "📤"]
    assert "Ich versuche es noch einmal" in stage.rooms.texts()[-1]


@embedded
@pytest.mark.parametrize("broken", ["channel", "row"])
async def test_a_fault_of_lotses_own_is_not_put_down_to_the_platform(stage, thread, clock, broken):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [ValueError("a bug")] * MOST_SURPRISES if broken == "channel" else [away(60)]
    await stage.says(ANNA, "Kommt das an?", thread=thread)
    if broken == "row":
        async with stage.database.transaction() as connection:
            waiting = update(tables.outbox).where(tables.outbox.c.status == "waiting")
            await connection.execute(waiting.values(delivery={"kind": "post"}))
    for _ in range(MOST_SURPRISES):
        clock.move(minutes=5)
        await stage.settle()
    (told,) = [text for text in stage.rooms.texts(thread=thread) if text.startswith("⚠")]
    assert "Grund: Ein Fehler in Lotse selbst; das muss der Betrieb richten." in told


@embedded
async def test_words_on_their_way_for_long_say_so(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.settle()
    assert stage.rooms.signs == [(said, "⏳")]
    clock.move(seconds=60)
    await stage.settle()
    assert stage.rooms.signs == [(said, "📤")]


async def test_under_words_stands_what_became_of_them_last_and_no_other_sign(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Kommt das an?", thread=thread)

    async def stands_after(sign, **time):
        clock.move(**time)
        await stage.settle()
        assert stage.rooms.signs == [(said, sign)]

    await stands_after("⏳", seconds=6)
    stage.employees.failures = [refused()]
    await stands_after("⚠", seconds=60)
    stage.employees.failures = [refused()]
    await stage.says(ANNA, "!nochmal 1")
    assert stage.rooms.signs == [(said, "⚠")], "refused again"
    stage.employees.failures = [away(60)]
    await stage.says(ANNA, "!nochmal 1")
    await stands_after("⏳", seconds=6)
    stage.employees.failures = [refused()]
    await stands_after("⚠", seconds=60)
    await stage.says(ANNA, "!nochmal 1")
    await stands_after("📤")


async def test_signs_come_however_many_words_there_are_under_which_none_is_ever_put(stage, thread, clock, monkeypatch):
    monkeypatch.setattr(desk_plan, "MOST_AT_ONCE", 2)
    await stage.says(ANNA, "!nimm", thread=thread)
    for number in range(3):  # shown as lines, which say themselves that they are notes
        await stage.desk.act(1, Notes(MARIA, f"Notiz {number}"), clock(), key=f"note {number}")
    await stage.settle()
    for number in range(3):  # taken back before anything was sent
        stage.employees.failures = [away(60)]
        said = await stage.says(ANNA, f"Doch nicht {number}", thread=thread)
        await stage.says(ANNA, Removed(said))
    stage.employees.failures = [refused() for _ in range(3)]
    refused_ones = [await stage.says(ANNA, f"Kommt das an? {number}", thread=thread) for number in range(3)]
    assert stage.rooms.signs == [(said, "⚠") for said in refused_ones]
    stage.employees.failures = [away(60)]
    waiting = [await stage.says(ANNA, f"Dauert das? {number}", thread=thread) for number in range(3)]
    clock.move(seconds=6)
    await stage.settle()
    assert stage.rooms.signs[3:] == [(said, "⏳") for said in waiting]
    note = await stage.says(BEN, "// eine Notiz aus dem Raum", thread=thread)
    assert stage.rooms.signs[6:] == [(note, "🔒")]
    clock.move(seconds=60)
    await stage.settle()
    await stage.says(ANNA, "!nochmal 1")
    assert sorted(stage.rooms.signs) == sorted([*((said, "📤") for said in (*refused_ones, *waiting)), (note, "🔒")])


async def test_a_sign_of_which_nobody_knows_whether_it_stands_there_goes_as_well(database, clock):
    stage = DeskStage(database, clock, sending_lasts=timedelta())
    await stage.asks()
    thread = stage.rooms.card(1)
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.board.plan("rooms", clock())
    item = await stage.board.claim_next("rooms", clock())
    await stage.rooms.send(React(item.address, item.delivery_id, item.shown.to, item.shown.sign))  # and then it stopped
    assert stage.rooms.signs == [(said, "⏳")]
    clock.move(seconds=60)
    again = DeskStage(database, clock, channel=stage.rooms, sending_lasts=timedelta())
    await again.settle()
    assert stage.rooms.signs == [(said, "📤")]


async def test_words_that_were_deleted_before_their_sign_came_leave_the_card_where_it_is(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.board.plan("rooms", clock())
    item = await stage.board.claim_next("rooms", clock())
    assert item.kind == "sign"
    await stage.posts.failed(item, ChannelError("no such message", permanent=True, gone=True), clock())
    await stage.settle()
    assert stage.rooms.card(1) == thread


async def test_a_sign_noted_by_a_process_of_the_release_before_takes_nothing_away(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.board.plan("rooms", clock())
    before = {"under": None, "external_id": said}  # as it noted a sign: with the id of the words
    async with stage.database.transaction() as connection:
        await connection.execute(update(tables.desk_posts).where(tables.desk_posts.c.kind == "sign").values(before))
    await stage.settle()
    assert stage.rooms.signs == [(said, "⏳")]
