"""Tries a command as somebody of each role, and tells what came of it: in a room of coordinators, and at the desk on the web.

Nothing here knows a rule. In a chat the words go into the inbox of the rooms, and what answers them there does; on the web the
forms go to the routes of the desk. Whether it was done is read from the store (what is sent to rooms and to the employee among
it) and from the page. Before each trial the store is put back to the moment that fits the command.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import httpx

from bot.channels.slack.members import Members
from bot.channels.slack.workspace import Workspace
from bot.dialogue.desk_commands import COMMANDS, NUMBERED
from bot.errors import ChannelError
from bot.gap_list import GapList
from bot.handoff.absence import refusal_of
from bot.model import Absence, DeskRoom, OpenCase, RoomMember, RoomState, Staff, StaffId
from bot.store.absences import set_absence
from bot.web.health import ContentState
from bot.web.routes import WebParts, create_web
from tests.desk_stage import DeskStage, RoomChannel
from tests.fakes import incoming, refused
from tests.store.rows import answer, parts
from tests.web.site import SECRET, Guest, signed_in

FUNDING, MODULES = frozenset({"foerderung"}), frozenset({"module"})
OURS, THEIRS = "C0FOERDERUNG", "C0MODULE"
WORKSPACE = Workspace("T1", "U0LOTSE")
PEOPLE = {
    "guest": "U0GUEST", "lookalike": "UОBOTH", "left": "U0LEFT", "other_team": "U0OTHER", "team": "U0TEAM",
    "owner": "U0OWNER", "admin": "U0ADMIN", "admin_in_room": "U0ADMINROOM", "both": "U0BOTH", "stranger": "U0STRANGER",
}  # fmt: skip
"""Accounts; the look-alike's has a Cyrillic letter where the one of *both* has a nought."""
IN_THE_ROOM = ("guest", "team", "owner", "admin_in_room", "both")
NAMED = {
    "admin": Staff(StaffId("admin"), "Cem", frozenset({"admin"})),
    "admin_in_room": Staff(StaffId("roomadmin"), "Dora", frozenset({"admin"})),
    "both": Staff(StaffId("both"), "Anna Petersen", frozenset({"coordinator", "admin"}), FUNDING),
}
AT_THE_DESK = {
    **NAMED,
    "guest": Staff(StaffId(PEOPLE["guest"]), "Anna Petersen", frozenset()),
    "other_team": Staff(StaffId(PEOPLE["other_team"]), "Ben", frozenset({"coordinator"}), MODULES),
    "team": Staff(StaffId(PEOPLE["team"]), "Ben", frozenset({"coordinator"}), FUNDING),
    "owner": Staff(StaffId(PEOPLE["owner"]), "Ole", frozenset({"coordinator"}), FUNDING),
}
"""On the web only the file makes somebody a coordinator, so those of the rooms stand in it too."""

CASE, OTHER_CASE = 1, 2
"""The case everything is tried on, of the team of one room, and an open one of the team of the other."""
NOTE = "Nur für uns"
ASKED = "Mensch"
"""What the employee wrote: it stands on the page of the case, and wherever the transcript is."""
FAILED = "Kommt das an?"
"""What the owner wrote to the employee, and the platform of the employee refused."""
MOMENTS = {"claim": "open", "next": "open", "go_on": "waiting", "reopen": "resolved", "back": "away"}
"""The moment in which a command makes sense; any other: somebody has the case, and one of their replies failed."""
WORDS = {
    "reply": "Guten Tag", "note": NOTE, "transfer": "anerkennung: Zeugnisse liegen vor.", "wait": "Seit wann?",
    "wait_third": "bis 2026-12-01", "resolve": "answered", "knowledge": "Bildungsgutschein", "away": "bis 2026-12-01",
}  # fmt: skip


def staff_id(role):
    """Under which id somebody of this role acts, where they may."""
    return NAMED[role].id if role in NAMED else StaffId(PEOPLE[role])


# --- A platform with a room for each of two teams -------------------------------------------------------------------


@dataclass
class SlackPeople:
    """What Slack answers about a channel and its members."""

    rooms: dict[str, list[str]]

    async def call(self, method, **given):
        if method == "conversations.members":
            return {"members": [WORKSPACE.bot_user, *self.rooms[given["channel"]]]}
        user = given["user"]
        return {
            "user": {
                "id": user,
                "team_id": WORKSPACE.team,
                "is_restricted": user == PEOPLE["guest"],
                "profile": {"real_name": "Anna Petersen"},
            }
        }


class TwoRooms(RoomChannel):
    """Slack or a homeserver, as far as it says who is in a room."""

    def __init__(self, platform):
        super().__init__(platform, (DeskRoom(platform, OURS, FUNDING), DeskRoom(platform, THEIRS, MODULES)))
        self.members = {OURS: [PEOPLE[role] for role in IN_THE_ROOM], THEIRS: [PEOPLE["other_team"]]}
        self.least_power = 0 if platform == "slack" else 50
        self.away = False

    async def look_into(self, room):
        if self.away:
            raise ChannelError("away")
        if self.name == "slack":
            return await Members(SlackPeople(self.members)).in_room(room, WORKSPACE)
        known = [
            RoomMember(user, "Anna Petersen", power=0 if user == PEOPLE["guest"] else 50) for user in self.members[room]
        ]
        left = RoomMember(PEOPLE["left"], "Anna Petersen", power=100, joined=False)
        return RoomState((*known, left), encrypted=True)


# --- The moments a command is tried in --------------------------------------------------------------------------------

WRITTEN = ("cases", "case_events", "case_messages", "transcript", "absences", "outbox")
"""Where what coordinators do leaves its traces, the employee's messages among them."""


class Tried:
    """A store on SQLite with two cases, and a platform with the rooms of their teams."""

    def __init__(self, database, clock, live, platform):
        self.stage = DeskStage(database, clock, channel=TwoRooms(platform))
        self.stage.named.staff = tuple(NAMED.values())
        self.stage.linked = {PEOPLE[role]: staff.id for role, staff in NAMED.items()}
        self.stage.live.content, self.stage.live.reader = live.content, live.reader
        self.database, self.clock, self.live = database, clock, live
        self.file = sqlite3.connect(database.engine.url.database, isolation_level=None)
        self.file.row_factory = sqlite3.Row
        self.file.execute("PRAGMA synchronous = OFF")  # nobody pulls the plug
        self.moments, self.stands = {}, None

    async def prepare(self):
        """Live through the moments, each by what people say, and keep them."""
        stage, inbox = self.stage, self.stage.inbox
        await stage.asks(ASKED, user="kim")
        await inbox.accept("recording", [incoming(ASKED, user="lou")])
        _, conversations = parts(self.database, self.clock)
        await answer(conversations, self.clock(), OpenCase(ASKED, "de", "asked", "module", None))
        await stage.settle()
        self.thread = stage.rooms.card(CASE, OURS)
        self._keep("open")
        await self._owner_says("!nimm")
        stage.employees.failures = [refused()]
        await self._owner_says(FAILED)
        self._keep("claimed")
        await self._owner_says("!warten Seit wann?")
        self._keep("waiting")
        await self._owner_says("!weiter")
        await self._owner_says("!fertig beantwortet")
        self._keep("resolved")
        now = self.clock()
        for staff in map(staff_id, PEOPLE):
            absence = Absence(staff, now, now + timedelta(days=3), None)
            await set_absence(self.database, absence, refusal_of, actor="test", now=now)
        self._keep("away")

    async def _owner_says(self, words):
        await self.stage.says(PEOPLE["owner"], words, room=OURS, thread=self.thread)

    def _keep(self, moment):
        store = sqlite3.connect(":memory:")
        self.file.backup(store)
        self.moments[moment] = (store, self.written())

    def put_back(self, moment):
        """The store is as it was at this moment."""
        store, written = self.moments[moment]
        if moment != self.stands or self.written() != written:
            store.backup(self.file)
        self.stands = moment
        return written

    def written(self):
        """The rows coordinators leave traces in, by table."""
        return {table: [tuple(row) for row in self.rows(table)] for table in WRITTEN}

    def rows(self, table):
        """All rows of a table as they are now."""
        return self.file.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()

    def close(self):
        """Let go of what was kept."""
        for store in (self.file, *(store for store, _ in self.moments.values())):
            store.close()


# --- What came of it ---------------------------------------------------------------------------------------------------


class After:
    """The store after a trial of somebody who acts as ``who``; ``read`` is what they got to read, as they got it."""

    def __init__(self, tried, who, read):
        self.who, self.read = who, read
        self.case, self.other = tried.rows("cases")
        theirs, self.foreign = (OTHER_CASE, CASE) if who == PEOPLE["other_team"] else (CASE, OTHER_CASE)
        self.next = (self.case, self.other)[theirs - 1]
        self.lines = tried.rows("case_messages")
        self.told = "\n".join(row["delivery"] for row in tried.rows("outbox") if row["status"] == "waiting")
        now = tried.clock()
        self.away = {row["staff"] for row in tried.rows("absences") if row["until"] > f"{now:%Y-%m-%d %H:%M:%S}"}


DONE = {
    "claim": lambda after: (after.case["state"], after.case["owner"]) == ("claimed", after.who),
    "reply": lambda after: "Guten Tag" in after.told,
    "note": lambda after: any(
        (row["kind"], row["author"], row["text"]) == ("note", after.who, NOTE) for row in after.lines
    ),
    "transfer": lambda after: after.case["team"] == "anerkennung",
    "wait": lambda after: after.case["state"] == "waiting_employee" and "Seit wann?" in after.told,
    "wait_third": lambda after: after.case["state"] == "waiting_third",
    "go_on": lambda after: after.case["state"] == "claimed",
    "resolve": lambda after: (after.case["state"], after.case["resolution"]) == ("resolved", "answered"),
    "to_queue": lambda after: (after.case["state"], after.case["owner"]) == ("open", None),
    "to_bot": lambda after: after.case["state"] == "bot",
    "reopen": lambda after: (after.case["state"], after.case["owner"]) == ("claimed", after.who),
    "transcript": lambda after: ASKED in after.told,
    "again": lambda after: FAILED in after.told,
    "knowledge": lambda after: "Bildungsgutschein" in after.read,
    "queue": lambda after: f"Fall {after.next['number']}" in after.read,
    "next": lambda after: after.next["owner"] == after.who,
    "review": lambda after: "Wissen" in after.read,
    "card": lambda after: f"copy of {CASE}" in after.read,
    "away": lambda after: after.who in after.away,
    "back": lambda after: after.who not in after.away,
    "sign_in": lambda after: f'"staff": "{after.who}"' in after.read,
    "help": lambda after: "!nimm" in after.read,
}
"""By what it is seen that a command was carried out for somebody."""
ON_A_PAGE = {
    "knowledge": lambda after: 'name="insert"' in after.read,
    "queue": lambda after: f'data-case="{after.next["number"]}"' in after.read,
    "review": lambda after: 'href="/desk/gaps" aria-current' in after.read,
    "card": lambda after: ASKED in after.read,
    "sign_in": lambda after: 'action="/desk/sessions"' in after.read,
    "help": lambda after: 'href="/desk/gaps"' in after.read,
}
"""The same where it is a page that shows it."""


def verdict(tried, before, after, done):
    """Whether it was carried out, or nothing happened; in other words where neither is so."""
    if any(words in after.read for words in (f"Fall {after.foreign}", f'data-case="{after.foreign}"')):
        return "read of a case of another team"
    if done(after):
        return "yes"
    return "no" if tried.written() == before else "something else"


# --- In a room of coordinators ---------------------------------------------------------------------------------------


async def in_chat(tried, command, role):
    """Say it in a room of coordinators: in the thread of the case, or by its number from the room of another team."""
    before, stage, user = tried.put_back(MOMENTS.get(command, "claimed")), tried.stage, PEOPLE[role]
    elsewhere = role == "other_team"
    room, thread = (THEIRS, None) if elsewhere else (OURS, tried.thread)
    number = str(CASE) if elsewhere and command in NUMBERED else ""
    words = " ".join(part for part in (f"!{COMMANDS[command][0]}", number, WORDS.get(command, "")) if part)
    posted = {row["id"] for row in tried.rows("desk_posts")}
    await stage.says(user, words, room=room, thread=thread, alone=user, settle=False)
    assert await stage.talk.handle_next(stage.clock())
    read = "\n".join(_shown(row) for row in tried.rows("desk_posts") if row["id"] not in posted)
    return verdict(tried, before, After(tried, staff_id(role), read), DONE[command])


def _shown(post):
    """What will stand in the room: the words, or of what it is made at the moment it is posted."""
    if post["kind"] == "copy":
        return f"copy of {post['case_number']}"
    return json.dumps(json.loads(post["reply"] or '""'), ensure_ascii=False)


# --- At the desk on the web --------------------------------------------------------------------------------------------


class Directory:
    """The people of the staff file."""

    problem = None

    def __init__(self, people):
        self.people = people

    def everybody(self):
        return self.people

    def find(self, staff_id):
        return next((staff for staff in self.people if staff.id == staff_id), None)


class Desk:
    """The application with somebody of each role before it; who was never in the file is signed in nowhere."""

    def __init__(self, tried, folder):
        self.tried, self.database, self.clock = tried, tried.database, tried.clock
        self.address = "http://127.0.0.1"
        self.people, self.guests = Directory(()), {}
        parts = WebParts(
            database=self.database,
            accept=tried.stage.inbox.accept,
            clock=self.clock,
            secret=SECRET,
            suggestions=lambda locale: (),
            content=lambda: ContentState("hash"),
            people=self.people,
            desk=tried.stage.desk,
            live=tried.live,
            gaps=GapList(self.database, tried.live, self.clock),
            content_folder=folder,
            open_access=False,
            keep_transcripts_days=30,
            keep_cases_days=180,
        )
        self.transport = httpx.ASGITransport(create_web(parts))

    async def sign_everybody_in(self, stack):
        """All of them sign in, also who has no roles any more and who is no longer in the file; the others stay outside."""
        once = (
            Staff(staff_id(role), "Anna Petersen", frozenset({"coordinator"}), FUNDING) for role in ("guest", "left")
        )
        self.people.people = (*NAMED.values(), *once, *(AT_THE_DESK[role] for role in ("other_team", "team", "owner")))
        for role in (*AT_THE_DESK, "left"):
            self.guests[role] = await stack.enter_async_context(
                signed_in(self, staff_id(role), transport=self.transport)
            )
        for role in ("stranger", "lookalike"):
            self.guests[role] = Guest(self, transport=self.transport)
            self.guests[role].csrf = self.guests["both"].csrf
        self.people.people = tuple(AT_THE_DESK.values())

    async def tries(self, command, role):
        """Send the form of the page, or open it."""
        tried, guest = self.tried, self.guests[role]
        before = tried.put_back(MOMENTS.get(command, "claimed"))
        path, fields = self.form(command, role)
        if fields is None:
            page = await guest.http.get(path)
        else:
            page = await guest.submit(path, version=str(tried.rows("cases")[0]["version"]), **fields)
        read = unescape(page.text) if page.status_code == 200 else ""
        return verdict(tried, before, After(tried, staff_id(role), read), {**DONE, **ON_A_PAGE}[command])

    def form(self, command, role):
        """Where a command is found on the web, and what is filled in; None: it is a page to look at."""
        case = f"/desk/cases/{CASE}"
        lines = [row["id"] for row in self.tried.rows("case_messages") if row["kind"] == "coordinator"]
        mine = [row["id"] for row in self.tried.rows("absences") if row["staff"] == staff_id(role)]
        forms = {
            "reply": (f"{case}/say", {"mode": "reply", "text": WORDS["reply"], "key": "k" * 12}),
            "note": (f"{case}/say", {"mode": "note", "text": NOTE, "key": "k" * 12}),
            "transfer": (f"{case}/transfer", {"to": "team:anerkennung", "note": "Zeugnisse liegen vor."}),
            "wait": (f"{case}/wait", {"whom": "employee", "text": WORDS["wait"], "until": ""}),
            "wait_third": (f"{case}/wait", {"whom": "third", "text": "", "until": "2026-12-01"}),
            "resolve": (f"{case}/resolve", {"code": "answered"}),
            "to_queue": (f"{case}/to_queue", {"note": ""}),
            "again": (f"{case}/lines/{max(lines, default=0)}/send-again", {}),
            "knowledge": (f"{case}/knowledge", {"words": WORDS["knowledge"], "text": ""}),
            "card": (case, None),
            "queue": ("/desk", None),
            "next": ("/desk/next", {}),
            "review": ("/desk/gaps", None),
            "away": ("/desk/absence", {"since": "", "until": "2026-12-01T08:00", "deputy": ""}),
            "back": ("/desk/absence/end", {"absence": str(*mine[:1])}),
            "sign_in": ("/desk/sessions", None),
            "help": ("/desk", None),
        }
        return forms.get(command, (f"{case}/{command}", {}))
