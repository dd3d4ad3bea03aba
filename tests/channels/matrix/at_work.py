"""A Matrix channel that reads and sends, with what it takes in kept in a list instead of a database."""

import asyncio
import contextlib
from datetime import UTC, datetime

from bot.channels.matrix.matrix_channel import MatrixChannel
from bot.errors import StoreUnavailable
from bot.model import Address, OutboxId, Paragraph, Post, Reply, Span

PATIENCE_S = 60


class NothingKept:
    """Whose a message is where no database stands behind the channel: it is not known of any."""

    async def reply_sent(self, person, address, outbox_id):
        return None

    async def listener_of(self, address, outbox_id):
        return None

    async def owner_of(self, address):
        return None

    async def case_of_event(self, person, event):
        return None

    async def cases_in(self, room):
        return ()

    async def was_taken_in(self, channel, event):
        return False

    async def desk_thread(self, desk_room, event):
        return None


class AtWork:
    """One connected channel. ``heard`` is everything it took in, each event once, as the inbox keeps it.

    ``cursors_alone`` counts how often it kept nothing but where to read on.
    """

    def __init__(self, settings, cursor=None, belonging=NothingKept()):  # noqa: B008  # it has no state
        self.settings, self.cursor = settings, cursor
        self.heard, self.told, self.changed = [], 0, asyncio.Event()
        self.cursors_alone = 0
        self.away = False
        self.channel = MatrixChannel(settings, belonging, lambda: datetime.now(UTC))

    async def accept(self, incomings, cursor=None):
        if self.away:
            raise StoreUnavailable("the inbox is away")
        known = {each.external_id for each in self.heard}
        self.told += len(incomings)
        self.cursors_alone += not incomings
        self.heard += [each for each in incomings if each.external_id not in known]
        self.cursor = cursor or self.cursor
        self.changed.set()

    async def __aenter__(self):
        await self.channel.open()
        self.receiving = asyncio.create_task(self.channel.receive(self.accept, self.cursor))
        return self

    async def __aexit__(self, *error):
        self.receiving.cancel()
        await asyncio.gather(self.receiving, return_exceptions=True)
        await self.channel.close()

    async def until(self, holds):
        """Return what ``holds`` gives once that is something; it is looked at whenever something was taken in."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := holds()):
                self.changed.clear()
                if self.receiving.done():
                    self.receiving.result()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), 0.2)
        return found

    async def hears(self, words, room=None):
        """What was said with these words."""

        def found():
            return [
                each
                for each in self.heard
                if getattr(each.input, "text", None) == words and room in (None, each.address.room)
            ]

        return (await self.until(found))[-1]

    async def says(self, room, text="Guten Tag", *, thread=None, outbox="o1", **more):
        """Send a reply."""
        reply = Reply((Paragraph((Span(text),)),), "de", **more)
        return await self.channel.send(Post(Address("matrix", room, thread), OutboxId(outbox), reply))
