import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.errors import ContentProblem
from bot.web.health import FAILURE_COUNTS_S, ContentState

ERROR = ContentProblem("knowledge/funding/bonus.yaml", 7, 3, "KB012", "a literal amount", "use a fact")
NOTICE = ContentProblem("knowledge/funding/bonus.yaml", 9, 1, "KB040", "review is due", "review it", "notice")

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def health(guest):
    answer = await guest.http.get("/health")
    return answer.status_code, answer.json()


async def test_all_well(own_guest):
    await own_guest.say("Hallo")
    await own_guest.see("Sie schrieben: Hallo")
    status, body = await health(own_guest)
    assert (status, body["status"], body["reasons"], body["database"]) == (200, "ok", [], "ok")
    assert body["content"] == {"hash": "hash-of-the-content", "errors": [], "notices": 0}


async def test_an_input_that_waits_too_long_is_named(own_site, own_guest):
    await own_site.stop_loops()
    await own_guest.say("Hallo")
    assert (await health(own_guest))[1]["status"] == "ok"
    own_site.now += timedelta(minutes=5)
    status, body = await health(own_guest)
    assert (status, body["status"]) == (200, "degraded")
    assert "waited for 300 s" in body["reasons"][0]
    assert body["inputs"] == {"waiting": 1, "oldest_waiting_s": 300.0, "parked": 0}


async def test_content_that_could_not_go_live_is_named(own_site, own_guest):
    own_site.content = ContentState("old", (NOTICE,))
    assert (await health(own_guest))[1]["status"] == "ok"
    own_site.content = ContentState("old", (NOTICE, ERROR))
    body = (await health(own_guest))[1]
    assert body["status"] == "degraded"
    assert body["content"]["errors"] == ["knowledge/funding/bonus.yaml:7:3 KB012 a literal amount"]
    assert body["content"]["notices"] == 1


async def test_a_platform_that_cannot_be_reached_is_named(own_site, own_guest):
    own_site.channels[0].problem = "The Matrix homeserver does not answer as it should: it is away."
    status, body = await health(own_guest)
    assert (status, body["status"], body["reasons"]) == (200, "degraded", [own_site.channels[0].problem])
    assert "lotse_channels_troubled 1.0" in (await own_guest.http.get("/metrics")).text
    own_site.channels[0].problem = None
    assert (await health(own_guest))[1]["status"] == "ok"


async def test_no_word_of_anybody_is_in_it(own_site, own_guest):
    await own_site.stop_loops()
    await own_guest.say("Streng geheim")
    for path in ("/health", "/metrics"):
        text = (await own_guest.http.get(path)).text
        assert "geheim" not in text
        assert own_guest.conversation not in text


async def test_a_database_that_is_gone_turns_it_red(own_guest, tmp_path):
    (tmp_path / "lotse.db").rename(tmp_path / "away.db")
    status, body = await health(own_guest)
    assert (status, body["status"], body["database"]) == (503, "down", "gone")
    assert body["reasons"][0].startswith("The database file")
    assert "lotse_up 0.0" in (await own_guest.http.get("/metrics")).text


async def test_a_database_that_takes_no_changes_is_reported_for_some_minutes(own_site, own_guest):
    database = own_site.database

    @event.listens_for(database.engine.sync_engine, "connect")
    def no_space_left(connection, _record):
        connection.cursor().execute("PRAGMA max_page_count = 1")  # SQLite takes it for: no more than there are now

    await database.engine.dispose()
    for _ in range(20):
        answer = await own_guest.say("x" * 3_000)
        if answer.status_code == 503:
            break
    assert answer.status_code == 503
    status, body = await health(own_guest)
    assert (status, body["status"], body["database"]) == (200, "degraded", "failing")
    assert re.match(r"\d+ s ago a change could not be stored: The disk with the database is full", body["reasons"][0])
    assert "lotse_database_failing 1.0" in (await own_guest.http.get("/metrics")).text
    await own_site.stop_loops()
    database.write_failure = replace(database.write_failure, at=database.write_failure.at - FAILURE_COUNTS_S)
    assert (await health(own_guest))[1]["status"] == "ok"
    assert "lotse_database_failing 0.0" in (await own_guest.http.get("/metrics")).text


async def test_the_metrics_are_the_same_figures(own_site, own_guest):
    await own_site.stop_loops()
    await own_guest.say("Hallo")
    own_site.now += timedelta(seconds=30)
    own_site.content = ContentState("x", (ERROR, NOTICE))
    lines = (await own_guest.http.get("/metrics")).text.splitlines()
    for line in (
        "lotse_up 1.0",
        "lotse_inputs_waiting 1.0",
        "lotse_oldest_input_seconds 30.0",
        "lotse_inputs_parked 0.0",
        "lotse_deliveries_waiting 0.0",
        "lotse_deliveries_parked 0.0",
        "lotse_cases_open 0.0",
        "lotse_content_errors 1.0",
    ):
        assert line in lines
