"""One person needs a human again and again, in one conversation and with the real dialogue: every time one is there."""

import asyncio
from collections import Counter
from pathlib import Path

from bot.config import shipped_content
from bot.handoff.case_events import Claims, Replies, Resolves, ReturnsToBot
from bot.handoff.office import PlainOffice
from bot.model import Address, ExternalId, Incoming, Person, Staff, Utterance, as_text
from bot.store.cases import cases_of
from bot.store.conversations import Conversations
from bot.store.database import Database, open_database
from bot.store.desk import Desk, Done
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.trained import load_trained
from bot.worker.inbox_loop import handle_next
from bot.worker.notices import apologise, flood_notice
from tests.drills.registry import Counts, Drill
from tests.drills.stage import NOW

MARIA = Staff("maria", "Maria Petersen", frozenset({"coordinator"}), frozenset({"koordination"}))
PLACE, ANNA = Address("recording", "anna"), Person("recording", "anna")
ENDS = (Resolves(MARIA, "answered"), Resolves(MARIA, "referred", ask_satisfaction=False), ReturnsToBot(MARIA))
ASKS = ("Mensch", "neuer Fall", "Ich möchte mit einem Menschen sprechen")


class Employee:
    """Somebody who writes and reads, against the real store and the real content."""

    def __init__(self, database: Database) -> None:
        self.database, self.trained = database, load_trained(shipped_content())
        self.sent = 0

    async def say(self, text: str) -> list[str]:
        """Write this; what is delivered then."""
        self.sent += 1
        event = Incoming(PLACE, ANNA, ExternalId(f"event {self.sent}"), Utterance(text), NOW)
        await Inbox(self.database, lambda: NOW, flood_notice).accept("recording", [event])
        conversations = Conversations(self.database, apologise)
        while await handle_next(conversations, self.trained.content, self.trained.reader, NOW):
            pass
        return await self.read()

    async def read(self) -> list[str]:
        box, texts = Outbox(self.database), []
        while (item := await box.claim_next("recording", NOW)) is not None:
            texts.append(as_text(item.delivery.reply))
            await box.sent(item.delivery.outbox_id, ExternalId(item.delivery.outbox_id), NOW)
        return texts


async def play(points: int, seed: int, folder: Path) -> Counts:
    counts: Counter[str] = Counter(handoffs=points, not_open=0, not_claimed=0, replies_lost=0, lotse_spoke=0)
    database = await open_database(f"sqlite:///{folder / 'lotse.db'}")
    anna, desk = Employee(database), Desk(database, lambda absences: PlainOffice(anna.trained.content))
    for number in range(points):
        await anna.say(ASKS[(number + seed) % len(ASKS)])
        case = (await cases_of(database, PLACE))[-1]
        counts["not_open"] += case.state not in ("open", "claimed")
        if case.state == "open":
            counts["not_claimed"] += not isinstance(await desk.act(case.number, Claims(MARIA), NOW), Done)
        await anna.read()
        counts["lotse_spoke"] += bool(await anna.say("Was zahlt der Weiterbildungsbonus?"))
        await desk.act(case.number, Replies(MARIA, f"Antwort {number}"), NOW)
        counts["replies_lost"] += not any(f"Antwort {number}" in text for text in await anna.read())
        await desk.act(case.number, ENDS[number % len(ENDS)], NOW)
        await anna.read()
    counts["cases"] = len(await cases_of(database, PLACE))
    await database.close()
    return {"seed": seed, **counts}


def run(points: int, seed: int, folder: Path) -> Counts:
    return asyncio.run(play(points, seed, folder))


ZERO = ("not_open", "not_claimed", "replies_lost", "lotse_spoke")
HANDOFFS = Drill("handoffs", "one person is handed off again and again", 50, run, ZERO)
