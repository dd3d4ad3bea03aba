"""What a coordinator changed or deleted, and the employee's platform would not take: seen in the room, and tried again."""

from datetime import timedelta

import pytest

from bot.model import Edit, Edited, Redact, Removed
from tests.desk_stage import ANNA
from tests.fakes import away, refused


@pytest.fixture
async def said(stage, thread):
    """A reply of Anna's that has arrived, a moment ago."""
    words = await stage.says(ANNA, "Es sind 40 Prozent.", thread=thread)
    stage.clock.move(seconds=1)
    return words


async def test_a_change_that_did_not_arrive_takes_the_sign_of_what_did(stage, thread, said):
    assert stage.rooms.signs == [(said, "📤")]
    stage.employees.failures = [refused()]
    await stage.says(ANNA, Edited(said, "Es sind 60 Prozent."), thread=thread)
    assert stage.rooms.signs == [(said, "⚠")]
    told = stage.rooms.texts(thread=thread)[-1]
    assert told.startswith("⚠ Die Änderung kam nicht an; die Person liest weiter die frühere Fassung. Grund: ")
    await stage.says(ANNA, "!nochmal", thread=thread)
    assert stage.rooms.signs == [(said, "📤")]
    assert [type(one) for one in stage.employees.handed[-2:]] == [Edit, Edit]


async def test_a_change_that_is_changed_again_is_signed_as_the_latest_of_them(stage, thread, said, clock):
    stage.employees.failures = [refused(), refused()]
    for text in ("Es sind 60 Prozent.", "Es sind 55 Prozent."):
        await stage.says(ANNA, Edited(said, text), thread=thread)
        clock.move(seconds=1)
    assert len([text for text in stage.rooms.texts(thread=thread) if text.startswith("⚠")]) == 2, "each is said"
    await stage.says(ANNA, Edited(said, "Es sind 50 Prozent."), thread=thread)
    assert stage.rooms.signs == [(said, "📤")]


async def test_a_change_on_its_way_for_long_says_so(stage, thread, said, clock):
    stage.employees.failures = [away(60)]
    clock.now += timedelta(hours=1)
    await stage.says(ANNA, Edited(said, "Es sind 60 Prozent."), thread=thread)
    assert stage.rooms.signs == [(said, "📤")], "it is on its way for no time yet"
    clock.move(seconds=6)
    await stage.settle()
    assert stage.rooms.signs == [(said, "⏳")]
    clock.move(seconds=60)
    await stage.settle()
    assert stage.rooms.signs == [(said, "📤")]


async def test_a_deletion_that_did_not_arrive_is_said_each_time(stage, thread, said):
    stage.employees.failures = [refused(), refused()]
    await stage.says(ANNA, Removed(said), thread=thread)
    stage.clock.move(seconds=1)
    await stage.says(ANNA, "!nochmal", thread=thread)
    told = [text for text in stage.rooms.texts(thread=thread) if text.startswith("⚠")]
    assert [text.partition(" Grund:")[0] for text in told] == [
        "⚠ Gelöscht ist es nur hier; die Person liest es weiter."
    ] * 2
    stage.clock.move(seconds=1)
    await stage.says(ANNA, "!nochmal", thread=thread)
    assert isinstance(stage.employees.handed[-1], Redact)
    assert not [one for one in stage.rooms.signs if one[1] == "⚠"], "nobody signs what is not there"
