"""Coordinators work cases in a channel of Slack: card, thread, buttons, forms, signs; who may, and what a forged form does."""

import asyncio
import json
import re
import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.channels.slack.desk_handlers import DeskHandlers
from bot.channels.slack.escaping import unescape
from bot.channels.slack.intake import Intake
from bot.channels.slack.slack_desk_events import DeskPlace, metadata, read_desk_form, read_desk_press
from bot.channels.slack.slack_words import NO_CASES
from bot.handoff.case_events import Claims
from bot.model import Address, CaseContext, OutboxId, Post, Seen, ShownAnswer, Typed, read_typed
from bot.store import tables
from bot.store.announce import DESK
from bot.store.case_rows import context_to_json
from bot.store.cases import cases_of
from bot.store.desk import Done
from bot.store.desk_reading import read_case
from bot.worker.digest_loop import write_digest
from bot.worker.owners_loop import hand_on
from tests.channels.slack.at_the_desk import KIM, OLE, SASCHA, desk_in_slack
from tests.channels.slack.block_check import own_findings, sdk_findings
from tests.conftest import NOW
from tests.desk_people import MARIA
from tests.fakes import reply
from tests.web.site import signed_in


@pytest.fixture
async def desk(request, tmp_path, slack_emulator):
    """By Socket Mode, where a test does not ask for HTTP: the handlers are the same."""
    async with desk_in_slack(tmp_path, slack_emulator, getattr(request, "param", "socket")) as stage:
        yield stage


@pytest.fixture
async def kim(desk):
    return await desk.person(KIM)


async def opened(desk, kim):
    """A case of Kim's, and its card."""
    await kim.write("Was zahlt der Bonus mir?")
    await kim.answered("Sie schrieben: Was zahlt der Bonus mir?")
    await kim.write("Mensch")
    await kim.answered("ist offen.")
    (case,) = await cases_of(desk.site.database, Address("slack", kim.user))
    return case.number, await desk.card(case.number)


async def facts_of(desk, kim):
    return (await cases_of(desk.site.database, Address("slack", kim.user)))[-1].facts


async def test_a_card_of_an_app_that_was_made_anew_is_posted_again(desk, kim):
    number, card = await opened(desk, kim)
    desk.bridge.fail("chat.update", status=200, error="cant_update_message", room=desk.room)
    await desk.press(desk.anna, card, "desk-claim")
    anew = await desk.card(number, claimed_by("Person person1"))
    assert anew["ts"] != card["ts"]
    await kim.write("Sind Sie da?")
    await desk.in_thread(anew, "Person: Sind Sie da?")
    await desk.anna.write("Ja", desk.room, anew["ts"])
    await kim.answered("Person person1 (Mensch):\n\nJa")


async def test_who_makes_a_reply_into_a_note_afterwards_learns_that_the_person_still_reads_it(desk, kim):
    _, card = await opened(desk, kim)
    reply = await desk.anna.write("Das lehnt der Chef ab", desk.room, card["ts"])
    await kim.answered("Das lehnt der Chef ab")
    await desk.anna.change(reply, "// Das lehnt der Chef ab", desk.room)
    told = (await desk.in_thread(card, "Aus einer Antwort wird nachträglich keine Notiz"))[-1]
    assert "Die Person liest weiter, was da stand." in told
    await desk.anna.delete(reply, desk.room)
    await kim.sees(lambda them: not any("Das lehnt der Chef ab" in one["text"] for one in them))


async def test_the_card_says_what_becomes_of_words_that_are_simply_written_below_it(desk, kim):
    number, card = await opened(desk, kim)
    assert "oder eine Antwort in diesem Faden übernimmt" in card["text"]
    await desk.anna.write("Guten Tag", desk.room, card["ts"])
    await kim.answered("Person person1 (Mensch):\n\nGuten Tag")
    card = await desk.card(number, lambda it: "Was andere als Person person1 in diesem Faden schreiben" in it["text"])
    assert "übernimmt" not in card["text"]
    await desk.anna.write("!an streit: Bitte sehen Sie das an.", desk.room, card["ts"])  # they relay explicitly
    card = await desk.card(number, lambda it: "An die Person geht nur, was mit !a beginnt" in it["text"])
    await desk.ben.write("Das klingt nach Ärger", desk.room, card["ts"])
    await desk.ben.write("!a Ich kümmere mich", desk.room, card["ts"])
    assert not any("Ärger" in text for text in await kim.answered("Person person2 (Mensch):\n\nIch kümmere mich"))


def claimed_by(name):
    return lambda card: name in card["text"] and not buttons(card) & {"desk-claim"}


def buttons(message):
    return {
        element["action_id"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


@pytest.mark.parametrize("desk", ["http", "socket"], indirect=True)
async def test_a_case_is_claimed_answered_and_resolved_from_its_card(desk, kim):
    number, card = await opened(desk, kim)
    assert "Was zahlt der Bonus mir?" in unescape(card["text"])
    assert "desk-claim" in buttons(card)
    assert (await desk.press(desk.anna, card, "desk-claim")).acknowledged
    card = await desk.card(number, claimed_by("Person person1"))
    await desk.anna.write("60 Prozent, höchstens 5.000 Euro.", desk.room, card["ts"])
    await kim.answered("60 Prozent, höchstens 5.000 Euro.")
    await kim.write("Danke!")
    await desk.in_thread(card, "Danke!")
    await desk.press(desk.anna, card, "desk-transcript")
    await kim.answered("Person person1 (Mensch)")
    await desk.in_thread(card, "hat der Person den Verlauf geschickt")
    assert not (await desk.fill_in(desk.anna, card, "resolve", code="answered", text="Viel Erfolg!")).answer
    await kim.answered("Viel Erfolg!")
    await desk.card(number, lambda it: "Erledigt" in it["text"])
    posted = desk.bridge.called("chat.postMessage") + desk.bridge.called("chat.update")
    assert [
        finding for call in posted for finding in (*sdk_findings(call["blocks"]), *own_findings(call["blocks"]))
    ] == []


async def test_a_note_stays_among_coordinators_and_everything_else_has_a_form(desk, kim):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(number, claimed_by("Person person1"))
    assert not (await desk.fill_in(desk.anna, card, "note", text="Zeugnis fehlt noch")).answer
    await desk.in_thread(card, "Zeugnis fehlt noch")
    assert not (await desk.fill_in(desk.anna, card, "reply", text="Seit wann sind Sie dort?")).answer
    await kim.answered("Seit wann sind Sie dort?")
    wait = {"for": "employee", "until": "2026-12-01", "text": "3 Angaben fehlen, welche haben Sie?"}
    assert not (await desk.fill_in(desk.anna, card, "wait", **wait)).answer
    await kim.answered("3 Angaben fehlen, welche haben Sie?")
    card = await desk.card(number, lambda it: "Wartet auf die Person" in it["text"])
    moved = {"team": "anerkennung", "text": "Es geht um ein Zeugnis von dort."}
    assert not (await desk.fill_in(desk.anna, card, "transfer", **moved)).answer
    await kim.answered("Anerkennung")
    await desk.fill_in(desk.anna, card, "knowledge", text="Bonus")
    await desk.in_thread(card, "Bonus")
    assert "Zeugnis fehlt noch" not in "\n".join(await kim.read())
    assert "von dort" not in "\n".join(await kim.read())


LATER, PAST = "2026-12-01", "2026-11-02"
LACKING = [
    ("transfer", {"text": "ohne Ziel"}, "other", "wählen Sie ein Team"),
    ("transfer", {"team": "anerkennung"}, "text", "Notiz"),
    ("wait", {"for": "third", "text": "ohne Tag"}, "until", "Tag"),
    ("wait", {"for": "employee", "until": LATER}, "text", "was die Person beantworten soll"),
    ("wait", {"text": "ohne Wahl"}, "for", "worauf gewartet wird"),
    ("resolve", {"text": "ohne Grund"}, "code", "Grund"),
    ("reply", {"text": " "}, "text", "zuerst etwas"),
]
REFUSED = [
    ("transfer", {"team": "anerkennung", "text": "bitte"}, "text", "mindestens 10 Zeichen"),
    ("transfer", {"other": "foerderung", "text": "Bitte übernehmen Sie."}, "text", "Das tut !zurück."),
    ("transfer", {"other": "Niemand Sonst", "text": "Bitte übernehmen Sie."}, "other", "ist kein Team"),
    ("wait", {"for": "third", "until": PAST, "text": "Das Amt prüft."}, "until", "schon vorbei"),
    ("wait", {"for": "third", "until": "2031-01-01", "text": "Das Amt prüft."}, "until", "höchstens ein Jahr"),
]


async def test_a_form_says_what_is_wrong_while_it_still_holds_what_was_typed(desk, kim):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(number, claimed_by("Person person1"))
    before = await desk.in_thread(card, "hat übernommen")
    for step, given, field, said in LACKING + REFUSED:
        back = (await desk.fill_in(desk.anna, card, step, **given)).answer
        assert back["response_action"] == "errors", (step, given)
        assert list(back["errors"]) == [field], (step, given)
        assert said in back["errors"][field]
    long_words = "Das ist lang. " * 40
    for person, words in (
        (desk.ben, "Diesen Fall hat Person person1"),
        (await desk.person(OLE), "nicht als Koordination"),
    ):
        back = (await desk.fill_in(person, card, "reply", text=long_words)).answer
        assert words in back["errors"]["text"]
    assert await desk.anna.read(desk.room, card["ts"]) == before, "nothing was done, and nothing said to everybody"


async def test_a_form_of_a_card_that_has_changed_or_opened_before_the_last_words_does_nothing(desk, kim):
    number, card = await opened(desk, kim)
    forged = desk.anna.press_payload(card, "desk-claim", desk.room, value=f"desk:claim:{number}:999")
    await desk.bridge.push("interactive", forged)
    await desk.in_thread(card, "Der Fall hat sich inzwischen geändert.")
    unclaimed = card
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(number, claimed_by("Person person1"))
    stale = (await desk.fill_in(desk.anna, unclaimed, "resolve", code="answered")).answer
    assert "Der Fall hat sich inzwischen geändert." in stale["errors"]["text"]
    view = await desk.form(desk.anna, card, "resolve")
    await kim.write("Halt, noch eine Frage!")
    await desk.in_thread(card, "Halt, noch eine Frage!")
    unread = (await desk.send_form(desk.anna, view, code="answered", text="Viel Erfolg!")).answer
    assert "noch etwas geschrieben" in unread["errors"]["text"]
    assert (await facts_of(desk, kim)).state == "claimed"
    assert not (await desk.fill_in(desk.anna, card, "resolve", code="answered", text="Viel Erfolg!")).answer
    await kim.answered("Viel Erfolg!")


class SlowLook:
    """The program when it does not find out in time whether a step would be refused."""

    async def desk_objection(self, incoming, case, locale):
        await asyncio.Event().wait()


async def test_a_form_that_cannot_be_checked_in_time_is_taken_in():
    taken, intake = [], Intake()

    async def accept(incomings):
        taken.extend(incomings)

    intake.open(accept)
    desk = DeskHandlers(intake, SlowLook(), None, ["C1"], "de", checked_for_s=0.01)
    kept = metadata("note", DeskPlace("C1", "1.1", 17, Seen(3, 57)))
    values = {"text": {"text": {"type": "plain_text_input", "value": "Zeugnis fehlt"}}}
    view = {"id": "V1", "private_metadata": kept, "state": {"values": values}}
    assert await desk.form_sent({"user": {"id": "U1"}, "view": view}) is None
    assert [read_typed(one.input.value) for one in taken] == [Typed("!notiz Zeugnis fehlt", Seen(3, 57), 17)]


async def test_a_form_that_does_not_open_says_so_and_what_to_type_instead(desk, kim):
    _, card = await opened(desk, kim)
    desk.bridge.fail("views.open", times=3, status=200, error="expired_trigger_id")
    await desk.press(desk.anna, card, "desk-transfer")
    (hint,) = await desk.bridge.until(lambda: desk.bridge.called("chat.postEphemeral"))
    assert (hint["channel"], hint["user"], hint["thread_ts"]) == (desk.room, desk.anna.user, card["ts"])
    assert "!an Team: Notiz" in hint["text"]
    lot = await kim.new_room("offen")
    await kim.command("mensch", lot)
    hint = (await desk.bridge.until(lambda: desk.bridge.called("chat.postEphemeral")[1:]))[0]
    assert (hint["channel"], hint["user"]) == (lot, kim.user)
    assert "/lotse mensch" in hint["text"]


async def test_who_is_picked_from_a_list_is_the_one_who_gets_the_case(desk, kim):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(number, claimed_by("Person person1"))
    picked = f"<@{desk.ben.user}>"
    await desk.anna.say_raw(f"!notiz {picked} weiß mehr als <@{kim.user}>", desk.room, card["ts"])
    await desk.anna.say_raw(f"!an {picked}: {picked} kennt den Betrieb schon.", desk.room, card["ts"])
    await desk.card(number, claimed_by("Person person2"))
    notes = "\n".join(line.text for line in (await read_case(desk.site.database, MARIA, number, desk.site.now)).lines)
    assert "@Person person2 weiß mehr als @…" in notes
    assert "@Person person2 kennt den Betrieb schon." in notes


async def test_a_hand_claims_and_what_is_typed_works_too(desk, kim):
    number, card = await opened(desk, kim)
    await desk.ben.react(card["ts"], "raised_hand", desk.room)
    card = await desk.card(number, claimed_by("Person person2"))
    await desk.ben.write("!notiz per Befehl", desk.room, card["ts"])
    await desk.ben.write("// und so", desk.room, card["ts"])
    reply = await desk.ben.write("Erste Fassung", desk.room, card["ts"])
    await kim.answered("Erste Fassung")
    await desk.ben.change(reply, "Zweite Fassung", desk.room)
    await kim.answered("Zweite Fassung")
    await desk.ben.delete(reply, desk.room)
    await kim.sees(lambda them: not any("Fassung" in one["text"] for one in them))
    read = "\n".join(await kim.read())
    assert "Befehl" not in read
    assert "und so" not in read


async def test_under_a_reply_stands_what_became_of_it_last(desk, kim):
    _, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await kim.answered("übernimmt Ihren Fall")
    desk.bridge.fail("chat.postMessage", status=200, error="is_archived", room=kim.direct)
    said = await desk.anna.write("Kommt das an?", desk.room, card["ts"])
    await desk.in_thread(card, "Nicht zugestellt")
    await signed_with(desk, said, "warning")
    await desk.anna.write("!nochmal", desk.room, card["ts"])
    await kim.answered("Kommt das an?")
    await signed_with(desk, said, "outbox_tray")


@pytest.mark.parametrize("changed", [False, True])
async def test_of_a_reply_that_is_sent_again_nothing_stands_there_twice_and_all_of_it_as_it_reads_now(
    desk, kim, changed
):
    _, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await kim.answered("übernimmt Ihren Fall")
    words = " ".join(str(number) for number in range(1_000))
    desk.bridge.fail("chat.postMessage", status=200, error="is_archived", room=kim.direct, past=1)
    said = await desk.anna.write(words, desk.room, card["ts"])
    await desk.in_thread(card, "Nicht zugestellt")
    if changed:
        words = f"Anders: {words}"
        await desk.anna.change(said, words, desk.room)
    await desk.anna.write("!nochmal", desk.room, card["ts"])
    messages = await kim.sees(lambda them: any("998 999" in one["text"] for one in them))
    parts = [one["text"].partition("(Mensch):")[2] for one in messages if " (Mensch):" in one["text"]]
    assert " ".join(" ".join(parts).split()) == words


async def signed_with(desk, stamp, sign):
    """Wait until this sign stands under a message; nothing but it does."""
    async with asyncio.timeout(8):
        while True:
            desk.bridge.changed.clear()
            thread = await desk.anna.api.conversations_replies(channel=desk.room, ts=stamp)
            signs = [
                each["name"] for one in thread["messages"] if one["ts"] == stamp for each in one.get("reactions", ())
            ]
            if sign in signs:
                assert signs == [sign]
                return
            await desk.bridge.changed.wait()


async def test_what_slack_delivers_under_two_stamps_reaches_the_employee_once(desk, kim):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await desk.card(number, claimed_by("Person person1"))
    said = await desk.anna.write("Nur einmal", desk.room, card["ts"])
    await kim.answered("Nur einmal")
    (event,) = desk.bridge.events[said]
    stamp = f"{float(said) + 1:.6f}"
    phantom = {**event["event"], "ts": stamp, "event_ts": stamp}
    assert (await desk.bridge.push("events_api", {**event, "event_id": "EvPHANTOM", "event": phantom})).acknowledged
    await desk.anna.write("Und weiter", desk.room, card["ts"])
    await kim.answered("Und weiter")
    assert sum("Nur einmal" in text for text in await kim.read()) == 1


LONG = [f"{word} " * (3_600 // (len(word) + 1)) for word in ("lang", "länger")]


async def test_whatever_a_reply_is_changed_to_nothing_of_it_is_left_once_it_is_deleted(desk, kim):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await desk.card(number, claimed_by("Person person1"))
    reply = await desk.anna.write("kurz", desk.room, card["ts"])
    await kim.answered("kurz")
    for text in (*LONG, "wieder kurz", LONG[0]):
        await desk.anna.change(reply, text, desk.room)
        await kim.sees(lambda them, text=text: holds_once(them, text))
    await desk.anna.delete(reply, desk.room)
    await kim.sees(lambda them: not any(word in one["text"] for one in them for word in ("kurz", "lang", "länger")))


def holds_once(messages, text):
    """Whether these words stand in the latest messages, and nothing of an earlier version does."""
    words = [word for one in messages for word in unescape(one["text"]).split() if word in ("kurz", "lang", "länger")]
    return words == [word for word in text.split() if word != "wieder"]


async def test_whatever_an_employee_changes_a_message_to_stands_in_the_thread_once(desk, kim):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await desk.card(number, claimed_by("Person person1"))
    said = await kim.write("kurz")
    await desk.in_thread(card, "Person: kurz")
    for text in (*LONG, "wieder kurz", LONG[0]):
        desk.site.now += timedelta(seconds=1)
        await kim.change(said, text)
        await desk.anna.sees(lambda them, text=text: holds_once(them, text), desk.room, card["ts"])
    desk.site.now += timedelta(seconds=1)
    await kim.delete(said)
    await desk.anna.sees(lambda them: holds_once(them, ""), desk.room, card["ts"])


async def test_what_an_employee_changes_and_deletes_follows_into_the_thread(desk, kim):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    await desk.card(number, claimed_by("Person person1"))
    said = await kim.write("Ich wohne in <!channel> Kiel")
    await desk.in_thread(card, "Ich wohne in")
    await kim.change(said, "Ich wohne in Lübeck")
    await desk.in_thread(card, "Lübeck")
    texts = "\n".join(one["text"] for one in await desk.anna.messages(desk.room, card["ts"]))
    assert "<!" not in texts
    desk.site.now += timedelta(seconds=1)
    await kim.delete(said)
    await desk.anna.sees(lambda them: not any("Lübeck" in one["text"] for one in them), desk.room, card["ts"])


async def test_a_card_that_was_taken_away_is_posted_again(desk, kim):
    number, card = await opened(desk, kim)
    await kim.write("Noch etwas")
    await desk.in_thread(card, "Noch etwas")
    await desk.anna.bot.chat_delete(channel=desk.room, ts=card["ts"])
    again = await desk.card(number, lambda it: it["ts"] != card["ts"])
    await kim.write("Und noch etwas")
    assert "Person: Noch etwas" not in await desk.in_thread(again, "Und noch etwas"), "nothing is said twice"
    desk.bridge.fail("chat.update", status=200, error="message_not_found")
    await desk.press(desk.anna, again, "desk-claim")  # Slack says it only when the card is to be changed
    third = await desk.card(
        number, lambda it: it["ts"] not in (card["ts"], again["ts"]) and claimed_by("Person person1")(it)
    )
    await desk.anna.write("Ich bin dran.", desk.room, third["ts"])
    await kim.answered("Ich bin dran.")


async def test_who_goes_on_in_a_channel_that_is_set_no_longer_is_told_where_the_case_is(desk, kim):
    number, _card = await opened(desk, kim)
    old = await desk.anna.new_room("frueher", private=True)
    external_id = await desk.channel.send(Post(Address("slack", old), OutboxId("former"), reply("Fall 1 · Offen")))
    thread = desk.channel.thread_at(external_id)
    former = {"outbox_id": "former", "channel": "slack", "room": old, "thread": thread, "kind": "card", "key": "card:1"}
    former |= {"case_number": number, "external_id": external_id, "created_at": NOW, "status": "sent", "attempts": 0}
    async with desk.site.database.transaction([DESK]) as connection:
        await connection.execute(insert(tables.desk_posts).values(former))
    await desk.anna.sees(lambda messages: any("Fall 1 liegt jetzt bei" in each["text"] for each in messages), old)
    await desk.anna.write("Reicht Ihnen das?", old, thread)
    await desk.anna.answered("In diesem Raum wird nicht mehr koordiniert", old, thread)


async def test_a_card_is_one_message_however_much_it_has_to_say_and_is_worked_from_there(desk, kim):
    number, card = await opened(desk, kim)
    shown = tuple(ShownAnswer(f"weiterbildungsbonus.{aspect}") for aspect in ("amount", "overview", "deadline")) * 3
    async with desk.site.database.transaction([DESK]) as connection:
        long = {"question": "Worum geht es? " * 110, "context": context_to_json(CaseContext(shown=shown))}
        await connection.execute(tables.cases.update().values(long))
    card = await desk.card(number, lambda it: "Gezeigt" in it["text"])
    assert {"desk-claim", "desk-reply", "desk-note"} <= buttons(card)
    assert len([one for one in await desk.anna.messages(desk.room) if buttons(one)]) == 1
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(number, claimed_by("Person person1"))
    await desk.anna.write("Ich sehe es mir an.", desk.room, card["ts"])
    await kim.answered("Ich sehe es mir an.")


async def of_two_messages(desk, card):
    """The card as an earlier release posted it where it was long: its buttons stand on a second message, which is returned."""
    await desk.in_thread(card, "Person: Mensch")  # it is known to be posted
    words = {"text": "• Gezeigt: vieles", "blocks": card["blocks"]}
    stamp = (await desk.anna.bot.chat_postMessage(channel=desk.room, **words))["ts"]
    async with desk.site.database.transaction() as connection:
        is_card = tables.desk_posts.c.kind == "card"
        both = {"external_id": f"{desk.room}:{card['ts']}+{stamp}"}
        await connection.execute(tables.desk_posts.update().where(is_card).values(both))
    return next(one for one in await desk.anna.messages(desk.room) if one["ts"] == stamp)


async def test_a_hand_below_either_message_of_a_card_claims_and_the_card_is_one_message_then(desk, kim):
    number, card = await opened(desk, kim)
    below = await of_two_messages(desk, card)
    await desk.anna.react(below["ts"], "raised_hand", desk.room)
    await desk.card(number, claimed_by("Person person1"))
    await desk.anna.sees(lambda them: below["ts"] not in [one["ts"] for one in them], desk.room)


async def test_what_is_written_below_either_message_of_a_card_reaches_the_employee(desk, kim):
    _, card = await opened(desk, kim)
    below = await of_two_messages(desk, card)
    await desk.anna.write("Unter dem zweiten Teil geschrieben", desk.room, below["ts"])
    await kim.answered("Unter dem zweiten Teil geschrieben")


@pytest.mark.parametrize("step", ["reply", "note"])
async def test_the_words_of_a_form_reach_its_case_wherever_its_button_stands(desk, kim, step):
    number, card = await opened(desk, kim)
    await desk.press(desk.anna, card, "desk-claim")
    card = await desk.card(number, claimed_by("Person person1"))
    words = {"text": "• Gezeigt: vieles", "blocks": card["blocks"]}
    stamp = (await desk.anna.bot.chat_postMessage(channel=desk.room, **words))["ts"]
    elsewhere = next(one for one in await desk.anna.messages(desk.room) if one["ts"] == stamp)
    assert not (await desk.fill_in(desk.anna, elsewhere, step, text="3 Angaben fehlen")).answer
    if step == "reply":
        await kim.answered("3 Angaben fehlen")
    else:
        await desk.anna.answered("Notiz · Person person1: 3 Angaben fehlen", desk.room, card["ts"])


async def test_a_card_of_two_messages_is_posted_again_when_either_was_taken_away(desk, kim):
    number, card = await opened(desk, kim)
    below = await of_two_messages(desk, card)
    await desk.anna.bot.chat_delete(channel=desk.room, ts=below["ts"])
    await desk.card(number, lambda it: it["ts"] not in (card["ts"], below["ts"]))


async def test_only_who_is_in_the_room_may_and_a_forged_press_does_nothing(desk, kim):
    number, card = await opened(desk, kim)
    ole = await desk.person(OLE)
    await desk.press(ole, card, "desk-claim")
    await desk.in_thread(card, "nicht als Koordination eingetragen")
    forged = ole.press_payload(card, "desk-claim", desk.room)
    forged["actions"][0]["value"] = f"desk:claim:{number + 1}:1"
    await desk.bridge.push("interactive", forged)
    view = {
        "type": "modal",
        "blocks": [],
        "callback_id": "desk-form",
        "private_metadata": json.dumps({"step": "note", "room": "C0ANDERS", "thread": card["ts"], "case": number}),
    }
    sent = await desk.send_form(ole, view)
    assert "keine Fälle mehr bearbeitet" in sent.answer["errors"]["text"], "what was typed stays, and it is said why"
    for action, value in (("desk-claim", "timer:case:1:gives_up"), ("desk-erase", "1"), ("desk-reply", "x")):
        forged = desk.anna.press_payload(card, "desk-claim", desk.room, value=value)
        forged["actions"][0]["action_id"] = action
        await desk.bridge.push("interactive", forged)
    await desk.in_thread(card, "Diesen Knopf gibt es nicht")
    hints = await desk.bridge.until(lambda: desk.bridge.called("chat.postEphemeral")[1:])
    assert all("Diesen Knopf gibt es nicht" in hint["text"] for hint in hints)
    facts = await facts_of(desk, kim)
    assert (facts.state, facts.owner) == ("open", None)


async def test_nobody_may_when_slack_does_not_say_who_is_in_the_room(desk, kim):
    _, card = await opened(desk, kim)
    desk.site.now += timedelta(minutes=6)
    desk.bridge.fail("conversations.members", times=99)
    await desk.press(desk.anna, card, "desk-claim")
    await desk.in_thread(card, "lässt sich im Moment nicht prüfen")
    back = (await desk.fill_in(desk.anna, card, "reply", text="Was ich lange geschrieben habe")).answer
    assert "lässt sich im Moment nicht prüfen" in back["errors"]["text"], "and what was typed stays"
    assert (await facts_of(desk, kim)).owner is None


async def test_a_claim_at_the_desk_in_the_browser_is_the_same_claim(desk, kim):
    number, card = await opened(desk, kim)
    done = await desk.site.desk.act(number, Claims(MARIA), desk.site.now)
    assert isinstance(done, Done)
    await desk.press(desk.anna, card, "desk-claim")
    await desk.in_thread(card, MARIA.name)
    assert (await facts_of(desk, kim)).owner == MARIA.id


async def test_who_links_an_account_goes_on_with_the_cases_they_had_there(desk, kim):
    number, card = await opened(desk, kim)
    reply = await desk.anna.write("Der Satz ist 40 Prozent.", desk.room, card["ts"])
    await kim.answered("Der Satz ist 40 Prozent.")
    async with signed_in(desk.site) as anna:
        shown = (await anna.submit("/desk/accounts", code="new")).text
        await desk.anna.write(re.search(r"<code>(verbinden [0-9A-Z-]{14})</code>", shown)[1])
        await desk.anna.answered("Dieses Konto gehört jetzt zu Ihrem Zugang am Desk.")
        before = await kim.read()
        await desk.card(number, claimed_by("Anna Petersen"))
        assert await hand_on(desk.site.database, desk.site.desk, desk.people, desk.site.now) == 0
        await desk.anna.change(reply, "Der Satz ist 60 Prozent.", desk.room)
        await kim.sees(lambda them: any("Der Satz ist 60 Prozent." in one["text"] for one in them))
        await desk.anna.write("Reicht Ihnen das?", desk.room, card["ts"])
        read = await kim.answered("Anna Petersen (Mensch):\n\nReicht Ihnen das?")
        assert len(read) == len(before) + 1, "nobody is told that it is another person: it is the same"
        assert "Reicht Ihnen das?" in (await anna.at(f"/desk/cases/{number}")).text


async def test_the_home_of_a_coordinator_shows_the_queue(desk, kim):
    await opened(desk, kim)
    for person, sees in ((desk.anna, True), (kim, False)):
        before = len(desk.bridge.called("views.publish"))
        event = {
            "type": "app_home_opened",
            "user": person.user,
            "channel": person.direct,
            "tab": "home",
            "event_ts": "1.1",
        }
        await desk.bridge.push("events_api", {"type": "event_callback", "team_id": "T000000001", "event": event})
        await desk.bridge.until(lambda seen=before: len(desk.bridge.called("views.publish")) > seen)
        view = desk.bridge.called("views.publish")[-1]["view"]
        assert ("Offene Fälle Ihrer Teams" in json.dumps(view, ensure_ascii=False)) is sees
        assert sdk_findings(view["blocks"]) == []


async def test_below_the_digest_the_next_case_is_claimed_and_the_knowledge_looked_at(desk, kim):
    number, _ = await opened(desk, kim)
    site, room = desk.site, desk.room
    team = site.live.content.teams["foerderung"]
    assert await write_digest(site.database, site.live.content, team, site.clock(), site.parts.gaps.labels)
    digest = (await desk.anna.sees(lambda some: any("Guten Morgen" in one["text"] for one in some), room))[-1]
    assert buttons(digest) == {"desk-next", "desk-review"}
    assert [finding for check in (sdk_findings, own_findings) for finding in check(digest["blocks"])] == []
    for forged in ("foerderung 2", "!lotse 1", ""):
        await desk.press(desk.anna, digest, "desk-next", value=forged)
    await desk.bridge.until(lambda: len(desk.bridge.called("chat.postEphemeral")) == 3)
    await desk.press(await desk.person(OLE), digest, "desk-next")
    await desk.anna.answered("nicht als Koordination eingetragen", room)
    assert (await facts_of(desk, kim)).owner is None
    await desk.press(desk.anna, digest, "desk-next")
    told = (await desk.anna.answered(f"Fall {number} ist jetzt bei Ihnen", room))[-1]
    assert told.endswith("@Person person1")
    await desk.card(number, claimed_by("Person person1"))
    await desk.press(desk.ben, digest, "desk-next")
    await desk.anna.answered("Im Moment wartet hier kein Fall, den niemand hat.", room)
    await desk.press(desk.ben, digest, "desk-review")
    await desk.anna.answered("Wissen prüfen · Förderberatung", room)


async def test_a_double_click_on_the_next_case_claims_one(desk, kim):
    number, _ = await opened(desk, kim)
    other, _ = await opened(desk, await desk.person(SASCHA))
    site, room = desk.site, desk.room
    assert await write_digest(
        site.database, site.live.content, site.live.content.teams["foerderung"], site.clock(), site.parts.gaps.labels
    )
    digest = (await desk.anna.sees(lambda some: any("Guten Morgen" in one["text"] for one in some), room))[-1]
    clicks = (desk.press(desk.anna, digest, "desk-next", action_ts=f"{time.time() + late:.6f}") for late in (0, 0.3))
    await asyncio.gather(*clicks)
    said = f"Fall {number} ist jetzt bei Ihnen"
    await desk.anna.sees(lambda some: sum(said in one["text"] for one in some) == 2, room)
    (waiting,) = await cases_of(site.database, Address("slack", (await desk.person(SASCHA)).user))
    assert (waiting.number, waiting.state) == (other, "open"), "the second click finds the case of the first"


async def test_the_command_in_the_coordinators_room_is_the_desks(desk, kim):
    number, _ = await opened(desk, kim)
    await desk.anna.command("liste", desk.room)
    await desk.anna.answered("1 offener Fall", desk.room)
    await desk.anna.command(f"nimm {number}", desk.room)
    await desk.card(number, claimed_by("Person person1"))
    await desk.anna.command("abwesend bis Montag Vertretung Person person2", desk.room)
    told = (await desk.anna.answered("Eingetragen: Sie sind jetzt abwesend", desk.room))[-1]
    assert "an Person person2" in told
    assert told.endswith("@Person person1"), "nobody sees who typed a command of Slack's own"
    desk.site.now += timedelta(seconds=1)
    await desk.anna.command("wieder da", desk.room)
    await desk.anna.answered("Willkommen zurück!", desk.room)


async def test_a_coordinator_may_be_somebody_with_a_question_too(desk):
    assert (await desk.anna.command("status", desk.room)).answer["text"] == NO_CASES["de"]
    assert "/lotse sprache" in (await desk.anna.command("sprache", desk.room)).answer["text"]
    await desk.anna.command("mensch", desk.room)
    await desk.bridge.until(lambda: desk.bridge.called("views.open"))
    await desk.anna.command("Was zahlt der Bonus mir?", desk.room)
    await desk.anna.answered("Sie schrieben: Was zahlt der Bonus mir?")
    assert await desk.anna.read(desk.room) == [], "none of it is for everybody"


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("17:3", Seen(3)),
        ("17", None),  # a card of an earlier release
        *((forged, "none") for forged in ("", "x", "17:", ":3", "17:3:4", "-1:3", "17:x", "1" * 10)),
    ],
)
def test_a_button_says_which_case_and_which_version_its_card_showed(value, seen):
    action = {"action_id": "desk-resolve", "action_ts": "1700000000.1", "value": value}
    place = {"channel_id": "C1", "message_ts": "1.1"}
    read = read_desk_press({"actions": [action], "container": place, "user": {"id": "U1"}, "trigger_id": "t"})
    if seen == "none":
        assert read is None
        return
    assert read.place == DeskPlace("C1", "1.1", 17, seen)
    view = {"id": "V1", "private_metadata": metadata("note", read.place)}
    view["state"] = {"values": {"text": {"text": {"type": "plain_text_input", "value": "! 17: x"}}}}
    sent = read_desk_form({"user": {"id": "U1"}, "view": view}, NOW)
    assert read_typed(sent.given.input.value) == Typed("!notiz ! 17: x", seen, 17)
