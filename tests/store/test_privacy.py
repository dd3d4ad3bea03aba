"""Forgetting and keeping: proved with a marker planted in every column, and by looking into the file itself."""

import itertools
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from bot.dialogue.person_report import report_of, report_text
from bot.handoff.case_events import Withdraws
from bot.handoff.case_states import decide
from bot.model import CASE_NUMBER, ForgetPerson, MoveCase, OpenCase, Person, RecordGap, RecordRating, Say, SetTimer
from bot.store import tables
from bot.store.cases import close_case
from bot.store.outbox import Outbox
from bot.store.personal_data import can_hold_text, tables_with
from bot.store.privacy import Retention, apply_retention, forget, person_data
from bot.store.tables import Json, UtcDateTime, metadata
from bot.store.telling import UNTOLD
from bot.store.transcripts import read_transcript
from tests.conftest import NOW
from tests.desk_people import DeskOffice
from tests.fakes import incoming, record, reply
from tests.store.rows import answer, answer_all, parts, rows, words_in

MARKER = "Zw47fisk"
"""Eight characters, so that it fits into the shortest column that takes a text."""
ANNA = Person("recording", f"{MARKER} user")
NOBODYS = {table.name for table in tables_with("nobody")}
"""Tables that must not hold anything of a person in the first place; the marker is not planted there."""

AUDITED = {"state": "open", "team": "foerderung", "owner": "anna.petersen"}
"""What the audit of a case repeats: words and names of ours, so the marker is not planted there."""


async def plant(database, clock, marker=MARKER):
    """One row in every table about a person, with the marker in every column that can hold text.

    Only the name of a channel is a word the program itself chooses, and it leads to the right person.
    """
    number = itertools.count(1000)
    ids = {}

    def value(column):
        if column.foreign_keys:
            (key,) = column.foreign_keys
            return ids.get(key.column.table.name)
        if isinstance(column.type, UtcDateTime):
            return clock()
        if isinstance(column.type, type(Json)):
            return {marker: [marker]}
        if column.name in ("channel", "external_user"):
            return "recording" if column.name == "channel" else f"{marker} user"
        if column.table is tables.cases and column.name in AUDITED:
            return AUDITED[column.name]
        if can_hold_text(column):
            return f"{marker} {next(number)}"[: getattr(column.type, "length", None)]
        return True if str(column.type) == "BOOLEAN" else next(number)

    async with database.transaction() as connection:
        for table in metadata.sorted_tables:
            if table.name not in NOBODYS:
                given = {column.name: value(column) for column in table.columns if not column.primary_key}
                (key,) = table.primary_key
                made = await connection.execute(insert(table).values(given).returning(key))
                ids[table.name] = made.scalar_one()
    return ids


async def traces(database, marker=MARKER):
    """Every (table, column) in which the marker stands."""
    found = []
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                found += [(table.name, name) for name, content in row.items() if marker in str(content)]
    return found


def bytes_of(database):
    """The database file and its log as they lie on the disk, freed pages included."""
    file = Path(database.engine.url.database)
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


async def snapshot(database):
    return {table.name: await rows(database, table) for table in metadata.sorted_tables if table.name != "audit"}


async def test_forgetting_leaves_no_trace_in_any_table_or_file(database, clock):
    others = "Bw47fisk"
    await plant(database, clock, others)
    before = await snapshot(database)
    await plant(database, clock)
    everywhere = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if table.name not in NOBODYS and can_hold_text(column) and column.name != "channel"
        if table is not tables.cases or column.name not in AUDITED
    }
    assert set(await traces(database)) == everywhere
    if database.is_sqlite:
        assert MARKER.encode() in bytes_of(database)
    receipt = await forget(database, ANNA, actor="operator", now=clock())
    assert await traces(database) == []
    if database.is_sqlite:
        assert MARKER.encode() not in bytes_of(database)
        assert others.encode() in bytes_of(database)
    planted = {table.name for table in metadata.sorted_tables} - NOBODYS
    assert {name for name, count in receipt.deleted.items() if count} == planted - {"inbox"}
    assert (receipt.emptied, receipt.overwritten) == (
        {"inbox": 1, "conversations": 0},
        True if database.is_sqlite else None,
    )
    assert [(row.action, row.actor) for row in await rows(database, tables.audit)] == [
        ("person_forgotten", "operator"),
    ]
    assert [row.to_state for row in await rows(database, tables.case_events)] == ["erased"]
    left = await snapshot(database)
    assert (before.pop("case_events"), len(left.pop("case_events"))) == ([], 1)
    assert left.pop("inbox")[:-1] == before.pop("inbox"), "of the input only the digest of its id is left"
    assert left == before, "what belongs to somebody else is as it was"
    assert await forget(database, ANNA, actor="operator", now=clock()) is None
    assert await person_data(database, ANNA) is None


async def test_the_export_holds_everything_that_was_planted(database, clock):
    await plant(database, clock, "Bw47fisk")
    await plant(database, clock)
    data = await person_data(database, ANNA)
    assert set(data) == {table.name for table in metadata.sorted_tables} - NOBODYS
    found = {
        (name, column) for name, kept in data.items() for row in kept for column in row if MARKER in str(row[column])
    }
    assert found == set(await traces(database))
    assert json.loads(json.dumps(data)) == data
    assert "Bw47fisk" not in json.dumps(data)
    for locale in ("de", "en"):
        text = report_text(report_of(data, locale))
        assert text.count(MARKER) >= len(found)


async def test_the_export_leaves_out_what_others_wrote_in_the_same_room(database, clock):
    inbox, conversations = parts(database, clock)
    mine, yours = incoming("meins", user="anna", room="room"), incoming(MARKER, user="ben", room="room")
    await inbox.accept("recording", [mine, yours])
    await answer(conversations, clock())
    await answer(conversations, clock(), f"Antwort {MARKER}", state={"asked": MARKER})
    data = await person_data(database, Person("recording", "anna"))
    assert MARKER not in json.dumps(data)
    assert [row["text"] for row in data["transcript"]] == ["meins", "Echo: meins"]


async def test_forgetting_by_chat_takes_everything_but_the_confirmation(database, clock):
    inbox, conversations = parts(database, clock)
    events = [incoming(f"{MARKER} {number}", external_id=f"{MARKER}{number}") for number in range(4)]
    await inbox.accept("recording", events)
    case = OpenCase(MARKER, "de", MARKER, "foerderung", None)
    gap, timer = RecordGap("missed", MARKER, None), SetTimer("remind", clock() + timedelta(days=1))
    rating = RecordRating(None, MARKER, True)
    await answer(
        conversations,
        clock(),
        f"{MARKER} {CASE_NUMBER}",
        case,
        gap,
        timer,
        rating,
        state={"pending": MARKER},
        label=MARKER,
    )
    await answer(
        conversations, clock(), Say(reply("Ihre Daten sind gelöscht.")), ForgetPerson(), state={"text": MARKER}
    )
    assert await traces(database) == []
    assert [row.text for row in await read_transcript(database, events[0].address)] == ["Ihre Daten sind gelöscht."]
    item = await Outbox(database).claim_next("recording", clock())
    assert item.delivery.reply == reply("Ihre Daten sind gelöscht.")
    await Outbox(database).sent(item.delivery.outbox_id, "p1", clock())
    assert not await answer(conversations, clock()), "what still waited is not answered any more"

    await inbox.accept("recording", events)
    assert not await answer(conversations, clock()), "a repeated event is not taken for a new message"
    await inbox.accept("recording", [incoming("ich bin wieder da")])
    async with conversations.claim_next(clock()) as work:
        assert (work.state, work.locale, work.introduced, work.open_case) == (None, None, False, None)
        await work.finish(record("Guten Tag", introduced=True))
    clock.move(hours=25)
    await apply_retention(database, Retention(), clock())
    assert "gelöscht" not in words_in(await rows(database, tables.transcript))


async def test_forgetting_one_leaves_the_others_in_the_same_room(database, clock):
    inbox, conversations = parts(database, clock)
    mine, yours = incoming(MARKER, user="anna", room="room"), incoming("bleibt", user="ben", room="room")
    await inbox.accept("recording", [mine, yours])
    await answer(conversations, clock(), f"Echo: {MARKER}", OpenCase(MARKER, "de", "asked", "foerderung", None))
    await answer(conversations, clock(), "Echo: bleibt", OpenCase("bleibt", "de", "asked", "foerderung", None))
    assert await forget(database, Person("recording", "anna"), actor="operator", now=clock())
    assert await traces(database) == []
    assert [line.text for line in await read_transcript(database, mine.address)] == ["bleibt", "Echo: bleibt"]
    assert [row.state for row in await rows(database, tables.conversations)] == [None]
    assert [row.external_user for row in await rows(database, tables.persons)] == ["ben"]
    assert [(row.question, row.state) for row in await rows(database, tables.cases)] == [("bleibt", "open")]


async def test_a_person_forgotten_while_a_message_is_on_its_way(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming()])
    await answer(conversations, clock())
    outbox = Outbox(database)
    item = await outbox.claim_next("recording", clock())
    await forget(database, Person("recording", "anna"), actor="operator", now=clock())
    await outbox.sent(item.delivery.outbox_id, "p1", clock())
    assert await rows(database, tables.outbox) == []


async def deliver_all(database, clock):
    outbox = Outbox(database)
    while (item := await outbox.claim_next("recording", clock())) is not None:
        await outbox.sent(item.delivery.outbox_id, "p1", clock())


async def test_periods_are_kept_to_the_hour(database, clock):
    inbox, conversations = parts(database, clock)
    case = OpenCase(MARKER, "de", "asked", "foerderung", None)
    await inbox.accept("recording", [incoming(MARKER, user="anna"), incoming(MARKER, user="ben")])
    await answer(conversations, clock(), MARKER, RecordGap("missed", MARKER, None), RecordRating(None, "x", True))
    await answer(conversations, clock(), MARKER, case)
    await deliver_all(database, clock)
    started = clock()

    async def after(**units):
        clock.now = started + timedelta(**units)
        await apply_retention(database, Retention(), clock())
        return sorted(set(await traces(database)))

    said = [("transcript", "reply"), ("transcript", "text")]
    assert ("inbox", "payload") in await after(hours=23)
    everything = [("cases", "question"), ("gaps", "question"), *said]
    assert await after(hours=25) == everything
    assert len(await rows(database, tables.inbox)) == 2
    assert await after(days=29, hours=23) == everything
    assert len(await rows(database, tables.persons)) == 2
    assert await after(days=30, hours=1) == everything
    assert len(await rows(database, tables.inbox)) == 0
    assert [row.person_id for row in await rows(database, tables.ratings)] == [None]
    assert len(await rows(database, tables.transcript)) == 2, "only what belongs to the case is left"
    assert len(await rows(database, tables.conversations)) == 1
    assert await after(days=179) == everything, "an open case is kept, however old"
    await close_case(database, 1, actor="operator", now=clock())
    assert await after(days=181) == [("cases", "question"), *said]
    assert await after(days=358) == [("cases", "question"), *said]
    assert await after(days=360) == []
    for table in (tables.conversations, tables.persons, tables.transcript, tables.outbox):
        assert await rows(database, table) == []
    assert [row.event for row in await rows(database, tables.case_events)] == ["opens", "closes"]


@pytest.mark.parametrize(
    ("ended", "kept"),
    [
        ({"state": "closed", "closed_at": NOW}, 180),
        ({"state": "muted", "closed_at": NOW}, 180),
        ({"state": "resolved", "reopen_until": NOW + timedelta(days=14)}, 194),
        ({"state": "bot", "reopen_until": NOW + timedelta(days=14)}, 194),
        ({"state": "claimed"}, None),
    ],
)
async def test_a_case_that_is_over_goes_whichever_way_it_ended_and_takes_its_conversation_along(
    database, clock, ended, kept
):
    """Also beside a later one: an earlier release let two cases of one conversation go on, and nothing closed the first."""
    inbox, conversations = parts(database, clock)
    for _ in range(2):
        await inbox.accept("recording", [incoming("Mensch")])
        await answer(conversations, clock(), OpenCase("Frage", "de", "asked", "foerderung", None))
    await deliver_all(database, clock)
    async with database.transaction() as connection:
        await connection.execute(update(tables.cases).where(tables.cases.c.number == 1).values(**ended))
    for days in (31, 100, (kept or 400) - 1, (kept or 400) + 1):
        clock.now = NOW + timedelta(days=days)
        await apply_retention(database, Retention(), clock())
        left = [row.number for row in await rows(database, tables.cases)]
        assert left == ([1, 2] if kept is None or days <= kept else [2])


async def test_a_withdrawn_case_keeps_neither_the_conversation_nor_the_person_for_good(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("vorher"), incoming("Mensch")])
    await answer(conversations, clock())
    await answer(conversations, clock(), OpenCase(MARKER, "de", "asked", "foerderung", None))
    await inbox.accept("recording", [incoming("zurückziehen")])
    async with conversations.claim_next(clock()) as work:
        await work.finish(record(MoveCase(decide(work.case, Withdraws(), clock(), DeskOffice()))))
    await deliver_all(database, clock)
    clock.move(days=31)
    await apply_retention(database, Retention(), clock())
    assert await rows(database, tables.transcript) == [], "only the row of the case is left, and no text"
    assert [row.state for row in await rows(database, tables.cases)] == ["muted"]
    clock.move(days=150)
    await apply_retention(database, Retention(), clock())
    for table in (tables.cases, tables.conversations, tables.persons):
        assert await rows(database, table) == []


async def test_nothing_that_still_waits_is_ever_deleted(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("eins"), incoming("zwei")])
    await answer(conversations, clock())
    clock.move(days=400)
    await apply_retention(database, Retention(), clock())
    assert await answer(conversations, clock())
    assert (await Outbox(database).claim_next("recording", clock())).delivery.reply == reply("Echo: eins")


async def test_who_could_not_be_told_where_a_case_is_read_never_counts_as_told(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("Mensch")])
    asked = OpenCase("Mensch", "de", "asked", "koordination", None, told_first=True)
    await answer(conversations, clock(), asked, Say(reply("Das liest auch die Koordination."), notice=True))
    async with database.transaction() as connection:
        await connection.execute(update(tables.outbox).values(status="parked", done_at=clock()))
    clock.move(days=60)
    await apply_retention(database, Retention(), clock())
    async with database.reading() as connection:
        assert await connection.scalar(select(UNTOLD).select_from(tables.cases))


@pytest.mark.parametrize("retention", [Retention(messages=timedelta(hours=1), transcripts=timedelta(days=2))])
async def test_periods_are_settings(database, clock, retention):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(MARKER)])
    await answer_all(conversations, clock())
    await deliver_all(database, clock)
    clock.move(hours=2)
    await apply_retention(database, retention, clock())
    assert {table for table, _ in await traces(database)} == {"transcript"}
    clock.move(days=2)
    await apply_retention(database, retention, clock())
    assert await traces(database) == []
