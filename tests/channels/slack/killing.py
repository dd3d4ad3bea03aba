"""``lotse run`` as a process of its own on the Slack of the tests, killed where a call is held up or at any moment.

The bridge holds the call that was asked for, before it reaches Slack or after Slack carried it out, so the process is killed
between exactly these two steps; no part of the product knows of it.
"""

import asyncio
import contextlib
import random
import sys

from aiohttp import ClientSession

from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import APP_TOKEN, BOT_TOKEN
from tests.channels.slack.people import SlackPerson
from tests.program import PATIENCE_S, environment

QUESTION = "Wann stelle ich den Antrag auf den Bonus?"
ANSWER = "Quelle: Weiterbilden SH"
POINTS = ("after the post", "before the acknowledgement", "before the post", "any moment")


@contextlib.asynccontextmanager
async def lotse_on_slack(folder, bridge, content, **more):
    """A process that is connected; killed at the end if it still runs."""
    settings = {
        "LOTSE_OPEN_ACCESS": "true", "LOTSE_PORT": "0", "LOTSE_CONTENT": str(content), "LOTSE_CLOCK": "2026-11-22",
        "LOTSE_SLACK_BOT_TOKEN": BOT_TOKEN, "LOTSE_SLACK_APP_TOKEN": APP_TOKEN, "LOTSE_SLACK_API": bridge.api,
        **more,
    }  # fmt: skip
    bridge.connected.clear()
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, env=environment(**settings), stdout=log, stderr=log
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                await bridge.connected.wait()
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def kills(folder, emulator, content, points, seed):
    """Ask, kill, start again, and count: answers that are missing, and answers that stand there twice."""
    dice = random.Random(seed)
    emulator.reset()
    lost = doubled = 0
    async with Bridge(emulator, "socket") as bridge, ClientSession() as session:
        bridge.repeats, bridge.patience = 20, 3.0
        kim = await SlackPerson(bridge, session).arrive()
        for number in range(points):
            point = POINTS[number % len(POINTS)]
            async with lotse_on_slack(folder, bridge, content) as process:
                await _killed_at(point, bridge, kim, process, number, dice)
            async with lotse_on_slack(folder, bridge, content):
                wanted = number + 1
                try:
                    await kim.sees(
                        lambda them, n=wanted: sum(ANSWER in one["text"] for one in them) >= n, patience_s=60
                    )
                except TimeoutError:
                    lost += 1
                await bridge.until(lambda: not bridge.pushing, patience_s=60)
            answers = sum(ANSWER in text for text in await kim.read())
            doubled += max(answers - wanted, 0)
    return {"points": points, "lost": lost, "doubled": doubled}


async def _killed_at(point, bridge, kim, process, number, dice):
    """Ask one question and kill the process at this point of answering it."""
    if point == "before the acknowledgement":
        writing = asyncio.create_task(kim.write(f"{QUESTION} ({number})"))
        await bridge.until(lambda: bridge.pushing)
        process.kill()
        await writing
    elif point == "any moment":
        await kim.write(f"{QUESTION} ({number})")
        await asyncio.sleep(dice.uniform(0, 0.4))
        process.kill()
    else:
        held = bridge.hold("chat.postMessage", point.partition(" ")[0])
        await kim.write(f"{QUESTION} ({number})")
        async with asyncio.timeout(PATIENCE_S):
            await held.wait()
        process.kill()
        await process.wait()
        bridge.release()
    await process.wait()
