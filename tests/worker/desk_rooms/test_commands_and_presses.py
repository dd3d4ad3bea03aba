"""Claiming, commands, buttons and forms in the rooms: what they do, why they refuse, and that all desks are one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.handoff.case_events import Claims, Notes, Replies
from bot.model import OpenCase, Pressed, Reacted, RoomMember, Seen, SentFile, TimerDue, typed
from bot.store import tables
from bot.store.case_rows import last_said
from tests.conftest import embedded
from tests.desk_people import MARIA
from tests.desk_stage import ANNA, BEN, FUNDING, OLE, REST, facts
from tests.fakes import incoming
from tests.store.rows import answer, parts, rows, words_in


@embedded
@pytest.mark.parametrize("how", ["hand", "button", "word", "number", "reply"])
async def test_every_way_of_claiming_claims_and_the_card_says_so_for_everybody(stage, thread, how):
    ways = {
        "hand": (Reacted(thread, "✋"), None),
        "button": (Pressed("desk:claim:1:1"), None),
        "word": ("!nimm", thread),
        "number": ("!nimm 1", None),
        "reply": ("Moin, ich sehe nach.", thread),
    }
    given, where = ways[how]
    await stage.says(ANNA, given, thread=where)
    now = await facts(stage)
    assert (now.state, now.owner, now.owner_name) == ("claimed", ANNA, "Anna")
    (card,) = stage.rooms.texts()
    assert "In Arbeit (liegt bei Anna)" in card
    assert "1. Übernehmen" not in card
    assert any("Anna (Förderberatung) übernimmt" in text for text in stage.heard())
    assert any("Anna hat übernommen" in text for text in stage.rooms.texts(thread=thread))
    assert ("Anna (Mensch):\n\nMoin, ich sehe nach." in stage.heard()) == (how == "reply")


@embedded
async def test_the_desk_in_the_browser_and_the_room_see_each_other(stage, thread, clock):
    await stage.desk.act(1, Claims(MARIA), stage.clock())
    await stage.desk.act(1, Replies(MARIA, "Moin vom **Desk**"), stage.clock())
    await stage.desk.act(1, Notes(MARIA, "nur für uns"), stage.clock())
    await stage.asks("Danke!")
    lines = stage.rooms.texts(thread=thread)
    assert "Maria Petersen:\n\nMoin vom Desk" in lines
    assert "🔒 Notiz · Maria Petersen: nur für uns" in lines
    assert lines[-1] == "Person: Danke!"
    assert "liegt bei Maria Petersen" in stage.rooms.texts()[0]
    await stage.says(ANNA, Reacted(thread, "✋"))
    assert "Diesen Fall hat gerade Maria Petersen." in stage.rooms.texts(thread=thread)[-1]
    stage.rooms.members[FUNDING.room].append(RoomMember("@maria:x.org"))
    clock.move(seconds=1)
    await stage.says("@maria:x.org", "Und hier aus dem Raum", thread=thread)
    assert stage.heard()[-1] == "Maria Petersen (Mensch):\n\nUnd hier aus dem Raum"


@embedded
async def test_commands_do_what_they_say_and_refusals_say_why(stage, thread):
    async def answer(text, user=ANNA, where=thread):
        before = len(stage.rooms.shown)
        await stage.says(user, text, thread=where)
        assert len(stage.rooms.shown) > before
        return stage.rooms.texts(thread=where)[-1]

    assert "`" not in await answer("!gibtsnicht")
    assert "!hilfe" in await answer("!gibtsnicht")
    assert "!nimm" in await answer("!hilfe")
    assert "Welcher Fall?" in await answer("!nimm", where=None)
    assert "Einen solchen Fall gibt es" in await answer("!nimm 77", where=None)
    assert "Bitte übernehmen Sie ihn zuerst" in await answer("!fertig beantwortet")
    await stage.says(ANNA, "!nimm", thread=thread)
    assert "Warum? Eines von" in await answer("!fertig")
    assert "„gibtsnicht“ ist kein Team" in await answer("!an gibtsnicht: eine lange Notiz")
    assert "1 offener Fall" in await answer("!liste", where=None)
    assert "Mensch" not in await answer("!liste", where=None), "a list is not taken back, so it quotes nobody"
    assert "Fall 1 · Förderberatung" in await answer("!stand")
    assert "Wonach soll ich suchen" in await answer("!wissen")
    assert "Dateien werden nicht weitergegeben" in await answer(SentFile())
    await stage.says(ANNA, "!warten Seit wann sind Sie angestellt?", thread=thread)
    assert (await facts(stage)).state == "waiting_employee"
    await stage.says(ANNA, "!fertig beantwortet Alles Gute!", thread=thread)
    assert (await facts(stage)).state == "resolved"
    assert "Erledigt" in stage.rooms.texts()[0]


@embedded
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Pressed("desk:claim:2:1"), "Einen solchen Fall gibt es für Sie hier nicht."),  # of another team
        (Pressed("desk:claim:9:1"), "Einen solchen Fall gibt es für Sie hier nicht."),
        (Pressed("desk:claim:1"), "Diesen Knopf gibt es nicht oder nicht mehr"),
        (Pressed("timer:case:1:gives_up"), "Diesen Knopf gibt es nicht oder nicht mehr"),
        (Pressed("case:withdraw:1"), "Diesen Knopf gibt es nicht oder nicht mehr"),
        (Pressed("desk:type:!nimm 2"), "Einen solchen Fall gibt es für Sie hier nicht."),
        (Pressed("desk:type:!löschen 1"), "Diesen Befehl gibt es nicht."),
        (Pressed("desk:claim:1:9"), "Der Fall hat sich inzwischen geändert."),
        (Pressed("desk:type:9:!nimm 1"), "Der Fall hat sich inzwischen geändert."),
        (Pressed("desk:type:x:!nimm 1"), "Diesen Knopf gibt es nicht oder nicht mehr"),
        (Pressed("desk:type:x@!a Hallo"), "Diesen Knopf gibt es nicht oder nicht mehr"),
        (Pressed("desk:type:2@9:!a Hallo"), "Einen solchen Fall gibt es für Sie hier nicht."),
        (Pressed("desk:type:1"), "Diesen Knopf gibt es nicht oder nicht mehr"),
        (TimerDue("case:1:gives_up"), None),
    ],
)
async def test_a_forged_press_in_a_room_says_why_nothing_happens(stage, thread, given, said):
    inbox, conversations = parts(stage.database, stage.clock)
    await inbox.accept("recording", [incoming("Mensch", user="lou")])
    await answer(conversations, stage.clock(), OpenCase("Mensch", "de", "asked", "anerkennung", None))
    await stage.settle()
    before = await rows(stage.database, tables.cases), await rows(stage.database, tables.case_events)
    heard = list(stage.rooms.texts(thread=thread))
    await stage.says(ANNA, given, thread=thread)
    assert (await rows(stage.database, tables.cases), await rows(stage.database, tables.case_events)) == before
    answers = list(stage.rooms.texts(thread=thread))[len(heard) :]
    assert [said in text for text in answers] == ([] if said is None else [True])


@embedded
@pytest.mark.parametrize("step", ["!fertig 1 answered", "!warten 1 Seit wann?", "!extern 1 bis 2026-12-02"])
async def test_a_form_opened_before_the_employees_last_words_waits_and_resolves_nothing(stage, thread, step):
    await stage.says(ANNA, "!nimm", thread=thread)
    async with stage.database.reading() as connection:
        seen = Seen((await facts(stage)).version, await last_said(connection, 1))
    await stage.asks("Halt, noch eine Frage!")
    await stage.says(ANNA, typed(step, seen), thread=thread)
    assert "Die Person hat inzwischen noch etwas geschrieben." in stage.rooms.texts(thread=thread)[-1]
    assert (await facts(stage)).state == "claimed"
    async with stage.database.reading() as connection:
        now_seen = replace(seen, line=await last_said(connection, 1))
    assert now_seen.line > seen.line
    await stage.says(ANNA, typed("!a Schreibe ich trotzdem.", seen), thread=thread)
    assert any("Schreibe ich trotzdem." in text for text in stage.heard()), "a reply is never thrown away"
    await stage.says(ANNA, typed(step, now_seen), thread=thread)
    assert (await facts(stage)).state != "claimed"


@embedded
async def test_the_next_case_is_the_one_of_this_room_that_is_due_first(stage, thread, clock):
    await stage.asks(user="lou")
    due = {1: clock() + timedelta(hours=3), 2: clock() + timedelta(hours=1)}
    async with stage.database.transaction() as connection:
        for number, at in due.items():
            await connection.execute(tables.cases.update().where(tables.cases.c.number == number).values(first_due=at))
    await stage.says(OLE, "!nächster", room=REST.room)
    assert "kein Fall, den niemand hat" in stage.rooms.texts(REST.room)[-1]
    for number in (2, 1):
        await stage.says(ANNA, "!nächster")
        assert f"Fall {number} ist jetzt bei Ihnen" in stage.rooms.texts()[-1]
        assert (await facts(stage, number)).owner == ANNA
        clock.move(minutes=1)
    await stage.says(BEN, "!next")
    assert "kein Fall, den niemand hat" in stage.rooms.texts()[-1]


@embedded
@pytest.mark.parametrize(
    "again", ["!an maria2:x.org: Bitte weiter machen", typed("!an 1 @maria2 x.org: Bitte weiter machen", None, 1)]
)
async def test_of_two_with_one_name_either_can_be_named_as_the_answer_says(stage, thread, again):
    stage.rooms.members[FUNDING.room].append(RoomMember("@maria2:x.org", MARIA.name))
    await stage.says(ANNA, "!nimm", thread=thread)
    await stage.says(ANNA, "!an Maria Petersen: Bitte weiter machen", thread=thread)
    said = stage.rooms.texts(thread=thread)[-1]
    assert said.endswith("eines davon: maria2:x.org (Maria Petersen, rooms), maria (Maria Petersen, Desk).")
    await stage.says(ANNA, again, thread=thread)
    assert (await facts(stage)).owner == "@maria2:x.org"


@embedded
async def test_a_link_to_the_desk_goes_to_who_asked_and_to_people_of_the_file_only(stage, thread, clock):
    await stage.says(ANNA, "!desk", alone=ANNA)
    assert "zu keinem Zugang am Desk" in stage.rooms.texts()[-1]
    stage.rooms.members[FUNDING.room].append(RoomMember("@maria:x.org"))
    clock.move(seconds=1)
    await stage.says("@maria:x.org", "!desk", alone="@maria:x.org")
    assert "als Direktnachricht" in stage.rooms.texts()[-1]
    (link,) = stage.rooms.texts("@maria:x.org")
    assert "https://lotse.example/sign-in/maria" in link
    assert "sign-in" not in words_in(await rows(stage.database, tables.desk_posts))
