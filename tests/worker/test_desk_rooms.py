"""Cases worked in rooms of coordinators, on a real store: what is shown there, who may do what, and that all desks are one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs

from bot.dialogue.desk_commands import COMMANDS, NUMBERED
from bot.dialogue.naming import label_title
from bot.dialogue.shown_answers import shown_now
from bot.errors import ChannelError, NotThereYet
from bot.handoff.case_events import Claims, Notes, Replies, Time
from bot.handoff.case_states import decide
from bot.model import (
    CameIn,
    CaseContext,
    CaseTimer,
    Edit,
    Edited,
    ExternalId,
    KeepEdit,
    MoveCase,
    OpenCase,
    Person,
    Pressed,
    React,
    Reacted,
    Redact,
    Removed,
    RoomMember,
    Say,
    Seen,
    SentFile,
    TimerDue,
    Unreadable,
    Utterance,
    as_text,
    typed,
)
from bot.store import desk_handling, desk_plan, tables
from bot.store.absences import list_absences
from bot.store.carrying_over import carry_over
from bot.store.case_rows import last_said
from bot.store.cases import close_case
from bot.store.changed_messages import keep_edit
from bot.store.desk_cards import card_removed
from bot.store.desk_inbox import DeskInbox
from bot.store.desk_notices import DeskNotice, put_notice
from bot.store.desk_reading import read_case
from bot.store.desk_threads import thread_of_message
from bot.store.figures import read_figures, read_lost_teams
from bot.store.places import address_of
from bot.store.privacy import Retention, apply_retention, forget
from bot.store.saying import Listener
from bot.store.timers import Timers
from bot.worker import desk_talk
from bot.worker.digest_loop import write_digest
from bot.worker.outbox_loop import MOST_SURPRISES
from bot.worker.owners_loop import hand_on, hand_to_teams
from tests.desk_people import ADMIN, MARIA
from tests.desk_people import OLE as OLE_STAFF
from tests.desk_stage import ANNA, BEN, FUNDING, OLE, REST, DeskStage, RoomChannel
from tests.fakes import PartedMessages, away, incoming, record, refused, reply
from tests.store.rows import answer, parts, rows, words_in


@pytest.fixture
def stage(database, clock):
    return DeskStage(database, clock)


@pytest.fixture
async def thread(stage):
    """The thread of an open case."""
    await stage.asks()
    return stage.rooms.card(1)


embedded = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""What no database makes a difference to is tried on one."""


async def facts(stage, number=1):
    return (await read_case(stage.database, MARIA, number, stage.clock())).facts


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


async def test_what_belongs_to_a_case_waits_for_lotse_to_be_asked_into_the_room_and_comes_at_once_then(
    stage, thread, clock
):
    said = await stage.says(ANNA, "!a Gern, worum geht es?", thread=thread)
    stage.rooms.outside = True
    await stage.asks("Um den Bescheid vom Montag")
    await stage.says(ANNA, "!fertig 1 answered", thread=thread)
    clock.move(days=3)
    await stage.settle()
    below = stage.rooms.texts(thread=thread)
    assert "Person: Um den Bescheid vom Montag" not in below
    stage.rooms.outside = False
    await stage.settle()
    assert stage.rooms.texts(thread=thread) == below, "it was refused just now"
    await stage.says("@lotse:x.org", CameIn())
    assert "Person: Um den Bescheid vom Montag" in stage.rooms.texts(thread=thread)
    assert "Erledigt" in stage.rooms.texts()[0]
    assert (said, "📤") in stage.rooms.signs
    assert (await read_figures(stage.database, clock())).rooms_failing == 0


async def test_a_card_that_waits_for_lotse_to_be_asked_into_its_room_is_posted_at_once_then(stage):
    stage.rooms.outside = True
    await stage.asks()
    stage.rooms.outside = False
    await stage.says("@lotse:x.org", CameIn())
    assert stage.rooms.card(1) is not None
    assert stage.rooms.texts(thread=stage.rooms.card(1))[0] == "Person: Mensch"


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


async def test_a_reply_is_relayed_once_and_signed_when_the_platform_has_it(stage, thread):
    said = await stage.says(ANNA, "Ja, das geht.", thread=thread, external_id="$reply")
    assert stage.heard()[-1] == "Anna (Mensch):\n\nJa, das geht."
    assert stage.rooms.signs == [(said, "📤")]
    assert not any("Ja, das geht." in text for text in stage.rooms.texts(thread=thread)), "it stands there already"
    await stage.says(ANNA, "Ja, das geht.", thread=thread, external_id="$reply")
    assert [text for text in stage.heard() if "Ja, das geht." in text] == ["Anna (Mensch):\n\nJa, das geht."]


@embedded
async def test_what_the_platform_refuses_is_signed_too(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [refused()]
    said = await stage.says(ANNA, "Kommt das an?", thread=thread)
    assert stage.rooms.signs == [(said, "⚠")]
    why = stage.rooms.texts(thread=thread)[-1]
    assert why.startswith("⚠ Nicht zugestellt; die Person hat es nicht bekommen. Grund: ")
    assert why.endswith("!nochmal versucht es erneut.")
    number = (await read_case(stage.database, MARIA, 1, stage.clock())).lines[-1].id
    stage.employees.failures = [refused()]
    clock.move(seconds=1)
    await stage.desk.send_again(replace(MARIA, id=ANNA), 1, number, stage.clock())
    await stage.settle()
    assert len([text for text in stage.rooms.texts(thread=thread) if text.startswith("⚠")]) == 2, "each time it is said"


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


def stopped_before_the_commit(monkeypatch):
    """What coordinators say is handled twice, as after a stop just before its commit; each time is in the list."""
    real, calls = desk_handling.mark_handled, []

    async def once(connection, said, now):
        await real(connection, said, now)
        calls.append(said)
        if len(calls) == 1:
            raise RuntimeError("stopped before the commit")

    monkeypatch.setattr(desk_handling, "mark_handled", once)
    return calls


@embedded
async def test_an_absence_that_is_handled_twice_is_entered_once(stage, thread, monkeypatch):
    calls = stopped_before_the_commit(monkeypatch)
    await stage.says(ANNA, "!abwesend bis Montag")
    assert len(calls) == 2
    assert len(await list_absences(stage.database, stage.clock())) == 1
    assert "Eingetragen" in stage.rooms.texts()[-1]


@embedded
async def test_what_was_not_delivered_is_sent_again_from_the_room(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread)
    await stage.says(ANNA, "!nochmal", thread=thread)
    assert "nichts, was nicht zugestellt wurde" in stage.rooms.texts(thread=thread)[-1]
    stage.employees.failures = [refused(), refused()]
    for text in ("Kommt das an?", "Und das?"):
        await stage.says(ANNA, text, thread=thread)
    before = len(stage.heard())
    await stage.says("@fremd:x.org", "!nochmal 1")
    await stage.says(ANNA, "!nochmal 1")
    assert [text.split()[-1] for text in stage.heard()[before:]] == ["an?", "das?"]
    assert [sign for _, sign in stage.rooms.signs] == ["📤", "📤"]
    assert "Ich versuche es noch einmal" in stage.rooms.texts()[-1]


@embedded
@pytest.mark.parametrize("broken", ["channel", "row"])
async def test_a_fault_of_lotses_own_is_not_put_down_to_the_platform(stage, thread, clock, broken):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [ValueError("a bug")] * MOST_SURPRISES if broken == "channel" else [away(60)]
    await stage.says(ANNA, "Kommt das an?", thread=thread)
    if broken == "row":
        async with stage.database.transaction() as connection:
            waiting = update(tables.outbox).where(tables.outbox.c.status == "waiting")
            await connection.execute(waiting.values(delivery={"kind": "post"}))
    for _ in range(MOST_SURPRISES):
        clock.move(minutes=5)
        await stage.settle()
    (told,) = [text for text in stage.rooms.texts(thread=thread) if text.startswith("⚠")]
    assert "Grund: Ein Fehler in Lotse selbst; das muss der Betrieb richten." in told


@embedded
async def test_words_on_their_way_for_long_say_so(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.settle()
    assert stage.rooms.signs == [(said, "⏳")]
    clock.move(seconds=60)
    await stage.settle()
    assert stage.rooms.signs == [(said, "📤")]


async def test_under_words_stands_what_became_of_them_last_and_no_other_sign(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Kommt das an?", thread=thread)

    async def stands_after(sign, **time):
        clock.move(**time)
        await stage.settle()
        assert stage.rooms.signs == [(said, sign)]

    await stands_after("⏳", seconds=6)
    stage.employees.failures = [refused()]
    await stands_after("⚠", seconds=60)
    stage.employees.failures = [refused()]
    await stage.says(ANNA, "!nochmal 1")
    assert stage.rooms.signs == [(said, "⚠")], "refused again"
    stage.employees.failures = [away(60)]
    await stage.says(ANNA, "!nochmal 1")
    await stands_after("⏳", seconds=6)
    stage.employees.failures = [refused()]
    await stands_after("⚠", seconds=60)
    await stage.says(ANNA, "!nochmal 1")
    await stands_after("📤")


async def test_signs_come_however_many_words_there_are_under_which_none_is_ever_put(stage, thread, clock, monkeypatch):
    monkeypatch.setattr(desk_plan, "MOST_AT_ONCE", 2)
    await stage.says(ANNA, "!nimm", thread=thread)
    for number in range(3):  # shown as lines, which say themselves that they are notes
        await stage.desk.act(1, Notes(MARIA, f"Notiz {number}"), clock(), key=f"note {number}")
    await stage.settle()
    for number in range(3):  # taken back before anything was sent
        stage.employees.failures = [away(60)]
        said = await stage.says(ANNA, f"Doch nicht {number}", thread=thread)
        await stage.says(ANNA, Removed(said))
    stage.employees.failures = [refused() for _ in range(3)]
    refused_ones = [await stage.says(ANNA, f"Kommt das an? {number}", thread=thread) for number in range(3)]
    assert stage.rooms.signs == [(said, "⚠") for said in refused_ones]
    stage.employees.failures = [away(60)]
    waiting = [await stage.says(ANNA, f"Dauert das? {number}", thread=thread) for number in range(3)]
    clock.move(seconds=6)
    await stage.settle()
    assert stage.rooms.signs[3:] == [(said, "⏳") for said in waiting]
    note = await stage.says(BEN, "// eine Notiz aus dem Raum", thread=thread)
    assert stage.rooms.signs[6:] == [(note, "🔒")]
    clock.move(seconds=60)
    await stage.settle()
    await stage.says(ANNA, "!nochmal 1")
    assert sorted(stage.rooms.signs) == sorted([*((said, "📤") for said in (*refused_ones, *waiting)), (note, "🔒")])


async def test_a_sign_of_which_nobody_knows_whether_it_stands_there_goes_as_well(database, clock):
    stage = DeskStage(database, clock, sending_lasts=timedelta())
    await stage.asks()
    thread = stage.rooms.card(1)
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.board.plan("rooms", clock())
    item = await stage.board.claim_next("rooms", clock())
    await stage.rooms.send(React(item.address, item.delivery_id, item.shown.to, item.shown.sign))  # and then it stopped
    assert stage.rooms.signs == [(said, "⏳")]
    clock.move(seconds=60)
    again = DeskStage(database, clock, channel=stage.rooms, sending_lasts=timedelta())
    await again.settle()
    assert stage.rooms.signs == [(said, "📤")]


async def test_words_that_were_deleted_before_their_sign_came_leave_the_card_where_it_is(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.board.plan("rooms", clock())
    item = await stage.board.claim_next("rooms", clock())
    assert item.kind == "sign"
    await stage.posts.failed(item, ChannelError("no such message", permanent=True, gone=True), clock())
    await stage.settle()
    assert stage.rooms.card(1) == thread


async def test_a_sign_noted_by_a_process_of_the_release_before_takes_nothing_away(stage, thread, clock):
    await stage.says(ANNA, "!nimm", thread=thread)
    stage.employees.failures = [away(60)]
    said = await stage.says(ANNA, "Dauert das?", thread=thread)
    clock.move(seconds=6)
    await stage.board.plan("rooms", clock())
    before = {"under": None, "external_id": said}  # as it noted a sign: with the id of the words
    async with stage.database.transaction() as connection:
        await connection.execute(update(tables.desk_posts).where(tables.desk_posts.c.kind == "sign").values(before))
    await stage.settle()
    assert stage.rooms.signs == [(said, "⏳")]


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


async def test_of_room_and_browser_claiming_at_once_one_wins_and_the_other_reads_who(stage, thread):
    await stage.says(ANNA, "!nimm", thread=thread, settle=False)
    result, _ = await asyncio.gather(
        stage.desk.act(1, Claims(MARIA), stage.clock(), version=1), stage.talk.handle_next(stage.clock())
    )
    await stage.settle()
    owner = (await facts(stage)).owner
    claims = [row for row in await rows(stage.database, tables.case_events) if row.event == "claims"]
    assert [row.actor for row in claims] == [owner]
    told = [text for text in stage.rooms.texts(thread=thread) if "Diesen Fall hat gerade Maria Petersen" in text]
    assert len(told) == (owner == MARIA.id)
    assert (type(result).__name__ == "Refused") == (owner == ANNA)


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


@embedded
async def test_of_a_room_nobody_has_looked_into_yet_it_is_not_said_whether_it_is_encrypted(stage):
    assert stage.people.read_in(stage.live.content)["foerderung"] == (("rooms", None),)
    await stage.people.refresh()
    assert stage.people.read_in(stage.live.content)["foerderung"] == (("rooms", True),)


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
async def test_a_room_that_is_away_gets_everything_later_in_order_and_once(stage, clock):
    stage.rooms.failures = [refused(), away(), away()]
    await stage.asks()
    await stage.asks("eins")
    assert stage.rooms.shown == {}
    assert (await read_figures(stage.database, clock())).rooms_failing == 1
    for _ in range(4):
        clock.move(minutes=6)
        await stage.settle()
    card = stage.rooms.card(1)
    assert (await read_figures(stage.database, clock())).rooms_failing == 0
    assert [text for text in stage.rooms.texts(thread=card) if text.startswith("Person")] == [
        "Person: Mensch",
        "Person: eins",
    ]


async def test_a_stop_between_sending_and_noting_it_posts_nothing_twice(database, clock):
    stage = DeskStage(database, clock, sending_lasts=timedelta(seconds=30))
    conversation = stage.asks("Mensch")
    posted = stage.posts.posted

    async def stopped(*given):
        raise RuntimeError("stopped here")

    stage.posts.posted = stopped
    with pytest.raises(RuntimeError):
        await conversation
    assert len(stage.rooms.shown) == 1
    stage.posts.posted = posted
    clock.move(seconds=31)
    await stage.settle()
    assert len(stage.rooms.texts()) == 1
    assert stage.rooms.texts(thread=stage.rooms.card(1))[0] == "Person: Mensch"


async def test_a_stop_while_a_coordinator_is_answered_does_nothing_twice(stage, thread, monkeypatch):
    calls = stopped_before_the_commit(monkeypatch)
    await stage.says(ANNA, "Moin", thread=thread)
    assert len(calls) == 2
    assert [text for text in stage.heard() if "Moin" in text] == ["Anna (Mensch):\n\nMoin"]


async def test_what_breaks_the_handler_is_given_up_after_three_times_and_said_so(stage, thread, monkeypatch):
    def breaks(text):
        raise ZeroDivisionError

    monkeypatch.setattr(desk_talk, "read_command", breaks)
    await stage.says(ANNA, "Moin", thread=thread)
    monkeypatch.undo()
    assert "ein Fehler aufgetreten" in stage.rooms.texts(thread=thread)[-1]
    (row,) = await rows(stage.database, tables.desk_inbox)
    assert (row.status, row.attempts, row.payload) == ("parked", 3, None)
    await stage.says(ANNA, "Moin", thread=thread)
    assert stage.heard()[-1] == "Anna (Mensch):\n\nMoin"


async def test_two_processes_that_handle_the_same_word_do_it_once(stage, thread):
    await stage.says(ANNA, "Moin", thread=thread, settle=False)
    await asyncio.gather(*(stage.talk.handle_next(stage.clock()) for _ in range(4)))
    await stage.settle()
    assert [text for text in stage.heard() if "Moin" in text] == ["Anna (Mensch):\n\nMoin"]


async def test_what_was_said_in_a_thread_is_handled_in_its_order(stage, thread):
    await stage.says(ANNA, "eins", thread=thread, settle=False)
    await stage.says(ANNA, "zwei", thread=thread, settle=False)
    first = await DeskInbox(stage.database).next(stage.clock())
    assert first.input == Utterance("eins")
    await stage.settle()
    assert [text[-4:] for text in stage.heard()][-2:] == ["eins", "zwei"]


@embedded
async def test_a_coordinators_word_is_never_an_employees(stage, thread):
    await stage.says(ANNA, "Mensch")
    assert len(await rows(stage.database, tables.cases)) == 1
    assert [row.external_user for row in await rows(stage.database, tables.persons)] == ["kim"]
    assert {row.room for row in await rows(stage.database, tables.conversations)} == {"room of kim"}


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
