"""Who coordinates in a room: members and how long that is believed, several rooms, linked accounts, absences."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.errors import ChannelError, NotThereYet
from bot.handoff.case_events import Claims
from bot.model import Pressed, RoomMember
from bot.store.absences import list_absences
from bot.store.carrying_over import carry_over
from bot.worker.owners_loop import hand_on
from tests.conftest import embedded
from tests.desk_people import ADMIN, MARIA
from tests.desk_stage import ANNA, BEN, FUNDING, OLE, REST, DeskStage, facts
from tests.fakes import away


@embedded
async def test_only_members_of_the_room_are_coordinators_and_nothing_that_looks_alike(stage, thread, clock):
    for stranger in ("@аnna:x.org", "@Anna:x.org", "@anna:x.org.evil.org", "@anna:x.orG", "Anna"):
        await stage.says(stranger, "!nimm", thread=thread)
        assert "nicht als Koordination eingetragen" in stage.rooms.texts(thread=thread)[-1]
        await stage.says(stranger, "Ich antworte einfach", thread=thread)
    assert (await facts(stage)).state == "open"
    assert not any("Ich antworte einfach" in text for text in stage.heard())
    stage.rooms.least_power = 50
    clock.move(minutes=6)
    await stage.says(ANNA, "!nimm", thread=thread)
    assert (await facts(stage)).state == "open"
    stage.rooms.members[FUNDING.room] = [RoomMember(ANNA, "Anna", power=50)]
    clock.move(minutes=6)
    await stage.says(ANNA, "!nimm", thread=thread)
    assert (await facts(stage)).owner == ANNA


@embedded
async def test_roles_are_believed_for_five_minutes_and_denied_when_they_cannot_be_looked_up(stage, thread, clock):
    await stage.says(ANNA, "!liste")
    looked = stage.rooms.looked
    clock.move(minutes=4)
    await stage.says(ANNA, "!liste")
    assert stage.rooms.looked == looked
    clock.move(minutes=2)
    stage.rooms.failures = [away()]
    await stage.says(ANNA, "!nimm", thread=thread)
    assert "lässt sich im Moment nicht prüfen" in stage.rooms.texts(thread=thread)[-1]
    assert (await facts(stage)).state == "open"
    stage.rooms.members[FUNDING.room].append(RoomMember("@neu:x.org", "Neu"))
    await stage.says("@neu:x.org", "!nimm", thread=thread)
    assert (await facts(stage)).owner == "@neu:x.org", "who has just joined need not wait"
    stage.named.problem = "LOTSE_STAFF: line 3"
    await stage.says("@neu:x.org", "Hallo", thread=thread)
    assert not any("Hallo" in text for text in stage.heard())


@embedded
async def test_who_is_not_known_just_now_may_nothing_and_keeps_their_case_and_everybody_else_goes_on(
    stage, thread, clock
):
    await stage.says(ANNA, "!nimm", thread=thread)
    clock.move(minutes=6)
    stage.rooms.members[FUNDING.room][0] = RoomMember(ANNA, joined=False, known=False)
    await stage.says(BEN, "!notiz ich bin da", thread=thread)
    assert not any("lässt sich im Moment nicht prüfen" in text for text in stage.rooms.texts(thread=thread))
    await stage.says(ANNA, "Hier bin ich", thread=thread)
    assert "lässt sich im Moment nicht prüfen" in stage.rooms.texts(thread=thread)[-1]
    assert not any("Hier bin ich" in text for text in stage.heard())
    await stage.people.refresh()
    assert stage.people.problem is None
    assert await hand_on(stage.database, stage.desk, stage.people, clock()) == 0
    assert (await facts(stage)).owner == ANNA
    stage.rooms.members[FUNDING.room][0] = RoomMember(ANNA, "Anna")
    clock.move(minutes=1)
    await stage.says(ANNA, "Hier bin ich wieder", thread=thread)
    assert any("Hier bin ich wieder" in text for text in stage.heard())
    stage.rooms.members[FUNDING.room].append(RoomMember("@neu:x.org", joined=False, known=False))
    clock.move(minutes=1)
    await stage.says("@neu:x.org", "!nimm", thread=thread)
    assert "it is not known of everybody" in stage.people.problem, (
        "nobody is taken for gone of whom nothing was ever known"
    )


@embedded
@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (NotThereYet("on its way"), ("info", "desk_room_not_there_yet", "on its way")),
        (ChannelError("answered 403", permanent=True), ("warning", "desk_room_not_looked_up", "answered 403")),
    ],
)
async def test_a_room_lotse_is_about_to_come_into_is_no_trouble_and_any_other_failure_is(stage, clock, failure, said):
    clock.move(minutes=6)
    stage.rooms.failures = [failure]
    with capture_logs() as logs:
        soon = await stage.people.refresh()
    assert [(each["log_level"], each["event"], each["reason"]) for each in logs] == [said]
    assert soon is isinstance(failure, NotThereYet)


async def test_below_a_card_in_a_room_that_is_set_no_longer_nobody_is_an_employee_and_all_is_said_once(
    stage, thread, clock
):
    await stage.says(ANNA, "!nimm", thread=thread)
    heard = stage.heard()
    moved = replace(FUNDING, room="!new")
    stage.rooms.desk_rooms = (moved, REST)
    stage.rooms.members[moved.room] = stage.rooms.members[FUNDING.room]
    after = DeskStage(stage.database, clock, channel=stage.rooms)
    await after.settle()
    assert "In Arbeit (liegt bei Anna)" in stage.rooms.texts(moved.room)[0]
    assert stage.rooms.texts() == ["Fall 1 liegt jetzt bei: Förderberatung."]
    below = stage.rooms.texts(thread=thread)
    for words in ("Reicht das?", "Hallo?"):
        await after.says(ANNA, words, thread=thread)
    assert [text for text in stage.rooms.texts(thread=thread) if text not in below] == [
        "In diesem Raum wird nicht mehr koordiniert; was hier steht, erreicht die Person nicht. Fall 1 steht jetzt im neuen Raum "
        "des Teams und am Desk im Browser."
    ]
    assert after.heard() == []
    assert stage.heard() == heard
    await after.says(ANNA, "Reicht das?", room=moved.room, thread=stage.rooms.card(1, moved.room))
    assert any("Reicht das?" in text for text in after.heard())


@embedded
@pytest.mark.parametrize("rest_first", [True, False])
@pytest.mark.parametrize("user", [ANNA, "@maria:x.org"], ids=["anna", "linked"])
async def test_who_is_in_two_rooms_is_introduced_with_the_team_whose_case_it_is(stage, user, rest_first):
    if rest_first:
        stage.people.rooms = (REST, FUNDING)
    for room in (FUNDING, REST):
        stage.rooms.members[room.room] = [RoomMember(user, "Anna"), RoomMember(OLE, "Ole")]
    await stage.asks()
    await stage.says(user, "!an anerkennung: Es geht um ein Zeugnis", thread=stage.rooms.card(1))
    await stage.says(user, "!nimm", room=REST.room, thread=stage.rooms.card(1, REST.room))
    assert "(Anerkennung und Anrechnung) übernimmt" in stage.heard()[-1]
    await stage.asks(user="lee")
    await stage.says(user, "!nimm", thread=stage.rooms.card(2))
    assert "(Förderberatung) übernimmt" in stage.heard()[-1]


@embedded
async def test_a_linked_account_is_away_as_the_person_of_the_desk(stage, thread, clock):
    stage.rooms.members[FUNDING.room].append(RoomMember("@maria:x.org"))
    clock.move(seconds=1)
    await stage.desk.act(1, Claims(MARIA), clock())
    await stage.says("@maria:x.org", "!abwesend bis Montag")
    (absence,) = await list_absences(stage.database, clock())
    assert absence.staff == MARIA.id
    await stage.people.refresh()
    assert await hand_on(stage.database, stage.desk, stage.people, clock()) == 1
    assert (await facts(stage)).state == "open"


@embedded
async def test_a_case_that_went_along_with_an_account_stays_while_it_is_linked_with_who_coordinates_only_through_the_room(
    stage, thread
):
    stage.named.staff = (ADMIN,)
    await stage.says(ANNA, "Moin, ich sehe nach.", thread=thread)
    await stage.people.refresh()  # while it is not known of every room who is there, nobody is taken for gone
    assert stage.people.problem is None
    stage.linked[ANNA] = ADMIN.id
    async with stage.database.transaction() as connection:
        await carry_over(connection, ANNA, ADMIN.id, ADMIN.name, stage.clock(), [])
    assert await hand_on(stage.database, stage.desk, stage.people, stage.clock()) == 0
    assert (await facts(stage)).owner == ADMIN.id
    del stage.linked[ANNA]
    assert await hand_on(stage.database, stage.desk, stage.people, stage.clock()) == 1
    assert ((await facts(stage)).state, (await facts(stage)).owner) == ("open", None), "an admin is no coordinator"


async def test_who_is_away_hands_the_cases_to_the_deputy_and_is_back_by_themselves(stage, thread, clock):
    await stage.says(ANNA, "Moin, ich sehe nach.", thread=thread)
    await stage.says(ANNA, "!abwesend bis Dienstag, Vertretung Ben")
    said = stage.rooms.texts()[-1]
    assert "ab Dienstag wieder da" in said
    assert "mit einer Notiz an Ben" in said
    before = len(stage.heard())
    await stage.people.refresh()
    assert await hand_on(stage.database, stage.desk, stage.people, clock()) == 1
    assert await hand_on(stage.database, stage.desk, stage.people, clock()) == 0
    await stage.settle()
    assert (await facts(stage)).owner == BEN
    assert "liegt bei Ben" in stage.rooms.texts()[0]
    assert stage.rooms.texts(thread=thread)[-1] == "– Anna ist abwesend –"
    (told,) = stage.heard()[before:]
    assert "Ben (Förderberatung) übernimmt jetzt Ihren Fall 1" in told
    await stage.says(BEN, "!abwesend bis Dienstag Vertretung Anna")
    assert "am Ende wieder von Ihnen" in stage.rooms.texts()[-1]
    await stage.says(BEN, "!an Anna: kannst du doch?", thread=thread)
    assert (await facts(stage)).owner == BEN, "who is away is given nothing"
    clock.move(days=2)
    await stage.says(BEN, "!an Anna: bist du wieder da?", thread=thread)
    assert (await facts(stage)).owner == ANNA


async def test_who_is_back_earlier_says_so_and_only_ever_for_themselves(stage, thread, clock):
    await stage.says(ANNA, "!away from 7.12. until 14.12.")
    await stage.says(ANNA, "!abwesend bis morgen")
    assert [(one.staff, one.deputy) for one in await list_absences(stage.database, clock())] == [(ANNA, None)] * 2
    await stage.says(ANNA, "!abwesend bis morgen")
    assert "schon eine Abwesenheit eingetragen" in stage.rooms.texts()[-1]
    clock.move(minutes=1)
    await stage.says(BEN, "!wieder da")
    assert "Für Sie ist keine Abwesenheit eingetragen." in stage.rooms.texts()[-1]
    await stage.says(BEN, "!wieder Anna")
    assert "Ihre eigene Abwesenheit" in stage.rooms.texts()[-1]
    await stage.says("@fremd:x.org", "!abwesend bis Montag")
    assert "nicht als Koordination eingetragen" in stage.rooms.texts()[-1]
    assert len(await list_absences(stage.database, clock())) == 2
    for said in ("Willkommen zurück!", "ab Montag, 7. Dezember ist gestrichen", "keine Abwesenheit"):
        await stage.says(ANNA, Pressed("desk:type:!wieder da"))
        assert said in stage.rooms.texts()[-1]
        assert stage.rooms.texts()[-1].endswith("@Anna"), "what was pressed shows nobody who pressed it"
    assert await list_absences(stage.database, clock()) == ()
