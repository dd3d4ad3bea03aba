"""People on the real homeserver, each with matrix-js-sdk as their client, and Lotse's own account there."""

import asyncio
import contextlib
import functools
import itertools
import json
from dataclasses import dataclass, field

from bot.channels.matrix.device_setup import set_up
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.channels.matrix.signed_in import signed_in
from tests.synapse import PASSWORD

PATIENCE_S = 60
KEY = "the key of the tests, thirty-two characters long"


class People:
    """One process that is the client of everybody; started with the first person."""

    def __init__(self, node_tools, homeserver):
        self.tools, self.homeserver = node_tools, homeserver
        self.numbers = itertools.count(1)
        self.answers = {}
        self.changed = asyncio.Event()

    async def __aenter__(self):
        script = [str(self.tools.node), str(self.tools.folder / "matrix_people.mjs")]
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(*script, stdin=pipe, stdout=pipe, limit=2**24)
        self.reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *error):
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
        self.reading.cancel()
        await asyncio.gather(self.reading, return_exceptions=True)

    async def _read(self):
        async for line in self.process.stdout:
            told = json.loads(line)
            if "id" in told:
                answer = self.answers.pop(told["id"])
                if not answer.done():  # nobody waits for it any more
                    answer.set_result(told)
            else:
                self.changed.set()

    async def ask(self, command, **given):
        number = next(self.numbers)
        self.answers[number] = answer = asyncio.get_running_loop().create_future()
        self.process.stdin.write(json.dumps({"id": number, "command": command, **given}).encode() + b"\n")
        await self.process.stdin.drain()
        told = await asyncio.wait_for(answer, PATIENCE_S)
        assert "error" not in told, told["error"]
        return told["result"]

    async def arrive(self, *, strict=False, refreshing=False):
        """Somebody new, signed in. ``strict``: their client has nothing to do with devices nobody signed.

        ``refreshing``: with a token that could be refreshed, which a homeserver may let live longer than others.
        """
        account = await asyncio.to_thread(self.homeserver.register)
        person = Person(self, account.user_id)
        await person.sign_in(strict=strict, refreshing=refreshing)
        return person


@dataclass
class Person:
    """Somebody with a client."""

    people: People
    user: str
    strict: bool = False
    token: str = ""

    async def sign_in(self, *, strict=False, refreshing=False):
        self.strict = strict
        given = {"homeserver": self.people.homeserver.address, "password": PASSWORD}
        self.token = (await self._ask("login", strict=strict, refreshing=refreshing, **given))["token"]

    async def _ask(self, command, **given):
        return await self.people.ask(command, user=self.user, **given)

    async def room_with(self, *others, encrypted=False):
        """A room in which everybody asked has arrived."""
        ids = [other.user if isinstance(other, Person) else other for other in others]
        room = (await self._ask("room", invite=ids, encrypted=encrypted, direct=len(ids) == 1))["room_id"]
        for other in others:
            if isinstance(other, Person):
                await other.ask("join", room=room)
        for other in ids:
            await self.until(lambda members, other=other: members.get(other) == "join", "members", room=room)
        return room

    async def until(self, holds, command="timeline", **given):
        """What the command answers, once this holds for it."""
        answer = None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    self.people.changed.clear()
                    answer = await self._ask(command, **given)
                    if holds(answer):
                        return answer
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self.people.changed.wait(), 1)
        except TimeoutError:
            raise AssertionError(f"waited in vain; at last: {json.dumps(answer, indent=1)[-4000:]}") from None

    async def say(self, room, text, *, thread=None, mention=None, **more):
        content = {"msgtype": "m.text", "body": text, "m.mentions": {"user_ids": [mention]} if mention else {}, **more}
        if thread:
            content["m.relates_to"] = {"rel_type": "m.thread", "event_id": thread, "is_falling_back": True,
                                       "m.in_reply_to": {"event_id": thread}}  # fmt: skip
        return await self._ask("send", room=room, content=content)

    async def edit(self, room, event, text, *, mention=None):
        new = {"msgtype": "m.text", "body": text, "m.mentions": {"user_ids": [mention]} if mention else {}}
        relation = {"rel_type": "m.replace", "event_id": event}
        return await self._ask(
            "send", room=room, content={**new, "body": f"* {text}", "m.new_content": new, "m.relates_to": relation}
        )

    async def react(self, room, event, sign):
        content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": sign}}
        return await self._ask("send", room=room, kind="m.reaction", content=content)

    async def redact(self, room, event):
        return await self._ask("redact", room=room, event=event)

    async def from_lotse(self, room, lotse, holds=bool, kind="m.room.message"):
        """The messages of Lotse's in this room, once ``holds`` holds for them."""

        def mine(timeline):
            return [each for each in timeline if each["sender"] == lotse and each["type"] == kind and not each["state"]]

        return mine(await self.until(lambda timeline: holds(mine(timeline)), room=room))

    async def hears(self, room, lotse, words):
        """Lotse's message with these words, once it is there."""

        def found(messages):
            return [each for each in messages if words in (each["content"].get("body") or "")]

        return found(await self.from_lotse(room, lotse, found))[-1]

    async def ask(self, command, **given):
        return await self._ask(command, **given)


def room_of(homeserver, account, user):
    """A room of two that somebody without a client makes."""
    return homeserver.call("POST", "/createRoom", account.token, {"invite": [user], "is_direct": True})["room_id"]


def write(homeserver, account, room, words):
    """Somebody without a client says what nobody has said in this room before; the id of the event."""
    body = {"msgtype": "m.text", "body": words}
    return homeserver.call("PUT", f"/rooms/{room}/send/m.room.message/{words}", account.token, body)["event_id"]


def come(homeserver, account, room, other):
    """Somebody without a client asks another one in, who comes."""
    homeserver.call("POST", f"/rooms/{room}/invite", account.token, {"user_id": other.user_id})
    homeserver.call("POST", f"/join/{room}", other.token, {})


async def upgraded(homeserver, owner, room, lotse, *others):
    """Where the room has moved to, once Lotse is there."""
    call = functools.partial(homeserver.call, "POST")
    new = call(f"/rooms/{room}/upgrade", owner.token, {"new_version": "11"})["replacement_room"]
    for user in (lotse, *others):
        call(f"/rooms/{new}/invite", owner.token, {"user_id": user})
    await owner.until(lambda members: members.get(lotse) == "join", "members", room=new)
    return new


@dataclass
class Lotse:
    """Lotse's account, and the settings that use it."""

    user: str
    settings: MatrixSettings
    account: object = field(repr=False, default=None)


async def lotse_on(homeserver, folder, *, signed=True, **more):
    """A new account for Lotse, its device signed as ``lotse matrix setup`` does."""
    account = await asyncio.to_thread(homeserver.register)
    settings = MatrixSettings(homeserver.address, account.user_id, folder, password=PASSWORD, key=KEY, **more)
    if signed:
        async with signed_in(settings) as me:
            await set_up(me)
    return Lotse(account.user_id, settings, account)
