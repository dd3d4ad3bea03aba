"""Cases worked in a Matrix room: employees and coordinators with an independent client, the pages of the desk beside them."""

import asyncio
import contextlib
import functools
from dataclasses import dataclass, replace

from bot.app import office_of
from bot.channel_looks import Looks
from bot.channels.matrix.matrix_channel import open_matrix
from bot.model import DeskRoom
from bot.store.accounts import linked_on
from bot.store.desk import Desk
from bot.store.desk_posts import DeskPosts
from bot.store.inbox import Inbox
from bot.store.sign_in import make_link
from bot.worker.desk_board import DeskBoard, desk_board_loop
from bot.worker.desk_talk import DeskTalk, desk_talk_loop
from bot.worker.notices import flood_notice
from bot.worker.room_people import RoomPeople
from bot.worker.typing_loop import typing_loop
from tests.channels.matrix.people import People, Person, lotse_on
from tests.web.site import Site, running_site


@dataclass
class MatrixDesk:
    """Anna and Ben coordinate in ``room``, Kim and others ask; ``site`` has the same cases in the browser.

    ``coordinators``: who they are, as the loops know it.
    """

    site: Site
    people: People
    lotse: str
    room: str
    anna: Person
    ben: Person
    channel: object
    coordinators: RoomPeople

    async def asks(self, *, encrypted, text="Mensch"):
        """Somebody new asks for a person: they, and the room in which they are alone with Lotse."""
        kim = await self.people.arrive()
        alone = await kim.room_with(self.lotse, encrypted=encrypted)
        await kim.say(alone, text)
        return kim, alone

    async def card(self, number, words=""):
        """The card of this case, once it says this."""

        def holds(timeline):
            return [
                each
                for each in timeline
                if each["sender"] == self.lotse
                and f"Fall {number} ·" in (each["content"].get("body") or "")
                and words in each["content"]["body"]
                and (each.get("relation") or {}).get("rel_type") != "m.replace"
            ]

        return holds(await self.anna.until(holds, room=self.room))[-1]


def looks_on(site):
    """What the channel may ask of the program."""
    return Looks(
        site.database, office_of(site.live, site.people), site.clock, lambda locale: (), lambda: site.live.content
    )


@contextlib.asynccontextmanager
async def matrix_desk(homeserver, node_tools, folder, *, encrypted=True, **site_options):
    """The desk at work, in a room of its own."""
    async with People(node_tools, homeserver) as people, running_site(folder, **site_options) as site:
        anna, ben = await people.arrive(), await people.arrive()
        lotse = await lotse_on(homeserver, folder / "matrix")
        made = await anna.ask("room", invite=[lotse.user, ben.user], encrypted=encrypted, direct=False)
        await ben.ask("join", room=made["room_id"])
        rooms = (DeskRoom("matrix", made["room_id"], frozenset({"foerderung"}), rest=True),)
        async with open_matrix(replace(lotse.settings, desk_rooms=rooms), looks_on(site), site.clock) as channel:
            assert channel.problem is None
            async with working(site, channel, rooms) as coordinators:
                await anna.until(lambda members: members.get(lotse.user) == "join", "members", room=made["room_id"])
                yield MatrixDesk(site, people, lotse.user, made["room_id"], anna, ben, channel, coordinators)


@contextlib.asynccontextmanager
async def working(site, channel, rooms):
    """Everything that works in the program while it runs."""
    people = RoomPeople(site.people, rooms, site.clock)
    people.connect([channel], functools.partial(linked_on, site.database))
    office = office_of(site.live, people)
    object.__setattr__(site.parts, "desk", Desk(site.database, office))
    site.inbox = Inbox(site.database, site.clock, flood_notice, rooms)
    await site.stop_loops()
    site.channels.append(channel)
    await site.start_loops()

    async def accept(incomings, cursor=None):
        await site.inbox.accept(channel.name, incomings, cursor)

    async def link(staff):
        return f"{site.address}/sign-in/{await make_link(site.database, staff, site.clock(), actor=staff)}"

    board = DeskBoard(site.database, DeskPosts(site.database, rooms), people, site.live, office, link, "de")
    talk = DeskTalk(site.database, Desk(site.database, office), people, site.live, "de", site.parts.gaps.labels)
    loops = [
        asyncio.create_task(channel.receive(accept, None)),
        asyncio.create_task(desk_board_loop(board, [channel], site.clock)),
        asyncio.create_task(desk_talk_loop(talk, site.clock, site.database.announcer)),
        asyncio.create_task(typing_loop(site.database, [channel], site.clock, site.database.announcer)),
    ]
    try:
        yield people
        assert not [loop for loop in loops if loop.done()], "a loop ended by itself"
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
