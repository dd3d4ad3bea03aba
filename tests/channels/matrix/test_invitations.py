"""Which invitations are accepted, by the rules of the operator and after a room has moved. On a real homeserver."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.gateway import gateway
from tests.channels.matrix.people import lotse_on
from tests.synapse import SERVER_NAME


def asked_into(homeserver, account, *others, **more):
    """A room nobody comes into without an invitation."""
    wanted = {"preset": "private_chat", "invite": list(others), **more}
    return homeserver.call("POST", "/createRoom", account.token, wanted)["room_id"]


def membership(homeserver, account, room, user):
    members = homeserver.call("GET", f"/rooms/{room}/members", account.token)["chunk"]
    return {each["state_key"]: each["content"]["membership"] for each in members}.get(user)


@pytest.mark.parametrize(
    ("rules", "answers"),
    [
        ((), ("join", "join")),
        ((SERVER_NAME,), ("join", "join")),
        (("elsewhere.example.org",), ("leave", "leave")),
        (("elsewhere.example.org", SERVER_NAME), ("join", "join")),
        (("{room}",), ("join", "leave")),
        (("{inviter}",), ("join", "join")),
        (("@somebody:elsewhere.example.org",), ("leave", "leave")),
        (("*",), ("join", "join")),
    ],
)
async def test_who_may_bring_lotse_into_rooms_is_said_by_server_room_person_or_for_everybody(
    homeserver, tmp_path, rules, answers
):
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    rooms = [asked_into(homeserver, account, lotse.user) for _ in range(2)]
    invites = tuple(rule.format(room=rooms[0], inviter=account.user_id) for rule in rules)
    async with AtWork(replace(lotse.settings, invites=invites)) as work:
        for room, answer in zip(rooms, answers, strict=True):
            await work.until(
                lambda room=room, answer=answer: membership(homeserver, account, room, lotse.user) == answer
            )


@pytest.mark.parametrize("away", [False, True])
async def test_lotse_comes_along_where_a_private_room_has_moved_to_whoever_asks_it_in(homeserver, tmp_path, away):
    lotse, account, ben = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register(), homeserver.register()

    def call(path, body=None, by=account):
        return homeserver.call("POST", path, by.token, body or {})

    old = asked_into(homeserver, account, ben.user_id, room_version="10")
    call(f"/join/{old}", by=ben)

    def moved():
        new = call(f"/rooms/{old}/upgrade", {"new_version": "11"})["replacement_room"]
        call(f"/rooms/{new}/invite", {"user_id": ben.user_id})
        call(f"/join/{new}", by=ben)
        return new

    settings = replace(lotse.settings, invites=(account.user_id,))
    async with AtWork(settings) as work:
        call(f"/rooms/{old}/invite", {"user_id": lotse.user})
        await work.until(lambda: membership(homeserver, account, old, lotse.user) == "join")
        new = None if away else moved()
        if new is not None:
            call(f"/rooms/{new}/invite", {"user_id": lotse.user}, by=ben)
            await work.until(lambda: membership(homeserver, account, new, lotse.user) == "join")
    if away:
        new = moved()
        call(f"/rooms/{new}/invite", {"user_id": lotse.user}, by=ben)
        async with AtWork(settings, work.cursor) as again:
            await again.until(lambda: membership(homeserver, account, new, lotse.user) == "join")
            strange = asked_into(homeserver, ben, lotse.user)
            await again.until(lambda: membership(homeserver, ben, strange, lotse.user) == "leave")


class Refusal(web.Response):
    """A refusal of the homeserver's that is on its way for as long as a test wants."""

    def __init__(self, arrives):
        super().__init__(text='{"errcode": "M_FORBIDDEN"}', status=403, content_type="application/json")
        self.arrives = arrives

    async def prepare(self, request):
        await self.arrives.wait()
        return await super().prepare(request)


async def test_an_invitation_that_comes_while_lotse_is_refused_for_want_of_one_is_accepted(homeserver, tmp_path):
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    old = asked_into(homeserver, account, lotse.user, room_version="10")

    async def hears(work, words):
        content = {"msgtype": "m.text", "body": words}
        homeserver.call("PUT", f"/rooms/{old}/send/m.room.message/{words}", account.token, content)
        await work.hears(words)

    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        await work.until(lambda: membership(homeserver, account, old, lotse.user) == "join")
        refusals = [Refusal(arrives := asyncio.Event())]
        gate.trouble = lambda path: refusals.pop() if "/join/" in path and refusals else None
        new = homeserver.call("POST", f"/rooms/{old}/upgrade", account.token, {"new_version": "11"})["replacement_room"]
        await work.until(lambda: not refusals)
        homeserver.call("POST", f"/rooms/{new}/invite", account.token, {"user_id": lotse.user})
        for words in ("eins", "zwei"):  # with the second one all that came before the first one is taken in
            await hears(work, words)
        arrives.set()
        await work.until(lambda: membership(homeserver, account, new, lotse.user) == "join")
