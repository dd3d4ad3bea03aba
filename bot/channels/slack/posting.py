"""Carries out deliveries: posts, looks before it posts again, edits, takes back.

Slack has no key by which it would recognise a message that is sent twice. So the outbox id goes along as the message's
metadata, which only apps see; when an earlier attempt may have arrived, the conversation is searched for it first, and
only what is missing is posted. A digest of what a part says goes along too: one that arrived before its words were changed
is changed.

Source: https://docs.slack.dev/messaging/message-metadata/
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.blocks import SlackMessage, messages_of
from bot.channels.slack.external_ids import Posted, PutSign, posted, put_sign
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
        if not names_person(room):
            return room
        if room not in self._direct:
            opened = await self._api.call("conversations.open", users=room)
            self.learn(room, opened["channel"]["id"])
        return self._direct[room]


def names_person(room: str) -> bool:
    """Whether the room of an address is the direct conversation with the person it names."""
    return room.startswith(("U", "W"))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message that stands there. ``says``: the digest of its words; None where an earlier release posted it."""

    stamp: str
    says: str | None


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
                if (sign := put_sign(external_id)) is not None:
                    await self._take_away(sign)
                else:
                    await self._redact(delivery)
                return external_id
            case React(external_id=external_id, sign=shown):
                return (await self._react(posted(external_id), shown)).external_id

    async def _post(self, delivery: Post) -> Posted:
        room, own = await self._rooms.id_of(delivery.address.room), delivery.outbox_id
        parts = await self._already_there(room, delivery.address, own) if delivery.again else {}
        there = {number: part.stamp for number, part in parts.items()}
        messages = messages_of(delivery.reply, own)
        for number, message in enumerate(messages):
            if number not in there:
                there[number] = await self._send(room, delivery.address.thread, message, own, number)
            elif parts[number].says not in (None, _digest(message)):
                await self._change(room, there[number], message, metadata=_metadata(own, number, message))
        return await self._without_more(room, there, len(messages))

    async def _send(
        self, room: str, thread: str | None, message: SlackMessage, outbox_id: OutboxId, number: int
    ) -> str:
        answer = await self._api.call(
            "chat.postMessage",
            channel=room,
            text=message.text,
            blocks=list(message.blocks),
            metadata=_metadata(outbox_id, number, message),
            mrkdwn=False,
            unfurl_links=False,
            unfurl_media=False,
            **({"thread_ts": thread} if thread else {}),
        )
        stamp: str = answer["ts"]
        return stamp

    async def _edit(self, delivery: Edit) -> Posted:
        """Every part is changed; what is too many is taken back, what is too few is added, as a part of the message it is about."""
        before, messages = posted(delivery.external_id), messages_of(delivery.reply, delivery.of)
        there = await self._parts(delivery, look=delivery.again or len(messages) > len(before.stamps))
        for number, message in enumerate(messages):
            if (stamp := there.get(number)) is None:
                there[number] = await self._send(before.room, delivery.address.thread, message, delivery.of, number)
                continue
            await self._change(before.room, stamp, message)
        return await self._without_more(before.room, there, len(messages))

    async def _change(self, room: str, stamp: str, message: SlackMessage, **more: Any) -> None:
        blocks = list(message.blocks)
        await self._api.call("chat.update", channel=room, ts=stamp, text=message.text, blocks=blocks, **more)

    async def _redact(self, delivery: Redact) -> None:
        room = posted(delivery.external_id).room
        await self._without_more(room, await self._parts(delivery, look=delivery.again), 0)

    async def _parts(self, delivery: Edit | Redact, *, look: bool) -> dict[int, str]:
        """The parts of the message a change is about; ``look`` for those a change that failed may have added to it."""
        before = posted(delivery.external_id)
        known = dict(enumerate(before.stamps))
        if not look:
            return known
        there = await self._already_there(before.room, delivery.address, delivery.of, before.stamps[0])
        return known | {number: part.stamp for number, part in there.items()}

    async def _without_more(self, room: str, there: dict[int, str], parts: int) -> Posted:
        """Take back what a message has beyond so many parts; the message as it stands then."""
        for number in sorted(there):
            if number >= parts:
                await self._delete(room, there[number])
        return Posted(room, tuple(there[number] for number in range(parts)))

    async def _delete(self, room: str, stamp: str) -> None:
        try:
            await self._api.call("chat.delete", channel=room, ts=stamp)
        except ChannelError as error:
            if not error.gone:  # somebody else has taken it back already
                raise

    async def _react(self, message: Posted, shown: str) -> PutSign:
        sign = PutSign(message.room, message.stamps[-1], EMOJI.get(shown, "speech_balloon"))
        try:
            await self._api.call("reactions.add", channel=sign.room, timestamp=sign.stamp, name=sign.name)
        except ChannelError as error:
            if "already_reacted" not in error.reason:
                raise
        return sign

    async def _take_away(self, sign: PutSign) -> None:
        try:
            await self._api.call("reactions.remove", channel=sign.room, timestamp=sign.stamp, name=sign.name)
        except ChannelError as error:
            if "no_reaction" not in error.reason and not error.gone:  # it went with the message, or by somebody's hand
                raise

    async def _already_there(
        self, room: str, address: Address, outbox_id: OutboxId, first: str | None = None
    ) -> dict[int, Part]:
        """The parts of a message that stand there, by their number; ``first`` is the stamp of its first one, if it is known."""
        found: dict[int, Part] = {}
        async for message in self._messages(room, address.thread, first):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("outbox_id") == outbox_id:
                found[int(payload.get("part", 0))] = Part(message["ts"], payload.get("says"))
            if 0 in found and not address.thread and first is None:  # from here on they are older than its first part
                break
        return found

    async def _messages(self, room: str, thread: str | None, since: str | None) -> AsyncIterator[Mapping[str, Any]]:
        """The messages of the thread, or of the room itself from the latest on, page by page; none older than ``since``."""
        what: dict[str, Any] = {"channel": room, "limit": PAGE, "include_all_metadata": True}
        if since is not None:
            what |= {"oldest": since, "inclusive": True}
        cursor = ""
        for _ in range(MOST_PAGES):
            if thread:
                page = await self._api.call("conversations.replies", ts=thread, cursor=cursor, **what)
            else:
                page = await self._api.call("conversations.history", cursor=cursor, **what)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


def _metadata(outbox_id: OutboxId, number: int, message: SlackMessage) -> Mapping[str, Any]:
    payload = {"outbox_id": outbox_id, "part": number, "says": _digest(message)}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _digest(message: SlackMessage) -> str:
    return hashlib.sha256(json.dumps([message.text, message.blocks]).encode()).hexdigest()[:16]
