"""What repeats an employee's message, when that is changed or taken back."""

import asyncio
import uuid

import pytest

from bot.model import Address, ContinueAlone, Edited, KeepEdit, OpenCase, RecordGap, Removed
from bot.store import tables
from bot.store.changed_messages import keep_edit, requoted
from bot.store.saying import Listener
from bot.worker.inbox_loop import handle_next
from tests.fakes import incoming, record
from tests.store.rows import answer, parts, rows, words_in


@pytest.mark.parametrize(
    ("question", "before", "after", "then"),
    [
        ("Wie viel? – Mensch", "Wie viel?", "Wie lange?", "Wie lange? – Mensch"),
        ("Wie viel? – Mensch", "Mensch", "", "Wie viel?"),
        ("Wie viel? – Mensch", "Wie viel?", "", "Mensch"),
        ("geheim", "geheim", "", ""),
        ("2500 Euro und 25 Stunden", "25", "30", "2500 Euro und 25 Stunden"),
        ("25 – 2500 Euro und 25 Stunden", "25", "30", "30 – 2500 Euro und 25 Stunden"),
        ("a – b – Mensch", "a – b", "c", "c – Mensch"),
        (r"Kurs \1 – Mensch", "Mensch", r"\1", r"Kurs \1 – \1"),
    ],
)
def test_only_the_message_that_was_changed_changes_in_the_question_of_a_case(question, before, after, then):
    assert requoted(question, before, after) == then


def test_a_part_of_a_deleted_message_goes_with_it():
    asked = "Was zahlt der Bonus? Und was ist mit Ostern?"
    assert requoted(f"{asked} – Und was ist mit Ostern? – Mensch", asked, "") == "Mensch"


@pytest.mark.parametrize(
    ("question", "before", "after", "standing", "then"),
    [
        (
            "Was zahlt der Bonus in Teilzeit? – Teilzeit",
            "Was zahlt der Bonus in Teilzeit?",
            "",
            ["Teilzeit"],
            "Teilzeit",
        ),
        (
            "Was zahlt der Bonus in Teilzeit? – Teilzeit",
            "Teilzeit",
            "Vollzeit",
            [],
            "Was zahlt der Bonus in Teilzeit? – Vollzeit",
        ),
        ("Ja – Mensch", "Ja", "", ["Ja"], "Ja – Mensch"),
        ("Ja – Mensch", "Ja", "", ["Mensch"], "Mensch"),
    ],
)
def test_what_another_message_says_stays_in_the_question_of_a_case(question, before, after, standing, then):
    assert requoted(question, before, after, standing) == then


async def everything(database):
    """Every value of every table, as one text. (A row as a text leaves out the middle of a long value.)"""
    return " ".join(
        [str([tuple(row) for row in await rows(database, table)]) for table in tables.metadata.sorted_tables]
    )


MARKER = "PLANTEDONE"
QUESTION = f"Was zahlt der Bonus bei {MARKER}"
PART = f"Wie heißt der Hund von {MARKER}?"
AGAIN = f"Wie viel zahlt der Bonus bei {MARKER}"


async def test_a_deleted_question_stands_nowhere_and_comes_back_in_no_case(database, clock, trained):
    inbox, conversations = parts(database, clock)

    async def says(given, **more):
        """One input through the real turn; the clock goes on, as it does between two messages."""
        clock.move(seconds=5)
        await inbox.accept("recording", [incoming(given, **more)])
        while await handle_next(conversations, trained.content, trained.reader, clock()):
            pass

    await says(QUESTION, external_id="m1")
    await says(Edited("m1", AGAIN))
    assert AGAIN in [row.state["asked"] for row in await rows(database, tables.conversations)]
    await says(f"Xyzzy blubb {MARKER} qwertz", external_id="m2")
    assert MARKER in words_in(await rows(database, tables.gaps))
    for message in ("m2", "m1"):
        await says(Removed(message))
    assert MARKER not in await everything(database)

    await says("Mensch")
    (case,) = await rows(database, tables.cases)
    assert case.question == "Mensch"


async def test_a_deleted_question_is_gone_also_where_it_was_taken_up_alone(database, clock, trained):
    inbox, conversations = parts(database, clock)
    for given, name in ((QUESTION, "m1"), ("Mensch", "m2"), (Removed("m1"), "m3")):
        clock.move(seconds=5)
        await inbox.accept("recording", [incoming(given, external_id=name, room="group", alone="room of anna")])
        while await handle_next(conversations, trained.content, trained.reader, clock()):
            pass
        if name == "m2":
            (case,) = await rows(database, tables.cases)
            assert case.question == f"{QUESTION} – Mensch"
    (case,) = await rows(database, tables.cases)
    assert case.question == "Mensch"
    assert MARKER not in await everything(database)


REFUSED = f"Mein Antrag wurde abgelehnt, {MARKER}, was nun?"


def said_in_a_group(given, name):
    return incoming(given, external_id=name, room="group", alone="room of anna")


async def test_the_conversation_in_which_a_message_was_taken_up_forgets_it_too(database, clock, trained):
    inbox, conversations = parts(database, clock)

    async def takes_it_up():
        while await handle_next(conversations, trained.content, trained.reader, clock()):
            pass
        clock.move(seconds=5)

    await inbox.accept("recording", [said_in_a_group(REFUSED, "m1")])
    await takes_it_up()
    remembered = {row.room: repr(row.state) for row in await rows(database, tables.conversations)}
    assert MARKER in remembered["room of anna"]

    await inbox.accept("recording", [said_in_a_group(Removed("m1"), "m2")])
    await takes_it_up()
    assert MARKER not in await everything(database)

    await inbox.accept("recording", [incoming("Mensch")])
    await takes_it_up()
    (case,) = await rows(database, tables.cases)
    assert case.question == "Mensch"


@pytest.mark.parametrize(("change", "then"), [(Removed("m1"), []), (Edited("m1", "Danke"), ["Danke"])])
async def test_a_message_that_is_changed_before_it_is_taken_up_is_taken_up_as_changed(
    database, clock, trained, change, then
):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [said_in_a_group(REFUSED, "m1")])
    assert await handle_next(conversations, trained.content, trained.reader, clock())
    (copy,) = [row for row in await rows(database, tables.inbox) if row.status == "waiting"]
    assert MARKER in repr(copy.payload)
    clock.move(seconds=5)
    async with database.transaction() as connection:
        listener = Listener(1, Address("recording", "group"), copy.person_id)
        assert await keep_edit(connection, listener, KeepEdit("m1", getattr(change, "text", None)), clock())
    waiting = [row.payload["text"] for row in await rows(database, tables.inbox) if row.status == "waiting"]
    assert waiting == then
    assert MARKER not in words_in(await rows(database, tables.inbox) + await rows(database, tables.transcript))


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
@pytest.mark.parametrize("said", [REFUSED, f"Ich möchte einen Menschen, {MARKER}"])
async def test_a_message_that_is_taken_back_while_it_is_taken_up_is_gone_all_the_same(database, clock, trained, said):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [said_in_a_group(said, "m1")])
    assert await handle_next(conversations, trained.content, trained.reader, clock())
    clock.move(seconds=5)
    await inbox.accept("recording", [said_in_a_group(Removed("m1"), "m2")])
    async with conversations.claim_next(clock()) as copy:
        removing = asyncio.create_task(handle_next(conversations, trained.content, trained.reader, clock()))
        await asyncio.wait({removing}, timeout=0.5)  # by then it waits for the conversation that takes the message up
        await copy.finish(record("Echo", OpenCase(said, "de", "asked", "koordination", None)))
    assert await removing
    said_then = [row.text for row in await rows(database, tables.transcript) if row.who == "user"]
    assert MARKER not in repr(said_then)
    assert MARKER not in words_in(await rows(database, tables.cases))


@pytest.mark.parametrize(
    ("first", "then"), [(REFUSED, f"{REFUSED}!"), ("Ich möchte einen Menschn", "Ich möchte einen Menschen")]
)
async def test_a_message_that_is_changed_before_it_is_taken_up_is_taken_up_once(database, clock, trained, first, then):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [said_in_a_group(first, "m1"), said_in_a_group(Edited("m1", then), "m2")])
    while await handle_next(conversations, trained.content, trained.reader, clock()):
        clock.move(seconds=1)
    said = [row for row in await rows(database, tables.transcript) if row.who == "user"]
    assert [row.text for row in said if row.external_id.startswith("alone:")] == [then]


async def said_there(database):
    """What was said, by the id of the message it is, or is the copy of."""
    said = [row for row in await rows(database, tables.transcript) if row.who == "user"]
    return sorted((row.external_id.split(":")[-1], row.external_id.startswith("alone:"), row.text) for row in said)


async def remembered_alone(database):
    """Whether the conversation remembers the words in which the person is alone with Lotse."""
    (place,) = [row for row in await rows(database, tables.conversations) if row.room == "room of anna"]
    return MARKER in repr(place.state)


async def say_in_a_group(database, clock, trained, *said):
    """Each of these inputs through the real turn, and what follows from it."""
    inbox, conversations = parts(database, clock)
    for given, name in said:
        clock.move(seconds=5)
        await inbox.accept("recording", [said_in_a_group(given, name)])
        while await handle_next(conversations, trained.content, trained.reader, clock()):
            pass


@pytest.mark.parametrize(
    ("change", "now_says"), [(Removed("m1"), ""), (Edited("m1", "Ostern ist schön"), "Ostern ist schön")]
)
async def test_the_same_words_in_another_message_stay_where_that_was_taken_up(
    database, clock, trained, change, now_says
):
    await say_in_a_group(database, clock, trained, (REFUSED, "m1"), (REFUSED, "m2"), (change, "m3"))
    assert await said_there(database) == [
        ("m1", False, now_says), ("m1", True, now_says), ("m2", False, REFUSED), ("m2", True, REFUSED),
    ]  # fmt: skip
    assert await remembered_alone(database)
    await say_in_a_group(database, clock, trained, (Removed("m2"), "m4"))
    assert MARKER not in await everything(database)


async def test_a_copy_of_a_message_that_is_gone_is_nothing_to_another_one_with_the_same_words(database, clock, trained):
    await say_in_a_group(database, clock, trained, (REFUSED, "m1"))
    async with database.transaction() as connection:  # as after its time, where the copy belongs to a case
        await connection.execute(tables.transcript.delete().where(tables.transcript.c.external_id == "m1"))
        await connection.execute(tables.inbox.update().values(payload=None))
    await say_in_a_group(database, clock, trained, (REFUSED, "m2"), (Removed("m2"), "m3"))
    assert await said_there(database) == [("m1", True, REFUSED), ("m2", False, ""), ("m2", True, "")]
    assert await remembered_alone(database)


async def test_a_copy_of_another_message_that_waits_is_taken_up_although_one_with_the_same_words_is_deleted(
    database, clock, trained
):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [said_in_a_group(REFUSED, "m1"), said_in_a_group(REFUSED, "m2")])
    for _ in range(2):
        async with conversations.claim_next(clock()) as work:
            assert work.address.room == "group"
            await work.finish(record("Ich schreibe Ihnen.", ContinueAlone(work.input)))
    clock.move(seconds=5)
    copies = [row for row in await rows(database, tables.inbox) if row.status == "waiting"]
    async with database.transaction() as connection:
        listener = Listener(1, Address("recording", "group"), copies[0].person_id)
        assert await keep_edit(connection, listener, KeepEdit("m1", None), clock())
    waiting = [row.external_id for row in await rows(database, tables.inbox) if row.status == "waiting"]
    assert [name.split(":")[-1] for name in waiting] == ["m2"]


async def test_a_copy_an_earlier_release_made_is_known_by_its_words(database, clock, trained):
    await say_in_a_group(database, clock, trained, (REFUSED, "m1"))
    async with database.transaction() as connection:
        for table in (tables.inbox, tables.transcript):
            copy = table.c.external_id.startswith("alone:")
            await connection.execute(table.update().where(copy).values(external_id=f"alone:{uuid.uuid4()}"))
    await say_in_a_group(database, clock, trained, (Removed("m1"), "m2"))
    assert MARKER not in await everything(database)


async def test_a_part_lotse_said_it_did_not_understand_is_quoted_no_more(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(f"Was zahlt der Bonus? {PART}", external_id="m1")])
    said = f"Der „Bonus SH“ zahlt viel. Diesen Teil habe ich nicht verstanden: „{PART}“."
    assert await answer(conversations, clock(), said, RecordGap("missed", PART, None))
    assert MARKER in str([row.delivery for row in await rows(database, tables.outbox)])
    clock.move(seconds=5)
    await inbox.accept("recording", [incoming(Removed("m1"))])
    assert await answer(conversations, clock(), KeepEdit("m1", None))
    assert MARKER not in await everything(database)
    (line,) = [row for row in await rows(database, tables.transcript) if row.who == "lotse"]
    assert line.text == "Der „Bonus SH“ zahlt viel. Diesen Teil habe ich nicht verstanden: „…“."
