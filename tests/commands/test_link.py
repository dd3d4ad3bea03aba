"""``lotse link``, and the desk's link a start prints: who gets one, where it leads, and what it says when there is none."""

import re
import sqlite3

import httpx
import pytest

from bot.commands.run import way_to_the_desk
from tests.content.small_tree import write_tree
from tests.program import lotse_here, started, stop, web_chat

PEOPLE = "staff:\n  anna.petersen: {name: Anna Petersen, roles: [coordinator, admin], teams: all}\n"
LINK = re.compile(r"(http\S+)/sign-in/([A-Za-z0-9_-]{43})")


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """A small content, so that a start takes no time."""
    return str(write_tree(tmp_path_factory.mktemp("content")))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "staff.yaml").write_text(PEOPLE)
    assert lotse_here("migrate", folder=tmp_path).returncode == 0
    return tmp_path


def press(address, link):
    """What a browser does with a link: look at the page, press the button, arrive."""
    with httpx.Client(base_url=address, headers={"Origin": address}, follow_redirects=True, trust_env=False) as http:
        assert 'name="link"' in http.get(f"/sign-in/{link}").text
        return http.post("/sign-in", data={"link": link})


@pytest.mark.parametrize(
    ("settings", "address"),
    [({}, "http://127.0.0.1:8420"), ({"LOTSE_ADDRESS": "https://lotse.example"}, "https://lotse.example")],
)
def test_a_link_leads_where_people_reach_lotse(folder, settings, address):
    done = lotse_here("link", "anna.petersen", folder=folder, **settings)
    assert done.returncode == 0
    found = LINK.fullmatch(done.stdout.strip())
    assert found[1] == address
    assert "once, for ten minutes" in done.stderr
    with sqlite3.connect(folder / "data" / "lotse.db") as database:
        assert found[2] not in "\n".join(database.iterdump())
    database.close()


@pytest.mark.parametrize(
    ("person", "people", "words"),
    [
        ("anna.peterson", PEOPLE, "did you mean anna.petersen?"),
        ("zoe", PEOPLE, "there are: anna.petersen."),
        ("", PEOPLE, "Nobody is called"),
        ("anna.petersen", PEOPLE.replace("admin", "boss"), "line 2, `staff.anna.petersen.roles`: `boss` is no role"),
        ("anna.petersen", None, "there are: koordination."),
    ],
)
def test_who_cannot_sign_in_gets_no_link_but_a_reason(folder, person, people, words):
    file = folder / "data" / "staff.yaml"
    file.unlink() if people is None else file.write_text(people)
    done = lotse_here("link", person, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_link_needs_tables(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "staff.yaml").write_text(PEOPLE)
    assert "lotse migrate" in lotse_here("link", "anna.petersen", folder=tmp_path).stderr


def test_a_start_to_try_lotse_prints_a_link_that_opens_the_desk(tmp_path, content):
    with web_chat(tmp_path, LOTSE_CONTENT=content) as (address, process):
        found = LINK.search(process.stdout.readline())
        assert found[1] == address
        assert httpx.get(f"{address}/desk", trust_env=False).status_code == 403, "open access opens the chat only"
        desk = press(address, found[2])
        assert (desk.status_code, desk.url.path) == (200, "/desk")
        assert "Koordination" in desk.text
        more = lotse_here("link", "koordination", folder=tmp_path, LOTSE_PORT=address.rpartition(":")[2])
        assert press(address, LINK.search(more.stdout)[2]).status_code == 200
        assert stop(process) == 0
        log = process.stderr.read()
        assert found[2] not in log, "a link is not for logs"


def test_without_open_access_the_desk_is_served_and_the_chat_is_not(folder, content):
    settings = {"LOTSE_CONTENT": content, "LOTSE_PORT": "0"}
    (folder / "data" / "staff.yaml").write_text(PEOPLE)
    with started("run", folder=folder, **settings) as process:
        ready = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", ready)[0]
        assert f"{address}/desk" in ready
        link = LINK.search(lotse_here("link", "anna.petersen", folder=folder).stdout)[2]
        desk = press(address, link)
        assert (desk.status_code, desk.url.path) == (200, "/desk")
        assert "Anna Petersen" in desk.text
        (folder / "data" / "staff.yaml").unlink()
        built_in = LINK.search(lotse_here("link", "koordination", folder=folder).stdout)[2]
        assert press(address, built_in).status_code == 404, "somebody is built in with open access only"
        (folder / "data" / "staff.yaml").write_text(PEOPLE)
        for path in ("/chat", "/chat/events", "/chat/" + "0" * 32):
            answer = httpx.get(address + path, trust_env=False)
            assert (answer.status_code, "set-cookie" in answer.headers) == (404, False)
        assert httpx.get(address, trust_env=False).headers["location"] == "/desk"
        assert stop(process) == 0
        assert "sign-in" not in process.stdout.read(), "nobody is built in where people are named"


def test_a_team_the_content_does_not_have_stops_the_start(folder, content):
    (folder / "data" / "staff.yaml").write_text(PEOPLE.replace("all", "[nowhere]"))
    done = lotse_here("run", folder=folder, LOTSE_CONTENT=content, LOTSE_PORT="0")
    assert done.returncode == 2
    assert "anna.petersen is in the team `nowhere`" in done.stderr


def test_the_start_says_how_to_get_to_the_desk_with_people_of_ones_own_and_without(tmp_path):
    file = tmp_path / "staff.yaml"
    assert way_to_the_desk("http://x/sign-in/abc", file).startswith("The desk: http://x/sign-in/abc ")
    file.write_text("staff:\n  anna.petersen: {name: Anna Petersen, roles: [coordinator], teams: all}\n")
    assert way_to_the_desk(None, file).startswith("To the desk: lotse link anna.petersen ")
