"""What the doctor says about Slack: who Lotse is there, what it may do, whether it can connect."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from bot.channels.slack.manifest import scopes
from bot.channels.slack.members import NOT_IN_ROOM
from bot.channels.slack.slack_examination import _clock, _rights, examine_slack
from bot.errors import ChannelError
from bot.model import DeskRoom
from bot.store import tables
from bot.store.announce import DESK_POSTS
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import APP_TOKEN, BOT_TOKEN, BOT_USER
from tests.channels.slack.stage import slack_settings
from tests.program import lotse_here

ADDRESS = "https://lotse.example.org"


async def found(settings, address=ADDRESS):
    return [(finding.level, finding.what) async for finding in examine_slack(settings, address)]


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_connection_that_works_is_said_to_work(slack_emulator, transport):
    slack_emulator.reset()
    async with Bridge(slack_emulator, transport) as bridge:
        said = await found(slack_settings(bridge))
    assert ("good", "Lotse is @lotse in the workspace Werft.") in said
    assert "wrong" not in [level for level, _ in said]
    last = "Slack gives a connection" if transport == "socket" else f"{ADDRESS}/slack/events"
    assert last in said[-1][1]


async def test_tokens_that_are_refused_are_named(slack_emulator):
    async with Bridge(slack_emulator, "socket") as bridge:
        settings = slack_settings(bridge)
        other_app = await found(replace(settings, app_token="xapp-another"))
        bridge.fail("auth.test", status=200, error="token_revoked")
        other_bot = await found(settings)
    assert other_app[-1][0] == other_bot[-1][0] == "wrong"
    assert "LOTSE_SLACK_APP_TOKEN" in other_app[-1][1]
    assert "token_revoked" in other_bot[-1][1]
    assert "LOTSE_SLACK_BOT_TOKEN" in other_bot[-1][1]
    assert not any(token in what for _, what in [*other_app, *other_bot] for token in (BOT_TOKEN, APP_TOKEN))


@pytest.mark.parametrize("failure", [{"breaks": "before"}, {"status": 503}, {"status": 429}])
async def test_what_is_not_about_a_token_sends_nobody_to_look_for_another(slack_emulator, failure):
    async with Bridge(slack_emulator, "socket") as bridge:
        settings = slack_settings(bridge)
        bridge.fail("apps.connections.open", **failure)
        by_socket = await found(settings)
        bridge.fail("auth.test", **failure)
        (by_token,) = await found(settings)
    for level, what in (by_socket[-1], by_token):
        assert level == "wrong"
        assert "TOKEN" not in what
        assert "slack.com on port 443" in what


async def test_http_without_an_address_cannot_be_reached(slack_emulator):
    async with Bridge(slack_emulator, "http") as bridge:
        assert (await found(slack_settings(bridge), None))[-1][0] == "wrong"


@pytest.mark.parametrize(
    ("granted", "level", "words"),
    [
        (scopes(agent_view=False), "good", "nothing else"),
        (scopes(agent_view=False)[1:], "wrong", "app_mentions:read is missing"),
        ((*scopes(agent_view=False), "files:read"), "note", "files:read"),
        ((), "note", "does not say"),
    ],
)
async def test_what_the_app_may_do_is_compared_with_what_it_needs(slack_emulator, granted, level, words):
    finding = _rights({"x-oauth-scopes": ",".join(granted)}, slack_settings(Bridge(slack_emulator, "http")))
    assert (finding.level, words in finding.what) == (level, True)


def test_a_clock_that_is_wrong_is_found():
    assert _clock({}) is None
    assert _clock({"date": "Sat, 28 Nov 2020 05:00:00 GMT"}).level == "wrong"


def test_the_command_ends_with_1_when_something_is_wrong(tmp_path):
    settings = {
        "LOTSE_SLACK_BOT_TOKEN": "xoxb-1",
        "LOTSE_SLACK_APP_TOKEN": "xapp-1",
        "LOTSE_SLACK_API": "http://127.0.0.1:9/",
    }
    done = lotse_here("doctor", folder=tmp_path, **settings)
    assert done.returncode == 1
    assert "WRONG  Slack could not be reached" in done.stdout
    assert "Slack is not used" in lotse_here("doctor", folder=tmp_path).stdout


async def test_the_rooms_of_coordinators_are_looked_into(slack_emulator, tmp_path):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        settings = replace(slack_settings(desk.bridge), desk_rooms=desk.channel.desk_rooms)
        said = await found(settings)
        assert said[-1] == (
            "good",
            f"2 people may work cases in {desk.room}; whoever can join it may, too.",
        )
        elsewhere = await found(replace(settings, desk_rooms=(DeskRoom("slack", "C0NOWHERE", rest=True),)))
        without = (await desk.anna.api.conversations_create(name="ohne-lotse"))["channel"]["id"]
        not_invited = await found(replace(settings, desk_rooms=(DeskRoom("slack", without, rest=True),)))
    assert elsewhere[-1][0] == not_invited[-1][0] == "wrong"
    assert "Lotse is not in C0NOWHERE (LOTSE_SLACK_DESK_ROOMS): write `/invite @lotse`" in elsewhere[-1][1]
    assert not_invited[-1][1].startswith(f"Lotse is not in {without}")


async def health(desk, condition):
    """What the page of health complains of, once that is like this."""
    async with httpx.AsyncClient(base_url=desk.site.address, trust_env=False) as browser, asyncio.timeout(8):
        with desk.site.database.announcer.listen(DESK_POSTS) as bell:
            while not condition(reasons := (await browser.get("/health")).json()["reasons"]):
                await bell.wait(0.2)
    return reasons


async def test_a_room_without_lotse_is_said_on_the_page_of_health_until_it_is_invited(slack_emulator, tmp_path):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        desk.bridge.outside.add(desk.room)
        kim = await desk.person(KIM)
        await kim.write("Mensch")
        await kim.answered("ist offen.")
        told = f"Lotse is not in {desk.room} (LOTSE_SLACK_DESK_ROOMS): write `/invite @lotse` in that channel."
        await health(desk, lambda reasons: told in reasons)
        desk.bridge.outside.clear()
        desk.site.now += timedelta(hours=1)
        desk.site.database.announcer.notify(DESK_POSTS)
        assert await health(desk, lambda reasons: not reasons) == []
        card = await desk.card(1)
        await desk.in_thread(card, "Person: Mensch")
        await desk.anna.api.conversations_kick(channel=desk.room, user=BOT_USER)
        desk.bridge.outside.add(desk.room)
        await kim.write("Ich warte auf eine Antwort")
        await health(desk, lambda reasons: told in reasons)
        desk.bridge.outside.clear()
        await desk.anna.api.conversations_invite(channel=desk.room, users=BOT_USER)
        await desk.in_thread(card, "Ich warte auf eine Antwort")


async def test_what_is_said_while_the_channel_of_coordinators_is_archived_waits_and_the_operator_reads_why(
    slack_emulator, tmp_path
):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        settings = replace(slack_settings(desk.bridge), desk_rooms=desk.channel.desk_rooms)
        kim = await desk.person(KIM)
        await kim.write("Mensch")
        card = await desk.card(1)
        await desk.in_thread(card, "Person: Mensch")
        await desk.anna.api.conversations_archive(channel=desk.room)
        await kim.write("Ich warte auf eine Antwort")
        told = f"The channel {desk.room} (LOTSE_SLACK_DESK_ROOMS) is archived: unarchive it, or set another one."
        await health(desk, lambda reasons: told in reasons)
        await desk.channel.look_into(desk.room)
        assert told in await health(desk, lambda reasons: True), "that Lotse is in it changes nothing"
        assert (await found(settings))[-1] == ("wrong", told)
        await desk.anna.api.conversations_unarchive(channel=desk.room)
        desk.site.now += timedelta(hours=1)
        desk.site.database.announcer.notify(DESK_POSTS)
        await desk.in_thread(card, "Ich warte auf eine Antwort")
        assert await health(desk, lambda reasons: not reasons) == []


async def test_that_lotse_is_not_in_a_room_is_seen_when_its_people_are_looked_up(slack_emulator, tmp_path):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        await desk.anna.api.conversations_kick(channel=desk.room, user=BOT_USER)
        await desk.channel.look_into(desk.room)
        assert desk.channel.problem.startswith(f"Lotse is not in {desk.room}")
        await desk.anna.api.conversations_invite(channel=desk.room, users=BOT_USER)
        await desk.channel.look_into(desk.room)
        assert desk.channel.problem is None
        desk.bridge.fail("conversations.members", status=200, error="channel_not_found")
        with pytest.raises(ChannelError):
            await desk.channel.look_into(desk.room)
        assert "/invite @lotse" in desk.channel.problem


async def card_changed(desk):
    """Return once the card of the case stands there as it should, and that is stored."""
    of = tables.desk_posts.c
    waiting = select(func.count()).select_from(tables.desk_posts).where(of.kind == "card", of.status != "sent")
    with desk.site.database.announcer.listen(DESK_POSTS) as bell:
        async with asyncio.timeout(8):
            while True:
                async with desk.site.database.reading() as connection:
                    if not await connection.scalar(waiting):
                        return
                await bell.wait(0.2)


@pytest.mark.parametrize(("what", "begun"), [("change", "before"), ("change", "after"), ("look", "before")])
async def test_neither_a_change_nor_what_began_before_says_that_lotse_is_in_a_room(
    slack_emulator, tmp_path, what, begun
):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        kim = await desk.person(KIM)
        await kim.write("Mensch")
        card = await desk.card(1)
        await desk.in_thread(card, "Person: Mensch")

        async def begin():
            if what == "look":
                held = desk.bridge.hold("conversations.members", "after")
                ending = asyncio.create_task(desk.channel.look_into(desk.room))
            else:
                held = desk.bridge.hold("chat.update", "after")
                await desk.press(desk.anna, card, "desk-claim")
                ending = asyncio.create_task(card_changed(desk))
            await held.wait()
            return ending

        ending = await begin() if begun == "before" else None
        await desk.anna.api.conversations_kick(channel=desk.room, user=BOT_USER)
        desk.bridge.outside.add(desk.room)
        await kim.write("Ich warte auf eine Antwort")
        told = NOT_IN_ROOM.format(room=desk.room)
        await health(desk, lambda reasons: told in reasons)
        ending = ending or await begin()
        desk.bridge.release()
        await ending
        assert told in await health(desk, lambda reasons: True)


async def test_a_look_from_before_the_invitation_does_not_say_any_more_that_lotse_is_not_in_a_room(
    slack_emulator, tmp_path
):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        await desk.anna.api.conversations_kick(channel=desk.room, user=BOT_USER)
        held = desk.bridge.hold("conversations.members", "after")
        looked_before = asyncio.create_task(desk.channel.look_into(desk.room))
        await held.wait()
        await desk.anna.api.conversations_invite(channel=desk.room, users=BOT_USER)
        await desk.channel.look_into(desk.room)
        assert desk.channel.problem is None
        desk.bridge.release()
        assert not (await looked_before).with_lotse
        assert desk.channel.problem is None
