import asyncio

import pytest

from bot.staff_file import StaffDirectory
from bot.store.announce import STAFF, Announcer
from bot.worker.staff_watch import staff_watch

ONE = "staff:\n  anna: {name: Anna, roles: [admin]}\n"


@pytest.mark.parametrize("text", [ONE.replace("Anna", "Anja"), "staff: {", ""], ids=["a change", "an error", "empty"])
async def test_a_change_of_the_people_rings_once(tmp_path, text):
    file = tmp_path / "staff.yaml"
    file.write_text(ONE)
    announcer = Announcer()
    watching = asyncio.create_task(staff_watch(StaffDirectory(file), announcer, every_s=0.01))
    with announcer.listen(STAFF) as bell:
        assert not await bell.wait(0.05)
        file.write_text(text)
        assert await bell.wait(5)
        file.touch()
        assert not await bell.wait(0.05)
        file.write_text(ONE)
        assert await bell.wait(5)
    watching.cancel()
