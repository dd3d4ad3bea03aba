"""Everything Slack sends, sent twice under one event id: taken in once, and shown once. What tells the second from the first is
the place and the stamp of a message or the id its client gave it, and of what has neither, its own moment, trigger or form."""

import asyncio
import contextlib
import copy
import sqlite3

import pytest
from sqlalchemy import func, select

from bot.channels.slack import slack_words as words
from bot.channels.slack.intake import NotTakenIn
from bot.channels.slack.interactions import ASK_STARTER
from bot.channels.slack.late_messages import LateMessages
from bot.channels.slack.shown_once import ShownOnce
from bot.channels.slack.slack_events import read_message
from bot.model import DeskRoom
from bot.store import tables
from tests.channels.slack.at_the_desk import desk_in_slack
from tests.channels.slack.emulator import BOT_USER, TEAM
from tests.channels.slack.payloads import US, payload
from tests.channels.slack.stage import slack_stage
from tests.channels.slack.test_places import all_sent
from tests.drills.slack_event_mix import Writer
from tests.drills.slack_events import offer

DESK = DeskRoom("slack", "C0KOORDINATION", rest=True)
KIM = Writer(2147483697)
"""Who the payloads are of."""


@pytest.fixture
async def stage(tmp_path, slack_emulator):
    """The agent view, in which most is shown; nothing is answered."""
    async with slack_stage(tmp_path, slack_emulator, "http", agent_view=True, desk_rooms=(DESK,)) as stage:
        await stage.site.stop_loops()
        yield stage


async def stored(stage):
    async with stage.site.database.reading() as connection:
        counts = [select(func.count()).select_from(table) for table in (tables.inbox, tables.desk_inbox)]
        return sum([await connection.scalar(each) for each in counts])


async def twice(stage, kind, body):
    """Send it, and send it again as Slack does: signed a moment later, and nothing else about it different."""
    assert [(await stage.bridge.push_once(kind, body, attempt))[0] for attempt in (0, 1)] == [200, 200]


def event(name, **changes):
    body = payload(name)
    body["event"].update(changes)
    return body


def pressed(action, offered):
    body = payload("block_actions")
    body["container"].update(channel_id=KIM.direct, message_ts=offered.stamp)
    body["actions"][0].update(action_id=action, value=offered.outbox_id)
    return body


async def test_what_comes_twice_under_one_event_id_is_taken_in_once(stage):
    offered, known = await offer(stage, KIM), await stage.person()
    item = {"type": "message", "channel": KIM.direct, "ts": offered.stamp}
    at_desk = {"type": "message", "channel": DESK.room, "ts": offered.stamp}
    press = {"channel_id": DESK.room, "message_ts": offered.stamp}
    claim = {**payload("block_actions"), "container": press}
    claim["actions"][0].update(action_id="desk-claim", value="desk:claim:1:1")
    home = {**payload("block_actions"), "container": {"type": "view"}}
    home["actions"][0].update(action_id=f"{ASK_STARTER}-1")
    kinds = [
        ("events_api", event("message_im"), 1),
        ("events_api", event("app_mention"), 1),
        ("events_api", event("message_file_share"), 2),  # the file, and what was written beside it
        ("events_api", event("message_changed"), 1),
        ("events_api", event("message_deleted"), 1),
        ("events_api", event("reaction_added", item=item), 1),
        ("events_api", event("app_home_opened"), 0),
        ("events_api", event("message_channel", channel=DESK.room), 1),
        ("events_api", event("reaction_added", item=at_desk), 1),
        ("events_api", event("reaction_added", item=at_desk, reaction="raised_hand"), 1),
        ("events_api", event("message_deleted", channel=DESK.room, channel_type="channel"), 1),
        ("interactive", pressed("choice-2", offered), 1),
        ("interactive", pressed("why", offered), 1),
        ("interactive", claim, 1),
        ("interactive", home, 1),
        ("interactive", known.sends(payload("view_submission")), 2),  # the question, and the consent
        ("interactive", known.sends(payload("message_shortcut")), 0),
        ("slash_commands", {**payload("slash_command"), "team_id": TEAM, "text": "Was zahlt der Bonus?"}, 1),
    ]
    for number, (kind, body, rows) in enumerate(kinds):
        before = await stored(stage)
        await twice(stage, kind, body)
        assert await stored(stage) - before == rows, (number, kind, body.get("event", body))


async def test_what_changes_a_message_that_could_not_be_taken_in_waits_until_it_is(stage):
    """Slack repeats a message after a minute, and what came meanwhile arrives before it."""

    async def come(bodies, attempt):
        sent = (stage.bridge.push_once("events_api", body, attempt) for body in bodies)
        return {status for status, _ in await asyncio.gather(*sent)}

    at_desk = {"channel": DESK.room, "channel_type": "channel"}
    kinds = [
        ("message_im", change, place) for change in ("message_changed", "message_deleted") for place in ({}, at_desk)
    ]
    kinds += [("message_file_share", "message_deleted", {**at_desk, "text": ""}), ("message_im", "message_changed", {})]
    said, changed = [], []
    for number, (name, change, place) in enumerate(kinds):
        stamp = f"1355517523.00010{number}"
        said.append(event(name, ts=stamp, client_msg_id=f"client-{number}", **place))
        body = event(change, **place)
        about = body["event"].get("message", body["event"]["previous_message"])
        body["event"]["deleted_ts"] = about["ts"] = stamp
        changed.append(body)
    (*said, known), (*changed, known_changed) = said, changed
    assert await come([known], 0) == {200}
    with contextlib.closing(sqlite3.connect(stage.site.file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert await come([known, *said], 1) == {503}
        holder.rollback()
    assert await come([known_changed], 0) == {200}, "a copy that fails makes nothing late that was taken in"
    assert await come(changed, 0) == {503}
    assert await come(said, 2) == {200}
    assert await come(changed, 1) == {200}
    assert await stored(stage) == 2 * len(kinds)


def test_what_changes_a_message_that_does_not_come_any_more_is_not_refused_for_ever():
    late = LateMessages(comes_within_s=0)
    said = read_message(event("message_im")["event"], US, agent_view=False).incomings
    changed = read_message(event("message_changed")["event"], US, agent_view=False).incomings
    with contextlib.suppress(NotTakenIn), late.noted(said[0].external_id):
        raise NotTakenIn
    late.check(changed)


async def test_a_file_that_comes_under_another_stamp_is_one(stage):
    body = event("message_file_share", client_msg_id="client-1", text="")
    await twice(stage, "events_api", body)
    phantom = copy.deepcopy(body)
    phantom["event"].update(ts="1358877461.000010", event_ts="1358877461.000010")
    await twice(stage, "events_api", phantom)
    assert await stored(stage) == 1


async def test_a_message_that_comes_again_does_not_say_once_more_that_it_is_answered(stage):
    """Slack takes that away when the answer is posted, and the second time no answer follows."""
    said = event("message_im")
    phantom = event("message_im", ts="1355517530.000005", event_ts="1355517530.000005")
    other = event("message_im", ts="1355517600.000005", event_ts="1355517600.000005", client_msg_id="another")
    for body in (said, phantom, other):
        await twice(stage, "events_api", body)
    await stage.bridge.until(lambda: len(stage.bridge.called("assistant.threads.setStatus")) > 1)
    shown = [call["thread_ts"] for call in stage.bridge.called("assistant.threads.setStatus")]
    assert shown == [said["event"]["ts"], other["event"]["ts"]]


async def test_a_choice_that_was_typed_and_comes_again_takes_nothing_from_what_is_asked_next(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator, "http", own_words=True) as stage:
        kim = await stage.person()

        async def offered(asking, words):
            """The message with choices by which this is answered, once it is known where it stands."""
            await asking
            await kim.answered(words)
            await all_sent(stage)
            return (await kim.messages())[-1]["ts"]

        first = await offered(kim.write("Was ist das mit dem Bonus?"), "Der Bonus ist ein Zuschuss")
        stamp = await kim.write("1")
        await kim.answered("Das Land übernimmt")
        second = await offered(kim.command("mensch Zählt mein Zeugnis?"), "für die Koordination")
        (typed,) = stage.bridge.events[stamp]
        assert (await stage.bridge.push_once("events_api", typed, 1))[0] == 200
        await kim.write("nein")
        await kim.sees(lambda them: "Gewählt: Nein" in str(them))
        assert [change["ts"] for change in stage.bridge.called("chat.update")] == [first, second]


async def test_a_stranger_is_told_once_for_each_message_however_often_slack_sends_it(stage):
    """A mention comes as a message too, under another event id."""
    for thread in ("1515449700.000016", "1515449600.000016"):
        mention = event("slack_connect_mention", thread_ts=thread, ts=f"{thread}1")
        message = event("slack_connect_mention", thread_ts=thread, ts=f"{thread}1", type="message")
        assert BOT_USER in message["event"]["text"]
        await twice(stage, "events_api", mention)
        await twice(stage, "events_api", {**message, "event_id": "Ev0LAN6720M"})
    await stage.bridge.until(lambda: len(stage.bridge.called("chat.postEphemeral")) > 1)
    told = [(call["thread_ts"], call["text"]) for call in stage.bridge.called("chat.postEphemeral")]
    assert told == [(thread, words.STRANGER_TOLD) for thread in ("1515449700.000016", "1515449600.000016")]


def test_only_the_latest_messages_are_remembered():
    shown = ShownOnce(most=3)
    assert [shown.first(ids) for ids in (("a", "client"), ("b", None), ("a", None), ("c", "client"))] == [
        True, True, False, False,
    ]  # fmt: skip
    assert [shown.first((each, None)) for each in ("d", "e", "d", "b")] == [True, True, False, True], "b was forgotten"
