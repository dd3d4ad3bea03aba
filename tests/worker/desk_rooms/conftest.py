"""What all tests of this folder begin with: the rooms of two teams on a real store, and in one of them an open case."""

import pytest

from tests.desk_stage import DeskStage


@pytest.fixture
def stage(database, clock):
    return DeskStage(database, clock)


@pytest.fixture
async def thread(stage):
    """The thread of an open case."""
    await stage.asks()
    return stage.rooms.card(1)
