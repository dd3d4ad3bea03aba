"""How long a look at a room may take, counting what the homeserver takes and not what our own database takes.

A room is set aside, and the homeserver is blamed for it, when it says nothing about that room for too long. While an event is read
the database is asked things, too; when that is slow, the room is well, and to set it aside would help nobody. Whatever waits for
the database says so (``uncounted``), and the time of the look stands still meanwhile.

Rejected: to count the requests to the homeserver instead. Who waits until another one has fetched the same room waits for the
homeserver as well, and would have to say so in each such place.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar

_LOOK: ContextVar[asyncio.Timeout | None] = ContextVar("look", default=None)


@contextlib.asynccontextmanager
async def look_for(seconds: float) -> AsyncIterator[None]:
    """Raises TimeoutError when the block takes longer than this, without what was ``uncounted`` in it."""
    async with asyncio.timeout(seconds) as limit:
        before = _LOOK.set(limit)
        try:
            yield
        finally:
            _LOOK.reset(before)


@contextlib.contextmanager
def uncounted() -> Iterator[None]:
    """What takes time in this block is nothing the homeserver has to answer for."""
    limit = _LOOK.get()
    until = None if limit is None or limit.expired() else limit.when()
    if limit is None or until is None:  # nobody looks, or the look is over already
        yield
        return
    clock = asyncio.get_running_loop().time
    since = clock()
    limit.reschedule(None)
    try:
        yield
    finally:
        limit.reschedule(until + clock() - since)
