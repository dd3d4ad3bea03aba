"""The running web chat for the tests of this folder: one for all tests of a module, or one's own for those that break it."""

import contextlib

import pytest_asyncio

from tests.web.browser import chromium, open_page  # noqa: F401 - fixtures
from tests.web.site import arrived, running_site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    """Shared by the tests of a module; they do not meet, because each has people of its own."""
    async with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def own_site(tmp_path):
    """For tests that stop it, move its database or its clock; the database lies in ``tmp_path``."""
    async with running_site(tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def guests(site):
    """Makes people with a browser of their own each, already on the page of a new conversation."""
    async with contextlib.AsyncExitStack() as stack:

        async def arrive(**headers):
            return await stack.enter_async_context(arrived(site, **headers))

        yield arrive


@pytest_asyncio.fixture(loop_scope="module")
async def guest(guests):
    return await guests()


@pytest_asyncio.fixture(loop_scope="module")
async def own_guest(own_site):
    async with arrived(own_site) as guest:
        yield guest
