"""Buttons, commands, forms and the app's home, by both transports: what they do, and what a forged one does not."""

import itertools
import json
import random
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.channels.slack import members
from bot.channels.slack import slack_words as words
from bot.channels.slack.commands import Private, Said, read_words
from bot.channels.slack.double_clicks import MOMENT, DoubleClicks
from bot.channels.slack.intake import NotTakenIn
from bot.dialogue import case_rules
from bot.model import Address, AskedPerson, Typing, Utterance
from bot.store import tables
from bot.store.transcripts import read_transcript
from tests.channels.slack.block_check import own_findings, sdk_findings, texts_of
from tests.channels.slack.payloads import payload
from tests.channels.slack.stage import slack_stage


async def count(stage, table, *conditions):
    async with stage.site.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(table).where(*conditions))


async def _outbox_ids(stage, words):
    lines = await read_transcript(stage.site.database, Address("slack", (await stage.person(0)).user))
    return [line.outbox_id for line in lines if line.outbox_id and words in line.text]


async def choices_for(kim, room=None, thread=None):
    """A message with choices, as Slack keeps it."""
    await kim.answered("Bitte wählen Sie.", room, thread)
    return next(message for message in await kim.messages(room, thread) if "Bitte wählen" in message["text"])


async def test_a_choice_is_carried_out_and_the_buttons_give_way_to_it(stage, kim):
    await kim.write("Auswahl")
    message = await choices_for(kim)
    assert (await kim.press(message, "choice-2")).acknowledged
    changed, answer = await kim.sees(lambda them: len(them) == 2 and "Gewählt" in them[0]["text"])
    assert answer["text"] == "Gewählt: Wer bekommt ihn?"
    assert not [
        element for block in changed["blocks"] for element in block.get("elements", ()) if "action_id" in element
    ]
    assert "Gewählt: Wer bekommt ihn?" in texts_of(changed["blocks"])
    said = await read_transcript(stage.site.database, Address("slack", kim.user))
    assert [line.text for line in said if line.who == "user"] == ["Auswahl", "Wer bekommt ihn?"]


async def answers(kim, words):
    """How often Lotse has answered with these words, once it has answered what was written after them."""
    await kim.write("Ende")
    await kim.answered("Sie schrieben: Ende")
    return sum(message["text"] == words for message in await kim.messages())


async def test_a_choice_that_is_pressed_twice_is_taken_once_and_again_where_it_is_offered_again(stage, kim):
    """Also long after: the buttons stay when Slack did not change the message."""
    stage.bridge.fail("chat.update", times=1)
    await kim.write("Auswahl")
    message = await choices_for(kim)
    for later in (0, 0.2, 90):
        stamp = f"{time.time() + later:.6f}"
        assert (await kim.press(message, "choice-1", action_ts=stamp)).acknowledged
    assert await answers(kim, "Gewählt: Wie beantrage ich ihn?") == 1
    await kim.write("Auswahl")
    offered = await kim.sees(lambda them: sum("actions" in json.dumps(each["blocks"]) for each in them) > 1)
    again = [each for each in offered if "Bitte wählen" in each["text"]][-1]
    await kim.press(again, "choice-1")
    await kim.sees(lambda them: sum(each["text"] == "Gewählt: Wie beantrage ich ihn?" for each in them) == 2)


async def test_two_clicks_are_one_question_why_and_a_later_one_is_another(stage, kim):
    await kim.write("Bewertung")
    await kim.answered("Sie schrieben: Bewertung")
    (message,) = await kim.messages()
    for later in (0, 0.2, 60):
        await kim.press(message, "why", action_ts=f"{time.time() + later:.6f}")
    assert await answers(kim, "Darum.") == 2


async def test_a_press_that_was_not_stored_may_be_repeated_at_once():
    clicks, now = DoubleClicks(), datetime(2026, 11, 22, tzinfo=UTC)
    with pytest.raises(NotTakenIn), clicks.first("one", now):
        raise NotTakenIn("not stored")
    for at, counted in ((now, True), (now + MOMENT / 2, False), (now + MOMENT, True)):
        with clicks.first("one", at) as counts:
            assert counts is counted
        with clicks.first("another", at) as counts:
            assert counts is counted


async def test_a_rating_can_be_changed_and_why_stays(stage, kim):
    await kim.write("Bewertung")
    await kim.answered("Sie schrieben: Bewertung")
    (message,) = await kim.messages()
    assert (await kim.press(message, "rate-no")).acknowledged
    message, *_ = await kim.sees(lambda them: "Ihre Bewertung: nicht hilfreich" in texts_of(them[0]["blocks"]))
    assert (await kim.press(message, "why")).acknowledged
    await kim.answered("Darum.")
    async with stage.site.database.reading() as connection:
        payloads = list(await connection.scalars(select(tables.inbox.c.payload)))
    (about,) = await _outbox_ids(stage, "Sie schrieben: Bewertung")
    assert {"kind": "asked_why", "about": about} in payloads
    assert await count(stage, tables.ratings, tables.ratings.c.helpful.is_(False)) == 1


async def test_somebody_elses_choice_is_not_carried_out(stage, kim):
    lou = await stage.person(1)
    room = await kim.new_room("allgemein", lou)
    asked = await kim.mention("Auswahl", room)
    message = await choices_for(kim, room, asked)
    assert (await lou.press(message, "choice-1", room)).acknowledged
    (hint,) = await stage.bridge.until(lambda: stage.bridge.called("chat.postEphemeral"))
    assert (hint["user"], hint["text"], hint["thread_ts"]) == (lou.user, words.NOT_YOURS["de"], asked)
    assert await count(stage, tables.inbox) == 1


async def test_forged_presses_have_no_effect(stage, kim):
    """Values, numbers, ids, places and people a client could send and Lotse never did."""
    lou = await stage.person(1)
    await kim.write("Auswahl")
    message = await choices_for(kim)
    await lou.write("Auswahl")
    others = await choices_for(lou)
    real = kim.press_payload(message, "choice-1")["actions"][0]["value"]
    theirs = lou.press_payload(others, "choice-1")["actions"][0]["value"]
    before = await count(stage, tables.inbox)
    dice = random.Random(7)
    values = [
        theirs,
        "",
        "person",
        "say:bonus.amount",
        "case:consent",
        "case:withdraw:1",
        "timer:case:1:reopen_over",
        "desk:claim:1:1",
        real[:-1],
        real.upper(),
        "x" * 2000,
        "'; DROP TABLE inbox",
    ]
    values += ["".join(dice.choice("0123456789abcdef-") for _ in range(36)) for _ in range(20)]
    actions = [
        "choice-1",
        "choice-2",
        "rate-yes",
        "rate-no",
        "why",
        "desk-claim",
        "timer:case:1:gives_up",
        "case-withdraw-1",
    ]
    forged = [kim.press_payload(message, "choice-1", value=v) | {} for v in values]
    for body, action in zip(forged, itertools.cycle(actions), strict=False):
        body["actions"][0]["action_id"] = action
    for number in ("0", "3", "99", "-1", "x"):
        body = kim.press_payload(message, "choice-1")
        body["actions"][0]["action_id"] = f"choice-{number}"
        forged.append(body)
    elsewhere = kim.press_payload(message, "choice-1")
    elsewhere["container"]["channel_id"] = "C0LAN2Q65"
    stranger = kim.press_payload(message, "choice-1")
    stranger["user"]["team_id"] = "T0ELSEWHERE"
    unrated = kim.press_payload(message, "choice-1")
    unrated["actions"][0]["action_id"] = "rate-yes"
    as_lou = kim.press_payload(message, "choice-1")
    as_lou["user"]["id"] = lou.user
    for body in [*forged, elsewhere, stranger, unrated, as_lou]:
        status, _ = await stage.bridge.push_once("interactive", body)
        assert status == 200
    assert await count(stage, tables.inbox) == before
    hints = await stage.bridge.until(lambda: _as_many(stage.bridge.called("chat.postEphemeral"), len(forged) + 4))
    assert {hint["text"] for hint in hints} == {words.TOO_LATE["de"], words.STRANGER_TOLD}


def _as_many(calls, expected):
    return calls if len(calls) == expected else []


async def test_a_choice_about_an_earlier_case_is_not_carried_out(stage, kim):
    await kim.write("Mensch")
    await kim.answered("Ihr Fall 1 ist offen.")
    await kim.write("Auswahl")
    message = await choices_for(kim)
    async with stage.site.database.transaction() as connection:
        await connection.execute(tables.outbox.update().values(case_number=99))
    before = await count(stage, tables.inbox)
    await kim.press(message, "choice-1")
    (hint,) = await stage.bridge.until(lambda: stage.bridge.called("chat.postEphemeral"))
    assert hint["text"] == words.TOO_LATE["de"]
    assert await count(stage, tables.inbox) == before


# --- /lotse ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", Private(words.COMMAND_HELP["de"])),
        ("hilfe", Private(words.COMMAND_HELP["de"])),
        ("Help!", Private(words.COMMAND_HELP["de"])),
        ("status", "status"),
        ("mensch", "form"),
        ("mensch Zählt mein Meister?", Said(AskedPerson("Zählt mein Meister?"))),
        ("sprache", Private(words.LANGUAGE_HELP["de"])),
        ("sprache fr", Private(words.LANGUAGE_HELP["de"])),
        ("sprache en", Said(Utterance("English please", to_lotse=True))),
        ("language deutsch", Said(Utterance("Deutsch bitte", to_lotse=True))),
        ("meine-daten", Said(Utterance("meine Daten", to_lotse=True))),
        ("Was zahlt der Bonus?", Said(Utterance("Was zahlt der Bonus?", to_lotse=True))),
        ("status der Bearbeitung beim Bonus?", Said(Utterance("status der Bearbeitung beim Bonus?", to_lotse=True))),
        ("hilfe beim Antrag", Said(Utterance("hilfe beim Antrag", to_lotse=True))),
        ("Sprache der Kurse?", Said(Utterance("Sprache der Kurse?", to_lotse=True))),
    ],
)
def test_what_a_command_means(said, meant):
    assert read_words(said, "de") == meant


async def test_a_question_by_command_is_answered_where_nobody_else_reads(stage, kim):
    room = await kim.new_room("allgemein")
    sent = await kim.command("Was zahlt der Bonus?", room)
    assert sent.answer == {"response_type": "ephemeral", "text": words.IN_DIRECT["de"]}
    await kim.answered("Sie schrieben: Was zahlt der Bonus?")
    assert await kim.read(room) == []
    assert (await kim.command("hilfe")).answer["text"] == words.COMMAND_HELP["de"]
    assert (await kim.command("Guten Tag")).answer in (None, "")
    await kim.answered("Sie schrieben: Guten Tag")


async def test_how_ones_own_cases_stand_is_shown_to_their_person_only(stage, kim):
    lou = await stage.person(1)
    assert (await kim.command("status")).answer["text"] == words.NO_CASES["de"]
    await kim.write("Mensch")
    await kim.answered("Ihr Fall 1 ist offen.")
    assert "Ihr Fall 1 steht auf der Liste der offenen Fälle" in (await kim.command("status")).answer["text"]
    assert (await lou.command("status")).answer["text"] == words.NO_CASES["de"]


# --- The form and the home -------------------------------------------------------------------------------------------


async def test_a_message_becomes_a_question_to_the_coordinators(stage, kim):
    body = {**kim.sends(payload("message_shortcut")), "trigger_id": await kim.trigger()}
    assert (await stage.bridge.push("interactive", body)).acknowledged
    (opened,) = await stage.bridge.until(lambda: stage.bridge.called("views.open"))
    view = opened["view"]
    assert view["blocks"][0]["element"]["initial_value"] == "Gilt der Bonus & Urlaub @… auch für uns?"
    form = kim.sends(payload("view_submission"))
    assert (await stage.bridge.push("interactive", form)).acknowledged
    async with stage.site.database.reading() as connection:
        payloads = list(await connection.scalars(select(tables.inbox.c.payload).order_by(tables.inbox.c.id)))
    asked, consented = payloads
    assert asked["question"] == "Zählt mein Meister?"
    assert (consented["value"], consented["name"]) == ("case:consent", "Person person0")
    await stage.bridge.push("interactive", form)
    assert await count(stage, tables.inbox) == 2


async def test_a_name_is_asked_for_only_after_a_yes_and_missed_by_nobody(stage, kim):
    await kim.write("Auswahl")
    await kim.press(await choices_for(kim), "choice-1")
    form = {**payload("view_submission"), **kim.about()}
    form["view"]["state"]["values"]["consent"]["consent"]["selected_options"] = []
    await stage.bridge.push("interactive", form)
    assert not stage.bridge.called("users.info")
    stage.bridge.fail("users.info", status=200, error="user_not_found")
    agreed = {**payload("view_submission"), **kim.about()}
    agreed["view"]["id"] = "V2"
    assert (await stage.bridge.push("interactive", agreed)).acknowledged
    assert len(stage.bridge.called("users.info")) == 1
    assert await count(stage, tables.inbox, tables.inbox.c.external_id == "form:V2:consent") == 1


def test_what_consent_is_called_is_the_same_in_both_places():
    """A channel may not import the dialogue, so the value stands in both."""
    assert members.CONSENT == case_rules.CONSENT


async def test_a_form_without_a_question_is_given_back(stage, kim):
    form = {**payload("view_submission"), **kim.about()}
    form["view"]["state"]["values"]["question"]["question"]["value"] = "  "
    sent = await stage.bridge.push("interactive", form)
    assert sent.answer == {"response_action": "errors", "errors": {"question": words.FORM_EMPTY["de"]}}
    assert await count(stage, tables.inbox) == 0


async def test_a_person_is_one_command_away(stage, kim):
    await kim.command("mensch")
    (opened,) = await stage.bridge.until(lambda: stage.bridge.called("views.open"))
    assert "initial_value" not in opened["view"]["blocks"][0]["element"]


async def test_the_home_shows_what_may_be_asked_and_ones_own_cases(stage, kim):
    await kim.write("Mensch")
    await kim.answered("Ihr Fall 1 ist offen.")
    body = payload("app_home_opened")
    body["event"].update(user=kim.user, channel=kim.direct)
    await stage.bridge.push("events_api", body)
    (published,) = await stage.bridge.until(lambda: stage.bridge.called("views.publish"))
    blocks = published["view"]["blocks"]
    assert sdk_findings(blocks) == []
    assert own_findings(blocks, most=100) == []
    assert "Wie hoch ist der Weiterbildungsbonus?" in texts_of(blocks)
    assert any("Ihr Fall 1 steht auf der Liste" in text for text in texts_of(blocks))
    pressed = {
        "type": "block_actions", **kim.about(), "trigger_id": await kim.trigger(), "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home"},
        "actions": [{"type": "button", "action_id": "ask-starter-1", "block_id": "starters", "value": "ask", "action_ts": "1.1"}],
    }  # fmt: skip
    await stage.bridge.push("interactive", pressed)
    await kim.answered("Sie schrieben: Wie hoch ist der Weiterbildungsbonus?")


# --- The agent view --------------------------------------------------------------------------------------------------


async def test_in_the_agent_view_there_are_prompts_a_status_and_threads(tmp_path, slack_emulator):
    async with slack_stage(tmp_path, slack_emulator, "socket", agent_view=True) as stage:
        kim = await stage.person()
        body = payload("app_home_opened")
        body["event"].update(user=kim.user, channel=kim.direct, tab="messages")
        await stage.bridge.push("events_api", body)
        (prompted,) = await stage.bridge.until(lambda: stage.bridge.called("assistant.threads.setSuggestedPrompts"))
        assert len(prompted["prompts"]) == 4
        assert prompted["prompts"][0]["message"] == "Wie hoch ist der Weiterbildungsbonus?"
        asked = await kim.write("Guten Tag")
        await kim.answered("Sie schrieben: Guten Tag", thread=asked)
        (status,) = await stage.bridge.until(lambda: stage.bridge.called("assistant.threads.setStatus"))
        assert (status["thread_ts"], status["status"]) == (asked, words.STATUS["de"])
        assert not stage.bridge.called("views.publish")
        async with stage.site.database.transaction() as connection:
            await connection.execute(tables.conversations.update().values(locale="en"))
        await stage.channel.show(Typing(Address("slack", kim.user, asked)))
        await stage.bridge.until(lambda: len(stage.bridge.called("assistant.threads.setStatus")) > 1)
        assert stage.bridge.called("assistant.threads.setStatus")[-1]["status"] == words.STATUS["en"]
