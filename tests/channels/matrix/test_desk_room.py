"""Cases worked in a Matrix room on a real homeserver, by people with an independent client, beside the desk in the browser."""

import asyncio
import re
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.channels.matrix.rooms import ABOVE_ALL, Room, with_state
from bot.model import ANOTHERS_CHOICE, Address, Person
from bot.store import tables
from bot.store.absences import list_absences
from bot.store.announce import DESK_INBOX, DESK_POSTS, INBOX
from bot.store.cases import list_cases
from bot.store.figures import read_figures
from bot.store.sent_replies import find_case_of_event
from bot.worker.digest_loop import write_digest
from tests.channels.matrix.desk_in_matrix import matrix_desk
from tests.channels.matrix.people import PATIENCE_S
from tests.store.rows import rows, words_in
from tests.web.desk_acting import act, case_of, seen
from tests.web.site import arrived, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_THE_CASE = "Die Antwort finden Sie in unserem Gespräch, nicht in diesem Thread."


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(homeserver, node_tools, tmp_path_factory):
    async with matrix_desk(homeserver, node_tools, tmp_path_factory.mktemp("desk")) as desk:
        yield desk


async def asked_back(desk):
    """Somebody alone with Lotse in clear, their room, the thread of their case, and what Anna, who has it, asked them."""
    kim, alone = await desk.asks(encrypted=False)
    await kim.hears(alone, desk.lotse, "ist offen.")
    thread = (await desk.card(await number_of_latest(desk)))["id"]
    await desk.anna.say(desk.room, "Worum geht es?", thread=thread)
    return kim, alone, thread, await kim.hears(alone, desk.lotse, "Worum geht es?")


async def number_of_latest(desk):
    return (await list_cases(desk.site.database, None))[-1].number


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_case_from_the_question_to_its_end_in_matrix_alone(desk, encrypted):
    kim, alone = await desk.asks(encrypted=encrypted)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number = await number_of_latest(desk)
    card = await desk.card(number, "Offen, noch niemand hat übernommen")
    assert card["wire"] == "m.room.encrypted"
    assert card["content"]["msgtype"] == "m.text"
    thread, anna = card["id"], desk.anna
    await anna.hears(desk.room, desk.lotse, "Person: Mensch")

    await anna.react(desk.room, thread, "✋🏽")
    await kim.hears(alone, desk.lotse, "übernimmt Ihren Fall")
    await desk.card(number, "In Arbeit")

    said = await anna.say(desk.room, "Moin, **was** genau?", thread=thread)
    heard = await kim.hears(alone, desk.lotse, "(Mensch):\n\nMoin, was genau?")
    assert heard["wire"] == ("m.room.encrypted" if encrypted else "m.room.message")
    await anna.until(
        lambda timeline: any(each["type"] == "m.reaction" and each.get("relation") == {
            "rel_type": "m.annotation", "event_id": said, "key": "📤"} for each in timeline), room=desk.room,
    )  # fmt: skip

    note = await anna.say(desk.room, "// GEHEIM: das klingt nach Kiel", thread=thread)
    await desk.ben.say(desk.room, "GEHEIM: den kenne ich", thread=thread)
    question = await kim.say(alone, "Meine Frage ist so:")
    line = await anna.hears(desk.room, desk.lotse, "Person: Meine Frage ist so:")
    assert (line["relation"]["rel_type"], line["relation"]["event_id"]) == ("m.thread", thread)
    await anna.from_lotse(
        desk.room, desk.lotse, lambda some: any(each.get("relation", {}).get("event_id") == note and each["relation"]["key"] == "🔒"
                                                for each in some), kind="m.reaction",
    )  # fmt: skip

    await kim.edit(alone, question, "Lotse sagte 60 Prozent, stimmt das?")
    await anna.hears(desk.room, desk.lotse, "Person: Lotse sagte 60 Prozent, stimmt das? (bearbeitet)")
    await kim.redact(alone, question)
    await anna.until(
        lambda timeline: any(each["id"] == line["id"] and each["redacted"] for each in timeline), room=desk.room
    )
    await anna.edit(desk.room, said, "Lotse hat Ihnen den Betrag ja schon genannt. Reicht das?")
    await kim.hears(alone, desk.lotse, "(Mensch):\n\nLotse hat Ihnen den Betrag ja schon genannt. Reicht das?")
    await anna.redact(desk.room, said)
    await kim.until(
        lambda timeline: any(each["id"] == heard["id"] and each["redacted"] for each in timeline), room=alone
    )

    await anna.say(desk.room, "!fertig beantwortet Alles Gute!", thread=thread)
    await kim.hears(alone, desk.lotse, "Alles Gute!")
    await desk.card(number, "Erledigt")
    for table in (tables.outbox, tables.transcript, tables.inbox, tables.desk_posts, tables.desk_inbox):
        assert "GEHEIM" not in words_in(await rows(desk.site.database, table)), table.name
    timeline = await kim.ask("timeline", room=alone)
    assert not any("GEHEIM" in str(each["content"]) for each in timeline)


async def test_a_note_of_which_the_client_took_one_slash_claims_nothing_and_stays_among_coordinators(desk):
    kim, alone = await desk.asks(encrypted=True)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number = await number_of_latest(desk)
    thread, anna = (await desk.card(number))["id"], desk.anna

    async def kept(body):
        note = await anna.say(desk.room, body, thread=thread)
        await anna.until(
            lambda timeline: any(each["type"] == "m.reaction" and each.get("relation") == {
                "rel_type": "m.annotation", "event_id": note, "key": "🔒"} for each in timeline), room=desk.room,
        )  # fmt: skip

    await kept("/ GEHEIM5: wer nimmt das?")  # "// GEHEIM5: …" as it was typed in Element
    assert (await list_cases(desk.site.database, None))[-1].state == "open"
    await anna.react(desk.room, thread, "✋")
    await kim.hears(alone, desk.lotse, "übernimmt Ihren Fall")
    await kept("/GEHEIM5: das klingt nach Kiel")
    said = await anna.say(desk.room, "Moin!", thread=thread)
    await kim.hears(alone, desk.lotse, "Moin!")
    await anna.edit(desk.room, said, "/ GEHEIM5: doch nicht")
    await anna.hears(desk.room, desk.lotse, "Aus einer Antwort wird nachträglich keine Notiz")
    await anna.say(desk.room, "Ich sehe nach.", thread=thread)
    await kim.hears(alone, desk.lotse, "Ich sehe nach.")
    for table in (tables.outbox, tables.transcript, tables.inbox, tables.desk_posts, tables.desk_inbox):
        assert "GEHEIM5" not in words_in(await rows(desk.site.database, table)), table.name
    assert not any("GEHEIM5" in str(each["content"]) for each in await kim.ask("timeline", room=alone))


async def test_a_case_is_worked_by_plain_replies_where_a_client_has_no_threads(desk):
    kim, alone = await desk.asks(encrypted=True)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number, anna = await number_of_latest(desk), desk.anna
    card = (await desk.card(number))["id"]

    async def replies(by, event, words):
        quoted = f"> <{desk.lotse}> Fall {number}\n> GEHEIM6\n\n{words}"
        relation = {"m.relates_to": {"m.in_reply_to": {"event_id": event}}}
        return await by.say(desk.room, quoted, **relation)

    async def signed(event, sign):
        wanted = {"rel_type": "m.annotation", "event_id": event, "key": sign}
        await anna.until(lambda timeline: any(each.get("relation") == wanted for each in timeline), room=desk.room)

    among_themselves = await anna.say(desk.room, "Wer ist heute da?")
    await replies(desk.ben, among_themselves, "GEHEIM6: ich nicht")
    await signed(await replies(desk.ben, card, "/ GEHEIM6: kennt das jemand?"), "🔒")
    said = await replies(anna, card, "Moin, worum geht es?")
    assert (await kim.hears(alone, desk.lotse, "worum geht es?"))["content"]["body"].endswith("Moin, worum geht es?")
    await signed(said, "📤")
    await desk.card(number, "In Arbeit")
    await kim.say(alone, "Um den Bonus")
    line = await anna.hears(desk.room, desk.lotse, "Person: Um den Bonus")
    await replies(anna, line["id"], "Ich sehe nach.")
    await kim.hears(alone, desk.lotse, "Ich sehe nach.")
    await signed(await replies(desk.ben, said, "GEHEIM6: frag Dora"), "🔒")
    await replies(anna, said, "!fertig beantwortet")
    await desk.card(number, "Erledigt")
    assert not any("GEHEIM6" in str(each["content"]) for each in await kim.ask("timeline", room=alone))


async def test_lotse_is_seen_typing_while_an_answer_is_late_and_not_where_a_person_has_the_word(desk):
    site, (mia, with_mia), (kim, alone) = desk.site, *[await desk.asks(encrypted=each) for each in (False, True)]
    await mia.hears(with_mia, desk.lotse, "ist offen.")
    await kim.hears(alone, desk.lotse, "ist offen.")
    await desk.anna.react(desk.room, (await desk.card(await number_of(desk, kim)))["id"], "✋")
    await kim.hears(alone, desk.lotse, "übernimmt Ihren Fall")
    await mia.say(with_mia, "schnell")
    await mia.hears(with_mia, desk.lotse, "Sie schrieben: schnell")
    async with site.without_answers():
        await kim.say(alone, "Sind Sie da?")
        await mia.say(with_mia, "langsam")
        await waiting_in(site, 2)
        site.now += timedelta(seconds=1)
        await mia.until(lambda seen: seen == [[desk.lotse, True]], "typing", room=with_mia)
    await mia.hears(with_mia, desk.lotse, "Sie schrieben: langsam")
    await mia.until(lambda seen: seen == [[desk.lotse, True], [desk.lotse, False]], "typing", room=with_mia)
    await desk.anna.hears(desk.room, desk.lotse, "Person: Sind Sie da?")
    assert await kim.ask("typing", room=alone) == []


async def waiting_in(site, count):
    """Return once so many messages wait for an answer."""
    with site.database.announcer.listen(INBOX) as bell:
        async with asyncio.timeout(60):
            while sum(row.status == "waiting" for row in await rows(site.database, tables.inbox)) < count:
                await bell.wait(0.5)


async def number_of(desk, person):
    """The case this person asked for."""
    (known,) = [row.id for row in await rows(desk.site.database, tables.persons) if row.external_user == person.user]
    (case,) = [row for row in await rows(desk.site.database, tables.cases) if row.person_id == known]
    return case.number


async def test_whatever_a_reply_is_changed_to_nothing_of_it_is_left_once_it_is_taken_back(desk):
    kim, alone = await desk.asks(encrypted=True)
    await kim.hears(alone, desk.lotse, "ist offen.")
    thread = (await desk.card(await number_of_latest(desk)))["id"]

    def standing(timeline):
        """How often it is read: clients show an edit in the place of what it changes."""
        shown = [each for each in timeline if (each.get("relation") or {}).get("rel_type") != "m.replace"]
        return sum((each["content"].get("body") or "").count("€") for each in shown)

    said = await desk.anna.say(desk.room, "1 €", thread=thread)
    for count in (1_800, 1_700, 2, 1_900):  # two bytes more than a character, so that the many become two events
        await desk.anna.edit(desk.room, said, "€ " * count)
        await kim.until(lambda timeline, count=count: standing(timeline) == count, room=alone)
    await desk.anna.redact(desk.room, said)
    await kim.until(lambda timeline: standing(timeline) == 0, room=alone)


async def test_an_employee_in_matrix_and_a_coordinator_in_the_browser(desk):
    kim, alone = await desk.asks(encrypted=True)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number = await number_of_latest(desk)
    thread = (await desk.card(number))["id"]
    async with signed_in(desk.site) as petersen:
        await act(petersen, number, "claim")
        await desk.card(number, "liegt bei Anna Petersen")
        await act(petersen, number, "say", text="Guten Tag vom Desk")
        await kim.hears(alone, desk.lotse, "Anna Petersen (Mensch):\n\nGuten Tag vom Desk")
        line = await desk.anna.hears(desk.room, desk.lotse, "Guten Tag vom Desk")
        assert line["relation"]["event_id"] == thread
        await act(petersen, number, "say", text="unter uns", mode="note")
        await desk.anna.hears(desk.room, desk.lotse, "🔒 Notiz · Anna Petersen: unter uns")
        await kim.say(alone, "Danke!")
        await seen(desk.site, petersen, number, "Danke!")
        await desk.anna.say(desk.room, "Ich lese mit", thread=thread)
        await seen(desk.site, petersen, number, "Ich lese mit")
        assert not any("Ich lese mit" in str(each["content"]) for each in await kim.ask("timeline", room=alone))


async def test_an_employee_in_the_browser_and_a_coordinator_in_matrix(desk):
    async with arrived(desk.site) as guest:
        number = await case_of(desk.site, guest, "Was zahlt der Bonus?")
        card = await desk.card(number)
        assert "Was zahlt der Bonus?" in card["content"]["body"]
        await desk.anna.say(desk.room, "Moin aus Matrix", thread=card["id"])
        await guest.see("Moin aus Matrix")
        await guest.say("Danke nach Matrix")
        await desk.anna.hears(desk.room, desk.lotse, "Person: Danke nach Matrix")
        await desk.anna.say(desk.room, f"!lotse {number}")
        await guest.see("antworte ich hier wieder automatisch")


async def test_of_a_room_and_a_page_that_claim_at_once_one_wins(desk):
    kim, alone = await desk.asks(encrypted=False)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number = await number_of_latest(desk)
    thread = (await desk.card(number))["id"]
    async with signed_in(desk.site) as petersen:
        await asyncio.gather(
            act(petersen, number, "claim"),
            desk.anna.react(desk.room, thread, "✋"),
            desk.ben.say(desk.room, f"!nimm {number}"),
        )
        await desk.card(number, "In Arbeit")
        told = await desk.anna.until(
            lambda timeline: [each for each in timeline if "Diesen Fall hat gerade" in str(each["content"])],
            room=desk.room,
        )
        assert told
    claims = [row for row in await rows(desk.site.database, tables.case_events) if row.case_number == number]
    assert [row.event for row in claims].count("claims") == 1
    taken = [each for each in await kim.ask("timeline", room=alone) if "übernimmt Ihren Fall" in str(each["content"])]
    assert len(taken) == 1


async def test_who_links_an_account_takes_their_cases_along_and_keeps_them_at_the_desk_when_the_link_ends(desk):
    kim, alone = await desk.asks(encrypted=False)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number = await number_of_latest(desk)
    thread = (await desk.card(number))["id"]
    reply = await desk.anna.say(desk.room, "Der Satz ist 40 Prozent.", thread=thread)
    await kim.hears(alone, desk.lotse, "Der Satz ist 40 Prozent.")
    async with signed_in(desk.site) as petersen:
        shown = (await petersen.submit("/desk/accounts", code="new")).text
        at_lotse = await desk.anna.room_with(desk.lotse, encrypted=False)
        await desk.anna.say(at_lotse, re.search(r"<code>(verbinden [0-9A-Z-]{14})</code>", shown)[1])
        await desk.anna.hears(at_lotse, desk.lotse, "Dieses Konto gehört jetzt zu Ihrem Zugang am Desk.")
        await desk.card(number, "liegt bei Anna Petersen")
        await desk.anna.edit(desk.room, reply, "Der Satz ist 60 Prozent.")
        await kim.hears(alone, desk.lotse, "Der Satz ist 60 Prozent.")
        await desk.anna.say(desk.room, "Reicht Ihnen das?", thread=thread)
        await kim.hears(alone, desk.lotse, "Anna Petersen (Mensch):\n\nReicht Ihnen das?")

        account = re.search(r'name="unlink" value="(\d+)"', (await petersen.at("/desk/sessions")).text)[1]
        await petersen.submit("/desk/accounts", unlink=account)
        await desk.anna.say(desk.room, "Und noch etwas", thread=thread)
        told = "Das bleibt eine Notiz, die Person liest es nicht: Der Fall liegt jetzt bei Anna Petersen."
        await desk.anna.hears(desk.room, desk.lotse, told)
        await act(petersen, number, "say", text="Vom Desk aus")
        await kim.hears(alone, desk.lotse, "Anna Petersen (Mensch):\n\nVom Desk aus")


async def test_what_is_asked_in_the_room_is_answered_there(desk):
    await desk.anna.say(desk.room, "!hilfe")
    await desk.anna.hears(desk.room, desk.lotse, "!nimm übernimmt den Fall")
    await desk.anna.say(desk.room, "!wissen Bonus")
    await desk.anna.hears(desk.room, desk.lotse, "Zum Abschicken: !a und der Text")
    await desk.anna.say(desk.room, "nur so unter uns, ohne Befehl")
    await desk.anna.say(desk.room, "!nimm 4711")
    await desk.anna.hears(desk.room, desk.lotse, "Einen solchen Fall gibt es für Sie hier nicht.")


async def test_below_the_digest_a_sign_claims_the_next_case_and_another_shows_what_to_look_at(desk):
    kim, alone = await desk.asks(encrypted=False)
    await kim.hears(alone, desk.lotse, "ist offen.")
    site, content = desk.site, desk.site.live.content
    team, before = content.teams["foerderung"], await number_of_latest(desk)
    assert await write_digest(site.database, content, team, site.clock(), site.parts.gaps.labels)
    digest = await desk.anna.hears(desk.room, desk.lotse, "1. Nächster Fall")
    for sign in ("1️⃣", "2️⃣"):
        await desk.anna.from_lotse(
            desk.room, desk.lotse, lambda some, sign=sign: any(each.get("relation", {}).get("event_id") == digest["id"]
            and each["relation"]["key"] == sign for each in some), kind="m.reaction",
        )  # fmt: skip
    await desk.anna.react(desk.room, digest["id"], "1️⃣")
    told = await desk.anna.hears(desk.room, desk.lotse, "ist jetzt bei Ihnen")
    number = int(told["content"]["body"].split()[1])
    assert number <= before
    assert told["content"]["m.mentions"] == {"user_ids": [desk.anna.user]}
    await desk.card(number, "In Arbeit")
    await desk.ben.react(desk.room, digest["id"], "2️⃣")
    await desk.anna.hears(desk.room, desk.lotse, "Wissen prüfen · Förderberatung")


async def test_an_absence_typed_in_the_room_is_entered_and_ended(desk):
    await desk.ben.say(desk.room, "!abwesend bis übermorgen")
    await desk.anna.hears(desk.room, desk.lotse, "Eingetragen: Sie sind jetzt abwesend")
    (absence,) = await list_absences(desk.site.database, desk.site.clock())
    assert (absence.staff, absence.deputy) == (desk.ben.user, None)
    await desk.ben.say(desk.room, "!wieder da")
    await desk.anna.hears(desk.room, desk.lotse, "ist gestrichen")
    assert await list_absences(desk.site.database, desk.site.clock()) == ()


async def test_who_is_in_the_room_is_asked_of_the_server(desk, homeserver):
    state = await desk.channel.look_into(desk.room)
    powers = {member.external_user: (member.joined, member.power > 0) for member in state.members}
    assert powers == {desk.anna.user: (True, True), desk.ben.user: (True, False)}
    assert state.encrypted
    stranger = await desk.people.arrive()
    await desk.anna.people.ask("leave", user=desk.ben.user, room=desk.room)
    after = await desk.channel.look_into(desk.room)
    assert desk.ben.user not in {member.external_user for member in after.members}
    assert stranger.user not in {member.external_user for member in after.members}


async def test_that_a_room_is_encrypted_is_known_as_soon_as_lotse_has_come_into_it(homeserver, node_tools, tmp_path):
    async with matrix_desk(homeserver, node_tools, tmp_path) as desk, asyncio.timeout(5):
        with desk.site.database.announcer.listen(DESK_INBOX) as bell:
            while desk.coordinators.read_in(desk.site.live.content)["foerderung"] != (("matrix", True),):
                await bell.wait(0.2)


async def refused(desk, number, kinds):
    """Return once the room has refused messages of a case of all these kinds."""
    with desk.site.database.announcer.listen(DESK_POSTS) as bell:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                posts = [row for row in await rows(desk.site.database, tables.desk_posts) if row.case_number == number]
                if kinds <= {row.kind for row in posts if row.error is not None}:
                    return
                await bell.wait(PATIENCE_S)


async def test_what_happens_while_lotse_is_out_of_the_room_stands_there_once_it_is_asked_in_again(desk, homeserver):
    kim, alone = await desk.asks(encrypted=False)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number = await number_of_latest(desk)
    card = await desk.card(number)
    homeserver.call("POST", f"/rooms/{desk.room}/kick", desk.anna.token, {"user_id": desk.lotse})
    async with signed_in(desk.site) as petersen:
        await act(petersen, number, "claim")
        await kim.say(alone, "Liest mich jemand?")
        await seen(desk.site, petersen, number, "Liest mich jemand?")
    await refused(desk, number, {"card", "line"})
    homeserver.call("POST", f"/rooms/{desk.room}/invite", desk.anna.token, {"user_id": desk.lotse})
    line = await desk.anna.hears(desk.room, desk.lotse, "Person: Liest mich jemand?")
    assert line["relation"]["event_id"] == card["id"]
    await desk.card(number, "liegt bei Anna Petersen")
    assert (await read_figures(desk.site.database, desk.site.clock())).rooms_failing == 0


@pytest.mark.parametrize(("encrypted", "town"), [(False, "Kiel"), (True, "Lübeck")])
async def test_below_what_belongs_to_a_case_a_thread_is_said_in_the_case(desk, encrypted, town):
    kim, alone = await desk.asks(encrypted=encrypted)
    await kim.hears(alone, desk.lotse, "ist offen.")
    thread = (await desk.card(await number_of_latest(desk)))["id"]

    async def read(words):
        line = await desk.anna.hears(desk.room, desk.lotse, f"Person: {words}")
        assert line["relation"]["event_id"] == thread

    await desk.anna.say(desk.room, "Wo wohnen Sie?", thread=thread)
    question = (await kim.hears(alone, desk.lotse, "Wo wohnen Sie?"))["id"]
    first = await kim.say(alone, f"In {town}", thread=question)
    await read(f"In {town}")
    await kim.hears(alone, desk.lotse, IN_THE_CASE)
    await kim.edit(alone, first, f"Bei {town}")
    await desk.anna.hears(desk.room, desk.lotse, f"Person: Bei {town} (bearbeitet)")
    own = await kim.say(alone, f"Zwischen {town} und Eutin")
    await read(f"Zwischen {town} und Eutin")
    await kim.say(alone, f"genauer: näher an {town}", thread=own)
    await read(f"genauer: näher an {town}")
    await desk.anna.say(desk.room, "Danke!", thread=thread)
    answer = await kim.hears(alone, desk.lotse, "(Mensch):\n\nDanke!")
    assert "relation" not in answer, "it stands where the case goes on"
    hints = [each for each in await kim.from_lotse(alone, desk.lotse) if IN_THE_CASE in each["content"]["body"]]
    assert [each["relation"]["event_id"] for each in hints] == [question], "said once, where the answer is looked for"
    assert hints[0]["content"]["msgtype"] == "m.notice"
    lines = [each["content"].get("body", "") for each in await desk.anna.from_lotse(desk.room, desk.lotse)]
    assert not [line for line in lines if IN_THE_CASE in line], "it is no part of the case"
    assert not [each for each in await kim.from_lotse(alone, desk.lotse) if "Sie schrieben" in each["content"]["body"]]


async def test_below_an_answer_of_lotses_and_for_anybody_else_a_thread_is_a_conversation_of_its_own(desk):
    kim, alone = await desk.asks(encrypted=False, text="Was zahlt der Bonus?")
    answer = (await kim.hears(alone, desk.lotse, "Sie schrieben: Was zahlt der Bonus?"))["id"]
    await kim.say(alone, "Mensch")
    opened = await kim.hears(alone, desk.lotse, "ist offen.")
    await desk.anna.say(desk.room, "Worum geht es?", thread=(await desk.card(await number_of_latest(desk)))["id"])
    question = await kim.hears(alone, desk.lotse, "Worum geht es?")
    await kim.say(alone, "im Faden", thread=answer)
    said = await kim.hears(alone, desk.lotse, "Sie schrieben: im Faden")
    assert said["relation"]["event_id"] == answer
    assert not [each for each in await kim.from_lotse(alone, desk.lotse) if IN_THE_CASE in each["content"]["body"]]
    for person, place in ((kim.user, Address("matrix", alone)), (desk.ben.user, None)):
        for event in (question["id"], opened["id"]):
            found = await find_case_of_event(desk.site.database, Person("matrix", person), event)
            assert (found and found.address) == place
    async with desk.site.database.transaction() as connection:  # as a long message is known
        of_question = tables.outbox.c.external_id == question["id"]
        await connection.execute(
            tables.outbox.update().where(of_question).values(external_id="$erste $zweite_ $dritte")
        )
    parts = {"$erste": True, "$zweite_": True, "$dritte": True, "$zweite1": False, "$zweite": False, "$erst": False}
    for event, known in parts.items():
        found = await find_case_of_event(desk.site.database, Person("matrix", kim.user), event)
        assert (found is not None) == known, event


async def test_what_was_offered_to_somebody_else_is_not_pressed_and_who_tried_is_told_so_once(desk):
    kim, ole = await desk.people.arrive(), await desk.people.arrive()
    group = await kim.room_with(desk.lotse, ole)
    root = await kim.say(group, "Auswahl", mention=desk.lotse)
    offered = await kim.hears(group, desk.lotse, "Bitte wählen Sie.")
    for _ in range(2):
        await ole.redact(group, await ole.react(group, offered["id"], "1️⃣"))
    await ole.react(group, offered["id"], "7️⃣")
    refused = await ole.hears(group, desk.lotse, f"Gewählt: {ANOTHERS_CHOICE}")
    assert refused["relation"]["event_id"] == root
    await kim.react(group, offered["id"], "2️⃣")
    await kim.hears(group, desk.lotse, "Gewählt: Wer bekommt ihn?")
    await ole.say(group, "Und ich?", thread=root)
    answer = await ole.hears(group, desk.lotse, "Sie schrieben: Und ich?")
    await ole.react(group, answer["id"], "👍")
    said = [each["content"]["body"] for each in await ole.from_lotse(group, desk.lotse)]
    assert [text.splitlines()[0] for text in said if text.startswith("Gewählt")] == [
        f"Gewählt: {ANOTHERS_CHOICE}", "Gewählt: Wer bekommt ihn?",
    ]  # fmt: skip


async def test_a_stranger_who_came_into_a_room_of_two_decides_nothing_about_the_case_there(desk):
    kim, alone, thread, question = await asked_back(desk)
    opened = await kim.hears(alone, desk.lotse, "ist offen.")
    ole = await desk.people.arrive()
    await kim.ask("invite", room=alone, invited=ole.user)
    await ole.ask("join", room=alone)
    for sign in ("❤️", "👎", "1️⃣"):
        await ole.react(alone, question["id"], sign)
        await ole.react(alone, opened["id"], sign)
    await kim.react(alone, question["id"], "🎉")
    line = await desk.anna.hears(desk.room, desk.lotse, "🎉")
    assert line["relation"]["event_id"] == thread
    lines = [each["content"].get("body", "") for each in await desk.anna.from_lotse(desk.room, desk.lotse)]
    assert not [each for each in lines if each.startswith(("Person: ❤", "Person: 👎", "Person: 1"))]


async def test_in_a_room_of_two_that_others_came_into_the_case_goes_on_with_its_person_and_both_sides_know_who_reads(
    desk,
):
    kim, alone, thread, question = await asked_back(desk)
    anna, lea = desk.anna, await desk.people.arrive()
    await kim.ask("invite", room=alone, invited=lea.user)  # who is invited can read it, whether they come or not

    def remarks(messages):
        below = [each for each in messages if (each.get("relation") or {}).get("event_id") == thread]
        return [each for each in below if "Im Raum der Person lesen jetzt weitere mit" in each["content"]["body"]]

    await anna.from_lotse(desk.room, desk.lotse, remarks)
    await kim.hears(alone, desk.lotse, "In diesem Raum lesen jetzt weitere Personen mit")
    await lea.ask("join", room=alone)

    own = await kim.say(alone, "Um den Bonus.")
    await kim.say(alone, "Lotse, auch um Urlaub.", mention=desk.lotse)
    await kim.say(alone, "Im Faden unter der Frage.", thread=question["id"])
    await kim.hears(alone, desk.lotse, IN_THE_CASE)
    await kim.say(alone, "Unter eigenen Worten.", thread=own)
    await lea.say(alone, "Das geht niemanden an.")
    await lea.say(alone, "Auch das nicht.", thread=own)
    await kim.edit(alone, own, "Um den Meisterbonus.")
    await anna.hears(desk.room, desk.lotse, "Um den Meisterbonus. (bearbeitet)")
    for words in ("auch um Urlaub.", "Im Faden unter der Frage.", "Unter eigenen Worten."):
        line = await anna.hears(desk.room, desk.lotse, words)
        assert line["relation"]["event_id"] == thread
    there = await anna.from_lotse(desk.room, desk.lotse)
    lines = [each["content"].get("body", "") for each in there]
    assert not [each for each in lines if "niemanden an" in each or "Auch das nicht" in each]
    assert len(remarks(there)) == 1, "invited and come is one"
    kept = [row for row in await rows(desk.site.database, tables.inbox) if row.payload and "Urlaub" in str(row.payload)]
    assert [row.alone for row in kept] == [None], "a case is not taken up elsewhere for being read by others"


async def test_in_a_group_a_question_is_answered_that_calls_lotse_only_once_it_is_changed_and_so_is_one_below_a_picture(
    desk,
):
    kim, ole = await desk.people.arrive(), await desk.people.arrive()
    group = await kim.room_with(desk.lotse, ole)
    await ole.edit(group, await ole.say(group, "Unter uns"), "Ganz unter uns")
    asked = await kim.say(group, "Was zahlt die Kasse?")
    await ole.edit(group, asked, "@Lotse, nicht meine Worte?", mention=desk.lotse)
    await kim.edit(group, asked, "@Lotse Was zahlt die Kasse?", mention=desk.lotse)
    answer = await kim.hears(group, desk.lotse, "Sie schrieben: Was zahlt die Kasse?")
    assert answer["relation"]["event_id"] == asked
    await kim.edit(group, asked, "@Lotse Was zahlt er mir?", mention=desk.lotse)
    picture = {"msgtype": "m.image", "filename": "a.jpg", "url": "mxc://x/y"}
    seen = await kim.say(group, "@Lotse, gilt das für mich?", mention=desk.lotse, **picture)
    answer = await kim.hears(group, desk.lotse, "Sie schrieben: gilt das für mich?")
    assert answer["relation"]["event_id"] == seen
    await ole.say(group, "a.jpg", **picture)
    await kim.say(group, "Danke", thread=asked)
    await kim.hears(group, desk.lotse, "Sie schrieben: Danke")
    said = [row.text for row in await rows(desk.site.database, tables.transcript) if row.who == "user"]
    assert "Was zahlt die Kasse?" not in said
    assert "Was zahlt er mir?" in said
    heard = [row.payload for row in await rows(desk.site.database, tables.inbox) if row.payload]
    assert sum(each["kind"] == "sent_file" for each in heard) == 1
    assert not any("unter uns" in str(each) or "nicht meine" in str(each) for each in heard)


async def test_a_sticker_is_said_in_words_own_quotations_stay_and_where_nothing_is_said_nothing_is_passed_on(desk):
    kim, alone = await desk.asks(encrypted=True)
    await kim.hears(alone, desk.lotse, "ist offen.")
    thread, anna = (await desk.card(await number_of_latest(desk)))["id"], desk.anna
    await anna.say(desk.room, "Was steht da?", thread=thread)
    question = await kim.hears(alone, desk.lotse, "Was steht da?")
    await kim.ask("send", room=alone, kind="m.sticker", content={"body": "winkt", "url": "mxc://x/y", "info": {}})
    await kim.say(alone, " ")
    quoted = {"m.relates_to": {"m.in_reply_to": {"event_id": question["id"]}}}
    await kim.say(alone, "> Der Antrag wird abgelehnt.\n\nStimmt das?", **quoted)
    await kim.say(alone, f"> <{desk.lotse}> Was steht da?\n\nSonst nichts.", **quoted)
    await anna.hears(desk.room, desk.lotse, "Person: Sonst nichts.")
    lines = [each["content"].get("body", "") for each in await anna.from_lotse(desk.room, desk.lotse)]
    assert [each for each in lines if each.startswith("Person: ")][-3:] == [
        "Person: Sticker: winkt", "Person: > Der Antrag wird abgelehnt.\n\nStimmt das?", "Person: Sonst nichts.",
    ]  # fmt: skip


async def test_who_stays_in_a_room_its_person_has_left_has_no_part_in_their_case(desk):
    kim, alone, thread, question = await asked_back(desk)
    anna, lea = desk.anna, await desk.people.arrive()
    await kim.ask("invite", room=alone, invited=lea.user)
    await lea.ask("join", room=alone)
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": question["id"]}}}
    await lea.say(alone, "Das beantworte ich nicht.", **reply)  # whom it was not said to
    await kim.say(alone, "Lea weiß das.")
    await anna.hears(desk.room, desk.lotse, "Lea weiß das.")
    await kim.ask("leave", room=alone)
    await lea.say(alone, "Meine eigene Frage.")
    await lea.hears(alone, desk.lotse, "Sie schrieben: Meine eigene Frage.")
    await anna.say(desk.room, "Ihr Gehalt reicht.", thread=thread)
    await anna.hears(
        desk.room, desk.lotse, "die Person hat es nicht bekommen. Grund: Die Person hat den Raum verlassen"
    )
    lines = [each["content"].get("body", "") for each in await anna.from_lotse(desk.room, desk.lotse)]
    assert not [each for each in lines if "eigene Frage" in each or "beantworte ich" in each]
    read = [each["content"].get("body", "") for each in await lea.from_lotse(alone, desk.lotse)]
    assert not [each for each in read if "Gehalt" in each or "beantworte ich" in each]


@pytest.mark.parametrize(
    ("version", "creators", "power"),
    [("11", ["@b:x.org"], 0), ("12", ["@b:x.org"], ABOVE_ALL), (12, [], 0), ("x", [], 0)],
)
async def test_who_made_a_room_has_all_power_where_the_version_says_so(version, creators, power):
    content = {"room_version": version, "additional_creators": creators}
    create = {"type": "m.room.create", "state_key": "", "sender": "@a:x.org", "content": content}
    room = with_state(Room("!r"), [create])
    assert (room.level_of("@a:x.org"), room.level_of("@c:x.org")) == (power, 0)
