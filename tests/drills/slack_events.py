"""Events of Slack that come again, in any order and under other stamps: each is taken in once, and acknowledged in time.

Signed requests go to the real route of a Lotse on SQLite. Of all events three in ten come again: as they were, as the mention
that comes beside the message, or as Slack's phantom, the same message under another stamp. Nothing answers them meanwhile, so
that what is counted is what was taken in. One message in five is a coordinator's, in a room of theirs.

``stall``: in the middle another program holds the database for ten seconds. Slack is told so in time, sends again, and
everything is taken in once.
"""

import asyncio
import json
import random
import sqlite3
import time
from pathlib import Path

import httpx
from sqlalchemy import func, select

from bot.model import DeskRoom
from bot.store import tables
from tests.channels.slack.bridge import signed
from tests.channels.slack.emulator import BOT_USER, running_emulator
from tests.channels.slack.payloads import payload
from tests.channels.slack.stage import slack_stage
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools

EACH = 20
"""Messages of one person: fewer than may wait for an answer."""
AT_ONCE = 8
STALLS_S = 10.0
IN_TIME_S = 3.0
"""So long Slack waits."""
QUICK_S, MAY_BE_SLOW = 0.5, 100
"""While the database is well, all but one in so many are acknowledged within this time."""
DESK = DeskRoom("slack", "C0KOORDINATION", rest=True)


def events_of(points: int, dice: random.Random) -> list[dict]:
    """The events of so many messages, those that come again among them, in the order they arrive."""
    made: list[tuple[float, dict]] = []
    for number in range(points):
        user, stamp = f"U{number // EACH:07d}", f"{1_700_000_000 + number}.{number:06d}"
        text = dice.choice(("ja", "ja", f"<@{BOT_USER}> ja", "Was zahlt der Bonus?"))
        mentions = text.startswith("<@")
        body = payload("message_im")
        body["event_id"] = f"Ev{number}"
        body["event"].update(user=user, ts=stamp, event_ts=stamp, client_msg_id=f"client-{number}", text=text)
        at_desk = number // EACH % 5 == 4
        room = DESK.room if at_desk else f"{'C' if mentions else 'D'}{number // EACH:07d}"
        body["event"].update(channel=room, channel_type="channel" if mentions or at_desk else "im")
        made.append((number, body))
        if dice.random() < 0.3:
            again = json.loads(json.dumps(body))
            kind = dice.choice(("same", "phantom", "mention"))
            again["event_id"] = f"Ev{number}B"
            if kind == "phantom":
                other = f"{1_800_000_000 + number}.{number:06d}"
                again["event"].update(ts=other, event_ts=other)
                if mentions:
                    again["event"]["thread_ts"] = stamp
            elif kind == "mention" and mentions:
                again["event"]["type"] = "app_mention"
                del again["event"]["channel_type"]
            made.append((number + dice.uniform(-200, 2_000), again))
    return [body for _, body in sorted(made, key=lambda one: one[0])]


async def deliver(stage, events: list[dict], waits: list[float], refused: list[int]) -> None:
    """Send all of them, some at a time, each again until it is acknowledged."""
    queue = iter(events)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:

        async def one_after_another() -> None:
            for body in queue:
                for attempt in range(100):
                    text = json.dumps(body)
                    headers = {**signed(text, at=time.time() - attempt), "Content-Type": "application/json"}
                    started = time.monotonic()
                    answer = await client.post(stage.bridge.target, content=text, headers=headers)
                    waits.append(time.monotonic() - started)
                    if answer.status_code == 200:
                        break
                    refused.append(answer.status_code)
                    await asyncio.sleep(0.5)

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


def too_slow(waits: list[float]) -> int:
    """How many acknowledgements were slower than they may be, beyond those that may be slow."""
    return max(sum(wait > QUICK_S for wait in waits) - len(waits) // MAY_BE_SLOW, 0)


async def taken_in(emulator, folder: Path, points: int, seed: int, *, stall_s: float = 0) -> Counts:
    """Deliver so many messages; how many were taken in, and how long Slack waited."""
    dice = random.Random(seed)
    events = events_of(points, dice)
    waits: list[float] = []
    refused: list[int] = []
    async with slack_stage(folder, emulator, "http", desk_rooms=(DESK,)) as stage:
        await stage.site.stop_loops()
        before, after = events[: len(events) // 2], events[len(events) // 2 :]
        await deliver(stage, before, waits, refused)
        if stall_s:
            holder = sqlite3.connect(stage.site.file, isolation_level=None, check_same_thread=False)
            await asyncio.to_thread(holder.execute, "BEGIN IMMEDIATE")
            rest = asyncio.create_task(deliver(stage, after, waits, refused))
            await asyncio.sleep(stall_s)
            holder.rollback()
            holder.close()
            await rest
        else:
            await deliver(stage, after, waits, refused)
        async with stage.site.database.reading() as connection:
            counts = [
                await connection.scalar(select(func.count()).select_from(table))
                for table in (tables.inbox, tables.desk_inbox)
            ]
    inputs = sum(counts)
    waits.sort()
    return {
        "events": len(events),
        "messages": points,
        "of_coordinators": counts[1],
        "lost": max(points - inputs, 0),
        "doubled": max(inputs - points, 0),
        "told_to_wait": len(refused),
        "other_answers": sum(status != 503 for status in refused),
        "late": sum(wait > IN_TIME_S for wait in waits),
        "slow": too_slow(waits),
        "ack_p50_ms": round(waits[len(waits) // 2] * 1000),
        "ack_p99_ms": round(waits[int(len(waits) * 0.99)] * 1000),
    }


def _run(stall_s: float):
    def run(points: int, seed: int, folder: Path) -> Counts:
        tools = node_tools()
        if not isinstance(tools, NodeTools):
            raise RuntimeError(tools)
        with running_emulator(tools) as emulator:
            return asyncio.run(taken_in(emulator, folder, points, seed, stall_s=stall_s))

    return run


ZERO = ("lost", "doubled", "other_answers", "late")
SLACK_EVENTS = Drill("slack_events", "events of Slack that come again", 10_000, _run(0), (*ZERO, "slow"))
SLACK_STALL = Drill("slack_stall", "events of Slack while the database stands still", 1_000, _run(STALLS_S), ZERO)
