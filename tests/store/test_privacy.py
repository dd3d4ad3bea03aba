"""Forgetting and keeping: proved with a marker planted in every column, and by looking into the file itself."""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import String, Text, insert, select

from bot.model import CASE_NUMBER, ForgetPerson, OpenCase, Person, RecordGap, RecordRating, Say, SetTimer
from bot.store import tables
from bot.store.cases import close_case
from bot.store.outbox import Outbox
from bot.store.privacy import Retention, apply_retention, forget, person_data
from bot.store.tables import Json, UtcDateTime, metadata
from bot.store.transcripts import read_transcript
from tests.fakes import incoming, record, reply
from tests.store.rows import answer, answer_all, parts, rows

MARKER = "Zwiebelfisch4711"
OURS = {
    "channel": "recording", "status": "done", "state": "open", "who": "user", "locale": "de",
    "team": "foerderung", "owner": "anna.petersen",
}  # fmt: skip
"""Columns that hold names of ours, and never anything of an employee."""
ANNA = Person("recording", f"anna {MARKER}")
WITHOUT_PEOPLE = {
    "absences", "audit", "case_events", "cursors", "desk_notices", "sign_in_links", "sessions", "sign_in_failures",
}  # fmt: skip
"""Tables that must not hold anything of an employee in the first place; the marker is not planted there."""


async def plant(database, clock, person_name):
    """One row in every table about a person, with the marker in every column that can hold text."""
    number = itertools.count(1000)
    ids = {}

    def value(column):
        if column.foreign_keys:
            (key,) = column.foreign_keys
            return ids[key.column.table.name]
        if isinstance(column.type, UtcDateTime):
            return clock()
        if isinstance(column.type, Json.__class__):
            return {MARKER: [MARKER]}
        if column.name in OURS:
            return OURS[column.name]
        if column.name == "external_user":
            return person_name
        if isinstance(column.type, String | Text):
            return f"{MARKER} {next(number)}"[: getattr(column.type, "length", None)]
        return True if str(column.type) == "BOOLEAN" else next(number)

    async with database.transaction() as connection:
        for table in metadata.sorted_tables:
            if table.name not in WITHOUT_PEOPLE:
                given = {column.name: value(column) for column in table.columns if not column.primary_key}
                (key,) = table.primary_key
                made = await connection.execute(insert(table).values(given).returning(key))
                ids[table.name] = made.scalar_one()
    return ids


async def traces(database):
    """Every (table, column) in which the marker stands."""
    found = []
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                found += [(table.name, name) for name, content in row.items() if MARKER in str(content)]
    return found


def bytes_of(database):
    file = Path(database.engine.url.database)
    return b"".join(path.read_bytes() for path in (file, file.with_name(f"{file.name}-wal")) if path.exists())


async def test_forgetting_leaves_no_trace_in_any_table_or_file(database, clock):
    await plant(database, clock, ANNA.external_user)
    planted = {table for table, _column in await traces(database)}
    assert planted == {table.name for table in metadata.sorted_tables} - WITHOUT_PEOPLE
    if database.is_sqlite:
        assert MARKER.encode() in bytes_of(database)
    assert await forget(database, ANNA, actor="operator", now=clock())
    assert await traces(database) == []
    if database.is_sqlite:
        assert MARKER.encode() not in bytes_of(database)
    assert {row.action for row in await rows(database, tables.audit)} == {"person_forgotten"}
    assert [row.to_state for row in await rows(database, tables.case_events)] == ["erased"]
    assert not await forget(database, ANNA, actor="operator", now=clock())
    assert await person_data(database, ANNA) is None


async def test_the_export_holds_everything_that_was_planted(database, clock):
    await plant(database, clock, ANNA.external_user)
    data = await person_data(database, ANNA)
    assert set(data) == {table.name for table in metadata.sorted_tables} - WITHOUT_PEOPLE
    assert all(MARKER in str(found) for found in data.values())
    import json

    assert MARKER in json.dumps(data)


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
    assert "gelöscht" not in str(await rows(database, tables.transcript))


async def test_forgetting_one_leaves_the_others_in_the_same_room(database, clock):
    inbox, conversations = parts(database, clock)
    mine, yours = incoming(MARKER, user="anna", room="room"), incoming("bleibt", user="ben", room="room")
    await inbox.accept("recording", [mine, yours])
    await answer_all(conversations, clock())
    assert await forget(database, Person("recording", "anna"), actor="operator", now=clock())
    assert await traces(database) == []
    assert [line.text for line in await read_transcript(database, mine.address)] == ["bleibt", "Echo: bleibt"]
    assert [row.state for row in await rows(database, tables.conversations)] == [None]
    assert [row.external_user for row in await rows(database, tables.persons)] == ["ben"]


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


async def test_nothing_that_still_waits_is_ever_deleted(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("eins"), incoming("zwei")])
    await answer(conversations, clock())
    clock.move(days=400)
    await apply_retention(database, Retention(), clock())
    assert await answer(conversations, clock())
    assert (await Outbox(database).claim_next("recording", clock())).delivery.reply == reply("Echo: eins")


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
