"""Coordinators in a channel of Slack beside everybody else: real loops of the desk, the emulator's Web API, its events."""

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
from bot.store.accounts import linked_on
from bot.store.desk import Desk
from bot.store.desk_posts import DeskPosts
from bot.store.inbox import Inbox
from bot.worker.desk_board import DeskBoard, desk_board_loop
from bot.worker.desk_talk import DeskTalk, desk_talk_loop
from bot.worker.notices import flood_notice
from bot.worker.room_people import RoomPeople
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.channels.slack.people import SlackPerson
from tests.channels.slack.stage import Stage
from tests.web.site import QUESTIONS, running_site

ANNA, BEN, KIM, OLE, SASCHA = 1, 2, 0, 3, 4
"""Numbers of people: two coordinators, an employee, somebody in no room of coordinators, and another employee."""


class DeskInSlack(Stage):
    """What a test has in hand: ``room`` is the coordinators', ``anna`` and ``ben`` are in it."""

    def __init__(self, site, bridge, session, room, people, anna, ben):
        super().__init__(site, bridge, session)
        self.room, self.people, self.anna, self.ben = room, people, anna, ben

    async def card(self, number, condition=lambda card: True):
        """The card of this case, once it stands in the room and is like this."""

        def found(messages):
            return [one for one in messages if f"Fall {number}" in one["text"] and condition(one)]

        return found(await self.anna.sees(lambda messages: bool(found(messages)), self.room))[-1]

    async def in_thread(self, card, words):
        """The texts below a card once these words are among them."""
        return await self.anna.answered(words, self.room, card["ts"])

    async def press(self, person, card, action_id, **more):
        return await person.press(card, action_id, self.room, **more)

    async def fill_in(self, person, card, step, **given):
        """Open the form of a step and send it, filled in; what came back."""
        return await self.send_form(person, await self.form(person, card, step), **given)

    async def form(self, person, card, step):
        """The form of a step, as it was opened."""
        before = len(self.bridge.called("views.open"))
        payload = person.press_payload(card, f"desk-{step}", self.room)
        payload["trigger_id"] = await person.trigger()
        assert (await self.bridge.push("interactive", payload)).acknowledged
        await self.bridge.until(lambda: len(self.bridge.called("views.open")) > before)
        return self.bridge.called("views.open")[-1]["view"]

    async def send_form(self, person, view, **given):
        """Submit a form as Slack does."""
        values = {}
        for block in view["blocks"]:
            name, element = block["block_id"], block["element"]
            words = given.get(name)
            field = {"type": element["type"]}
            match element["type"]:
                case "plain_text_input":
                    field["value"] = words
                case "datepicker":
                    field["selected_date"] = words
                case "static_select":
                    chosen = next((one for one in element["options"] if one["value"] == words), None)
                    assert chosen is not None or words is None, f"{words} is no option of {name}"
                    field["selected_option"] = chosen
            values[name] = {element["action_id"]: field}
        sent = {**view, "id": f"V{len(self.bridge.sent)}{person.user}", "state": {"values": values}}
        return await self.bridge.push("interactive", {"type": "view_submission", **person.about(), "view": sent})


@contextlib.asynccontextmanager
async def desk_in_slack(
    folder, emulator, transport="socket", *, agent_view=False, teams=frozenset(), beside=None, **site_options
):
    """The desk at work in a channel of Slack, for these teams or for all; ``beside`` it there may be another platform.

    That has ``rooms`` of coordinators, and ``connected(site, looks)`` is its channel at work.
    """
    emulator.reset()
    async with contextlib.AsyncExitStack() as stack:
        bridge = await stack.enter_async_context(Bridge(emulator, transport))
        session = await stack.enter_async_context(ClientSession())
        anna, ben = [await SlackPerson(bridge, session, number).arrive() for number in (ANNA, BEN)]
        room = await anna.new_room("koordination", ben, private=True)
        rooms = (DeskRoom("slack", room, teams, rest=not teams), *(beside.rooms if beside else ()))
        http = transport == "http"
        settings = SlackSettings(
            bot_token=BOT_TOKEN,
            app_token=None if http else APP_TOKEN,
            signing_secret=SIGNING_SECRET if http else None,
            api=bridge.api,
            agent_view=agent_view,
            desk_rooms=rooms[:1],
        )
        made = {}

        def platform(site):
            site.coordinators = people = RoomPeople(site.people, rooms, site.clock)
            questions = functools.partial(dict.__getitem__, QUESTIONS)
            content = site.live.content
            office = office_of(site.live, people)
            made["looks"] = looks = Looks(site.database, office, site.clock, questions, lambda: content, people)
            site.inbox = Inbox(site.database, site.clock, flood_notice, rooms)
            site.desk = Desk(site.database, office)
            return SlackChannel(settings, looks)

        site = await stack.enter_async_context(running_site(folder, platform=platform, **site_options))
        people, channel = site.coordinators, site.channels[1]
        channels = [channel]
        if beside:
            channels.append(await stack.enter_async_context(beside.connected(site, made["looks"])))
        people.connect(channels, functools.partial(linked_on, site.database))
        stage = DeskInSlack(site, bridge, session, room, people, anna, ben)
        bridge.target = f"{site.address}{PATH}"
        stack.push_async_callback(stage.stop_receiving)
        async with asyncio.timeout(10):
            await channel.ready.wait()
            if transport == "socket":
                await bridge.connected.wait()

        async def link(staff):
            return f"https://lotse.example/sign-in/{staff}"

        board = DeskBoard(
            site.database, DeskPosts(site.database, rooms), people, site.live, office_of(site.live, people), link, "de"
        )
        talk = DeskTalk(site.database, site.desk, people, site.live, "de", site.parts.gaps.labels)
        for loop in (
            desk_board_loop(board, channels, site.clock, settle_s=0.01),
            desk_talk_loop(talk, site.clock, site.database.announcer),
        ):
            site.tasks.append(asyncio.create_task(loop))
        yield stage
