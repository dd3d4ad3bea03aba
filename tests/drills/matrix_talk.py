"""What drills on Matrix share: Lotse as a process that can be killed, and what a person asks it and hears in several rooms."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.drills.kill import CONTEXT, PATIENCE_S
from tests.drills.matrix_child import MatrixJob, main


@dataclass(frozen=True)
class Lotse:
    """The process: the connection over which it tells that it froze, and its number."""

    told: Connection
    pid: int


@contextlib.asynccontextmanager
async def lotse_running(job: MatrixJob) -> AsyncIterator[Lotse]:
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


class Talk:
    """What was asked in each room, and what is answered there."""

    def __init__(self, person, lotse: str, rooms: list[str]) -> None:
        self.person, self.lotse, self.rooms = person, lotse, rooms
        self.asked: dict[str, list[str]] = {room: [] for room in rooms}

    async def ask(self, room: str) -> None:
        """One more message."""
        words = f"message {len(self.asked[room])}"
        self.asked[room].append(words)
        await self.person.say(room, words)

    async def answers(self, room: str) -> list[str]:
        """What Lotse has said in a room; empty words stand for what cannot be decrypted."""
        timeline = await self.person.ask("timeline", room=room)
        mine = [each for each in timeline if each["sender"] == self.lotse and not each["state"]]
        said = [each for each in mine if each["type"] in ("m.room.message", "m.room.encrypted")]
        return [each["content"].get("body", "") for each in said]

    async def are_answered(self, rooms: Iterable[str]) -> bool:
        """Whether there are as many answers in these rooms as messages."""
        return all([len(await self.answers(room)) >= len(self.asked[room]) for room in rooms])

    async def until_answered(self, rooms: Iterable[str]) -> None:
        """Wait for that. Raises TimeoutError."""
        rooms = tuple(rooms)
        async with asyncio.timeout(PATIENCE_S):
            while not await self.are_answered(rooms):
                self.person.people.changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.person.people.changed.wait(), 1)

    async def judged(self) -> Counter[str]:
        """Of all messages: how many were asked, and how many answers were lost, doubled, or in the wrong order."""
        counts: Counter[str] = Counter(asked=0, lost=0, doubled=0, out_of_order=0)
        for room in self.rooms:
            wanted, said = [f"Echo: {words}" for words in self.asked[room]], await self.answers(room)
            counts["asked"] += len(wanted)
            counts["lost"] += sum((Counter(wanted) - Counter(said)).values())
            counts["doubled"] += sum((Counter(said) - Counter(wanted)).values())
            counts["out_of_order"] += [each for each in said if each in wanted] != wanted
        return counts
