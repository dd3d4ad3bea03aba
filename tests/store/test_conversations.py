import asyncio
from dataclasses import replace

import pytest

from bot.errors import StoreUnavailable
from bot.model import (
    CASE_NUMBER,
    Address,
    CaseContext,
    Choice,
    LookedUp,
    LookUp,
    OpenCase,
    OutboxId,
    Pressed,
    Rated,
    Reacted,
    RecordGap,
    RecordRating,
    Say,
    SetTimer,
    ShownAnswer,
)
from bot.store import tables
from bot.store.cases import cases_of, close_case, list_cases
from bot.store.conversations import MOST_ATTEMPTS, Conversations, TurnFailed
from bot.store.gaps import list_questions
from bot.store.sent_replies import find_owner
from bot.store.transcripts import ConversationReading, find_line, read_transcript
from tests.conftest import NOW
from tests.fakes import incoming, record, reply
from tests.store.rows import answer, answer_all, parts, rows

CASE = OpenCase(
    "Bitte ein Mensch",
    "de",
    "asked",
    "foerderung",
    "bonus",
    CaseContext(
        (("bonus.amount", 61.0),),
        ("bonus", 70.0),
        "amount",
        ("minijob",),
        (ShownAnswer("bonus.overview", NOW, "de", "0123abcd", "fedc"),),
        ("say:bonus.amount",),
        ("person",),
        2,
    ),
)


async def test_a_turn_writes_everything_in_one_go(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("Was zahlt das Land?")
    await inbox.accept("recording", [event])
    gap = RecordGap("missed", "Was zahlt das Land?", None, ("a", "b"))
    said = Say(reply(f"Fall {CASE_NUMBER} ist offen.", choices=(Choice(f"Fall {CASE_NUMBER}", "x"),)))
    timer = SetTimer("remind", clock.now)
    state = {"version": 1, "topic": "bonus", "notes": {"z": "1", "a": "2"}}
    assert await answer(
        conversations, clock(), said, CASE, gap, timer, state=state, label="bonus.amount", introduced=True
    )

    user, lotse = await read_transcript(database, event.address)
    assert (user.who, user.text, user.external_id, user.visible) == (
        "user",
        "Was zahlt das Land?",
        event.external_id,
        True,
    )
    assert lotse.text == "Fall 1 ist offen.\n\n1. Fall 1"
    assert lotse.reply.choices == (Choice("Fall 1", "x"),)
    assert (lotse.label, lotse.reason.rule, lotse.delivery, lotse.visible) == ("bonus.amount", "test", "waiting", False)
    (sent,) = await rows(database, tables.outbox)
    assert sent.id == lotse.outbox_id
    assert CASE_NUMBER not in str(sent.delivery)
    (case,) = await cases_of(database, event.address)
    assert (case.number, case.question, case.context) == (1, "Bitte ein Mensch", CASE.context)
    assert await list_cases(database) == (case,)
    assert [found.text for found in await list_questions(database)] == ["Was zahlt das Land?"]
    assert [row.version for row in await rows(database, tables.timers)] == [1]
    await inbox.accept("recording", [incoming("und weiter?")])
    async with conversations.claim_next(clock()) as work:
        assert (work.state, work.locale, work.introduced, work.open_case) == (state, "de", True, 1)
        work.finished = True


async def test_inputs_of_one_conversation_are_answered_in_their_order(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("0")
    await inbox.accept("recording", [event, *(incoming(str(number)) for number in range(1, 6))])
    await answer_all(conversations, clock())
    lines = await read_transcript(database, event.address)
    assert [line.text for line in lines if line.who == "user"] == ["0", "1", "2", "3", "4", "5"]


async def test_a_failed_turn_leaves_no_trace_and_the_input_waiting(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming()])

    async def turn_that_breaks():
        async with conversations.claim_next(clock()) as work:
            await work.finish(record("halb fertig", CASE))
            raise KeyError("secret words")

    with pytest.raises(TurnFailed) as failed:
        await turn_that_breaks()
    assert (failed.value.attempts, failed.value.parked) == (1, False)
    assert isinstance(failed.value.__cause__, KeyError)
    (row,) = await rows(database, tables.inbox)
    assert (row.status, row.attempts) == ("waiting", 1)
    assert row.error.startswith("KeyError at test_conversations.py:")
    for table in (tables.transcript, tables.outbox, tables.cases):
        assert await rows(database, table) == []
    assert await answer(conversations, clock(), "jetzt aber")


async def test_after_three_attempts_a_person_sees_it_and_the_conversation_goes_on(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("daran scheitert es")
    await inbox.accept("recording", [event, incoming("und das?")])
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with pytest.raises(TurnFailed) as failed:
            async with conversations.claim_next(clock()):
                raise ZeroDivisionError
        assert (failed.value.attempts, failed.value.parked) == (attempt, attempt == MOST_ATTEMPTS)
    user, apology = await read_transcript(database, event.address)
    assert (user.text, apology.text, apology.who) == ("daran scheitert es", "Entschuldigung, Fall 1.", "system")
    assert [case.question for case in await list_cases(database)] == ["daran scheitert es"]
    assert len(await rows(database, tables.outbox)) == 1
    assert await answer_all(conversations, clock()) == 1


async def test_an_input_that_cannot_be_read_is_parked_like_any_other(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming()])
    async with database.transaction() as connection:
        await connection.execute(tables.inbox.update().values(payload={"kind": "from a later release"}))
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(TurnFailed):
            await answer(conversations, clock())
    assert [row.status for row in await rows(database, tables.inbox)] == ["parked"]
    assert len(await list_cases(database)) == 1


async def test_a_turn_that_forgets_to_finish_is_a_failed_turn(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming()])
    with pytest.raises(TurnFailed):
        async with conversations.claim_next(clock()):
            pass


async def test_a_database_that_does_not_answer_counts_against_nobody(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming()])
    with pytest.raises(StoreUnavailable):
        async with conversations.claim_next(clock()):
            raise StoreUnavailable("away")
    assert [row.attempts for row in await rows(database, tables.inbox)] == [0]


async def test_a_cancelled_turn_leaves_the_input_waiting(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming()])
    inside = asyncio.Event()

    async def slow_turn():
        async with conversations.claim_next(clock()):
            inside.set()
            await asyncio.Event().wait()

    turn = asyncio.create_task(slow_turn())
    await inside.wait()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    assert [row.attempts for row in await rows(database, tables.inbox)] == [0]
    assert await answer(conversations, clock())


async def test_a_state_changed_meanwhile_is_not_overwritten(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming()])

    async def turn_overtaken():
        async with conversations.claim_next(clock()) as work:
            await work._held.connection.execute(tables.conversations.update().values(state_version=7))
            await work.finish(record("zu spät"))

    with pytest.raises(StoreUnavailable, match="done again"):
        await turn_overtaken()
    assert database.write_failure is None, "it is done again by itself, so nobody need hear of it"
    assert await answer(conversations, clock())


async def test_a_press_stands_in_the_transcript_with_its_words(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("Bonus")
    await inbox.accept("recording", [event])
    await answer(
        conversations, clock(), Say(reply("Was möchten Sie wissen?", choices=(Choice("Wie viel?", "bonus.amount"),)))
    )
    await inbox.accept("recording", [incoming(Pressed("bonus.amount")), incoming(Pressed("unknown"))])
    await inbox.accept("recording", [incoming(Reacted("m1", "👍"))])
    await answer_all(conversations, clock())
    lines = await read_transcript(database, event.address)
    assert [line.text for line in lines if line.who == "user"] == ["Bonus", "Wie viel?", "👍"]


async def test_the_last_rating_of_an_answer_counts(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("Bonus")
    await inbox.accept("recording", [event])
    await answer(conversations, clock(), "60 %", label="bonus.amount")
    about = (await read_transcript(database, event.address))[-1].outbox_id
    for helpful in (True, False):
        await inbox.accept("recording", [incoming(Rated(helpful, about))])
        await answer(conversations, clock(), RecordRating(about, "bonus.amount", helpful))
    lines = await read_transcript(database, event.address)
    assert [(line.who, line.rating) for line in lines] == [("user", None), ("lotse", False)]
    await inbox.accept("recording", [incoming("hilfreich")])
    await answer(conversations, clock(), RecordRating(None, "bonus.amount", True))
    assert (await find_line(database, event.address, outbox_id=about)).rating is True
    assert len(await rows(database, tables.ratings)) == 1


async def test_a_look_up_comes_back_as_an_input_of_the_same_conversation(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming("meine daten")
    await inbox.accept("recording", [event])
    await answer(conversations, clock(), LookUp("person_data"))
    async with conversations.claim_next(clock()) as work:
        assert isinstance(work.input, LookedUp)
        assert dict(work.input.found) == {
            "messages": 1,
            "waiting": 0,
            "outgoing": 0,
            "cases": 0,
            "gaps": 0,
            "ratings": 0,
        }
        assert work.address == event.address
        await work.finish(record("Das ist gespeichert: …"))
    assert [line.who for line in await read_transcript(database, event.address)] == ["user", "lotse"]


async def test_the_cases_of_a_person_are_found_from_another_conversation(database, clock):
    inbox, conversations = parts(database, clock)
    for user, room in (("anna", "first"), ("ben", "second")):
        await inbox.accept("recording", [incoming("Mensch", user=user, room=room, external_id=f"{user} in {room}")])
        await answer(conversations, clock(), CASE)
    assert await close_case(database, 2, actor="operator", now=clock())
    for user, found in (("anna", (("open", 1),)), ("ben", ())):
        await inbox.accept("recording", [incoming("Status?", user=user, room="third", external_id=f"{user} in third")])
        await answer(conversations, clock(), LookUp("cases"))
        async with conversations.claim_next(clock()) as work:
            assert work.input == LookedUp("cases", found)
            await work.finish(record("So steht es."))


async def test_one_conversation_sees_nothing_of_another(database, clock):
    inbox, conversations = parts(database, clock)
    mine, yours = incoming("meins", user="anna"), incoming("deins", user="ben", thread="t1")
    await inbox.accept("recording", [mine, yours])
    await answer_all(conversations, clock())
    foreign = (await read_transcript(database, yours.address))[-1]
    assert await find_line(database, mine.address, line_id=foreign.id) is None
    assert await find_line(database, mine.address, outbox_id=foreign.outbox_id) is None
    assert await find_line(database, yours.address, line_id=foreign.id) == foreign
    assert [line.text for line in await read_transcript(database, mine.address)] == ["meins", "Echo: meins"]
    in_the_room_itself = incoming(user="ben").address
    assert await read_transcript(database, in_the_room_itself) == ()


async def test_a_page_reads_the_newest_lines_and_what_still_waits(database, clock):
    inbox, conversations = parts(database, clock)
    events = [incoming(str(number)) for number in range(5)]
    await inbox.accept("recording", events[:4])
    await answer_all(conversations, clock())
    await inbox.accept("recording", events[4:])
    lines = await read_transcript(database, events[0].address, limit=3)
    assert [line.text for line in lines] == ["Echo: 2", "3", "Echo: 3"]
    assert [line.text for line in await read_transcript(database, events[0].address, after_id=lines[1].id)] == [
        "Echo: 3"
    ]
    newest, waiting = await ConversationReading(database, events[0].address, 3).look()
    assert newest == lines
    assert [found.external_id for found in waiting] == [events[4].external_id]


async def test_a_closed_case_is_no_longer_the_open_one(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(), incoming()])
    await answer(conversations, clock(), CASE)
    assert await close_case(database, 1, actor="operator", now=clock())
    assert not await close_case(database, 1, actor="operator", now=clock())
    (case,) = await list_cases(database, states=None)
    assert (case.state, case.version, case.closed_at) == ("closed", 2, clock())
    async with conversations.claim_next(clock()) as work:
        assert work.open_case is None
        work.finished = True
    assert await list_cases(database) == ()


async def test_a_case_is_nobodys_but_its_persons_whoever_else_writes_where_it_goes_on(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(room="!r")])
    await answer(conversations, clock(), CASE)
    for user, case in (("lea", None), ("anna", 1)):
        await inbox.accept("recording", [incoming("Meine Frage", user=user, room="!r")])
        async with conversations.claim_next(clock()) as work:
            assert work.open_case == case
            await work.finish(record("Echo"))


async def test_a_conversation_is_of_whoever_has_the_case_there_else_of_who_wrote_first(database, clock):
    inbox, conversations = parts(database, clock)
    there = Address("recording", "!r")
    assert await find_owner(database, there) is None
    for user in ("lea", "anna"):
        await inbox.accept("recording", [incoming(user=user, room="!r")])
    assert await find_owner(database, there) == "lea"
    await answer(conversations, clock())
    await answer(conversations, clock(), CASE)
    assert await find_owner(database, there) == "anna"
    assert await find_owner(database, replace(there, thread="$t")) is None


@pytest.mark.parametrize("about", [None, OutboxId("unknown")])
async def test_a_rating_of_nothing_in_particular_is_kept(database, clock, about):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("hilfreich")])
    await answer(conversations, clock(), RecordRating(about, "", True))
    assert [row.helpful for row in await rows(database, tables.ratings)] == [True]


async def test_when_even_the_apology_fails_the_others_are_still_answered(database, clock):
    inbox, _ = parts(database, clock)
    await inbox.accept("recording", [incoming("kaputt", user="anna"), incoming("heil", user="ben")])

    def no_words(work):
        raise KeyError("no words")

    conversations = Conversations(database, no_words)
    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(TurnFailed):
            await turn_that_raises(conversations, clock)
    with pytest.raises(KeyError):
        await turn_that_raises(conversations, clock)
    assert [row.status for row in await rows(database, tables.inbox)] == ["parked", "waiting"]
    assert await answer_all(conversations, clock()) == 1


async def turn_that_raises(conversations, clock):
    async with conversations.claim_next(clock()):
        raise ZeroDivisionError
