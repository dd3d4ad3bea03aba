"""Looks into the tables, for tests only."""

from sqlalchemy import select

from bot.model import CASE_NUMBER, OpenCase, Reply, Say
from bot.store.conversations import Conversations
from bot.store.inbox import Inbox
from tests.fakes import record, reply


def refuse(locale) -> Reply:
    return reply("Das war zu viel auf einmal.")


def apologise(work):
    text = getattr(work.input, "text", "")
    return Say(reply(f"Entschuldigung, Fall {CASE_NUMBER}.")), OpenCase(text, "de", "turn_failed", "koordination", None)


async def rows(database, table):
    async with database.reading() as connection:
        return (await connection.execute(select(table).order_by(*table.primary_key))).all()


def words_in(found) -> str:
    """All that stands in rows, to look for words; a row as text leaves out the middle of what is long."""
    return repr([tuple(row) for row in found])


def parts(database, clock, outbox=None):
    """Inbox and conversations of this database; what is said is handed to the senders of this outbox."""
    return Inbox(database, clock, refuse), Conversations(database, apologise, outbox)


async def answer(conversations, now, *effects, **more) -> bool:
    """Answer one waiting input with these effects; False when none waits."""
    async with conversations.claim_next(now) as work:
        if work is None:
            return False
        await work.finish(record(*(effects or (f"Echo: {getattr(work.input, 'text', work.input)}",)), **more))
        return True


async def answer_all(conversations, now) -> int:
    count = 0
    while await answer(conversations, now):
        count += 1
    return count
