"""A coordinator's words, as Slack's clients send them: what an employee reads of them, in Slack and in the web chat."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.channels.slack.slack_words import SAID_DIRECTLY
from bot.store import tables
from bot.store.announce import OUTBOX, outbox_topics
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.test_desk_in_slack import opened, signed_with
from tests.web.desk_acting import case_of
from tests.web.site import arrived

SENT_AND_READ = (
    (
        "Die Fristen:\n1. März für Nachweise\n15. Januar für den Antrag",
        "Die Fristen:\n1. März für Nachweise\n15. Januar für den Antrag",
    ),
    ("15. Februar ist die Frist.", "15. Februar ist die Frist."),
    ("Fragen Sie <!subteam^S012ABC>.", "Fragen Sie @…."),
    ("Bitte so:\n```Konto 4711\nBLZ  210```\nBis 15.1.", "Bitte so:\n\nKonto 4711\nBLZ  210\n\nBis 15.1."),
    ("```FB-2026-17```", "FB-2026-17"),
    ("```FB-2026-18``` ist Ihre Nummer", "FB-2026-18\n\nist Ihre Nummer"),
    ("Siehe „<https://b.de/x>“ und ‚<https://c.de/y>‘.", "Siehe „https://b.de/x“ und ‚https://c.de/y‘."),
)


@pytest.fixture
async def desk(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as stage:
        yield stage


def links_of(message):
    runs = [element for block in message["blocks"] for element in block.get("elements", ())]
    return [part["url"] for run in runs for part in run.get("elements", ()) if part["type"] == "link"]


async def test_in_slack_every_date_every_code_and_every_link_is_read_as_it_was_written(desk):
    kim = await desk.person(KIM)
    _, card = await opened(desk, kim)
    for sent, read in SENT_AND_READ:
        await desk.anna.say_raw(sent, desk.room, card["ts"])
        await kim.answered(f"Person person1 (Mensch):\n\n{read}")
    assert links_of((await kim.messages())[-1]) == ["https://b.de/x", "https://c.de/y"]


async def test_in_the_web_chat_too(desk):
    async with arrived(desk.site) as guest:
        card = await desk.card(await case_of(desk.site, guest))
        for sent, _ in SENT_AND_READ:
            await desk.anna.say_raw(sent, desk.room, card["ts"])
        page = await guest.see("https://c.de/y")
        assert "1. März für Nachweise\n15. Januar für den Antrag" in page
        assert "15. Februar ist die Frist." in page
        assert "<code>Konto 4711\nBLZ  210</code>" in page
        assert "<code>FB-2026-17</code>" in page
        assert "ist Ihre Nummer" in page
        assert 'href="https://b.de/x"' in page
        assert 'href="https://c.de/y"' in page


async def test_what_slack_does_not_let_be_changed_or_deleted_is_said_below_the_card(desk):
    kim = await desk.person(KIM)
    _, card = await opened(desk, kim)
    said = await desk.anna.write("Es sind 40 Prozent.", desk.room, card["ts"])
    await kim.answered("Es sind 40 Prozent.")
    await signed_with(desk, said, "outbox_tray")
    desk.site.now += timedelta(seconds=1)
    desk.bridge.fail("chat.update", status=200, error="edit_window_closed", room=kim.direct)
    await desk.anna.change(said, "Es sind 60 Prozent.", desk.room)
    why = "Grund: Die Plattform lässt diese Nachricht nicht mehr ändern."
    await desk.in_thread(card, f"die Person liest weiter die frühere Fassung. {why}")
    await signed_with(desk, said, "warning")
    desk.site.now += timedelta(seconds=1)
    desk.bridge.fail("chat.delete", status=200, error="cant_delete_message", room=kim.direct)
    await desk.anna.delete(said, desk.room)
    below = await desk.in_thread(card, "Gelöscht ist es nur hier; die Person liest es weiter.")
    assert not any("edit_window_closed" in text or "cant_delete" in text for text in below), "codes are for the log"


async def pausing(desk):
    """Return once a delivery that failed waits to be tried again."""
    waiting = select(func.count()).select_from(tables.outbox).where(tables.outbox.c.retry_at.is_not(None))
    with desk.site.database.announcer.listen(OUTBOX) as bell:
        async with asyncio.timeout(8):
            while True:
                async with desk.site.database.reading() as connection:
                    if await connection.scalar(waiting.where(tables.outbox.c.status == "waiting")):
                        return
                await bell.wait(0.2)


async def test_words_that_were_said_directly_are_changed_and_taken_back_where_they_stand(desk):
    kim = await desk.person(KIM)
    room = await kim.new_room("allgemein")
    await kim.mention("Mensch", room)
    card = await desk.card(1)
    desk.bridge.outside.add(room)
    said = await desk.anna.write("Es sind 40 Prozent.", desk.room, card["ts"])
    await kim.answered("Es sind 40 Prozent.")
    await signed_with(desk, said, "outbox_tray")
    desk.site.now += timedelta(seconds=1)
    await desk.anna.change(said, "Es sind 60 Prozent.", desk.room)
    changed = (await kim.answered("Es sind 60 Prozent."))[-1]
    assert SAID_DIRECTLY["de"] in changed
    desk.site.now += timedelta(seconds=1)
    desk.bridge.fail("chat.delete", breaks="before", room=kim.direct)
    await desk.anna.delete(said, desk.room)
    await pausing(desk)
    desk.site.now += timedelta(hours=1)
    desk.site.database.announcer.notify(*outbox_topics("slack"))
    await kim.sees(lambda them: not any("Prozent" in one["text"] for one in them))
    looked = [call["channel"] for call in desk.bridge.called("conversations.replies")]
    assert kim.direct not in looked, "Slack answers thread_not_found there, and the emulator nothing"
    assert desk.bridge.called("conversations.history")
