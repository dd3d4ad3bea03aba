"""A Lotse with Slack on it: real store, real loops, real Bolt, the emulator's Web API; only what Lotse says is a script."""

import asyncio
import contextlib
import functools

from aiohttp import ClientSession

from bot.app import office_of
from bot.channel_looks import Looks
from bot.channels.slack.http_transport import PATH
from bot.channels.slack.slack_channel import SlackChannel
from bot.channels.slack.slack_settings import SlackSettings
from bot.model import DeskRoom
from bot.store.inbox import Inbox
from bot.worker.notices import flood_notice
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.channels.slack.people import SlackPerson
from tests.web.site import QUESTIONS, running_site


def slack_settings(bridge: Bridge, *, agent_view: bool = False, desk_rooms: tuple[DeskRoom, ...] = ()) -> SlackSettings:
    http = bridge.transport == "http"
    return SlackSettings(
        bot_token=BOT_TOKEN,
        app_token=None if http else APP_TOKEN,
        signing_secret=SIGNING_SECRET if http else None,
        api=bridge.api,
        agent_view=agent_view,
        desk_rooms=desk_rooms,
    )


class Stage:
    """What a test has in hand."""

    def __init__(self, site, bridge: Bridge, session: ClientSession) -> None:
        self.site, self.bridge, self._session = site, bridge, session
        self.channel = site.channels[1]
        self.receiving = asyncio.create_task(self.channel.receive(self.accept, None))

    async def accept(self, incomings, cursor=None):
        await self.site.inbox.accept("slack", incomings, cursor)

    async def person(self, number: int = 0) -> SlackPerson:
        return await SlackPerson(self.bridge, self._session, number).arrive()

    async def stop_receiving(self):
        self.receiving.cancel()
        await asyncio.gather(self.receiving, return_exceptions=True)


@contextlib.asynccontextmanager
async def slack_stage(folder, emulator, transport, *, agent_view=False, desk_rooms=()):
    emulator.reset()
    async with contextlib.AsyncExitStack() as stack:
        bridge = await stack.enter_async_context(Bridge(emulator, transport))
        session = await stack.enter_async_context(ClientSession())

        def platform(site):
            questions = functools.partial(dict.__getitem__, QUESTIONS)
            content = site.live.content
            looks = Looks(site.database, office_of(site.live, site.people), site.clock, questions, lambda: content)
            if desk_rooms:
                site.inbox = Inbox(site.database, site.clock, flood_notice, desk_rooms)
            return SlackChannel(slack_settings(bridge, agent_view=agent_view, desk_rooms=desk_rooms), looks)

        site = await stack.enter_async_context(running_site(folder, platform=platform))
        bridge.target = f"{site.address}{PATH}"
        stage = Stage(site, bridge, session)
        stack.push_async_callback(stage.stop_receiving)
        async with asyncio.timeout(5):
            await stage.channel.ready.wait()
            if transport == "socket":
                await bridge.connected.wait()
        yield stage
