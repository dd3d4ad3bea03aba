"""What is deleted is nowhere in SQLite's files any more, also where SQLite itself leaves a copy behind."""

import random
import sqlite3

from bot.model import Person
from bot.store.database import open_database
from bot.store.privacy import Retention, apply_retention, forget
from tests.conftest import embedded
from tests.fakes import incoming
from tests.store.rows import parts
from tests.store.test_privacy import bytes_of

ROWS, CHANGES, LONGEST, TRIES = 60, 600, 900, 8


async def write_and_delete(database, chance):
    """Rows are changed so often that pages are laid out anew, and say nothing any more in the end."""
    async with database.transaction() as connection:
        await connection.exec_driver_sql("CREATE TABLE moved (id INTEGER PRIMARY KEY, said TEXT)")
        for number in range(ROWS):
            said = f"secret{number}" + "y" * chance.randrange(LONGEST)
            await connection.exec_driver_sql("INSERT INTO moved VALUES (?, ?)", (number, said))
        for _ in range(CHANGES):
            number = chance.randrange(ROWS)
            said = f"secret{number}" + "z" * chance.randrange(LONGEST) if chance.random() < 0.5 else None
            await connection.exec_driver_sql("UPDATE moved SET said = ? WHERE id = ?", (said, number))
        await connection.exec_driver_sql("UPDATE moved SET said = NULL")


async def write_back(database):
    """Everything SQLite's log holds is written into the file."""
    async with database.engine.connect() as connection:
        await connection.execution_options(lotse_begin=None)
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@embedded
async def test_the_copies_sqlite_leaves_where_it_moved_rows_are_taken_away(database):
    left_by_sqlite = 0
    for seed in range(TRIES):
        await write_and_delete(database, random.Random(seed))
        await write_back(database)
        left_by_sqlite += b"secret" in bytes_of(database)
        assert await database.scrub()
        assert b"secret" not in bytes_of(database)
        async with database.transaction() as connection:
            await connection.exec_driver_sql("DROP TABLE moved")
    assert left_by_sqlite, "this SQLite leaves nothing behind, so that its file need not be written anew"


async def test_what_somebody_keeps_from_being_taken_away_goes_with_the_next_clean_up(sqlite_address, clock):
    database = await open_database(f"{sqlite_address}?timeout=0.05")
    box, _ = parts(database, clock)
    await box.accept("recording", [incoming("Mein Geheimnis")])
    reader = sqlite3.connect(sqlite_address.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM inbox").fetchone() == (1,)
    receipt = await forget(database, Person("recording", "anna"), actor="operator", now=clock())
    assert receipt.overwritten is False
    assert b"Mein Geheimnis" in bytes_of(database)
    reader.close()
    await apply_retention(database, Retention(), clock())
    assert b"Mein Geheimnis" not in bytes_of(database)
    await database.close()
