"""Watches the content folder; what changed is checked and trained in a child process and swapped between two turns.

The child keeps the event loop free and takes its memory with it. When the new content has errors the last good one
stays, and the errors are kept for the health page.
"""

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from watchfiles import awatch

from bot.content.collector import spare_anew
from bot.content.definitions import Content
from bot.errors import ContentError, ContentProblem
from bot.store.traces import where
from bot.understanding.reader import Reader

log = structlog.get_logger(__name__)

WATCHED = ("intents", "knowledge")
LOOK_EVERY_MS = 5_000
"""How often it is looked whether a watched folder was replaced as a whole, which no file event tells."""

BERLIN = ZoneInfo("Europe/Berlin")


class Built(Protocol):
    """Content that passed the check, the reader trained on it, and the notices the check had."""

    @property
    def content(self) -> Content:
        """The content."""
        ...

    @property
    def reader(self) -> Reader:
        """The reader trained on it."""
        ...

    @property
    def problems(self) -> tuple[ContentProblem, ...]:
        """What the check found; notices only."""
        ...


CheckAndBuild = Callable[[Path, date], Built]
"""Checks and trains the content of a folder as of a day. Raises ContentError; must be a function of a module."""


class LivePair:
    """The content answers come from, and its reader. ``problems`` are the findings of the latest check.

    ``refused`` is True while the folder holds errors and the last good content is used instead.
    """

    def __init__(self, content: Content, reader: Reader, problems: tuple[ContentProblem, ...] = ()) -> None:
        self.content = content
        self.reader = reader
        self.problems = problems
        self.refused = False

    def swap(self, built: Built) -> None:
        """From the next turn on answer from this."""
        self.content, self.reader, self.problems, self.refused = built.content, built.reader, built.problems, False

    def refuse(self, problems: tuple[ContentProblem, ...]) -> None:
        """Keep the last good content; these errors are why."""
        self.problems, self.refused = problems, True


async def content_watch(
    folder: Path, live: LivePair, check_and_build: CheckAndBuild, clock: Callable[[], datetime]
) -> None:
    """Keep ``live`` up to date with the folder, until cancelled."""
    while True:
        watched = [folder / name for name in WATCHED if (folder / name).is_dir()]
        if not watched:
            await asyncio.sleep(LOOK_EVERY_MS / 1000)
            continue
        before = _identity(watched)
        async for changes in awatch(*watched, yield_on_timeout=True, rust_timeout=LOOK_EVERY_MS):
            replaced = _identity(watched) != before
            if replaced or any(path.endswith((".yaml", ".yml", ".ics")) for _change, path in changes):
                await reload(folder, live, check_and_build, clock)
            if replaced:
                break


async def reload(folder: Path, live: LivePair, check_and_build: CheckAndBuild, clock: Callable[[], datetime]) -> None:
    """Check and train the folder's content in a child process, then swap it in, or keep the last good one."""
    today = clock().astimezone(BERLIN).date()
    loop = asyncio.get_running_loop()
    pool = ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"))
    try:
        built = await loop.run_in_executor(pool, _in_child, check_and_build, folder, today)
    except BrokenProcessPool:
        built = (_broken("the child process ended early"),)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if isinstance(built, tuple):
        live.refuse(built)
        errors = [problem for problem in built if problem.severity == "error"]
        for problem in errors:
            log.error("content_refused", file=problem.file, line=problem.line, code=problem.code)
        return
    live.swap(built)
    spare_anew()
    log.info("content_swapped", hash=built.content.hash, notices=len(built.problems))


def _in_child(check_and_build: CheckAndBuild, folder: Path, today: date) -> Built | tuple[ContentProblem, ...]:
    """Findings come back as a value: an exception with arguments of its own does not survive the way back."""
    try:
        return check_and_build(folder, today)
    except ContentError as error:
        return error.problems
    except Exception as error:
        return (_broken(where(error)),)


def _broken(place: str) -> ContentProblem:
    hint = "The last good content stays. Run `lotse check`; if that works, save the file again."
    return ContentProblem("", 1, 1, "KB999", f"the check itself failed: {place}", hint)


def _identity(folders: list[Path]) -> tuple[tuple[int, int] | None, ...]:
    """Which folders these are, whatever their names: changes when one is replaced as a whole."""
    return tuple(map(_identity_of, folders))


def _identity_of(folder: Path) -> tuple[int, int] | None:
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
