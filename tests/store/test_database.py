import asyncio
import contextlib
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from bot.errors import ConfigError, StoreUnavailable
from bot.store import tables
from bot.store.database import database_url, open_database, take_time
from bot.store.sqlite_connection import StoppedOnce
from tests.fakes import incoming, record
from tests.store.rows import answer, answer_all, parts, rows


async def test_a_new_database_gets_exactly_the_tables_of_this_release(empty_address):
    database = await open_database(empty_address)

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, tables.metadata)

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()
    await (await open_database(empty_address, upgrade=False)).close()


async def test_a_sign_an_earlier_release_had_noted_is_put_under_its_words(empty_address, clock):
    database = await open_database(empty_address)
    noted = {
        "kind": "sign",
        "key": "sign:4:📤",
        "sign": "📤",
        "external_id": "$words",
        "status": "waiting",
        "attempts": 0,
    }
    place = {"outbox_id": "a", "channel": "x", "room": "!r", "thread": ""}
    async with database.transaction() as connection:
        await connection.execute(insert(tables.desk_posts).values(**noted, **place, created_at=clock()))
        later = ("DROP INDEX ix_desk_posts_under", "ALTER TABLE desk_posts DROP COLUMN under")
        for step in (*later, "ALTER TABLE account_codes DROP COLUMN name"):
            await connection.execute(text(step))
        await connection.execute(text("UPDATE alembic_version SET version_num = 'desk_second_id'"))
    await database.close()
    database = await open_database(empty_address)
    (sign,) = await rows(database, tables.desk_posts)
    assert (sign.under, sign.external_id, sign.sign) == (4, None, "📤")
    await database.close()


async def test_several_processes_may_start_at_the_same_time(postgres_address):
    opened = await asyncio.gather(*(open_database(postgres_address) for _ in range(4)))
    for database in opened:
        assert await rows(database, tables.audit) == []
        await database.close()


async def test_older_tables_are_refused_where_upgrading_is_not_wanted(empty_address):
    with pytest.raises(ConfigError, match="lotse migrate"):
        await open_database(empty_address, upgrade=False)


async def test_tables_of_a_newer_release_are_refused_and_left_alone(empty_address):
    database = await open_database(empty_address)
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
    await database.close()
    with pytest.raises(ConfigError, match="newer Lotse"):
        await open_database(empty_address)


async def test_a_database_of_another_program_is_refused(empty_address):
    if empty_address.startswith("sqlite"):
        connection = sqlite3.connect(empty_address.removeprefix("sqlite:///"))
        connection.execute("CREATE TABLE theirs (id INTEGER)")
        connection.close()
    else:
        with psycopg.connect(empty_address, autocommit=True) as connection:
            connection.execute("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(ConfigError, match="other tables"):
        await open_database(empty_address)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("what is this", "not an address"),
        ("mysql://host/name", "sqlite and postgresql"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_an_address_that_cannot_work_is_explained(address, words):
    with pytest.raises(ConfigError, match=words):
        database_url(address)


@pytest.mark.parametrize("address", ["postgres://u@h/n", "postgresql://u@h/n", "postgresql+psycopg://u@h/n"])
def test_common_ways_to_write_an_address_work(address):
    assert database_url(address).drivername == "postgresql+psycopg"


async def test_moments_come_back_in_utc_and_order_as_they_passed(database):
    moments = [
        datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 3, 29, 0, 30, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 31, tzinfo=UTC),
    ]
    async with database.transaction() as connection:
        for moment in reversed(moments):
            await connection.execute(insert(tables.audit).values(at=moment, actor="", action="", target=""))
    async with database.reading() as connection:
        found = (await connection.scalars(select(tables.audit.c.at).order_by(tables.audit.c.at))).all()
    assert found == moments
    assert {moment.tzinfo for moment in found} == {UTC}
    with pytest.raises(StatementError, match="needs a time zone"):
        await add_audit_row(database, datetime(2026, 1, 1))


async def add_audit_row(database, moment):
    async with database.transaction() as connection:
        await connection.execute(insert(tables.audit).values(at=moment, actor="", action="", target=""))


async def test_numbers_of_deleted_rows_are_never_used_again(database, clock):
    for expected in (1, 2):
        await add_audit_row(database, clock())
        assert [row.id for row in await rows(database, tables.audit)] == [expected]
        async with database.transaction() as connection:
            await connection.execute(tables.audit.delete())


def test_a_row_with_a_column_its_table_does_not_have_is_refused():
    assert tables.row_of(tables.cursors, channel="c", cursor="1") == {"channel": "c", "cursor": "1"}
    with pytest.raises(KeyError, match="curser"):
        tables.row_of(tables.cursors, channel="c", curser="1")


async def test_a_broken_rule_of_a_table_is_a_bug_and_passes_unchanged(database, clock):
    async def broken():
        async with database.transaction() as connection:
            row = {"conversation_id": 99, "who": "user", "text": "", "at": clock()}
            await connection.execute(insert(tables.transcript).values(row))

    with pytest.raises(IntegrityError):
        await broken()
    assert await rows(database, tables.transcript) == []


async def test_a_transaction_that_is_cancelled_changes_nothing_and_blocks_nobody(database, clock):
    inside = asyncio.Event()

    async def slow():
        async with database.transaction() as connection:
            await connection.execute(insert(tables.audit).values(at=clock(), actor="", action="", target=""))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await inside.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await add_audit_row(database, clock())
    assert len(await rows(database, tables.audit)) == 1


SLOW = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t WHERE x < 300000) SELECT max(x) FROM t"


@pytest.mark.parametrize(("writes", "quick"), [(True, False), (False, False), (True, True)])
async def test_cancelling_again_and_again_leaves_nothing_behind(database, clock, writes, quick):
    """Starlette does so to the page of somebody who went away, until the task is gone."""

    async def interrupted():
        async with database.transaction(quick=quick) if writes else database.reading() as connection:
            if writes:
                await connection.execute(insert(tables.audit).values(at=clock(), actor="", action="", target=""))
            await connection.execute(text(SLOW))
            await asyncio.Event().wait()

    for milliseconds in range(0, 20, 2):
        task = asyncio.create_task(interrupted())
        await asyncio.wait({task}, timeout=milliseconds / 1000)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
    await add_audit_row(database, clock())
    assert len(await rows(database, tables.audit)) == 1
    await database.close()
    assert not [thread for thread in threading.enumerate() if "connection_worker" in thread.name]
    left_behind = [task for task in asyncio.all_tasks() if "terminate" in repr(task.get_coro())]
    assert not left_behind, "the program would wait for it for ever when it ends"


async def test_what_was_given_back_to_nobody_is_closed_with_the_database(sqlite_address):
    database = await open_database(sqlite_address)
    async with database.reading() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        await database.engine.dispose()  # as if the database were closed while a task is on its way out
    assert driver._connection is not None
    await database.close()
    assert driver._connection is None


async def thread_of(connection):
    """The thread SQLite carries this statement out in."""
    return await connection.scalar(text("SELECT thread_here()"))


def with_threads(database):
    @event.listens_for(database.engine.sync_engine, "connect")
    def prepare(connection, _record):
        connection.create_function("thread_here", 0, threading.get_ident)


async def test_a_quick_transaction_stays_where_it_is_asked_for_until_it_may_take_time(sqlite_address):
    database = await open_database(sqlite_address)
    await database.engine.dispose()
    with_threads(database)
    here = threading.get_ident()
    async with database.transaction() as connection:
        assert await thread_of(connection) != here
    async with database.transaction(quick=True) as connection:
        assert await thread_of(connection) == here
        await take_time(connection)
        assert await thread_of(connection) != here
    async with database.reading(quick=True) as connection:
        assert await thread_of(connection) == here
    async with database.reading() as connection:
        assert await thread_of(connection) != here
    await database.close()


async def test_a_quick_transaction_goes_to_its_thread_only_to_write_to_the_disk(sqlite_address, clock, monkeypatch):
    database = await open_database(sqlite_address)
    trips = []
    to_thread = StoppedOnce._execute

    async def counted(connection, work, *arguments, **more):
        trips.append(work)
        return await to_thread(connection, work, *arguments, **more)

    async with database.reading(quick=True):
        pass  # its connection is open now
    monkeypatch.setattr(StoppedOnce, "_execute", counted)
    audited = {"at": clock(), "actor": "", "action": "", "target": ""}
    async with database.reading(quick=True) as connection:
        await connection.execute(select(tables.audit))
    async with database.transaction(quick=True) as connection:
        await connection.execute(select(tables.audit))
    assert trips == []
    async with database.transaction(quick=True) as connection:
        await connection.execute(insert(tables.audit).values(audited))
    assert len(trips) == 1
    assert len(await rows(database, tables.audit)) == 1
    await database.close()


async def test_a_quick_transaction_waits_for_another_program_without_holding_up_everybody(sqlite_address, clock):
    database = await open_database(sqlite_address)
    other = sqlite3.connect(sqlite_address.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write():
        async with database.transaction(quick=True) as connection:
            row = {"at": clock(), "actor": "", "action": "", "target": ""}
            await connection.execute(insert(tables.audit).values(row))

    writing, begun = asyncio.create_task(write()), time.monotonic()
    done, _ = await asyncio.wait([writing], timeout=0.2)
    assert not done
    assert time.monotonic() - begun < 2, "everybody else goes on while it waits, which it does for five seconds"
    other.execute("COMMIT")
    other.close()
    await writing
    assert len(await rows(database, tables.audit)) == 1
    async with database.reading(quick=True) as connection:
        assert await connection.scalar(text("PRAGMA busy_timeout")) == 5000
    await database.close()


def spoil(address):
    with Path(address.removeprefix("sqlite:///")).open("r+b") as file:
        file.write(b"no database any more" * 300)


async def test_a_quick_transaction_says_what_is_wrong_with_a_file_as_any_other_does(sqlite_address):
    database = await open_database(sqlite_address)
    await database.engine.dispose()
    spoil(sqlite_address)
    for quick in (False, True):
        with pytest.raises(ConfigError):
            async with database.transaction(quick=quick):
                pass
    await database.close()


async def test_a_quick_transaction_that_fails_changes_nothing_and_the_next_one_works(database, clock):
    async def broken():
        async with database.transaction(quick=True) as connection:
            await connection.execute(insert(tables.audit).values(at=clock(), actor="", action="", target=""))
            row = {"conversation_id": 99, "who": "user", "text": "", "at": clock()}
            await connection.execute(insert(tables.transcript).values(row))

    with pytest.raises(IntegrityError):
        await broken()
    async with database.transaction(quick=True) as connection:
        await connection.execute(insert(tables.audit).values(at=clock(), actor="", action="", target=""))
    assert len(await rows(database, tables.audit)) == 1


# --- SQLite: what can happen to a file -----------------------------------------------------------------------


def on_every_connection(database, pragma):
    @event.listens_for(database.engine.sync_engine, "connect")
    def prepare(connection, _record):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return prepare


async def test_a_full_disk_loses_nothing_that_was_accepted(sqlite_address, clock):
    database = await open_database(sqlite_address)
    inbox, conversations = parts(database, clock)
    async with database.reading() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
    limit = on_every_connection(database, f"max_page_count = {pages + 8}")
    await database.engine.dispose()
    accepted = 0

    async def write_until_it_is_full():
        nonlocal accepted
        while True:
            await inbox.accept("recording", [incoming("x" * 3000, user=f"user {accepted}")])
            accepted += 1

    with pytest.raises(StoreUnavailable, match="full"):
        await write_until_it_is_full()
    assert accepted > 0
    assert len(await rows(database, tables.inbox)) == accepted
    event.remove(database.engine.sync_engine, "connect", limit)
    await database.engine.dispose()
    assert await answer_all(conversations, clock()) == accepted
    await database.close()


async def test_a_database_locked_by_another_program_says_so_and_goes_on_afterwards(sqlite_address, clock):
    database = await open_database(f"{sqlite_address}?timeout=0.05")
    inbox, conversations = parts(database, clock)
    other = sqlite3.connect(sqlite_address.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked by another program"):
        await inbox.accept("recording", [incoming("hallo")])
    assert "locked by another program" in database.write_failure.reason
    other.execute("ROLLBACK")
    other.close()
    await inbox.accept("recording", [incoming("hallo")])
    assert await answer(conversations, clock())
    await database.close()


async def test_a_read_only_database_says_so(sqlite_address, clock):
    database = await open_database(sqlite_address)
    inbox, _ = parts(database, clock)
    on_every_connection(database, "query_only = ON")
    await database.engine.dispose()
    with pytest.raises(StoreUnavailable, match="read-only"):
        await inbox.accept("recording", [incoming()])
    assert await inbox.cursor("recording") is None
    await database.close()


def move(file, replaced):
    file.rename(file.with_name("moved.db"))
    if replaced:
        file.write_bytes(b"")


def move_back(file):
    file.with_name("moved.db").replace(file)


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_file_that_is_gone_or_replaced_is_noticed_before_anything_is_lost(sqlite_address, clock, replaced):
    database = await open_database(sqlite_address)
    inbox, _ = parts(database, clock)
    file = Path(sqlite_address.removeprefix("sqlite:///"))
    move(file, replaced)
    with pytest.raises(StoreUnavailable, match="gone or was replaced"):
        await inbox.accept("recording", [incoming()])
    with pytest.raises(StoreUnavailable, match="gone or was replaced"):
        await inbox.cursor("recording")
    move_back(file)
    await inbox.accept("recording", [incoming()])
    await database.close()


async def test_a_file_that_is_no_database_or_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "letter.txt").write_text("Sehr geehrte Damen und Herren, " * 100)
    with pytest.raises(ConfigError, match="not a Lotse database"):
        await open_database(f"sqlite:///{tmp_path / 'letter.txt'}")
    with pytest.raises(ConfigError, match="cannot be opened"):
        await open_database(f"sqlite:///{tmp_path / 'letter.txt' / 'lotse.db'}")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(ConfigError, match="Is a directory"):
        await open_database(f"sqlite:///{tmp_path / 'folder.db'}")


async def test_what_is_committed_survives_a_power_cut(sqlite_address):
    database = await open_database(sqlite_address)
    async with database.reading() as connection:
        pragmas = [
            await connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]
    await database.close()


# --- PostgreSQL: what can happen to a server -----------------------------------------------------------------


async def test_a_server_that_is_not_there_is_explained(tmp_path):
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await open_database(f"postgresql://postgres@/lotse?host={tmp_path}")


async def test_a_database_that_is_not_there_is_explained(postgres):
    with pytest.raises(ConfigError, match="knows no database of that name"):
        await open_database(postgres.address("no_such_database"))


async def test_a_wrong_password_is_explained_without_repeating_it(postgres):
    postgres.run("CREATE ROLE lotse_guest LOGIN PASSWORD 'right'")
    rules = postgres.folder / "pg_hba.conf"
    rules.write_text("local all lotse_guest scram-sha-256\n" + rules.read_text())
    postgres.run("SELECT pg_reload_conf()")
    address = f"postgresql://lotse_guest:wr0ng@/postgres?host={postgres.folder}"
    with pytest.raises(ConfigError, match="refused user or password") as refused:
        await open_database(address)
    assert "wr0ng" not in str(refused.value)


CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname <> 'postgres'"


async def test_connections_that_were_cut_are_replaced_by_themselves(postgres, postgres_address, clock):
    database = await open_database(postgres_address)
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("eins")])
    postgres.run(CUT)
    await inbox.accept("recording", [incoming("zwei")])

    async def turn_cut_in_the_middle():
        async with conversations.claim_next(clock()) as work:
            postgres.run(CUT)
            await work.finish(record("verloren"))

    with pytest.raises(StoreUnavailable, match="Nothing was changed"):
        await turn_cut_in_the_middle()
    assert await answer_all(conversations, clock()) == 2
    assert [row.attempts for row in await rows(database, tables.inbox)] == [0, 0]
    await database.close()


async def test_a_server_that_takes_no_changes_is_explained(postgres, postgres_address, clock):
    database = await open_database(postgres_address)
    inbox, _ = parts(database, clock)
    async with database.reading() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await database.engine.dispose()
    with pytest.raises(StoreUnavailable, match="read-only"):
        await inbox.accept("recording", [incoming()])
    await database.close()
