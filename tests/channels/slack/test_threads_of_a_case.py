"""A thread in the direct conversation below a message of a case is said in the case; below anything else it is one of its own."""

import pytest
from sqlalchemy import func, select

from bot.channel_looks import Looks
from bot.channels.slack import slack_words as words
from bot.errors import StoreUnavailable
from bot.model import Address, Person
from bot.store import tables
from bot.store.sent_replies import find_case_place
from tests.channels.slack.at_the_desk import KIM, OLE, desk_in_slack
from tests.channels.slack.payloads import payload
from tests.channels.slack.test_desk_in_slack import claimed_by, opened
from tests.channels.slack.test_places import all_sent


@pytest.fixture
async def desk(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as stage:
        yield stage


async def asked_back(desk, kim):
    """A case that Anna has, and her question as Slack keeps it; with the card of the case."""
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(number, claimed_by("Person person1"))
    await desk.anna.write("Seit wann sind Sie dort?", desk.room, card["ts"])
    await kim.answered("Seit wann sind Sie dort?")
    await all_sent(desk)
    return card, (await kim.messages())[-1]


async def hinted(desk, number):
    return (await desk.bridge.until(lambda: desk.bridge.called("chat.postEphemeral")[number - 1 :]))[0]


async def test_an_answer_below_the_coordinators_question_reaches_the_coordinator(desk):
    kim = await desk.person(KIM)
    card, question = await asked_back(desk, kim)
    first = await kim.write("Seit 2019", thread=question["ts"])
    await desk.in_thread(card, "Seit 2019")
    hint = await hinted(desk, 1)
    assert (hint["text"], hint["thread_ts"], hint["user"]) == (words.IN_CASE["de"], question["ts"], kim.user)
    await desk.bridge.push_once("events_api", desk.bridge.events[first][0], 1)  # nothing is said once more
    await kim.change(first, "Seit 2018")
    await desk.in_thread(card, "Seit 2018")
    await kim.write("und noch etwas", thread=first, reply_broadcast=True)
    await desk.in_thread(card, "und noch etwas")
    await hinted(desk, 2)
    assert len(desk.bridge.called("chat.postEphemeral")) == 2
    async with desk.site.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(tables.conversations)) == 1
    await desk.anna.write("Danke!", desk.room, card["ts"])
    await kim.answered("Danke!")
    assert await kim.read(thread=question["ts"]) == [question["text"]]


async def test_what_was_taken_in_is_acknowledged_also_when_nothing_can_be_said_about_it(desk, monkeypatch):
    kim = await desk.person(KIM)
    card, question = await asked_back(desk, kim)

    async def away(*_):
        raise StoreUnavailable

    monkeypatch.setattr(Looks, "locale_of", away)
    await kim.write("Seit 2019", thread=question["ts"])
    await desk.in_thread(card, "Seit 2019")
    await desk.bridge.until(lambda: not desk.bridge.pushing)
    assert {sent.attempts for sent in desk.bridge.sent} == {(200,)}


async def test_below_ones_own_words_in_the_case_and_with_a_file_it_is_said_there_too(desk):
    kim = await desk.person(KIM)
    card, _ = await asked_back(desk, kim)
    own = await kim.write("Seit 2019")
    await desk.in_thread(card, "Seit 2019")
    await kim.write("genauer: seit Mai", thread=own)
    await desk.in_thread(card, "genauer: seit Mai")
    body = payload("message_file_share")
    body["event"].update(channel=kim.direct, user=kim.user, thread_ts=own)
    await desk.bridge.push("events_api", body)
    await desk.in_thread(card, "Mein Zeugnis")


async def test_below_an_answer_of_lotses_and_of_a_case_that_is_over_a_thread_is_a_conversation_of_its_own(desk):
    kim = await desk.person(KIM)
    await asked_back(desk, kim)
    answer = next(one for one in await kim.messages() if "Sie schrieben" in one["text"])
    await kim.write("im Faden", thread=answer["ts"])
    await kim.answered("Sie schrieben: im Faden", thread=answer["ts"])
    assert not desk.bridge.called("chat.postEphemeral")
    question = (await kim.messages())[-1]
    async with desk.site.database.transaction() as connection:
        await connection.execute(tables.cases.update().values(state="closed"))
    await kim.write("zu spät", thread=question["ts"])
    await kim.answered("Sie schrieben: zu spät", thread=question["ts"])


async def test_nobody_gets_into_somebody_elses_case_by_the_stamp_of_its_message(desk):
    kim, ole = await desk.person(KIM), await desk.person(OLE)
    _, question = await asked_back(desk, kim)
    for person, place in ((kim, Address("slack", kim.user)), (ole, None)):
        found = await find_case_place(desk.site.database, Person("slack", person.user), kim.direct, question["ts"])
        assert found == place
