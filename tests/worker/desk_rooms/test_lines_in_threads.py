"""What coordinators write in a thread: what reaches the person, which case it is for, and why a line was not carried out."""

import pytest

from bot.dialogue.desk_commands import COMMANDS, NUMBERED
from bot.model import Edited, Removed, SentFile, Unreadable, as_text
from bot.store import tables
from bot.store.desk_reading import read_case
from tests.conftest import embedded
from tests.desk_people import MARIA
from tests.desk_stage import ANNA, BEN, facts
from tests.store.rows import rows, words_in


async def test_a_reply_is_relayed_once_and_signed_when_the_platform_has_it(stage, thread):
    said = await stage.says(ANNA, "Ja, das geht.", thread=thread, external_id="$reply")
    assert stage.heard()[-1] == "Anna (Mensch):\n\nJa, das geht."
    assert stage.rooms.signs == [(said, "📤")]
    assert not any("Ja, das geht." in text for text in stage.rooms.texts(thread=thread)), "it stands there already"
    await stage.says(ANNA, "Ja, das geht.", thread=thread, external_id="$reply")
    assert [text for text in stage.heard() if "Ja, das geht." in text] == ["Anna (Mensch):\n\nJa, das geht."]


@embedded
async def test_notes_and_what_colleagues_write_stay_inside(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread)
    notes = [
        await stage.says(ANNA, "// GEHEIM eins", thread=thread),
        await stage.says(ANNA, "!notiz GEHEIM zwei", thread=thread),
        await stage.says(BEN, "GEHEIM drei: das kenne ich", thread=thread),
        await stage.says(BEN, "GEHEIM vier, nur so im Raum"),
    ]
    assert not any("GEHEIM" in text for text in stage.heard())
    assert stage.rooms.signs == [(said, "🔒") for said in notes[:3]]
    for table in (tables.outbox, tables.transcript, tables.inbox, tables.desk_posts, tables.desk_inbox):
        assert "GEHEIM" not in words_in(await rows(stage.database, table)), table.name
    kept = [
        line.text for line in (await read_case(stage.database, MARIA, 1, stage.clock())).lines if line.kind == "note"
    ]
    assert kept == ["GEHEIM eins", "GEHEIM zwei", "GEHEIM drei: das kenne ich"]


@embedded
async def test_a_coordinators_word_is_never_an_employees(stage, thread):
    await stage.says(ANNA, "Mensch")
    assert len(await rows(stage.database, tables.cases)) == 1
    assert [row.external_user for row in await rows(stage.database, tables.persons)] == ["kim"]
    assert {row.room for row in await rows(stage.database, tables.conversations)} == {"room of kim"}


RESOLVED = ("!nimm", "!fertig beantwortet")


@embedded
@pytest.mark.parametrize(
    ("before", "user", "given", "why"),
    [
        (("!nimm",), BEN, "!a Ich auch", "Diesen Fall hat Anna."),
        (("!nimm",), BEN, "!fertig beantwortet", "Diesen Fall hat Anna."),
        (RESOLVED, ANNA, "Noch etwas", "Bitte öffnen Sie ihn zuerst wieder. Das tut !öffnen."),
        (("!nimm",), ANNA, "!an foerderung: Zeugnisse liegen vor", "setzt ihn wieder auf die Liste. Das tut !zurück."),
        (RESOLVED, ANNA, "!fertig beantwortet", "Das ist schon so; es war nichts zu tun."),
        (("!nimm",), ANNA, "!nimm", "Das ist schon so; es war nichts zu tun."),
        (("!nimm",), ANNA, "!weiter", "Das ist schon so; es war nichts zu tun."),
        (("Moin", "!an Ben: übernimm du bitte"), ANNA, "Bis morgen dann", "Das bleibt eine Notiz, die Person liest es nicht: "
         "Der Fall liegt jetzt bei Ben."),
        (("Moin", "!lotse"), ANNA, "Bis morgen dann", "Bitte öffnen Sie den Fall zuerst wieder. Das tut !öffnen."),
        ((), ANNA, "!a " + "x" * 4500, "4500"),
        ((), ANNA, "x" * 4500, "4500"),
        ((), ANNA, "!a", "Bitte schreiben Sie zuerst etwas."),
        ((), ANNA, SentFile(), "Dateien werden nicht weitergegeben"),
        ((), ANNA, Unreadable(), "der Schlüssel dazu fehlt mir"),
        ((), "@fremd:x.org", "Hallo", "nicht als Koordination eingetragen"),
        ((), "@fremd:x.org", "!fertig beantwortet", "nicht als Koordination eingetragen"),
        ((), ANNA, "!lösche", "Diesen Befehl gibt es nicht."),
        ((), ANNA, "!nimm 4711", "Sie schreiben im Faden von Fall 1; es wurde nichts getan."),
    ],
)  # fmt: skip
async def test_a_line_that_is_not_carried_out_says_why(stage, thread, before, user, given, why):
    for text in before:
        await stage.says(ANNA, text, thread=thread)
    heard, said = len(stage.heard()), len(stage.rooms.texts(thread=thread))
    await stage.says(user, given, thread=thread)
    answers = [text for text in stage.rooms.texts(thread=thread)[said:] if why in text]
    assert len(answers) == 1, stage.rooms.texts(thread=thread)[said:]
    assert stage.heard()[heard:] == [], "and nothing of it reaches the employee"


@embedded
async def test_a_note_among_colleagues_is_not_explained_to_who_never_answered(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread)
    said = len(stage.rooms.texts(thread=thread))
    await stage.says(BEN, "Das hatte ich neulich auch", thread=thread)
    await stage.says(ANNA, "// Danke dir", thread=thread)
    assert stage.rooms.texts(thread=thread)[said:] == []


@embedded
async def test_a_refused_line_is_not_sent_by_changing_it_and_it_is_said_so(stage, thread):
    refused_line = await stage.says(ANNA, "x" * 4500, thread=thread)
    await stage.says(ANNA, Edited(refused_line, "kürzer"))
    assert "Durch Ändern geschieht hier nichts" in stage.rooms.texts(thread=thread)[-1]
    talk = await stage.says(ANNA, "unter uns")
    before = len(stage.rooms.texts()), len(stage.rooms.texts(thread=thread))
    await stage.says(ANNA, Edited(talk, "unter uns gesagt"))
    await stage.says(ANNA, Removed(refused_line))
    assert (len(stage.rooms.texts()), len(stage.rooms.texts(thread=thread))) == before
    assert not any("kürzer" in text for text in stage.heard())


WORDS_BEHIND = {
    "transfer": "anerkennung: Zeugnisse liegen vor",
    "resolve": "beantwortet Alles Gute!",
    "to_queue": "Bin krank",
}
"""What may stand behind the number of a case, by command."""


@embedded
async def test_a_number_in_the_thread_of_another_case_touches_neither_its_case_nor_its_employee(stage):
    await stage.asks(user="kim")
    await stage.asks(user="lee")
    thread = stage.rooms.card(2)
    await stage.says(ANNA, "!nimm 1")
    await stage.says(ANNA, "!nimm 2")
    first, second, handed = await facts(stage, 1), await facts(stage, 2), len(stage.employees.handed)
    for name in sorted(NUMBERED - {"wait", "wait_third"}):
        await stage.says(ANNA, f"!{COMMANDS[name][0]} 1 {WORDS_BEHIND.get(name, '')}", thread=thread)
        said = stage.rooms.texts(thread=thread)[-1]
        assert said.startswith("Sie schreiben im Faden von Fall 2; es wurde nichts getan. Fall 1 geht"), name
    assert (await facts(stage, 1), await facts(stage, 2), stage.employees.handed[handed:]) == (first, second, [])
    await stage.says(ANNA, "!extern bis 2026-12-01 1 Woche dauert es", thread=thread)
    await stage.says(ANNA, "!extern 1 Woche dauert es", thread=thread)
    assert "Bis wann?" in stage.rooms.texts(thread=thread)[-1]
    await stage.says(ANNA, "!warten 1 Woche, dann brauche ich Ihre Lohnabrechnung vom Mai", thread=thread)
    told = [(post.address.room, as_text(post.reply)) for post in stage.employees.handed[handed:]]
    assert [room for room, _ in told] == ["room of lee"] * 2
    assert "1 Woche, dann brauche ich Ihre Lohnabrechnung vom Mai" in told[-1][1]
    assert await facts(stage, 1) == first


@embedded
@pytest.mark.parametrize("words", ["!warten 1 Bitte schicken Sie den Bescheid.", "!extern 1 bis 2026-12-01"])
async def test_words_for_another_case_reach_nobody_and_once_it_is_done_its_number_is_one_like_any_other(stage, words):
    await stage.asks(user="kim")
    await stage.asks(user="lee")
    thread = stage.rooms.card(2)
    for number in (1, 2):
        await stage.says(ANNA, f"!nimm {number}")
    heard, before = len(stage.employees.handed), await facts(stage, 2)
    await stage.says(ANNA, words, thread=thread)
    assert stage.rooms.texts(thread=thread)[-1].startswith("Meinen Sie Fall 1? Sie schreiben im Faden von Fall 2;")
    assert (stage.employees.handed[heard:], await facts(stage, 2)) == ([], before)
    await stage.says(ANNA, "!warten 9 Zeugnisse fehlen noch, haben Sie die?", thread=thread)
    assert "9 Zeugnisse fehlen noch" in stage.heard()[-1]
    await stage.says(ANNA, "!fertig 1 beantwortet")
    await stage.says(ANNA, "!weiter", thread=thread)
    await stage.says(ANNA, "!warten 1 Zeugnis fehlt noch, haben Sie das?", thread=thread)
    assert "1 Zeugnis fehlt noch" in stage.heard()[-1]


@embedded
async def test_words_without_a_case_are_led_to_its_thread_and_not_to_a_number(stage, thread):
    for typed_in_the_room in ("!a 1 Woche Zeit haben Sie", "!notiz 1 Zeugnis fehlt", "!a"):
        await stage.says(ANNA, typed_in_the_room)
        said = stage.rooms.texts()[-1]
        assert "schreiben Sie bitte in seinem Faden" in said
        assert "Nummer dazu" not in said
