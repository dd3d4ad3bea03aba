"""A room of coordinators that is set no longer while cases are worked in it, on a real homeserver with an independent client."""

import contextlib
from dataclasses import replace

from bot.channels.matrix.matrix_channel import open_matrix
from bot.model import DeskRoom
from bot.store import tables
from tests.channels.matrix.desk_in_matrix import MatrixDesk, looks_on, working
from tests.channels.matrix.people import People, lotse_on
from tests.store.rows import rows
from tests.web.site import running_site


@contextlib.asynccontextmanager
async def desk_at(site, people, lotse, anna, room):
    """The desk at work, with this room of Anna's in the settings."""
    rooms = (DeskRoom("matrix", room, rest=True),)
    async with open_matrix(replace(lotse.settings, desk_rooms=rooms), looks_on(site), site.clock) as channel:
        async with working(site, channel, rooms) as coordinate:
            await anna.until(lambda members: members.get(lotse.user) == "join", "members", room=room)
            yield MatrixDesk(site, people, lotse.user, room, anna, anna, channel, coordinate)
        site.channels.remove(channel)


async def test_who_goes_on_in_a_room_that_is_set_no_longer_is_told_where_the_case_is(homeserver, node_tools, tmp_path):
    async with People(node_tools, homeserver) as people, running_site(tmp_path) as site:
        anna, lotse = await people.arrive(), await lotse_on(homeserver, tmp_path / "matrix")
        old, new = [
            (await anna.ask("room", invite=[lotse.user], encrypted=True, direct=False))["room_id"] for _ in range(2)
        ]
        async with desk_at(site, people, lotse, anna, old) as desk:
            kim, alone = await desk.asks(encrypted=False)
            card = await desk.card(1)
            await anna.react(old, card["id"], "✋")
            await kim.hears(alone, lotse.user, "übernimmt Ihren Fall")
        async with desk_at(site, people, lotse, anna, new) as desk:
            await desk.card(1, "In Arbeit")
            await anna.say(old, "Reicht Ihnen das?", thread=card["id"])
            told = await anna.hears(old, lotse.user, "In diesem Raum wird nicht mehr koordiniert")
            assert told["relation"]["event_id"] == card["id"]
            await anna.hears(old, lotse.user, "Fall 1 liegt jetzt bei")
        assert "Reicht Ihnen das?" not in {row.text for row in await rows(site.database, tables.transcript)}
