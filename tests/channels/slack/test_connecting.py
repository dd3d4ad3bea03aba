"""What an operator reads of a connection to Slack that does not come about, or of a right that is missing."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.channels.slack import socket_transport
from bot.channels.slack.slack_api import SlackApi
from bot.channels.slack.slack_channel import SlackChannel
from bot.channels.slack.socket_transport import NO_CONNECTION
from bot.errors import ChannelError
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import BOT_TOKEN
from tests.channels.slack.stage import slack_settings


async def accept(incomings, cursor=None):
    raise AssertionError("nothing was written")


@contextlib.asynccontextmanager
async def receiving(channel):
    task = asyncio.create_task(channel.receive(accept, None))
    try:
        yield channel
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def bridge(slack_emulator):
    slack_emulator.reset()
    async with Bridge(slack_emulator, "socket") as bridge:
        yield bridge


async def test_an_app_token_slack_refuses_is_named_instead_of_looking_healthy(bridge):
    settings = replace(slack_settings(bridge), app_token="xapp-wrong")
    with capture_logs() as logged:
        async with receiving(SlackChannel(settings, None)) as channel:
            async with asyncio.timeout(8):
                while channel.problem in (None, NO_CONNECTION):  # noqa: ASYNC110  # the channel offers no event for it
                    await asyncio.sleep(0.01)
            assert channel.problem.startswith("Slack refuses the token (apps.connections.open: invalid_auth)")
            assert "LOTSE_SLACK_APP_TOKEN" in channel.problem
            assert "xapp-wrong" not in channel.problem
            assert not channel.ready.is_set()
    assert not [line for line in logged if line["event"] == "slack_ready"]


async def test_before_there_is_a_connection_that_is_said(bridge):
    held = bridge.hold("apps.connections.open", "before")
    async with receiving(SlackChannel(slack_settings(bridge), None)) as channel:
        await held.wait()
        assert channel.problem == NO_CONNECTION
        assert not channel.ready.is_set()
        bridge.release()


async def test_once_there_is_a_connection_nothing_is_wrong(bridge):
    async with receiving(SlackChannel(slack_settings(bridge), None)) as channel:
        async with asyncio.timeout(8):
            await channel.ready.wait()
        assert channel.problem is None


async def test_a_connection_that_was_refused_once_comes_about_with_another_ticket(bridge, monkeypatch):
    monkeypatch.setattr(socket_transport, "LOOK_S", 0.02)
    monkeypatch.setattr(socket_transport, "PING_S", 0.2)
    bridge.lost_tickets = 1
    async with receiving(SlackChannel(slack_settings(bridge), None)) as channel, asyncio.timeout(8):
        await channel.ready.wait()
        bridge.lost_tickets = 1
        await bridge.disconnect()
        await bridge.connected.wait()


async def test_a_right_that_is_missing_is_said_until_what_was_refused_succeeds(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        desk.bridge.fail("conversations.members", times=1_000, status=200, error="missing_scope")
        with pytest.raises(ChannelError):
            await desk.channel.look_into(desk.room)
        kim = await desk.person(KIM)
        await kim.write("Was zahlt der Bonus mir?")
        await kim.answered("Sie schrieben: Was zahlt der Bonus mir?")
        assert desk.channel.problem.startswith("Slack refuses the token (conversations.members: missing_scope)")
        desk.bridge.failures.clear()
        await desk.channel.look_into(desk.room)
        assert desk.channel.problem is None


@pytest.mark.parametrize(
    ("refused", "then", "left"),
    [
        ({"error": "missing_scope"}, {}, True),
        ({"error": "missing_scope"}, {"error": "channel_not_found"}, True),
        ({"error": "missing_scope"}, {"breaks": "before"}, True),
        ({"error": "token_revoked"}, {}, False),
        ({"error": "token_revoked"}, {"error": "channel_not_found"}, False),
        ({"breaks": "before"}, {}, False),
        ({"breaks": "before"}, {"error": "ratelimited"}, False),
    ],
)
async def test_another_method_takes_back_what_was_said_of_all_and_not_of_one(bridge, refused, then, left):
    told = []
    api = SlackApi(BOT_TOKEN, bridge.api, told.append)
    bridge.fail("chat.postMessage", status=200, **refused)
    with pytest.raises(ChannelError):
        await api.call("chat.postMessage", channel="C1", text="Guten Tag")
    problem = told[-1]
    assert problem is not None
    if then:
        bridge.fail("auth.test", status=200, **then)
    with contextlib.suppress(ChannelError):
        await api.call("auth.test")
    assert told[-1] == (problem if left else None)
    await api.close()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"breaks": "before"}, "missing_scope"),
        ({"breaks": "before"}, "token_revoked"),
        ({"error": "token_revoked"}, "missing_scope"),
    ],
)
async def test_what_is_told_is_what_slack_says_of_the_token_now(bridge, first, then):
    told = []
    api = SlackApi(BOT_TOKEN, bridge.api, told.append)
    for failure in (first, {"error": then}):
        bridge.fail("chat.postMessage", status=200, **failure)
        with pytest.raises(ChannelError):
            await api.call("chat.postMessage", channel="C1", text="Guten Tag")
    assert told[-1].startswith(f"Slack refuses the token (chat.postMessage: {then}")
    await api.close()
