"""The emulator of Slack as a process of its own, one for the whole run; every test gets it empty."""

import contextlib
import socket
from collections.abc import Iterator

from tests.node_tools import NodeTools

SIGNING_SECRET = "the signing secret of the tests"
BOT_TOKEN = "xoxb-lotse"
APP_TOKEN = "xapp-lotse"
TEAM, BOT_USER, BOT_ID, APP_ID = "T000000001", "U00000LOTSE", "B00000LOTSE", "A00000LOTSE"
PEOPLE = 12
"""So many people are in the workspace; their tokens are ``xoxp-person0`` and so on."""


class Emulator:
    """Where it listens, where it delivers events to (the bridge of a test), and how it is emptied."""

    def __init__(self, tools: NodeTools, **environment: str) -> None:
        self.port, self.bridge_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        deliver = f"http://127.0.0.1:{self.bridge_port}/deliver"
        arguments = (str(self.port), deliver, SIGNING_SECRET, str(PEOPLE))
        self.process = tools.start("slack_emulator.mjs", *arguments, **environment)
        self._ready()

    def reset(self) -> None:
        """Forget every message and every room."""
        self.process.stdin.write("reset\n")
        self.process.stdin.flush()
        self._ready()

    def _ready(self) -> None:
        assert self.process.stdout.readline() == "ready\n", f"the emulator ended with {self.process.poll()}"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextlib.contextmanager
def running_emulator(tools: NodeTools, **environment: str) -> Iterator[Emulator]:
    emulator = Emulator(tools, **environment)
    try:
        yield emulator
    finally:
        emulator.stop()
