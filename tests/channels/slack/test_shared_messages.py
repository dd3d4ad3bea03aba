"""A message that is shared (*forwarded*), by an employee and by a coordinator."""

import time

import pytest

from bot.channels.slack.interactions import read_shortcut
from bot.channels.slack.shared_messages import NO_WORDS
from bot.channels.slack.slack_events import Heard, read_message
from bot.model import Edited, SentFile, Utterance
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.emulator import APP_ID, BOT_USER, TEAM
from tests.channels.slack.payloads import US, event, payload
from tests.channels.slack.test_desk_in_slack import opened
from tests.channels.slack.test_said_to_lotse import claimed

QUOTED = "> Ihr Kurs wurde abgelehnt.\n> Bitte bei <uns> melden, @…"
(SHARED,) = event("message_shared")["attachments"]


def inputs_of(desk_rooms=(), **changes):
    return [
        each.input
        for each in read_message(
            event("message_shared", **changes), US, agent_view=False, desk_rooms=desk_rooms
        ).incomings
    ]


def sharing(**changes):
    return [{**SHARED, **changes}]


@pytest.mark.parametrize(
    ("changes", "inputs"),
    [
        ({}, [Utterance(f"Stimmt das?\n\n{QUOTED}")]),
        ({"text": ""}, [Utterance(QUOTED)]),
        ({"text": "", "attachments": sharing(text="")}, [Utterance(f"> {SHARED['fallback']}")]),
        ({"text": "", "attachments": sharing(text="eins\n\nzwei")}, [Utterance("> eins\n>\n> zwei")]),
        ({"text": "", "attachments": sharing(text="", fallback=NO_WORDS)}, [Utterance("")]),
        ({"text": "", "attachments": sharing(text="", fallback=NO_WORDS, files=[{"id": "F1"}])}, [SentFile()]),
        ({"attachments": sharing(is_share=False)}, [Utterance("Stimmt das?")]),
        ({"attachments": [{"title": "Weiterbilden SH", "text": "Förderung"}]}, [Utterance("Stimmt das?")]),
        ({"attachments": [SHARED, {**SHARED, "text": "Ende"}]}, [Utterance(f"Stimmt das?\n\n{QUOTED}\n\n> Ende")]),
    ],
)  # fmt: skip
def test_what_an_employee_shares_is_a_quotation_and_no_preview_of_a_link_is(changes, inputs):
    assert inputs_of(**changes) == inputs


def test_among_coordinators_it_is_kept_back_as_a_file_is():
    assert inputs_of(desk_rooms={"D024BE91L"}) == [SentFile(), Utterance("Stimmt das?")]
    assert inputs_of(desk_rooms={"D024BE91L"}, text="") == [SentFile()]


def test_who_is_named_in_what_is_shared_is_not_spoken_to():
    shared = sharing(text=f"<@{BOT_USER}> was zahlt der Bonus?")
    assert read_message(event("message_channel", attachments=shared), US, agent_view=False) is None


def test_a_comment_that_is_changed_keeps_what_it_is_about():
    before = event("message_shared")
    changed = {**event("message_changed"), "message": {**before, "text": "Gilt das?"}, "previous_message": before}
    heard = read_message(changed, US, agent_view=False)
    assert isinstance(heard, Heard)
    assert [each.input.text for each in heard.incomings if isinstance(each.input, Edited)] == [f"Gilt das?\n\n{QUOTED}"]


def test_the_shortcut_hands_it_on_too():
    shortcut = payload("message_shortcut")
    shortcut = {**shortcut, "message": {**shortcut["message"], "text": "", "attachments": [SHARED]}}
    assert read_shortcut(shortcut, BOT_USER).question == QUOTED


async def shares(desk, person, room, text="", thread=None, shared=SHARED):
    """Share a message, as Slack's clients do; the emulator knows no attachments."""
    stamp = f"{time.time():.6f}"
    kind = "im" if room == person.direct else "channel"
    said = {"channel": room, "channel_type": kind, "user": person.user, "text": text, "ts": stamp, "event_ts": stamp}
    said |= {"client_msg_id": f"share-{stamp}", "attachments": [shared]}
    said |= {"thread_ts": thread} if thread else {}
    about = {"type": "event_callback", "event_id": f"Ev{stamp}", "team_id": TEAM, "api_app_id": APP_ID}
    sent = await desk.bridge.push("events_api", {**about, "event": {"type": "message", "team": TEAM, **said}})
    assert sent.acknowledged


async def test_a_coordinator_reads_what_an_employee_shares_and_nothing_empty(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator, own_words=True) as desk:
        kim = await desk.person(KIM)
        card = await claimed(desk, kim)
        await shares(desk, kim, kim.direct)
        await desk.in_thread(card, "Person: > Ihr Kurs wurde abgelehnt.\n> Bitte bei <uns> melden")
        await shares(desk, kim, kim.direct, shared={**SHARED, "text": "", "fallback": NO_WORDS})
        await kim.answered("Davon kam kein Text an, auch nicht bei der Koordination.")
        await kim.write("Dann schreibe ich es.")
        below = await desk.in_thread(card, "Dann schreibe ich es.")
        assert not any(text.rstrip().endswith("Person:") for text in below)


async def test_what_a_coordinator_shares_in_the_thread_stays_there_and_they_read_so(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        kim = await desk.person(KIM)
        _, card = await opened(desk, kim)
        await shares(desk, desk.anna, desk.room, text="Dazu:", thread=card["ts"])
        await kim.answered("Dazu:")
        await desk.in_thread(card, "weitergeleitete Nachrichten auch nicht; die Person bekommt sie nicht.")
        assert not any("abgelehnt" in text for text in await kim.read())
