"""Who may send what, and what Slack is told: signatures, replays, other workspaces, a database that does not answer."""

import asyncio
import contextlib
import json
import re
import sqlite3
import time
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import func, select

from bot.channels.slack import http_transport, slack_api
from bot.channels.slack.bolt_app import BOTH_AWAY
from bot.channels.slack.http_transport import LONGEST_BODY, Answered
from bot.channels.slack.intake import Intake, NotTakenIn
from bot.store import tables
from tests.channels.slack.bridge import Bridge, signed
from tests.channels.slack.emulator import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.channels.slack.payloads import payload
from tests.channels.slack.stage import slack_settings, slack_stage

SECRET_WORDS = "Zwetschgenkuchen"


@pytest.fixture
async def http(tmp_path, slack_emulator):
    async with slack_stage(tmp_path, slack_emulator, "http") as stage:
        yield stage


async def inputs(stage):
    async with stage.site.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(tables.inbox))


def body_of(**changes):
    event = payload("message_im")
    event["event"]["text"] = SECRET_WORDS
    return json.dumps({**event, **changes})


async def send(stage, body, headers, content_type="application/json"):
    content = body if isinstance(body, bytes) else body.encode()
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        return await client.post(
            stage.bridge.target, content=content, headers={"Content-Type": content_type, **headers}
        )


NOW = time.time
REFUSED = {
    "no headers": lambda body: (body, {}),
    "no time stamp": lambda body: (body, {"X-Slack-Signature": signed(body)["X-Slack-Signature"]}),
    "no signature": lambda body: (body, {"X-Slack-Request-Timestamp": str(int(NOW()))}),
    "a wrong signature": lambda body: (body, {**signed(body), "X-Slack-Signature": "v0=" + "0" * 64}),
    "another version": lambda body: (
        body,
        {**signed(body), "X-Slack-Signature": signed(body)["X-Slack-Signature"][3:]},
    ),
    "another secret": lambda body: (body, signed(body, secret="another")),
    "five minutes and a second old": lambda body: (body, signed(body, at=NOW() - 301)),
    "from the future": lambda body: (body, signed(body, at=NOW() + 305)),
    "one byte changed": lambda body: (body.replace("Zwetschgen", "zwetschgen"), signed(body)),
    "one byte more": lambda body: (body + " ", signed(body)),
    "a time stamp that is none": lambda body: (body, {**signed(body), "X-Slack-Request-Timestamp": "now"}),
    "a time stamp in other digits": lambda body: (body, {**signed(body), "X-Slack-Request-Timestamp": "١٢٣".encode()}),
    "a negative time stamp": lambda body: (body, {**signed(body), "X-Slack-Request-Timestamp": "-1"}),
    "a signature that is no text": lambda body: (body, {**signed(body), "X-Slack-Signature": "v0=ü".encode()}),
    "bytes that are no text": lambda body: (b"\xff\xfe" + body.encode(), signed(body)),
}


async def test_only_what_slack_signed_a_moment_ago_is_taken_in_and_nothing_of_the_rest_is_logged(http, capsys):
    for name, forge in REFUSED.items():
        body, headers = forge(body_of())
        answer = await send(http, body, headers)
        assert answer.status_code == 401, name
        assert answer.json() == {"error": "invalid request"}
    assert await inputs(http) == 0
    logged = capsys.readouterr()
    assert "slack_request_refused" in logged.out + logged.err
    for secret in (SECRET_WORDS, SIGNING_SECRET, BOT_TOKEN, APP_TOKEN):
        assert secret not in logged.out + logged.err
    body = body_of()
    assert (await send(http, body, signed(body))).status_code == 200
    assert await inputs(http) == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no headers", "headers"),
        ("no signature", "headers"),
        ("another secret", "signature"),
        ("one byte changed", "signature"),
        ("five minutes and a second old", "clock"),
        ("from the future", "clock"),
    ],
)
async def test_the_log_says_what_the_operator_can_do_about_a_request_that_is_refused(http, capsys, name, why):
    assert (await send(http, *REFUSED[name](body_of()))).status_code == 401
    assert re.search(rf"slack_request_refused\W.*why\W+{why}\b", "".join(capsys.readouterr()))


async def test_another_workspaces_events_and_what_is_no_event_are_refused(http):
    for body in (
        body_of(team_id="T0ELSEWHERE", authorizations=[]),
        body_of(team_id=None, authorizations=[{"team_id": "T0ELSEWHERE"}]),
        "[]",
        "{}",
        "not json",
        "null",
    ):
        assert (await send(http, body, signed(body))).status_code == 401, body
    form = urlencode({"payload": json.dumps({**payload("block_actions"), "team": {"id": "T0ELSEWHERE"}})})
    assert (await send(http, form, signed(form), "application/x-www-form-urlencoded")).status_code == 401
    broken = urlencode({"payload": "{"})
    assert (await send(http, broken, signed(broken), "application/x-www-form-urlencoded")).status_code == 401
    assert await inputs(http) == 0


async def test_a_request_is_answered_once_and_its_replay_refused(http):
    body = body_of()
    headers = signed(body)
    assert [(await send(http, body, headers)).status_code for _ in range(3)] == [200, 401, 401]
    assert await inputs(http) == 1


async def test_signatures_are_remembered_as_long_as_they_are_valid_and_no_longer(monkeypatch):
    answered, now = Answered(), time.time()
    for at, signature in ((now - 400, "old"), (now, "new")):
        monkeypatch.setattr(http_transport.time, "time", lambda at=at: at)
        answered.add(signature)
    assert "old" not in answered
    assert "new" in answered


async def test_a_challenge_is_answered_and_other_methods_are_not(http):
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"})
    assert "3eZbrw1aBm2rZ" in (await send(http, body, signed(body))).text
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(http.bridge.target)).status_code in (400, 405)


async def test_a_press_may_bring_a_long_message_along_but_not_any_length(http):
    body = body_of(padding="x" * 200_000)
    assert (await send(http, body, signed(body))).status_code == 200
    body = body_of(padding="x" * LONGEST_BODY)
    with contextlib.suppress(httpx.TransportError):
        assert (await send(http, body, signed(body))).status_code >= 400
    assert await inputs(http) == 1


async def test_what_nobody_handles_is_acknowledged_and_forgotten(http):
    unknown = [
        ("events_api", {**payload("message_im"), "event": {"type": "team_join", "user": {"id": "U1"}}}),
        ("interactive", {**payload("message_shortcut"), "callback_id": "something-else"}),
    ]
    for kind, content in unknown:
        assert (await http.bridge.push_once(kind, content))[0] == 200
    assert await inputs(http) == 0


async def test_a_payload_that_cannot_be_read_is_a_failure_without_its_words(http, capsys):
    broken = payload("message_im")
    broken["event"] = {"type": "message", "user": "U1", "text": SECRET_WORDS}
    assert (await http.bridge.push_once("events_api", broken))[0] == 500
    logged = capsys.readouterr()
    assert "slack_handler_failed" in logged.out + logged.err
    assert SECRET_WORDS not in logged.out + logged.err


@contextlib.asynccontextmanager
async def stalled(stage):
    """Another program holds the database for as long as the block lasts."""
    holder = sqlite3.connect(stage.site.file, isolation_level=None, check_same_thread=False)
    try:
        await asyncio.to_thread(holder.execute, "BEGIN IMMEDIATE")  # waits for a transaction of Lotse's to end
        yield
    finally:
        holder.rollback()
        holder.close()


async def test_a_database_that_stalls_is_told_to_slack_in_time_and_the_repeat_is_taken_in_once(stage, kim):
    stage.bridge.patience, stage.bridge.repeats = 3.0, 0
    event = payload("message_im")
    event["event"].update(channel=kim.direct, user=kim.user, text="trotzdem")
    async with stalled(stage):
        started = time.monotonic()
        status, _ = await stage.bridge.push_once("events_api", event)
        took = time.monotonic() - started
    assert status == (503 if stage.bridge.transport == "http" else 0)
    assert 2.4 < took < 4.0
    assert await stage.bridge.push_once("events_api", event, 1) == (200, None)
    assert (await stage.bridge.push_once("events_api", event, 2))[0] == 200
    await kim.answered("Sie schrieben: trotzdem")
    assert await inputs(stage) == 1


async def test_who_typed_a_command_or_sent_a_form_is_told_when_nothing_was_stored(http):
    kim = await http.person()
    form = {**payload("view_submission"), **kim.about()}
    command = {**payload("slash_command"), "user_id": kim.user, "channel_id": kim.direct}
    async with stalled(http):
        told, given_back = await asyncio.gather(
            http.bridge.push_once("slash_commands", command), http.bridge.push_once("interactive", form)
        )
    assert told == (200, {"response_type": "ephemeral", "text": BOTH_AWAY})
    assert given_back == (200, {"response_action": "errors", "errors": {"question": BOTH_AWAY}})
    assert await inputs(http) == 0
    assert (await http.bridge.push_once("interactive", form))[0] == 200
    assert await inputs(http) == 2


async def test_what_comes_before_lotse_knows_itself_comes_again(tmp_path, slack_emulator):
    async with slack_stage(tmp_path, slack_emulator, "http") as stage:
        kim = await stage.person()
        await stage.stop_receiving()
        await kim.write("zu früh")
        (refused,) = await stage.bridge.until(lambda: [sent for sent in stage.bridge.sent if not sent.acknowledged])
        assert set(refused.attempts) == {503}
        assert await inputs(stage) == 0


async def test_lotse_that_does_not_know_itself_takes_nothing_in(tmp_path, slack_emulator, monkeypatch):
    """It could take its own messages for somebody else's and answer itself for ever."""
    monkeypatch.setattr(slack_api, "TIMEOUT_S", 1)
    async with slack_stage(tmp_path, slack_emulator, "http") as stage:
        await stage.stop_receiving()
        stage.bridge.fail("auth.test", status=200, error="invalid_auth", times=1_000)
        receiving = asyncio.create_task(stage.channel.receive(stage.accept, None))
        await stage.bridge.until(lambda: len(stage.bridge.called("auth.test")) > 1)
        assert not stage.channel.ready.is_set()
        body = body_of()
        assert (await send(stage, body, signed(body))).status_code == 503
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)


async def test_a_connection_that_is_renewed_loses_nothing(tmp_path, slack_emulator):
    async with slack_stage(tmp_path, slack_emulator, "socket") as stage:
        kim = await stage.person()
        await stage.bridge.disconnect()
        await kim.write("dazwischen")
        await kim.answered("Sie schrieben: dazwischen")
        assert len(stage.bridge.connections) == 2


async def test_messages_of_one_room_are_taken_in_in_the_order_they_came():
    intake, taken = Intake(), []

    async def take(number):
        async with intake.turn_of("room"):
            await asyncio.sleep(0 if number % 2 else 0.001)
            taken.append(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(20):
            tasks.create_task(take(number))
    assert taken == list(range(20))
    assert intake._turns == {}


async def test_nothing_is_taken_in_after_the_intake_was_closed():
    intake = Intake(in_time_s=0.01)
    with pytest.raises(NotTakenIn):
        await intake.take([])
    with pytest.raises(NotTakenIn, match=r"0\.01 seconds"):
        await intake.in_time(asyncio.sleep(5))
    assert await intake.in_time(asyncio.sleep(0, "done")) == "done"


def test_tokens_stand_in_no_representation_of_the_settings(slack_emulator):
    for transport in ("http", "socket"):
        shown = repr(slack_settings(Bridge(slack_emulator, transport)))
        assert not any(secret in shown for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET))
