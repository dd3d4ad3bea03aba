"""Carries out deliveries: posts, looks before it posts again, edits, takes back.

Slack has no key by which it would recognise a message that is sent twice. So the outbox id goes along as the message's
metadata, which only apps see; when an earlier attempt may have arrived, the conversation is searched for it first, and
only what is missing is posted.

Source: https://docs.slack.dev/messaging/message-metadata/
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.channels.slack.blocks import SlackMessage, messages_of
from bot.channels.slack.external_ids import Posted, posted
from bot.channels.slack.slack_api import SlackApi
from bot.errors import ChannelError
from bot.model import Address, Delivery, Edit, ExternalId, OutboxId, Post, React, Redact

EVENT_TYPE = "lotse_delivery"
PAGE, MOST_PAGES = 200, 10
"""How far back a message is searched: an unclear one is minutes old, rarely a night."""
MOST_ROOMS = 10_000
"""Direct conversations whose id is remembered; each is a few bytes."""

EMOJI: Mapping[str, str] = {
    "⏳": "hourglass_flowing_sand", "📤": "outbox_tray", "⚠": "warning", "⚠️": "warning", "🔒": "lock", "✅": "white_check_mark",
}  # fmt: skip
"""Slack's names of the signs that are put under messages."""


class Rooms:
    """Slack's own ids of rooms. An address names a direct conversation by the person, and Slack opens it by them."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._direct: dict[str, str] = {}

    def learn(self, user: str, room: str) -> None:
        """The direct conversation with this user has this id: an event said so."""
        if len(self._direct) >= MOST_ROOMS:
            self._direct.clear()
        self._direct[user] = room

    async def id_of(self, room: str) -> str:
        """The id of the room of an address. Raises ChannelError."""
        if not room.startswith(("U", "W")):
            return room
        if room not in self._direct:
            opened = await self._api.call("conversations.open", users=room)
            self.learn(room, opened["channel"]["id"])
        return self._direct[room]


class Posting:
    """Carries out deliveries in one workspace."""

    def __init__(self, api: SlackApi, rooms: Rooms) -> None:
        self._api, self._rooms = api, rooms

    async def carry_out(self, delivery: Delivery) -> ExternalId:
        """Carry out one delivery; the id of the message, of all its parts. Raises ChannelError."""
        match delivery:
            case Post():
                return (await self._post(delivery)).external_id
            case Edit():
                return (await self._edit(delivery)).external_id
            case Redact(external_id=external_id):
                before = posted(external_id)
                for stamp in before.stamps:
                    await self._delete(before.room, stamp)
                return external_id
            case React(external_id=external_id, sign=sign):
                await self._react(posted(external_id), sign)
                return external_id

    async def _post(self, delivery: Post) -> Posted:
        room = await self._rooms.id_of(delivery.address.room)
        messages = messages_of(delivery.reply, delivery.outbox_id)
        there = (
            await self._already_there(room, delivery.address, delivery.outbox_id, len(messages))
            if delivery.again
            else {}
        )
        for number, message in enumerate(messages):
            if number not in there:
                there[number] = await self._send(room, delivery.address.thread, message, delivery.outbox_id, number)
        return Posted(room, tuple(there[number] for number in range(len(messages))))

    async def _send(
        self, room: str, thread: str | None, message: SlackMessage, outbox_id: OutboxId, number: int
    ) -> str:
        answer = await self._api.call(
            "chat.postMessage",
            channel=room,
            text=message.text,
            blocks=list(message.blocks),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"outbox_id": outbox_id, "part": number}},
            mrkdwn=False,
            unfurl_links=False,
            unfurl_media=False,
            **({"thread_ts": thread} if thread else {}),
        )
        stamp: str = answer["ts"]
        return stamp

    async def _edit(self, delivery: Edit) -> Posted:
        before = posted(delivery.external_id)
        messages = messages_of(delivery.reply, delivery.of)
        stamps = list(before.stamps[: len(messages)])
        for stamp, message in zip(stamps, messages, strict=False):
            await self._api.call(
                "chat.update", channel=before.room, ts=stamp, text=message.text, blocks=list(message.blocks)
            )
        if more := messages[len(stamps) :]:  # an edit may come twice as well, so what it adds is looked for
            address, own = delivery.address, delivery.outbox_id
            there = await self._already_there(before.room, address, own, len(more))
            for number, message in enumerate(more):
                stamps.append(there.get(number) or await self._send(before.room, address.thread, message, own, number))
        for stamp in before.stamps[len(messages) :]:
            await self._delete(before.room, stamp)
        return Posted(before.room, tuple(stamps))

    async def _delete(self, room: str, stamp: str) -> None:
        try:
            await self._api.call("chat.delete", channel=room, ts=stamp)
        except ChannelError as error:
            if not error.gone:  # somebody else has taken it back already
                raise

    async def _react(self, message: Posted, sign: str) -> None:
        try:
            await self._api.call(
                "reactions.add",
                channel=message.room,
                timestamp=message.stamps[-1],
                name=EMOJI.get(sign, "speech_balloon"),
            )
        except ChannelError as error:
            if "already_reacted" not in error.reason:
                raise

    async def _already_there(self, room: str, address: Address, outbox_id: OutboxId, parts: int) -> dict[int, str]:
        """The parts of a message that an earlier attempt has posted, by their number."""
        found: dict[int, str] = {}
        async for message in self._messages(room, address.thread):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("outbox_id") == outbox_id:
                found[int(payload.get("part", 0))] = message["ts"]
            if len(found) == parts:
                break
        return found

    async def _messages(self, room: str, thread: str | None) -> AsyncIterator[Mapping[str, Any]]:
        """The messages of the thread, or the latest of the room itself, page by page."""
        cursor = ""
        for _ in range(MOST_PAGES):
            if thread:
                page = await self._api.call(
                    "conversations.replies",
                    channel=room, ts=thread, limit=PAGE, cursor=cursor, include_all_metadata=True,
                )  # fmt: skip
            else:
                page = await self._api.call(
                    "conversations.history", channel=room, limit=PAGE, cursor=cursor, include_all_metadata=True
                )
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
