"""Starts loops for the length of a test and stops them as the program does: by cancelling them; or takes single steps."""

import asyncio
import contextlib

from bot.worker.content_watch import LivePair
from bot.worker.keep_going import Pace
from bot.worker.outbox_loop import carry_out

QUICK = Pace(idle=5.0, after_failure=0.01, at_most=0.05)
NOTHING = LivePair(content=None, reader=None)


@contextlib.asynccontextmanager
async def running(*loops):
    """The loops run while the block does; one that ends by itself fails the test."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield tasks
        ended = [task for task in tasks if task.done()]
        assert not ended, f"a loop ended by itself: {ended}"
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results), results


async def heard(bell, condition):
    """Return once the condition, a coroutine function, holds; looked at whenever the bell rings."""
    async with asyncio.timeout(20):
        while not await condition():
            await bell.wait(0.5)


async def send_next(outbox, channel, clock) -> bool:
    """Send the next message of this channel, as the loop does; False when none may be sent now."""
    item = await outbox.claim_next(channel.name, clock())
    if item is None:
        return False
    await carry_out(outbox, channel, item, clock)
    return True
