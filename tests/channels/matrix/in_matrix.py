"""A person in a room of the real homeserver, as the contract of all channels wants them."""

import asyncio
import contextlib

from bot.channels.matrix.matrix_channel import open_matrix
from bot.model import Address
from tests.channels.matrix.at_work import NothingKept
from tests.channels.matrix.people import People, lotse_on


class Matrix:
    """One account of Lotse's and one person, for all tests of a module; every test has a room of its own."""

    def __init__(self, lotse, channel, person):
        self.lotse, self.channel, self.person = lotse, channel, person


@contextlib.asynccontextmanager
async def in_matrix(homeserver, node_tools, folder, clock):
    lotse = await lotse_on(homeserver, folder)
    async with People(node_tools, homeserver) as people, open_matrix(lotse.settings, NothingKept(), clock) as channel:
        assert channel.problem is None
        yield Matrix(lotse, channel, await people.arrive())


class MatrixPerson:
    """Somebody who writes to Lotse in a room of two."""

    patience_s = 60

    def __init__(self, site, matrix, *, encrypted):
        self.site, self.matrix, self.encrypted = site, matrix, encrypted
        self.channel = matrix.channel
        self.began = None

    async def settle(self):
        """Make the room; Lotse accepts the invitation by itself."""
        self.room = await self.matrix.person.room_with(self.matrix.lotse.user, encrypted=self.encrypted)
        self.address = Address("matrix", self.room)
        self.began = await self.site.inbox.cursor("matrix")

    async def write(self, text):
        return await self.matrix.person.say(self.room, text)

    async def repeat(self, event):
        """A homeserver repeats what follows an older cursor."""
        self.receiving.cancel()
        await asyncio.gather(self.receiving, return_exceptions=True)
        self.receiving = asyncio.create_task(self.channel.receive(self.accept, self.began))

    async def read(self):
        timeline = await self.matrix.person.ask("timeline", room=self.room)
        return [
            each["content"]["body"]
            for each in timeline
            if each["sender"] == self.matrix.lotse.user and each["type"] == "m.room.message"
        ]
