"""Events of Slack that come again, in any order and under other stamps: each has its effect once, and is acknowledged in time.

What people do is in ``slack_event_mix.py``: messages, changes, deletions, signs and presses, one person in five a coordinator in a
room of theirs. Over HTTP or Socket Mode it reaches the real handlers of a Lotse on SQLite. While all of it is delivered nothing
answers, so that what is counted is what was taken in; then it is answered, and what came of it is counted in the transcripts.

``stall``: in the middle another program holds the database for ten seconds. Over HTTP Slack is told so in time; over Socket Mode
nothing is acknowledged. Slack sends again, and everything is taken in once.
"""

import asyncio
import random
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.model import AskedWhy, Choice, Edited, ExternalId, Input, Pressed, Rated, Reacted, Removed, Say, Utterance
from bot.store import tables
from bot.store.announce import INBOX
from bot.store.conversations import Conversations
from bot.store.outbox import Outbox
from bot.store.payloads import input_from_json
from bot.worker.notices import apologise
from tests.channels.slack.emulator import running_emulator
from tests.channels.slack.stage import slack_stage
from tests.drills.registry import Counts, Drill
from tests.drills.slack_event_mix import CHOICES, DESK, Effect, Mix, Offer, Sent, Writer
from tests.fakes import incoming, reply
from tests.node_tools import NodeTools, node_tools
from tests.store.rows import answer

AT_ONCE = 8
STALLS_S = 10.0
IN_TIME_S = 3.0
"""So long Slack waits."""
QUICK_S, MAY_BE_SLOW = 0.5, 100
"""While the database is well, all but one in so many are acknowledged within this time."""


@dataclass
class Deliveries:
    """What became of the attempts to deliver: of what, when each began and ended, and the status; 0 is no acknowledgement."""

    attempts: list[tuple[Sent, float, float, int]] = field(default_factory=list)

    async def deliver(self, stage: Any, events: Sequence[Sent]) -> None:
        """Send all of them, what one person does in its order, each again until it is acknowledged."""
        lanes: dict[int, list[Sent]] = defaultdict(list)
        for sent in events:
            lanes[sent.lane % AT_ONCE].append(sent)
        await asyncio.gather(*(self._one_after_another(stage, lane) for lane in lanes.values()))

    async def _one_after_another(self, stage: Any, events: Sequence[Sent]) -> None:
        for sent in events:
            for attempt in range(100):
                started = time.monotonic()
                # Slack signs each at a moment of its own; the same body signed within the same second would be a replay.
                body = {**sent.payload, "event_context": str(len(self.attempts))}
                status, _ = await stage.bridge.push_once(sent.kind, body, attempt)
                self.attempts.append((sent, started, time.monotonic(), status))
                if status == 200:
                    break
                await asyncio.sleep(0.5)

    def waits(self) -> list[float]:
        """How long each answer took, shortest first."""
        return sorted(ended - started for _, started, ended, status in self.attempts if status)

    def acknowledged(self, since: float, until: float) -> int:
        """How many of the attempts that began and ended in this time were acknowledged, of what has to be stored for it."""
        return sum(
            status == 200 and sent.stored and started > since and ended < until
            for sent, started, ended, status in self.attempts
        )


async def offer(stage: Any, writer: Writer) -> Offer:
    """Let this person have got a reply with two choices that can be rated."""
    database, now = stage.site.database, stage.site.clock()
    asked = incoming(
        "Auswahl", user=writer.user, room=writer.user, channel="slack", external_id=f"asked by {writer.user}"
    )
    await stage.accept([asked])
    choices = tuple(Choice(f"Wahl {value}", value) for value in CHOICES)
    said = Say(reply("Bitte wählen Sie.", choices=choices, rateable=True))
    await answer(Conversations(database, apologise), now, said)
    outbox = Outbox(database)
    item = await outbox.claim_next("slack", now)
    assert item is not None
    stamp = f"1600000000.{writer.number:06d}"
    await outbox.sent(item.delivery.outbox_id, ExternalId(f"{writer.direct}:{stamp}"), now)
    return Offer(item.delivery.outbox_id, stamp)


async def taken_in(stage: Any) -> Counter[Effect]:
    """What waits for an answer, of employees and of coordinators, as the store has it."""
    of_employees = (
        select(tables.persons.c.external_user, tables.inbox.c.payload)
        .join(tables.persons, tables.persons.c.id == tables.inbox.c.person_id)
        .where(tables.inbox.c.status == "waiting")
    )
    of_coordinators = select(tables.desk_inbox.c.external_user, tables.desk_inbox.c.payload)
    async with stage.site.database.reading() as connection:
        rows = [row for each in (of_employees, of_coordinators) for row in (await connection.execute(each)).all()]
    return Counter(effect_of(row.external_user, input_from_json(row.payload)) for row in rows)


def effect_of(user: str, given: Input) -> Effect:
    """What was taken in, in the words of what was expected."""
    match given:
        case Utterance(text=text):
            return ("said", user, text)
        case Edited(of=of, text=text):
            return ("changed", user, of.rpartition(":")[2], text)
        case Removed(of=of):
            return ("deleted", user, of.rpartition(":")[2])
        case Rated(helpful=helpful):
            return ("rated", user, str(helpful))
        case AskedWhy():
            return ("asked_why", user)
        case Pressed(value=value):
            return ("chose", user, value)
        case Reacted(of=of, sign=sign):
            return ("signed", user, of.rpartition(":")[2], sign)
    return ("unexpected", user, type(given).__name__)


async def answer_all(stage: Any) -> None:
    """Let everything that waits be answered, and nothing be sent."""
    waiting = select(func.count()).select_from(tables.inbox).where(tables.inbox.c.status == "waiting")
    await stage.site.start_loops(outbox=False)
    with stage.site.database.announcer.listen(INBOX) as bell:
        while True:
            async with stage.site.database.reading() as connection:
                if not await connection.scalar(waiting):
                    break
            await bell.wait(0.2)
    await stage.site.stop_loops()


async def lines(stage: Any) -> list[tuple[str, str, str]]:
    """Everything that can be read in the conversations: whose they are, who says it, and what."""
    of = tables.transcript.c
    said = (
        select(tables.persons.c.external_user, of.who, of.text)
        .join(tables.persons, tables.persons.c.id == of.person_id)
        .where(of.deleted_at.is_(None), of.text != "Auswahl")
    )
    async with stage.site.database.reading() as connection:
        return [tuple(row) for row in (await connection.execute(said)).all()]


def answered_twice(said: Sequence[tuple[str, str, str]]) -> int:
    """How many answers there are of what was answered already: each says what it is about, and people ask nothing twice."""
    about = Counter((user, text.partition(".")[0]) for user, who, text in said if who == "lotse" and text != "Darum.")
    return sum(count - 1 for count in about.values())


def too_slow(waits: Sequence[float]) -> int:
    """How many acknowledgements were slower than they may be, beyond those that may be slow."""
    return max(sum(wait > QUICK_S for wait in waits) - len(waits) // MAY_BE_SLOW, 0)


async def delivered(
    emulator: Any, folder: Path, points: int, seed: int, *, transport: str = "http", stall_s: float = 0
) -> Counts:
    """Deliver what so many things people do send; what came of it, and how long Slack waited."""
    mix, deliveries = Mix(points, random.Random(seed)), Deliveries()
    async with slack_stage(folder, emulator, transport, desk_rooms=(DESK,)) as stage:
        stage.bridge.patience = IN_TIME_S
        await stage.site.stop_loops()
        mix.offers = {each.user: await offer(stage, each) for each in mix.people if not each.at_desk}
        events = mix.events()
        half = len(events) // 2
        await deliveries.deliver(stage, events[:half])
        held, released = await stalled(stage, deliveries, events[half:], stall_s)
        found = await taken_in(stage)
        await answer_all(stage)
        said = await lines(stage)
    stands = Counter((user, text) for user, who, text in said if who == "user" and text.startswith("Frage"))
    waits = deliveries.waits()
    statuses = Counter(status for *_, status in deliveries.attempts)
    return {
        "events": len(events),
        "kinds": dict(mix.kinds),
        "expected": mix.expected.total(),
        "lost": (mix.expected - found).total(),
        "doubled": (found - mix.expected).total(),
        "words_lost": (mix.standing() - stands).total(),
        "words_too_many": (stands - mix.standing()).total(),
        "answered_twice": answered_twice(said),
        "told_to_wait": statuses[503],
        "not_acknowledged": statuses[0],
        "acknowledged_while_stalled": deliveries.acknowledged(held, released),
        "other_answers": sum(count for status, count in statuses.items() if status not in (200, 503, 0)),
        "late": sum(wait > IN_TIME_S for wait in waits),
        "slow": too_slow(waits),
        "ack_p50_ms": round(waits[len(waits) // 2] * 1000),
        "ack_p99_ms": round(waits[int(len(waits) * 0.99)] * 1000),
    }


async def stalled(stage: Any, deliveries: Deliveries, events: Sequence[Sent], stall_s: float) -> tuple[float, float]:
    """Deliver these; another program holds the database for the first seconds. From when until when it did."""
    if not stall_s:
        await deliveries.deliver(stage, events)
        return 0, 0
    holder = sqlite3.connect(stage.site.file, isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(holder.execute, "BEGIN IMMEDIATE")
    held = time.monotonic()
    rest = asyncio.create_task(deliveries.deliver(stage, events))
    await asyncio.sleep(stall_s)
    released = time.monotonic()
    holder.rollback()
    holder.close()
    await rest
    return held, released


def _run(transport: str, stall_s: float) -> Any:
    def run(points: int, seed: int, folder: Path) -> Counts:
        tools = node_tools()
        if not isinstance(tools, NodeTools):
            raise RuntimeError(tools)
        with running_emulator(tools) as emulator:
            return asyncio.run(delivered(emulator, folder, points, seed, transport=transport, stall_s=stall_s))

    return run


ZERO = ("lost", "doubled", "words_lost", "words_too_many", "answered_twice", "other_answers", "late")
SLACK_EVENTS = Drill("slack_events", "events of Slack that come again", 10_000, _run("http", 0), (*ZERO, "slow"))
SLACK_STALL = Drill(
    "slack_stall",
    "events of Slack while the database stands still",
    1_000,
    _run("http", STALLS_S),
    (*ZERO, "acknowledged_while_stalled"),
)
SLACK_STALL_SOCKET = Drill(
    "slack_stall_socket",
    "the same over Socket Mode",
    1_000,
    _run("socket", STALLS_S),
    (*ZERO, "acknowledged_while_stalled"),
)
