"""People in the Slack of the tests: they write, change, react and press as Slack's own clients do."""

import asyncio
import itertools
import time

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.escaping import escape, unescape
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import APP_ID, BOT_TOKEN, BOT_USER, TEAM

_numbers = itertools.count(1)
PAGE = 200
"""Messages asked for at once; Slack gives a hundred of its own accord, however many there are."""


class SlackPerson:
    """One person, with the direct conversation they have with Lotse."""

    def __init__(self, bridge: Bridge, session, number: int = 0) -> None:
        self.bridge = bridge
        self.api = self._client(session, f"xoxp-person{number}")
        self.bot = self._client(session, BOT_TOKEN)

    def _client(self, session, token) -> AsyncWebClient:
        url = f"{self.bridge.emulator.url}/api/"  # not through the bridge: what people do never fails
        return AsyncWebClient(token=token, base_url=url, session=session, retry_handlers=[])

    async def arrive(self) -> "SlackPerson":
        self.user = (await self.api.auth_test())["user_id"]
        self.direct = (await self.api.conversations_open(users=BOT_USER))["channel"]["id"]
        return self

    # --- Messages ----------------------------------------------------------------------------------------------------

    async def write(self, text: str, room: str | None = None, thread: str | None = None, **more) -> str:
        """Write a message, as typed; its time stamp."""
        place = {"thread_ts": thread} if thread else {}
        posted = await self.api.chat_postMessage(channel=room or self.direct, text=escape(text), **place, **more)
        return posted["ts"]

    async def say_raw(self, text: str, room: str, thread: str | None = None) -> str:
        """Write with Slack's own markup in it, as its clients make it of a name that was picked from a list."""
        return (await self.api.chat_postMessage(channel=room, text=text, **({"thread_ts": thread} if thread else {})))[
            "ts"
        ]

    async def mention(self, text: str, room: str, thread: str | None = None) -> str:
        place = {"thread_ts": thread} if thread else {}
        words = f"<@{BOT_USER}> {escape(text)}"
        return (await self.api.chat_postMessage(channel=room, text=words, **place))["ts"]

    async def change(self, stamp: str, text: str, room: str | None = None) -> None:
        await self.api.chat_update(channel=room or self.direct, ts=stamp, text=escape(text))

    async def delete(self, stamp: str, room: str | None = None) -> None:
        await self.api.chat_delete(channel=room or self.direct, ts=stamp)

    async def react(self, stamp: str, emoji: str, room: str | None = None) -> None:
        await self.api.reactions_add(channel=room or self.direct, timestamp=stamp, name=emoji)

    async def new_room(self, name: str, *others: "SlackPerson", private: bool = False) -> str:
        """A channel with these people and Lotse in it."""
        room = (await self.api.conversations_create(name=name, is_private=private))["channel"]["id"]
        members = [BOT_USER, *(other.user for other in others)]
        await self.api.conversations_invite(channel=room, users=",".join(members))
        return room

    async def messages(self, room: str | None = None, thread: str | None = None) -> list[dict]:
        """What Lotse has written there, oldest first."""
        room = room or self.direct
        if thread:
            asked = await self.bot.conversations_replies(channel=room, ts=thread, limit=PAGE)
        else:
            asked = await self.bot.conversations_history(channel=room, limit=PAGE)
        found = [message async for page in asked for message in page["messages"]]
        found.sort(key=lambda message: float(message["ts"]))
        return [message for message in found if message["user"] == BOT_USER]

    async def read(self, room: str | None = None, thread: str | None = None) -> list[str]:
        """The texts of the same, as people see them."""
        return [unescape(message["text"]) for message in await self.messages(room, thread)]

    async def answered(self, words: str, room: str | None = None, thread: str | None = None) -> list[str]:
        """What is read once these words are there."""
        found = await self.sees(
            lambda messages: words in unescape("\n".join(m["text"] for m in messages)), room, thread
        )
        return [unescape(message["text"]) for message in found]

    async def sees(
        self, condition, room: str | None = None, thread: str | None = None, patience_s: float = 8
    ) -> list[dict]:
        """The messages of Lotse's once the condition holds of them."""
        async with asyncio.timeout(patience_s):
            while True:
                self.bridge.changed.clear()
                found = await self.messages(room, thread)
                if condition(found):
                    return found
                await self.bridge.changed.wait()

    # --- Presses, commands, forms --------------------------------------------------------------------------------------

    def about(self) -> dict:
        """Who and where, as every interaction says it."""
        return {
            "user": {"id": self.user, "username": "kim", "name": "kim", "team_id": TEAM},
            "team": {"id": TEAM, "domain": "werft"},
            "api_app_id": APP_ID,
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def sends(self, published: dict) -> dict:
        """One of the published payloads with this person as who sent it; nothing more is said of them than there."""
        user = {**published["user"], "id": self.user}
        return {**published, "user": user, "trigger_id": f"trigger.{next(_numbers)}"}

    def press_payload(self, message: dict, action_id: str, room: str | None = None, **more) -> dict:
        """Pressing the button with this id under a message of Lotse's."""
        room = room or self.direct
        button = next(
            element
            for block in message["blocks"]
            for element in block.get("elements", ())
            if element.get("action_id") == action_id
        )
        block_id = next(b["block_id"] for b in message["blocks"] if button in b.get("elements", ()))
        action = {
            "type": "button", "action_id": action_id, "block_id": block_id, "text": button["text"],
            "value": button["value"], "action_ts": f"{time.time():.6f}", **more,
        }  # fmt: skip
        thread = {"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}
        return {
            "type": "block_actions",
            **self.about(),
            "container": {
                "type": "message", "message_ts": message["ts"], "channel_id": room, "is_ephemeral": False, **thread,
            },
            "trigger_id": f"trigger.{next(_numbers)}",
            "channel": {"id": room, "name": "directmessage" if room.startswith("D") else "room"},
            "message": message,
            "state": {"values": {}},
            "response_url": self.bridge.response_url(),
            "actions": [action],
        }  # fmt: skip

    async def press(self, message: dict, action_id: str, room: str | None = None, **more):
        return await self.bridge.push("interactive", self.press_payload(message, action_id, room, **more))

    async def trigger(self) -> str:
        """What a form may be opened with, once."""
        answer = await self.bot.api_call("views.generateTriggerId", json={"user_id": self.user})
        return answer["trigger_id"]

    async def command(self, text: str, room: str | None = None):
        payload = {
            "token": "none", "team_id": TEAM, "team_domain": "werft", "channel_id": room or self.direct,
            "channel_name": "directmessage", "user_id": self.user, "user_name": "kim", "command": "/lotse", "text": text,
            "api_app_id": APP_ID, "is_enterprise_install": "false", "response_url": self.bridge.response_url(),
            "trigger_id": await self.trigger(),
        }  # fmt: skip
        return await self.bridge.push("slash_commands", payload)
