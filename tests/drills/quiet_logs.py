"""A thousand messages through the whole program, with bugs and failures of every kind on their way, and not one word of
them in the logs: neither what people wrote, nor who they are, nor what Lotse answered with their words.

The errors raised on purpose quote the message, as errors of Python, of a database or of a platform's package do.
"""

import asyncio
import json
import random
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from bot.config import shipped_content
from bot.dialogue.policy import take_turn
from bot.errors import ChannelError
from bot.logs import set_up_logs
from bot.model import ExternalId, Person
from bot.store.conversations import Conversations
from bot.store.database import Database, open_database
from bot.store.figures import read_figures
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.privacy import Retention, forget
from bot.trained import load_trained
from bot.understanding.understand import understand
from bot.worker.content_watch import LivePair
from bot.worker.inbox_loop import inbox_loop
from bot.worker.keep_going import Pace
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from bot.worker.timer_loop import timer_loop
from tests.drills.registry import Counts, Drill
from tests.fakes import FakeClock, RecordingChannel, incoming

PEOPLE = 40
AT_ONCE = 20
QUESTIONS = (
    "Was zahlt der Weiterbildungsbonus?",
    "Ich heiße {name} und möchte mit einem Menschen sprechen",
    "meine Daten",
    "lösche meine Daten",
    "ja",
    "qwertz {word} asdfgh",
    "nichts davon",
    "Meine Nummer ist 0431 {word}, E-Mail {word}@firma.example",
    "warum",
    "Bekomme ich Bildungsurlaub? Und was kostet {word}?",
)
QUICK = Pace(idle=0.2, after_failure=0.001, at_most=0.002)


class Failing(RecordingChannel):
    """A platform that fails now and then, with the message in its mouth."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance

    async def send(self, delivery) -> ExternalId:
        if self.chance.random() < 0.05:
            raise RuntimeError(f"cannot post {delivery}")
        if self.chance.random() < 0.05:
            raise ChannelError("the platform does not answer")
        return await super().send(delivery)


def breaking(step, quoted: int, chance: random.Random):
    """The same function, which now and then raises an error that quotes so many of its arguments."""

    def wrapped(*given):
        if chance.random() < 0.05:
            raise ValueError(f"cannot handle {given[:quoted]}")
        return step(*given)

    return wrapped


async def talk(messages: int, seed: int, folder: Path) -> list[str]:
    """Carry so many messages through; the words that must not stand in the logs."""
    chance = random.Random(seed)
    trained = load_trained(shipped_content())
    live, clock = LivePair(trained.content, trained.reader), FakeClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    database = await open_database(f"sqlite:///{folder / 'lotse.db'}")
    people = {f"user{number}": f"Zwiebelfisch{number}" for number in range(PEOPLE)}
    outbox = Outbox(database)
    inbox, conversations = Inbox(database, clock, flood_notice), Conversations(database, apologise, outbox)
    announcer = database.announcer
    understanding, deciding = breaking(understand, 1, chance), breaking(take_turn, 2, chance)
    loops = [
        inbox_loop(conversations, live, clock, announcer, understand=understanding, take_turn=deciding, pace=QUICK),
        outbox_loop(outbox, [Failing(chance)], clock, announcer, pace=QUICK),
        timer_loop(database, Retention(), clock, announcer, pace=QUICK),
    ]
    words = [*people, *people.values()]
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        for number in range(messages):
            user, word = chance.choice(sorted(people)), f"Wort{number:05d}x"
            words.append(word)
            text = chance.choice(QUESTIONS).format(name=people[user], word=word)
            await inbox.accept("recording", [incoming(text, user=user, external_id=f"event of {user} {word}")])
            if number % 97 == 0:
                await forget(database, Person("recording", user), actor="operator", now=clock())
            if number % AT_ONCE == 0:
                clock.move(hours=1)
                await _all_answered(database, clock)
        await _all_answered(database, clock)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()
    return words


async def _all_answered(database: Database, clock: FakeClock) -> None:
    while (await read_figures(database, clock())).inputs_waiting:  # noqa: ASYNC110  # what waits rings no bell here
        await asyncio.sleep(0.01)


def child(messages: int, seed: int, folder: str) -> None:
    """In a process of its own, so that its standard error holds its logs and nothing else."""
    set_up_logs("DEBUG")
    words = asyncio.run(talk(messages, seed, Path(folder)))
    (Path(folder) / "words.json").write_text(json.dumps(words), "utf-8")


def run(messages: int, seed: int, folder: Path) -> Counts:
    """So many messages; how many of the words stand in the logs."""
    call = f"from tests.drills.quiet_logs import child; child({messages}, {seed}, {str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True)
    logs = done.stdout + done.stderr
    words = json.loads((folder / "words.json").read_text("utf-8"))
    events = Counter(re.findall(r'"event": ?"(\w+)"', logs))
    leaked = [word for word in words if word in logs]
    return {"messages": messages, "lines": len(logs.splitlines()), "events": dict(events), "leaked": len(leaked)}


QUIET_LOGS = Drill(
    name="quiet_logs",
    about="messages through the whole program with errors that quote them: no word and no name in the logs",
    points=1_000,
    run=run,
    zero=("leaked",),
)
