"""What can wait goes out behind the messages: one thing at a time, while no message is under way and nothing is throttled.

A homeserver counts everything an account sends, so signs that are tried at once would take the place of somebody's answer.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from bot.channels.matrix.homeserver import JITTER
from bot.errors import ChannelError

TRY_FOR_S = 60.0
"""A sign that comes later would surprise more than it helps: the choices can be typed all the time."""
FIRST_PAUSE_S = 0.5
MESSAGE_FIRST_S = 1.0
"""A message that was throttled is tried again when its wait is over; what can wait goes on this much later."""

Sent = TypeVar("Sent")


class Behind:
    """Keeps the order; one object per account, as homeservers throttle accounts. ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._messages = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._not_before = 0.0

    @contextlib.contextmanager
    def message(self) -> Iterator[None]:
        """While a message is sent; when the homeserver throttles it, everything else waits for longer than the message."""
        self._messages += 1
        self._quiet.clear()
        try:
            yield
        except ChannelError as error:
            if error.retry_after is not None:
                self._wait(error.retry_after.total_seconds() * (1 + JITTER) + MESSAGE_FIRST_S)
            raise
        finally:
            self._messages -= 1
            if not self._messages:
                self._quiet.set()

    async def send(self, what: Callable[[], Awaitable[Sent]], try_until: float) -> Sent:
        """Send this once nothing goes before it, again and again where that helps. Raises ChannelError.

        ``try_until``: by the same clock; what has not begun by then is given up.
        """
        pause_s = FIRST_PAUSE_S
        async with self._one_at_a_time:
            while True:
                await self.until_quiet()
                if self._clock() >= try_until:
                    raise ChannelError("messages went before it for too long", permanent=True)
                try:
                    return await what()
                except ChannelError as error:
                    if error.permanent or self._clock() >= try_until:
                        raise
                    self._wait(error.retry_after.total_seconds() if error.retry_after is not None else pause_s)
                    pause_s *= 2

    async def until_quiet(self) -> None:
        """Return once no message is under way and nothing is throttled."""
        while self._messages or self._not_before > self._clock():
            await self._quiet.wait()
            await asyncio.sleep(max(self._not_before - self._clock(), 0.0))

    def _wait(self, seconds: float) -> None:
        self._not_before = max(self._not_before, self._clock() + seconds)
