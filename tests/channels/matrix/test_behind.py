"""What can wait goes behind the messages, and is given up when it would come too late."""

import asyncio
import time

import pytest

from bot.channels.matrix.behind import Behind
from bot.errors import ChannelError


async def test_a_sign_that_had_to_wait_too_long_is_not_sent_any_more():
    behind, sent = Behind(), []

    async def sign():
        sent.append("sign")

    with behind.message():
        waiting = asyncio.create_task(behind.send(sign, time.monotonic() + 0.05))
        await asyncio.sleep(0.1)
    with pytest.raises(ChannelError, match="too long"):
        await waiting
    assert sent == []
    await behind.send(sign, time.monotonic() + 5)
    assert sent == ["sign"]
