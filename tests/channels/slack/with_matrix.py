"""One Lotse on Slack and on Matrix: coordinators in a channel of the one, and where a test wants them in a room of the other."""

import asyncio
import contextlib
from dataclasses import replace

from bot.channels.matrix.matrix_channel import open_matrix
from bot.model import DeskRoom
from tests.channels.matrix.desk_in_matrix import MatrixDesk
from tests.channels.matrix.people import People, lotse_on
from tests.channels.slack.at_the_desk import desk_in_slack


class Matrix:
    """The platform beside Slack, with its rooms of coordinators, into which ``anna`` has asked Lotse."""

    def __init__(self, settings, anna):
        self._settings, self._anna = settings, anna
        self.rooms = settings.desk_rooms

    @contextlib.asynccontextmanager
    async def connected(self, site, looks):
        """The channel, reading and sending, once Lotse is in these rooms."""

        async def accept(incomings, cursor=None):
            await site.inbox.accept("matrix", incomings, cursor)

        async with open_matrix(self._settings, looks, site.clock) as channel:
            assert channel.problem is None
            await site.stop_loops()
            site.channels.append(channel)
            await site.start_loops()
            receiving = asyncio.create_task(channel.receive(accept, None))
            try:
                for room in self.rooms:
                    await self._anna.until(self._with_lotse, "members", room=room.room)
                yield channel
                assert not receiving.done(), "it ended by itself"
            finally:
                receiving.cancel()
                await asyncio.gather(receiving, return_exceptions=True)

    def _with_lotse(self, members):
        return members.get(self._settings.user) == "join"


@contextlib.asynccontextmanager
async def slack_and_matrix(folder, emulator, homeserver, node_tools, *, in_slack=(), in_matrix=()):
    """The desk in Slack for these teams, or for all, and the one in Matrix for those, if any; Lotse in its own words."""
    async with People(node_tools, homeserver) as people:
        anna, lotse = await people.arrive(), await lotse_on(homeserver, folder / "matrix")
        room = (await anna.ask("room", invite=[lotse.user], encrypted=True, direct=False))["room_id"]
        rooms = (DeskRoom("matrix", room, frozenset(in_matrix)),) if in_matrix else ()
        matrix, teams = Matrix(replace(lotse.settings, desk_rooms=rooms), anna), frozenset(in_slack)
        async with desk_in_slack(folder, emulator, teams=teams, beside=matrix, own_words=True) as slack:
            site = slack.site
            yield slack, MatrixDesk(site, people, lotse.user, room, anna, anna, site.channels[-1], site.coordinators)
