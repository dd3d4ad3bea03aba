"""Lotse as operators and users meet it: the real commands as processes, and somebody at the web chat over HTTP."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.bench.figures import ROOT, cpu_seconds_of, memory_of
from tests.conftest import TODAY
from tests.web.site import field_of

PATIENCE_S = 180.0
"""Seconds a start may take: without a cache the reader is trained first."""
READY, DESK = "Lotse is ready: ", "The desk: "
STOP_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where Lotse runs: its content, its cache of trained readers, and a folder for everything else."""

    content: Path
    cache: Path
    folder: Path

    def command(self, *arguments: str) -> list[str]:
        """A command of Lotse."""
        return [sys.executable, "-m", "bot", *arguments]

    def environment(self) -> dict[str, str]:
        """Settings of the measurement only, whatever is set on this machine."""
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("LOTSE_")}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(self.cache),
            "LOTSE_CONTENT": str(self.content),
            "LOTSE_DATA": str(self.folder / "data"),
            "LOTSE_CLOCK": TODAY.isoformat(),
            "LOTSE_OPEN_ACCESS": "true",
            "LOTSE_PORT": "0",
            "LOTSE_LOG_LEVEL": "WARNING",
        }


@dataclass(frozen=True, slots=True)
class Running:
    """A ``lotse run`` that is ready. ``ready_s``: how long that took; ``desk_link`` signs a coordinator in, once."""

    address: str
    desk_link: str
    pid: int
    ready_s: float

    def memory_mib(self) -> float:
        """Resident memory now; 0 where the system does not tell."""
        return memory_of(self.pid).get("now", 0.0)

    def cpu_s(self) -> float:
        """How long it has had a core so far, which does not depend on what else the machine does."""
        return cpu_seconds_of(self.pid)


@contextlib.contextmanager
def lotse_running(place: Place) -> Iterator[Running]:
    """``lotse run`` on a free port, stopped at the end as an operator does."""
    begun = time.perf_counter()
    with (place.folder / "log").open("a+", encoding="utf-8") as log:
        process = subprocess.Popen(
            place.command("run"),
            cwd=place.folder,
            env=place.environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            if not said.startswith(READY):
                log.seek(0)
                raise RuntimeError(
                    f"lotse run did not start, exit code {process.wait(STOP_WITHIN_S)}: {said}{log.read()}"
                )
            address = said.removeprefix(READY).split()[0].removesuffix("/chat")
            ready_s = time.perf_counter() - begun
            desk_link = process.stdout.readline().removeprefix(DESK).split()[0]
            yield Running(address, desk_link, process.pid, ready_s)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
            finally:
                process.stdout.close()


class Guest:
    """Somebody at the web chat in a new conversation, with the page's event stream open."""

    def __init__(self, address: str) -> None:
        origin = {"Origin": address}
        self._http = httpx.Client(base_url=address, headers=origin, timeout=PATIENCE_S, follow_redirects=True)
        page = self._http.get("/chat").raise_for_status()
        self._conversation = page.url.path.rpartition("/")[2]
        self._csrf = field_of(page.text, "csrf")
        self._opened = contextlib.ExitStack()
        stream = self._http.stream("GET", "/chat/events", params={"conversation": self._conversation})
        self._lines = self._opened.enter_context(stream).raise_for_status().iter_lines()

    def ask(self, text: str) -> float:
        """Send a message as the page's script does; the seconds until the page is shown the reply."""
        message = secrets.token_hex(16)
        form = {"csrf": self._csrf, "conversation": self._conversation, "message_id": message, "text": text}
        begun = time.perf_counter()
        self._http.post("/chat/messages", data=form, headers={"Accept": "application/json"}).raise_for_status()
        mine: int | None = None
        for shown in self._shown():
            if shown["message"] == message:
                mine = shown["id"]
            elif mine is not None and shown["who"] != "user" and shown["id"] > mine:
                return time.perf_counter() - begun
        raise RuntimeError("the event stream ended before the reply")

    def _shown(self) -> Iterator[Mapping[str, Any]]:
        """The messages the page is shown, as they come."""
        for line in self._lines:
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))

    def close(self) -> None:
        """Close the page."""
        self._opened.close()
        self._http.close()


@contextlib.contextmanager
def arrived(running: Running) -> Iterator[Guest]:
    """A guest who leaves at the end."""
    guest = Guest(running.address)
    try:
        yield guest
    finally:
        guest.close()
