import os

import pytest

from tests.channels.slack.stage import slack_stage

LIVE = ("TEST_SLACK_BOT_TOKEN", "TEST_SLACK_APP_TOKEN", "TEST_SLACK_USER")
collect_ignore = [] if all(os.environ.get(name) for name in LIVE) else ["test_live.py"]
"""A real workspace is never part of an ordinary run, so its test is not skipped there but left out."""


@pytest.fixture(params=["http", "socket"])
async def stage(request, tmp_path, slack_emulator):
    """A Lotse on Slack, by each transport in turn."""
    async with slack_stage(tmp_path, slack_emulator, request.param) as stage:
        yield stage


@pytest.fixture
async def kim(stage):
    """Somebody who works at the company."""
    return await stage.person(0)
