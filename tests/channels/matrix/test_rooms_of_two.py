"""In which room somebody is alone with Lotse while others come and go and rooms vanish: on a real homeserver."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from bot.errors import ChannelError
from bot.model import Address, Choice, Left, OutboxId, Redact
from tests.channels.matrix.at_work import AtWork, NothingKept
from tests.channels.matrix.gateway import HANG, gateway
from tests.channels.matrix.people import come, lotse_on, room_of, write

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_was_said_to_others_by_somebody_who_has_gone_since_is_not_taken_for_a_question(homeserver, tmp_path):
    kim, lea, lotse = homeserver.register(), homeserver.register(), await lotse_on(homeserver, tmp_path / "lotse")

    class OfKim(NothingKept):
        async def owner_of(self, address):
            return kim.user_id if address.room == room else None

    async with AtWork(lotse.settings) as before:
        room = room_of(homeserver, kim, lotse.user)
        write(homeserver, kim, room, "davor")
        await before.hears("davor", room)
    come(homeserver, kim, room, lea)
    write(homeserver, lea, room, "Hallo Kim")
    homeserver.call("POST", f"/rooms/{room}/leave", lea.token, {})
    write(homeserver, kim, room, "danach")
    async with AtWork(lotse.settings, before.cursor, OfKim()) as after:
        await after.hears("danach", room)
        assert [each for each in after.heard if each.person.external_user == lea.user_id] == []


async def test_who_writes_where_they_are_alone_with_lotse_again_is_answered_there(homeserver, tmp_path):
    kim, lea, lotse = homeserver.register(), homeserver.register(), await lotse_on(homeserver, tmp_path / "lotse")
    async with AtWork(lotse.settings) as work:
        room = await asked_into(homeserver, kim, work, lotse, "said1")
        come(homeserver, kim, room, lea)
        write(homeserver, kim, room, f"{lotse.user} zu dritt")
        await work.hears("zu dritt")
        await asked_into(homeserver, kim, work, lotse, "said2")
        homeserver.call("POST", f"/rooms/{room}/leave", lea.token, {})
        write(homeserver, kim, room, "wieder allein")
        assert (await work.hears("wieder allein")).address.room == kim.user_id
        said = await work.says(kim.user_id, outbox="said3")
        assert homeserver.call("GET", f"/rooms/{room}/event/{said}", kim.token)


async def asked_into(homeserver, account, work, lotse, outbox):
    """The room Lotse makes to say something to this person alone, once they have come."""

    def rooms():
        return set(homeserver.call("GET", "/joined_rooms", lotse.account.token)["joined_rooms"])

    before = rooms()
    await work.says(account.user_id, outbox=outbox)
    (room,) = rooms() - before
    homeserver.call("POST", f"/join/{room}", account.token, {})
    return room


async def test_a_room_that_was_deleted_on_the_server_keeps_nobody_from_being_spoken_to(homeserver, tmp_path):
    kim, lotse = homeserver.register(), await lotse_on(homeserver, tmp_path / "lotse")
    admin, address = homeserver.register(admin=True), Address("matrix", kim.user_id)

    def delete(room):
        homeserver.call("DELETE", f"/_synapse/admin/v1/rooms/{room}", admin.token, {"purge": True})

    async with AtWork(lotse.settings) as work:
        delete(await asked_into(homeserver, kim, work, lotse, "said1"))
        with contextlib.suppress(ChannelError):  # where it was not read yet: then it is tried again
            await work.says(kim.user_id, outbox="said2")
        room = await asked_into(homeserver, kim, work, lotse, "said2")
    delete(room)
    async with AtWork(lotse.settings, work.cursor) as after:
        again = await asked_into(homeserver, kim, after, lotse, "said3")
        said = await after.says(kim.user_id, outbox="said4")
    async with AtWork(lotse.settings, after.cursor) as last:
        await last.channel.send(Redact(address, OutboxId("back4"), OutboxId("said4"), said))
        assert not homeserver.call("GET", f"/rooms/{again}/event/{said}", kim.token)["content"]


async def test_of_rooms_that_are_made_at_the_same_time_none_is_forgotten(homeserver, tmp_path):
    kim, lea, lotse = homeserver.register(), homeserver.register(), await lotse_on(homeserver, tmp_path / "lotse")
    remembered = f"/user/{lotse.user}/account_data/io.lotse.directs"
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        gate.trouble = lambda path: HANG if path.endswith("io.lotse.directs") and not gate.held else None
        first = asyncio.create_task(work.says(kim.user_id, outbox="said1"))
        await work.until(lambda: gate.held)
        second = asyncio.create_task(work.says(lea.user_id, outbox="said2"))
        await asyncio.wait([second], timeout=1)  # the time in which it would overtake
        gate.trouble = lambda path: None
        gate.let_go()
        await asyncio.gather(first, second)
    assert set(homeserver.call("GET", remembered, lotse.account.token)["ours"]) == {kim.user_id, lea.user_id}


async def test_nobody_is_asked_into_another_room_for_the_signs_below_what_stands_in_the_one_they_left(
    homeserver, tmp_path
):
    kim, lotse = homeserver.register(), await lotse_on(homeserver, tmp_path / "lotse")
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        room = await asked_into(homeserver, kim, work, lotse, "said1")
        write(homeserver, kim, room, "Guten Tag")
        await work.hears("Guten Tag")
        gate.trouble = lambda path: HANG if "said2" in path and "said2.sign" not in path else None
        choices = (Choice("Wie beantrage ich ihn?", "bonus.application"),)
        asking = asyncio.create_task(work.says(kim.user_id, outbox="said2", choices=choices))
        await work.until(lambda: gate.held)
        homeserver.call("POST", f"/rooms/{room}/leave", kim.token, {})
        await work.until(lambda: any(each.input == Left() for each in work.heard))
        gate.let_go()
        await asking
        await work.until(lambda: any("said2.sign" in path for path in gate.asked))
        assert homeserver.call("GET", "/joined_rooms", lotse.account.token)["joined_rooms"] == [room]
