"""A connection to the homeserver that is dead without being closed: noticed within 90 seconds, and nothing is lost.

Between Lotse and a real homeserver stands a relay that, at a random moment of a sync, lets nothing through any more and closes
nothing either. Lotse must say so on its own; once the relay works again, what was written meanwhile arrives, once.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.people import lotse_on
from tests.drills.registry import Counts, Drill
from tests.synapse import Homeserver, own_homeserver

WITHIN_S = 90
PATIENCE_S = 240


class Relay:
    """Passes bytes on, while it is ``open``; while not, it takes connections and lets nothing through."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.open = asyncio.Event()
        self.open.set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error):
        self._server.close()
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers |= {writer, theirs[1]}
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(self._pass(reader, theirs[1]), self._pass(theirs[0], writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await self.open.wait()
            writer.write(data)
            await writer.drain()
        writer.close()


async def fall_silent(points: int, seed: int, folder: Path, server: Homeserver) -> Counts:
    chance, counts, waits = random.Random(seed), Counter(late=0, lost=0, doubled=0), []
    lotse = await lotse_on(server, folder / "lotse")
    anna = await asyncio.to_thread(server.register)
    made = {"invite": [lotse.user], "is_direct": True}
    room = (await asyncio.to_thread(server.call, "POST", "/createRoom", anna.token, made))["room_id"]

    async def say(words: str) -> None:
        path = f"/rooms/{room}/send/m.room.message/{words}"
        await asyncio.to_thread(server.call, "PUT", path, anna.token, {"msgtype": "m.text", "body": words})

    async with Relay(server.port) as relay, AtWork(replace(lotse.settings, homeserver=relay.address)) as work:
        await say("begin")
        await work.hears("begin")
        for number in range(points):
            await asyncio.sleep(chance.uniform(0, 3))
            relay.open.clear()
            began = time.monotonic()
            await say(f"silent{number}")
            async with asyncio.timeout(PATIENCE_S):
                while work.channel.problem is None:  # noqa: ASYNC110  # the channel offers no event for it
                    await asyncio.sleep(0.2)
            waits.append(time.monotonic() - began)
            counts["late"] += waits[-1] > WITHIN_S
            relay.open.set()
            await work.hears(f"silent{number}")
            async with asyncio.timeout(PATIENCE_S):
                while work.channel.problem is not None:  # noqa: ASYNC110  # nor for this
                    await asyncio.sleep(0.2)
        heard = Counter(each.input.text for each in work.heard)
    wanted = Counter(["begin", *(f"silent{number}" for number in range(points))])
    counts["lost"], counts["doubled"] = sum((wanted - heard).values()), sum((heard - wanted).values())
    return {"points": points, "seed": seed, **counts, "longest_s": round(max(waits)), "shortest_s": round(min(waits))}


def run(points: int, seed: int, folder: Path) -> Counts:
    """Fall silent so many times, on a homeserver of the drill's own."""
    with own_homeserver() as server:
        return asyncio.run(fall_silent(points, seed, folder, server))


MATRIX_BLACKHOLE = Drill(
    "matrix_blackhole",
    "connections to the homeserver that are dead without being closed",
    5,
    run,
    ("late", "lost", "doubled"),
)
