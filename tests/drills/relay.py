"""SIGKILL at any point of the relay: no word of an employee or of a coordinator is lost, none arrives twice."""

import asyncio
from collections import Counter

from sqlalchemy import select

from bot.store.database import open_database
from bot.store.tables import case_messages, transcript
from tests.drills.kill import Play, killed_on
from tests.drills.kill_child import USERS, Job, lines_of, under_way
from tests.drills.registry import Counts, Drill
from tests.drills.relay_child import main
from tests.drills.stage import NOW
from tests.drills.stores import postgres_databases, sqlite_files


async def work_left(job: Job) -> bool:
    """Whether something was under way when the process died: a word not yet relayed, or not yet noted as such."""
    database = await open_database(job.address)
    waits = await under_way(database, NOW)
    said = await _said(database, "employee")
    await database.close()
    return waits or sum(said.values()) < job.messages


async def _said(database, kind: str) -> Counter[str]:
    """What stands in the cases, by how often it stands there."""
    words = (
        select(transcript.c.text)
        .join(case_messages, case_messages.c.transcript_id == transcript.c.id)
        .where(case_messages.c.kind == kind)
    )
    async with database.reading() as connection:
        return Counter(await connection.scalars(words))


def judge(job: Job) -> Counts:
    """Compare what the platform, and the cases, have with what was said."""
    posts = lines_of(job.folder / "posts")
    replies = [f"reply {number}" for number in range(job.messages)]
    arrived = [post["text"] for post in posts if post["text"] in replies]
    wanted = {f"user {user}": replies[user::USERS] for user in range(USERS)}
    has = {
        room: [post["text"] for post in posts if post["room"] == room and post["text"] in replies] for room in wanted
    }

    async def stored() -> tuple[Counter[str], Counter[str]]:
        database = await open_database(job.address)
        both = await _said(database, "employee"), await _said(database, "coordinator")
        await database.close()
        return both

    written, kept = asyncio.run(stored())
    messages = Counter(f"message {number}" for number in range(job.messages))
    written = Counter({text: count for text, count in written.items() if text.startswith("message")})
    lost = (Counter(replies) - Counter(arrived)) + (messages - written)
    doubled = (Counter(arrived) - Counter(replies)) + (written - messages)
    return {
        "lost": sum(lost.values()),
        "doubled": sum(doubled.values()) + sum(kept.values()) - job.messages,
        "out_of_order": sum(has[room] != wanted[room] and set(has[room]) == set(wanted[room]) for room in wanted),
        "handed_again": len(lines_of(job.folder / "handed")) - len(posts),
    }


RELAY = Play(main, judge, work_left)


ABOUT = "SIGKILL at any point between a word of a coordinator and its delivery"
ZERO = ("lost", "doubled", "out_of_order")
RELAY_SQLITE = Drill("relay_sqlite", f"{ABOUT}, on SQLite", 200, killed_on(sqlite_files, RELAY), ZERO)
RELAY_POSTGRES = Drill("relay_postgres", f"{ABOUT}, on PostgreSQL", 200, killed_on(postgres_databases, RELAY), ZERO)
