"""The terminal as a channel: one person, one conversation, one line at a time.

What was printed cannot be looked up, so a message is recognised as printed for as long as this terminal session
lasts; after a stop the terminal is a new one, and a message nobody can have seen twice there may be printed.
"""

import asyncio
import contextlib
import sys
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from bot.channels.channel import Accept
from bot.errors import ChannelError
from bot.model import (
    Address,
    Delivery,
    Edit,
    ExternalId,
    Incoming,
    Limits,
    Person,
    React,
    Redact,
    Utterance,
    View,
    as_text,
)

NAME = "console"
LIMITS = Limits(text=100_000, choices=20)


class ConsoleChannel:
    """Reads lines and prints replies. ``user`` names the person, so that a conversation can be taken up again."""

    name = NAME
    limits = LIMITS
    problem: str | None = None

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        user: str = "console",
        lines: AsyncIterator[str] | None = None,
        write: Callable[[str], object] | None = None,
    ) -> None:
        self._clock = clock
        self._user = user
        self._lines = lines or typed_lines()
        self._write = write or _print
        self._printed: set[str] = set()
        self.ended = asyncio.Event()
        """Set once the input has ended and everything that was typed is stored."""

    async def receive(self, accept: Accept, cursor: str | None) -> None:
        """Take in one line after the other until the input ends; empty lines say nothing."""
        address = Address(NAME, self._user)
        person = Person(NAME, self._user)
        async for line in self._lines:
            if text := line.strip():
                said = Utterance(text)
                external_id = ExternalId(str(uuid.uuid4()))
                await accept([Incoming(address, person, external_id, said, self._clock())])
        self.ended.set()

    async def send(self, delivery: Delivery) -> ExternalId:
        """Print the reply, once. What stands on a terminal cannot be changed: an edit is printed as a new message."""
        if delivery.outbox_id not in self._printed and not isinstance(delivery, Redact | React):
            try:
                self._write(as_text(delivery.reply))
            except OSError as error:
                raise ChannelError(f"the terminal is gone: {error.strerror}", permanent=True) from None
            self._printed.add(delivery.outbox_id)
        return ExternalId(delivery.of if isinstance(delivery, Edit | Redact) else delivery.outbox_id)

    async def show(self, view: View) -> None:
        """Nothing: an answer is there before a sign of it could be read."""


async def typed_lines() -> AsyncIterator[str]:
    """What is typed, line by line, until the end of the input.

    A thread that ends with the program does the waiting: reading a terminal cannot be cancelled.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the program has ended meanwhile
            for line in sys.stdin:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, name="typed-lines", daemon=True).start()
    while (line := await lines.get()) is not None:
        yield line


def _print(text: str) -> None:
    sys.stdout.write(f"\n{text}\n\n> ")
    sys.stdout.flush()
