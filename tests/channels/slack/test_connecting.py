"""What an operator reads of a connection to Slack that does not come about, or of a right that is missing."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.channels.slack.slack_channel import SlackChannel
from bot.channels.slack.socket_transport import NO_CONNECTION
from tests.channels.slack.bridge import Bridge
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
                while channel.problem in (None, NO_CONNECTION):
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
