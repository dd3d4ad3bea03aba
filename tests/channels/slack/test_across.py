"""Employee on one platform, coordinator on another: what is said, changed and taken back crosses over."""

import re
from datetime import timedelta

from bot.channels.slack.escaping import unescape
from bot.handoff.case_events import Claims, Replies, TransfersToPerson
from bot.model import Address
from bot.store.cases import cases_of
from bot.store.desk import Done
from bot.store.transcripts import read_transcript
from bot.web.chat_view import address_of
from tests.channels.slack.at_the_desk import KIM, desk_in_slack
from tests.desk_people import MARIA
from tests.web.desk_acting import act, case_of, seen
from tests.web.site import arrived, signed_in

HOSTILE = "<!channel> <@U012> @here [Bank](https://boese.example) \u202egnp.exe"


def calls_in(messages):
    """What of these messages of Slack would call somebody: markup in the text, or an element that does."""
    texts = [one["text"] for one in messages]
    blocks = str([one.get("blocks") for one in messages])
    return [
        *re.findall(r"<[!@#][^>]*>", "\n".join(texts)),
        *re.findall(r"'type': '(?:user|broadcast|usergroup)'", blocks),
    ]


async def test_an_employee_in_the_web_chat_and_a_coordinator_in_slack(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as desk, arrived(desk.site) as guest:
        number = await case_of(desk.site, guest, f"Hilfe {HOSTILE}")
        card = await desk.card(number)
        sent = "Ja, *gern* :slightly_smiling_face:: <https://weiterbilden-sh.de> @here"  # as Slack's clients send it
        await desk.anna.say_raw(sent, desk.room, card["ts"])
        page = await guest.see("gern")
        assert "<strong>gern</strong> 🙂:" in page
        assert 'href="https://weiterbilden-sh.de"' in page
        second = await desk.anna.write("Erste Fassung", desk.room, card["ts"])
        await guest.see("Erste Fassung")
        desk.site.now += timedelta(seconds=1)
        await desk.anna.change(second, "Zweite Fassung", desk.room)
        assert "Erste Fassung" not in await guest.see("Zweite Fassung")
        await desk.anna.write("// nur für uns", desk.room, card["ts"])
        await guest.say(f"Danke {HOSTILE}")
        await desk.in_thread(card, "Danke")
        under = next(one for one in await desk.anna.messages(desk.room, card["ts"]) if "Danke" in one["text"])
        for emoji in ("heart", "partying_face"):  # the second is none that is carried over
            await desk.anna.react(under["ts"], emoji, desk.room)
        await guest.see("❤️")
        desk.site.now += timedelta(seconds=1)
        await desk.anna.delete(second, desk.room)
        await guest.say("Ende")
        await desk.in_thread(card, "Ende")
        assert "nur für uns" not in (await guest.open(guest.path)).text
        assert "Zweite Fassung" not in guest.html
        in_slack = await desk.anna.messages(desk.room, card["ts"])
        assert calls_in(in_slack) == []
        said = [line.text for line in await read_transcript(desk.site.database, address_of(guest.conversation))]
        assert [text for text in said if text.startswith(("Danke", "Ende"))] == [f"Danke {HOSTILE}", "Ende"]


async def test_an_employee_in_slack_and_a_coordinator_in_the_browser(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as desk, signed_in(desk.site) as anna:
        kim = await desk.person(KIM)
        await kim.write("Mensch")
        await kim.answered("ist offen.")
        (case,) = await cases_of(desk.site.database, Address("slack", kim.user))
        await act(anna, case.number, "claim")
        await act(anna, case.number, "say", text="Nehmen Sie [diesen Antrag](https://www.ib-sh.de/antrag).")
        await kim.answered("Nehmen Sie diesen Antrag")
        assert "'text': 'diesen Antrag [www.ib-sh.de]'" in str((await kim.messages())[-1]["blocks"]), "its words stay"
        await act(anna, case.number, "say", text=f"Ja, **gern** {HOSTILE}")
        await kim.answered("gern")
        await act(anna, case.number, "say", text="nur für uns", mode="note")
        said = await kim.write("Ich wohne in Kiel")
        await seen(desk.site, anna, case.number, "Ich wohne in Kiel")
        desk.site.now += timedelta(seconds=1)
        await kim.change(said, "Ich wohne in Lübeck")
        await seen(desk.site, anna, case.number, "Ich wohne in Lübeck")
        messages = await kim.messages()
        await kim.react(messages[-1]["ts"], "+1")
        await seen(desk.site, anna, case.number, "👍")
        assert calls_in(messages) == []
        assert "(Mensch)" in messages[-1]["text"]
        assert "https://boese.example" in unescape(messages[-1]["text"]), "a link shows where it leads"
        assert not any("nur für uns" in one["text"] for one in messages)
        card = await desk.card(case.number, lambda it: "Anna Petersen" in it["text"])
        assert "Ich wohne in Lübeck" in "\n".join(await desk.in_thread(card, "Lübeck")), (
            "colleagues in Slack see it too"
        )


async def test_who_links_an_account_of_slack_is_the_same_person_here_and_at_the_desk(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as desk, signed_in(desk.site) as anna:
        kim = await desk.person(KIM)
        shown = (await anna.submit("/desk/accounts", code="new")).text
        line = re.search(r"<code>(verbinden [0-9A-Z-]{14})</code>", shown)[1]
        await desk.anna.write(line)
        await desk.anna.answered("Dieses Konto gehört jetzt zu Ihrem Zugang am Desk.")
        await desk.ben.write(line)
        await desk.ben.answered("Dieser Code verbindet nichts (mehr).")
        await kim.write("Mensch")
        await kim.answered("ist offen.")
        (case,) = await cases_of(desk.site.database, Address("slack", kim.user))
        await desk.press(desk.anna, await desk.card(case.number), "desk-claim")
        card = await desk.card(case.number, lambda it: "liegt bei Anna Petersen" in it["text"])
        await act(anna, case.number, "say", text="Aus dem Browser")
        await kim.answered("Anna Petersen (Mensch):\n\nAus dem Browser")
        await desk.anna.write("Aus Slack", desk.room, card["ts"])
        await kim.answered("Anna Petersen (Mensch):\n\nAus Slack")
        facts = (await cases_of(desk.site.database, Address("slack", kim.user)))[-1].facts
        assert facts.owner == "anna.petersen"


async def test_a_case_moves_from_the_browser_to_slack(tmp_path, slack_emulator):
    async with desk_in_slack(tmp_path, slack_emulator) as desk, arrived(desk.site) as guest:
        number = await case_of(desk.site, guest, "Guten Tag")
        card = await desk.card(number)
        assert isinstance(await desk.site.desk.act(number, Claims(MARIA), desk.site.now), Done)
        assert isinstance(await desk.site.desk.act(number, Replies(MARIA, "Hier Maria"), desk.site.now), Done)
        await desk.anna.write("!stand", desk.room, card["ts"])  # who is in the room is known from here on
        await desk.in_thread(card, "Maria Petersen")
        (ben,) = [one for one in desk.people.everybody() if one.id == desk.ben.user]
        moved = await desk.site.desk.act(number, TransfersToPerson(MARIA, ben, "Bitte weiter so."), desk.site.now)
        assert isinstance(moved, Done)
        await desk.card(number, lambda it: "Person person2" in it["text"])
        await desk.anna.write("Ich nicht mehr", desk.room, card["ts"])
        await desk.ben.write("Hier Ben", desk.room, card["ts"])
        page = await guest.see("Hier Ben")
        assert "Hier Maria" in page
        assert "Ich nicht mehr" not in page
        assert "Bitte weiter so" not in page
