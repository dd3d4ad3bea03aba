"""The process that is killed while it relays: employees write, coordinators reply, the outbox delivers, all on a real store.

Like a browser that got no answer, the coordinators send each reply again after a start, with the same key.
"""

import asyncio
import logging
from datetime import timedelta
from multiprocessing.connection import Connection

import structlog

from bot.config import make_clock
from bot.dialogue.case_events import Replies
from bot.model import Address, CaseNumber, ExternalId, Incoming, Person, Utterance
from bot.store.announce import OUTBOX
from bot.store.cases import cases_of
from bot.store.conversations import Conversations
from bot.store.database import Database, open_database
from bot.store.desk import Desk, Done
from bot.store.figures import read_figures
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.worker.content_watch import LivePair
from bot.worker.inbox_loop import inbox_loop
from bot.worker.keep_going import Pace
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from tests.desk_people import MARIA
from tests.drills.kill_child import CHANNEL, USERS, FileChannel, Gate, Job, PausingDatabase
from tests.drills.stage import ASK, keeping_silent, office
from tests.fakes import echo_understand


def event(user: int, number: int, text: str, clock) -> Incoming:
    place = f"user {user}"
    return Incoming(
        Address(CHANNEL, place), Person(CHANNEL, place), ExternalId(f"event {user} {number}"), Utterance(text), clock()
    )


async def case_of(database: Database, user: int) -> CaseNumber:
    """The case of this user, once it is there."""
    with database.announcer.listen(OUTBOX) as bell:
        while not (cases := await cases_of(database, Address(CHANNEL, f"user {user}"))):
            await bell.wait(0.2)
    return cases[0].number


async def converse(database: Database, inbox: Inbox, desk: Desk, messages: int, clock) -> None:
    """Each user asks for a person; then reply and message follow each other."""
    await inbox.accept(CHANNEL, [event(user, 0, ASK, clock) for user in range(USERS)])
    cases = [await case_of(database, user) for user in range(USERS)]
    for number in range(messages):
        user = number % USERS
        reply = Replies(MARIA, f"reply {number}")
        done = await desk.act(cases[user], reply, clock(), key=f"form {number}")
        assert isinstance(done, Done)
        await inbox.accept(CHANNEL, [event(user, number + 1, f"message {number}", clock)])


async def work(job: Job, parent: Connection) -> None:
    gate = Gate(job.stop_at, parent)
    clock = make_clock()
    database = PausingDatabase(await open_database(job.address), gate)
    inbox, conversations = Inbox(database, clock, flood_notice), Conversations(database, apologise)
    outbox = Outbox(database, sending_lasts=timedelta(seconds=1))
    live, pace = LivePair(None, None), Pace(idle=1.0, after_failure=0.05, at_most=0.2)
    mind = {"understand": echo_understand, "take_turn": keeping_silent}
    loops = [
        asyncio.create_task(inbox_loop(conversations, live, clock, database.announcer, pace=pace, **mind)),
        asyncio.create_task(outbox_loop(outbox, [FileChannel(job.folder, gate)], clock, database.announcer, pace=pace)),
    ]
    with database.announcer.listen(OUTBOX) as bell:
        await converse(database, inbox, Desk(database, office), job.messages, clock)
        figures = await read_figures(database, clock())
        while figures.inputs_waiting or figures.deliveries_waiting or figures.deliveries_sending:
            await bell.wait(0.2)
            figures = await read_figures(database, clock())
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    await database.close()
    parent.send(("done", gate.kinds))


def main(job: Job, parent: Connection) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(work(job, parent))
