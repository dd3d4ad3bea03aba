"""Slack and Matrix in one Lotse: what is said, changed and taken back on one crosses to the other, and nobody is called."""

from dataclasses import replace
from datetime import timedelta

from bot.channels.matrix.matrix_channel import open_matrix
from bot.model import Address, DeskRoom
from bot.store.cases import cases_of
from bot.store.transcripts import read_transcript
from tests.channels.matrix.desk_in_matrix import MatrixDesk, looks_on, working
from tests.channels.matrix.people import People, lotse_on
from tests.channels.slack.at_the_desk import KIM
from tests.channels.slack.emulator import BOT_USER
from tests.channels.slack.stage import slack_stage
from tests.channels.slack.test_across import HOSTILE, calls_in
from tests.channels.slack.with_matrix import slack_and_matrix
from tests.drills.matrix_injection import links_in


async def asks_for_a_person(desk, matrix):
    """Somebody asks Lotse for a person in an encrypted room: they, the room, and the number of their case."""
    kim, alone = await matrix.asks(encrypted=True, text="Bonus Betrag")
    answer = await kim.hears(alone, matrix.lotse, "Das Land übernimmt")
    await kim.react(alone, answer["id"], "🙋")
    await kim.hears(alone, matrix.lotse, "Ihr Fall verlässt ihn")
    (case,) = await cases_of(desk.site.database, Address("matrix", alone))
    return kim, alone, case.number


async def taken_back(person, room, event):
    """Return once this message is taken back."""
    await person.until(lambda them: any(each["id"] == event and each["redacted"] for each in them), room=room)


async def said_in(site, room):
    """What people said to each other there, as the one transcript has it; what was taken back has no words."""
    lines = await read_transcript(site.database, Address("matrix", room))
    people = [line for line in lines if line.who in ("user", "staff")]
    return [(line.who, line.text.partition("(Mensch):\n\n")[2] or line.text) for line in people]


async def test_an_employee_in_matrix_and_coordinators_in_slack(tmp_path, slack_emulator, homeserver, node_tools):
    async with slack_and_matrix(tmp_path, slack_emulator, homeserver, node_tools) as (desk, matrix):
        kim, alone, number = await asks_for_a_person(desk, matrix)
        lotse, anna, room = matrix.lotse, desk.anna, desk.room
        told = await kim.hears(alone, lotse, "in ihrem Kanal in Slack, der nicht von Ende zu Ende verschlüsselt ist")
        assert told["wire"] == "m.room.encrypted"
        card = await desk.card(number, lambda it: "Bonus Betrag" in it["text"])
        await desk.press(anna, card, "desk-claim")
        await kim.hears(alone, lotse, "übernimmt Ihren Fall")

        sent = f"Ja, *sehr* gern :slightly_smiling_face: <https://boese.example|Bank> <!channel> <@{BOT_USER}> @room"
        reply = await anna.say_raw(sent, room, card["ts"])
        heard = await kim.hears(alone, lotse, "(Mensch):\n\nJa, sehr gern 🙂")
        assert "<strong>sehr</strong>" in heard["content"]["formatted_body"]
        assert heard["content"]["m.mentions"] == {}
        assert links_in(heard["content"]) == [["https://boese.example", "https://boese.example"]]
        desk.site.now += timedelta(seconds=1)
        await anna.change(reply, "Ja, wirklich gern @room", room)
        await kim.hears(alone, lotse, "Ja, wirklich gern")
        await kim.react(alone, heard["id"], "👍")
        await desk.in_thread(card, "👍")

        markup = {"format": "org.matrix.custom.html", "formatted_body": '<a href="https://boese.example">Kiel</a>'}
        said = await kim.say(alone, f"Ich wohne in Kiel {HOSTILE} @room", mention=lotse, **markup)
        await desk.in_thread(card, "Ich wohne in Kiel")
        desk.site.now += timedelta(seconds=1)
        await kim.edit(alone, said, f"Ich wohne in Plön {HOSTILE}")
        await desk.in_thread(card, "Ich wohne in Plön")
        line = next(one for one in await anna.messages(room, card["ts"]) if "Plön" in one["text"])
        for emoji in ("heart", "partying_face"):  # the second is none that is carried over
            await anna.react(line["ts"], emoji, room)
        await kim.hears(alone, lotse, "❤️")
        assert calls_in(await anna.messages(room, card["ts"])) == []

        await anna.write("// nur für uns", room, card["ts"])
        await kim.redact(alone, said)
        await anna.sees(lambda them: not any("Plön" in one["text"] for one in them), room, card["ts"])
        await anna.delete(reply, room)
        await taken_back(kim, alone, heard["id"])
        await anna.write("!fertig beantwortet Alles Gute!", room, card["ts"])
        await kim.hears(alone, lotse, "Alles Gute!")
        assert (await desk.card(number, lambda it: "Erledigt" in it["text"]))["ts"] == card["ts"]
        read = [each["content"] for each in await kim.from_lotse(alone, lotse)]
        assert not any("nur für uns" in str(content) for content in read)
        assert not any(content.get("m.mentions") for content in read)
        assert not any("matrix.to" in href for content in read for href, _ in links_in(content))
        assert await said_in(desk.site, alone) == [
            ("user", "Bonus Betrag"), ("staff", ""), ("user", "👍"), ("user", ""), ("staff", "❤️"), ("staff", "Alles Gute!"),
        ]  # fmt: skip


async def test_an_employee_in_slack_and_a_coordinator_in_matrix(tmp_path, slack_emulator, homeserver, node_tools):
    async with slack_stage(tmp_path, slack_emulator, "socket") as stage, People(node_tools, homeserver) as people:
        anna, lotse = await people.arrive(), await lotse_on(homeserver, tmp_path / "matrix")
        room = (await anna.ask("room", invite=[lotse.user], encrypted=True, direct=False))["room_id"]
        rooms = (DeskRoom("matrix", room, rest=True),)
        async with (
            open_matrix(replace(lotse.settings, desk_rooms=rooms), looks_on(stage.site), stage.site.clock) as channel,
            working(stage.site, channel, rooms) as coordinators,
        ):
            desk = MatrixDesk(stage.site, people, lotse.user, room, anna, anna, channel, coordinators)
            await anna.until(lambda members: members.get(lotse.user) == "join", "members", room=room)
            kim = await stage.person(KIM)
            await kim.write("Mensch")
            await kim.answered("ist offen.")
            (case,) = await cases_of(stage.site.database, Address("slack", kim.user))
            card = (await desk.card(case.number, "Slack"))["id"]
            reply = await anna.say(room, f"Ja, **gern** {HOSTILE}", thread=card)
            await kim.answered("(Mensch):")
            said = await kim.write(f"Ich wohne in Kiel {HOSTILE}")
            line = await anna.hears(room, lotse.user, "Ich wohne in Kiel")
            assert line["relation"]["event_id"] == card
            assert line["content"].get("m.mentions", {}) == {}
            stage.site.now += timedelta(seconds=1)
            await kim.change(said, "Ich wohne in Lübeck")
            await anna.hears(room, lotse.user, "Ich wohne in Lübeck (bearbeitet)")
            await anna.edit(room, reply, "Ja, **sehr** gern")
            await kim.answered("Ja, sehr gern")
            assert calls_in(await kim.messages()) == []
            await anna.react(room, line["id"], "👍")
            await kim.answered("👍")
            await anna.say(room, "// nur für uns", thread=card)
            await anna.redact(room, reply)
            await kim.sees(lambda them: not any("sehr gern" in one["text"] for one in them))
            await anna.say(room, "!fertig beantwortet Alles Gute!", thread=card)
            read = await kim.answered("Alles Gute!")
            assert not any("nur für uns" in text for text in read)
            assert (await desk.card(case.number, "Erledigt"))["id"] == card


async def test_a_case_moves_from_slack_to_matrix_and_back(tmp_path, slack_emulator, homeserver, node_tools):
    teams = {"in_slack": ["foerderung"], "in_matrix": ["anerkennung"]}
    async with slack_and_matrix(tmp_path, slack_emulator, homeserver, node_tools, **teams) as (desk, matrix):
        kim, alone, number = await asks_for_a_person(desk, matrix)
        lotse, anna, room, mia = matrix.lotse, desk.anna, desk.room, matrix.anna
        card = await desk.card(number, lambda it: "Bonus Betrag" in it["text"])
        first = await anna.write("Hier Anna", room, card["ts"])
        heard = await kim.hears(alone, lotse, "Hier Anna")
        said = await kim.say(alone, "Ich wohne in Kiel")
        await anna.write("// Das klingt nach uns.", room, card["ts"])
        await desk.in_thread(card, "Ich wohne in Kiel")

        await anna.write("!an anerkennung: Es geht um ein Zeugnis.", room, card["ts"])
        await kim.hears(alone, lotse, "in ihrem Raum auf Matrix, der ebenfalls verschlüsselt ist")
        gone = await desk.card(number, lambda it: it["text"] == f"Fall {number} liegt jetzt bei: Anerkennung.")
        assert gone["ts"] == card["ts"]
        assert "Bonus" not in str(gone["blocks"])
        there = (await matrix.card(number, "Bonus Betrag"))["id"]
        await mia.hears(matrix.room, lotse, "🔒 Notiz · Person person1: Es geht um ein Zeugnis.")
        shown = await mia.hears(matrix.room, lotse, "Person person1:\n\nHier Anna")
        line = await mia.hears(matrix.room, lotse, "Person: Ich wohne in Kiel")
        assert [each["relation"]["event_id"] for each in (shown, line)] == [there, there]

        await mia.say(matrix.room, "Hier Mia", thread=there)
        await kim.hears(alone, lotse, "Hier Mia")
        await anna.write("Noch etwas von Anna", room, card["ts"])
        await desk.in_thread(card, "Einen solchen Fall gibt es für Sie hier nicht.")
        await anna.change(first, "Noch mehr von Anna", room)
        await desk.in_thread(card, "Ihre Änderung erreicht die Person nicht")
        await anna.delete(first, room)
        await taken_back(kim, alone, heard["id"])
        await taken_back(mia, matrix.room, shown["id"])
        await kim.redact(alone, said)
        await taken_back(mia, matrix.room, line["id"])
        await anna.sees(lambda them: not any("Kiel" in one["text"] for one in them), room, card["ts"])
        asked = await kim.say(alone, "Und mein Zeugnis?")
        await mia.hears(matrix.room, lotse, "Person: Und mein Zeugnis?")

        await mia.say(matrix.room, "!an foerderung: Bitte doch wieder dort.", thread=there)
        await kim.hears(alone, lotse, "in ihrem Kanal in Slack, der nicht von Ende zu Ende verschlüsselt ist")
        gone = await mia.hears(matrix.room, lotse, f"Fall {number} liegt jetzt bei: Förderberatung.")
        assert gone["relation"] == {"rel_type": "m.replace", "event_id": there}
        back = await desk.card(number, lambda it: "noch niemand" in it["text"])
        assert back["ts"] != card["ts"], "it is noticed as a new one"
        whole = "\n".join(await desk.in_thread(back, "Bitte doch wieder dort."))
        for words in ("Das klingt nach uns.", "hat an Anerkennung übergeben", "Es geht um ein Zeugnis.", "Hier Mia"):
            assert whole.count(words) == 1
        desk.site.now += timedelta(seconds=1)
        await kim.edit(alone, asked, "Und mein Abschluss?")
        await desk.in_thread(back, "Und mein Abschluss? (bearbeitet)")
        await mia.say(matrix.room, "Noch etwas von Mia", thread=there)
        await mia.hears(matrix.room, lotse, "Einen solchen Fall gibt es für Sie hier nicht.")
        await anna.write("Wieder Anna", room, back["ts"])
        await kim.hears(alone, lotse, "Wieder Anna")

        read = [each["content"].get("body", "") for each in await kim.from_lotse(alone, lotse)]
        assert sum("Hier Mia" in text for text in read) == 1
        assert not any(words in "\n".join(read) for words in ("Noch etwas", "Noch mehr", "ein Zeugnis", "Bitte doch"))
        assert await said_in(desk.site, alone) == [
            ("user", "Bonus Betrag"), ("staff", ""), ("user", ""), ("staff", "Hier Mia"), ("user", "Und mein Abschluss?"),
            ("staff", "Wieder Anna"),
        ]  # fmt: skip
