"""Sends what a table holds: one task looks for what may be sent, and a task for each message carries it out.

Were there several that look, each ring would cost as many looks, and most of them for nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.store.announce import Bell
from bot.worker.keep_going import Pace, keep_going, report_failure

SENDERS = 4
"""Messages of one channel that may be on their way at the same time, in different conversations."""

Item = TypeVar("Item")


async def keep_sending(
    name: str,
    claim: Callable[[], Awaitable[Item | None]],
    carry_out: Callable[[Item], Awaitable[None]],
    otherwise: Callable[[], Awaitable[float]],
    bell: Bell,
    pace: Pace,
    again_after_s: float,
) -> None:
    """Claim and carry out, until cancelled. ``otherwise`` is done when nothing may be sent: the seconds until the next look.

    ``again_after_s``: when a message is handed in again, as unclear, whose sending raised.
    """
    free = asyncio.Semaphore(SENDERS)

    async def send(item: Item) -> None:
        try:
            await carry_out(item)
        except Exception as error:  # it stays *sending*, and is handed in again as unclear
            report_failure(name, error, again_after_s)
        finally:
            free.release()

    async with asyncio.TaskGroup() as under_way:

        async def step() -> float:
            item = None
            await free.acquire()
            try:
                item = await claim()
            finally:
                if item is None:
                    free.release()
            if item is None:
                return await otherwise()
            under_way.create_task(send(item))
            return 0.0

        await keep_going(name, step, bell, pace)
