"""Teaching from the desk: in a child process, one at a time, with the result kept for the page."""

import asyncio
import os

import pytest

from bot.gap_lessons import Lessons
from tests.conftest import NOW


def learns(folder, shipped, sentence, target, day, locale):
    """Stands in for the real teaching; it must be a function of a module to reach the child process."""
    if sentence == "dies":
        os._exit(1)
    return f"{sentence} {target} {day} {locale} {folder.name}"


@pytest.fixture
def lessons(tmp_path):
    return Lessons(tmp_path, tmp_path / "shipped", lambda: NOW, learns)


async def test_a_sentence_is_tried_once_at_a_time_and_the_result_is_kept(lessons, tmp_path):
    assert lessons.start("ein Satz", "bonus.amount", "de", "anna")
    assert lessons.busy
    assert lessons.tries()[0].running
    assert not lessons.start("noch einer", "bonus.amount", "de", "anna")
    await lessons.finished()
    (done,) = lessons.tries()
    assert (done.running, done.refused) == (False, f"ein Satz bonus.amount 2026-11-22 de {tmp_path.name}")
    assert not lessons.busy


async def test_a_child_that_dies_is_said_and_blocks_nothing(lessons):
    lessons.start("dies", "bonus.amount", "de", "anna")
    async with asyncio.timeout(30):
        await lessons.finished()
    assert "Nothing was changed" in lessons.tries()[0].refused
    assert lessons.start("weiter", "bonus.amount", "de", "anna")
    await lessons.finished()
