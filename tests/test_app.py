"""The whole program: real store, real loops, real pages, and a content folder that changes while it runs."""

import itertools
import re
import shutil

import pytest

from bot.app import check_and_build, suggestions
from bot.channels.browser import BrowserChannel
from bot.errors import ContentError
from bot.handoff.case_events import Claims, Replies, Resolves, ReturnsToBot, WaitsForEmployee
from bot.handoff.office import PlainOffice
from bot.model import Address, Incoming, Person, Pressed, Staff, Utterance, as_text
from bot.store import tables
from bot.store.cases import list_cases
from bot.store.conversations import Conversations
from bot.store.database import open_database
from bot.store.desk import Desk, Done
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.timers import Timers
from bot.store.transcripts import read_transcript
from bot.worker.inbox_loop import handle_next
from bot.worker.notices import apologise, flood_notice
from tests.conftest import NOW
from tests.content.small_tree import BONUS, write_tree
from tests.program import Guest, stop, web_chat
from tests.store.rows import rows
from tests.worker.running import send_next

PLACE = Address("browser", "a" * 32)
ANNA = Person("browser", "anna")


class Steps:
    """Each step of the program on a store that was opened for it alone, as after a stop in between."""

    def __init__(self, address, trained, clock):
        self.address, self.trained, self.clock = address, trained, clock
        self.numbers = itertools.count(1)

    async def with_store(self, step):
        database = await open_database(self.address)
        try:
            return await step(database)
        finally:
            await database.close()

    async def take_in(self, given, external_id=None):
        said = Utterance(given) if isinstance(given, str) else given
        event = Incoming(PLACE, ANNA, external_id or f"event-{next(self.numbers)}", said, self.clock())
        await self.with_store(lambda db: Inbox(db, self.clock, flood_notice).accept("browser", [event]))

    async def answer(self):
        content, reader = self.trained.content, self.trained.reader
        return await self.with_store(
            lambda db: handle_next(
                Conversations(db, apologise),
                content,
                reader,
                self.clock(),
                office=lambda absences: PlainOffice(content),
            )
        )

    async def send(self):
        channel = BrowserChannel(lambda address: None)
        return await self.with_store(lambda db: send_next(Outbox(db), channel, self.clock))

    async def said(self):
        lines = await self.with_store(lambda db: read_transcript(db, PLACE))
        return [(line.who, as_text(line.reply) if line.reply else line.text, line.delivery) for line in lines]

    async def converse(self, given):
        await self.take_in(given)
        while await self.answer():
            pass
        while await self.send():
            pass
        return (await self.said())[-1][1]


@pytest.fixture
def steps(address, trained, clock):
    return Steps(address, trained, clock)


async def test_a_stop_between_any_two_steps_loses_nothing_and_doubles_nothing(steps):
    await steps.take_in("Was zahlt der Weiterbildungsbonus?", "one")
    await steps.take_in("Was zahlt der Weiterbildungsbonus?", "one")
    await steps.take_in("und wie beantrage ich den?", "two")
    assert [await steps.answer() for _ in range(3)] == [True, True, False]
    assert [await steps.send() for _ in range(3)] == [True, True, False]
    said = await steps.said()
    assert [who for who, _, _ in said].count("lotse") == 2
    assert {delivery for who, _, delivery in said if who == "lotse"} == {"sent"}
    replies = [text for who, text, _ in said if who == "lotse"]
    assert "60 %" in replies[0]
    assert "Ich beziehe das auf: Weiterbildungsbonus" in replies[1]


async def test_a_conversation_with_a_case_its_data_and_their_end(steps):
    first = await steps.converse("Was zahlt der Weiterbildungsbonus?")
    assert "automatisches Programm" in first
    assert "Fall 1" in await steps.converse("Mensch")
    assert "Ihr Fall 1" in await steps.converse("Wie ist der Stand meines Falls?")
    stored = await steps.converse("meine Daten")
    assert "Fälle bei der Koordination: 1" in stored
    assert "wirklich alles löschen" in await steps.converse("lösche meine Daten")
    assert "Erledigt" in await steps.converse(Pressed("data:delete"))
    again = await steps.converse("und wie beantrage ich den?")
    assert "automatisches Programm" in again
    assert "Ich beziehe das auf" not in again
    assert not [text for who, text, _ in await steps.said() if "Weiterbildungsbonus?" in text and who == "user"]


async def test_a_case_goes_to_a_person_and_comes_back(steps):
    """All of it: opened by the first message ever, claimed, answered, waited for, resolved, taken up again, given to Lotse."""
    maria = Staff("maria", "Maria Petersen", frozenset({"coordinator"}), frozenset({"koordination"}))

    async def act(event):
        office = PlainOffice(steps.trained.content)
        done = await steps.with_store(lambda db: Desk(db, lambda absences: office).act(1, event, steps.clock()))
        while await steps.send():
            pass
        assert isinstance(done, Done), done
        return (await steps.said())[-1][1]

    assert "automatisches Programm" in await steps.converse("Mensch")
    assert (await steps.converse("Was zahlt der Weiterbildungsbonus?")).startswith("Automatische Antwort")
    assert "Maria Petersen (QMIT-Koordination) übernimmt Ihren Fall 1" in await act(Claims(maria))
    assert await steps.converse("Was zahlt der Weiterbildungsbonus?") == "Was zahlt der Weiterbildungsbonus?"
    assert "Um Ihren Fall 1 kümmert sich Maria Petersen" in await steps.converse("Wie steht mein Fall?")
    assert await act(Replies(maria, "Moin!")) == "Maria Petersen (Mensch):\n\nMoin!"
    assert "Welches Zeugnis?" in await act(WaitsForEmployee(maria, "Welches Zeugnis?"))
    await steps.converse("Facharbeiter")
    assert "War Ihr Anliegen damit gelöst?" in await act(Resolves(maria, "answered"))
    assert "Danke für die Rückmeldung" in await steps.converse("ja")
    assert "Ihr Fall 1 ist wieder offen, Maria Petersen kümmert sich darum" in await steps.converse(
        "Noch eine Frage dazu"
    )
    assert "antworte ich hier wieder automatisch" in await act(ReturnsToBot(maria))
    assert "60 %" in await steps.converse("Was zahlt der Weiterbildungsbonus?")
    states = await steps.with_store(lambda db: rows(db, tables.case_events))
    assert [row.to_state for row in states if row.event != "rates"] == [
        "open", "claimed", "waiting_employee", "claimed", "resolved", "claimed", "bot",
    ]  # fmt: skip


async def test_time_brings_a_reminder_and_closes_what_nobody_answers(steps):
    maria = Staff("maria", "Maria Petersen", frozenset({"coordinator"}), frozenset({"koordination"}))
    await steps.converse("Mensch")
    for event in (Claims(maria), WaitsForEmployee(maria, "Welches Zeugnis?")):
        await steps.with_store(
            lambda db, event=event: Desk(db, lambda absences: PlainOffice()).act(1, event, steps.clock())
        )

    async def after(days):
        steps.clock.move(days=days)
        await steps.with_store(lambda db: Timers(db).fire_due(steps.clock()))
        while await steps.answer() or await steps.send():
            pass
        return (await steps.said())[-1][1]

    assert "Eine Erinnerung" in await after(3)
    assert "deshalb schließen wir ihn" in await after(7)
    assert "deshalb schließen wir ihn" in await after(14.01)
    (case,) = await steps.with_store(lambda db: list_cases(db, None))
    assert case.state == "closed"
    assert "Fall 2" in await steps.converse("Mensch")


def test_changed_content_goes_live_and_broken_content_does_not(tmp_path):
    content = write_tree(tmp_path / "content")
    for path in content.glob(
        "knowledge/*/*.yaml"
    ):  # so small a content teaches too little to pass its own test sentences
        path.write_text(re.sub(r"^    tests:\n(?: {6}.*\n)+", "", path.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    file = content / "knowledge" / "funding" / "bonus.yaml"
    with web_chat(tmp_path, LOTSE_CONTENT=str(content), LOTSE_CLOCK="2026-11-22") as (address, process):
        logged(process, "learning")
        assert "ein Zuschuss des Landes" in told(address)
        text = file.read_text("utf-8")
        change(file, text.replace("ein Zuschuss des Landes", "ein Geschenk des Landes"))
        logged(process, "content_swapped")
        assert "ein Geschenk des Landes" in told(address)
        change(file, "topic: [")
        logged(process, "content_refused")
        health = health_at(address)
        assert health["status"] == "degraded"
        assert "knowledge/funding/bonus.yaml" in health["content"]["errors"][0]
        assert "ein Geschenk des Landes" in told(address)
        change(file, text)
        logged(process, "content_swapped")
        assert health_at(address)["status"] == "ok"
        assert "ein Zuschuss des Landes" in told(address)
        assert stop(process) == 0


def told(address):
    """What somebody reads who asks about the bonus now."""
    with Guest(address) as guest:
        return guest.say("der Landesbonus")


def health_at(address):
    with Guest(address) as guest:
        return guest.health()


def change(file, text):
    """Save a file as an editor does: never half of it."""
    written = file.with_suffix(".new")
    written.write_text(text, "utf-8")
    written.replace(file)


def logged(process, event):
    """Wait until the program has logged this event."""
    for line in process.stderr:
        if f'"event": "{event}"' in line:
            return
    raise AssertionError(f"it ended without {event}")


def test_what_cannot_be_used_is_refused_before_it_is_trained(tmp_path):
    content = write_tree(tmp_path)
    (content / "knowledge" / "funding" / "bonus.yaml").write_text(BONUS.replace("{rate}", "60 %"), "utf-8")
    with pytest.raises(ContentError):
        check_and_build(content, NOW.date())
    shutil.rmtree(content / "knowledge" / "funding")
    with pytest.raises(ContentError):
        check_and_build(content, NOW.date())


@pytest.mark.parametrize("locale", ["de", "en"])
def test_questions_to_begin_with_are_there_and_are_questions(trained, locale):
    offered = suggestions(trained.content, locale)
    assert 1 <= len(offered) <= 4
    assert all(question[0].isupper() for question in offered)
