"""What Slack sends, read: whose words they are, where they belong, and what is not for Lotse."""

import re

import pytest

from bot.channels.slack.emoji_names import sign_of
from bot.channels.slack.incoming_text import desk_text, plain_text
from bot.channels.slack.interactions import (
    CaseForm,
    Commanded,
    Pressing,
    WantsToHandOn,
    of_this_workspace,
    read_command,
    read_form,
    read_press,
    read_shortcut,
)
from bot.channels.slack.posting import EMOJI
from bot.channels.slack.reactions import SIGNS
from bot.channels.slack.slack_desk_events import HANDS, DeskPlace, metadata, read_desk_form
from bot.channels.slack.slack_events import Heard, StrangerAsked, read_message, read_reaction
from bot.model import Address, Edited, Removed, SentFile, Utterance
from tests.channels.slack.emulator import BOT_USER, TEAM
from tests.channels.slack.payloads import FOLDER, US, event, payload
from tests.conftest import NOW

EMPLOYEE, COLLEAGUE = "U2147483697", "U061F7AUR"
THREAD = Address("slack", "C0LAN2Q65", "1515449522.000016")


def heard(name, *, agent_view=False, **changes):
    return read_message(event(name, **changes), US, agent_view=agent_view)


def only(found):
    (incoming,) = found.incomings
    return incoming


def test_every_payload_has_a_source_and_every_source_a_payload():
    named = set(re.findall(r"`(\w+\.json)`", (FOLDER / "README.md").read_text("utf-8")))
    assert named == {file.name for file in FOLDER.glob("*.json")}


def test_what_is_written_to_lotse_alone_is_said_there():
    incoming = only(heard("message_im"))
    assert incoming.address == Address("slack", EMPLOYEE)
    assert incoming.person.external_user == EMPLOYEE
    assert incoming.input == Utterance("Was zahlt der <Bonus> & wer?")
    assert incoming.external_id == "D024BE91L:1355517523.000005"
    assert incoming.also == "client:28b2a3e1-1f0a-4f5e-9c55-3c8f1f0b7a10"
    assert incoming.alone is None
    assert incoming.sent_at.isoformat() == "2012-12-14T20:38:43.000005+00:00"
    assert incoming.person.display_name is None  # a name in a payload is nobody's identity


def test_in_the_agent_view_every_message_begins_a_thread_of_its_own():
    assert only(heard("message_im", agent_view=True)).address.thread == "1355517523.000005"
    for agent_view in (False, True):
        assert only(heard("message_im_thread", agent_view=agent_view)).address.thread == "1355517523.000005"


def test_a_mention_is_said_in_its_thread_and_may_be_answered_alone():
    found = heard("app_mention")
    incoming = only(found)
    assert not found.if_taking_part
    assert (incoming.address, incoming.alone) == (THREAD, COLLEAGUE)
    assert incoming.input == Utterance("Wer zahlt den Kurs (https://example.org/kurs)?")


def test_a_mention_and_the_message_it_is_in_are_the_same_message():
    mention = only(heard("app_mention"))
    message = only(heard("app_mention", type="message", channel_type="channel"))
    assert (mention.address, mention.external_id, mention.input) == (
        message.address,
        message.external_id,
        message.input,
    )


def test_a_reply_in_a_thread_counts_only_for_who_takes_part_there():
    found = heard("message_thread_reply")
    assert found.if_taking_part
    assert only(found).address == THREAD


def test_a_reply_that_is_shown_in_the_channel_too_stays_in_its_thread():
    found = heard("thread_broadcast")
    assert only(found).address == THREAD
    assert only(found).input == Utterance("gilt das auch in Teilzeit?")


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("message_channel", {}),
        ("bot_message", {}),
        ("app_message", {}),
        ("message_im", {"bot_id": "B00000LOTSE", "user": BOT_USER}),
        ("message_im", {"user": BOT_USER}),
        ("message_im", {"user": "USLACKBOT"}),
        ("message_im", {"subtype": "channel_join"}),
        ("message_im", {"subtype": "assistant_app_thread"}),
        ("message_thread_reply", {"text": "<@U0ANDERE> kommst du?"}),
        ("message_thread_reply", {"text": " <@U0ANDERE|kim>, <@U0DRITTE> kommt ihr?"}),
        ("message_channel", {"channel_type": "mpim", "text": f"<@{BOT_USER}> hallo"}),
        ("message_unfurled", {}),
        ("message_changed", {"message": {"user": BOT_USER, "ts": "1", "text": "neu"}}),
        ("message_deleted", {"previous_message": {"user": BOT_USER, "bot_id": "B00000LOTSE", "text": "x"}}),
        ("message_deleted", {"previous_message": None}),
    ],
)
def test_what_is_not_for_lotse_is_nothing(name, changes):
    assert heard(name, **changes) is None


def test_who_names_lotse_among_others_speaks_to_it():
    found = heard("message_thread_reply", text=f"<@U0ANDERE> <@{BOT_USER}> was meint ihr?")
    assert not found.if_taking_part
    assert only(found).input == Utterance("@… was meint ihr?")


def test_changed_words_are_about_the_message_they_were_in():
    incoming = only(heard("message_changed"))
    assert incoming.input == Edited("D024BE91L:1355517523.000005", "Was zahlt der Bildungsurlaub?")
    assert incoming.address == Address("slack", EMPLOYEE)
    assert incoming.external_id != only(heard("message_changed", ts="1355517599.000001")).external_id


def test_a_deleted_message_is_removed_once_however_it_went():
    assert only(heard("message_deleted")).input == Removed("D024BE91L:1355517523.000005")
    gone = only(heard("message_tombstone"))
    assert gone.input == Removed("C0LAN2Q65:1515449522.000016")
    assert gone.address == THREAD


def test_a_file_is_refused_and_what_was_written_with_it_is_answered():
    sent, said = heard("message_file_share").incomings
    assert (sent.input, said.input) == (SentFile(), Utterance("Mein Zeugnis"))
    assert sent.external_id != said.external_id
    (sent,) = heard("message_file_share", text="").incomings
    assert sent.input == SentFile()


def test_a_stranger_is_told_so_when_they_ask_and_ignored_otherwise():
    ids = ("C0LAN2Q65:1515449800.000016", None)
    assert heard("slack_connect_mention") == StrangerAsked("C0LAN2Q65", "U0STRANGER", None, ids)
    foreign = {"user_team": "T0ELSEWHERE", "source_team": "T0ELSEWHERE", "team": TEAM}
    assert heard("message_thread_reply", **foreign) is None
    assert isinstance(heard("app_mention", user_team=TEAM, source_team=TEAM), Heard)


def test_a_reaction_counts_only_under_a_message_of_lotses():
    reacted = read_reaction(event("reaction_added"), US)
    assert (reacted.room, reacted.stamp, reacted.emoji) == ("D024BE91L", "1360782400.498405", "+1")
    assert read_reaction(event("reaction_added", item_user="U0ANDERE"), US) is None
    assert read_reaction(event("reaction_added", user=BOT_USER), US) is None
    assert read_reaction(event("reaction_added", item={"type": "file", "file": "F1"}), US) is None


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (f"<@{BOT_USER}> Hallo", "Hallo"),
        (f"Hallo <@{BOT_USER}>, was kostet das?", "Hallo , was kostet das?"),
        (f"<@{BOT_USER}|lotse>", ""),
        ("frag <@U0ANDERE>", "frag @…"),
        ("frag <@U0ANDERE|kim>", "frag @kim"),
        ("in <#C0LAN2Q65|allgemein> steht es", "in #allgemein steht es"),
        ("in <#C0LAN2Q65|>", "in #…"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S012|@hr>", "@hr"),
        ("<!subteam^S012>", "@…"),
        ("<!date^1392734382^{date}|18. Februar>", "18. Februar"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<https://example.org|example.org>", "https://example.org"),
        ("<https://boese.example|die Bank>", "die Bank (https://boese.example)"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("<tel:+49431123|0431 123>", "0431 123 (+49431123)"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("a <b", "a <b"),
        ("  viel   Platz \n\n zeile ", "viel Platz \n\n zeile"),
        ("Danke :slightly_smiling_face:", "Danke 🙂"),
        ("Danke:tada: :+1::skin-tone-2: :man-raising-hand::skin-tone-6:", "Danke🎉 👍🏻 🙋🏿‍♂️"),
        (":flag-de: :one: :white_check_mark:", "🇩🇪 1️⃣ ✅"),
        (":smile::skin-tone-3:", "😄"),  # it comes in no tone
        ("Danke :party-parrot:", "Danke :party-parrot:"),  # the workspace's own
        ("um 10:30:45, im Maßstab 10:100:1, :100:", "um 10:30:45, im Maßstab 10:100:1, 💯"),
        ("Kolleg:innen, `:smile:` und ```:smile:```", "Kolleg:innen, `:smile:` und ```:smile:```"),
        ("*fett*, _kursiv_, *_beides_*: _*ja*_!", "fett, kursiv, beides: ja!"),
        ("~weg~\n&gt; gesagt", "~weg~\n> gesagt"),
        (
            "Mitarbeiter*innen, *Kolleg*innen*, 2*3*4, ein * für *",
            "Mitarbeiter*innen, Kolleg*innen, 2*3*4, ein * für *",
        ),
        ("mein_name_hier und _a_b_", "mein_name_hier und a_b"),
        ("`*so*` und ```*so* &lt; _so_```", "`*so*` und ```*so* < _so_```"),
        ("*siehe <https://example.org/a_b_c*d|hier>*", "siehe hier (https://example.org/a_b_c*d)"),
        (f"*<@{BOT_USER}>* Hallo", "Hallo"),
    ],
)
def test_markup_is_read_as_people_see_it(written, seen):
    assert plain_text(written, BOT_USER) == seen


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("*gern*, _sofort_ und **ja**", "**gern**, sofort und **ja**"),
        ("*a &amp; b* :tada:", "**a & b** 🎉"),
        ("*Kolleg*innen* und *<https://example.org|hier>*", "Kolleg*innen und hier (https://example.org)"),
        ("!an <@U0BEN>: bitte mit <@U0ANDERE|kim>", "!an <@U0BEN>: bitte mit <@U0ANDERE>"),
        (f"<@{BOT_USER}> !liste", "!liste"),
        ("<!channel> <#C0LAN2Q65|allgemein>", "@channel #allgemein"),
    ],
)
def test_what_coordinators_write_keeps_bold_words_and_who_was_picked(written, seen):
    assert desk_text(written, BOT_USER) == seen


def test_what_a_client_sends_with_emoji_and_bold_words_is_read_by_whom_it_is_for():
    written = event("message_rich_text")
    assert only(read_message(written, US, agent_view=False)).input == Utterance("Danke 🙂 das war gut & schnell")
    for place in ({}, {"subtype": "message_changed", "message": written, "previous_message": {}}):
        said = read_message({**written, **place}, US, agent_view=False, desk_rooms=[written["channel"]])
        assert only(said).input.text == "Danke 🙂 das war **gut** & schnell"


def test_emoji_are_signs_in_forms_too():
    body = payload("view_submission")
    body["view"]["state"]["values"]["question"]["question"]["value"] = "Zählt das? :thinking_face: *so*"
    assert read_form(body).question == "Zählt das? 🤔 *so*"
    note = {"text": {"text": {"type": "plain_text_input", "value": "Passt :+1:"}}}
    view = {
        "private_metadata": metadata("note", DeskPlace("C1", "1.1", 1, None)),
        "id": "V1",
        "state": {"values": note},
    }
    sent = read_desk_form({"user": {"id": COLLEAGUE}, "view": view}, NOW)
    assert sent.given.input.value.endswith("!notiz Passt 👍")


def test_signs_that_are_known_by_hand_are_called_so_by_slack_too():
    named = {**SIGNS, **HANDS, **{name: sign for sign, name in EMOJI.items()}}
    as_letter = str.maketrans({"\ufe0f": None})  # the same sign with and without its mark for colour
    known = {name: str(sign_of(name)).translate(as_letter) for name in named}
    assert known == {name: sign.translate(as_letter) for name, sign in named.items()}


def test_a_press_names_a_reply_and_a_place_and_nothing_else():
    pressing = read_press(payload("block_actions"))
    assert isinstance(pressing, Pressing)
    assert (pressing.what, pressing.number, pressing.outbox_id) == ("choice", 1, "3f0c")
    assert pressing.address == Address("slack", EMPLOYEE)
    in_thread = payload("block_actions")
    in_thread["container"]["channel_id"] = "C0LAN2Q65"
    in_thread["message"]["thread_ts"] = "1515449522.000016"
    assert read_press(in_thread).address == THREAD


@pytest.mark.parametrize(
    "action_id", ["", "choice", "choice-", "choice-x", "choice-123", "choice--1", "drop table", "why-2x"]
)
def test_a_button_nobody_made_means_nothing_that_could_be_carried_out(action_id):
    body = payload("block_actions")
    body["actions"][0]["action_id"] = action_id
    pressing = read_press(body)
    assert pressing is None or pressing.number == -1


def test_a_command_a_shortcut_and_a_form_are_read():
    command = read_command(payload("slash_command"), BOT_USER)
    assert command == Commanded(
        command.person,
        "C0LAN2Q65",
        "mensch Zählt mein Meister?",
        command.external_id,
        payload("slash_command")["trigger_id"],
    )
    assert not command.in_direct
    wanted = read_shortcut(payload("message_shortcut"), BOT_USER)
    at_desk = read_command({**payload("slash_command"), "text": "an <@U0BEN|ben>: *bitte*"}, BOT_USER, ["C0LAN2Q65"])
    assert at_desk.words == "an <@U0BEN>: **bitte**"
    assert wanted == WantsToHandOn(wanted.person, "Gilt der Bonus & Urlaub @… auch für uns?", wanted.trigger)
    assert wanted.person.external_user == COLLEAGUE
    form = read_form(payload("view_submission"))
    assert form == CaseForm(form.person, "Zählt mein Meister?", True, "form:VNHU13V36")


def test_who_belongs_to_the_workspace_is_said_by_slack_and_not_by_a_name():
    body = payload("block_actions")
    assert of_this_workspace(body, TEAM)
    body["user"]["team_id"] = "T0ELSEWHERE"
    assert not of_this_workspace(body, TEAM)
    for silent in (body, payload("message_shortcut"), payload("view_submission")):
        silent["user"].pop("team_id", None)
        assert of_this_workspace(silent, TEAM) is None, "where it happened says nothing about who did it"
    assert of_this_workspace(payload("slash_command"), TEAM)
    assert not of_this_workspace({**payload("slash_command"), "team_id": "T0ELSEWHERE"}, TEAM)
