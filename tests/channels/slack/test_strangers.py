"""People of other workspaces and guests: what they send changes nothing, they are told so, and no name of theirs calls anybody."""

import functools

import pytest
from sqlalchemy import func, select

from bot.channels.slack import slack_words as words
from bot.channels.slack.command_handlers import private
from bot.channels.slack.desk_forms import desk_form
from bot.channels.slack.members import BELIEVED_S, Members
from bot.channels.slack.posting import Rooms
from bot.channels.slack.slack_api import SlackApi
from bot.channels.slack.slack_desk_events import DeskPlace
from bot.channels.slack.surfaces import Surfaces
from bot.errors import ChannelError
from bot.store import tables
from tests.channels.slack.at_the_desk import desk_in_slack
from tests.channels.slack.bridge import Bridge
from tests.channels.slack.emulator import BOT_TOKEN, BOT_USER, TEAM
from tests.channels.slack.payloads import US, payload
from tests.channels.slack.stage import slack_stage

ELSEWHERE = "T0ELSEWHERE"


async def rows(stage, *of):
    """How many inputs were stored, from employees and from coordinators."""
    async with stage.site.database.reading() as connection:
        return [await connection.scalar(select(func.count()).select_from(table)) for table in of]


def as_stranger(person, body):
    """The same, sent by somebody of another workspace."""
    return {**body, **person.about(), "user": {"id": person.user, "team_id": ELSEWHERE}}


def unknown(person, body):
    """The same, sent as Slack publishes it by somebody Slack knows nothing about."""
    return {**person.sends(body), "user": {**body["user"], "id": "U0NOBODY"}}


async def test_the_shortcut_and_the_form_of_a_stranger_open_and_store_nothing(stage, kim):
    shortcut = as_stranger(kim, {**payload("message_shortcut"), "trigger_id": await kim.trigger()})
    assert (await stage.bridge.push("interactive", shortcut)).acknowledged
    (hint, *_) = await stage.bridge.until(lambda: stage.bridge.called("chat.postEphemeral"))
    assert (hint["user"], hint["text"]) == (kim.user, f"{words.STRANGER['de']}\n{words.STRANGER['en']}")
    sent = await stage.bridge.push("interactive", as_stranger(kim, payload("view_submission")))
    assert sent.answer == {"response_action": "errors", "errors": {"question": words.STRANGER_TOLD}}
    assert not stage.bridge.called("users.info"), "what Slack says along is not asked for"
    assert not stage.bridge.called("views.open")
    assert await rows(stage, tables.inbox) == [0]
    assert (await stage.bridge.push("interactive", {**payload("view_submission"), **kim.about()})).acknowledged
    assert await rows(stage, tables.inbox) == [2], "the same of one of us is taken in: the question, and the consent"


async def test_whose_workspace_slack_does_not_say_along_is_asked_for_and_believed_for_a_while(stage, kim):
    """As Slack publishes a shortcut and a form: neither says which workspace the person is of."""
    form = kim.sends(payload("view_submission"))
    form["view"]["state"]["values"]["consent"]["consent"]["selected_options"] = []  # so that no name is asked for
    for number in (1, 2):
        shortcut = {**kim.sends(payload("message_shortcut")), "trigger_id": await kim.trigger()}
        assert (await stage.bridge.push("interactive", shortcut)).acknowledged
        await stage.bridge.until(lambda opened=number: len(stage.bridge.called("views.open")) == opened)
    assert (await stage.bridge.push("interactive", form)).answer in (None, "")
    assert await rows(stage, tables.inbox) == [1]
    assert stage.bridge.called("users.info") == [{"user": kim.user}]


async def test_whom_slack_does_not_tell_us_about_is_told_so_and_nothing_is_stored(stage, kim):
    room = await kim.new_room("allgemein")
    shortcut = {**payload("message_shortcut"), "channel": {"id": room, "name": "allgemein"}}
    for number, sent_by in enumerate((kim.sends, functools.partial(unknown, kim)), 1):
        stage.bridge.fail("users.info", times=2 if number == 1 else 0)
        assert (await stage.bridge.push("interactive", sent_by(shortcut))).acknowledged
        hints = await stage.bridge.until(
            lambda so_many=number: stage.bridge.called("chat.postEphemeral")[so_many - 1 :]
        )
        assert (hints[0]["channel"], hints[0]["text"]) == (room, words.NOT_KNOWN_TOLD)
        sent = await stage.bridge.push("interactive", sent_by(payload("view_submission")))
        assert sent.answer == {"response_action": "errors", "errors": {"question": words.NOT_KNOWN_TOLD}}
    assert not stage.bridge.called("views.open")
    assert await rows(stage, tables.inbox) == [0]
    assert not (await stage.bridge.push("interactive", kim.sends(payload("view_submission")))).answer, "it passed"


async def test_a_refusal_in_a_place_without_lotse_is_told_in_ones_own_conversation(stage, kim):
    stage.bridge.fail("users.info")
    stage.bridge.fail("chat.postEphemeral", status=200, error="not_in_channel")
    assert (await stage.bridge.push("interactive", kim.sends(payload("message_shortcut")))).acknowledged
    hints = await stage.bridge.until(lambda: stage.bridge.called("chat.postEphemeral")[1:])
    assert (hints[0]["channel"], hints[0]["text"]) == (kim.direct, words.NOT_KNOWN_TOLD)


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_the_command_of_a_stranger_is_answered_to_them_alone_or_not_even_read(
    tmp_path, slack_emulator, transport
):
    """By HTTP what is for another workspace is refused before anything is read of it."""
    async with slack_stage(tmp_path, slack_emulator, transport) as stage:
        kim = await stage.person()
        command = {**payload("slash_command"), "user_id": kim.user, "channel_id": kim.direct, "team_id": ELSEWHERE}
        status, answer = await stage.bridge.push_once("slash_commands", command)
        assert (status, answer) == (
            (200, private(words.STRANGER_TOLD)) if transport == "socket" else (401, {"error": "invalid request"})
        )
        assert await rows(stage, tables.inbox) == [0]


async def test_a_stranger_in_the_room_of_coordinators_presses_types_and_sends_in_vain(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as desk:
        place = DeskPlace(desk.room, "1.1", 1, None)
        view = desk_form("note", place, (), (), "de")
        note = {"text": {"text": {"type": "plain_text_input", "value": "Ich bin auch da"}}}
        form = {"type": "view_submission", "view": {**view, "id": "V1", "state": {"values": note}}}
        sent = await desk.bridge.push("interactive", as_stranger(desk.anna, form))
        assert sent.answer == {"response_action": "errors", "errors": {"text": words.STRANGER_TOLD}}
        published = payload("view_submission")
        sent = await desk.bridge.push("interactive", unknown(desk.anna, {**published, **form}))
        assert sent.answer == {"response_action": "errors", "errors": {"text": words.NOT_KNOWN_TOLD}}
        command = {**payload("slash_command"), "user_id": desk.anna.user, "channel_id": desk.room, "text": "liste"}
        _, answer = await desk.bridge.push_once("slash_commands", {**command, "team_id": ELSEWHERE})
        assert answer == private(words.STRANGER_TOLD)
        assert await rows(desk, tables.inbox) == [0]
        by_people = select(tables.desk_inbox).where(tables.desk_inbox.c.external_user != BOT_USER)
        async with desk.site.database.reading() as connection:
            assert (await connection.execute(by_people)).all() == []
        for ours in ({**form, **desk.anna.about()}, desk.anna.sends({**published, **form})):
            back = (await desk.bridge.push("interactive", ours)).answer
            assert "Fall" in back["errors"]["text"], "one of us is told about the case, which there is not"


# --- Who counts in a room of coordinators ---------------------------------------------------------------------------------

MEMBER = {"id": "U1", "team_id": TEAM, "profile": {"real_name": "Anna Petersen"}}


class OneMember:
    """Slack's answers about a room with one person in it; they are shaped as those of its documentation."""

    def __init__(self, user):
        self.user = user

    async def call(self, method, **given):
        return {"members": ["U1"]} if method == "conversations.members" else {"user": self.user}


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({}, True),
        ({"is_restricted": False, "is_stranger": False}, True),
        ({"deleted": True}, False),
        ({"is_bot": True}, False),
        ({"is_app_user": True}, False),
        ({"is_restricted": True}, False),
        ({"is_ultra_restricted": True}, False),
        ({"is_stranger": True}, False),
        ({"team_id": ELSEWHERE}, False),
        ({"team_id": None}, False),
    ],
    ids=str,
)
async def test_only_a_full_member_of_the_workspace_counts_in_a_room_of_coordinators(said, counts):
    state = await Members(OneMember({**MEMBER, **said})).in_room("C1", US)
    assert [member.joined for member in state.members] == [counts]


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ({}, True),
        ({"is_restricted": True}, True),  # a guest has questions like anybody
        ({"is_stranger": True}, False),
        ({"deleted": True}, False),
        ({"team_id": ELSEWHERE}, False),
        ({"team_id": None}, False),
    ],
    ids=str,
)
async def test_who_belongs_to_the_workspace_is_read_from_what_slack_knows(said, ours):
    now = [0.0]
    slack = OneMember({**MEMBER, **said})
    members = Members(slack, clock=lambda: now[0])
    assert await members.belongs("U1", US) is ours
    slack.user = {**MEMBER, "team_id": TEAM if not ours else ELSEWHERE}
    now[0] = BELIEVED_S - 1
    assert await members.belongs("U1", US) is ours, "believed for a while"
    now[0] = BELIEVED_S
    assert await members.belongs("U1", US) is not ours


class ManyMembers(OneMember):
    """A room of three; of some of them Slack answers with an error."""

    def __init__(self, errors):
        super().__init__(MEMBER)
        self.errors = errors

    async def call(self, method, **given):
        if method == "conversations.members":
            return {"members": ["U1", "U2", "U3"]}
        if given["user"] in self.errors:
            raise self.errors[given["user"]]
        return await super().call(method, **given)


async def test_who_cannot_be_looked_up_bars_nobody_else():
    away, gone = ChannelError("Slack could not be reached"), ChannelError("user_not_found", permanent=True)
    state = await Members(ManyMembers({"U2": away, "U3": gone})).in_room("C1", US)
    assert [(member.joined, member.known) for member in state.members] == [(True, True), (False, False), (False, True)]
    with pytest.raises(ChannelError, match="nobody in C1"):
        await Members(ManyMembers({"U1": away, "U2": away, "U3": away})).in_room("C1", US)


# --- Names ----------------------------------------------------------------------------------------------------------------

CALLING = "<https://boese.example|Bank> <!channel> & <@U0ANDERE>"


async def test_a_hint_and_the_answer_to_a_command_hold_a_name_to_the_letter(slack_emulator):
    """Both are read by Slack for markup; a name is whatever somebody called themselves."""
    assert private(CALLING)["text"] == "&lt;https://boese.example|Bank&gt; &lt;!channel&gt; &amp; &lt;@U0ANDERE&gt;"
    async with Bridge(slack_emulator, "http") as bridge:
        api = SlackApi(BOT_TOKEN, bridge.api)
        surfaces = Surfaces(api, Rooms(api))
        surfaces.hint("C0LAN2Q65", "U1", CALLING)
        (hint,) = await bridge.until(lambda: bridge.called("chat.postEphemeral"))
        await surfaces.close()
        await api.close()
    assert hint["text"] == private(CALLING)["text"]
