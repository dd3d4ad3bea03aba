"""The card of a case: where it stands, what it shows, and what is said below one that is gone, left behind or not known yet."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from bot.dialogue.shown_answers import shown_now
from bot.handoff.case_events import Claims, Replies
from bot.model import CaseContext, ExternalId, OpenCase, Person, Reacted, Removed, RoomMember, as_text
from bot.store import tables
from bot.store.desk_cards import card_removed
from bot.store.desk_threads import thread_of_message
from bot.store.privacy import forget
from tests.conftest import embedded
from tests.desk_people import MARIA
from tests.desk_stage import ANNA, BEN, FUNDING, REST, DeskStage, RoomChannel, facts
from tests.fakes import away, incoming, refused
from tests.store.rows import answer, parts, rows


async def test_a_case_has_a_card_in_the_room_of_its_team_and_its_lines_in_the_thread(stage, thread):
    await stage.asks("Noch etwas: gilt das auch in Teilzeit?")
    (card,) = stage.rooms.texts()
    assert "Fall 1 · Förderberatung" in card
    assert "Offen, noch niemand hat übernommen" in card
    lines = stage.rooms.texts(thread=thread)
    assert lines == ["Person: Mensch", "Person: Noch etwas: gilt das auch in Teilzeit?", lines[2]]
    assert "Lotse (automatisch): " in lines[2]
    assert stage.rooms.texts(REST.room) == []


@embedded
async def test_a_card_follows_the_content_where_it_says_whether_an_answer_still_holds(stage, thread, clock):
    inbox, conversations = parts(stage.database, clock)
    before, label = stage.live.content, "weiterbildungsbonus.amount"
    context = CaseContext(shown=(shown_now(label, before, clock(), "de"),))
    await inbox.accept("recording", [incoming("Mensch", user="lou")])
    opened = OpenCase("Mensch", "de", "asked", "foerderung", None, context=context)
    await answer(conversations, clock(), opened)
    await stage.settle()
    assert f"✓ gilt heute ({label}, Wissensstand {before.hash[:8]})" in stage.rooms.texts()[1]
    topics = {name: topic for name, topic in before.topics.items() if name != "weiterbildungsbonus"}
    stage.live.content = replace(before, topics=topics, hash="another")
    handed = len(stage.rooms.handed)
    await stage.settle()
    assert f"⚠ gibt es nicht mehr ({label}, Wissensstand {before.hash[:8]})" in stage.rooms.texts()[1]
    assert len(stage.rooms.handed) == handed + 1, "a card that says nothing of that kind stays as it is"


@embedded
async def test_a_burst_of_changes_costs_one_edit(stage, thread):
    edits = len(stage.rooms.handed)
    await stage.desk.act(1, Claims(MARIA), stage.clock())
    for number in range(5):
        await stage.desk.act(1, Replies(MARIA, f"Nachricht {number}"), stage.clock())
    await stage.settle()
    of_the_card = [one for one in stage.rooms.handed[edits:] if getattr(one, "external_id", None) == thread]
    assert len(of_the_card) == 1


@embedded
async def test_a_room_that_is_set_today_shows_todays_cases(database, clock):
    stage = DeskStage(database, clock)
    await stage.asks()
    later = DeskStage(database, clock, channel=RoomChannel())
    later.rooms.desk_rooms = (replace(FUNDING, room="!new"),)
    later.people.rooms = later.rooms.desk_rooms
    later.rooms.members["!new"] = [RoomMember(ANNA, "Anna")]
    later.posts = type(later.posts)(database, later.rooms.desk_rooms)
    object.__setattr__(later.board, "posts", later.posts)
    await later.settle()
    assert "Fall 1 · Förderberatung" in later.rooms.texts("!new")[0]


@embedded
async def test_a_card_somebody_took_away_is_posted_again_and_goes_on_below_the_new_one(stage, thread):
    await stage.says(BEN, Removed(stage.rooms.card(1)))
    again = stage.rooms.card(1)
    assert again != thread
    await stage.asks("Und noch etwas")
    assert [text for text in stage.rooms.texts(thread=again) if text.startswith("Person: ")] == [
        "Person: Und noch etwas"
    ]
    await stage.says(BEN, "!nimm", thread=thread)
    assert (await facts(stage)).owner == BEN, "what is said below the former one still counts"
    await stage.says(BEN, Removed(ExternalId("own-words")))
    assert stage.rooms.card(1) == again


@embedded
async def test_a_card_somebody_takes_away_while_it_is_changed_is_posted_again(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread, settle=False)
    await stage.talk.handle_next(stage.clock())
    await stage.board.plan("rooms", stage.clock())
    changing = await stage.board.claim_next("rooms", stage.clock())
    assert changing.external_id == thread
    await card_removed(stage.database, "rooms", FUNDING.room, thread)
    posting = await stage.board.claim_next("rooms", stage.clock())
    assert posting.external_id is None
    await stage.posts.posted(changing, thread, thread, stage.clock())  # the change ends only now
    await stage.board.carry_out(stage.rooms, posting, stage.clock)
    (card,) = [row for row in await rows(stage.database, tables.desk_posts) if row.kind == "card"]
    assert (card.status, card.external_id) == ("sent", stage.rooms.card(1))
    await stage.settle()
    again = stage.rooms.card(1)
    assert again != thread
    await stage.asks("Und noch etwas")
    assert "Person: Und noch etwas" in stage.rooms.texts(thread=again)


async def test_a_line_whose_thread_was_left_behind_stands_below_a_new_card(stage, thread):
    stage.rooms.move()
    await stage.asks("Und noch etwas")
    again = stage.rooms.card(1)
    assert again != thread
    assert stage.rooms.texts(thread=again)[0] == "Person: Und noch etwas"
    assert "Person: Und noch etwas" not in [*stage.rooms.texts(), *stage.rooms.texts(thread=thread)]


@pytest.mark.parametrize("first", ["line", "card"])
async def test_a_card_that_was_left_behind_goes_while_its_id_is_known(stage, thread, clock, first):
    stage.rooms.move()
    if first == "line":
        await stage.asks("Und noch etwas")
    else:
        await stage.says(ANNA, Reacted(thread, "✋"))
    assert thread not in stage.rooms.shown
    assert stage.rooms.card(1) is not None
    await stage.says(ANNA, "Moin, ich sehe nach.", thread=thread)
    assert any("Moin, ich sehe nach." in text for text in stage.heard()), (
        "what is said below the former one still counts"
    )
    await forget(stage.database, Person("recording", "kim"), actor="operator", now=clock())
    await stage.settle()
    assert stage.rooms.readable() == "Fall 1: Die Person hat ihre Daten löschen lassen."


async def test_a_room_that_moved_gets_a_card_once_whatever_was_to_stand_in_the_former_thread(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    await stage.says(ANNA, "Kommt das an?", thread=thread)
    stage.rooms.failures = [away(30)]
    await stage.says(BEN, "!stand", thread=thread)  # asked for in the thread, and under way for half a minute
    stage.rooms.move()
    await stage.asks("Und noch etwas")
    again = stage.rooms.card(1)
    assert again != thread
    stage.employees.failures = [refused()]
    clock.move(seconds=61)
    await stage.settle()
    assert stage.rooms.texts() == [as_text(stage.rooms.shown[again][1])]
    below = stage.rooms.texts(thread=again)
    assert sum(text.startswith("Fall 1 ") for text in below) == 1
    assert sum("Nicht zugestellt" in text for text in below) == 1


async def test_what_is_said_below_a_card_of_which_nobody_knows_yet_waits_for_it(stage):
    await stage.asks("Mensch", user="kim")  # the card stands there, and a stop came before that was noted
    thread = stage.rooms.card(1)
    lost = {"external_id": None, "thread": "", "status": "sending", "retry_at": stage.clock() + timedelta(minutes=1)}
    async with stage.database.transaction() as connection:
        await connection.execute(update(tables.desk_posts).where(tables.desk_posts.c.kind == "card").values(lost))
        await connection.execute(delete(tables.desk_posts).where(tables.desk_posts.c.kind == "line"))
    await stage.says(ANNA, "Moin, ich sehe nach.", thread=thread)
    assert (await facts(stage)).state == "open"
    stage.clock.move(minutes=2)
    await stage.settle()  # the card is posted once more, and the platform knows it again
    assert (await facts(stage)).owner == ANNA
    assert any("Moin, ich sehe nach." in text for text in stage.heard())


@embedded
async def test_what_is_said_below_a_card_that_is_being_posted_anew_is_said_in_its_case(stage, thread):
    await stage.says(ANNA, "!hilfe")  # who she is, is known from now on
    async with stage.database.transaction() as connection:  # nothing else stands in the thread
        await connection.execute(delete(tables.desk_posts).where(tables.desk_posts.c.kind == "line"))
    await card_removed(stage.database, "rooms", FUNDING.room, thread)
    stage.rooms.failures = [away(60)]
    reply_to_card = await thread_of_message(stage.database, "rooms", FUNDING.room, thread)
    assert reply_to_card == thread, "clients without threads"
    await stage.says(ANNA, "Moin, ich sehe nach.", thread=thread)
    assert any("Moin, ich sehe nach." in text for text in stage.heard())
    assert stage.rooms.card(1) == thread, "the new one does not stand there yet"


@embedded
async def test_what_is_said_among_colleagues_does_not_wait_for_a_card_for_ever(stage):
    await stage.asks("Mensch", user="kim")
    lost = {"external_id": None, "thread": "", "status": "sending", "retry_at": stage.clock() + timedelta(hours=1)}
    async with stage.database.transaction() as connection:
        await connection.execute(update(tables.desk_posts).where(tables.desk_posts.c.kind == "card").values(lost))
    await stage.says(ANNA, "Mahlzeit!")
    (said,) = await rows(stage.database, tables.desk_inbox)
    assert said.status == "waiting"
    stage.clock.move(minutes=6)
    await stage.settle()
    (said,) = await rows(stage.database, tables.desk_inbox)
    assert said.status == "done"
