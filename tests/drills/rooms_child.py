"""The process that is killed while cases are worked in a room: employees write, coordinators answer in the threads of the cards.

Both platforms lie in files. Whatever a platform had handed over when the process died it hands over again, with the same ids.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any

import structlog
from sqlalchemy import func, select

from bot.config import make_clock
from bot.content.read import read_content
from bot.handoff.office import PlainOffice
from bot.model import (
    Address,
    DeskRoom,
    Edit,
    ExternalId,
    Incoming,
    Limits,
    Person,
    Post,
    React,
    Redact,
    RoomMember,
    RoomState,
    Utterance,
    as_text,
)
from bot.store.announce import DESK, DESK_INBOX, DESK_POSTS, OUTBOX
from bot.store.conversations import Conversations
from bot.store.database import Database, open_database
from bot.store.desk import Desk
from bot.store.desk_posts import DeskPosts
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.tables import desk_inbox, desk_posts
from bot.worker.content_watch import LivePair
from bot.worker.desk_board import DeskBoard, desk_board_loop
from bot.worker.desk_talk import DeskTalk, desk_talk_loop
from bot.worker.inbox_loop import inbox_loop
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from bot.worker.room_people import RoomPeople
from tests.content.small_tree import write_tree
from tests.desk_stage import Named
from tests.drills.kill_child import (
    CHANNEL,
    PACE,
    USERS,
    FileChannel,
    Gate,
    Job,
    PausingDatabase,
    append,
    lines_of,
    under_way,
)
from tests.drills.relay_child import event
from tests.drills.stage import ASK, keeping_silent
from tests.fakes import echo_understand
from tests.worker.running import running

ROOM = DeskRoom("rooms", "!room", rest=True)
ANNA = "@anna:x.org"


class FileRooms:
    """A platform with one room of coordinators, in a file. It knows a message again by the id of its delivery."""

    name = "rooms"
    limits = Limits(text=8_000, choices=9)
    problem = None
    desk_rooms, least_power = (ROOM,), 0

    def __init__(self, folder, gate: Gate) -> None:
        self.file, self._gate = folder / "room", gate

    async def look_into(self, room):
        return RoomState((RoomMember(ANNA, "Anna"),), encrypted=True)

    def thread_at(self, external_id):
        return external_id

    async def send(self, delivery):
        self._gate.point("before_room")
        known = {line["id"] for line in lines_of(self.file)}
        if delivery.outbox_id not in known:
            place = {"id": delivery.outbox_id, "thread": delivery.address.thread}
            match delivery:
                case Post(reply=reply):
                    append(self.file, {**place, "post": as_text(reply)})
                case Edit(reply=reply, external_id=of):
                    append(self.file, {**place, "edit": as_text(reply), "of": of})
                case React(external_id=of, sign=sign):
                    append(self.file, {**place, "sign": sign, "of": of})
        self._gate.point("after_room")
        return delivery.external_id if isinstance(delivery, Edit | Redact) else ExternalId(f"${delivery.outbox_id}")

    async def show(self, view):
        pass

    async def receive(self, accept, cursor):
        await asyncio.Event().wait()


def said(thread: str, number: int, text: str, clock) -> Incoming:
    """What Anna says in a thread."""
    return Incoming(
        Address("rooms", "!room", thread), Person("rooms", ANNA), ExternalId(f"$a{number}"), Utterance(text), clock()
    )


def cards_in(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The cards of a room, as they were posted. A case may have any number: a store that takes one back leaves a gap."""
    return [line for line in lines if "post" in line and not line["thread"]]


async def thread_of(rooms: FileRooms, database: Database, user: int) -> str:
    """The thread of this user's case, once its card is there; the users ask one after the other."""
    with database.announcer.listen(DESK_POSTS) as bell:
        while len(cards := cards_in(lines_of(rooms.file))) <= user:
            await bell.wait(0.2)
    return f"${cards[user]['id']}"


async def converse(database: Database, inbox: Inbox, rooms: FileRooms, clock, messages: int) -> None:
    """Each user asks for a person; then Anna and the users write in turn, some of hers to her colleagues."""
    for user in range(USERS):
        await inbox.accept(CHANNEL, [event(user, 0, ASK, clock)])
        await thread_of(rooms, database, user)
    threads = [await thread_of(rooms, database, user) for user in range(USERS)]
    for number in range(messages):
        thread = threads[number % USERS]
        await inbox.accept("rooms", [said(thread, number, f"reply {number}", clock)], str(number))
        await inbox.accept("rooms", [said(thread, messages + number, f"// note {number}", clock)])
        await inbox.accept(CHANNEL, [event(number % USERS, number + 1, f"message {number}", clock)])


async def left(database: Database) -> bool:
    """Whether something was said in the room and not handled, or is to be shown there and is not."""
    async with database.reading() as connection:
        waits = await connection.scalar(select(func.count()).where(desk_inbox.c.status == "waiting"))
        unsent = await connection.scalar(
            select(func.count()).where(desk_posts.c.status.in_(("waiting", "stale", "sending")))
        )
    return bool(waits or unsent)


async def work(job: Job, parent: Connection) -> None:
    """Run everything until all that was said is handled, relayed and shown; then tell the parent."""
    gate, clock = Gate(job.stop_at, parent), make_clock()
    database = PausingDatabase(await open_database(job.address), gate)
    announcer, lasts = database.announcer, timedelta(seconds=1)
    inbox = Inbox(database, clock, flood_notice, (ROOM,))
    content = read_content(write_tree(job.folder / "content")).content  # a small one, for a process that is soon killed
    live, rooms = LivePair(content, None), FileRooms(job.folder, gate)
    people = RoomPeople(Named(), (ROOM,), clock)

    async def nobody(channel):
        return {}

    async def no_gaps():
        return ()

    def office(absences):
        return PlainOffice()

    people.connect([rooms], nobody)
    posts = DeskPosts(database, (ROOM,), sending_lasts=lasts)
    board = DeskBoard(database, posts, people, live, office, None, "de")
    talk = DeskTalk(database, Desk(database, office), people, live, "de", no_gaps)
    mind = {"understand": echo_understand, "take_turn": keeping_silent}
    outbox = Outbox(database, sending_lasts=lasts)
    loops = (
        inbox_loop(Conversations(database, apologise, outbox), live, clock, announcer, pace=PACE, **mind),
        outbox_loop(outbox, [FileChannel(job.folder, gate)], clock, announcer, pace=PACE),
        desk_board_loop(board, [rooms], clock, pace=PACE, settle_s=0.01),
        desk_talk_loop(talk, clock, announcer, pace=PACE),
    )

    async def busy():
        """In the order in which one follows from the other; what the board itself has planned meanwhile is seen last."""
        if await left(database) or await under_way(database, clock()):
            return True
        return await board.plan("rooms", clock()) or await left(database)

    with announcer.listen(OUTBOX, DESK, DESK_INBOX, DESK_POSTS) as bell:
        async with running(*loops):
            parent.send("begun")
            await converse(database, inbox, rooms, clock, job.messages)
            while await busy():
                await bell.wait(0.2)
    await database.close()
    parent.send(("done", gate.kinds))


def main(job: Job, parent: Connection) -> None:
    """All of the process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(work(job, parent))
