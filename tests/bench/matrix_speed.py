"""How long somebody in Matrix waits: from sending a message until the answer is there, on a real homeserver.

Lotse, which stores, understands and answers, beside the least a bot can do: matrix-nio that says back what was said. Both on the
same Synapse, run by run in turn, one message after the other, in a room that is not encrypted (the echo could take part in no
other).
"""

import asyncio
import itertools
import os
import subprocess
import sys
import time

import httpx

from tests.bench.beside_echo import QUESTION, READING_S, WARM, figures_of, process_running
from tests.bench.figures import ROOT, Figure
from tests.bench.lotse_process import PATIENCE_S, Place
from tests.channels.matrix.people import KEY
from tests.synapse import PASSWORD, Homeserver, missing, own_homeserver


def figures(place: Place, runs: int, messages: int) -> list[Figure]:
    """Medians over the runs of each run's p50 and p99, and how many times longer Lotse takes."""
    if (why_not := missing()) is not None:
        return [Figure("matrix", "not measured", note=why_not)]
    with own_homeserver() as server:
        waits = asyncio.run(_measured(place, server, runs, messages))
    return figures_of("matrix", "message to answer", waits)


async def _measured(place: Place, server: Homeserver, runs: int, messages: int) -> dict[str, list[list[float]]]:
    waits: dict[str, list[list[float]]] = {"echo": [], "Lotse": []}
    echo, lotse, kim = [await asyncio.to_thread(server.register) for _ in range(3)]
    settings = {
        **place.environment(),
        "LOTSE_MATRIX_HOMESERVER": server.address,
        "LOTSE_MATRIX_USER": lotse.user_id,
        "LOTSE_MATRIX_PASSWORD": PASSWORD,
        "LOTSE_MATRIX_KEY": KEY,
    }
    await asyncio.to_thread(
        subprocess.run, place.command("matrix", "setup"), cwd=ROOT, env=settings, check=True, stdout=subprocess.DEVNULL
    )
    commands = {
        "echo": (
            [sys.executable, "-m", "tests.bench.nio_echo", server.address, echo.user_id, PASSWORD],
            dict(os.environ),
        ),
        "Lotse": (place.command("run"), settings),
    }
    users = {"echo": echo.user_id, "Lotse": lotse.user_id}
    async with httpx.AsyncClient(
        base_url=f"{server.address}/_matrix/client/v3",
        headers={"Authorization": f"Bearer {kim.token}"},
        timeout=60,
        trust_env=False,
    ) as http:
        person = Writer(http)
        for _ in range(runs):
            for name, (command, environment) in commands.items():
                async with process_running(command, environment):
                    waits[name].append(await person.waits(users[name], messages))
    return waits


class Writer:
    """Somebody who writes and waits, by the plainest means: one request to send, one that waits for what follows."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._numbers = itertools.count()
        self._since = ""

    async def waits(self, other: str, messages: int) -> list[float]:
        """Seconds from each message to its answer in a room of two, without the first few."""
        made = await self._http.post("/createRoom", json={"invite": [other], "is_direct": True})
        room = made.json()["room_id"]
        await self._until(lambda event: event["type"] == "m.room.member" and event["content"]["membership"] == "join"
                          and event.get("state_key") == other, room)  # fmt: skip
        waits = []
        for _ in range(WARM + messages):
            await asyncio.sleep(READING_S)
            begun = time.perf_counter()
            said = {"msgtype": "m.text", "body": QUESTION}
            sent = await self._http.put(f"/rooms/{room}/send/m.room.message/{next(self._numbers)}", json=said)
            sent.raise_for_status()
            await self._until(lambda event: event["type"] == "m.room.message" and event["sender"] == other, room)
            waits.append(time.perf_counter() - begun)
        return waits[WARM:]

    async def _until(self, holds, room: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                query = {"timeout": "10000", **({"since": self._since} if self._since else {})}
                answer = (await self._http.get("/sync", params=query)).json()
                self._since = answer["next_batch"]
                joined = answer.get("rooms", {}).get("join", {}).get(room, {})
                events = [*joined.get("state", {}).get("events", ()), *joined.get("timeline", {}).get("events", ())]
                if any(holds(event) for event in events):
                    return
