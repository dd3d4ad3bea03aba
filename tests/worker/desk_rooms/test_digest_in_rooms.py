"""The digest of a team in its room: when it comes, and what is pressed below it."""

import asyncio

from bot.dialogue.naming import label_title
from bot.model import OpenCase, Pressed, as_text
from bot.store.desk_notices import DeskNotice, put_notice
from bot.worker.digest_loop import write_digest
from tests.conftest import embedded
from tests.desk_stage import ANNA, BEN, OLE, REST, facts
from tests.fakes import away, incoming, refused, reply
from tests.store.rows import answer, parts


@embedded
async def test_the_digest_of_a_team_is_posted_in_its_room_once(stage, thread, clock):
    notice = DeskNotice(
        "foerderung", "digest", "2026-11-22", clock(), {"de": reply("Drei neue Fälle."), "en": reply("Three.", "en")}
    )
    await put_notice(stage.database, notice)
    await stage.settle()
    await stage.settle()
    assert stage.rooms.texts().count("Drei neue Fälle.") == 1
    assert stage.rooms.texts(REST.room) == []


@embedded
async def test_the_digest_comes_when_the_invitation_to_the_room_is_accepted(stage, clock):
    stage.rooms.failures = [refused()]
    await put_notice(
        stage.database, DeskNotice("foerderung", "digest", "2026-11-22", clock(), {"de": reply("Drei Fälle.")})
    )
    await stage.settle()
    assert stage.rooms.texts() == []
    clock.move(minutes=6)
    await stage.settle()
    assert stage.rooms.texts() == ["Drei Fälle."]
    stage.rooms.failures = [refused()]
    await put_notice(
        stage.database, DeskNotice("foerderung", "digest", "2026-11-23", clock(), {"de": reply("Vier Fälle.")})
    )
    await stage.settle()
    clock.move(hours=13)
    stage.rooms.failures = [refused()]
    await stage.settle()
    clock.move(minutes=6)
    await stage.settle()
    assert stage.rooms.texts() == ["Drei Fälle."], "yesterday's is given up"


async def digest_in(stage, team="foerderung"):
    """The message of the morning in the room of its team, with what can be pressed there by its words."""
    teams = stage.live.content.teams
    assert await write_digest(stage.database, stage.live.content, teams[team], stage.clock(), stage.open_gaps)
    await stage.settle()
    (shown,) = [reply for _, reply in stage.rooms.shown.values() if as_text(reply).startswith("Guten Morgen")]
    return {choice.label: Pressed(choice.value) for choice in shown.choices}


async def test_the_next_case_is_pressed_below_the_digest_and_each_press_is_another_one(stage, thread, clock):
    await stage.asks(user="lou")
    pressed = (await digest_in(stage))["Nächster Fall"]
    await stage.says("@fremd:x.org", pressed)
    await stage.says(OLE, pressed)
    assert ["nicht als Koordination eingetragen" in text for text in stage.rooms.texts()[-2:]] == [True, True]
    for user in (ANNA, BEN):  # at the same moment
        await stage.says(user, pressed, settle=False)
    await asyncio.gather(*(stage.talk.handle_next(clock()) for _ in range(2)))
    await stage.settle()
    owners = {number: (await facts(stage, number)).owner for number in (1, 2)}
    assert set(owners.values()) == {ANNA, BEN}
    named = {ANNA: "@Anna", BEN: "@Ben"}
    told = [f"Fall {number} ist jetzt bei Ihnen; in seinem Faden geht es weiter.\n\n{named[owner]}"
            for number, owner in owners.items()]  # fmt: skip
    assert sorted(stage.rooms.texts()[-2:]) == told
    clock.move(minutes=1)
    await stage.says(ANNA, pressed)
    assert "kein Fall, den niemand hat" in stage.rooms.texts()[-1]
    stage.rooms.failures = [away()]
    clock.move(minutes=6)
    await stage.says(ANNA, pressed)
    assert "lässt sich im Moment nicht prüfen" in stage.rooms.texts()[-1]


@embedded
async def test_the_next_case_of_a_digest_is_one_of_its_team(stage, clock):
    inbox, conversations = parts(stage.database, stage.clock)
    for number, team in enumerate(("anerkennung", "module"), 1):
        await inbox.accept("recording", [incoming("Mensch", user=f"user{number}")])
        await answer(conversations, clock(), OpenCase("Mensch", "de", "asked", team, None))
    await stage.settle()
    await stage.says(OLE, "!nächster foerderung", room=REST.room)
    assert "„foerderung“ ist kein Team dieses Raums. Hier sind: " in stage.rooms.texts(REST.room)[-1]
    await stage.says(OLE, (await digest_in(stage, "module"))["Nächster Fall"], room=REST.room)
    assert "Fall 2 ist jetzt bei Ihnen" in stage.rooms.texts(REST.room)[-1]
    clock.move(minutes=1)
    await stage.says(OLE, "!nächster", room=REST.room)
    assert "Fall 1 ist jetzt bei Ihnen" in stage.rooms.texts(REST.room)[-1]


@embedded
async def test_what_of_the_knowledge_wants_looking_at_is_said_in_the_room(stage, thread):
    stage.gaps = ("weiterbildungsbonus.documents", "weiterbildungsbonus.documents", "meister_bafoeg.amount", None)
    pressed = (await digest_in(stage))["Wissen prüfen"]
    await stage.says("@fremd:x.org", pressed)
    assert "nicht als Koordination eingetragen" in stage.rooms.texts()[-1]
    await stage.says(ANNA, pressed)
    said = stage.rooms.texts()[-1]
    assert said.startswith("Wissen prüfen · Förderberatung\n")
    title = label_title(stage.live.content, "weiterbildungsbonus.documents", "de")
    assert f"• {title}: 2 Gruppen" in said
    assert "ohne erkanntes Thema" not in said, "those are the general team's"
    assert not any(name in said for name in ("Anna", "Ben", "Maria", "Mensch"))
    await stage.says(ANNA, "!prüfen anerkennung")
    assert "kein Team dieses Raums. Hier sind: Förderberatung." in stage.rooms.texts()[-1]
    await stage.says(OLE, "!review", room=REST.room)
    assert "ohne erkanntes Thema: 1 Gruppe" in stage.rooms.texts(REST.room)[-1]
