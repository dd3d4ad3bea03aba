"""Where people meet Lotse in Slack, by both transports: alone, in channels, in threads; and what becomes of edits."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.model import Address
from bot.store import tables
from bot.store.announce import INBOX, OUTBOX
from bot.store.figures import read_figures
from bot.store.transcripts import read_transcript
from tests.channels.slack.emulator import BOT_USER
from tests.channels.slack.payloads import event, payload


async def count(stage, table, *conditions):
    async with stage.site.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(table).where(*conditions))


async def transcript(stage, room, thread=None):
    return [line.text for line in await read_transcript(stage.site.database, Address("slack", room, thread))]


async def all_sent(stage):
    """Return once Slack's id of every message of Lotse's is stored."""
    with stage.site.database.announcer.listen(OUTBOX) as bell:
        async with asyncio.timeout(8):
            while await count(stage, tables.outbox, tables.outbox.c.external_id.is_(None)):
                await bell.wait(0.2)


async def all_taken_in(stage, sent):
    """Return once so many events were delivered."""
    await stage.bridge.until(lambda: len(stage.bridge.sent) >= sent)


async def test_a_mention_is_answered_in_its_thread(stage, kim):
    room = await kim.new_room("allgemein")
    asked = await kim.mention("Guten Tag", room)
    (read,) = await kim.answered("Sie schrieben: Guten Tag", room, asked)
    assert "Weiterbilden SH" in read
    assert await kim.read(room) == []


async def test_who_asked_goes_on_in_the_thread_without_a_mention_and_others_do_not(stage, kim):
    lou = await stage.person(1)
    room = await kim.new_room("allgemein", lou)
    asked = await kim.mention("Guten Tag", room)
    await kim.answered("Guten Tag", room, asked)
    await lou.write("Da bin ich auch gespannt", room, asked)
    await kim.say_raw(f"<@{lou.user}> du auch?", room, asked)
    await kim.write("und in Teilzeit?", room, asked)
    await kim.answered("Sie schrieben: und in Teilzeit?", room, asked)
    await lou.mention("und ich?", room, asked)
    read = await kim.answered("Sie schrieben: und ich?", room, asked)
    assert [text.partition("\n")[0] for text in read] == [
        "Sie schrieben: Guten Tag",
        "Sie schrieben: und in Teilzeit?",
        "Sie schrieben: und ich?",
    ]
    assert not any("gespannt" in text or "du auch" in text for text in await transcript(stage, room, asked))
    assert await count(stage, tables.inbox) == 3


async def test_what_is_said_in_a_channel_without_lotse_is_not_stored(stage, kim):
    room = await kim.new_room("allgemein")
    written = await kim.write("Mittag?", room)
    await kim.change(written, "Abendessen?", room)
    await kim.delete(written, room)
    await kim.write("Hallo")
    await kim.answered("Sie schrieben: Hallo")
    assert await count(stage, tables.inbox) == 1
    assert await count(stage, tables.conversations) == 1


async def test_a_thread_in_the_direct_conversation_is_a_conversation_of_its_own(stage, kim):
    first = await kim.write("Guten Tag")
    await kim.answered("Guten Tag")
    await kim.write("im Faden", thread=first)
    await kim.answered("Sie schrieben: im Faden", thread=first)
    assert len(await kim.read()) == 1
    assert await count(stage, tables.conversations) == 2


async def test_changed_and_deleted_words_follow(stage, kim):
    first = await kim.write("Erster Satz")
    await kim.answered("Erster Satz")
    await kim.change(first, "Besserer Satz")
    second = await kim.write("Zweiter Satz")
    await kim.answered("Zweiter Satz")
    await kim.delete(second)
    await kim.write("Ende")
    await kim.answered("Ende")
    said = await transcript(stage, kim.user)
    assert "Besserer Satz" in said
    assert "Erster Satz" not in said
    assert "Zweiter Satz" not in said


async def test_a_question_in_a_channel_that_mentions_lotse_only_once_it_is_changed_is_answered(stage, kim):
    room = await kim.new_room("allgemein")
    asked = await kim.write("Wer zahlt meinen Kurs?", room)
    words = f"<@{BOT_USER}> Wer zahlt meinen Kurs?"
    await kim.api.chat_update(channel=room, ts=asked, text=words)
    await kim.answered("Sie schrieben: Wer zahlt meinen Kurs?", room, asked)
    mention = event(
        "app_mention", channel=room, user=kim.user, text=words, ts=asked, edited={"user": kim.user, "ts": asked}
    )
    assert (await stage.bridge.push("events_api", {**payload("app_mention"), "event": mention})).acknowledged
    follow_up = await kim.write("und in Teilzeit?", room, asked)
    await kim.answered("Sie schrieben: und in Teilzeit?", room, asked)
    await kim.api.chat_update(channel=room, ts=follow_up, text=f"<@{BOT_USER}> und in Elternzeit?")
    await kim.write("Ende", room, asked)
    await kim.answered("Sie schrieben: Ende", room, asked)
    said = [text for text in await transcript(stage, room, asked) if not text.startswith("Sie schrieben")]
    assert said == ["Wer zahlt meinen Kurs?", "und in Elternzeit?", "Ende"], "each once, as it is now"


@pytest.mark.parametrize("name", ["bot_message", "app_message", "slack_connect_mention", "message_channel"])
async def test_programs_strangers_and_others_talk_leave_nothing_behind(stage, name):
    assert (await stage.bridge.push("events_api", payload(name))).acknowledged
    assert await count(stage, tables.inbox) == 0
    assert await count(stage, tables.persons) == 0


async def test_a_stranger_who_mentions_lotse_is_told_why_there_is_no_answer(stage, kim):
    room = await kim.new_room("geteilt")
    body = payload("slack_connect_mention")
    body["event"].update(channel=room, user=kim.user)
    await stage.bridge.push("events_api", body)
    (hint,) = await stage.bridge.until(lambda: stage.bridge.called("chat.postEphemeral"))
    assert hint["user"] == kim.user
    assert "nichts gespeichert" in hint["text"]
    assert await count(stage, tables.inbox) == 0


async def test_two_programs_in_a_room_never_answer_each_other(stage, kim):
    room = await kim.new_room("allgemein")
    asked = await kim.mention("Guten Tag", room)
    await kim.answered("Guten Tag", room, asked)
    before = await count(stage, tables.inbox)
    sent = len(stage.bridge.sent)
    for number in range(30):
        await kim.bot.chat_postMessage(channel=room, thread_ts=asked, text=f"<@{BOT_USER}> Echo {number}")
    await all_taken_in(stage, sent + 60)
    assert await count(stage, tables.inbox) == before


async def test_one_action_that_arrives_twice_under_two_stamps_is_one_message(stage, kim):
    """Slack has been seen to do this, 39 seconds apart."""
    stamp = await kim.write("ja")
    await kim.answered("Sie schrieben: ja")
    phantom = dict(stage.bridge.events[stamp][0])
    phantom["event_id"] = "Ev0PHANTOM"
    phantom["event"] = {**phantom["event"], "ts": "1999999999.000001", "event_ts": "1999999999.000001"}
    assert (await stage.bridge.push("events_api", phantom)).acknowledged
    await kim.write("ja")
    await kim.write("Ende")
    assert len(await kim.answered("Sie schrieben: Ende")) == 3


async def test_a_file_is_refused_without_being_looked_at(stage, kim):
    body = payload("message_file_share")
    body["event"].update(channel=kim.direct, user=kim.user)
    await stage.bridge.push("events_api", body)
    await kim.answered("Sie schrieben: Mein Zeugnis")
    assert not [call for call in stage.bridge.calls if call.method.startswith("files")]
    assert await count(stage, tables.inbox) == 2


async def test_a_reaction_says_what_could_be_pressed(stage, kim):
    await kim.write("Auswahl")
    await kim.answered("Bitte wählen Sie.")
    (message,) = await kim.messages()
    await all_sent(stage)
    await kim.react(message["ts"], "two")
    await kim.answered("Gewählt: Wer bekommt ihn?")
    await kim.write("Bewertung")
    await kim.answered("Sie schrieben: Bewertung")
    rated = (await kim.messages())[-1]
    await all_sent(stage)
    with stage.site.database.announcer.listen(INBOX) as bell:
        await kim.react(rated["ts"], "thumbsdown::skin-tone-3")
        async with asyncio.timeout(8):
            while not await count(stage, tables.ratings, tables.ratings.c.helpful.is_(False)):
                await bell.wait(0.2)
    await kim.react(rated["ts"], "question")
    await kim.answered("Darum.")
    await stage.bridge.until(lambda: not stage.bridge.pushing)
    sent, before = len(stage.bridge.sent), await count(stage, tables.inbox)
    for emoji in ("tada", "nine", "raising_hand"):
        await kim.react(message["ts"], emoji)
    await all_taken_in(stage, sent + 3)
    assert await count(stage, tables.inbox) == before + 1


async def test_who_asked_where_lotse_cannot_write_any_more_is_answered_directly(stage, kim):
    room = await kim.new_room("allgemein")
    stage.bridge.outside.add(room)
    await kim.mention("Auswahl", room)
    (said,) = await kim.answered("Bitte wählen Sie.")
    assert "In dem Kanal, in dem Sie gefragt haben, kann ich nicht schreiben" in said
    assert "• Wer bekommt ihn?" in said
    (message,) = await kim.messages()
    assert "actions" not in {block["type"] for block in message["blocks"]}
    await all_sent(stage)
    assert (await read_figures(stage.site.database, stage.site.clock())).deliveries_parked == 0


async def test_a_reaction_of_somebody_else_says_nothing(stage, kim):
    lou = await stage.person(1)
    room = await kim.new_room("allgemein", lou)
    asked = await kim.mention("Auswahl", room)
    await kim.answered("Bitte wählen Sie.", room, asked)
    (message,) = await kim.messages(room, asked)
    await all_sent(stage)
    sent = len(stage.bridge.sent)
    await lou.react(message["ts"], "one", room)
    await all_taken_in(stage, sent + 1)
    assert await count(stage, tables.inbox) == 1
