"""The agent view: a message begins a thread of its own, unless what stands beside the threads waits for it. Nothing is scripted."""

import pytest

from bot.channels.slack import slack_words as words
from bot.model import Address
from bot.store.cases import cases_of
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.block_check import texts_of
from tests.channels.slack.payloads import payload
from tests.channels.slack.test_desk_in_slack import claimed_by
from tests.channels.slack.test_places import all_sent


@pytest.fixture
async def desk(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator, agent_view=True, own_words=True) as stage:
        yield stage


@pytest.fixture
async def kim(desk):
    return await desk.person(KIM)


async def the_case(desk, kim, thread=None):
    """The one case there, and its card."""
    (case,) = await cases_of(desk.site.database, Address("slack", kim.user, thread))
    return case, await desk.card(case.number)


async def by_command(kim):
    await kim.command("mensch Zählt mein Zeugnis?")


async def by_form(kim):
    form = kim.sends(payload("view_submission"))
    form["view"]["state"]["values"]["consent"]["consent"]["selected_options"] = []
    await kim.bridge.push("interactive", form)


async def in_public(kim):
    room = await kim.new_room("allgemein")
    await kim.mention("Person bitte", room)


@pytest.mark.parametrize("begun", [by_command, by_form, in_public])
async def test_what_is_typed_reaches_the_case_that_was_not_begun_in_a_thread(desk, kim, begun):
    await begun(kim)
    await kim.answered("für die Koordination")
    await all_sent(desk)
    agreed = await kim.write("ja")
    case, card = await the_case(desk, kim)
    await kim.sees(lambda them: any("Gewählt: Ja" in text for one in them for text in texts_of(one["blocks"])))
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(case.number, claimed_by("Person person1"))
    assert (await the_case(desk, kim))[0].facts.consent, "the yes was the answer to the question whether that is wanted"
    await desk.anna.write("Seit wann sind Sie dort?", desk.room, card["ts"])
    await kim.answered("Seit wann sind Sie dort?")
    told = await kim.write("Seit 2019")
    await desk.in_thread(card, "Seit 2019")
    for own in (agreed, told):
        assert await kim.read(thread=own) == [], "nothing is answered below what was said in the case"
    assert not desk.bridge.called("chat.postEphemeral")
    assert (await desk.fill_in(desk.anna, card, "resolve", code="answered", text="Viel Erfolg!")).answer in (None, "")
    await kim.answered("Viel Erfolg!")
    await kim.write("Eine Frage habe ich noch dazu")
    await desk.in_thread(card, "Eine Frage habe ich noch dazu")


async def test_a_question_of_lotses_beside_the_threads_is_answered_by_typing(desk, kim):
    for missed in ("und die qwertz uiop", "qwertz wiop"):
        await kim.command(missed)
    await kim.answered("Soll ich eine Person")
    agreed = await kim.write("ja, bitte")
    await kim.answered("für die Koordination")
    assert await kim.read(thread=agreed) == []


async def test_what_may_be_asked_next_is_taken_by_its_number_and_anything_else_begins_a_thread(desk, kim):
    await kim.command("Bonus")
    await kim.answered("1. Side amount")
    new = await kim.write("What about the moon?")
    await kim.sees(lambda them: bool(them), thread=new)
    taken = await kim.write("1")
    await kim.answered("The state covers")
    assert await kim.read(thread=taken) == []


async def test_that_the_answer_is_looked_for_is_shown_only_where_lotse_gives_it(desk, kim):
    asked = await kim.write("Person bitte")
    await kim.answered("für die Koordination", thread=asked)
    (shown,) = await desk.bridge.until(lambda: desk.bridge.called("assistant.threads.setStatus"))
    assert (shown["thread_ts"], shown["status"]) == (asked, words.STATUS["de"])
    case, card = await the_case(desk, kim, asked)
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(case.number, claimed_by("Person person1"))
    await kim.write("Seit 2019", thread=asked)
    await desk.in_thread(card, "Seit 2019")
    elsewhere = await kim.write("Bonus Betrag")
    await desk.bridge.until(lambda: len(desk.bridge.called("assistant.threads.setStatus")) > 1)
    assert [shown["thread_ts"] for shown in desk.bridge.called("assistant.threads.setStatus")] == [asked, elsewhere]
