"""What is meant for Lotse while a coordinator has the case, and what is asked under an older answer; Lotse in its own words."""

import pytest

from bot.model import Address
from bot.store.cases import cases_of
from bot.store.transcripts import read_transcript
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.test_desk_in_slack import claimed_by
from tests.web.site import QUESTIONS


@pytest.fixture
async def desk(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator, own_words=True) as stage:
        yield stage


@pytest.fixture
async def kim(desk):
    return await desk.person(KIM)


async def claimed(desk, kim):
    """A case of Kim's that Anna has, opened by a command; and its card."""
    await kim.command("mensch Zählt mein Zeugnis?")
    await kim.answered("für die Koordination")
    (case,) = await cases_of(desk.site.database, Address("slack", kim.user))
    await desk.press(desk.anna, await desk.card(case.number), "desk-claim")
    return await desk.card(case.number, claimed_by("Person person1"))


async def asked(kim, question, words):
    await kim.write(question)
    return next(
        one for one in await kim.sees(lambda them: any(words in one["text"] for one in them)) if words in one["text"]
    )


async def test_why_is_about_the_answer_it_stands_under_and_no_part_of_the_case(desk, kim):
    first = await asked(kim, "Bonus Betrag", "Das Land übernimmt")
    await asked(kim, "Bonus Vorlauf", "Stellen Sie den Antrag")
    await kim.press(first, "why")
    explained = (await kim.answered("Ich habe „"))[-1]
    assert "Ich habe „Bonus Schleswig-Holstein: Seite amount“ gewählt" in explained
    card = await claimed(desk, kim)
    await kim.press(first, "why")
    await kim.answered("Automatische Antwort:\n\nIch habe „Bonus Schleswig-Holstein: Seite amount“ gewählt")
    await kim.write("Danke so weit")
    below = "\n".join(await desk.in_thread(card, "Danke so weit"))
    assert "Warum" not in below
    assert "gewählt" not in below


async def test_commands_and_starters_are_answered_by_lotse_while_anna_has_the_case(desk, kim, monkeypatch):
    monkeypatch.setitem(QUESTIONS, "de", ("Bonus Vorlauf",))
    card = await claimed(desk, kim)
    room = await kim.new_room("allgemein")
    await kim.command("Bonus Betrag", room)
    await kim.answered("Automatische Antwort:\n\nDas Land übernimmt")
    pressed = {
        "type": "block_actions", **kim.about(), "trigger_id": await kim.trigger(), "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home"},
        "actions": [{"type": "button", "action_id": "ask-starter-1", "block_id": "starters", "value": "ask", "action_ts": "1.1"}],
    }  # fmt: skip
    await desk.bridge.push("interactive", pressed)
    await kim.answered("Automatische Antwort:\n\nStellen Sie den Antrag")
    await kim.command("qwertz uiop", room)
    await kim.answered("Person person1 liest es und antwortet Ihnen hier.")
    below = "\n".join(await desk.in_thread(card, "qwertz uiop"))
    assert "Bonus Betrag" not in below
    assert "Das Land" not in below
    told = [line.text for line in await read_transcript(desk.site.database, Address("slack", kim.user))]
    assert "Bonus Betrag" in told, "for the employee it stands where it was said"
