"""10,000 hostile events from a hostile homeserver: nothing raises, the loop goes on, and what is said back is harmless.

The real loop reads answers in which anything may be wrong: types, missing and enormous fields, nesting, relations to anything,
ciphertexts of nonsense, in rooms, in invitations, in keys. In every answer one sound message stands at a random place, and it
must arrive. Whatever arrives is said back, as Lotse would, and what would leave is looked at: only tags and addresses of the
list, always a plain text, nobody mentioned, small enough for a homeserver. A server of a test's own cannot be this bad, so
here the server is ours; ``tests/channels/matrix/test_malformed.py`` sends through the real one what that lets pass.
"""

import asyncio
import json
import random
import string
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from bot.channels.matrix.calling import Names
from bot.channels.matrix.directs import Directs
from bot.channels.matrix.encryption import open_encryption
from bot.channels.matrix.event_meaning import EventMeaning
from bot.channels.matrix.event_writing import contents_of, edit_of, in_thread
from bot.channels.matrix.homeserver import HomeserverError
from bot.channels.matrix.invitations import Invitations
from bot.channels.matrix.late_keys import LateKeys
from bot.channels.matrix.matrix_account import Device
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.channels.matrix.message_places import MessagePlaces
from bot.channels.matrix.own_messages import OwnMessages
from bot.channels.matrix.room_addresses import RoomAddresses
from bot.channels.matrix.rooms import RoomBook
from bot.channels.matrix.sealed_file import SealedFile
from bot.channels.matrix.sending import Sender
from bot.channels.matrix.signed_in import SignedIn
from bot.channels.matrix.single_events import SingleEvents
from bot.channels.matrix.sync_loop import Connection, SyncLoop
from bot.channels.matrix.syncing import SyncReader
from bot.channels.matrix.timelines import Timelines
from bot.handoff.case_text import parse
from bot.model import Bullets, Choice, OutboxId, Paragraph, Reply, SourceNote, Span, Utterance
from tests.channels.matrix.at_work import NothingKept
from tests.drills.registry import Counts, Drill

ME, ROOM = "@lotse:x.org", "!room:x.org"
KEY = "the key of the drill, thirty-two characters"
EVENTS_PER_ANSWER = 20
ALLOWED = {
    "p": set(), "em": set(), "strong": set(), "ul": set(), "ol": set(), "li": set(), "br": set(), "code": set(), "pre": set(),
    "a": {"href"},
}  # fmt: skip
"""What Lotse writes; all of it is on the list of the specification (*m.room.message msgtypes*)."""
SCHEMES = {"http", "https", "mailto", "tel"}
MOST_BYTES = 64 * 1024

EVIL = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg/onload=x>', "[x](javascript:alert(1))",
    "[Bank](https://evil.example/)", "<a href='javascript:x'>y</a>", "@room", "@lotse:x.org Hallo", "\u202eabc\u202c",
    "\0\x01\x1b[31m",
    "&lt;b&gt;", "<mx-reply>x</mx-reply>", "a\u0301" * 200, "\ud83d", "🦆" * 300, "x" * 70_000, "\n" * 500,
    "> " * 3_000, "**" * 999,
    "`" * 99, "https://" + "a" * 3_000 + ".example/", "<" * 5_000, "&" * 30_000, "> q\n\nA",
)  # fmt: skip
TYPES = (
    "m.room.message", "m.room.message", "m.room.message", "m.room.encrypted", "m.reaction", "m.room.redaction", "m.room.member",
    "m.room.encryption", "m.room.tombstone", "m.room.create", "m.room.power_levels", "m.sticker", "m.poll.start", "io.lotse", "",
)  # fmt: skip


class Hostile:
    """Makes JSON of any shape, and events that are nearly right."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 0

    def value(self, depth: int = 0):
        one = self.random
        kind = one.randrange(9 if depth < 4 else 6)
        match kind:
            case 0:
                return one.choice(EVIL)
            case 1:
                return one.choice([None, True, False, 0, -1, 2**70, 1.5, float("inf"), "", "!", "@", "$", ME, ROOM])
            case 2:
                return "".join(one.choices(string.printable, k=one.randrange(30)))
            case 3:
                return self.id("$")
            case 4:
                return one.choice(TYPES)
            case 5:
                return one.randrange(-(2**40), 2**40)
            case 6:
                return [self.value(depth + 1) for _ in range(one.randrange(4))]
            case 7:
                return {self.key(): self.value(depth + 1) for _ in range(one.randrange(4))}
        return self.nested(one.randrange(1, 400))

    def nested(self, levels: int):
        value = self.value(9)
        for _ in range(levels):
            value = [value] if self.random.random() < 0.5 else {"m.relates_to": value}
        return value

    def key(self) -> str:
        return self.random.choice(
            [
                "body",
                "msgtype",
                "m.relates_to",
                "event_id",
                "rel_type",
                "m.new_content",
                "m.mentions",
                "user_ids",
                "x",
                "algorithm",
            ]
        )

    def id(self, sigil: str) -> str:
        self.number += 1
        return f"{sigil}{self.number if self.random.random() < 0.7 else self.random.randrange(50)}:x.org"

    def maybe(self, sound):
        """The sound value; one time in six something else."""
        return self.value() if self.random.random() < 1 / 6 else sound

    def event(self):
        one = self.random
        if one.random() < 0.05:
            return self.value()
        event = {
            "type": self.maybe(one.choice(TYPES)),
            "event_id": self.maybe(self.id("$")),
            "sender": self.maybe(one.choice(["@anna:x.org", "@ben:x.org", ME, "@" + "x" * 300])),
            "origin_server_ts": self.maybe(one.randrange(2**41)),
            "content": self.maybe(self.content()),
        }
        if one.random() < 0.2:
            event["state_key"] = self.maybe(one.choice(["", ME, "@anna:x.org"]))
        if one.random() < 0.2:
            event["redacts"] = self.value()
        if one.random() < 0.2:
            event["unsigned"] = self.value()
        for key in [key for key in event if one.random() < 0.03]:
            del event[key]
        return event

    def content(self):
        one = self.random
        content = {
            "msgtype": self.maybe(
                one.choice(
                    ["m.text", "m.text", "m.emote", "m.notice", "m.file", "m.image", "m.key.verification.request"]
                )
            ),
            "body": self.maybe(one.choice(EVIL)),
            "m.mentions": self.maybe({"user_ids": self.maybe([ME])}),
            "formatted_body": self.value(),
            "membership": self.maybe(one.choice(["join", "leave", "invite", "ban"])),
            "displayname": self.value(),
            "algorithm": self.maybe("m.megolm.v1.aes-sha2"),
            "ciphertext": self.maybe("AwgAEpAB" + "A" * 60),
            "session_id": self.maybe("sess"),
            "sender_key": self.value(),
            "users": self.value(),
            "replacement_room": self.maybe(self.id("!")),
            "predecessor": self.value(),
            "redacts": self.value(),
        }
        if one.random() < 0.5:
            content["m.relates_to"] = self.maybe(
                {
                    "rel_type": self.maybe(one.choice(["m.thread", "m.replace", "m.annotation", "m.reference"])),
                    "event_id": self.maybe(self.id("$")),
                    "key": self.maybe(one.choice(["👍", "1️⃣", "🙋", "x" * 500])),
                    "m.in_reply_to": self.value(),
                }
            )
        if one.random() < 0.3:
            content["m.new_content"] = self.maybe({"msgtype": "m.text", "body": self.maybe("neu")})
        return {key: each for key, each in content.items() if one.random() < 0.9}

    def answer(self, number: int):
        """One answer of a sync; somewhere in it stands a sound message."""
        one = self.random
        events = [self.event() for _ in range(EVENTS_PER_ANSWER - 1)]
        sound = {
            "type": "m.room.message", "event_id": f"$sound{number}:x.org", "sender": "@anna:x.org", "origin_server_ts": 1,
            "content": {"msgtype": "m.text", "body": f"sound {number}"},
        }  # fmt: skip
        came = [
            number for number, each in enumerate(events) if is_arrival(each)
        ]  # what is said before is not for Lotse
        events.insert(one.randrange(max(came, default=-1) + 1, len(events) + 1), sound)
        other = {one.choice([self.id("!"), self.id("!"), "!", "x"]): self.value() for _ in range(2)}
        return {
            "next_batch": f"s{number}",
            "rooms": {
                "join": {
                    **other,
                    ROOM: {"timeline": {"events": events}, "state": self.value()},
                },
                "invite": self.maybe({self.id("!"): self.value()}),
                "leave": self.value(),
            },
            "to_device": self.maybe(
                {
                    "events": [
                        self.event(),
                        {"type": "m.room.encrypted", "sender": "@a:x.org", "content": self.content()},
                        {
                            "type": self.maybe("m.key.verification.request"),
                            "sender": self.maybe("@a:x.org"),
                            "content": self.maybe({"from_device": self.maybe("D"), "transaction_id": self.maybe("t")}),
                        },
                    ]
                }
            ),
            "device_lists": self.maybe({"changed": self.value()}),
            "device_one_time_keys_count": self.maybe({"signed_curve25519": self.maybe(50)}),
        }


def is_arrival(event) -> bool:
    """Whether this may be read as Lotse coming into the room."""
    return isinstance(event, dict) and (event.get("type"), event.get("state_key")) == ("m.room.member", ME)


class Server:
    """A homeserver that answers what it likes; rooms and keys soundly enough to go on."""

    token = "t"

    def __init__(self, hostile: Hostile, answers: int) -> None:
        self.hostile, self.answers, self.given = hostile, answers, 0
        self.done = asyncio.Event()

    async def call(self, method, path, body=None, *, query=None, patience_s=30.0):
        if path == "/sync" and "since" in query:
            if self.given == self.answers:
                self.done.set()
                await asyncio.Event().wait()
            self.given += 1
            return json.loads(json.dumps(self.hostile.answer(self.given)))
        if path == "/sync":
            return {"next_batch": "s0"}
        if path == "/keys/query" and ME in body["device_keys"]:
            raise HomeserverError("what it says of our own device is no part of this drill", status=500)
        if path == "/keys/upload":
            return {"one_time_key_counts": {"signed_curve25519": 50}}
        value = self.hostile.value()
        return value if isinstance(value, dict) else {}

    async def call_list(self, method, path):
        members = [
            {"type": "m.room.member", "state_key": user, "content": {"membership": "join"}}
            for user in (ME, "@anna:x.org")
        ]
        return [*members, *(self.hostile.event() for _ in range(3))] if ROOM.strip("!") not in path else members


class Tags(HTMLParser):
    """Counts what is not on the list."""

    def __init__(self) -> None:
        super().__init__()
        self.strange = 0

    def handle_starttag(self, tag, attrs):
        allowed = ALLOWED.get(tag)
        hrefs = [value for name, value in attrs if name == "href"]
        self.strange += allowed is None or any(name not in allowed for name, _ in attrs)
        self.strange += any(urlsplit(href).scheme not in SCHEMES for href in hrefs)

    def handle_comment(self, data):
        self.strange += 1

    handle_decl = handle_pi = unknown_decl = handle_comment


def look_at(content, counts: Counter) -> None:
    """What would leave for a room."""
    tags = Tags()
    tags.feed(content.get("formatted_body", ""))
    tags.close()
    counts["strange_tags"] += tags.strange
    counts["without_text"] += not isinstance(content.get("body"), str)
    counts["mentions"] += content.get("m.mentions") != {}
    largest = in_thread(edit_of(content, "$" + "x" * 43), "$" + "y" * 43)
    size = len(json.dumps(largest, ensure_ascii=False).encode()) * 4 / 3 + 2_000  # encrypted, with what the server adds
    counts["too_large"] += size > MOST_BYTES


def said_back(text: str, number: int) -> list[Reply]:
    """What people wrote, in every place where it could stand in a reply."""
    span = Span(text)
    note = SourceNote(text[:200], text[:500], text[:20], "22.11.2026", text[:20])
    return [
        Reply((Paragraph((span, Span(text, bold=True), Span(text, code=True), Span("x", href=text))),), "de"),
        Reply(
            (Bullets(((span,), (Span(text, href=text),))),), "en", sources=(note,), choices=(Choice(text[:300], "v"),)
        ),
        Reply(parse(text) or (Paragraph((span,)),), "de", person=text[:80]),
    ]


async def read_all(points: int, seed: int, folder: Path) -> Counts:
    counts: Counter = Counter()
    hostile = Hostile(seed)
    server = Server(hostile, max(points // EVENTS_PER_ANSWER, 1))
    settings = MatrixSettings("http://127.0.0.1:1", ME, folder, password="p", key=KEY, invites=("*",))
    encryption = open_encryption(server, folder, ME, "DEVICE", KEY)
    rooms, late = RoomBook(server), LateKeys(folder / "waiting.json")
    names = Names(ME, ("Lotse",))
    directs = Directs(server, rooms, ME, encrypted=True)
    events = SingleEvents(server, encryption)
    ours, places = OwnMessages(events, names), MessagePlaces(events)
    meaning = EventMeaning(
        RoomAddresses(rooms, directs, frozenset(), places), ours, names, NothingKept(), lambda: datetime.now(UTC)
    )
    reader = SyncReader(ME, Timelines(server, rooms, ME), events, meaning, late, lambda: datetime.now(UTC))
    me = SignedIn(settings, server, None, Device(ME, "DEVICE"), encryption, SealedFile(folder / "identity", KEY))
    sender = Sender(ME, server, rooms, directs, encryption, ours, places, NothingKept())
    connection = Connection(me, server, rooms, directs, late, reader, sender, Invitations(server, settings))
    taken, problems = [], []

    async def accept(incomings, cursor=None):
        taken.extend(incomings)

    def soon(doing):
        doing.close()

    loop = SyncLoop(
        connection, accept, lambda: datetime.now(UTC), soon, lambda problem: problem and problems.append(problem)
    )
    reading = asyncio.create_task(loop.run("s0"))
    finished = asyncio.create_task(server.done.wait())
    await asyncio.wait([reading, finished], return_when=asyncio.FIRST_COMPLETED)
    counts["loop_ended"] = int(reading.done())
    for task in (reading, finished):
        task.cancel()
    await asyncio.gather(reading, finished, return_exceptions=True)
    encryption.close()
    sound = {each.external_id for each in taken if each.external_id.startswith("$sound")}
    counts["sound_lost"] = server.answers - len(sound)
    counts["loop_problems"] = len(problems)
    for number, each in enumerate(taken):
        if isinstance(each.input, Utterance):
            for reply in said_back(each.input.text, number):
                for content in contents_of(reply, OutboxId("o" * 36)):
                    look_at(content, counts)
                    counts["said_back"] += 1
    return {"events": server.given * EVENTS_PER_ANSWER, "taken_in": len(taken), **counts}


def run(points: int, seed: int, folder: Path) -> Counts:
    with structlog.testing.capture_logs() as logs:
        counts = asyncio.run(read_all(points, seed, folder))
    failed = [each for each in logs if each["event"] in ("matrix_event_failed", "matrix_loop_failed")]
    return {**counts, "failed": len(failed)}


ZERO = ("loop_ended", "loop_problems", "sound_lost", "failed", "strange_tags", "without_text", "mentions", "too_large")
MATRIX_EVENTS = Drill("matrix_events", "Hostile events from a hostile homeserver", 10_000, run, ZERO)
