"""The manifest asks for what the code does: no scope and no event is missing, none is spare."""

import ast
import inspect
import json
import re
from pathlib import Path

import pytest

from bot.channels.slack import bolt_app, manifest
from bot.channels.slack.manifest import AGENT_METHODS, DESK_EVENTS, DESK_METHODS, EVENTS, METHODS, scopes, subscriptions
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.block_check import manifest_findings
from tests.channels.slack.emulator import running_emulator
from tests.channels.slack.payloads import payload
from tests.channels.slack.stage import slack_stage
from tests.channels.slack.test_desk_in_slack import claimed_by
from tests.program import lotse_here

PACKAGE = Path(manifest.__file__).parent
CALLS = ("call", "call_with_headers")


def called_methods():
    """Every method named in a call of ``SlackApi.call`` in the package."""
    found = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CALLS and node.args:
                named = isinstance(node.args[0], ast.Constant)
                assert named or path.name == "slack_api.py", f"{path.name}:{node.lineno} calls a method by a variable"
                found |= {node.args[0].value} if named else set()
    return found


def test_every_method_that_is_called_has_its_scopes_and_every_other_is_gone():
    assert called_methods() == {*METHODS, *AGENT_METHODS, *DESK_METHODS}


def test_every_event_that_is_handled_is_subscribed_to_and_every_other_is_not():
    assert {*EVENTS, *DESK_EVENTS} == set(bolt_app.EVENTS)
    listened = set(re.findall(r"app\.event\((\w+)\)", inspect.getsource(bolt_app)))
    assert listened == {"event"}  # no listener beside the table


def test_scopes_are_the_least_there_are():
    plain = {
        "app_mentions:read", "channels:history", "chat:write", "commands", "groups:history", "im:history", "im:write",
        "reactions:read", "reactions:write", "users:read",
    }  # fmt: skip
    assert set(scopes(agent_view=False)) == plain
    assert set(scopes(agent_view=True)) == plain | {"assistant:write"}
    assert set(scopes(agent_view=False, desk=True)) == plain | {"channels:read", "groups:read"}
    assert subscriptions() == (
        "app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "reaction_added",
    )  # fmt: skip
    assert set(subscriptions(desk=True)) == {*subscriptions(), "member_joined_channel"}


def test_the_setup_page_explains_every_scope():
    page = (PACKAGE / "README.md").read_text("utf-8")
    table = page.partition("## Rights")[2].partition("## When")[0]
    assert set(re.findall(r"`([a-z_.]+:[a-z_:.]+|commands)`", table)) == set(scopes(agent_view=True, desk=True))


def test_manifests_fit_slacks_own_type_and_limits(node_tools, tmp_path):
    made = [
        manifest.manifest(transport, "https://lotse.example.org", agent_view=agent_view, desk=desk, locale=locale)
        for transport in ("socket", "http")
        for agent_view in (False, True)
        for desk in (False, True)
        for locale in ("de", "en")
    ]
    known = [_without_agent_scope(each) for each in made]
    assert manifest_findings(node_tools, tmp_path, known) == []
    for each in made:
        shown = each["display_information"]
        assert len(shown["name"]) <= 35
        assert len(shown["description"]) <= 140
        assert 174 <= len(shown["long_description"]) <= 4_000
        assert re.fullmatch("[a-z0-9._-]{1,80}", each["features"]["bot_user"]["display_name"])
        assert len(each["features"]["shortcuts"][0]["name"]) <= 24
        assert len(each["features"]["shortcuts"][0]["description"]) <= 150
    wrong = {**made[0], "oauth_config": {"scopes": {"bot": ["chat:wrote"]}}}
    assert manifest_findings(node_tools, tmp_path, [wrong]) != []


def _without_agent_scope(made):
    """Slack's own type does not know ``assistant:write``, which its documentation asks for with the agent view."""
    bot = [scope for scope in made["oauth_config"]["scopes"]["bot"] if scope != "assistant:write"]
    return {**made, "oauth_config": {"scopes": {"bot": bot}}}


def test_http_says_where_slack_sends_to_and_socket_mode_does_not():
    http = manifest.manifest("http", "https://lotse.example.org", agent_view=False)
    url = "https://lotse.example.org/slack/events"
    assert http["settings"]["event_subscriptions"]["request_url"] == url
    assert http["settings"]["interactivity"]["request_url"] == url
    assert http["features"]["slash_commands"][0]["url"] == url
    socket = json.dumps(manifest.manifest("socket", "https://lotse.example.org", agent_view=False))
    assert "lotse.example.org" not in socket


@pytest.mark.parametrize(
    ("arguments", "settings", "socket_mode"),
    [
        ((), {}, True),
        (("--transport", "http"), {"LOTSE_ADDRESS": "https://lotse.example.org"}, False),
        (
            (),
            {
                "LOTSE_SLACK_BOT_TOKEN": "xoxb-1",
                "LOTSE_SLACK_SIGNING_SECRET": "s",
                "LOTSE_ADDRESS": "https://l.example",
            },
            False,
        ),
        (("--agent", "--language", "en"), {}, True),
        ((), {"LOTSE_SLACK_DESK_ROOMS": "C024BE7LH"}, True),
    ],
)
def test_the_command_prints_the_manifest_for_the_settings(tmp_path, arguments, settings, socket_mode):
    done = lotse_here("slack-manifest", *arguments, folder=tmp_path, **settings)
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["settings"]["socket_mode_enabled"] is socket_mode
    assert ("agent_view" in printed["features"]) == ("--agent" in arguments)
    asked_for = scopes(agent_view="--agent" in arguments, desk="LOTSE_SLACK_DESK_ROOMS" in settings)
    assert printed["oauth_config"]["scopes"]["bot"] == list(asked_for)


def test_the_command_says_what_http_needs(tmp_path):
    done = lotse_here("slack-manifest", "--transport", "http", folder=tmp_path)
    assert done.returncode == 2
    assert "LOTSE_ADDRESS" in done.stderr


async def test_the_scopes_are_enough_for_what_people_do(node_tools, tmp_path):
    """On an emulator that refuses calls without their scope, where it knows them."""
    with running_emulator(node_tools, SCOPES=",".join(scopes(agent_view=False))) as emulator:
        async with slack_stage(tmp_path, emulator, "socket") as stage:
            kim = await stage.person()
            room = await kim.new_room("allgemein")
            stage.bridge.fail("chat.postMessage", breaks="after")
            asked = await kim.mention("Guten Tag", room)
            await kim.answered("Sie schrieben: Guten Tag", room, asked)
            await kim.write("Auswahl")
            message = next(m for m in await kim.sees(lambda them: them) if "blocks" in m)
            await kim.press(message, "choice-1")
            await kim.answered("Gewählt")
            assert stage.channel.problem is None


async def test_the_scopes_are_enough_for_coordinators_and_the_agent_view(node_tools, tmp_path):
    with running_emulator(node_tools, SCOPES=",".join(scopes(agent_view=True, desk=True))) as emulator:
        async with desk_in_slack(tmp_path, emulator, agent_view=True) as desk:
            kim = await desk.person(KIM)
            asked = await kim.write("Mensch")
            await kim.answered("ist offen.", thread=asked)
            card = await desk.card(1)
            await desk.press(desk.anna, card, "desk-claim")
            card = await desk.card(1, claimed_by("Person person1"))
            await desk.anna.write("Seit wann?", desk.room, card["ts"])
            await kim.answered("Seit wann?", thread=asked)
            await kim.write("Seit 2019", thread=asked)
            await desk.in_thread(card, "Seit 2019")
            await desk.bridge.until(lambda: desk.bridge.called("reactions.add"))
            assert not (await desk.fill_in(desk.anna, card, "note", text="Zeugnis fehlt noch")).answer
            form = kim.sends(payload("view_submission"))
            assert not (await desk.bridge.push("interactive", form)).answer
            assert {"user": kim.user} in desk.bridge.called("users.info"), (
                "the form does not say whose workspace it is from"
            )
            body = payload("app_home_opened")
            body["event"].update(user=kim.user, channel=kim.direct)
            await desk.bridge.push("events_api", body)
            await desk.bridge.until(lambda: desk.bridge.called("views.publish"))
            assert desk.channel.problem is None
