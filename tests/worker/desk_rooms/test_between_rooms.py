"""Cases that go from the room of one team to that of another: handed on, left by a team that is gone, shown to deputies."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.errors import ChannelError
from bot.handoff.case_events import Time
from bot.handoff.case_states import decide
from bot.model import CaseTimer, Edit, MoveCase, OpenCase, Redact, Removed, as_text
from bot.store import tables
from bot.store.carrying_over import carry_over
from bot.store.desk_reading import read_case
from bot.store.figures import read_lost_teams
from bot.store.timers import Timers
from bot.worker.owners_loop import hand_to_teams
from tests.conftest import embedded
from tests.desk_people import MARIA
from tests.desk_people import OLE as OLE_STAFF
from tests.desk_stage import ANNA, BEN, OLE, REST, DeskStage, RoomChannel, facts
from tests.fakes import incoming, record, refused
from tests.store.rows import answer, parts


async def test_a_case_that_goes_to_another_team_leaves_the_room_and_its_thread_works_no_more(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread)
    await stage.says(ANNA, "Seit wann?", thread=thread)
    await stage.says(ANNA, "!an anerkennung: Zeugnisse liegen vor", thread=thread)
    assert stage.rooms.texts() == ["Fall 1 liegt jetzt bei: Anerkennung und Anrechnung."]
    (card,) = stage.rooms.texts(REST.room)
    assert "Fall 1 · Anerkennung und Anrechnung" in card
    heard = len(stage.heard())
    await stage.says(ANNA, "Noch ein Wort", thread=thread)
    assert "Einen solchen Fall gibt es für Sie hier nicht" in stage.rooms.texts(thread=thread)[-1]
    assert len(stage.heard()) == heard
    there = stage.rooms.card(1, REST.room)
    await stage.asks("Hört mich jemand?")
    assert "Person: Hört mich jemand?" in stage.rooms.texts(REST.room, there)
    assert "Person: Hört mich jemand?" not in stage.rooms.texts(thread=thread)
    await stage.says(OLE, "!an foerderung: doch nicht unseres", room=REST.room, thread=there)
    assert "Fall 1 · Förderberatung" in stage.rooms.texts()[-1]
    back = stage.rooms.card(1)
    assert back != thread
    *before, moved, note = stage.rooms.texts(thread=back)
    assert before == stage.rooms.texts(REST.room, there), "what was said meanwhile and before it left, also from here"
    assert ("Ole hat an Förderberatung übergeben" in moved, "doch nicht unseres" in note) == (True, True)


class UnchangingRooms(RoomChannel):
    """Rooms on a platform that lets no message be changed any more."""

    async def send(self, delivery):
        if isinstance(delivery, Edit):
            raise ChannelError("edit_window_closed", permanent=True)
        return await super().send(delivery)


async def test_a_case_that_comes_back_has_its_lines_below_its_new_card_also_where_the_former_could_not_be_changed(
    database, clock
):
    stage = DeskStage(database, clock, channel=UnchangingRooms())
    await stage.asks()
    thread = stage.rooms.card(1)
    await stage.says(ANNA, "Seit wann?", thread=thread)
    await stage.asks("Seit Mai")
    await stage.says(ANNA, "!an anerkennung: Zeugnisse liegen vor", thread=thread)
    there = stage.rooms.card(1, REST.room)
    await stage.says(OLE, "!an foerderung: doch nicht unseres", room=REST.room, thread=there)
    back = stage.rooms.card(1)
    assert back != thread
    said = [text for text in stage.rooms.texts(thread=back) if text.startswith(("Person: ", "Anna:"))]
    assert said == ["Person: Mensch", "Anna:\n\nSeit wann?", "Person: Seit Mai"]


@embedded
async def test_a_case_that_left_before_its_card_was_posted_gets_one_when_it_comes_back(stage, thread):
    async def goes_to(team):
        async with stage.database.transaction() as connection:
            await connection.execute(update(tables.cases).values(team=team))

    await goes_to("anerkennung")
    await stage.board.plan("rooms", stage.clock())  # noted, and not posted before it goes back
    await goes_to("foerderung")
    await stage.settle()
    assert stage.rooms.texts(REST.room) == []
    await goes_to("anerkennung")
    await stage.settle()
    (card,) = stage.rooms.texts(REST.room)
    assert "Fall 1" in card


async def test_who_takes_words_back_after_handing_the_case_on_reads_that_it_failed_and_may_try_again(
    stage, thread, clock
):
    said = await stage.says(ANNA, "Es sind 40 Prozent.", thread=thread)
    stage.employees.failures = [refused()]
    await stage.says(ANNA, "Das bleibt liegen.", thread=thread)
    await stage.says(ANNA, "!an anerkennung: Zeugnisse liegen vor", thread=thread)
    clock.move(seconds=1)
    await stage.says(ANNA, "!nochmal", thread=thread)
    assert "Einen solchen Fall gibt es für Sie hier nicht" in stage.rooms.texts(thread=thread)[-1], "it is not hers now"
    before = stage.rooms.texts(thread=thread)
    stage.employees.failures = [refused()]
    await stage.says(ANNA, Removed(said))
    (told,) = stage.rooms.texts(thread=thread)[len(before) :]
    assert told.startswith("⚠ Gelöscht ist es nur hier; die Person liest es weiter.")
    clock.move(seconds=1)
    await stage.says(ANNA, "!nochmal", thread=thread)
    assert "Ich versuche es noch einmal" in stage.rooms.texts(thread=thread)[-1]
    assert isinstance(stage.employees.handed[-1], Redact)
    tried = [text for text in stage.heard() if "Das bleibt liegen." in text]
    assert len(tried) == 1, "whose case it is decides about that"
    await stage.says(ANNA, "!nochmal", thread=thread)
    assert "Einen solchen Fall gibt es für Sie hier nicht" in stage.rooms.texts(thread=thread)[-1]


@pytest.mark.parametrize("when", ["before a look", "while its card is to be changed"])
async def test_a_case_handed_to_somebody_of_another_room_stays_there_when_they_link_their_account(stage, thread, when):
    stage.named.staff = (MARIA, OLE_STAFF)
    await stage.says(OLE, "!hilfe", room=REST.room)
    await stage.says(ANNA, "!nimm", thread=thread)
    await stage.says(ANNA, "!an ole:x.org: bitte übernehmen", thread=thread)
    card = stage.rooms.card(1, REST.room)
    if when != "before a look":
        await stage.says(OLE, "!warten Seit wann?", room=REST.room, thread=card, settle=False)
        await stage.talk.handle_next(stage.clock())
        await stage.board.plan("rooms", stage.clock())
    stage.linked[OLE] = OLE_STAFF.id
    async with stage.database.transaction() as connection:
        await carry_over(connection, OLE, OLE_STAFF.id, OLE_STAFF.name, stage.clock(), [])
    await stage.settle()
    assert stage.rooms.card(1, REST.room) == card
    assert f"liegt bei {OLE_STAFF.name}" in as_text(stage.rooms.shown[card][1])


@embedded
async def test_the_case_of_a_team_that_is_gone_is_shown_and_claimed_where_the_rest_is(stage, clock, database):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("Mensch", user="kim")])
    await answer(conversations, clock(), OpenCase("Mensch", "de", "asked", "aufgeloest", None))
    teams = stage.live.content.teams
    assert await hand_to_teams(database, stage.desk, teams, clock()) == 1
    assert await hand_to_teams(database, stage.desk, teams, clock()) == 0
    await stage.settle()
    (card,) = stage.rooms.texts(REST.room)
    assert card.startswith("Fall 1 · QMIT-Koordination\n")
    assert "Zugesagt bis" in card
    await stage.says(OLE, "!nimm 1", room=REST.room)
    claimed = (await read_case(database, replace(OLE_STAFF, teams=frozenset({"koordination"})), 1, clock())).facts
    assert (claimed.state, claimed.owner, claimed.team) == ("claimed", OLE, "koordination")
    assert any("Ihr Fall 1 liegt jetzt bei: QMIT-Koordination" in text for text in stage.heard())
    assert await read_lost_teams(database, clock()) == {"aufgeloest": 1}
    clock.move(days=8)
    assert await read_lost_teams(database, clock()) == {}


@embedded
async def test_a_broken_promise_calls_people_by_name_and_shows_the_case_to_the_deputies(stage, clock, database):
    due, (inbox, conversations) = clock() + timedelta(hours=30), parts(database, clock)
    await inbox.accept("recording", [incoming("Mensch", user="kim")])
    warns = (CaseTimer("sla_warning", clock() + timedelta(hours=26)),)
    await answer(
        conversations, clock(), OpenCase("Mensch", "de", "asked", "foerderung", None, first_due=due, timers=warns)
    )
    await stage.settle()
    thread, timers = stage.rooms.card(1), Timers(database)
    while (await facts(stage)).alarm != "breached":
        clock.now = await timers.next_due()
        await timers.fire_due(clock())
        await answer_timer(stage, conversations)
        await stage.settle()
    calls = [
        [span.mention for block in shown.blocks for span in getattr(block, "spans", ()) if span.mention]
        for _, shown in stage.rooms.shown.values()
    ]
    assert [ANNA, BEN] in calls
    lines = "\n".join(stage.rooms.texts(thread=thread))
    assert "läuft bald ab" in lines
    assert "ist abgelaufen" in lines
    assert "Fall 1 · Förderberatung" in stage.rooms.texts(REST.room)[0]


async def answer_timer(stage, conversations):
    """Take the turn of a timer of the case, as the program does."""
    async with conversations.claim_next(stage.clock()) as work:
        kind = work.input.kind.rpartition(":")[2]
        moved = decide(work.case, Time(kind), stage.clock(), stage.office(()))
        await work.finish(record(MoveCase(moved)))
