"""Rooms that moved: followed whenever it happened, and known under every id they had. On a real homeserver."""

import itertools
from dataclasses import replace

import pytest

from bot.channels.matrix.examination import examine
from bot.channels.matrix.sync_loop import upgrades_in
from bot.channels.matrix.timelines import sync_filter
from bot.errors import ChannelError
from bot.model import Address, DeskRoom
from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.people import lotse_on


def upgraded(homeserver, account, room):
    return homeserver.call("POST", f"/rooms/{room}/upgrade", account.token, {"new_version": "11"})["replacement_room"]


def open_room(homeserver, account, *others):
    """A room anybody may join, so that no invitation brings Lotse into the one that takes its place."""
    wanted = {"preset": "public_chat", "room_version": "10", "invite": list(others)}
    return homeserver.call("POST", "/createRoom", account.token, wanted)["room_id"]


async def test_a_room_that_moved_is_followed_also_after_a_stop_but_not_where_lotse_was_sent_away(homeserver, tmp_path):
    other, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    rooms = [open_room(homeserver, account, other.user) for _ in range(2)]

    def call(method, path, body=None, by=account, **query):
        return homeserver.call(method, path, by.token, body, **query)

    def membership(room):
        members = call("GET", f"/rooms/{room}/members")["chunk"]
        return {each["state_key"]: each["content"]["membership"] for each in members}.get(other.user)

    for room in rooms:
        call("POST", f"/join/{room}", {}, by=other.account)
    cursor = call("GET", "/sync", by=other.account)["next_batch"]
    stays, sent_away = [upgraded(homeserver, account, room) for room in rooms]
    call("POST", f"/join/{sent_away}", {}, by=other.account)
    call("POST", f"/rooms/{sent_away}/kick", {"user_id": other.user})
    few = sync_filter().replace('"limit": 50', '"limit": 1')
    for number in range(2):  # more than one such answer of the server holds
        call("PUT", f"/rooms/{rooms[0]}/send/m.room.message/{number}", {"msgtype": "m.text", "body": "hier ist zu"})
    gap = call("GET", "/sync", by=other.account, since=cursor, filter=few)
    assert gap["rooms"]["join"][rooms[0]]["timeline"]["limited"]
    server = account.user_id.partition(":")[2]
    assert (rooms[0], stays, server) in upgrades_in(gap["rooms"]["join"])

    async with AtWork(other.settings, gap["next_batch"]) as work:
        await work.until(lambda: membership(stays) == "join")
        call("PUT", f"/rooms/{stays}/send/m.room.message/1", {"msgtype": "m.text", "body": "neu"})
        assert (await work.hears("neu")).address == Address("matrix", rooms[0])
    assert membership(sent_away) == "leave"


@pytest.mark.parametrize("named", ["old", "new"])
async def test_a_room_of_coordinators_that_moved_stays_theirs_under_either_id(homeserver, tmp_path, named):
    other, account, ben = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register(), homeserver.register()
    old = open_room(homeserver, account, other.user, ben.user_id)
    for each in (other.account, ben):
        homeserver.call("POST", f"/join/{old}", each.token, {})
    new = upgraded(homeserver, account, old)
    for each in (other.account, ben):
        homeserver.call("POST", f"/join/{new}", each.token, {})
    desk = old if named == "old" else new
    settings = replace(other.settings, desk_rooms=(DeskRoom("matrix", desk, rest=True),))
    found = [each async for each in examine(settings)]
    assert [each.what for each in found if each.level == "wrong"] == []
    assert any("and Lotse has followed" in each.what for each in found if each.level == "note") == (named == "old")
    async with AtWork(settings) as work:
        await work.until(lambda: work.cursor)
        for number, room in enumerate((old, new)):
            body = {"msgtype": "m.text", "body": f"!liste {number}"}
            homeserver.call("PUT", f"/rooms/{room}/send/m.room.message/{number}", account.token, body)
            assert (await work.hears(f"!liste {number}")).address == Address("matrix", desk)


async def test_a_thread_that_begins_where_a_room_moved_to_is_answered_and_goes_on_there(homeserver, tmp_path):
    other, account, ben = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register(), homeserver.register()
    old = open_room(homeserver, account, other.user, ben.user_id)
    numbers = itertools.count()

    def says(by, room, body, thread=None, **more):
        relation = {"m.relates_to": {"rel_type": "m.thread", "event_id": thread}} if thread else {}
        content = {"msgtype": "m.text", "body": body, **relation, **more}
        path = f"/rooms/{room}/send/m.room.message/{next(numbers)}"
        return homeserver.call("PUT", path, by.token, content)["event_id"]

    def thread_of(room, event):
        content = homeserver.call("GET", f"/rooms/{room}/event/{event}", account.token)["content"]
        return content.get("m.relates_to", {}).get("event_id")

    called = {"m.mentions": {"user_ids": [other.user]}}
    for each in (other.account, ben):
        homeserver.call("POST", f"/join/{old}", each.token, {})
    async with AtWork(other.settings) as work:
        await work.until(lambda: work.cursor)
        left_behind = says(account, old, "vorher", **called)
        assert (await work.hears("vorher")).address == Address("matrix", old, left_behind)
        new = upgraded(homeserver, account, old)
        homeserver.call("POST", f"/join/{new}", ben.token, {})
        await work.until(
            lambda: other.user in homeserver.call("GET", f"/rooms/{new}/joined_members", ben.token)["joined"]
        )
        begins = says(account, new, "nachher", **called)
        assert (await work.hears("nachher")).address == Address("matrix", old, begins)
        answers = [await work.says(old, thread=thread, outbox=f"answer {thread}") for thread in (begins, left_behind)]
        assert [thread_of(new, answer) for answer in answers] == [begins, None]
    async with AtWork(other.settings, work.cursor) as again:  # of which it knows nothing any more
        answer = await again.says(old, thread=begins, outbox="later")
        assert thread_of(new, answer) == begins
        says(ben, new, "nachgefragt", begins)
        assert (await again.hears("nachgefragt")).address == Address("matrix", old, begins)


async def test_what_is_said_while_a_room_moves_is_said_once_lotse_is_in_the_new_one(homeserver, tmp_path):
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    wanted = {"preset": "private_chat", "room_version": "10", "invite": [lotse.user]}
    old = homeserver.call("POST", "/createRoom", account.token, wanted)["room_id"]
    async with AtWork(lotse.settings) as work:
        homeserver.call(
            "PUT", f"/rooms/{old}/send/m.room.message/1", account.token, {"msgtype": "m.text", "body": "da?"}
        )
        await work.hears("da?")
        new = upgraded(homeserver, account, old)
        with pytest.raises(ChannelError) as refused:
            await work.says(old, "Guten Tag", outbox="one")
        assert not refused.value.permanent
        homeserver.call("POST", f"/rooms/{new}/invite", account.token, {"user_id": lotse.user})
        await work.until(
            lambda: lotse.user in homeserver.call("GET", f"/rooms/{new}/joined_members", account.token)["joined"]
        )
        await work.says(old, "Guten Tag", outbox="one")
    there = homeserver.call("GET", f"/rooms/{new}/messages", account.token, dir="b", limit="20")["chunk"]
    assert [each["content"]["body"] for each in there if each["type"] == "m.room.message"] == ["Guten Tag"]


async def test_what_is_read_where_a_room_moved_to_is_shown_there(homeserver, tmp_path):
    other, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    old = open_room(homeserver, account, other.user)
    homeserver.call("POST", f"/join/{old}", other.account.token, {})
    new = upgraded(homeserver, account, old)
    homeserver.call("POST", f"/join/{new}", other.account.token, {})
    different = itertools.count()  # Synapse answers the same first sync as it did before, for two minutes

    def receipts():
        query = {"filter": '{"presence":{"types":[]}}', "timeout": str(next(different))}
        joined = homeserver.call("GET", "/sync", account.token, **query)["rooms"]["join"]
        found = [each for each in joined[new]["ephemeral"]["events"] if each["type"] == "m.receipt"]
        return {event: list(read["m.read"]) for each in found for event, read in each["content"].items()}

    async with AtWork(other.settings) as work:
        await work.until(lambda: work.cursor)
        content = {"msgtype": "m.text", "body": "gelesen?"}
        said = homeserver.call("PUT", f"/rooms/{new}/send/m.room.message/1", account.token, content)["event_id"]
        await work.hears("gelesen?", old)
        await work.until(lambda: other.user in receipts().get(said, ()))
