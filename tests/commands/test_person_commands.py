"""``lotse export person`` and ``lotse erase``: what an operator does when somebody asks for their data."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from bot.model import OpenCase, RecordGap
from bot.store.database import open_database
from tests.fakes import FakeClock, incoming
from tests.program import lotse_here
from tests.store.rows import answer, parts

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
WORDS = "Zwiebelfisch4711"


@pytest.fixture
def stored(address, tmp_path):
    """Two people who asked something, and a way to run commands on their database."""

    async def fill():
        database, clock = await open_database(address), FakeClock(NOW)
        inbox, conversations = parts(database, clock)
        await inbox.accept("recording", [incoming(WORDS, user="anna"), incoming("bleibt", user="ben")])
        case = OpenCase(WORDS, "de", "asked", "foerderung", None)
        await answer(conversations, clock(), f"Echo: {WORDS}", case, RecordGap("missed", WORDS, None))
        await answer(conversations, clock())
        await database.close()

    asyncio.run(fill())
    return lambda *arguments, **more: lotse_here(*arguments, folder=tmp_path, LOTSE_DATABASE=address, **more)


def test_export_gives_everything_about_one_person(stored):
    done = stored("export", "person", "recording", "anna")
    assert done.returncode == 0, done.stderr
    exported = json.loads(done.stdout)
    assert (exported["channel"], exported["user"]) == ("recording", "anna")
    for table in ("inbox", "transcript", "outbox", "cases", "gaps"):
        assert WORDS in json.dumps(exported["data"][table]), table
    assert "bleibt" not in done.stdout
    text = stored("export", "person", "recording", "anna", "--text").stdout
    assert text.count(WORDS) >= 5
    assert "Was gesagt wurde (2)" in text


def test_erase_shows_what_there_is_asks_for_the_id_and_gives_a_receipt(stored):
    done = stored("erase", "recording", "anna", given="anna\n")
    assert done.returncode == 0, done.stderr
    assert "transcript" in done.stderr
    assert "persons" in done.stdout
    assert "backups: not touched" in done.stdout
    assert stored("export", "person", "recording", "anna").returncode == 1
    assert "bleibt" in stored("export", "person", "recording", "ben").stdout


@pytest.mark.parametrize("typed", ["ben\n", "\nyes\n", "ANNA\n"])
def test_without_the_right_id_nothing_is_deleted(stored, typed):
    done = stored("erase", "recording", "anna", given=typed)
    assert done.returncode == 1
    assert "nothing was deleted" in done.stderr
    assert WORDS in stored("export", "person", "recording", "anna").stdout


def test_erase_for_scripts_asks_nothing_and_counts_per_table_and_store(stored, address):
    done = stored("erase", "recording", "anna", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    receipt = json.loads(done.stdout)
    assert (receipt["channel"], receipt["user"]) == ("recording", "anna")
    counts = {name: (count["deleted"], count["emptied"]) for name, count in receipt["tables"].items()}
    assert counts == {
        "case_messages": (3, 0),
        "cases": (1, 0),
        "conversations": (1, 0),
        "gaps": (1, 0),
        "inbox": (0, 1),
        "outbox": (1, 0),
        "persons": (1, 0),
        "ratings": (0, 0),
        "staff_accounts": (0, 0),
        "timers": (0, 0),
        "transcript": (2, 0),
    }
    assert set(receipt["stores"]) == {"database", "database files", "drafts", "backups"}
    if address.startswith("sqlite"):
        assert receipt["stores"]["database files"] == "overwritten"


def test_somebody_unknown_is_said_so(stored):
    for arguments in (("export", "person", "recording", "zoe"), ("erase", "recording", "zoe", "--yes")):
        done = stored(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert "Nothing is stored" in done.stderr


def test_a_database_that_is_not_there_is_a_sentence(tmp_path):
    done = lotse_here(
        "erase", "recording", "anna", "--yes", folder=tmp_path, LOTSE_DATABASE=f"sqlite:///{tmp_path}/x.db"
    )
    assert done.returncode == 2
    assert "lotse migrate" in done.stderr
