"""Questions handed to the coordinators by a form or from a channel, with the content that ships: what becomes of them."""

import pytest

from bot.model import Address
from bot.store.cases import cases_of
from bot.store.transcripts import read_transcript
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.payloads import payload

PRIVATE = "Mein Chef mobbt mich, wo kann ich anonym hin?"
FORM = "Zählt mein Meister?"


@pytest.fixture
async def desk(tmp_path, slack_emulator, trained):
    async with desk_in_slack(tmp_path, slack_emulator, live=trained) as stage:
        yield stage


@pytest.fixture
async def kim(desk):
    return await desk.person(KIM)


async def form_sent(kim, *, consent):
    """The form to hand a question on, sent with the name shown or not."""
    form = kim.sends(payload("view_submission"))
    if not consent:
        form["view"]["state"]["values"]["consent"]["consent"]["selected_options"] = []
    assert (await kim.bridge.push("interactive", form)).acknowledged


async def case_opened(desk, kim):
    """The case of this person, and its card."""
    await kim.answered("Fall 1")
    (case,) = await cases_of(desk.site.database, Address("slack", kim.user))
    return case, await desk.card(case.number)


async def test_of_a_form_the_coordinators_see_the_question_only_as_it_says(desk, kim):
    await kim.write(PRIVATE)
    await kim.sees(lambda messages: len(messages) == 1)
    await form_sent(kim, consent=False)
    case, card = await case_opened(desk, kim)
    assert case.question == FORM
    assert "mobbt" not in card["text"]
    assert "Darf sie auch Ihren Namen" in (await kim.read())[-1]


async def test_who_agreed_in_the_form_is_not_asked_again(desk, kim):
    await form_sent(kim, consent=True)
    read = await kim.answered("Die Koordination sieht jetzt auch das bisherige Gespräch")
    assert not any("Darf sie auch Ihren Namen" in text for text in read)
    assert not any(block["type"] == "actions" for message in await kim.messages() for block in message["blocks"])
    card = await desk.card(1, lambda card: "Person person0" in card["text"])
    where = "– Die Person gibt Namen und früheres Gespräch frei; das Gespräch steht am Desk im Browser: !desk –"
    assert where in await desk.in_thread(card, "früheres Gespräch")


async def test_a_yes_in_ones_own_words_shows_the_name_as_well(desk, kim):
    await form_sent(kim, consent=False)
    await kim.answered("Darf sie auch Ihren Namen")
    await kim.write("Ja gerne!")
    await kim.answered("Die Koordination sieht jetzt auch das bisherige Gespräch")
    await desk.card(1, lambda card: "Person person0" in card["text"])


async def test_a_form_goes_to_the_team_of_what_it_asks_and_not_of_what_was_spoken_of(desk, kim):
    await kim.write("Was zahlt der Weiterbildungsbonus?")
    await kim.answered("60 %")
    form = kim.sends(payload("view_submission"))
    form["view"]["state"]["values"]["question"]["question"]["value"] = (
        "Was bringt mir die Validierung meiner Erfahrung?"
    )
    assert (await kim.bridge.push("interactive", form)).acknowledged
    _, card = await case_opened(desk, kim)
    assert "Fall 1 · Anerkennung und Anrechnung" in card["text"]


async def test_what_was_asked_alone_does_not_join_a_question_from_a_channel(desk, kim):
    await kim.write(PRIVATE)
    await kim.sees(lambda messages: len(messages) == 1)
    room = await kim.new_room("allgemein")
    asked = await kim.mention("Was zahlt der Weiterbildungsbonus?", room)
    await kim.answered("60 %", room, asked)
    await kim.write("Ich möchte mit einem Menschen sprechen", room, asked)
    case, card = await case_opened(desk, kim)
    assert case.question.startswith("Was zahlt der Weiterbildungsbonus?")
    assert "mobbt" not in card["text"]


async def test_who_asks_for_a_person_by_a_sign_has_said_nothing_that_coordinators_would_read(desk, kim):
    await kim.write("Was zahlt der Weiterbildungsbonus?")
    await kim.answered("60 %")
    await kim.react((await kim.messages())[-1]["ts"], "raising_hand")
    case, card = await case_opened(desk, kim)
    assert case.question == "Was zahlt der Weiterbildungsbonus?"
    await kim.write("Und wann?")
    below = (await desk.in_thread(card, "Und wann?"))[1:]
    assert below[0] == "Person: Und wann?"
    said = await read_transcript(desk.site.database, Address("slack", kim.user))
    assert [line.text for line in said if line.who == "user"] == ["Was zahlt der Weiterbildungsbonus?", "Und wann?"]


async def test_who_writes_more_to_the_person_than_arrives_is_told_so(desk, kim):
    await kim.write("Mensch")
    _, card = await case_opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await kim.answered("übernimmt Ihren Fall 1")
    await kim.write("Anfang " + "und so weiter " * 400 + "Ende")
    told = (await kim.answered("den Rest in einer weiteren Nachricht"))[-1]
    assert "nur die ersten 4000 Zeichen" in told
    assert "Auch Person person1 sieht nicht mehr davon." in told
    below = "\n".join(await desk.in_thread(card, "Person: Anfang"))
    assert "Ende" not in below


async def test_who_says_yes_to_a_deletion_in_front_of_the_person_learns_that_nothing_is_deleted_yet(desk, kim):
    await kim.write("Mensch")
    _, card = await case_opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await kim.answered("übernimmt Ihren Fall 1")
    await kim.write("lösche meine Daten")
    await kim.answered("Soll ich wirklich alles löschen")
    await kim.write("ja bitte")
    assert "schreiben Sie sie ganz aus: Ja, alles löschen" in (await kim.answered("getan habe ich nichts"))[-1]
    await desk.in_thread(card, "Person: ja bitte")
    await kim.write("ja alles löschen")
    await kim.answered("Erledigt: Was ich zu Ihnen auf dieser Plattform gespeichert hatte, ist gelöscht.")
