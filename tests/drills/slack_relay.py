"""SIGKILL while words cross platforms: an employee in the web chat, a coordinator in a channel of Slack, `lotse run` between them.

Each round one of the two writes, and the process is killed: where its call to Slack is held up, before the event is
acknowledged, or at any moment. After the next start everything must stand on the other side, and once. What a browser was not
told is accepted it sends again with the same id, as the page's script does.
"""

import asyncio
import html
import random
import secrets
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import httpx
from aiohttp import ClientSession

from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import free_port, running_emulator
from tests.channels.slack.killing import lotse_on_slack
from tests.channels.slack.people import SlackPerson
from tests.content.small_tree import SMALL_TREE, write_tree
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools
from tests.program import PATIENCE_S
from tests.web.site import Guest

POINTS = (
    "the employee's words after the post", "the coordinator's words before the acknowledgement",
    "the employee's words before the post", "the employee's words at any moment", "the coordinator's words at any moment",
)  # fmt: skip
LOOK_S = 0.2
IN_ONE_CASE = 50
"""Then an emulator, a Lotse and a case of their own: an emulator answers so many calls, and each look reads the whole thread."""
TEAM = '  koordination:\n    name: {de: Koordination, en: Coordination}\n    hours: {sun: ["08:00-16:00"]}\n    holidays: none\n'
"""Takes the cases that are about no topic."""


class Case:
    """An employee's page and a coordinator's thread, and what each has written."""

    def __init__(self, bridge: Bridge, anna: SlackPerson, room: str, address: str) -> None:
        self.bridge, self.anna, self.room, self.thread = bridge, anna, room, ""
        self.guest = Guest(SimpleNamespace(address=address))
        self.asked: list[str] = []
        self.replied: list[str] = []

    async def open(self) -> None:
        """Ask for a person; a coordinator claims the case."""
        await self.guest.open()
        await self.guest.say("person eins")
        beginning = "Fall 1 · "
        found = await self.anna.sees(
            lambda them: any(one["text"].startswith(beginning) for one in them), self.room, patience_s=PATIENCE_S
        )
        card = next(one for one in found if one["text"].startswith(beginning))
        self.thread = card["ts"]
        await self.anna.press(card, "desk-claim", self.room)
        await self.anna.answered("übernommen", self.room, self.thread)

    async def ask(self, words: str) -> None:
        """The employee writes, and again until the page is told that it was accepted."""
        self.asked.append(words)
        message = secrets.token_hex(16)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    if (await self.guest.say(words, message_id=message)).status_code < 400:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(LOOK_S)

    async def reply(self, words: str) -> None:
        """The coordinator writes in the thread."""
        self.replied.append(words)
        await self.anna.write(words, self.room, self.thread)

    async def counts(self) -> tuple[int, int]:
        """What has not arrived on the other side, and what stands there more than once."""
        texts = "\n".join(await self.anna.read(self.room, self.thread))
        page = html.unescape((await self.guest.open(self.guest.path)).text)
        found = [texts.count(words) for words in self.asked] + [page.count(f">{words}<") for words in self.replied]
        return sum(not times for times in found), sum(max(times - 1, 0) for times in found)


async def kills(folder: Path, emulator, content: Path, points: int, dice: random.Random) -> Counter[str]:
    """Write, kill, start again, and count."""
    emulator.reset()
    port = free_port()
    lost = doubled = 0
    async with Bridge(emulator, "socket") as bridge, ClientSession() as session:
        bridge.repeats, bridge.patience = 20, 3.0
        anna = await SlackPerson(bridge, session, 1).arrive()
        room = await anna.new_room("koordination", private=True)
        settings = {"LOTSE_SLACK_DESK_ROOMS": room, "LOTSE_PORT": str(port)}
        case = Case(bridge, anna, room, f"http://127.0.0.1:{port}")
        async with lotse_on_slack(folder, bridge, content, **settings):
            await case.open()
        for number in range(points):
            async with lotse_on_slack(folder, bridge, content, **settings) as process:
                writing = await _killed_at(POINTS[number % len(POINTS)], case, process, number, dice)
            async with lotse_on_slack(folder, bridge, content, **settings):
                await writing
                await bridge.until(lambda: not bridge.pushing, patience_s=PATIENCE_S)
                missing = await _arrived(case)
                lost += missing
        _, doubled = await _counted_at_the_end(folder, bridge, content, settings, case)
        await case.guest.http.aclose()
    return Counter(employee=len(case.asked), coordinator=len(case.replied), lost=lost, doubled=doubled)


async def _arrived(case: Case) -> int:
    """What is still missing after all the patience there is."""
    for _ in range(int(PATIENCE_S / LOOK_S)):
        missing, _ = await case.counts()
        if not missing:
            return 0
        await asyncio.sleep(LOOK_S)
    return missing


async def _counted_at_the_end(folder, bridge, content, settings, case: Case) -> tuple[int, int]:
    async with lotse_on_slack(folder, bridge, content, **settings):
        return await case.counts()


async def _killed_at(point: str, case: Case, process, number: int, dice: random.Random) -> asyncio.Task[None]:
    """Write, and kill the process at this point; what is still being sent comes back."""
    bridge = case.bridge
    write = case.ask if "employee" in point else case.reply
    held = bridge.hold("chat.postMessage", "after" if "after" in point else "before") if "the post" in point else None
    writing = asyncio.create_task(write(f"words {number} of {dice.randrange(10**6)}"))
    if held is not None:
        async with asyncio.timeout(PATIENCE_S):
            await held.wait()
    elif "acknowledgement" in point:
        await bridge.until(lambda: bridge.pushing)
    else:
        await asyncio.sleep(dice.uniform(0, 0.4))
    process.kill()
    await process.wait()
    bridge.release()
    return writing


def run(points: int, seed: int, folder: Path) -> Counts:
    tools = node_tools()
    if not isinstance(tools, NodeTools):
        raise RuntimeError(tools)
    content = write_tree(
        folder / "content", {**SMALL_TREE, "knowledge/teams.yaml": SMALL_TREE["knowledge/teams.yaml"] + TEAM}
    )
    dice, found = random.Random(seed), Counter[str]()
    for first in range(0, points, IN_ONE_CASE):
        with running_emulator(tools) as emulator:
            place, here = folder / f"from {first}", min(IN_ONE_CASE, points - first)
            place.mkdir()
            found.update(asyncio.run(kills(place, emulator, content, here, dice)))
    return {"points": points, **found}


ABOUT = "SIGKILL of `lotse run` between an employee in the web chat and a coordinator in Slack"
SLACK_RELAY = Drill("slack_relay", ABOUT, 200, run, ("lost", "doubled"))
