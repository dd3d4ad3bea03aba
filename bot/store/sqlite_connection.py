"""A connection to SQLite that can be given up at any moment, and that asks its thread once per statement or not at all.

aiosqlite runs each connection in a thread. When a task is cancelled again and again while it closes one, as Starlette
does to a page that went away, SQLAlchemy asks twice, in two ways, and the two get into each other's way: a stop waits
for a thread that has already ended (the program hangs when it ends), or a close makes the stop forget to close (the
file stays locked). Here only the first one counts (aiosqlite 0.22, SQLAlchemy 2.1).

In a *quick* transaction, whose statements touch a few rows by an index, they are carried out where they are asked for, and only
what may wait goes to the thread: a lock that is held by another program, and the disk.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
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
        super().__init__(connection, None)  # type: ignore[arg-type]  # made with the first statement
        self._conn: StoppedOnce = connection
        self._read: Sequence[Any] = ()

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "InOneTrip":
        """Run a statement and read its rows."""
        await self._conn.run(self._run, sql, () if parameters is None else parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "InOneTrip":
        """Run a statement that gives no rows with each of these parameters."""
        await self._conn.run(self._run_many, sql, parameters)
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
    """An aiosqlite connection that is closed by whoever asks first, also when nobody waits any longer for it to open."""

    quick = False
    """Whether statements are carried out where they are asked for; set anew with each transaction."""
    _stopping = False
    _unclear = False
    """Whether something was begun whose end nobody has seen: it failed, or whoever waited for it was cancelled."""
    _changes_before = 0

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], stopped: Callable[["StoppedOnce"], None], patience_s: float
    ) -> None:
        """``connect`` is called in the connection's own thread; ``stopped`` is told once nobody shall use it any more.

        ``patience_s``: how long a statement waits for another program's lock.
        """
        self._stopped = stopped
        self._patience = f"PRAGMA busy_timeout = {round(patience_s * 1000)}"
        self._opened: sqlite3.Connection | None = None

        def opened() -> sqlite3.Connection:
            self._opened = connect()
            return self._opened

        super().__init__(opened, iter_chunk_size=64)

    async def run(self, work: Callable[..., None], *arguments: object) -> None:
        """Do this in the connection's own thread; in a quick transaction here, unless something is still under way there."""
        if self.quick and not self._unclear:
            work(*arguments)
        else:
            await self._execute(work, *arguments)

    def begin_at_once(self, statement: str) -> bool:
        """Begin a transaction here; False when that may wait: another program has the lock, or something is under way."""
        if self._unclear or self._connection is None:
            return False
        try:
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                self._connection.execute(statement)
            finally:
                self._connection.execute(self._patience)
        except sqlite3.Error:
            return False  # begun once more in the thread, which waits for it or says what is wrong
        self._changes_before = self._connection.total_changes
        return True

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        self._unclear = True
        done = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite gives it no types
        self._unclear = False
        return done

    async def commit(self) -> None:
        """Commit; no trip for it when nothing was changed, as then there is nothing to write."""
        if self._is_unchanged():
            self._conn.commit()
        else:
            await super().commit()

    async def rollback(self) -> None:
        """Roll back; no trip for it when nothing is open, as after each commit, or nothing was changed."""
        if self._is_unchanged():
            self._conn.rollback()
        elif self._unclear or self.in_transaction:
            await super().rollback()

    def _is_unchanged(self) -> bool:
        """Whether a quick transaction is open that changed nothing."""
        return self.quick and not self._unclear and self._conn.total_changes == self._changes_before

    def cursor(self) -> InOneTrip:  # type: ignore[override]  # is there at once, and waits for nothing
        """A cursor for one statement."""
        return InOneTrip(self)

    def stop(self) -> "asyncio.Future[None] | None":
        """Stop the thread; waiting for it makes sense for the first caller only."""
        if self._stopping:
            return None
        self._stopping = True
        self._stopped(self)
        # aiosqlite closes what it was told of: who is cancelled while the file is being opened is told of nothing.
        self._tx.put_nowait((None, self._close_opened))
        return super().stop()

    def _close_opened(self) -> None:
        if self._opened is not None:
            self._opened.close()

    async def close(self) -> None:
        """Close, unless the thread has been told to already."""
        if not self._stopping:
            await super().close()


class Connections:
    """Makes the connections to one file, and knows them and their threads."""

    def __init__(self, file: str, timeout: float, pragmas: tuple[str, ...]) -> None:
        self._file = file
        self._timeout = timeout
        self._pragmas = pragmas
        self._threads: set[threading.Thread] = set()
        self._open: set[StoppedOnce] = set()

    def new(self) -> StoppedOnce:
        """A connection to be awaited; it begins no transactions of its own."""
        made = StoppedOnce(self._connect, self._open.discard, self._timeout)
        self._open.add(made)
        made._thread.daemon = True  # as SQLAlchemy does: a thread that hangs must not keep the program from ending
        return made

    async def ended(self) -> None:
        """Return once no thread is left that might still report to this event loop.

        A task on its way out may have given a connection back to a pool that nobody empties any more: it is closed here.
        """
        for left in tuple(self._open):
            left.stop()
        for thread in tuple(self._threads):
            await asyncio.to_thread(thread.join, THREAD_ENDS_WITHIN_S)
        self._threads.clear()

    def _connect(self) -> sqlite3.Connection:
        """Runs in the connection's own thread."""
        self._threads = {thread for thread in self._threads if thread.is_alive()} | {threading.current_thread()}
        connection = sqlite3.connect(
            self._file, timeout=self._timeout, isolation_level=None, factory=RollsBack, check_same_thread=False
        )
        try:
            for pragma in self._pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection
