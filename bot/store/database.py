"""The one database: opening it, bringing its tables up to date, and the two ways to use it.

SQLite is the embedded default: one process, one writer at a time. A lock of our own lets the tasks of that process
take turns fairly; SQLite's own waiting sleeps in growing steps and may let one task starve. Every write transaction
begins with BEGIN IMMEDIATE, because one that starts reading and writes later can fail half way.
PostgreSQL serves several processes; there the rows themselves are locked, by those who claim them.

Rejected: the ORM (rows never leave this package, so there are no objects to track), and upgrades by hand on SQLite
(who runs one machine should not need to know that there are migrations).
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ConfigError, StoreConflict, StoreUnavailable
from bot.store.announce import POSTGRES_CHANNEL, Announcer, unique
from bot.store.failures import NOTHING_LOST, explained
from bot.store.schema_version import bring_up_to_date
from bot.store.sqlite_connection import Connections, StoppedOnce

BUSY_TIMEOUT_S = 5
"""How long SQLite waits for another program, such as a backup; ``?timeout=`` in the address says otherwise."""

POSTGRES_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 20_000, "keepalives_idle": 20}
"""A server that silently went away is noticed after seconds, not after the hours an operating system waits."""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # what has been accepted survives a power cut, not only a crash
    "foreign_keys = ON",
    "secure_delete = ON",  # what a person had deleted is overwritten in the file, but for what ``scrub`` takes away
)
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}

RING = text("SELECT pg_notify(:channel, topic) FROM unnest(CAST(:topics AS text[])) AS topic")


@dataclass(frozen=True, slots=True)
class WriteFailure:
    """Why a change could not be stored, and when by ``time.monotonic``."""

    reason: str
    at: float


class Database:
    """The open database. ``announcer`` rings when a transaction that named topics has been committed.

    ``write_failure`` is the last change that could not be stored, also when others could be since: a disk with little
    space left takes small ones. For ``/health``, because reading works on a full disk. ``scrubbed``: nothing that was deleted
    here is left in SQLite's files, as far as was tried.
    """

    def __init__(self, engine: AsyncEngine, announcer: Announcer, connections: Connections | None = None) -> None:
        self.engine = engine
        self.announcer = announcer
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.connections = connections
        self.write_failure: WriteFailure | None = None
        self.scrubbed = True
        self._quick = engine.execution_options(lotse_quick=True)
        self._reading = engine.execution_options(lotse_begin="BEGIN")
        self._quick_reading = self._reading.execution_options(lotse_quick=True)
        self._one_writer = asyncio.Lock()
        self._file = Path(engine.url.database or "") if self.is_sqlite else None
        self._file_id: tuple[int, int] | None = None

    @contextlib.asynccontextmanager
    async def transaction(
        self, wake: list[str] | None = None, *, quick: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed when the block ends, rolled back when it raises.

        ``quick`` promises that every statement touches a few rows by an index. SQLite then carries them out on the spot
        instead of in a thread; ``take_time`` takes the promise back.

        Topics put into ``wake`` during the block ring with the commit, on PostgreSQL in every process.
        Raises StoreUnavailable or ConfigError; then nothing was changed.
        """
        wake = [] if wake is None else wake
        with self._failures_kept(), translated():
            async with self._one_writer if self.is_sqlite else contextlib.nullcontext():
                self._check_file()
                engine = self._quick if quick else self.engine
                async with engine.connect() as connection, connection.begin():
                    yield connection
                    if wake and not self.is_sqlite:
                        await connection.execute(RING, {"channel": POSTGRES_CHANNEL, "topics": list(unique(wake))})
        self.announcer.notify(*unique(wake))

    @contextlib.asynccontextmanager
    async def reading(self, *, quick: bool = False) -> AsyncIterator[AsyncConnection]:
        """A view of one moment that writes nothing and never waits for a writer; ``quick`` as above."""
        with translated():
            self._check_file()
            engine = self._quick_reading if quick else self._reading
            async with engine.connect() as connection:
                if not self.is_sqlite:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                yield connection  # begins with the first statement; closing the connection ends it

    @contextlib.contextmanager
    def _failures_kept(self) -> Iterator[None]:
        try:
            yield
        except StoreConflict:
            raise
        except (StoreUnavailable, ConfigError) as error:
            self.write_failure = WriteFailure(str(error), time.monotonic())
            raise

    async def scrub(self) -> bool:
        """Take what was deleted out of SQLite's file and its write-ahead log; PostgreSQL's own housekeeping does so there.

        What is deleted is overwritten at once, but where SQLite had moved a row within a page before, a copy of it may stay in the
        space between the rows. Only writing the file anew takes that away: a second for 100 MB, in which reading goes on and
        changes wait. While a reader still looks at an older moment, another program writes, or the disk has no room for a second
        file, this gives False; the next clean-up takes it along.
        """
        if not self.is_sqlite:
            return False
        self.scrubbed = False
        with contextlib.suppress(StoreUnavailable), translated():
            async with self._one_writer, self.engine.connect() as connection:
                await connection.execution_options(lotse_begin=None)
                await connection.exec_driver_sql("VACUUM")
                ((held_up, *_),) = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).all()
                self.scrubbed = not held_up
        return self.scrubbed

    async def close(self) -> None:
        """Close every connection."""
        await self.announcer.close()
        await self.engine.dispose()
        if self.connections is not None:
            await self.connections.ended()

    def remember_file(self) -> None:
        """From now on this very file must stay in its place; see ``_check_file``."""
        if self._file is not None:
            stat = self._file.stat()
            self._file_id = (stat.st_dev, stat.st_ino)

    def _check_file(self) -> None:
        """SQLite goes on writing into a file that was deleted or replaced beneath it, and all of that would be lost."""
        if self._file is None or self._file_id is None:
            return
        try:
            stat = self._file.stat()
        except OSError:
            stat = None
        if stat is None or (stat.st_dev, stat.st_ino) != self._file_id:
            raise StoreUnavailable(
                f"The database file {self._file} is gone or was replaced; put it back and start Lotse again. "
                f"{NOTHING_LOST}"
            )


async def take_time(connection: AsyncConnection) -> None:
    """What follows in this transaction may touch many rows, so that it must not hold up the event loop."""
    driver = (await connection.get_raw_connection()).driver_connection
    if isinstance(driver, StoppedOnce):
        driver.quick = False


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn failures of the database the operator can act on into our own errors; bugs pass."""
    try:
        yield
    except Exception as error:
        ours = explained(error)
        if ours is None:
            raise
        raise ours from error


def database_url(address: str) -> URL:
    """The address from the settings as SQLAlchemy wants it. Raises ConfigError."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise ConfigError(
            "LOTSE_DATABASE is not an address of a database; write sqlite:///data/lotse.db "
            "or postgresql://user:password@host/name."
        ) from None
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise ConfigError(f"LOTSE_DATABASE names {url.get_backend_name()}; Lotse works with sqlite and postgresql.")
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise ConfigError(
            "LOTSE_DATABASE names no file, so nothing would survive a stop; write sqlite:///data/lotse.db."
        )
    return url.set(drivername=driver)


async def open_database(address: str, *, upgrade: bool = True) -> Database:
    """Connect and bring the tables up to date; on PostgreSQL one process does so while the others wait.

    With ``upgrade=False`` older tables are refused instead. Raises ConfigError or StoreUnavailable.
    """
    url = database_url(address)
    if url.get_backend_name() == "sqlite":
        database = _open_sqlite(url)
    else:
        engine = create_async_engine(url, pool_pre_ping=True, connect_args=POSTGRES_PATIENCE)
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        database = Database(engine, Announcer(conninfo))
    try:
        async with database.transaction() as connection:
            await connection.run_sync(bring_up_to_date, upgrade=upgrade)
        database.remember_file()
    except BaseException:
        await database.close()
        raise
    return database


def _open_sqlite(url: URL) -> Database:
    file = Path(url.database or "")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Says what is wrong more clearly than SQLite does, and keeps what people write from other users' eyes: the
        # files SQLite makes beside this one get its mode. An empty file is a new database.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(
            f"The database file {file} cannot be opened ({error.strerror}); check LOTSE_DATABASE."
        ) from None
    timeout = url.query.get("timeout", BUSY_TIMEOUT_S)
    connections = Connections(str(file), float(str(timeout)), PRAGMAS)
    engine = create_async_engine(url, async_creator=connections.new)

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        driver = connection.connection.driver_connection
        assert isinstance(driver, StoppedOnce)
        driver.quick = False  # the lock may have to be waited for
        quick, statement = options.get("lotse_quick", False), options.get("lotse_begin", "BEGIN IMMEDIATE")
        if statement and not (quick and driver.begin_at_once(statement)):
            connection.exec_driver_sql(statement)
        driver.quick = quick

    return Database(engine, Announcer(), connections)
