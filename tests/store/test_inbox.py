import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.model import (
    Address,
    AskedPerson,
    AskedToVerify,
    CameIn,
    ContinueAlone,
    DeskRoom,
    Edited,
    ForgetPerson,
    LedToCase,
    OpenCase,
    Person,
    Pressed,
    Rated,
    ReadByOthers,
    Removed,
    Unreadable,
    Utterance,
)
from bot.store import tables
from bot.store.inbox import MOST_WAITING, Inbox, was_taken_in
from bot.store.sent_replies import find_cases_in
from tests.fakes import incoming, record
from tests.store.rows import answer, answer_all, parts, refuse, rows


async def test_what_was_accepted_is_there_for_another_process(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("Guten Tag", user="anna")])
    async with conversations.claim_next(clock()) as work:
        assert work.input == Utterance("Guten Tag")
        assert work.person.external_user == "anna"
        assert work.address.room == "room of anna"
        assert (work.state, work.locale, work.introduced, work.open_case) == (None, None, False, None)
        work.finished = True


async def test_events_sent_again_are_ignored(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("einmal", external_id="e1")
    await inbox.accept("recording", [event, event], "c1")
    await inbox.accept("recording", [event], "c2")
    assert await answer_all(conversations, clock()) == 1
    await inbox.accept("recording", [event], "c3")
    assert await answer_all(conversations, clock()) == 0
    assert await inbox.cursor("recording") == "c3"


async def test_the_same_event_arriving_twice_at_once_is_stored_once(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("einmal", external_id="e1")
    await asyncio.gather(*(inbox.accept("recording", [event]) for _ in range(8)))
    assert await answer_all(conversations, clock()) == 1


async def test_an_event_sent_again_under_another_id_is_known_by_its_second_one(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("ja", external_id="e1", also="client-1")])
    await inbox.accept("recording", [incoming("ja", external_id="e2", also="client-1")])
    both = [incoming("ja", external_id=f"e{number}", also="client-2") for number in (3, 4)]
    await asyncio.gather(*(inbox.accept("recording", [event]) for event in both))
    assert await answer_all(conversations, clock()) == 2
    await inbox.accept("recording", [incoming("ja", external_id="e5"), incoming("ja", external_id="e6")])
    assert await answer_all(conversations, clock()) == 2


async def test_what_a_coordinator_says_is_known_by_its_second_id_too(database, clock):
    inbox = Inbox(database, clock, refuse, [DeskRoom("recording", "desk")])

    def said(number, also):
        return incoming("ja", room="desk", external_id=f"e{number}", also=also)

    await inbox.accept("recording", [said(1, "client-1"), said(2, "client-1")])
    await inbox.accept("recording", [said(3, "client-1")])
    await asyncio.gather(*(inbox.accept("recording", [said(number, "client-2")]) for number in (4, 5)))
    await inbox.accept("recording", [said(6, None), said(7, None)])
    kept = await rows(database, tables.desk_inbox)
    assert [row.also for row in kept] == ["client-1", "client-2", None, None]
    assert [row.external_id for row in kept][::2] == ["e1", "e6"]


async def test_who_was_forgotten_is_not_known_again_by_an_event_sent_again(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("vergiss mich", external_id="e1", also="client-1", alone="room of anna")])
    await answer(conversations, clock(), ForgetPerson())
    (row,) = await rows(database, tables.inbox)
    assert row.also.startswith("sha256:")
    assert row.alone is None
    await inbox.accept("recording", [incoming("vergiss mich", external_id="e2", also="client-1")])
    assert await answer_all(conversations, clock()) == 0


async def test_what_continues_alone_is_an_input_of_the_persons_own_conversation(database, clock):
    inbox, conversations = parts(database, clock)
    said = incoming("Mensch", room="general", thread="t1", alone="room of anna")
    await inbox.accept("recording", [said])
    async with conversations.claim_next(clock()) as work:
        assert work.alone == "room of anna"
        await work.finish(record("Ich schreibe Ihnen.", ContinueAlone(AskedPerson("Mensch"))))
    async with conversations.claim_next(clock()) as work:
        assert (work.address, work.alone) == (Address("recording", "room of anna"), None)
        assert (work.input, work.person) == (AskedPerson("Mensch"), Person("recording", "anna"))
        await work.finish(record("Ihr Fall ist offen."))
    assert await answer_all(conversations, clock()) == 0
    assert len(await rows(database, tables.persons)) == 1


async def test_equal_ids_of_two_channels_are_two_messages(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(external_id="e1")])
    await inbox.accept("other", [incoming(external_id="e1", channel="other")])
    assert await answer_all(conversations, clock()) == 2


async def test_cursor_and_inputs_are_stored_together_or_not_at_all(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [], "c1")
    with pytest.raises(ValueError, match="another channel"):
        await inbox.accept("recording", [incoming(), incoming(channel="other")], "c2")
    assert await inbox.cursor("recording") == "c1"
    assert await inbox.cursor("other") is None
    assert await answer_all(conversations, clock()) == 0


async def test_text_no_database_can_keep_is_accepted(database, clock):
    inbox, conversations = parts(database, clock)
    evil = incoming("NUL \0, half a pair \ud83d, \u202e bidi, Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", user="a\0b\udcff", room="r\0")
    await inbox.accept("recording", [evil])
    await inbox.accept("recording", [evil])
    async with conversations.claim_next(clock()) as work:
        assert work.input.text.startswith("NUL \N{REPLACEMENT CHARACTER}, half a pair ?, ")
        work.finished = True
    assert len(await rows(database, tables.inbox)) == 1


async def test_a_message_too_long_is_kept_just_long_enough_to_notice(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("x" * 60_000)])
    async with conversations.claim_next(clock()) as work:
        assert len(work.input.text) == 4_001
        work.finished = True


@pytest.mark.parametrize("given", [Pressed("bonus.amount"), Rated(True, "some-outbox-id")])
async def test_presses_and_ratings_come_back_as_they_were(database, clock, given):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(given)])
    async with conversations.claim_next(clock()) as work:
        assert work.input == given
        work.finished = True


async def test_a_hundred_messages_at_once_are_limited_with_one_notice(database, clock):
    inbox, conversations = parts(database, clock)
    events = [incoming(f"Nachricht {number}") for number in range(100)]
    await asyncio.gather(*(inbox.accept("recording", events[start : start + 10]) for start in range(0, 100, 10)))
    stored = await rows(database, tables.inbox)
    assert [row.status for row in stored].count("waiting") >= MOST_WAITING
    assert len(stored) == 100
    notices = [row for row in await rows(database, tables.transcript) if row.who == "system"]
    assert [row.text for row in notices] == ["Das war zu viel auf einmal."]
    assert all(row.payload is None for row in stored if row.status == "refused")
    answered = await answer_all(conversations, clock())
    assert answered == [row.status for row in stored].count("waiting")
    await inbox.accept("recording", [incoming("geht es wieder?")])
    assert await answer(conversations, clock())


async def test_somebody_else_is_not_limited_and_later_floods_are_told_again(database, clock):
    inbox, _conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(user="anna") for _ in range(MOST_WAITING + 5)])
    await inbox.accept("recording", [incoming(user="ben")])
    clock.move(minutes=11)
    await inbox.accept("recording", [incoming(user="anna")])
    stored = await rows(database, tables.inbox)
    assert [row.status for row in stored].count("refused") == 6
    assert stored[-2].status == "waiting"
    assert len(await rows(database, tables.outbox)) == 2


@pytest.mark.parametrize("together", [True, False])
async def test_a_change_belongs_where_its_message_was_taken_in(database, clock, together):
    inbox, conversations = parts(database, clock)
    first = incoming("Frage", user="anna", room="group", thread="t1", external_id="m1")
    change = incoming(Edited("m1", "andere Frage"), user="anna", room="group")
    for batch in [[change, first]] if together else [[first], [change]]:
        await inbox.accept("recording", batch)
    seen = []
    while True:
        async with conversations.claim_next(clock()) as work:
            if work is None:
                break
            seen.append((work.input, work.address.thread, work.person.external_user))
            await work.finish(record())
    assert sorted(seen, key=repr) == [
        (Edited("m1", "andere Frage"), "t1", "anna"),
        (Utterance("Frage"), "t1", "anna"),
    ]


async def test_a_change_of_what_was_never_taken_in_is_nothing_of_ours(database, clock):
    inbox, _ = parts(database, clock)
    await inbox.accept("recording", [incoming(Edited("m1", "x")), incoming(Removed("m2"))], "c1")
    assert await rows(database, tables.inbox) == []
    assert await inbox.cursor("recording") == "c1"


async def test_only_the_author_changes_words_but_a_moderator_may_delete_them(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("Frage", user="anna", room="group", external_id="m1")])
    await answer_all(conversations, clock())
    await inbox.accept("recording", [incoming(Edited("m1", "fremd"), user="ben", room="group")])
    assert await answer_all(conversations, clock()) == 0
    await inbox.accept("recording", [incoming(Removed("m1"), user="ben", room="group")])
    async with conversations.claim_next(clock()) as work:
        assert (work.input, work.person.external_user) == (Removed("m1"), "anna")
        await work.finish(record())


async def test_what_came_from_an_encrypted_room_is_known_when_it_is_answered(database, clock):
    inbox, conversations = parts(database, clock)
    event = replace(incoming("Mensch", user="anna", room="group"), encrypted=True, alone="own room")
    await inbox.accept("recording", [event, incoming("offen", user="ben", room="other")])
    seen = {}
    for _ in range(3):
        async with conversations.claim_next(clock()) as work:
            seen[work.address.room] = work.encrypted
            taken_up = (ContinueAlone(Utterance("Mensch")),) if work.address.room == "group" else ()
            await work.finish(record(*taken_up))
    assert seen == {"group": True, "other": False, "own room": True}


@pytest.mark.parametrize(
    "given",
    [Unreadable(), AskedToVerify("abcd EFGH"), LedToCase(17, "en"), CameIn(moved=True), ReadByOthers(elsewhere=True)],
)
async def test_what_a_channel_tells_besides_words_survives_the_store(database, clock, given):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(given)])
    async with conversations.claim_next(clock()) as work:
        assert work.input == given
        await work.finish(record())


async def test_what_was_taken_in_is_known_by_its_id_also_once_its_person_is_forgotten(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("vergiss mich", external_id="e1")])
    assert await was_taken_in(database, "recording", "e1")
    async with conversations.claim_next(clock()) as work:
        await work.finish(record(ForgetPerson()))
    assert [await was_taken_in(database, "recording", event) for event in ("e1", "e2")] == [True, False]
    assert not await was_taken_in(database, "another", "e1")


async def test_the_unfinished_cases_of_a_room_are_found_with_whose_they_are_and_where_they_go_on(database, clock):
    inbox, conversations = parts(database, clock)
    said = [incoming("Mensch", user=user, room=room) for user, room in (("kim", "one"), ("ben", "one"), ("lea", "two"))]
    below = replace(said[1], address=replace(said[1].address, thread="t1"))
    await inbox.accept("recording", [said[0], below, said[2]])
    for _ in said:
        async with conversations.claim_next(clock()) as work:
            await work.finish(record(OpenCase("Mensch", "en", "asked", "koordination", None)))
    found = await find_cases_in(database, Address("recording", "one"))
    assert {(each.external_user, each.address.thread, each.locale) for each in found} == {
        ("kim", None, "en"), ("ben", "t1", "en"),
    }  # fmt: skip
    async with database.transaction() as connection:
        await connection.execute(update(tables.cases).values(state="resolved"))
    assert await find_cases_in(database, Address("recording", "one")) == ()
