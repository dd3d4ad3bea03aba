import pytest_asyncio

from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.people import People, lotse_on


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def people(homeserver, node_tools):
    """The clients of everybody in this module."""
    async with People(node_tools, homeserver) as people:
        yield people


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def anna(people):
    """Somebody with a client."""
    return await people.arrive()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def ben(people):
    """Somebody else."""
    return await people.arrive()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lotse(homeserver, tmp_path_factory):
    """Lotse's account, its device signed."""
    return await lotse_on(homeserver, tmp_path_factory.mktemp("lotse"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def work(lotse):
    """Lotse's channel, reading and sending."""
    async with AtWork(lotse.settings) as work:
        assert work.channel.problem is None
        yield work
