"""What Lotse takes back nobody can read any more, in no event it ever was, on a real homeserver."""

from dataclasses import replace

import pytest
from aiohttp import web

from bot.channels.matrix import taking_back
from bot.errors import ChannelError
from bot.model import Address, Edit, OutboxId, Paragraph, Redact, Reply, Span
from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.gateway import gateway
from tests.channels.matrix.people import lotse_on

pytestmark = pytest.mark.asyncio(loop_scope="module")


def reply(text, paragraphs=1):
    return Reply((Paragraph((Span(text),)),) * paragraphs, "de")


def readable(homeserver, reader, room, lotse):
    """The events of Lotse's in a room that still say something, also to who looks at each by itself."""
    events = homeserver.call("GET", f"/rooms/{room}/messages", reader.token, dir="b", limit="100")["chunk"]
    return [each["event_id"] for each in events if each["sender"] == lotse and "state_key" not in each
            and each["type"] in ("m.room.message", "m.room.encrypted") and each["content"]]  # fmt: skip


@pytest.mark.parametrize("encrypted", [False, True])
async def test_what_is_taken_back_is_gone_with_all_its_changes_also_after_a_failure_in_between(
    homeserver, anna, tmp_path, monkeypatch, encrypted
):
    monkeypatch.setattr(taking_back, "CHANGES_AT_ONCE", 2)
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    redactions = []

    def fails_after_two(path):
        if "/redact/" in path:
            redactions.append(path)
        return web.Response(status=502) if len(redactions) > 2 else None

    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        room = await anna.room_with(lotse.user, encrypted=encrypted)
        address = Address("matrix", room)
        event = await work.says(room, "der Name, der fort soll", outbox="said")
        for number in range(5):
            change = Edit(address, OutboxId(f"change{number}"), OutboxId("said"), event, reply(f"Fassung {number}"))
            await work.channel.send(change)
        await anna.hears(room, lotse.user, "Fassung 4")
        assert len(readable(homeserver, anna, room, lotse.user)) == 6
        gone = Redact(address, OutboxId("gone"), OutboxId("said"), event)
        gate.trouble = fails_after_two
        with pytest.raises(ChannelError) as refused:
            await work.channel.send(gone)
        assert not refused.value.permanent
        gate.trouble = lambda path: None
        await work.channel.send(gone)
        assert readable(homeserver, anna, room, lotse.user) == []


async def test_a_part_a_change_has_no_room_for_is_gone_with_its_own_changes(homeserver, work, lotse, anna):
    room = await anna.room_with(lotse.user)
    address, said = Address("matrix", room), OutboxId("long said")
    event = await work.says(room, "x" * 6000 + "\n\n" + "y" * 6000, outbox=said)
    for number, change in enumerate((reply("z" * 5000, 3), reply("kurz"))):
        event = await work.channel.send(Edit(address, OutboxId(f"long change{number}"), said, event, change))
    assert len(event.split()) == 1
    assert len(readable(homeserver, anna, room, lotse.user)) == 3, "the part that stays, and its two changes"
