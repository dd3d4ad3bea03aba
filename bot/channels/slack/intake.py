"""Stores what arrived before Slack is told that it did, in the order it arrived, or says in time that it could not.

Slack waits three seconds for an answer and repeats what was not acknowledged; an answer of ours that comes later is lost on
it. So after 2.5 seconds it is told that nothing was stored. The attempt is given up too; should it have succeeded in that
very moment, the repetition finds its ids and changes nothing.

Messages of one room are taken in one after the other, because Socket Mode hands them over side by side.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import TypeVar

from bot.channels.channel import Accept
from bot.channels.slack.interactions import now_utc
from bot.channels.slack.slack_events import NAME
from bot.errors import StoreUnavailable
from bot.model import Address, ExternalId, Incoming, Input, Person

IN_TIME_S = 2.5

T = TypeVar("T")


class NotTakenIn(StoreUnavailable):
    """Nothing was stored in time; Slack is to send it again."""


class Intake:
    """Hands inputs to the store. Before it is opened, and after it is closed, nothing is taken in."""

    def __init__(self, in_time_s: float = IN_TIME_S) -> None:
        self._in_time_s = in_time_s
        self._accept: Accept | None = None
        self._turns: dict[str, asyncio.Lock] = {}
        self._queued: Counter[str] = Counter()
        self._given_up: set[asyncio.Task[object]] = set()

    def open(self, accept: Accept) -> None:
        """From now on this is where inputs go."""
        self._accept = accept

    def close(self) -> None:
        """From now on nothing is taken in."""
        self._accept = None

    async def take(self, incomings: Sequence[Incoming]) -> None:
        """Store these inputs. Raises StoreUnavailable."""
        if self._accept is None:
            raise NotTakenIn("Slack is not ready yet; the event comes again.")
        await self._accept(incomings)

    async def take_alone(self, person: Person, given: Sequence[tuple[Input, ExternalId]]) -> None:
        """Store inputs that have no place of their own: in the conversation with the person alone. Raises StoreUnavailable."""
        address, now = Address(NAME, person.external_user), now_utc()
        await self.take([Incoming(address, person, key, each, now) for each, key in given])

    async def in_time(self, work: Awaitable[T]) -> T:
        """What the work gives, if it gives it in time. Raises NotTakenIn; the work is then given up.

        It runs as a task of its own: giving up a database that hangs may itself hang for longer than Slack waits.
        """
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait({task}, timeout=self._in_time_s)
        if task in done:
            return task.result()
        task.cancel()
        self._given_up.add(task)  # kept, so that it is not collected while it winds up
        task.add_done_callback(self._wound_up)
        raise NotTakenIn(f"Nothing was stored within {self._in_time_s} seconds; the event comes again.")

    @contextlib.asynccontextmanager
    async def turn_of(self, room: str) -> AsyncIterator[None]:
        """The block runs when all that arrived earlier in this room has been taken in."""
        lock = self._turns.setdefault(room, asyncio.Lock())
        self._queued[room] += 1
        try:
            async with lock:
                yield
        finally:
            self._queued[room] -= 1
            if not self._queued[room]:
                del self._queued[room], self._turns[room]

    def _wound_up(self, task: asyncio.Task[T]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved: the event was refused already, and comes again


def alone_beside(address: Address, person: Person) -> str | None:
    """Where a person is alone with Lotse, who does something at this address; None: there."""
    return None if address.room == person.external_user else person.external_user
