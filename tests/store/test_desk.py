"""What coordinators do, on a real store: one winner, nothing twice, notes that stay inside, and who may see what."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from bot.handoff.absence import Deputy
from bot.handoff.case_events import (
    Claims,
    Consents,
    Notes,
    Reopens,
    Replies,
    Resolves,
    ReturnsToBot,
    SendsFile,
    TransfersToPerson,
    TransfersToTeam,
    WaitsForEmployee,
    Withdraws,
    Writes,
)
from bot.handoff.case_states import decide
from bot.model import (
    CaseContext,
    CaseTimer,
    CaseTurn,
    Edit,
    Edited,
    ExternalId,
    ForgetPerson,
    KeepEdit,
    MoveCase,
    OpenCase,
    Paragraph,
    Person,
    Post,
    Pressed,
    Redact,
    Removed,
    Reply,
    Say,
    SentFile,
    ShownAnswer,
    Span,
    Staff,
    as_text,
)
from bot.store import tables
from bot.store.case_visibility import may_see
from bot.store.desk import Desk, Done, Ignored, NotFound, Refused
from bot.store.desk_reading import CaseFile, ErasedCase, Filters, owned_by, read_case, read_queue
from bot.store.outbox import Outbox
from bot.store.transcripts import read_transcript
from tests.desk_people import ADMIN, JAN, MARIA, OLE, DeskOffice
from tests.fakes import PartedChannel, incoming, record, refused, reply
from tests.store.rows import answer, parts, rows, words_in
from tests.worker.running import send_next

NOTE = "Zeugnisse liegen vor."


def new_case(question="Wer zahlt den Kurs?", team="foerderung", **more):
    context = CaseContext((("bonus.amount", 61.0),), shown=(ShownAnswer("bonus.overview"),), files_refused=1)
    return OpenCase(question, "de", "asked", team, "bonus", context, **more)


@pytest.fixture
def desk(database):
    return Desk(database, lambda absences: DeskOffice())


async def opened(database, clock, user="anna", **more):
    """A case of this user; the event that opened it."""
    inbox, conversations = parts(database, clock)
    event = incoming(f"Bitte ein Mensch, {user}", user=user)
    await inbox.accept("recording", [event])
    await answer(conversations, clock(), "Ihr Fall ist offen.", new_case(**more))
    return event


async def writes(database, clock, text, user="anna"):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(text, user=user)])
    await answer(conversations, clock())


async def sent(database, clock):
    """Deliver what may be delivered: the texts, in order."""
    outbox, texts = Outbox(database), []
    while (item := await outbox.claim_next("recording", clock())) is not None:
        texts.append(as_text(item.delivery.reply) if not isinstance(item.delivery, Redact) else "(redacted)")
        await outbox.sent(item.delivery.outbox_id, ExternalId(f"posted-{len(texts)}"), clock())
    return texts


async def test_a_claim_is_written_with_everything_that_follows(database, clock, desk):
    event = await opened(database, clock)
    done = await desk.act(1, Claims(MARIA), clock(), version=1)
    assert (done.case.state, done.case.owner, done.case.version, done.case.silent_from) == ("claimed", "maria", 2, 2)
    (case,) = await rows(database, tables.cases)
    assert (case.state, case.owner, case.owner_name, case.version) == ("claimed", "maria", "Maria Petersen", 2)
    audited = [(row.event, row.actor, row.from_state, row.to_state) for row in await rows(database, tables.case_events)]
    assert audited == [("opens", "employee", "bot", "open"), ("claims", "maria", "open", "claimed")]
    line = (await read_transcript(database, event.address))[-1]
    assert (line.who, "Maria Petersen (Förderberatung) übernimmt" in line.text) == ("system", True)
    assert [row.voice for row in await rows(database, tables.outbox)] == ["bot", "notice"]


async def test_of_many_who_claim_at_once_exactly_one_wins_and_all_others_read_who(database, clock, desk):
    await opened(database, clock)
    people = [
        Staff(f"c{number}", f"Nr. {number}", frozenset({"coordinator"}), frozenset({"foerderung"}))
        for number in range(8)
    ]
    results = await asyncio.gather(*(desk.act(1, Claims(by), clock(), version=1) for by in people))
    (winner,) = [result.case.owner_name for result in results if isinstance(result, Done)]
    losers = [result for result in results if isinstance(result, Refused)]
    assert len(losers) == 7
    assert {result.words["de"] for result in losers} == {f"Diesen Fall hat gerade {winner}."}


async def test_the_next_case_is_one_case_however_often_it_is_pressed_at_once(database, clock, desk):
    """Two hands may still take two: what is one press is one coordinator's, and a moment long."""
    for user in ("anna", "ben", "cem"):
        await opened(database, clock, user=user)
    numbers = [row.number for row in await read_queue(database, MARIA, clock())]
    pressed = await asyncio.gather(*(desk.claim_first(numbers, MARIA, clock()) for _ in range(4)))
    assert (set(pressed), await owned_by(database, MARIA.id)) == ({numbers[0]}, (numbers[0],))
    assert await desk.claim_first(numbers, JAN, clock()) == numbers[1]
    clock.move(seconds=4)
    assert await desk.claim_first(numbers, MARIA, clock()) == numbers[2], "she has seen the first, and wants another"
    assert await desk.claim_first([], MARIA, clock()) == numbers[2], "the last one is hers, not gone"
    clock.move(seconds=4)
    assert await desk.claim_first(numbers, MARIA, clock()) is None


async def test_a_reply_reaches_the_employee_once_however_often_the_form_is_sent(database, clock, desk):
    await opened(database, clock)
    for _ in range(3):
        assert isinstance(await desk.act(1, Replies(MARIA, "Der **Bonus** zahlt."), clock(), key="form-1"), Done)
    texts = await sent(database, clock)
    assert texts[-1] == "Maria Petersen (Mensch):\n\nDer Bonus zahlt."
    assert len(texts) == 2, "the notice of the claim and the reply; what Lotse had decided before is overtaken"


async def test_what_lotse_decided_before_the_takeover_is_not_sent_and_stands_nowhere(database, clock, desk):
    event = await opened(database, clock)
    await writes(database, clock, "und noch etwas")
    await desk.act(1, Claims(MARIA), clock())
    assert [text for text in await sent(database, clock) if "Echo" in text or "offen" in text] == []
    assert not [line for line in await read_transcript(database, event.address) if line.who == "lotse"]
    assert {row.status for row in await rows(database, tables.outbox) if row.voice == "bot"} == {"discarded"}
    assert all(row.delivery is None for row in await rows(database, tables.outbox) if row.voice == "bot")


async def test_a_turn_that_hands_its_words_over_still_drops_what_was_overtaken_before_them(database, clock, desk):
    outbox, taken = Outbox(database), []
    senders = SimpleNamespace(have_room=lambda: True, take=taken.append)
    assert await outbox.claim_next("recording", clock()) is None
    await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    await outbox.sent((await outbox.claim_next("recording", clock())).delivery.outbox_id, ExternalId("p1"), clock())
    inbox, conversations = parts(database, clock, outbox)
    await inbox.accept("recording", [incoming("Hallo?"), incoming("Noch da?")])
    with outbox.handing_to("recording", senders):
        await answer(conversations, clock(), Say(reply("Ihre Nachricht ist angekommen."), notice=True))
        assert [as_text(item.delivery.reply) for item in taken] == ["Ihre Nachricht ist angekommen."]
        await desk.act(1, Replies(MARIA, "Ja."), clock())
        await outbox.sent(taken[0].delivery.outbox_id, ExternalId("p2"), clock())
        await answer(conversations, clock(), "Das sagt Lotse nicht mehr.")
    assert "Ja." in as_text(taken[1].delivery.reply), "what waits in the conversation goes first"


async def test_what_a_turn_hands_over_while_somebody_takes_over_arrives_and_is_not_said_after_it(database, clock, desk):
    """Whoever holds the conversation first is first: the turn with its step to *sending*, or the takeover."""
    outbox, taken = Outbox(database), []
    senders = SimpleNamespace(have_room=lambda: True, take=taken.append)
    assert await outbox.claim_next("recording", clock()) is None
    await opened(database, clock)
    await sent(database, clock)
    inbox, conversations = parts(database, clock, outbox)
    await inbox.accept("recording", [incoming("Und?")])
    with outbox.handing_to("recording", senders):
        async with conversations.claim_next(clock()) as work:
            takes_over = asyncio.create_task(desk.act(1, Claims(MARIA), clock()))
            await asyncio.sleep(0.05)
            assert not takes_over.done()
            await work.finish(record("Das war vorher."))
        assert isinstance(await takes_over, Done)
    assert [as_text(item.delivery.reply) for item in taken] == ["Das war vorher."]
    assert [row.status for row in await rows(database, tables.outbox)][-2:] == ["sending", "waiting"]


async def test_what_is_being_sent_when_somebody_takes_over_arrives(database, clock, desk):
    await opened(database, clock)
    outbox = Outbox(database)
    item = await outbox.claim_next("recording", clock())
    await desk.act(1, Claims(MARIA), clock())
    await outbox.sent(item.delivery.outbox_id, ExternalId("p1"), clock())
    assert [row.status for row in await rows(database, tables.outbox)] == ["sent", "waiting"]


async def test_what_lotse_says_after_it_got_the_word_back_is_sent(database, clock, desk):
    await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    await desk.act(1, ReturnsToBot(MARIA), clock())
    await writes(database, clock, "Und jetzt?")
    assert (await sent(database, clock))[-1] == "Echo: Und jetzt?"


async def test_people_and_notices_are_never_dropped(database, clock, desk):
    await opened(database, clock)
    await desk.act(1, Replies(MARIA, "eins"), clock())
    await desk.act(1, TransfersToPerson(MARIA, JAN, NOTE), clock())
    await desk.act(1, TransfersToTeam(JAN, "anerkennung", NOTE), clock())
    await desk.act(1, Replies(OLE, "zwei"), clock())
    texts = await sent(database, clock)
    assert [text.splitlines()[-1] for text in texts if "(Mensch)" in text] == ["eins", "zwei"]
    assert len(texts) == 6


# --- Notes ----------------------------------------------------------------------------------------------------------


async def test_a_note_stands_on_the_case_page_and_nowhere_else(database, clock, desk):
    event = await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    await desk.act(1, Replies(MARIA, "// geheim eins"), clock())
    await desk.act(1, Notes(JAN, "geheim zwei"), clock())
    await desk.act(1, TransfersToPerson(MARIA, JAN, "geheim drei, bitte weiter"), clock())
    for table in (tables.outbox, tables.transcript):
        assert "geheim" not in words_in(await rows(database, table))
    assert not [line for line in await read_transcript(database, event.address) if "geheim" in line.text]
    lines = (await read_case(database, JAN, 1, clock())).lines
    assert [(line.author, line.text[:11]) for line in lines if line.kind == "note"] == [
        ("maria", "geheim eins"), ("jan", "geheim zwei"), ("maria", "geheim drei"),
    ]  # fmt: skip


async def test_the_table_itself_refuses_a_note_an_employee_could_read(database, clock):
    event = await opened(database, clock)
    (line, *_) = await read_transcript(database, event.address)
    leak = {"case_number": 1, "kind": "note", "transcript_id": line.id, "text": "geheim", "at": clock()}
    with pytest.raises(IntegrityError):
        async with database.transaction() as connection:
            await connection.execute(insert(tables.case_messages).values(leak))


# --- Edits ----------------------------------------------------------------------------------------------------------


async def test_edits_and_deletions_follow_what_was_said(database, clock, desk):
    event = await opened(database, clock)
    await desk.act(1, Replies(MARIA, "eins"), clock())
    line = next(line for line in (await read_case(database, MARIA, 1, clock())).lines if line.kind == "coordinator")
    assert isinstance(await desk.revise(MARIA, 1, line.id, "eins, verbessert", clock()), Done)
    assert (await sent(database, clock))[-1].endswith("eins, verbessert"), "not sent yet: changed where it stood"
    await desk.revise(MARIA, 1, line.id, "noch besser", clock())
    outbox = Outbox(database)
    item = await outbox.claim_next("recording", clock())
    assert isinstance(item.delivery, Edit)
    assert (item.delivery.external_id, as_text(item.delivery.reply)) == (
        "posted-2",
        "Maria Petersen (Mensch):\n\nnoch besser",
    )
    await outbox.sent(item.delivery.outbox_id, ExternalId("posted-2"), clock())
    await desk.revise(MARIA, 1, line.id, None, clock())
    assert isinstance((await outbox.claim_next("recording", clock())).delivery, Redact)
    stored = [each for each in await read_transcript(database, event.address) if each.who == "staff"]
    assert [(each.text, each.deleted, each.edited) for each in stored] == [("", True, True)]
    assert "besser" not in words_in(await rows(database, tables.case_messages))
    assert isinstance(await desk.revise(JAN, 1, line.id, "von Jan", clock()), Refused)
    assert isinstance(await desk.revise(MARIA, 1, 4711, "nichts", clock()), NotFound)


async def test_who_handed_a_case_to_another_team_takes_back_what_they_wrote_but_says_nothing_new(database, clock, desk):
    event = await opened(database, clock)
    await desk.act(1, Replies(MARIA, "eins"), clock())
    line = next(line for line in (await read_case(database, MARIA, 1, clock())).lines if line.kind == "coordinator")
    await sent(database, clock)
    await desk.act(1, TransfersToTeam(MARIA, "anerkennung", "Bitte übernehmen Sie."), clock())
    await sent(database, clock)
    assert isinstance(await desk.revise(MARIA, 1, line.id, "zwei", clock()), NotFound)
    assert isinstance(await desk.revise(OLE, 1, line.id, None, clock()), Refused), "theirs is the case, not the line"
    assert await Outbox(database).claim_next("recording", clock()) is None
    assert isinstance(await desk.revise(MARIA, 1, line.id, None, clock()), Done)
    assert isinstance((await Outbox(database).claim_next("recording", clock())).delivery, Redact)
    assert [each.text for each in await read_transcript(database, event.address) if each.who == "staff"] == [""]


async def test_a_line_that_was_never_sent_is_taken_back_without_a_trace(database, clock, desk):
    await opened(database, clock)
    await desk.act(1, Replies(MARIA, "versehentlich"), clock())
    line = next(line for line in (await read_case(database, MARIA, 1, clock())).lines if line.kind == "coordinator")
    await desk.revise(MARIA, 1, line.id, None, clock())
    assert not [text for text in await sent(database, clock) if "versehentlich" in text]


async def test_an_old_line_is_corrected_by_a_new_one(database, clock, desk):
    await opened(database, clock)
    await desk.act(1, Replies(MARIA, "60 %"), clock())
    line = next(line for line in (await read_case(database, MARIA, 1, clock())).lines if line.kind == "coordinator")
    await sent(database, clock)
    clock.move(hours=25)
    await desk.revise(MARIA, 1, line.id, "40 %", clock())
    assert await sent(database, clock) == ["Maria Petersen (Mensch):\n\nBerichtigung: 40 %"]


async def test_whatever_a_line_is_changed_to_all_of_it_changes_and_nothing_is_left_once_it_is_taken_back(
    database, clock, desk
):
    channel, outbox = PartedChannel(), Outbox(database)

    async def read():
        while await send_next(outbox, channel, clock):
            pass
        return " ".join(channel.messages.standing.values())

    await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    before = await read()
    await desk.act(1, Replies(MARIA, "kurz"), clock())
    assert (await read()).endswith("kurz")
    line = await coordinator_line(database, clock)
    for text in ("lang " * 9, "auch lang " * 7, "wieder kurz", "noch einmal lang " * 6):
        await desk.revise(MARIA, 1, line.id, text, clock())
        assert await read() == f"{before} Maria Petersen (Mensch): {text.strip()}"
    channel.messages.break_off = True
    await desk.revise(MARIA, 1, line.id, "und noch etwas mehr " * 8, clock())
    await read()  # it was refused with parts added that nobody knows of
    await desk.revise(MARIA, 1, line.id, "das gilt", clock())
    assert await read() == f"{before} Maria Petersen (Mensch): das gilt"
    await desk.revise(MARIA, 1, line.id, None, clock())
    assert await read() == before


# --- Receipts ---------------------------------------------------------------------------------------------------------


async def test_receipts_say_queued_accepted_and_failed_and_a_failed_line_is_sent_again(database, clock, desk):
    await opened(database, clock)
    await desk.act(1, Replies(MARIA, "eins"), clock())

    async def receipts():
        return [
            line.receipt for line in (await read_case(database, MARIA, 1, clock())).lines if line.kind == "coordinator"
        ]

    assert await receipts() == ["queued"]
    outbox = Outbox(database)
    await outbox.sent((await outbox.claim_next("recording", clock())).delivery.outbox_id, ExternalId("p"), clock())
    item = await outbox.claim_next("recording", clock())
    assert isinstance(item.delivery, Post)
    await outbox.failed(item.delivery.outbox_id, refused(), clock())
    (line,) = [line for line in (await read_case(database, MARIA, 1, clock())).lines if line.kind == "coordinator"]
    assert (line.receipt, line.error) == ("failed", "no such room")
    assert isinstance(await desk.send_again(MARIA, 1, line.id, clock()), Done)
    assert isinstance(await desk.send_again(MARIA, 1, line.id, clock()), Ignored)
    assert [text[-4:] for text in await sent(database, clock)] == ["eins"]
    assert await receipts() == ["accepted"]


async def coordinator_line(database, clock):
    return next(line for line in (await read_case(database, MARIA, 1, clock())).lines if line.kind == "coordinator")


async def one_reply_refused(database, clock, desk, text="alt"):
    """A reply the platform refuses; its line on the desk."""
    await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    await sent(database, clock)
    await desk.act(1, Replies(MARIA, text), clock())
    outbox = Outbox(database)
    await outbox.failed((await outbox.claim_next("recording", clock())).delivery.outbox_id, refused(), clock())
    return await coordinator_line(database, clock)


async def test_a_line_that_failed_is_sent_again_as_it_stands_on_the_desk(database, clock, desk):
    line = await one_reply_refused(database, clock, desk)
    await desk.revise(MARIA, 1, line.id, "neu", clock())
    assert (await coordinator_line(database, clock)).receipt == "failed", "changed, and still not delivered"
    assert isinstance(await desk.send_again(MARIA, 1, line.id, clock()), Done)
    assert await sent(database, clock) == ["Maria Petersen (Mensch):\n\nneu"]


async def test_every_reply_that_failed_is_sent_again_at_once_and_no_notice_of_lotse_with_them(database, clock, desk):
    await opened(database, clock)
    await sent(database, clock)
    await desk.act(1, Claims(MARIA), clock())  # tells the employee who is there now
    for text in ("eins", "zwei"):
        await desk.act(1, Replies(MARIA, text), clock())
    outbox, refusals = Outbox(database), []
    while item := await outbox.claim_next("recording", clock()):
        await outbox.failed(item.delivery.outbox_id, refused(), clock())
        refusals.append(as_text(item.delivery.reply))
    assert [text[-4:] for text in refusals[-2:]] == ["eins", "zwei"]
    assert len(refusals) == 3
    assert isinstance(await desk.send_again(MARIA, 1, None, clock()), Done)
    assert [text[-4:] for text in await sent(database, clock)] == ["eins", "zwei"]


async def test_a_line_that_failed_and_was_taken_back_is_never_sent(database, clock, desk):
    line = await one_reply_refused(database, clock, desk)
    await desk.revise(MARIA, 1, line.id, None, clock())
    assert isinstance(await desk.send_again(MARIA, 1, line.id, clock()), Ignored), "from a page that is stale"
    assert await sent(database, clock) == []


@pytest.mark.parametrize("text", ["neu", None])
async def test_a_change_decided_while_the_line_was_under_way_holds_when_the_platform_refuses_it(
    database, clock, desk, text
):
    await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    await sent(database, clock)
    await desk.act(1, Replies(MARIA, "alt"), clock())
    outbox = Outbox(database)
    under_way = await outbox.claim_next("recording", clock())
    line = await coordinator_line(database, clock)
    await desk.revise(MARIA, 1, line.id, text, clock())
    await outbox.failed(under_way.delivery.outbox_id, refused(), clock())
    assert await sent(database, clock) == [], "there is nothing to change on the platform"
    assert isinstance(await desk.send_again(MARIA, 1, line.id, clock()), Ignored if text is None else Done)
    assert await sent(database, clock) == ([] if text is None else ["Maria Petersen (Mensch):\n\nneu"])


@pytest.mark.parametrize("text", ["neu", None])
async def test_a_change_the_platform_refuses_is_seen_and_tried_again(database, clock, desk, text):
    await opened(database, clock)
    await desk.act(1, Replies(MARIA, "alt"), clock())
    await sent(database, clock)
    line = await coordinator_line(database, clock)
    assert (line.receipt, line.change_failed) == ("accepted", False)
    outbox = Outbox(database)
    for attempt in ("ein erster Versuch", text):  # the second takes the place of the first
        await desk.revise(MARIA, 1, line.id, attempt, clock())
        await outbox.failed((await outbox.claim_next("recording", clock())).delivery.outbox_id, refused(), clock())
    line = await coordinator_line(database, clock)
    assert (line.receipt, line.error, line.change_failed) == ("failed", "no such room", True)
    assert isinstance(await desk.send_again(MARIA, 1, line.id, clock()), Done)
    assert (await coordinator_line(database, clock)).receipt == "queued"
    assert await sent(database, clock) == ["(redacted)" if text is None else "Maria Petersen (Mensch):\n\nneu"]
    line = await coordinator_line(database, clock)
    assert (line.receipt, line.change_failed) == ("accepted", False)


# --- Who sees what ----------------------------------------------------------------------------------------------------

EVERYBODY = [
    Staff("x", "X", frozenset(roles), frozenset(teams))
    for roles in ((), ("coordinator",), ("admin",), ("coordinator", "admin"))
    for teams in ((), ("foerderung",), ("anerkennung",), ("foerderung", "anerkennung"), ("*",))
]


@pytest.mark.parametrize("owned", [False, True])
async def test_the_rule_for_one_case_and_for_the_queue_is_the_same(database, clock, desk, owned):
    await opened(database, clock)
    if owned:
        owner = Staff("x", "X", frozenset({"coordinator"}), frozenset({"foerderung"}))
        assert isinstance(await desk.act(1, Claims(owner), clock()), Done)
    for staff in EVERYBODY:
        allowed = may_see(staff, "foerderung", "x" if owned else None)
        assert allowed == ("coordinator" in staff.roles and (staff.is_in("foerderung") or owned))
        assert bool(await read_queue(database, staff, clock())) == allowed, staff
        assert (await read_case(database, staff, 1, clock()) is not None) == allowed
        result = await desk.act(1, Notes(staff, "gesehen"), clock())
        assert isinstance(result, Done if allowed else NotFound)


async def test_a_broken_promise_is_seen_by_the_team_that_stands_in(database, clock, desk):
    await opened(database, clock)
    deputy = replace(OLE, stands_in=frozenset({"foerderung"}))
    for alarm, allowed in (("none", False), ("warned", False), ("breached", True), ("lead", True)):
        async with database.transaction() as connection:
            await connection.execute(update(tables.cases).values(alarm=alarm))
        assert may_see(deputy, "foerderung", None, alarm) == allowed
        assert bool(await read_queue(database, deputy, clock())) == allowed
        assert (await read_case(database, deputy, 1, clock()) is not None) == allowed
        assert isinstance(await desk.act(1, Notes(deputy, "gesehen"), clock()), Done if allowed else NotFound)
        assert not await read_queue(database, replace(deputy, roles=frozenset({"admin"})), clock())


async def test_there_is_no_case_for_those_who_may_not_see_it(database, clock, desk):
    await opened(database, clock)
    for staff, number in ((OLE, 1), (ADMIN, 1), (MARIA, 4711)):
        assert isinstance(await desk.act(number, Claims(staff), clock()), NotFound)
        assert await read_case(database, staff, number, clock()) is None


async def test_who_handed_a_case_to_another_team_no_longer_sees_it(database, clock, desk):
    await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    assert isinstance(await desk.act(1, TransfersToTeam(MARIA, "anerkennung", NOTE), clock()), Done)
    assert await read_case(database, MARIA, 1, clock()) is None
    assert isinstance(await read_case(database, OLE, 1, clock()), CaseFile)


@pytest.mark.parametrize("encrypted", [True, False])
async def test_whoever_wrote_from_an_encrypted_room_is_told_where_a_case_is_read_that_is_handed_on(
    database, clock, desk, encrypted
):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [replace(incoming("Mensch"), encrypted=encrypted)])
    await answer(conversations, clock(), "Ihr Fall ist offen.", new_case())
    await writes(database, clock, "und noch etwas")  # a timer, too, is an input that comes from no room
    await desk.act(1, Claims(MARIA), clock())
    await desk.act(1, TransfersToTeam(MARIA, "anerkennung", NOTE), clock())
    told = (await sent(database, clock))[-1]
    assert "Anerkennung" in told
    assert ("Ihr Fall kommt aus einem verschlüsselten Raum" in told) is encrypted


# --- The queue --------------------------------------------------------------------------------------------------------


async def test_the_queue_shows_what_is_due_first_and_can_be_filtered_and_searched(database, clock, desk):
    soon, later = clock() + timedelta(hours=1), clock() + timedelta(hours=5)
    await opened(database, clock, user="anna", question="Weiterbildungsbonus?", first_due=later)
    await opened(database, clock, user="ben", question="Wer hilft mir?", first_due=soon)
    await opened(database, clock, user="cem", question="Ohne Frist")
    await desk.act(3, Claims(JAN), clock())

    async def numbers(**filters):
        return [row.number for row in await read_queue(database, MARIA, clock(), Filters(**filters))]

    assert await numbers() == [2, 1, 3]
    assert await numbers(states=("claimed",)) == await numbers(owner="jan") == [3]
    assert await numbers(nobodys=True) == [2, 1]
    assert await numbers(team="anerkennung") == []
    assert await numbers(search="BONUS?") == [1]
    assert await numbers(search="#2") == [2]
    assert await numbers(search="thomsen") == [3]
    assert await numbers(overdue=True) == []
    clock.move(hours=2)
    assert await numbers(overdue=True) == [2]
    (row,) = [row for row in await read_queue(database, MARIA, clock()) if row.number == 2]
    assert (row.age, row.due, row.overdue, row.channel) == (timedelta(hours=2), soon, True, "recording")
    assert row.name.startswith("Person ")
    await desk.act(3, Resolves(JAN, "answered"), clock())
    assert await numbers() == [2, 1]
    assert await numbers(states=None, search="frist") == [3]


async def test_a_case_shows_its_own_conversation_and_the_earlier_one_only_with_consent(database, clock, desk):
    await writes(database, clock, "Was zahlt das Land?")
    await opened(database, clock)
    await writes(database, clock, "Es eilt")
    await desk.act(1, Replies(MARIA, "Moin"), clock())

    async def lines():
        return [(line.kind, line.text or line.what) for line in (await read_case(database, MARIA, 1, clock())).lines]

    own = [
        ("remark", "opened"),
        ("employee", "Bitte ein Mensch, anna"),
        ("lotse", "Ihr Fall ist offen."),
        ("employee", "Es eilt"),
        ("lotse", "Echo: Es eilt"),
    ]
    assert (await lines())[:5] == own
    assert [kind for kind, _ in await lines()][5:] == ["notice", "remark", "coordinator"]
    async with database.transaction() as connection:
        await connection.execute(tables.cases.update().values(consent=True))
    assert (await lines())[:2] == [("earlier", "Was zahlt das Land?"), ("earlier", "Echo: Was zahlt das Land?")]


async def test_the_name_of_a_platform_is_shown_after_consent_only_and_goes_with_it(database, clock, desk):
    inbox, conversations = parts(database, clock)

    async def answers(name, event):
        given = replace(incoming("x"), person=Person("recording", "anna", name))
        await inbox.accept("recording", [given])
        async with conversations.claim_next(clock()) as work:
            outcome = decide(work.case, event, clock(), DeskOffice())
            await work.finish(record(*([MoveCase(outcome)] if isinstance(outcome, CaseTurn) else [])))
        return await shown()

    async def shown():
        file = await read_case(database, MARIA, 1, clock())
        (row,) = await read_queue(database, MARIA, clock(), Filters(states=None))
        assert row.name == file.name
        return file.name

    await opened(database, clock)
    alias = await shown()
    assert alias.startswith("Person ")
    assert await answers("Ayşe Demir", Writes()) == alias
    assert await answers("Ayşe\u202e\x00 \n Demir" + "r" * 99, Consents(True)) == "Ayşe Demir" + "r" * 70
    assert await answers(None, Writes()) == "Ayşe Demir" + "r" * 70, "a message without a name takes none away"
    assert await answers("Ayşe Demir", Consents(False)) == alias
    assert await answers("Ayşe Demir", Writes()) == alias
    assert [row.employee_name for row in await rows(database, tables.cases)] == [None]
    await answers("Ayşe Demir", Consents(True))
    assert await answers("Ayşe Demir", Withdraws()) == alias
    assert [row.employee_name for row in await rows(database, tables.cases)] == [None]


async def test_earlier_cases_are_counted_without_their_words(database, clock, desk):
    await opened(database, clock, question="die erste Frage")
    await desk.act(1, Claims(MARIA), clock())
    await desk.act(1, Resolves(MARIA, "answered"), clock())
    clock.move(days=1)
    await opened(database, clock, question="die zweite Frage")
    file = await read_case(database, MARIA, 2, clock())
    assert [(each.opened_at, each.topic, each.state) for each in file.earlier] == [
        (clock() - timedelta(days=1), "bonus", "resolved")
    ]
    assert "erste" not in str(file)


async def test_what_an_earlier_release_stored_with_a_case_is_read(database, clock, desk):
    await opened(database, clock)
    old = {"understood": [["bonus.amount", 61.0]], "shown": ["bonus.overview"], "who": ["minijob"], "offered": []}
    async with database.transaction() as connection:
        await connection.execute(tables.cases.update().values(context=old))
    file = await read_case(database, MARIA, 1, clock())
    assert file.case.context == CaseContext(
        (("bonus.amount", 61.0),), who=("minijob",), shown=(ShownAnswer("bonus.overview"),)
    )


async def test_files_refused_before_and_in_a_case_are_one_figure(database, clock, desk):
    await opened(database, clock)
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(SentFile())])
    async with conversations.claim_next(clock()) as work:
        await work.finish(record(MoveCase(decide(work.case, SendsFile(), clock(), DeskOffice()))))
    assert (await read_case(database, MARIA, 1, clock())).files_refused == 2


async def test_an_erased_case_is_told_to_those_who_saw_it(database, clock, desk):
    await opened(database, clock)
    await desk.act(1, Replies(MARIA, "Moin"), clock())
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("lösche alles")])
    await answer(conversations, clock(), "Gelöscht.", ForgetPerson())
    assert await rows(database, tables.case_messages) == []
    assert isinstance(await read_case(database, MARIA, 1, clock()), ErasedCase)
    assert await read_case(database, OLE, 1, clock()) is None
    assert (await desk.act(1, Reopens(MARIA), clock())).why == "erased"
    assert isinstance(await desk.act(1, Reopens(OLE), clock()), NotFound)


# --- Timers -----------------------------------------------------------------------------------------------------------


async def test_the_timers_of_a_case_are_replaced_with_every_turn(database, clock, desk):
    warn = CaseTimer("sla_warning", clock() + timedelta(hours=3))
    await opened(database, clock, first_due=clock() + timedelta(hours=4), timers=(warn,))

    async def set_now():
        return [(row.kind, row.version) for row in await rows(database, tables.timers)]

    assert await set_now() == [("case:1:sla_warning", 1)]
    await desk.act(1, Claims(MARIA), clock())
    assert await set_now() == [("case:1:sla_warning", 2)]
    await desk.act(1, WaitsForEmployee(MARIA, "Welches Zeugnis?"), clock())
    assert await set_now() == [("case:1:reminder", 3), ("case:1:gives_up", 3)]
    await desk.act(1, Resolves(MARIA, "answered"), clock())
    assert await set_now() == [("case:1:reopen_over", 4)]


async def test_the_cases_of_somebody_who_is_no_longer_there_find_the_next(database, clock):
    deputy = DeskOffice(away=frozenset({"maria"}), deputies={"maria": Deputy("jan", "Jan Thomsen")})
    desk = Desk(database, lambda absences: deputy)
    await opened(database, clock)
    await desk.act(1, Claims(MARIA), clock())
    assert await owned_by(database, "maria") == (1,)
    assert (await desk.passes(1, "owner_away", clock())).case.owner == "jan"
    assert await owned_by(database, "maria") == ()
    assert (await desk.passes(1, "owner_gone", clock())).case.state == "open"
    assert isinstance(await desk.passes(1, "owner_gone", clock()), Ignored)
    assert isinstance(await desk.passes(4711, "owner_gone", clock()), NotFound)
    actors = [(row.event, row.actor) for row in await rows(database, tables.case_events)]
    assert actors[2:] == [("owner_away", "system"), ("owner_gone", "system")]


async def test_who_was_not_told_what_lotse_is_because_somebody_took_over_is_told_next_time(database, clock, desk):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("Hallo"), incoming("Mensch")])
    first = Say(Reply((Paragraph((Span("Ich bin Lotse."),), "first_contact"),), "de"))
    await answer(conversations, clock(), first, introduced=True)
    await answer(conversations, clock(), "Fall", new_case(), introduced=True)
    await desk.act(1, Claims(MARIA), clock())
    await sent(database, clock)
    assert [row.introduced_at for row in await rows(database, tables.persons)] == [None]


async def test_what_an_employee_edits_or_deletes_changes_for_the_coordinator_too(database, clock, desk):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming("mein Geheimnis", external_id="m1")])
    await answer(conversations, clock(), "Fall", new_case("mein Geheimnis"))

    async def shown():
        file = await read_case(database, MARIA, 1, clock())
        (line,) = [line for line in file.lines if line.kind == "employee"]
        return file.case.question, line.text, line.edited, line.deleted

    await inbox.accept("recording", [incoming(Edited("m1", "meine Frage")), incoming(Removed("m1"))])
    async with conversations.claim_next(clock()) as work:
        await work.finish(record(KeepEdit("m1", "meine Frage")))
    assert await shown() == ("meine Frage", "meine Frage", True, False)
    async with conversations.claim_next(clock()) as work:
        await work.finish(record(KeepEdit("m1", None), KeepEdit("m1", "zu spät"), KeepEdit("m2", "fremd")))
    assert await shown() == ("", "", True, True)
    for table in (tables.inbox, tables.transcript, tables.cases):
        assert "Geheimnis" not in words_in(await rows(database, table))


async def test_withdrawing_deletes_what_was_said_in_the_case_and_nothing_else(database, clock, desk):
    await writes(database, clock, "vorher")
    event = await opened(database, clock, question="geheim")
    await writes(database, clock, "geheim geschrieben")
    await desk.act(1, Replies(MARIA, "geheim geantwortet"), clock())
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(Pressed("case:withdraw"))])
    async with conversations.claim_next(clock()) as work:
        await work.finish(record(MoveCase(decide(work.case, Withdraws(), clock(), DeskOffice()))))
    for table in (tables.inbox, tables.outbox, tables.transcript, tables.cases, tables.case_messages):
        assert "geheim" not in words_in(await rows(database, table)), table.name
    texts = [line.text for line in await read_transcript(database, event.address)]
    assert texts[:2] == ["vorher", "Echo: vorher"]
    assert "zurückgezogen" in texts[-1]
    assert (await desk.act(1, Claims(MARIA), clock())).why == "muted"
    assert await rows(database, tables.timers) == []
    assert (await sent(database, clock))[-1] == texts[-1]


async def test_commands_and_turns_at_the_same_time_never_meet(database, clock, desk):
    """Whoever is second decides on what the first has left; nothing is written on an older version."""
    await opened(database, clock)
    numbers = itertools.count()

    async def act(number):
        by = (MARIA, JAN)[number % 2]
        events = (Claims(by), Replies(by, f"Antwort {next(numbers)}"), TransfersToPerson(by, by, NOTE), Notes(by, "ja"))
        await desk.act(1, events[number % 4], clock())

    async def write(number):
        await writes(database, clock, f"Nachricht {number}")

    await asyncio.gather(*(step(number) for number in range(12) for step in (act, write)))
    versions = [row.version for row in await rows(database, tables.case_events)]
    assert versions == sorted(versions)
    (case,) = await rows(database, tables.cases)
    assert case.version == versions[-1]
