"""A room of coordinators in memory beside a real store: what stands there, who is in it, what they say. Steps instead of loops."""

import functools
import itertools
import re

from bot.config import shipped_content
from bot.content.read import read_content
from bot.errors import ChannelError, NotInRoom
from bot.handoff.team_office import office_at
from bot.model import (
    Address,
    DeskRoom,
    Edit,
    ExternalId,
    Incoming,
    Person,
    Post,
    React,
    Redact,
    RoomMember,
    RoomState,
    Utterance,
    as_text,
)
from bot.store.conversations import Conversations
from bot.store.desk import Desk
from bot.store.desk_posts import DeskPosts
from bot.store.desk_reading import read_case
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.worker.content_watch import LivePair
from bot.worker.desk_board import DeskBoard
from bot.worker.desk_talk import DeskTalk
from bot.worker.inbox_loop import handle_next
from bot.worker.notices import apologise, flood_notice
from bot.worker.room_people import RoomPeople
from tests.desk_people import MARIA
from tests.drills.stage import keeping_silent
from tests.fakes import RecordingChannel, echo_understand, incoming
from tests.worker.running import send_next

FUNDING = DeskRoom("rooms", "!funding", frozenset({"foerderung"}))
REST = DeskRoom("rooms", "!rest", frozenset(), rest=True, elsewhere=frozenset({"foerderung"}))
ANNA, BEN, OLE = "@anna:x.org", "@ben:x.org", "@ole:x.org"


@functools.cache
def content():
    """The content that ships; nothing here needs a reader."""
    return read_content(shipped_content()).content


class RoomChannel(RecordingChannel):
    """A platform with rooms of coordinators: it shows what was posted, with all that became of it."""

    def __init__(self, name="rooms", desk_rooms=(FUNDING, REST)):
        super().__init__(name)
        self.desk_rooms, self.least_power = desk_rooms, 0
        self.members = {
            FUNDING.room: [RoomMember(ANNA, "Anna"), RoomMember(BEN, "Ben")],
            REST.room: [RoomMember(OLE, "Ole")],
        }
        self.encrypted = True
        self.looked = 0
        self.left_behind = set()
        self.outside = False
        self.history = {}
        self.shown, self.standing_signs, self.numbers = {}, {}, itertools.count(1)

    async def look_into(self, room):
        self.looked += 1
        if self.failures:
            raise self.failures.pop(0)
        return RoomState(tuple(self.members.get(room, ())), self.encrypted)

    def thread_at(self, external_id):
        return external_id.split()[0]

    def move(self):
        """What is posted from now on stands in the room that follows; nothing before it can be changed or answered any more."""
        self.left_behind |= self.shown.keys()

    async def send(self, delivery):
        if self.outside:
            raise NotInRoom("not in this room")
        place = delivery.address.thread if isinstance(delivery, Post) else delivery.external_id
        if place in self.left_behind and isinstance(delivery, Post | Edit):
            raise ChannelError("it was left behind when its room moved", permanent=True, gone=True)
        before = delivery.outbox_id in self.posts
        await super().send(delivery)
        match delivery:
            case Post() if before:
                return next(key for key, (post, _) in self.shown.items() if post.outbox_id == delivery.outbox_id)
            case Post():
                external_id = ExternalId(f"$post{next(self.numbers)}")
                self.shown[external_id] = (delivery, delivery.reply)
                return external_id
            case Edit(external_id=of, reply=reply):
                self.history.setdefault(of, []).append(as_text(self.shown[of][1]))
                self.shown[of] = (self.shown[of][0], reply)
                return of
            case Redact(external_id=of) if of in self.standing_signs:
                del self.standing_signs[of]
                return of
            case Redact(external_id=of):
                del self.shown[of]
                self.history.pop(of, None)
                return of
            case React(external_id=of, sign=sign):
                external_id = ExternalId(f"$sign of {delivery.outbox_id}")
                self.standing_signs[external_id] = (of, sign)
                assert len(set(self.signs)) == len(self.signs), "platforms refuse the same sign a second time"
                return external_id

    @property
    def signs(self):
        """The signs that stand there: under what, and which."""
        return list(self.standing_signs.values())

    def texts(self, room=FUNDING.room, thread=None):
        """What stands in a room, or in one of its threads, from top to bottom."""
        return [
            as_text(reply)
            for post, reply in self.shown.values()
            if post.address.room == room and post.address.thread == thread
        ]

    def readable(self):
        """Everything members can read in any room, the history of changed messages too."""
        now = [as_text(reply) for _, reply in self.shown.values()]
        return "\n".join([*now, *(text for history in self.history.values() for text in history)])

    def card(self, number, room=FUNDING.room):
        """The id of the latest card of this case."""
        found = [
            key
            for key, (post, reply) in self.shown.items()
            if post.address.room == room
            and post.address.thread is None
            and re.match(rf"Fall {number}\b", as_text(reply))
        ]
        return found[-1] if found else None


class Named:
    """The people of a staff file."""

    def __init__(self, *staff):
        self.staff, self.problem = staff, None

    def everybody(self):
        return () if self.problem else self.staff


class DeskStage:
    """Employees on one platform, coordinators in rooms on another, one store."""

    def __init__(self, database, clock, *, channel=None, sending_lasts=None):
        self.database, self.clock = database, clock
        self.rooms = channel or RoomChannel()
        self.employees = RecordingChannel()
        self.named, self.linked = Named(MARIA), {"@maria:x.org": MARIA.id}
        self.people = RoomPeople(self.named, self.rooms.desk_rooms, clock)
        self.people.connect([self.rooms], self.linked_on)
        self.live = LivePair(content(), None)
        self.desk = Desk(database, self.office)
        self.outbox = Outbox(database)
        more = {} if sending_lasts is None else {"sending_lasts": sending_lasts}
        self.posts = DeskPosts(database, self.rooms.desk_rooms, **more)
        self.board = DeskBoard(database, self.posts, self.people, self.live, self.office, self.make_link, "de")
        self.gaps = ()
        self.talk = DeskTalk(database, self.desk, self.people, self.live, "de", self.open_gaps)
        self.inbox = Inbox(database, clock, flood_notice, self.rooms.desk_rooms)
        self.numbers = itertools.count(1)

    def office(self, absences):
        return office_at(self.live.content, self.people.everybody(), absences)

    async def linked_on(self, channel):
        return dict(self.linked)  # as they are at this moment

    async def open_gaps(self):
        return self.gaps

    async def make_link(self, staff):
        return f"https://lotse.example/sign-in/{staff}"

    async def says(self, user, given, *, room=FUNDING.room, thread=None, external_id=None, alone=None, settle=True):
        """A coordinator writes, presses or reacts; the id of what they wrote."""
        event = ExternalId(external_id or f"$said{next(self.numbers)}")
        what = Utterance(given) if isinstance(given, str) else given
        address = Address(self.rooms.name, room, thread)
        came = Incoming(address, Person(self.rooms.name, user, "A name"), event, what, self.clock(), alone=alone)
        await self.inbox.accept(self.rooms.name, [came])
        if settle:
            await self.settle()
        return event

    async def asks(self, text="Mensch", user="kim"):
        """An employee writes."""
        event = incoming(text, user=user)
        await self.inbox.accept("recording", [event])
        await self.settle()
        return event.external_id

    async def settle(self):
        """Let everything happen that is due."""
        conversations = Conversations(self.database, apologise)
        turn = {"understand": echo_understand, "take_turn": keeping_silent}
        while (
            await handle_next(conversations, self.live.content, None, self.clock(), **turn)
            or await self.talk.handle_next(self.clock())
            or await send_next(self.outbox, self.employees, self.clock)
            or await self.show_next()
            or await self.board.plan(self.rooms.name, self.clock())
        ):
            pass

    async def show_next(self):
        item = await self.board.claim_next(self.rooms.name, self.clock())
        if item is not None:
            await self.board.carry_out(self.rooms, item, self.clock)
        return item is not None

    def heard(self, user="kim"):
        """What an employee has read."""
        return [as_text(post.reply) for post in self.employees.handed if isinstance(post, Post)]


async def facts(stage, number=1):
    """What the store knows of a case at this moment: its state, and whose it is."""
    return (await read_case(stage.database, MARIA, number, stage.clock())).facts
