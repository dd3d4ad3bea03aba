"""Teaching from the gap list: one press tries a sentence against every test, and keeps it when it does no harm.

A try takes as long as two trainings, so it runs in a child process, one at a time, and the page is told when it is done. What
was tried is remembered as long as the process lives; what was learned stands in the content.
"""

import asyncio
import multiprocessing
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import structlog

from bot.content.teaching import TeachingRefused
from bot.dialogue.situation import BERLIN
from bot.errors import ConfigError, ContentError
from bot.model import Locale
from bot.store.traces import where
from bot.taught import Taught, teach_into

log = structlog.get_logger(__name__)

REMEMBERED = 10
Teach = Callable[[Path, Path, str, str, date, Locale], "Taught | str"]
"""Teaches for good, or says why not; must be a function of a module, because it runs in a child process."""


@dataclass(frozen=True, slots=True)
class Try:
    """One sentence somebody wanted to teach. ``taught`` and ``refused`` are both empty while it is being tried."""

    number: int
    sentence: str
    target: str
    by: str
    taught: Taught | None = None
    refused: str = ""

    @property
    def running(self) -> bool:
        """Whether it is still being tried."""
        return self.taught is None and not self.refused


class Lessons:
    """What is taught from the desk into the content of one folder."""

    def __init__(self, folder: Path, shipped: Path, clock: Callable[[], datetime], teach: Teach | None = None) -> None:
        """``shipped``: the content that ships, which is never changed."""
        self._folder, self._shipped, self._clock = folder, shipped, clock
        self._teach = teach or teach_here
        self._tries: deque[Try] = deque(maxlen=REMEMBERED)
        self._task: asyncio.Task[None] | None = None
        self._numbers = 0

    def tries(self) -> tuple[Try, ...]:
        """The latest tries, the newest first."""
        return tuple(self._tries)

    @property
    def busy(self) -> bool:
        """Whether a sentence is being tried at this moment."""
        return self._task is not None and not self._task.done()

    def start(self, sentence: str, target: str, locale: Locale, by: str) -> bool:
        """Begin to try a sentence; False while another one is being tried."""
        if self.busy:
            return False
        self._numbers += 1
        attempt = Try(self._numbers, sentence, target, by)
        self._tries.appendleft(attempt)
        self._task = asyncio.create_task(self._run(attempt, locale), name="lesson")
        return True

    async def finished(self) -> None:
        """Wait until nothing is being tried."""
        if self._task is not None:
            await self._task

    async def _run(self, attempt: Try, locale: Locale) -> None:
        day = self._clock().astimezone(BERLIN).date()
        pool = ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn"))
        given = (self._folder, self._shipped, attempt.sentence, attempt.target, day, locale)
        try:
            result = await asyncio.get_running_loop().run_in_executor(pool, self._teach, *given)
        except (BrokenProcessPool, OSError):  # it died, or the machine had no room for it
            result = "The try itself failed: the child process did not start or ended early. Nothing was changed."
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        log.info(
            "lesson_tried",
            by=attempt.by,
            target=attempt.target,
            kept=not isinstance(result, str) and not result.does_harm,
        )
        done = replace(attempt, refused=result) if isinstance(result, str) else replace(attempt, taught=result)
        self._tries[self._tries.index(attempt)] = done


def teach_here(folder: Path, shipped: Path, sentence: str, target: str, day: date, locale: Locale) -> Taught | str:
    """In the child process: reasons come back as words, because exceptions do not survive the way."""
    try:
        return teach_into(folder, sentence, target, day, locale, shipped=shipped)
    except (TeachingRefused, ConfigError, ContentError) as error:
        return str(error)
    except Exception as error:  # whatever it was, whoever waits for the try must read it
        return f"The try itself failed: {where(error)}. Nothing was changed."
