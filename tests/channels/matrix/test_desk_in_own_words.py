"""Cases in a Matrix room on a real homeserver where Lotse understands and says what it does in service, not a script."""

import pytest
import pytest_asyncio

from bot.store.cases import list_cases
from tests.channels.matrix.desk_in_matrix import matrix_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(homeserver, node_tools, tmp_path_factory, trained):
    async with matrix_desk(homeserver, node_tools, tmp_path_factory.mktemp("desk"), live=trained) as desk:
        yield desk


async def case_of_somebody(desk):
    """Somebody alone with Lotse who asked for a person: they, their room, the number of their case and its thread."""
    kim, alone = await desk.asks(encrypted=True)
    await kim.hears(alone, desk.lotse, "für die Koordination")
    number = (await list_cases(desk.site.database, None))[-1].number
    return kim, alone, number, (await desk.card(number))["id"]


async def test_what_is_told_after_the_end_of_a_case_is_read_by_its_coordinator_as_was_promised(desk):
    kim, alone, number, thread = await case_of_somebody(desk)
    await desk.anna.react(desk.room, thread, "✋")
    await kim.hears(alone, desk.lotse, f"übernimmt Ihren Fall {number}")
    await desk.anna.say(desk.room, "!fertig beantwortet Alles Gute!", thread=thread)
    await kim.hears(alone, desk.lotse, "schreiben Sie bis")
    await kim.say(alone, "Vielen Dank!")
    await kim.hears(alone, desk.lotse, "gern")
    await kim.say(alone, "Nein, das war's")
    await kim.hears(alone, desk.lotse, "dann bleibt es dabei")
    assert (await list_cases(desk.site.database, None))[-1].state == "resolved"
    await kim.say(alone, "Danke, aber es klappt nicht")
    await kim.hears(alone, desk.lotse, f"Ihr Fall {number} ist wieder offen")
    await desk.anna.hears(desk.room, desk.lotse, "Person: Danke, aber es klappt nicht")


async def test_an_answer_to_a_coordinator_that_sounds_like_a_word_to_the_program_is_read_by_them(desk):
    kim, alone, _, thread = await case_of_somebody(desk)
    await desk.anna.say(desk.room, "Welcher Kurs ist es, und was soll ich eintragen?", thread=thread)
    await kim.hears(alone, desk.lotse, "was soll ich eintragen?")
    for told in ("Ich möchte den Kurs abbrechen", "Welche Daten brauchen Sie?"):
        await kim.say(alone, told)
        await desk.anna.hears(desk.room, desk.lotse, f"Person: {told}")
    await kim.say(alone, "Das hat sich erledigt")
    await kim.hears(alone, desk.lotse, "Soll ich Ihren Fall")
    await desk.anna.hears(desk.room, desk.lotse, "Person: Das hat sich erledigt")
    await kim.say(alone, "Das können Sie löschen")
    await kim.hears(alone, desk.lotse, "liest das nicht. War es für die Koordination bestimmt")


async def test_who_does_not_have_a_case_reads_on_its_card_and_in_refusals_how_to_take_it_over_here(desk):
    kim, alone, number, thread = await case_of_somebody(desk)
    await desk.card(number, "✋ oder eine Antwort in diesem Faden übernimmt")
    await desk.anna.say(desk.room, "Moin, worum geht es?", thread=thread)
    await kim.hears(alone, desk.lotse, "worum geht es?")
    name = desk.anna.user.removeprefix("@").partition(":")[0]
    assert "✋" not in (await desk.card(number, f"Was andere als {name} in diesem Faden schreiben"))["content"]["body"]
    await desk.ben.say(desk.room, "!fertig beantwortet", thread=thread)
    await desk.ben.hears(desk.room, desk.lotse, "In diesem Raum tut das !an IHR NAME: Notiz.")
    mine = desk.ben.user.removeprefix("@").partition(":")[0]
    await desk.ben.say(desk.room, f"!an {mine}: das mache ich weiter", thread=thread)
    await kim.hears(alone, desk.lotse, f"{mine} (QMIT-Koordination) übernimmt jetzt Ihren Fall {number}")


async def test_a_command_with_a_sign_or_a_number_stuck_to_it_is_one_and_not_said_to_the_employee(desk):
    kim, alone, number, thread = await case_of_somebody(desk)
    await desk.anna.say(desk.room, f"!nimm{number}")
    await kim.hears(alone, desk.lotse, f"übernimmt Ihren Fall {number}")
    await desk.anna.say(desk.room, "!gibtsnicht!", thread=thread)
    await desk.anna.hears(desk.room, desk.lotse, "Diesen Befehl gibt es nicht")
    await desk.anna.say(desk.room, "!fertig, beantwortet", thread=thread)
    await kim.hears(alone, desk.lotse, f"hat Ihren Fall {number} abgeschlossen")
    said = await kim.ask("timeline", room=alone)
    assert [each["content"].get("body") for each in said if "!" in (each["content"].get("body") or "")] == []


async def test_a_yes_in_ones_own_words_shows_the_name(desk):
    kim, alone, _, _ = await case_of_somebody(desk)
    await kim.say(alone, "ja gerne")
    await kim.hears(alone, desk.lotse, "sieht jetzt auch das bisherige Gespräch")
    await desk.anna.hears(desk.room, desk.lotse, "Die Person gibt Namen und früheres Gespräch frei")


async def test_who_wants_everything_deleted_while_a_person_has_their_case_reads_how_to_say_yes(desk):
    kim, alone, number, thread = await case_of_somebody(desk)
    await desk.anna.react(desk.room, thread, "✋")
    await kim.hears(alone, desk.lotse, f"übernimmt Ihren Fall {number}")
    await kim.say(alone, "lösche meine Daten")
    await kim.hears(alone, desk.lotse, "schreiben Sie sie ganz aus: Eine Zahl oder ein bloßes „ja“ geht an")
    await kim.say(alone, "1")
    await desk.anna.hears(desk.room, desk.lotse, "Person: 1")
    await kim.hears(alone, desk.lotse, "getan habe ich nichts")
    await kim.say(alone, "ja alles löschen")
    await kim.hears(alone, desk.lotse, "Erledigt")


async def test_several_choices_in_one_message_are_asked_for_one_at_a_time(desk):
    kim = await desk.people.arrive()
    alone = await kim.room_with(desk.lotse, encrypted=True)
    await kim.say(alone, "Was zahlt der Weiterbildungsbonus?")
    await kim.hears(alone, desk.lotse, "3. Antrag und Ablauf")
    await kim.say(alone, "1 und 3")
    again = await kim.hears(alone, desk.lotse, "eins nach dem anderen")
    await kim.react(alone, again["id"], "3️⃣")
    await kim.hears(alone, desk.lotse, "beantragen Sie bei der Investitionsbank")
