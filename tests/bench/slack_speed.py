"""How long somebody in Slack waits: from an event's leaving Slack until the answer's call arrives there.

Lotse, which stores, understands and answers, beside the least an app can do: Bolt that says back what was said. Both by Socket
Mode on the same emulated Slack, run by run in turn, one message after the other. Beside the waits stands the processor time of
each, which depends less on what else the machine does.

Lotse's wait is longer by what the echo does not do: the event is stored and synced to the disk before Slack is told, the answer is
found, it is stored and synced with everything that follows from it, and that it is being sent. Neither of the two syncs can be
spared: each is what a kill at that moment must not take away.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence

from aiohttp import ClientSession

from tests.bench.beside_echo import QUESTION, READING_S, WARM, figures_of, process_running
from tests.bench.figures import Figure, cpu_seconds_of, percentile
from tests.bench.lotse_process import PATIENCE_S, Place
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import APP_TOKEN, BOT_TOKEN, Emulator, running_emulator
from tests.channels.slack.payloads import payload
from tests.channels.slack.people import SlackPerson
from tests.node_tools import NodeTools, node_tools


def figures(place: Place, runs: int, messages: int) -> list[Figure]:
    """Medians over the runs of each run's p50 and p99, and how many times longer Lotse takes."""
    tools = node_tools()
    if not isinstance(tools, NodeTools):
        return [Figure("slack", "not measured", note=tools)]
    with running_emulator(tools) as emulator:
        waits, used = asyncio.run(_measured(place, emulator, runs, messages))
    found = figures_of("slack", "event to answer", waits)
    for name, seconds in used.items():
        figure = f"slack, processor time per message, {name}"
        found.append(Figure(figure, percentile(seconds, 0.5) * 1000, "ms", f"median of {runs} runs"))
    return found


async def _measured(
    place: Place, emulator: Emulator, runs: int, messages: int
) -> tuple[dict[str, list[list[float]]], dict[str, list[float]]]:
    """The waits of each run, and the processor time per message of each run, in seconds."""
    waits: dict[str, list[list[float]]] = {"echo": [], "Lotse": []}
    used: dict[str, list[float]] = {"echo": [], "Lotse": []}
    async with Bridge(emulator, "socket") as bridge, ClientSession() as session:
        tokens = (BOT_TOKEN, APP_TOKEN, bridge.api)
        kim = await SlackPerson(bridge, session).arrive()
        names = ("LOTSE_SLACK_BOT_TOKEN", "LOTSE_SLACK_APP_TOKEN", "LOTSE_SLACK_API")
        settings = {**place.environment(), **dict(zip(names, tokens, strict=True))}
        echo = [sys.executable, "-m", "tests.bench.bolt_echo", *tokens]
        for run in range(runs):
            for name, command, environment in (
                ("echo", echo, place.environment()),
                ("Lotse", place.command("run"), settings),
            ):
                async with _connected(command, environment, bridge) as pid:
                    before = cpu_seconds_of(pid)
                    waits[name].append(await _waits(bridge, kim, f"{run}{len(name)}", messages))
                    used[name].append((cpu_seconds_of(pid) - before) / (WARM + messages))
    return waits, used


@contextlib.asynccontextmanager
async def _connected(command: Sequence[str], environment: Mapping[str, str], bridge: Bridge) -> AsyncIterator[int]:
    """The id of the process, once it is connected; stopped at the end."""
    bridge.connected.clear()
    async with process_running(command, environment) as pid:
        async with asyncio.timeout(PATIENCE_S):
            await bridge.connected.wait()
        yield pid


async def _waits(bridge: Bridge, kim: SlackPerson, run: str, messages: int) -> list[float]:
    """Seconds from each event to its answer, without the first few."""
    waits = []
    for number in range(WARM + messages):
        body = payload("message_im")
        stamp = f"1{run:0>4}{number:05d}.000001"
        body["event"].update(
            user=kim.user, channel=kim.direct, text=QUESTION, ts=stamp, client_msg_id=f"{run}-{number}"
        )
        before = len(bridge.called("chat.postMessage"))
        await asyncio.sleep(READING_S)
        begun = time.perf_counter()
        sending = asyncio.create_task(bridge.push_once("events_api", body))
        await bridge.until(lambda seen=before: len(bridge.called("chat.postMessage")) > seen, patience_s=30)
        waits.append(time.perf_counter() - begun)
        await sending
    return waits[WARM:]
