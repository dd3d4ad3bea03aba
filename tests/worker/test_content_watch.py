"""A changed folder: checked and trained in a child process, swapped in or refused."""

import asyncio
import gc
import os
import weakref
from collections.abc import Callable

import pytest

from bot.content.collector import spare_what_stays
from bot.worker.content_watch import LivePair, content_watch, reload
from tests.worker.running import running
from tests.worker.small_build import SmallContent, build


class Replaced:
    """A content that can be watched as it goes."""


@pytest.fixture
def folder(tmp_path):
    for name in ("intents", "knowledge"):
        (tmp_path / name).mkdir()
    (tmp_path / "knowledge" / "topic.yaml").write_text("one")
    return tmp_path


async def test_good_content_is_built_in_a_child_and_swapped_in(folder, clock):
    live = LivePair(SmallContent("zero"), 0)
    await reload(folder, live, build, clock)
    assert live.content == SmallContent("one 2026-11-22")
    assert live.reader != os.getpid()
    assert (live.problems, live.refused) == ((), False)


def is_looked_at(thing) -> bool:
    """Whether the garbage collector comes to it."""
    return any(each is thing for each in gc.get_objects())


async def test_a_program_that_spares_its_content_spares_the_new_one_and_lets_the_old_one_go(folder, clock):
    live = LivePair(Replaced(), 0)
    left = weakref.ref(live.content)
    spare_what_stays()
    try:
        made_since = [[]]
        assert is_looked_at(made_since)
        await reload(folder, live, build, clock)
        assert left() is None
        assert not is_looked_at(made_since)
    finally:
        gc.unfreeze()


async def test_a_program_that_spares_nothing_goes_on_so(folder, clock):
    await reload(folder, LivePair(SmallContent("zero"), 0), build, clock)
    assert not gc.get_freeze_count()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("wrong", "KB001", "wrong"),
        ("bug", "KB999", "KeyError at small_build.py"),
        ("dies", "KB999", "ended early"),
    ],
)
async def test_after_errors_the_last_good_content_stays_and_it_is_said_why(folder, clock, text, code, words):
    live = LivePair(SmallContent("good"), 7)
    (folder / "knowledge" / "topic.yaml").write_text(text)
    await reload(folder, live, build, clock)
    assert (live.content, live.reader, live.refused) == (SmallContent("good"), 7, True)
    assert [problem.code for problem in live.problems] == [code]
    assert words in live.problems[0].message


class Watched(LivePair):
    """Tells when something was swapped in or refused."""

    def __init__(self) -> None:
        super().__init__(SmallContent("zero"), 0)
        self.changed = asyncio.Event()

    def swap(self, built) -> None:
        super().swap(built)
        self.changed.set()

    def refuse(self, problems) -> None:
        super().refuse(problems)
        self.changed.set()

    async def until(self, condition: Callable[[], bool], again: Callable[[], object]) -> None:
        """Return once the condition holds. Saves the file again as long as the watch may not have begun."""
        async with asyncio.timeout(30):
            while not condition():
                again()
                self.changed.clear()
                try:
                    async with asyncio.timeout(2):
                        await self.changed.wait()
                except TimeoutError:
                    continue


async def test_saving_a_file_is_enough(folder, clock):
    live = Watched()
    file = folder / "knowledge" / "topic.yaml"
    async with running(content_watch(folder, live, build, clock)):
        await live.until(lambda: live.content.hash.startswith("two"), lambda: file.write_text("two"))
        await live.until(lambda: live.refused, lambda: file.write_text("wrong"))
        await live.until(lambda: live.content.hash.startswith("three"), lambda: file.write_text("three"))
        assert (live.refused, live.problems) == (False, ())
