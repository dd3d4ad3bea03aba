"""What coordinators or the employee change or delete: what follows on the other side, and what stays as it was."""

from sqlalchemy import select

from bot.model import Edited, KeepEdit, Person, Removed
from bot.store import tables
from bot.store.changed_messages import keep_edit
from bot.store.desk_reading import read_case
from bot.store.places import address_of
from bot.store.privacy import forget
from bot.store.saying import Listener
from tests.conftest import embedded
from tests.desk_people import MARIA
from tests.desk_stage import ANNA, BEN, DeskStage, RoomChannel
from tests.fakes import PartedMessages


async def test_changes_and_deletions_follow_in_both_directions(stage, thread):
    said = await stage.says(ANNA, "!a Moinn", thread=thread)
    await stage.says(ANNA, Edited(said, "!a Moin"), thread=thread)
    assert [type(one).__name__ for one in stage.employees.handed][-1] == "Edit"
    await stage.says(ANNA, Edited(said, "!fertig beantwortet"), thread=thread)
    assert "wird aus einer Antwort kein Befehl" in stage.rooms.texts(thread=thread)[-1]
    await stage.says(BEN, Edited(said, "gefälscht"), thread=thread)
    assert "nur, was Sie selbst geschrieben haben" in stage.rooms.texts(thread=thread)[-1]
    await stage.says(ANNA, Removed(said))
    assert [type(one).__name__ for one in stage.employees.handed][-1] == "Redact"
    note = await stage.says(ANNA, "// eine Notiz", thread=thread)
    await stage.says(ANNA, Edited(note, "doch eine Antwort"), thread=thread)
    assert "Eine Notiz bleibt" in stage.rooms.texts(thread=thread)[-1]


@embedded
async def test_who_changes_or_deletes_a_note_reads_that_it_stays_and_that_nobody_else_had_it(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread)
    handed, said = len(stage.employees.handed), "Eine Notiz bleibt, wie sie geschrieben wurde"
    for mark in ("!notiz", "//"):
        note = await stage.says(ANNA, f"{mark} Zeugniss fehlt", thread=thread)
        await stage.says(ANNA, Edited(note, f"{mark} Zeugnis fehlt"), thread=thread)
        assert stage.rooms.texts(thread=thread)[-1].startswith(said)
        await stage.says(ANNA, Removed(note), thread=thread)
        assert "Die Notiz steht weiter am Fall" in stage.rooms.texts(thread=thread)[-1]
    kept = [
        line.text for line in (await read_case(stage.database, MARIA, 1, stage.clock())).lines if line.kind == "note"
    ]
    assert kept == ["Zeugniss fehlt"] * 2
    assert stage.employees.handed[handed:] == []
    assert not any("die frühere Fassung" in text for text in stage.rooms.texts(thread=thread))


async def test_who_changes_or_deletes_a_reply_of_a_case_that_is_gone_reads_that_nothing_follows(stage, thread, clock):
    said = await stage.says(ANNA, "Es sind 40 Prozent.", thread=thread)
    await forget(stage.database, Person("recording", "kim"), actor="employee", now=clock())
    await stage.settle()
    handed, told = len(stage.employees.handed), len(stage.rooms.texts(thread=thread))
    await stage.says(ANNA, Edited(said, "Es sind 60 Prozent."), thread=thread)
    await stage.says(ANNA, Removed(said))
    answers = stage.rooms.texts(thread=thread)[told:]
    assert [text.startswith("Den Fall gibt es nicht mehr, er wurde gelöscht.") for text in answers] == [True, True]
    assert stage.employees.handed[handed:] == []


async def changed(stage, said, text):
    """The employee changes a message, or (None) deletes it."""
    async with stage.database.transaction() as connection:
        row = (await connection.execute(select(tables.conversations))).first()
        person = await connection.scalar(select(tables.persons.c.id))
        listener = Listener(row.id, address_of(row), person)
        await keep_edit(connection, listener, KeepEdit(said, text), stage.clock.move(seconds=1))
    await stage.settle()


@embedded
async def test_a_message_an_employee_changes_or_deletes_changes_in_the_room(stage, thread):
    said = await stage.asks("Meine IBAN ist DE00")
    assert "Person: Meine IBAN ist DE00" in stage.rooms.texts(thread=thread)

    await changed(stage, said, "Meine IBAN nenne ich nicht")
    assert "Person: Meine IBAN nenne ich nicht (bearbeitet)" in stage.rooms.texts(thread=thread)
    await changed(stage, said, None)
    assert not any("IBAN" in text for text in stage.rooms.texts(thread=thread) if text.startswith("Person"))
    assert "Person: Meine IBAN" not in stage.rooms.readable()


class PartedRooms(RoomChannel):
    """Rooms on a platform on which long messages become several."""

    def __init__(self):
        super().__init__()
        self.messages = PartedMessages()

    async def send(self, delivery):
        return self.messages.carry_out(delivery)


async def test_whatever_is_changed_all_of_it_changes_in_the_room_and_nothing_of_it_is_left(database, clock):
    stage = DeskStage(database, clock, channel=PartedRooms())

    def standing():
        return " ".join(stage.rooms.messages.standing.values())

    await stage.asks()
    said = await stage.asks("Apfel")
    lotse_too = standing().split().count("Apfel") - 1  # it repeats what was said
    for apples, pears in ((9, 0), (0, 7), (1, 0), (8, 1)):
        await changed(stage, said, "Apfel " * apples + "Birne " * pears)
        words = standing().split()
        assert (words.count("Apfel") - lotse_too, words.count("Birne")) == (apples, pears)
    await changed(stage, said, None)
    assert (standing().split().count("Apfel"), standing().count("Birne")) == (lotse_too, 0)
    await forget(database, Person("recording", "kim"), actor="operator", now=clock())
    await stage.settle()
    assert standing() == "Fall 1: Die Person hat ihre Daten löschen lassen."
