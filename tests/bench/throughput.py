"""Messages per second on one core, all the way: inbox -> turn -> outbox -> delivered, with the real reader and content.

The messages are taken in one by one while the loops already answer, as channels do it, and the platform is a channel
that only keeps what it is handed. The process runs on one core; PostgreSQL is started by it and so shares that core,
with its usual care for the disk (what is committed survives a power cut, on SQLite too).
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bot.config import make_clock
from bot.model import Address, Delivery, ExternalId, Incoming, Person, Utterance
from bot.rehearsal import noon
from bot.store.conversations import Conversations
from bot.store.database import Database, open_database
from bot.store.figures import read_figures
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.trained import Trained, load_trained
from bot.worker.content_watch import LivePair
from bot.worker.inbox_loop import inbox_loop
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from tests.bench.figures import ROOT, Figure, memory_of
from tests.bench.understanding_speed import development_texts
from tests.conftest import TODAY, PostgresServer
from tests.fakes import RecordingChannel
from tests.worker.running import running

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
LOOK_EVERY_S = 0.1
FOR_TESTS_ONLY = ("fsync", "full_page_writes")
"""Settings of the tests' PostgreSQL that a real one does not have."""


class Platform(RecordingChannel):
    """Keeps what it is handed, and when it was handed the last of it."""

    def __init__(self) -> None:
        super().__init__()
        self.last_at = 0.0

    async def send(self, delivery: Delivery) -> ExternalId:
        posted = await super().send(delivery)
        self.last_at = time.perf_counter()
        return posted


def message(number: int, texts: Sequence[str], people: int) -> Incoming:
    """The message of this number: everybody writes in turn, each in a conversation of their own."""
    name = f"person {number % people}"
    said = Utterance(texts[number % len(texts)])
    sent_at = datetime.combine(TODAY, datetime.min.time(), tzinfo=UTC)
    return Incoming(Address("recording", name), Person("recording", name), ExternalId(f"event {number}"), said, sent_at)


async def carry(address: str, trained: Trained, texts: Sequence[str], messages: int, people: int) -> dict[str, Any]:
    """Carry so many messages through; how long it took, until the last reply was delivered."""
    clock = make_clock(noon(TODAY))
    database = await open_database(address)
    try:
        platform = Platform()
        inbox, announcer = Inbox(database, clock, flood_notice), database.announcer
        live, outbox = LivePair(trained.content, trained.reader), Outbox(database)
        loops = (
            inbox_loop(Conversations(database, apologise, outbox), live, clock, announcer),
            outbox_loop(outbox, [platform], clock, announcer),
        )
        async with running(*loops):
            begun, core_begun = time.perf_counter(), time.process_time()
            for number in range(messages):
                await inbox.accept("recording", [message(number, texts, people)])
            while not await _all_done(database, clock()):  # noqa: ASYNC110  # waiting for a bell would be measured too
                await asyncio.sleep(LOOK_EVERY_S)
            core_s = time.process_time() - core_begun
        return {
            "seconds": platform.last_at - begun,
            "core_s": core_s,
            "replies": len(platform.posts),
        }
    finally:
        await database.close()


async def _all_done(database: Database, now: datetime) -> bool:
    found = await read_figures(database, now)
    if found.inputs_parked or found.deliveries_parked:
        raise RuntimeError(f"messages were given up, so the figure means nothing: {found}")
    return not (found.inputs_waiting or found.deliveries_waiting or found.deliveries_sending)


def carry_here(kind: Kind, folder: Path, content: Path, cache: Path, messages: int, people: int) -> dict[str, Any]:
    """The same in this process, with a database made for it."""
    trained = load_trained(content, cache)
    texts = development_texts()
    with tempfile.TemporaryDirectory(prefix="lotse-bench-", dir=folder) as data:
        if kind == "sqlite":
            return asyncio.run(carry(f"sqlite:///{data}/lotse.db", trained, texts, messages, people))
        server = PostgresServer(Path(data))
        try:
            for setting in FOR_TESTS_ONLY:
                server.run(f"ALTER SYSTEM RESET {setting}")
            server.run("SELECT pg_reload_conf()")
            return asyncio.run(carry(server.address(server.new_database()), trained, texts, messages, people))
        finally:
            server.stop()


def measure(kind: Kind, folder: Path, content: Path, cache: Path, messages: int, people: int) -> dict[str, Any]:
    """The same in a process of its own, on one core."""
    command = [sys.executable, "-m", "tests.bench.throughput", kind, str(folder), str(content), str(cache)]
    done = subprocess.run(
        [*command, str(messages), str(people)],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=_on_one_core,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):  # not on macOS: there it runs on all cores
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def figures(
    folder: Path, content: Path, cache: Path, messages: int, people: int, kinds: Sequence[Kind] = KINDS
) -> list[Figure]:
    """Messages per second and memory on every database."""
    found: list[Figure] = []
    for kind in kinds:
        measured = measure(kind, folder, content, cache, messages, people)
        note = f"{messages} messages, {people} conversations, {measured['replies']} replies"
        found += [
            Figure(f"{kind}: delivered", messages / measured["seconds"], "messages/s", note),
            Figure(f"{kind}: time per message", 1000 * measured["seconds"] / messages, "ms"),
            Figure(
                f"{kind}: time of the core per message", 1000 * measured["core_s"] / messages, "ms", "the program's own"
            ),
            Figure(f"{kind}: memory at the end", measured["memory_mib"], "MiB", "without the database server's"),
        ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Carry messages through and write how long it took as JSON.")
    parser.add_argument("kind", choices=KINDS)
    for name in ("folder", "content", "cache"):
        parser.add_argument(name, type=Path)
    for name in ("messages", "people"):
        parser.add_argument(name, type=int)
    measured = carry_here(**vars(parser.parse_args()))
    json.dump({**measured, "memory_mib": memory_of(os.getpid()).get("now", 0.0)}, sys.stdout)


if __name__ == "__main__":
    main()
