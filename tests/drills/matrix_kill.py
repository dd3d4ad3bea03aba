"""SIGKILL of Lotse on Matrix, again and again, the same device and the same store: nothing lost, nothing doubled.

A person with an independent client writes into a plain and an encrypted room, Lotse is started and killed in the midst of
answering, started again, and answers; and so on with the same keys, which have then survived every kill before. Half of the kills
come at enumerated points (before and after each commit and each message), half at a random time. At the end every message has
exactly one answer, in its order, and the person's client could decrypt all of them.
"""

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

from tests.channels.matrix.people import People, lotse_on
from tests.drills.kill import PATIENCE_S
from tests.drills.matrix_child import MatrixJob
from tests.drills.matrix_talk import Talk, lotse_running
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools
from tests.synapse import Homeserver, own_homeserver

MESSAGES = 2
"""In each of the two rooms, for each kill."""


async def ask_everywhere(talk: Talk) -> None:
    """As many messages in each room as belong to a kill."""
    for room in talk.rooms:
        for _ in range(MESSAGES):
            await talk.ask(room)


async def kill_often(points: int, seed: int, folder: Path, server: Homeserver, tools: NodeTools) -> Counter:
    chance = random.Random(seed)
    total: Counter[str] = Counter()
    lotse = await lotse_on(server, folder / "lotse")
    job = MatrixJob(lotse.settings, f"sqlite:///{folder / 'lotse.db'}")
    async with People(tools, server) as people:
        person = await people.arrive(strict=True)
        async with lotse_running(job):
            rooms = [await person.room_with(lotse.user, encrypted=encrypted) for encrypted in (False, True)]
            talk = Talk(person, lotse.user, rooms)
            await ask_everywhere(talk)
            began = time.monotonic()
            await talk.until_answered(rooms)
            lasts = time.monotonic() - began
        for number in range(points):
            await ask_everywhere(talk)
            at_a_point = number % 2 == 0
            stop_at = chance.randint(1, 24) if at_a_point else 0
            async with lotse_running(MatrixJob(lotse.settings, job.address, stop_at)) as running:
                wait = PATIENCE_S if at_a_point else chance.uniform(0, lasts + 1)
                answered = asyncio.create_task(talk.until_answered(rooms))
                frozen = asyncio.create_task(asyncio.to_thread(running.told.poll, min(wait, 10)))
                await asyncio.wait([answered, frozen], return_when=asyncio.FIRST_COMPLETED)
                answered.cancel()
                await asyncio.gather(answered, return_exceptions=True)
                await frozen
            total["in_flight"] += not await talk.are_answered(rooms)
            total["at_points"] += at_a_point
            async with lotse_running(job):
                await talk.until_answered(rooms)
        total.update(await talk.judged())
    return total


def run(points: int, seed: int, folder: Path) -> Counts:
    """Kill so many times, on a homeserver of the drill's own."""
    tools = node_tools()
    assert isinstance(tools, NodeTools), tools
    with own_homeserver() as server:
        total = asyncio.run(kill_often(points, seed, folder, server, tools))
    return {"points": points, "seed": seed, "in_flight": 0, **total}


MATRIX_KILL = Drill(
    "matrix_kill", "SIGKILL of Lotse on Matrix, plain and encrypted", 200, run, ("lost", "doubled", "out_of_order")
)
