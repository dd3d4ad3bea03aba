"""What can wait goes behind the messages, and is given up when it would come too late."""

import asyncio

import pytest

from bot.channels.matrix.behind import Behind
from bot.errors import ChannelError


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


async def test_a_sign_that_had_to_wait_too_long_is_not_sent_any_more():
    clock, sent = Seconds(), []
    behind = Behind(clock)

    async def sign():
        sent.append("sign")

    with behind.message():
        waiting = [asyncio.create_task(behind.send(sign, until)) for until in (60.0, 60.1)]
        await asyncio.sleep(0)  # lets them begin to wait
        assert sent == []
        clock.at = 60.0
    with pytest.raises(ChannelError, match="too long"):
        await waiting[0]
    await waiting[1]
    assert sent == ["sign"]
