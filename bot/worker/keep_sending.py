"""Sends what a table holds: one task looks for what may be sent, and a task for each message carries it out.

Were there several that look, each ring would cost as many looks, and most of them for nothing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from bot.store.announce import Bell
from bot.worker.keep_going import Pace, keep_going, report_failure

SENDERS = 4
"""Messages of one channel that may be on their way at the same time, in different conversations."""

Item = TypeVar("Item")


class Senders(Generic[Item]):
    """The tasks that carry messages of one channel out."""

    def __init__(self, start: Callable[[Item], asyncio.Task[None]]) -> None:
        self._start = start
        self._under_way: set[asyncio.Task[None]] = set()
        self._one_ended = asyncio.Event()

    def have_room(self) -> bool:
        """Whether another message may be on its way at this moment."""
        return len(self._under_way) < SENDERS

    async def room(self) -> None:
        """Return once there is room."""
        while not self.have_room():
            self._one_ended.clear()
            await self._one_ended.wait()

    def take(self, item: Item) -> None:
        """Carry this out. What was claimed while there was room is not refused when that is gone meanwhile: it is one more."""
        task = self._start(item)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._one_ended.set()


Offer = Callable[[Senders[Item]], contextlib.AbstractContextManager[Any]]
"""Tells somebody of the senders for as long as the block lasts; they may hand over what they have claimed themselves."""


async def keep_sending(
    name: str,
    claim: Callable[[], Awaitable[Item | None]],
    carry_out: Callable[[Item], Awaitable[None]],
    otherwise: Callable[[], Awaitable[float]],
    bell: Bell,
    pace: Pace,
    again_after_s: float,
    offer: Offer[Item] = contextlib.nullcontext,
) -> None:
    """Claim and carry out, until cancelled. ``otherwise`` is done when nothing may be sent: the seconds until the next look.

    ``again_after_s``: when a message is handed in again, as unclear, whose sending raised.
    """

    async def send(item: Item) -> None:
        try:
            await carry_out(item)
        except Exception as error:  # it stays *sending*, and is handed in again as unclear
            report_failure(name, error, again_after_s)

    async with asyncio.TaskGroup() as under_way:
        senders = Senders[Item](lambda item: under_way.create_task(send(item)))

        async def step() -> float:
            await senders.room()
            item = await claim()
            if item is None:
                return await otherwise()
            senders.take(item)
            return 0.0

        with offer(senders):
            await keep_going(name, step, bell, pace)
