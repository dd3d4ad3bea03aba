"""Where the drills keep what they write: a SQLite file, or a database of a PostgreSQL of their own."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from bot.store.database import Database, open_database
from tests.conftest import PostgresServer
from tests.drills.registry import Counts

NewAddress = Callable[[], str]
"""The address of an empty database, another one at each call."""


@contextlib.contextmanager
def sqlite_files(folder: Path) -> Iterator[NewAddress]:
    """New SQLite files in this folder."""
    numbers = itertools.count(1)
    yield lambda: f"sqlite:///{folder / f'lotse-{next(numbers)}.db'}"


@contextlib.contextmanager
def postgres_databases(folder: Path) -> Iterator[NewAddress]:
    """New databases of a PostgreSQL that lives in this folder for as long as the block lasts."""
    server = PostgresServer(folder / "postgres")
    try:
        yield lambda: server.address(server.new_database())
    finally:
        server.stop()


Stores = Callable[[Path], contextlib.AbstractContextManager[NewAddress]]
"""One of the two."""


@contextlib.asynccontextmanager
async def opened(address: str, workers: int) -> AsyncIterator[Sequence[Database]]:
    """The connections of so many workers to this database."""
    async with contextlib.AsyncExitStack() as stack:
        databases = []
        for _ in range(workers):
            databases.append(await open_database(address))
            stack.push_async_callback(databases[-1].close)
        yield databases


Trial = Callable[[str, int, int, int], Awaitable[Counts]]
"""``trial(address, workers, points, seed)``: so many tries by so many workers of one database."""


def drilled_on(stores: Stores, workers: int, trial: Trial) -> Callable[[int, int, Path], Counts]:
    """What a drill runs: its trial on a new database of this kind."""

    def drilled(points: int, seed: int, folder: Path) -> Counts:
        with stores(folder) as new_address:
            return asyncio.run(trial(new_address(), workers, points, seed))

    return drilled
