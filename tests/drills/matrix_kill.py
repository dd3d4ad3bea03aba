"""SIGKILL of Lotse on Matrix, again and again, the same device and the same store: nothing lost, nothing doubled.

A person with an independent client writes into a plain and an encrypted room, Lotse is started and killed in the midst of
answering, started again, and answers; and so on with the same keys, which have then survived every kill before. Half of the kills
come at enumerated points (before and after each commit and each message), half at a random time. At the end every message has
exactly one answer, in its order, and the person's client could decrypt all of them.
"""

import asyncio
import contextlib
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.channels.matrix.people import People, lotse_on
from tests.drills.kill import CONTEXT, PATIENCE_S
from tests.drills.matrix_child import MatrixJob, main
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools
from tests.synapse import Homeserver, missing

MESSAGES = 2
"""In each of the two rooms, for each kill."""


@dataclass(frozen=True)
class Lotse:
    """The process: the connection over which it tells that it froze, and its number."""

    told: Connection
    pid: int


@contextlib.asynccontextmanager
async def lotse_running(job: MatrixJob):
    """A process of its own, killed at the end."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=main, args=(job, theirs))
    process.start()
    theirs.close()
    try:
        assert await asyncio.to_thread(ours.poll, PATIENCE_S), "the process did not begin"
        assert ours.recv() == "begun"
        yield Lotse(ours, process.pid)
    finally:
        process.kill()  # SIGKILL
        await asyncio.to_thread(process.join)
        ours.close()


class Rooms:
    """What was asked in two rooms, and what was answered there."""

    def __init__(self, person, lotse: str, rooms: list[str]) -> None:
        self.person, self.lotse, self.rooms = person, lotse, rooms
        self.asked: dict[str, list[str]] = {room: [] for room in rooms}

    async def ask(self) -> None:
        for room in self.rooms:
            for _ in range(MESSAGES):
                words = f"message {len(self.asked[room])}"
                await self.person.say(room, words)
                self.asked[room].append(words)

    async def answers(self, room: str) -> list[dict]:
        timeline = await self.person.ask("timeline", room=room)
        mine = [each for each in timeline if each["sender"] == self.lotse and not each["state"]]
        return [each for each in mine if each["type"] in ("m.room.message", "m.room.encrypted")]

    async def all_answered(self) -> bool:
        return all([len(await self.answers(room)) >= len(self.asked[room]) for room in self.rooms])

    async def until_answered(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await self.all_answered():
                self.person.people.changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.person.people.changed.wait(), 1)


async def kill_often(points: int, seed: int, folder: Path, server: Homeserver, tools: NodeTools) -> Counter:
    chance = random.Random(seed)
    total: Counter[str] = Counter()
    lotse = await lotse_on(server, folder / "lotse")
    job = MatrixJob(lotse.settings, f"sqlite:///{folder / 'lotse.db'}")
    async with People(tools, server) as people:
        person = await people.arrive(strict=True)
        async with lotse_running(job):
            rooms = [await person.room_with(lotse.user, encrypted=encrypted) for encrypted in (False, True)]
            talk = Rooms(person, lotse.user, rooms)
            await talk.ask()
            began = time.monotonic()
            await talk.until_answered()
            lasts = time.monotonic() - began
        for number in range(points):
            await talk.ask()
            at_a_point = number % 2 == 0
            stop_at = chance.randint(1, 24) if at_a_point else 0
            async with lotse_running(MatrixJob(lotse.settings, job.address, stop_at)) as running:
                wait = PATIENCE_S if at_a_point else chance.uniform(0, lasts + 1)
                answered = asyncio.create_task(talk.until_answered())
                frozen = asyncio.create_task(asyncio.to_thread(running.told.poll, min(wait, 10)))
                await asyncio.wait([answered, frozen], return_when=asyncio.FIRST_COMPLETED)
                answered.cancel()
                await asyncio.gather(answered, return_exceptions=True)
                await frozen
            total["in_flight"] += not await talk.all_answered()
            total["at_points"] += at_a_point
            async with lotse_running(job):
                await talk.until_answered()
        for room in rooms:
            said = [each["content"].get("body", "") for each in await talk.answers(room)]
            wanted = [f"Echo: {words}" for words in talk.asked[room]]
            total["asked"] += len(wanted)
            total["lost"] += sum((Counter(wanted) - Counter(said)).values())
            total["doubled"] += sum((Counter(said) - Counter(wanted)).values())
            total["out_of_order"] += [each for each in said if each in wanted] != wanted
    return total


def run(points: int, seed: int, folder: Path) -> Counts:
    """Kill so many times, on a homeserver of the drill's own."""
    tools, why_not = node_tools(), missing()
    assert isinstance(tools, NodeTools), tools
    assert why_not is None, why_not
    with tempfile.TemporaryDirectory(prefix="lotse-synapse-") as place:
        server = Homeserver(Path(place))
        server.start()
        try:
            total = asyncio.run(kill_often(points, seed, folder, server, tools))
        finally:
            server.close()
    return {"points": points, "seed": seed, **{"in_flight": 0, "lost": 0, "doubled": 0, "out_of_order": 0}, **total}


MATRIX_KILL = Drill(
    "matrix_kill", "SIGKILL of Lotse on Matrix, plain and encrypted", 200, run, ("lost", "doubled", "out_of_order")
)
