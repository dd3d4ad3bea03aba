"""Commands up to their effect, and what is personal asked in public: with the content that ships, through everything there is."""

import pytest

from bot.channels.slack import slack_words as words
from bot.model import Address
from bot.store.cases import cases_of
from tests.channels.slack.at_the_desk import KIM, OLE, desk_in_slack


@pytest.fixture
async def desk(tmp_path, slack_emulator, trained):
    async with desk_in_slack(tmp_path, slack_emulator, live=trained) as stage:
        yield stage


@pytest.fixture
async def kim(desk):
    return await desk.person(KIM)


async def test_what_is_personal_is_taken_from_a_channel_to_the_direct_conversation(desk, kim):
    ole = await desk.person(OLE)
    room = await kim.new_room("allgemein", ole)
    asked = await kim.mention("Was zahlt der Weiterbildungsbonus?", room)
    await kim.answered("60 %", room, asked)
    await kim.write("Ich möchte mit einem Menschen sprechen", room, asked)
    await kim.answered("Das geht nur Sie etwas an", room, asked)
    await kim.answered("Fall 1")
    (case,) = await cases_of(desk.site.database, Address("slack", kim.user))
    assert "Was zahlt der Weiterbildungsbonus?" in case.question, "what it was about is known there"
    await desk.card(case.number)
    await kim.mention("Was ist über mich gespeichert?", room)
    await kim.answered("Das ist zu Ihnen auf dieser Plattform gespeichert")
    public = "\n".join(await kim.read(room, asked))
    assert "Fall 1" not in public
    assert await ole.read() == []


async def test_the_command_for_the_language_changes_it(desk, kim):
    room = await kim.new_room("allgemein")
    told = (await kim.command("sprache en", room)).answer
    assert told == {"response_type": "ephemeral", "text": words.IN_DIRECT["de"]}
    await kim.answered("English")
    await kim.write("Weiterbildungsbonus")
    await kim.answered("Source:")
    assert (await kim.command("Bonus", room)).answer["text"] == words.IN_DIRECT["en"]
    assert await kim.read(room) == []


async def test_the_command_for_ones_own_data_shows_them_to_that_person_alone(desk, kim):
    room = await kim.new_room("allgemein")
    await kim.write("Was zahlt der Weiterbildungsbonus?")
    await kim.answered("60 %")
    assert (await kim.command("meine-daten", room)).answer["text"] == words.IN_DIRECT["de"]
    await kim.answered("Das ist zu Ihnen auf dieser Plattform gespeichert")
    assert await kim.read(room) == []
