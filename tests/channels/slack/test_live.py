"""Against a real workspace, for who has one: collected only when its tokens are in the environment (see ``conftest.py``).

It writes to one member, finds its own message by the metadata, changes it, has every kind of block judged by Slack itself,
and takes everything back. What only Slack knows is asked here: whether the scopes suffice, whether its blocks are taken.
"""

import contextlib
import os
import uuid

import pytest
from slack_bolt.async_app import AsyncApp

from bot.channels.slack.blocks import messages_of
from bot.channels.slack.posting import Posting, Rooms
from bot.channels.slack.slack_api import SlackApi
from bot.channels.slack.socket_transport import NO_CONNECTION, run_socket
from bot.channels.slack.workspace import workspace_from
from bot.model import Address, Edit, OutboxId, Post, Redact
from tests.channels.slack.test_blocks import SHAPES
from tests.web.site import CHOICES, plain

SLACK = "https://slack.com/api/"


@pytest.fixture
async def api():
    api = SlackApi(os.environ["TEST_SLACK_BOT_TOKEN"], SLACK)
    yield api
    await api.close()


async def test_a_message_is_posted_found_changed_and_taken_back(api):
    assert workspace_from(await api.call("auth.test")).bot_user
    posting = Posting(api, Rooms(api))
    address = Address("slack", os.environ["TEST_SLACK_USER"])
    outbox_id, other = OutboxId(str(uuid.uuid4())), OutboxId(str(uuid.uuid4()))
    post = Post(address, outbox_id, plain("Probe: bitte nicht beachten.", choices=CHOICES, rateable=True))
    external_id = await posting.carry_out(post)
    try:
        again = Post(address, outbox_id, post.reply, again=True)
        assert await posting.carry_out(again) == external_id
        assert await posting.carry_out(Edit(address, other, outbox_id, external_id, plain("Geändert."))) == external_id
    finally:
        await posting.carry_out(Redact(address, other, outbox_id, external_id))


@pytest.mark.parametrize("name", SHAPES)
async def test_slack_itself_takes_every_kind_of_block(api, name):
    for message in messages_of(SHAPES[name], OutboxId(str(uuid.uuid4()))):
        await api.call("blocks.validate", blocks=list(message.blocks))  # raises when Slack refuses them


async def test_a_connection_of_socket_mode_comes_about():
    class Connected(Exception):
        pass

    def tell(problem):
        assert problem in (None, NO_CONNECTION)
        if problem is None:
            raise Connected

    app = AsyncApp(token=os.environ["TEST_SLACK_BOT_TOKEN"], signing_secret="none")
    with contextlib.suppress(Connected):
        await run_socket(app, os.environ["TEST_SLACK_APP_TOKEN"], SLACK, tell)
