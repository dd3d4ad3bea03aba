"""Shows people who wait that an answer is on its way, and takes the sign away once it has left.

Mostly an answer leaves within a few milliseconds, and a platform does one thing after the other: a sign that was shown at once
would come between somebody and their answer. So nobody is shown anything before ``AFTER``, and of quick answers nothing is noticed
here but one look a moment later. What is awaited is read from the store: after a start it is shown as well, and a sign whose answer
left at the same moment is taken away by the next look.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.channels.channel import Channel
from bot.model import Address, Typing, TypingEnds, View
from bot.store.announce import INBOX, OUTBOX, Announcer
from bot.store.awaited import awaited
from bot.store.database import Database
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

AFTER = timedelta(milliseconds=300)
SHOWN_AGAIN_AFTER = timedelta(seconds=10)
"""A sign ends by itself, on no platform earlier than this."""
LOOK_AGAIN_S = 1.0
"""While somebody waits; that a coordinator takes the word meanwhile rings no bell that is heard here."""


class TypingSigns:
    """The signs on one channel."""

    def __init__(self, database: Database, channel: Channel, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._channel = channel
        self._clock = clock
        self._shown: dict[Address, datetime] = {}

    async def look(self) -> bool:
        """Show and take away what has to be; whether anybody waits. Raises StoreUnavailable."""
        now = self._clock()
        since = await awaited(self._database, self._channel.name, now)
        over = [address for address in self._shown if address not in since]
        late = [
            address for address, begun in since.items() if now - begun >= AFTER and not self._is_shown(address, now)
        ]
        for address in over:
            del self._shown[address]
        self._shown |= dict.fromkeys(late, now)
        rooms = {address.room for address in self._shown}  # a platform may show one sign for all threads of a room
        ended = [address for address in over if address.room not in rooms]
        views: list[View] = [*(TypingEnds(address) for address in ended), *(Typing(address) for address in late)]
        await asyncio.gather(*(self._channel.show(view) for view in views))
        return bool(since)

    def _is_shown(self, address: Address, now: datetime) -> bool:
        shown = self._shown.get(address)
        return shown is not None and now - shown < SHOWN_AGAIN_AFTER


async def typing_loop(
    database: Database,
    channels: Sequence[Channel],
    clock: Callable[[], datetime],
    announcer: Announcer,
    *,
    pace: Pace = USUAL_PACE,
) -> None:
    """Show on each of these channels who waits that an answer is on its way, until cancelled."""
    async with asyncio.TaskGroup() as loops:
        for channel in channels:
            signs = TypingSigns(database, channel, clock)
            loops.create_task(_show(signs, announcer, pace), name=f"typing_{channel.name}")


async def _show(signs: TypingSigns, announcer: Announcer, pace: Pace) -> None:
    with announcer.listen(INBOX, OUTBOX) as bell:

        async def step() -> float:
            await asyncio.sleep(AFTER.total_seconds())
            bell.silence()  # what rang meanwhile is seen by this look
            return LOOK_AGAIN_S if await signs.look() else pace.idle

        await keep_going("typing", step, bell, pace)
