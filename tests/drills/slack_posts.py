"""Posts to Slack whose answer is lost although Slack carried them out, and posts that never arrived: none stands there twice.

Every post is cut off once, before or after it was carried out, and then handed in again as the outbox does. Some are long
enough to be several messages, some stand in a thread.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path

from bot.channels.slack.posting import Posting, Rooms
from bot.channels.slack.slack_api import SlackApi
from bot.errors import ChannelError
from bot.model import Address, OutboxId, Post
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import BOT_TOKEN, running_emulator
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools
from tests.web.site import plain

ROOM_OF = 50
"""Posts in one direct conversation; then another person is written to."""


def run(points: int, seed: int, folder: Path) -> Counts:
    tools = node_tools()
    if not isinstance(tools, NodeTools):
        raise RuntimeError(tools)
    with running_emulator(tools) as emulator:
        return asyncio.run(cut_off(emulator, points, seed))


async def cut_off(emulator, points: int, seed: int) -> Counts:
    dice = random.Random(seed)
    accepted = parts = missing = doubled = 0
    async with Bridge(emulator, "socket") as bridge:
        api = SlackApi(BOT_TOKEN, bridge.api)
        posting = Posting(api, Rooms(api))
        people = [user["id"] for user in (await api.call("users.list"))["members"] if not user.get("is_bot")]
        wanted: Counter[tuple[str, int]] = Counter()
        found: Counter[tuple[str, int]] = Counter()
        for number in range(points):
            user = people[number // ROOM_OF % len(people)]
            reply = plain("Absatz " * dice.choice((1, 1, 1, 900)))
            post = Post(Address("slack", user), OutboxId(f"post-{number}"), reply)
            breaks = dice.choice(("after", "after", "before"))
            accepted += breaks == "after"
            bridge.fail("chat.postMessage", breaks=breaks)
            try:
                await posting.carry_out(post)
                raise AssertionError("a connection that broke was not noticed")
            except ChannelError:
                pass
            again = Post(post.address, post.outbox_id, reply, again=True)
            external_id = await posting.carry_out(again)
            count = external_id.count("+") + 1
            parts += count
            wanted.update((post.outbox_id, part) for part in range(count))
        rooms = {await posting._rooms.id_of(user) for user in people[: points // ROOM_OF + 1]}
        for room in rooms:
            cursor = ""
            while True:
                page = await api.call("conversations.history", channel=room, limit=200, cursor=cursor)
                for message in page["messages"]:
                    about = message["metadata"]["event_payload"]
                    found[about["outbox_id"], int(about["part"])] += 1
                cursor = page["response_metadata"]["next_cursor"]
                if not cursor:
                    break
        await api.close()
    missing = sum((wanted - found).values())
    doubled = sum((found - wanted).values())
    return {"posts": points, "messages": parts, "accepted": accepted, "missing": missing, "doubled": doubled}


ABOUT = "posts to Slack that are cut off before or after Slack carried them out"
SLACK_POSTS = Drill("slack_posts", ABOUT, 1_000, run, ("missing", "doubled"))
