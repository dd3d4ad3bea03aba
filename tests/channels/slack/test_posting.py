"""What becomes of a message on its way to Slack: throttled, cut off before or after it arrived, refused, split, edited."""

import asyncio
import dataclasses
import time

import pytest
from sqlalchemy import select

from bot.channels.slack.slack_api import SlackApi
from bot.errors import ChannelError
from bot.model import Address, Edit, ExternalId, OutboxId, Post, React, Redact
from bot.store import tables
from bot.store.announce import OUTBOX, outbox_topics
from tests.channels.slack.emulator import BOT_TOKEN
from tests.channels.slack.stage import slack_stage
from tests.web.site import plain

ID = OutboxId("3f0c9d6e-0000-4000-8000-000000000001")
OTHER = OutboxId("3f0c9d6e-0000-4000-8000-000000000002")
THIRD = OutboxId("3f0c9d6e-0000-4000-8000-000000000003")
LONG = plain("Absatz " * 1_200)


@pytest.fixture
async def stage(tmp_path, slack_emulator):
    async with slack_stage(tmp_path, slack_emulator, "socket") as stage:
        yield stage


@pytest.fixture
async def kim(stage):
    return await stage.person()


@pytest.fixture
def post(kim):
    return Post(Address("slack", kim.user), ID, plain("Guten Tag"))


def again(post):
    """As the outbox hands it in when an earlier attempt failed or was left unclear."""
    return dataclasses.replace(post, again=True)


async def test_a_message_goes_to_the_person_and_is_known_by_room_and_stamp(stage, kim, post):
    external_id = await stage.channel.send(post)
    (message,) = await kim.messages()
    assert external_id == f"{kim.direct}:{message['ts']}"
    assert message["metadata"]["event_type"] == "lotse_delivery"
    assert message["metadata"]["event_payload"].items() >= {"outbox_id": ID, "part": 0}.items()
    (given,) = stage.bridge.called("chat.postMessage")
    assert (given["unfurl_links"], given["mrkdwn"]) in (
        (False, False),
        ("0", "0"),
        ("false", "false"),
        ("False", "False"),
    )


async def test_one_whose_answer_was_lost_is_found_and_not_posted_again(stage, kim, post):
    stage.bridge.fail("chat.postMessage", breaks="after")
    with pytest.raises(ChannelError) as unclear:
        await stage.channel.send(post)
    assert not unclear.value.permanent
    (message,) = await kim.messages()
    assert await stage.channel.send(again(post)) == f"{kim.direct}:{message['ts']}"
    assert len(await kim.messages()) == 1
    assert len(stage.bridge.called("chat.postMessage")) == 1


async def test_one_that_never_arrived_is_posted(stage, kim, post):
    stage.bridge.fail("chat.postMessage", breaks="before")
    with pytest.raises(ChannelError):
        await stage.channel.send(post)
    assert await kim.messages() == []
    await stage.channel.send(again(post))
    assert len(await kim.messages()) == 1


async def test_it_is_looked_for_in_its_thread(stage, kim):
    room = await kim.new_room("allgemein")
    asked = await kim.write("Frage", room)
    post = Post(Address("slack", room, asked), ID, plain("Antwort"))
    first = await stage.channel.send(post)
    await stage.channel.send(Post(Address("slack", room, asked), OTHER, plain("Antwort")))
    assert await stage.channel.send(again(post)) == first
    assert len(await kim.messages(room, asked)) == 2
    assert stage.bridge.called("conversations.replies")
    assert not stage.bridge.called("conversations.history")


async def test_of_a_message_in_parts_only_the_missing_ones_are_posted(stage, kim):
    post = Post(Address("slack", kim.user), ID, LONG)
    stage.bridge.fail("chat.postMessage", breaks="after")
    with pytest.raises(ChannelError):
        await stage.channel.send(post)
    external_id = await stage.channel.send(again(post))
    messages = await kim.messages()
    assert len(messages) == 3
    assert external_id == f"{kim.direct}:{'+'.join(message['ts'] for message in messages)}"
    assert [message["metadata"]["event_payload"]["part"] for message in messages] == [0, 1, 2]
    assert " ".join(" ".join(message["text"] for message in messages).split()) == " ".join(["Absatz"] * 1_200)


async def test_an_edit_changes_every_part_and_makes_or_takes_away_as_many_as_it_needs(stage, kim):
    address = Address("slack", kim.user)
    first = await stage.channel.send(Post(address, ID, plain("kurz")))
    longer = Edit(address, OTHER, ID, first, LONG)
    grown = await stage.channel.send(longer)
    assert grown.count("+") == 2
    assert await stage.channel.send(longer) == grown
    assert len(await kim.messages()) == 3
    shrunk = await stage.channel.send(Edit(address, OTHER, ID, grown, plain("wieder kurz")))
    assert shrunk == first
    assert await kim.read() == ["wieder kurz"]


@pytest.mark.parametrize("then", ["shorter", "gone"])
async def test_what_a_change_that_was_cut_off_has_added_goes_with_the_next_one(stage, kim, then):
    address = Address("slack", kim.user)
    first = await stage.channel.send(Post(address, ID, plain("kurz")))
    stage.bridge.fail("chat.postMessage", breaks="after")
    with pytest.raises(ChannelError):
        await stage.channel.send(Edit(address, OTHER, ID, first, LONG))
    assert len(await kim.messages()) == 2
    if then == "gone":
        await stage.channel.send(Redact(address, THIRD, ID, first, again=True))
        assert await kim.messages() == []
    else:
        assert await stage.channel.send(Edit(address, THIRD, ID, first, plain("wieder kurz"), again=True)) == first
        assert await kim.read() == ["wieder kurz"]


async def test_what_is_taken_back_is_gone_also_the_second_time(stage, kim):
    address = Address("slack", kim.user)
    external_id = await stage.channel.send(Post(address, ID, LONG))
    for _ in range(2):
        assert await stage.channel.send(Redact(address, OTHER, ID, external_id)) == external_id
    assert await kim.messages() == []


async def test_a_sign_is_put_under_what_somebody_wrote_once(stage, kim):
    stamp = await kim.write("Frage")
    written = ExternalId(f"{kim.direct}:{stamp}")
    for _ in range(2):
        await stage.channel.send(React(Address("slack", kim.user), OTHER, written, "📤"))
    found = (await kim.api.conversations_history(channel=kim.direct))["messages"]
    assert [each["name"] for message in found for each in message.get("reactions", ())] == ["outbox_tray"]


@pytest.mark.parametrize(
    ("failure", "permanent", "waits", "words"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, False, 7, "asks to wait"),
        ({"status": 429, "headers": {"Retry-After": "999999"}}, False, 600, "asks to wait"),
        ({"status": 429, "headers": {"Retry-After": "soon"}}, False, 30, "asks to wait"),
        ({"status": 429}, False, 30, "asks to wait"),
        ({"status": 200, "error": "ratelimited"}, False, 30, "asks to wait"),
        ({"status": 503}, False, None, "failed"),
        ({"status": 500, "error": "fatal_error"}, False, None, "fatal_error"),
        ({"status": 200, "error": "internal_error"}, False, None, "internal_error"),
        ({"status": 200, "error": "channel_not_found"}, True, None, "channel_not_found"),
        ({"status": 200, "error": "is_archived"}, True, None, "is_archived"),
        ({"status": 200, "error": "msg_too_long"}, True, None, "msg_too_long"),
        ({"status": 200, "error": "token_revoked"}, False, 60, "refuses the token"),
        ({"status": 200, "error": "missing_scope"}, False, 60, "refuses the token"),
        ({"breaks": "before"}, False, None, "could not be reached"),
    ],
)
async def test_a_failure_is_one_of_ours_and_says_whether_to_try_again(
    stage, kim, post, failure, permanent, waits, words
):
    stage.bridge.fail("chat.postMessage", **failure)
    with pytest.raises(ChannelError, match=words) as failed:
        await stage.channel.send(post)
    assert failed.value.permanent is permanent
    asked = failed.value.retry_after
    assert (None if asked is None else asked.total_seconds()) == waits
    assert len(stage.bridge.called("chat.postMessage")) == 1  # nothing is sent again behind our back
    assert BOT_TOKEN not in failed.value.reason


async def test_nobody_at_the_other_end_is_a_failure_that_passes():
    api = SlackApi(BOT_TOKEN, "http://127.0.0.1:9/api/")
    with pytest.raises(ChannelError, match="could not be reached") as failed:
        await api.call("auth.test")
    assert not failed.value.permanent
    await api.close()
    with pytest.raises(ChannelError, match="stopping"):
        await api.call("auth.test")


async def test_a_proxy_that_is_set_is_used_and_passwords_of_other_programs_are_not_looked_for(monkeypatch, tmp_path):
    asked = []

    async def answer(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}')
        await writer.drain()
        writer.close()

    (tmp_path / "netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
        api = SlackApi(BOT_TOKEN, "http://slack.example/api/")
        assert await api.call("auth.test") == {"ok": True}
        await api.close()
    (request,) = asked
    assert "http://slack.example/api/auth.test" in request.splitlines()[0]
    assert f"Authorization: Bearer {BOT_TOKEN}" in request


async def test_a_throttled_answer_waits_as_long_as_slack_asked_and_holds_up_nobody_else(stage, kim):
    lou = await stage.person(1)
    stage.bridge.fail("chat.postMessage", status=429, headers={"Retry-After": "60"})
    await kim.write("langsam")
    await stage.bridge.until(lambda: stage.bridge.called("chat.postMessage"))
    started = time.monotonic()
    await lou.write("schnell")
    await lou.answered("Sie schrieben: schnell")
    assert time.monotonic() - started < 2
    async with stage.site.database.reading() as connection:
        held = (await connection.execute(select(tables.outbox).where(tables.outbox.c.status == "waiting"))).one()
    assert (held.retry_at - stage.site.now).total_seconds() == 60
    assert await kim.messages() == []


async def test_what_was_unclear_is_sent_by_the_loop_and_stands_there_once(stage, kim):
    stage.bridge.fail("chat.postMessage", breaks="after")
    await kim.write("Guten Tag")
    await stage.bridge.until(lambda: stage.bridge.called("chat.postMessage"))
    with stage.site.database.announcer.listen(OUTBOX) as bell:
        async with asyncio.timeout(8):
            while True:
                async with stage.site.database.reading() as connection:
                    row = (await connection.execute(select(tables.outbox))).one()
                if row.status == "sent":
                    break
                if row.status == "waiting":  # the clock of the tests stands still, so its pause ends by hand
                    async with stage.site.database.transaction([*outbox_topics("slack")]) as connection:
                        waiting = tables.outbox.c.status == "waiting"
                        await connection.execute(tables.outbox.update().where(waiting).values(retry_at=None))
                await bell.wait(0.3)
    assert len(await kim.messages()) == 1
    assert row.attempts == 2
