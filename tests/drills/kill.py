"""SIGKILL between any two steps loses nothing and doubles nothing.

Every try starts a process of its own on a fresh store, kills it, starts it again undisturbed and compares what the
platform has with what was asked: each message answered exactly once, in the order of its conversation. Half of the
tries die at enumerated points (before and after each commit and each post), half at a random time of their work.

No two runs are alike, so a process may be done before its point or its time: then it is no try, and another one dies earlier.
"""

import asyncio
import itertools
import multiprocessing
import random
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import select

from bot.store.database import open_database
from bot.store.tables import cursors
from tests.drills.kill_child import USERS, Job, lines_of, main, under_way
from tests.drills.registry import Counts, Drill
from tests.drills.stores import NewAddress, Stores, postgres_databases, sqlite_files

MESSAGES = 6
MESSAGES_AT_RANDOM = 12
PATIENCE_S = 300.0
"""Seconds a process may take to begin, and to get done, on a machine that is busy with other things."""

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.drills.kill_child", "tests.drills.relay_child", "tests.drills.rooms_child"])


@dataclass(frozen=True)
class Ended:
    """How a process ended: the points it passed, how long it worked, and whether it was killed in the midst of it."""

    kinds: tuple[str, ...]
    seconds: float
    killed: bool


@dataclass(frozen=True)
class Play:
    """What the process does, how it is judged, and how it is known that something was under way."""

    main: Callable[[Job, Connection], None]
    judge: Callable[[Job], Counts]
    work_left: Callable[[Job], Awaitable[bool]]


def run_child(job: Job, play: Play, *, kill_after_s: float | None = None) -> Ended:
    """Run the process until it is done, frozen at its point, or its time is over; the latter two are killed."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=play.main, args=(job, theirs))
    process.start()
    theirs.close()
    try:
        return _watch(ours, kill_after_s)
    finally:
        process.kill()  # SIGKILL
        process.join()
        ours.close()


def _watch(child: Connection, kill_after_s: float | None) -> Ended:
    if not child.poll(PATIENCE_S):
        raise TimeoutError("the process did not begin")
    assert child.recv() == "begun"
    began = time.monotonic()
    if child.poll(PATIENCE_S if kill_after_s is None else kill_after_s):
        word, kinds = child.recv()
        return Ended(tuple(kinds), time.monotonic() - began, killed=word == "frozen")
    if kill_after_s is None:
        raise TimeoutError("the process did not get done")
    return Ended((), kill_after_s, killed=True)


async def work_left(job: Job) -> bool:
    """Whether something was under way when the process died: not yet taken over, answered or noted as sent."""
    database = await open_database(job.address)
    waits = await under_way(database, datetime.now(UTC))
    async with database.reading() as connection:
        cursor = await connection.scalar(select(cursors.c.cursor))
    await database.close()
    return waits or int(cursor or 0) < job.messages


def judge(job: Job) -> Counts:
    """Compare what the platform has with what was asked."""
    posts = lines_of(job.folder / "posts")
    wanted = {f"user {user}": [] for user in range(USERS)}
    for number in range(job.messages):
        wanted[f"user {number % USERS}"].append(f"Echo: message {number}")
    has = {room: [post["text"] for post in posts if post["room"] == room] for room in wanted}
    answers = Counter(post["text"] for post in posts)
    asked = Counter(itertools.chain.from_iterable(wanted.values()))
    return {
        "lost": sum((asked - answers).values()),
        "doubled": sum((answers - asked).values()),
        "out_of_order": sum(has[room] != wanted[room] and set(has[room]) == set(wanted[room]) for room in wanted),
        "handed_again": len(lines_of(job.folder / "handed")) - len(posts),
    }


ANSWERS = Play(main, judge, work_left)


def run(points: int, seed: int, folder: Path, new_address: NewAddress, play: Play = ANSWERS) -> Counts:
    """Kill so many times; half at enumerated points, half at random times."""
    chance = random.Random(seed)
    numbers = itertools.count()

    def new_job(messages: int) -> Job:
        place = folder / f"try {next(numbers)}"
        place.mkdir()
        return Job(new_address(), place, messages)

    passed = len(run_child(new_job(MESSAGES), play).kinds)
    lasts = run_child(new_job(MESSAGES_AT_RANDOM), play).seconds
    enumerated = points // 2
    total: Counter[str] = Counter(points=points, enumerated=enumerated, at_random=points - enumerated)
    died_at: Counter[str] = Counter()
    for number in range(points):
        if number < enumerated:
            job, kind = _die_at(1 + number * passed // enumerated, new_job, play)
            died_at[kind] += 1
        else:
            job = _die_after(chance.uniform(0, lasts), new_job, play)
        total["in_flight"] += asyncio.run(play.work_left(job))
        run_child(job, play)
        total["messages"] += job.messages
        total.update(play.judge(job))
        shutil.rmtree(job.folder)
    return {"seed": seed, **total, "died_at": dict(died_at)}


NewJob = Callable[[int], Job]


def _die_at(point: int, new_job: NewJob, play: Play) -> tuple[Job, str]:
    """What was left when a process died at this point, or an earlier one; and which kind of point it was."""
    while True:
        job = new_job(MESSAGES)
        ended = run_child(replace(job, stop_at=point), play)
        if ended.killed:
            return job, ended.kinds[-1]
        point = max(1, len(ended.kinds) * 3 // 4)


def _die_after(seconds: float, new_job: NewJob, play: Play) -> Job:
    """What was left when a process died after so many seconds of work, or fewer."""
    while True:
        job = new_job(MESSAGES_AT_RANDOM)
        ended = run_child(job, play, kill_after_s=seconds)
        if ended.killed:
            return job
        seconds = ended.seconds * 3 / 4


def killed_on(stores: Stores, play: Play = ANSWERS) -> Callable[[int, int, Path], Counts]:
    """The drill on new databases of this kind."""

    def drilled(points: int, seed: int, folder: Path) -> Counts:
        with stores(folder) as new_address:
            return run(points, seed, folder, new_address, play)

    return drilled


ABOUT = "SIGKILL at any point between an accepted message and its posted answer"
ZERO = ("lost", "doubled", "out_of_order")
KILL_SQLITE = Drill("kill_sqlite", f"{ABOUT}, on SQLite", 100, killed_on(sqlite_files), ZERO)
KILL_POSTGRES = Drill("kill_postgres", f"{ABOUT}, on PostgreSQL", 100, killed_on(postgres_databases), ZERO)
