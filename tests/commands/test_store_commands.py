"""``migrate``, ``cases``, ``health`` and ``chat``: what an operator does with the database of this folder."""

import contextlib
import json
import os
import sqlite3

import pytest

from tests.content.small_tree import write_tree
from tests.program import lotse, lotse_here, started, web_chat


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """A small content, so that a start takes no time."""
    return str(write_tree(tmp_path_factory.mktemp("content")))


@pytest.fixture(scope="module")
def asked(content, tmp_path_factory):
    """A folder in which somebody chatted and asked for a person; with what was printed."""
    folder = tmp_path_factory.mktemp("asked")
    given = "der Landesbonus\n\n  \nperson eins\n"
    done = lotse("chat", folder=folder, given=given, LOTSE_CONTENT=content, LOTSE_CLOCK="2026-11-22")
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


def test_a_chat_through_a_pipe_answers_every_line_also_the_last(asked):
    _, printed = asked
    assert printed.count("automatisches Programm mit festen Regeln") == 1
    assert "ein Zuschuss des Landes" in printed
    assert "Fall 1" in printed
    assert printed.index("ein Zuschuss des Landes") < printed.index("Fall 1")


def test_a_conversation_in_the_terminal_goes_on_after_a_new_start(asked, content):
    folder, _ = asked
    more = {"LOTSE_CONTENT": content, "LOTSE_CLOCK": "2026-11-22T12:10"}
    with started("chat", folder=folder, **more) as process:
        printed, problems = process.communicate("person eins\n", timeout=60)
        assert (process.returncode, problems) == (0, "")
        assert "Fall 1" in printed
        assert "automatisches Programm" not in printed


def test_open_cases_are_listed_with_the_question(asked):
    folder, _ = asked
    table = lotse_here("cases", folder=folder)
    assert table.returncode == 0
    assert "person eins" in table.stdout
    assert "bonus.overview" in table.stdout
    (row,) = [json.loads(line) for line in lotse_here("cases", "--json", folder=folder).stdout.splitlines()]
    assert (row["number"], row["state"], row["owner"], row["locale"]) == (1, "open", None, "de")
    assert row["due"] == "2026-11-23T09:30:00+00:00", "four working hours into the next working day"
    assert "person eins" in row["question"]
    assert row["shown"] == ["bonus.overview"]
    assert row["opened_at"].startswith("2026-11-22T11:")


@pytest.mark.parametrize("columns", ["80", "40"])
def test_on_a_narrow_screen_nothing_of_a_case_is_cut_and_the_question_comes_first(asked, columns):
    folder, _ = asked
    question = (
        "Wie hoch ist der [Landesbonus] für meine Weiterbildung zur Fachkraft, wenn ich in Teilzeit arbeite?\n"
        "Und bis wann muss der Antrag da sein?"
    )
    with contextlib.closing(sqlite3.connect(folder / "data" / "lotse.db")) as database, database:
        (before,) = database.execute("SELECT question FROM cases").fetchone()
        database.execute("UPDATE cases SET question = ?", ("\x1b[2J" + question,))
    try:
        printed = lotse_here("cases", folder=folder, COLUMNS=columns).stdout
    finally:
        with contextlib.closing(sqlite3.connect(folder / "data" / "lotse.db")) as database, database:
            database.execute("UPDATE cases SET question = ?", (before,))
    assert "\x1b" not in printed
    assert printed.startswith("1  [2JWie hoch ist der [Landesbonus] ")
    words = " ".join(printed.split())
    assert " ".join(question.split()) in words
    assert "open, with nobody · team foerderung · due 23.11.2026 10:30 · opened 22.11.2026 12:00" in words
    assert "about bonus · because" in words
    assert "shown before: bonus.overview" in words
    lines = printed.splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert len(lines) <= len(words) / int(columns) * 2, "not one word a line"


def test_migrate_makes_the_tables_and_doing_it_twice_changes_nothing(tmp_path):
    first = lotse_here("migrate", folder=tmp_path)
    assert (first.returncode, first.stdout) == (0, "The tables are up to date.\n")
    with sqlite3.connect(tmp_path / "data" / "lotse.db") as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.close()
    assert {"inbox", "outbox", "cases", "conversations"} <= tables
    assert lotse_here("migrate", folder=tmp_path).stdout == first.stdout
    assert lotse_here("cases", folder=tmp_path).stdout == "No open cases.\n"
    assert lotse_here("cases", "--all", folder=tmp_path).stdout == "No cases.\n"


@pytest.mark.parametrize(
    ("command", "settings", "words"),
    [
        ("cases", {}, "lotse migrate"),
        ("migrate", {"LOTSE_DATABASE": "oracle://somewhere"}, "LOTSE_DATABASE"),
        ("migrate", {"LOTSE_DATABASE": "postgresql://nobody:secret-word@127.0.0.1:1/none"}, "database"),
        ("migrate", {"LOTSE_DATABSE": "x"}, "did you mean LOTSE_DATABASE?"),
        ("run", {"LOTSE_PORT": "eight"}, "LOTSE_PORT is not usable"),
        ("run", {}, "LOTSE_OPEN_ACCESS=true"),
        ("run", {"LOTSE_OPEN_ACCESS": "true", "LOTSE_HOST": "0.0.0.0"}, "LOTSE_HOST=127.0.0.1"),
        ("run", {"LOTSE_OPEN_ACCESS": "true", "LOTSE_CONTENT": "/nowhere"}, "/nowhere"),
        ("chat", {"LOTSE_DATA": "/dev/null/data"}, "LOTSE_DATA"),
        ("health", {"LOTSE_PORT": "1"}, "Nothing answers at http://127.0.0.1:1/health"),
    ],
)
def test_what_cannot_work_is_said_in_words_without_a_traceback_and_without_secrets(
    tmp_path, content, command, settings, words
):
    done = lotse_here(command, folder=tmp_path, **{"LOTSE_CONTENT": content, "LOTSE_PORT": "0", **settings})
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret-word" not in done.stderr + done.stdout


def test_a_start_that_has_to_learn_says_so_on_a_terminal_and_the_next_one_does_not(tmp_path):
    content = write_tree(tmp_path / "content")
    ours, terminal = os.openpty()
    settings = {"LOTSE_OPEN_ACCESS": "true", "LOTSE_PORT": "0", "LOTSE_CONTENT": str(content)}
    with started("run", folder=tmp_path, stderr=terminal, **settings) as process:
        assert process.stdout.readline().startswith("Lotse is ready: ")
        assert os.read(ours, 100_000).startswith(b"Learning from the content, once; ")
    with started("ask", "der Landesbonus", folder=tmp_path, stderr=terminal, **settings) as process:
        assert "ein Zuschuss des Landes" in process.stdout.read()
    os.write(terminal, b"the end")
    assert b"Learning" not in os.read(ours, 100_000)
    os.close(terminal)
    os.close(ours)


def test_health_asks_the_running_program(tmp_path, content):
    with web_chat(tmp_path, LOTSE_CONTENT=content) as (address, _):
        port = address.rpartition(":")[2]
        done = lotse_here("health", folder=tmp_path, LOTSE_PORT=port)
        assert done.returncode == 0
        assert json.loads(done.stdout)["status"] == "ok"
        taken = lotse_here("run", folder=tmp_path, LOTSE_CONTENT=content, LOTSE_OPEN_ACCESS="true", LOTSE_PORT=port)
        assert taken.returncode == 2
        assert "is Lotse running already?" in taken.stderr


def test_an_unknown_command_is_named_and_help_lists_all(tmp_path):
    unknown = lotse_here("aks", folder=tmp_path)
    assert unknown.returncode == 2
    assert "aks" in unknown.stderr
    assert "Traceback" not in unknown.stderr
    listed = lotse_here("--help", folder=tmp_path).stdout
    assert all(name in listed for name in ("run", "chat", "ask", "explain", "check", "cases", "match", "export"))
