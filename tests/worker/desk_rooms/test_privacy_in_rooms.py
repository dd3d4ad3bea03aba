"""What may stand in the rooms no longer, or not there: forgotten people, cases whose time is over, encrypted rooms."""

from dataclasses import replace

from bot.model import OpenCase, Person, Say
from bot.store import tables
from bot.store.cases import close_case
from bot.store.privacy import Retention, apply_retention, forget
from tests.conftest import embedded
from tests.desk_stage import ANNA
from tests.fakes import away, incoming, reply
from tests.store.rows import answer, parts, rows


async def test_who_is_forgotten_disappears_from_the_rooms(stage, thread, clock):
    await stage.asks("Ich heiße Kim")
    await stage.says(ANNA, "!nimm", thread=thread)
    await stage.says(ANNA, "!stand", thread=thread)
    assert "Mensch" in stage.rooms.readable()
    await forget(stage.database, Person("recording", "kim"), actor="operator", now=clock())
    await stage.settle()
    assert stage.rooms.texts() == ["Fall 1: Die Person hat ihre Daten löschen lassen."]
    assert stage.rooms.readable() == "Fall 1: Die Person hat ihre Daten löschen lassen."
    await stage.says(ANNA, "Hallo?", thread=thread)
    assert (
        "gelöscht" in stage.rooms.texts(thread=thread)[-1]
        or "Einen solchen Fall" in stage.rooms.texts(thread=thread)[-1]
    )


async def test_who_is_forgotten_disappears_from_the_room_their_case_has_left(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    await stage.says(ANNA, "!an anerkennung: Zeugnisse liegen vor", thread=thread)
    assert "Mensch" in stage.rooms.history[thread][0]
    await forget(stage.database, Person("recording", "kim"), actor="operator", now=clock())
    await stage.settle()
    assert stage.rooms.texts() == []
    assert stage.rooms.readable() == "Fall 1: Die Person hat ihre Daten löschen lassen."


async def test_what_is_kept_for_its_time_only_goes_from_the_rooms_too(stage, thread, clock):
    await close_case(stage.database, 1, actor="operator", now=clock())
    await stage.settle()
    assert "Endgültig geschlossen" in stage.rooms.texts()[0]
    clock.move(days=181)
    await apply_retention(stage.database, Retention(), clock())
    await stage.settle()
    assert stage.rooms.shown == {}
    clock.move(days=31)
    await apply_retention(stage.database, Retention(), clock())
    assert await rows(stage.database, tables.desk_posts) == []
    assert await rows(stage.database, tables.desk_inbox) == []


@embedded
async def test_a_team_that_reads_only_encrypted_shows_no_word_elsewhere(stage, clock):
    team = replace(stage.live.content.teams["foerderung"], encrypted_only=True)
    stage.live.content = replace(stage.live.content, teams={**stage.live.content.teams, "foerderung": team})
    stage.rooms.encrypted = False
    await stage.asks()
    await stage.asks("Ein Geheimnis")
    assert stage.rooms.texts() == [
        "Fall 1 · Förderberatung: Was an dieses Team geht, steht nur in verschlüsselten Räumen, und dieser ist keiner. "
        "Sie finden den Fall am Desk im Browser."
    ]
    assert stage.rooms.texts(thread=stage.rooms.card(1)) == []
    stage.rooms.encrypted = True
    clock.move(minutes=6)
    await stage.asks("Noch eines", user="lea")
    await stage.asks("Mensch", user="lea")
    assert "Offen" in stage.rooms.texts()[-1]


async def test_what_leaves_an_encrypted_room_waits_until_its_writer_knows(stage, clock):
    inbox, conversations = parts(stage.database, clock)
    stage.employees.failures = [away()]
    await inbox.accept("recording", [incoming("Ein Geheimnis", user="kim")])
    case = OpenCase("Ein Geheimnis", "de", "asked", "foerderung", None, told_first=True)
    await answer(conversations, clock(), case, Say(reply("Ihr Fall verlässt diesen Raum."), notice=True))
    await stage.settle()
    assert (stage.employees.texts(), stage.rooms.shown) == ([], {}), "nobody reads what its writer does not know of"
    clock.move(minutes=3)
    stage.employees.failures = [away()]
    await stage.settle()
    (card,) = stage.rooms.texts()
    assert card.startswith("Fall 1 · Förderberatung: Die Frage kommt aus einem verschlüsselten Raum")
    await stage.says(ANNA, "!karte", thread=stage.rooms.card(1))
    assert not any("Geheimnis" in text for text in stage.rooms.texts(thread=stage.rooms.card(1)))
    clock.move(minutes=6)
    await stage.settle()
    assert stage.employees.texts() == ["Ihr Fall verlässt diesen Raum."]
    assert "Frage: Ein Geheimnis" in stage.rooms.texts()[0]
    assert "Person: Ein Geheimnis" in stage.rooms.texts(thread=stage.rooms.card(1))


@embedded
async def test_of_a_room_nobody_has_looked_into_yet_it_is_not_said_whether_it_is_encrypted(stage):
    assert stage.people.read_in(stage.live.content)["foerderung"] == (("rooms", None),)
    await stage.people.refresh()
    assert stage.people.read_in(stage.live.content)["foerderung"] == (("rooms", True),)
