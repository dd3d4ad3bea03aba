"""What is done beside everything else may be given up before it began; nothing of it is left lying about then."""

import inspect
from datetime import UTC, datetime

import pytest

from bot.channels.matrix.matrix_channel import MatrixChannel
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.channels.slack.surfaces import Surfaces


async def shown():
    raise AssertionError("it was given up before it began")


@pytest.mark.parametrize("platform", ["slack", "matrix"])
async def test_what_was_not_begun_is_closed(platform, tmp_path):
    given_up = shown()
    if platform == "slack":
        channel = Surfaces(None, None)
        channel.begin("test", given_up)
    else:
        settings = MatrixSettings("http://127.0.0.1:9", "@lotse:test.localhost", tmp_path, password="geheim")
        channel = MatrixChannel(settings, None, lambda: datetime.now(UTC))
        channel._soon(given_up)
    await channel.close()
    assert inspect.getcoroutinestate(given_up) == inspect.CORO_CLOSED
