"""What repeats an employee's message, when that is changed or taken back."""

import pytest

from bot.model import Edited, KeepEdit, RecordGap, Removed
from bot.store import tables
from bot.store.changed_messages import requoted
from bot.worker.inbox_loop import handle_next
from tests.fakes import incoming
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
