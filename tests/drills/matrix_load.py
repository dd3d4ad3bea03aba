"""1,000 messages in 50 rooms, 20 of them encrypted: each is answered once, in its order, and the memory stays what it was.

Lotse is a process of its own on a real homeserver and says back what it hears; people write with an independent client. The
first quarter of the messages warms it up: whatever is remembered on purpose has its size then. What the process holds after all of
them may be a twentieth more.
"""

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.bench.figures import memory_of
from tests.channels.matrix.people import People, lotse_on
from tests.drills.kill import PATIENCE_S
from tests.drills.matrix_child import MatrixJob
from tests.drills.matrix_kill import lotse_running
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools
from tests.synapse import Homeserver, missing

ROOMS, ENCRYPTED = 50, 20
AT_ONCE = 10
GROWS_AT_MOST = 1.05


class Talk:
    """What was asked in each room, and what is answered there."""

    def __init__(self, person, lotse: str, rooms: list[str]) -> None:
        self.person, self.lotse, self.rooms = person, lotse, rooms
        self.asked: dict[str, list[str]] = {room: [] for room in rooms}

    async def ask(self, messages: int, chance: random.Random) -> None:
        """So many messages in rooms that are drawn, some at a time, and all their answers."""
        for _ in range(0, messages, AT_ONCE):
            chosen = chance.sample(self.rooms, AT_ONCE)
            await asyncio.gather(*(self._say(room) for room in chosen))
            await asyncio.gather(*(self._answered(room) for room in chosen))

    async def _say(self, room: str) -> None:
        words = f"message {len(self.asked[room])}"
        self.asked[room].append(words)
        await self.person.say(room, words)

    async def _answered(self, room: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.answers(room)) < len(self.asked[room]):
                self.person.people.changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.person.people.changed.wait(), 1)

    async def answers(self, room: str) -> list[str]:
        timeline = await self.person.ask("timeline", room=room)
        mine = [each for each in timeline if each["sender"] == self.lotse and each["type"] == "m.room.message"]
        return [each["content"].get("body", "") for each in mine]


async def load(points: int, seed: int, folder: Path, server: Homeserver, tools: NodeTools) -> Counts:
    lotse = await lotse_on(server, folder / "lotse")
    job = MatrixJob(lotse.settings, f"sqlite:///{folder / 'lotse.db'}")
    counts: Counter[str] = Counter()
    async with People(tools, server) as people, lotse_running(job) as process:
        person, chance = await people.arrive(strict=True), random.Random(seed)
        rooms = [await person.room_with(lotse.user, encrypted=number < ENCRYPTED) for number in range(ROOMS)]
        talk, began = Talk(person, lotse.user, rooms), time.monotonic()
        await talk.ask(points // 4, chance)
        early = memory_of(process.pid)["now"]
        await talk.ask(points - points // 4, chance)
        late = memory_of(process.pid)["now"]
        seconds = time.monotonic() - began
        for room in rooms:
            wanted, said = [f"Echo: {words}" for words in talk.asked[room]], await talk.answers(room)
            counts["asked"] += len(wanted)
            counts["lost"] += sum((Counter(wanted) - Counter(said)).values())
            counts["doubled"] += sum((Counter(said) - Counter(wanted)).values())
            counts["out_of_order"] += said != wanted and Counter(said) == Counter(wanted)
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
    tools, why_not = node_tools(), missing()
    assert isinstance(tools, NodeTools), tools
    assert why_not is None, why_not
    with tempfile.TemporaryDirectory(prefix="lotse-synapse-") as place:
        server = Homeserver(Path(place))
        server.start()
        try:
            return asyncio.run(load(points, seed, folder, server, tools))
        finally:
            server.close()


MATRIX_LOAD = Drill(
    "matrix_load",
    "messages in 50 Matrix rooms, 20 of them encrypted, and the memory they leave",
    2_000,
    run,
    ("lost", "doubled", "out_of_order", "grew_too_much"),
)
