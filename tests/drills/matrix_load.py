"""1,000 messages in 50 rooms, 20 of them encrypted: each is answered once, in its order, and the memory stays what it was.

Lotse is a process of its own on a real homeserver and says back what it hears; people write with an independent client. The
first quarter of the messages warms it up: whatever is remembered on purpose has its size then. What the process holds after all of
them may be a twentieth more.
"""

import asyncio
import random
import time
from pathlib import Path

from tests.bench.figures import memory_of
from tests.channels.matrix.people import People, lotse_on
from tests.drills.matrix_child import MatrixJob
from tests.drills.matrix_talk import Talk, lotse_running
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools
from tests.synapse import Homeserver, own_homeserver

ROOMS, ENCRYPTED = 50, 20
AT_ONCE = 10
GROWS_AT_MOST = 1.05


async def ask(talk: Talk, messages: int, chance: random.Random) -> None:
    """So many messages in rooms that are drawn, some at a time, and all their answers."""
    for _ in range(0, messages, AT_ONCE):
        chosen = chance.sample(talk.rooms, AT_ONCE)
        await asyncio.gather(*(talk.ask(room) for room in chosen))
        await asyncio.gather(*(talk.until_answered([room]) for room in chosen))


async def load(points: int, seed: int, folder: Path, server: Homeserver, tools: NodeTools) -> Counts:
    lotse = await lotse_on(server, folder / "lotse")
    job = MatrixJob(lotse.settings, f"sqlite:///{folder / 'lotse.db'}")
    async with People(tools, server) as people, lotse_running(job) as process:
        person, chance = await people.arrive(strict=True), random.Random(seed)
        rooms = [await person.room_with(lotse.user, encrypted=number < ENCRYPTED) for number in range(ROOMS)]
        talk, began = Talk(person, lotse.user, rooms), time.monotonic()
        await ask(talk, points // 4, chance)
        early = memory_of(process.pid)["now"]
        await ask(talk, points - points // 4, chance)
        late = memory_of(process.pid)["now"]
        seconds = time.monotonic() - began
        counts = await talk.judged()
    grown = {"early_mib": round(early), "late_mib": round(late), "grew_too_much": int(late > early * GROWS_AT_MOST)}
    return {
        "points": points,
        "seed": seed,
        "rooms": ROOMS,
        "encrypted": ENCRYPTED,
        **counts,
        **grown,
        "asked_for_s": round(seconds),
    }


def run(points: int, seed: int, folder: Path) -> Counts:
    """So many messages, on a homeserver of the drill's own."""
    tools = node_tools()
    assert isinstance(tools, NodeTools), tools
    with own_homeserver() as server:
        return asyncio.run(load(points, seed, folder, server, tools))


MATRIX_LOAD = Drill(
    "matrix_load",
    "messages in 50 Matrix rooms, 20 of them encrypted, and the memory they leave",
    2_000,
    run,
    ("lost", "doubled", "out_of_order", "grew_too_much"),
)
