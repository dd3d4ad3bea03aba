"""The topics on the app's home: from areas to an answer by presses, and every place of the content that ships fits Slack."""

import json

import pytest

from bot.channel_looks import Looks
from bot.channels.looking import MenuEntry
from bot.channels.slack import slack_words as words
from bot.channels.slack.home import home_view
from bot.channels.slack.home_topics import MOST_BUTTONS, Place, place_at
from bot.channels.slack.slack_words import HOME_MORE_TOPICS
from bot.dialogue.choosing import answer_of
from bot.dialogue.topic_menu import areas_of, topics_in
from bot.model import LOCALES, Address
from bot.store.transcripts import read_transcript
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.channels.slack.block_check import own_findings, sdk_findings, texts_of, types_findings
from tests.conftest import NOW, TODAY


@pytest.fixture
async def desk(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator, own_words=True) as stage:
        yield stage


def button_on(view, label):
    return next(
        {**element, "block_id": block["block_id"]}
        for block in view["blocks"]
        for element in block.get("elements", ())
        if element.get("type") == "button" and element["text"]["text"] == label
    )


async def published(desk, before):
    await desk.bridge.until(lambda: len(desk.bridge.called("views.publish")) > before)
    view = desk.bridge.called("views.publish")[-1]["view"]
    assert sdk_findings(view["blocks"]) == []
    assert own_findings(view["blocks"], most=100) == []
    return view


async def home_of(desk, person):
    before = len(desk.bridge.called("views.publish"))
    event = {"type": "app_home_opened", "user": person.user, "channel": person.direct, "tab": "home", "event_ts": "1.1"}
    await desk.bridge.push("events_api", {"type": "event_callback", "team_id": "T000000001", "event": event})
    return await published(desk, before)


async def press(desk, person, view, label, **more):
    before = len(desk.bridge.called("views.publish"))
    button = {**button_on(view, label), "action_ts": f"{before}.1", **more}
    body = {
        "type": "block_actions", **person.about(), "trigger_id": "t", "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home"}, "actions": [button],
    }  # fmt: skip
    assert (await desk.bridge.push("interactive", body)).acknowledged
    return await published(desk, before)


async def test_from_an_area_to_an_answer_in_three_presses_and_back(desk):
    kim = await desk.person(KIM)
    view = await home_of(desk, kim)
    assert "Themen" in texts_of(view["blocks"])
    view = await press(desk, kim, view, "Förderung")
    assert "Themen › Förderung" in texts_of(view["blocks"])
    assert "Bildungsprämie" not in texts_of(view["blocks"]), "a programme that is over is not offered"
    view = await press(desk, kim, view, "Bonus Schleswig-Holstein")
    assert "Seite documents" not in texts_of(view["blocks"]), "nobody presses their way to a gap"
    view = await press(desk, kim, view, "Vorlauf")
    question = "Bonus Schleswig-Holstein: Vorlauf"
    assert words.HOME_ASKED["de"].replace("{question}", question) in texts_of(view["blocks"])
    answer = (await kim.answered("Stellen Sie den Antrag"))[-1]
    assert f"\n\n{question}\n\n" in answer, "where it arrives, nobody sees what was pressed"
    lines = await read_transcript(desk.site.database, Address("slack", kim.user))
    assert [line.text for line in lines if line.who == "user"] == [question]
    view = await press(desk, kim, view, "← Zurück")
    assert "Themen › Förderung" in texts_of(view["blocks"])
    view = await press(desk, kim, view, "← Zurück")
    assert "Kurse und Module" in texts_of(view["blocks"])
    view = await press(desk, kim, view, "Wie hoch ist der Weiterbildungsbonus?")
    assert "Meine Antwort auf „Wie hoch ist" in json.dumps(view, ensure_ascii=False)


async def test_a_forged_way_leads_no_further_than_the_menu(desk):
    kim = await desk.person(KIM)
    view = await home_of(desk, kim)
    for way in (
        "",
        "nirgends",
        "funding/nirgends",
        "funding/bonus/documents",
        "funding/" * 99,
        "say:bonus.amount",
        "../x",
    ):
        shown = await press(desk, kim, view, "Förderung", value=way)
        assert any(text.startswith("Themen") for text in texts_of(shown["blocks"]))
    assert await read_transcript(desk.site.database, Address("slack", kim.user)) == ()
    assert await kim.read() == []


def everywhere(entries, way=()):
    yield "/".join(way), entries
    for entry in entries:
        if entry.entries:
            yield from everywhere(entry.entries, (*way, entry.key))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_place_of_the_content_that_ships_is_a_home_slack_takes(trained, locale, node_tools, tmp_path):
    looks = Looks(None, None, lambda: NOW, lambda locale: (), lambda: trained.content)
    menu = looks.menu(locale)
    assert [entry.key for entry in menu] == list(areas_of(trained.content, TODAY))
    assert sum(len(area.entries) for area in menu) == sum(
        len(topics_in(trained.content, area, TODAY)) for area in areas_of(trained.content, TODAY)
    )
    places = list(everywhere(menu))
    assert len(places) > 50
    homes = []
    for way, entries in places:
        place = place_at(menu, way)
        assert place.entries == entries
        homes.append(home_view(("Frage?",) * 4, place, (), locale))
        blocks = homes[-1]["blocks"]
        assert sdk_findings(blocks) == []
        assert own_findings(blocks, most=100) == []
    assert types_findings(node_tools, tmp_path, *homes) == []
    asked = [side.question for area in menu for topic in area.entries for side in topic.entries]
    assert all(answer_of(each.value, trained.content) is not None and each.words for each in asked)


def test_more_topics_than_buttons_are_counted():
    many = tuple(MenuEntry(f"t{number}", f"Thema {number}") for number in range(MOST_BUTTONS + 7))
    blocks = home_view((), Place((), many), (), "de")["blocks"]
    assert HOME_MORE_TOPICS["de"].replace("{count}", "7") in texts_of(blocks)
    assert own_findings(blocks, most=100) == []
