"""A connection to SQLite that can be given up at any moment.

aiosqlite runs each connection in a thread. When a task is cancelled again and again while it closes one, as Starlette
does to a page that went away, SQLAlchemy asks twice, in two ways, and the two get into each other's way: a stop waits
for a thread that has already ended (the program hangs when it ends), or a close makes the stop forget to close (the
file stays locked). Here only the first one counts (aiosqlite 0.22, SQLAlchemy 2.1).
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite

THREAD_ENDS_WITHIN_S = 5.0


class RollsBack(sqlite3.Connection):
    """Ends its transaction before it closes; else the lock would last until the last cursor is forgotten, too."""

    def close(self) -> None:
        """Roll back what is open, and close."""
        with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed already
            if self.in_transaction:
                self.rollback()
        super().close()


class InOneTrip(aiosqlite.Cursor):
    """A cursor that is made, run and read in one trip to the connection's thread.

    aiosqlite makes a trip of each of these, and of closing; a trip costs more than what SQLite does there. Every row is read at
    once, after which SQLite holds nothing open: there is nothing left to close.
    """

    def __init__(self, connection: "StoppedOnce") -> None:
        super().__init__(connection, None)  # type: ignore[arg-type]  # made with the first statement, in its thread
        self._read: Sequence[Any] = ()

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "InOneTrip":
        """Run a statement and read its rows."""
        await self._execute(self._run, sql, () if parameters is None else parameters)  # type: ignore[no-untyped-call]
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "InOneTrip":
        """Run a statement that gives no rows with each of these parameters."""
        await self._execute(self._run_many, sql, parameters)  # type: ignore[no-untyped-call]
        return self

    async def fetchall(self) -> Sequence[Any]:
        """The rows, which are here already."""
        return self._read

    async def close(self) -> None:
        """Forget the rows."""
        self._read = ()

    def _run(self, sql: str, parameters: Any) -> None:
        self._cursor = self._conn._conn.cursor()
        self._cursor.execute(sql, parameters)
        self._read = self._cursor.fetchall() if self._cursor.description else ()

    def _run_many(self, sql: str, parameters: Iterable[Any]) -> None:
        self._cursor = self._conn._conn.cursor()
        self._cursor.executemany(sql, parameters)


class StoppedOnce(aiosqlite.Connection):
    """An aiosqlite connection that is closed by whoever asks first."""

    _stopping = False

    def cursor(self) -> InOneTrip:  # type: ignore[override]  # is there at once, and waits for nothing
        """A cursor for one statement."""
        return InOneTrip(self)

    def stop(self) -> "asyncio.Future[None] | None":
        """Stop the thread; waiting for it makes sense for the first caller only."""
        if self._stopping:
            return None
        self._stopping = True
        return super().stop()

    async def close(self) -> None:
        """Close, unless the thread has been told to already."""
        if not self._stopping:
            await super().close()


class Connections:
    """Makes the connections to one file, and knows their threads."""

    def __init__(self, file: str, timeout: float, pragmas: tuple[str, ...]) -> None:
        self._file = file
        self._timeout = timeout
        self._pragmas = pragmas
        self._threads: set[threading.Thread] = set()

    def new(self) -> StoppedOnce:
        """A connection to be awaited; it begins no transactions of its own."""
        made = StoppedOnce(self._connect, iter_chunk_size=64)
        made._thread.daemon = True  # as SQLAlchemy does: a thread that hangs must not keep the program from ending
        return made

    async def ended(self) -> None:
        """Return once no thread is left that might still report to this event loop."""
        for thread in tuple(self._threads):
            await asyncio.to_thread(thread.join, THREAD_ENDS_WITHIN_S)
        self._threads.clear()

    def _connect(self) -> sqlite3.Connection:
        """Runs in the connection's own thread."""
        self._threads = {thread for thread in self._threads if thread.is_alive()} | {threading.current_thread()}
        connection = sqlite3.connect(self._file, timeout=self._timeout, isolation_level=None, factory=RollsBack)
        try:
            for pragma in self._pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection
