"""The process that is killed while it relays: employees write, coordinators reply, the outbox delivers, all on a real store.

Like a browser that got no answer, the coordinators send each reply again after a start, with the same key.
"""

from multiprocessing.connection import Connection

from bot.handoff.case_events import Replies
from bot.model import Address, CaseNumber, ExternalId, Incoming, Person, Utterance
from bot.store.announce import OUTBOX
from bot.store.cases import cases_of
from bot.store.database import Database
from bot.store.desk import Desk, Done
from bot.store.inbox import Inbox
from tests.desk_people import MARIA
from tests.drills.kill_child import CHANNEL, USERS, Clock, Job, run
from tests.drills.stage import ASK, keeping_silent, office


def event(user: int, number: int, text: str, clock: Clock) -> Incoming:
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


async def converse(database: Database, inbox: Inbox, clock: Clock, messages: int) -> None:
    """Each user asks for a person; then reply and message follow each other."""
    desk = Desk(database, office)
    await inbox.accept(CHANNEL, [event(user, 0, ASK, clock) for user in range(USERS)])
    cases = [await case_of(database, user) for user in range(USERS)]
    for number in range(messages):
        user = number % USERS
        reply = Replies(MARIA, f"reply {number}")
        done = await desk.act(cases[user], reply, clock(), key=f"form {number}")
        assert isinstance(done, Done)
        await inbox.accept(CHANNEL, [event(user, number + 1, f"message {number}", clock)])


def main(job: Job, parent: Connection) -> None:
    """The process that relays."""
    run(job, parent, converse, keeping_silent)
