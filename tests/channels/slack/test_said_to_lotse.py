"""What is meant for Lotse while a coordinator has the case, and what is asked under an older answer; Lotse in its own words."""

import time

import pytest

from bot.model import Address
from bot.store.cases import cases_of
from bot.store.transcripts import read_transcript
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.block_check import texts_of
from tests.channels.slack.test_desk_in_slack import claimed_by
from tests.channels.slack.test_places import all_sent
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
    await kim.press(first, "why", action_ts=f"{time.time() + 60:.6f}")
    await kim.answered("Automatische Antwort:\n\nIch habe „Bonus Schleswig-Holstein: Seite amount“ gewählt")
    await kim.write("Danke so weit")
    below = "\n".join(await desk.in_thread(card, "Danke so weit"))
    assert "Warum" not in below
    assert "gewählt" not in below


@pytest.mark.parametrize("how", ["pressed", "typed", "sign"])
async def test_however_the_yes_is_said_the_coordinators_see_the_name_then_and_not_before(desk, kim, how):
    await kim.command("mensch Zählt mein Zeugnis?")
    await kim.answered("für die Koordination")
    await all_sent(desk)
    question = (await kim.messages())[-1]
    await desk.card(1, lambda card: "Person person0" not in card["text"])
    assert not [call for call in desk.bridge.called("users.info") if call["user"] == kim.user]
    match how:
        case "pressed":
            await kim.press(question, "choice-1")
        case "typed":
            await kim.write("ja")
        case "sign":
            await kim.react(question["ts"], "one")
    await desk.card(1, lambda card: "Person person0" in card["text"])


async def test_a_yes_in_all_words_shows_the_name_also_while_anna_has_the_case(desk, kim):
    await claimed(desk, kim)
    await kim.write("Ja, gern")
    await desk.card(1, lambda card: "Person person0" in card["text"])


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


def pressable(message):
    return {
        each["action_id"] for block in message["blocks"] for each in block.get("elements", ()) if "action_id" in each
    }


async def test_a_choice_that_was_typed_or_taken_by_a_sign_takes_the_buttons_away(desk, kim):
    first = await asked(kim, "Was ist das mit dem Bonus?", "Der Bonus ist ein Zuschuss")
    assert "choice-1" in pressable(first)
    await all_sent(desk)
    await kim.write("1")
    messages = await kim.sees(lambda them: "Gewählt: Seite amount" in texts_of(them[0]["blocks"]))
    assert pressable(messages[0]) == {"rate-yes", "rate-no", "why"}
    again = await asked(kim, "Erzähl mir vom Landesbonus", "Der Bonus ist ein Zuschuss")
    again = [one for one in await kim.messages() if "Der Bonus ist ein Zuschuss" in one["text"]][-1]
    await all_sent(desk)
    await kim.react(again["ts"], "two")
    await kim.sees(lambda them: any("Gewählt: Bildungsprämie" in texts_of(one["blocks"]) for one in them))


async def test_a_number_typed_to_the_coordinator_takes_nothing_away(desk, kim):
    first = await asked(kim, "Was ist das mit dem Bonus?", "Der Bonus ist ein Zuschuss")
    card = await claimed(desk, kim)
    await kim.write("1")
    await desk.in_thread(card, "1")
    now = next(one for one in await kim.messages() if one["ts"] == first["ts"])
    assert "choice-1" in pressable(now)
