"""SIGKILL at any point while a case is worked in a room: no word is lost or doubled, on its way there or from there.

Each reply of the coordinator reaches the employee once, each message of an employee stands once in the thread of its card, each
case has one card, and no note leaves the room.
"""

from collections import Counter

from bot.store.database import open_database
from tests.drills.kill import Play, killed_on
from tests.drills.kill_child import USERS, Job, lines_of, under_way
from tests.drills.registry import Counts, Drill
from tests.drills.rooms_child import cards_in, left, main
from tests.drills.stage import NOW
from tests.drills.stores import postgres_databases, sqlite_files


async def work_left(job: Job) -> bool:
    """Whether something was under way when the process died."""
    database = await open_database(job.address)
    waits = await under_way(database, NOW) or await left(database)
    await database.close()
    return waits or len(lines_of(job.folder / "posts")) < job.messages


def judge(job: Job) -> Counts:
    """Compare what both platforms have with what was said."""
    room, posts = lines_of(job.folder / "room"), lines_of(job.folder / "posts")
    replies = [f"reply {number}" for number in range(job.messages)]
    arrived = Counter(post["text"] for post in posts if post["text"] in replies)
    shown = Counter(line["post"] for line in room if "post" in line and line["thread"])
    messages = Counter(f"Person: message {number}" for number in range(job.messages))
    there = Counter({text: count for text, count in shown.items() if text in messages})
    cards = Counter(line["post"].partition(" ·")[0] for line in cards_in(room))
    lost = (Counter(replies) - arrived) + (messages - there)
    doubled = (arrived - Counter(replies)) + (there - messages)
    signs = Counter((line["of"], line["sign"]) for line in room if "sign" in line)
    return {
        "lost": sum(lost.values()) + max(USERS - len(cards), 0),
        "doubled": sum(doubled.values())
        + sum(count - 1 for count in (*signs.values(), *cards.values()))
        + max(len(cards) - USERS, 0),
        "out_of_order": sum(_out_of_order(posts, replies, user) for user in range(USERS)),
        "leaks": sum("note" in post["text"] for post in posts) + sum("🔒" in text for text in shown),
        "unsigned": max(0, 2 * job.messages - len(signs)),
        "edits": sum("edit" in line for line in room),
    }


def _out_of_order(posts: list[dict], replies: list[str], user: int) -> bool:
    wanted = replies[user::USERS]
    has = [post["text"] for post in posts if post["room"] == f"user {user}" and post["text"] in replies]
    return has != wanted and set(has) == set(wanted)


ROOMS = Play(main, judge, work_left)
ABOUT = "SIGKILL at any point while cases are worked in a room of coordinators"
ZERO = ("lost", "doubled", "out_of_order", "leaks", "unsigned")
ROOMS_SQLITE = Drill("rooms_sqlite", f"{ABOUT}, on SQLite", 200, killed_on(sqlite_files, ROOMS), ZERO)
ROOMS_POSTGRES = Drill("rooms_postgres", f"{ABOUT}, on PostgreSQL", 200, killed_on(postgres_databases, ROOMS), ZERO)
