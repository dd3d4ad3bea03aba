"""Wakes whoever waits for something to appear in the store, so that no loop and no page needs to poll.

A *topic* is a short word; listeners hold a bell. A bell remembers that it rang, so nothing is missed between looking
into the store and waiting. On SQLite there is one process and a bell is an asyncio event. On PostgreSQL the
transaction itself sends NOTIFY (see ``Database.transaction``), so the ring and the rows become visible together, in
every process. A lost connection rings all bells once it is back, because nobody knows what was missed meanwhile.

Rejected: NOTIFY from a connection of its own after the commit (a stop in between loses the ring), and topics that
name the room (a topic travels through the database's log, so it carries a digest instead).
"""

import asyncio
import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

import psycopg
import structlog

from bot.model import Address

log = structlog.get_logger(__name__)

INBOX = "inbox"
OUTBOX = "outbox"
"""Rings whenever something becomes of any message that is to be sent."""
TIMERS = "timers"
STAFF = "staff"
"""Rings when the people who may sign in, or their roles, have changed."""
DESK = "desk"
"""Rings whenever something happens to any case: to its state, or in what was said in it."""
DESK_INBOX = "desk_inbox"
"""Rings when something was said in a room of coordinators."""
DESK_POSTS = "desk_posts"
"""Rings when something may be posted there."""

POSTGRES_CHANNEL = "lotse"
RECONNECT_FIRST, RECONNECT_LONGEST = 0.5, 15.0
"""Seconds between attempts to listen again; the loops' own slow look covers the time in between."""


def sending_topic(channel: str) -> str:
    """The topic that rings when this channel may have something to send."""
    return f"{OUTBOX}:{channel}"


def outbox_topics(channel: str) -> tuple[str, str]:
    """What rings when something becomes of a message of this channel."""
    return OUTBOX, sending_topic(channel)


def transcript_topic(address: Address) -> str:
    """The topic that rings when something is added to, or delivered in, the conversation at this address."""
    return f"transcript:{_digest(address)}"


def arrival_topic(address: Address) -> str:
    """The topic that rings when an input for the conversation at this address was accepted; it is not yet part of it."""
    return f"arrival:{_digest(address)}"


def session_topic(digest: str) -> str:
    """The topic that rings when the session of this digest was ended."""
    return f"session:{digest[:32]}"


def _digest(address: Address) -> str:
    place = "\0".join((address.channel, address.room, address.thread or ""))
    return hashlib.sha256(place.encode()).hexdigest()[:32]


class Bell:
    """Rings for one listener. ``wait`` returns at once when it rang since the last wait."""

    def __init__(self) -> None:
        self._rang = asyncio.Event()

    def ring(self) -> None:
        """Wake the listener, now or at its next wait."""
        self._rang.set()

    def silence(self) -> None:
        """Forget that it rang: whoever is about to look sees everything that was committed before it did."""
        self._rang.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most so many seconds; True when it rang."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rang.wait()
        rang = self._rang.is_set()
        self._rang.clear()
        return rang


class Announcer:
    """Rings the bells of one process; with a PostgreSQL address it also hears what other processes committed."""

    def __init__(self, conninfo: str | None = None) -> None:
        self._bells: defaultdict[str, list[Bell]] = defaultdict(list)
        self._conninfo = conninfo
        self._listening: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()

    @contextlib.contextmanager
    def listen(self, *topics: str) -> Iterator[Bell]:
        """One bell for all of these topics, for as long as the block lasts. Listen first, then look, then wait."""
        bell = Bell()
        for topic in topics:
            self._bells[topic].append(bell)
        if self._conninfo and self._listening is None:
            self._listening = asyncio.create_task(self._hear_postgres(self._conninfo), name="announcer")
        try:
            yield bell
        finally:
            for topic in topics:
                self._bells[topic].remove(bell)
                if not self._bells[topic]:
                    del self._bells[topic]

    async def wait(self, topic: str, seconds: float) -> bool:
        """Wait for the next ring of this topic, at most so many seconds; True when it rang."""
        with self.listen(topic) as bell:
            return await bell.wait(seconds)

    def notify(self, *topics: str) -> None:
        """Ring every bell of these topics in this process."""
        for topic in topics:
            for bell in self._bells.get(topic, ()):
                bell.ring()

    async def connected(self) -> None:
        """Return once other processes can be heard; at once on SQLite, where there are none."""
        if self._listening is not None:
            await self._connected.wait()

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def _hear_postgres(self, conninfo: str) -> None:
        pause = RECONNECT_FIRST
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
                async with connection:
                    await connection.execute(f"LISTEN {POSTGRES_CHANNEL}")
                    self._connected.set()
                    pause = RECONNECT_FIRST
                    self.notify(*self._bells)
                    async for notice in connection.notifies():
                        self.notify(notice.payload)
            except psycopg.Error as error:
                log.warning("announcer_disconnected", error=type(error).__name__, again_in_s=pause)
            self._connected.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, RECONNECT_LONGEST)


def unique(topics: Iterable[str]) -> tuple[str, ...]:
    """The topics without repetition, in their order."""
    return tuple(dict.fromkeys(topics))
