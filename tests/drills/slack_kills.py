"""SIGKILL at any point between an event of Slack and its answer: nothing is lost, nothing stands there twice."""

import asyncio
from pathlib import Path

from tests.channels.slack.emulator import running_emulator
from tests.channels.slack.killing import kills
from tests.content.small_tree import write_tree
from tests.drills.registry import Counts, Drill
from tests.node_tools import NodeTools, node_tools


def run(points: int, seed: int, folder: Path) -> Counts:
    tools = node_tools()
    if not isinstance(tools, NodeTools):
        raise RuntimeError(tools)
    content = write_tree(folder / "content")
    with running_emulator(tools) as emulator:
        return asyncio.run(kills(folder, emulator, content, points, seed))


SLACK_KILLS = Drill("slack_kills", "SIGKILL of `lotse run` while it answers on Slack", 200, run, ("lost", "doubled"))
