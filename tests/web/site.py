"""The web chat on a real port with a real store and the real loops; only what Lotse says is a script."""

import asyncio
import contextlib
import functools
import html
import re
import secrets
import socket
import ssl
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import uvicorn

from bot.app import office_of
from bot.channels.browser import BrowserChannel
from bot.channels.slack.http_transport import LONGEST_BODY, PATH
from bot.dialogue import policy
from bot.dialogue.shown_answers import shown_now
from bot.dialogue.turn import Turn
from bot.gap_list import GapList
from bot.handoff.case_events import Writes
from bot.handoff.case_states import decide
from bot.handoff.team_office import TeamOffice
from bot.model import (
    CASE_NUMBER,
    SILENT,
    AskedWhy,
    Bullets,
    CaseContext,
    Choice,
    Edited,
    ForgetPerson,
    KeepEdit,
    LedToCase,
    Left,
    LookedUp,
    MoveCase,
    OpenCase,
    Paragraph,
    Pressed,
    Rated,
    ReadByOthers,
    Reason,
    RecordRating,
    Removed,
    Reply,
    Say,
    ShownAnswer,
    SourceNote,
    Span,
    StaffId,
    Understanding,
    Utterance,
)
from bot.staff_file import StaffDirectory
from bot.store.announce import transcript_topic
from bot.store.conversations import Conversations
from bot.store.database import open_database
from bot.store.desk import Desk
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.sign_in import make_link
from bot.trained import load_trained
from bot.web.chat_view import address_of
from bot.web.health import ContentState
from bot.web.routes import WebParts, create_web
from bot.worker.inbox_loop import inbox_loop
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from bot.worker.staff_watch import staff_watch
from tests.content.small_tree import SMALL_TREE, write_tree

PEOPLE = """\
staff:
  anna.petersen: {name: Anna Petersen, roles: [coordinator, admin], teams: [foerderung, module], leads: [foerderung]}
  ben.hansen: {name: Ben Hansen, roles: [coordinator], teams: [anerkennung]}
  cem: {name: Cem Yildiz, roles: [admin]}
  dora: {name: Dora Dirks, roles: [coordinator], teams: [foerderung, streit]}
"""
TEAMS = """\
teams:
  foerderung:
    name: {de: Förderberatung, en: Funding advice}
    hours: {mon: ["08:00-16:00"], tue: ["08:00-16:00"], sun: ["08:00-16:00"]}
    holidays: none
    deputy_team: anerkennung
  streit:
    name: {de: Streitfälle, en: Disputes}
    hours: {sun: ["08:00-16:00"]}
    holidays: none
    relay: explicit
  module:
    name: {de: Kursberatung, en: Course advice}
    hours: {tue: ["08:00-16:00"]}
    holidays: none
  anerkennung:
    name: {de: Anerkennung, en: Recognition}
    hours: {mon: ["08:00-16:00"]}
    holidays: none
"""
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRET = "a secret of the tests"
CHOICES = (Choice("Wie beantrage ich ihn?", "bonus.application"), Choice("Wer bekommt ihn?", "bonus.eligibility"))
QUESTIONS = {
    "de": (
        "Wie hoch ist der Weiterbildungsbonus?",
        "Bekomme ich Bildungsurlaub für einen Kurs?",
        "Welche Kurse gibt es zur Halbleitertechnik?",
        "Wie werde ich ohne Ausbildung Mikrotechnologe?",
    ),
    "en": ("How much is the training bonus?", "Can I get paid time off?", "Which courses are there?", "What is QMIT?"),
}


def plain(text, **more):
    return Reply((Paragraph((Span(text),)),), "de", **more)


SOURCE = SourceNote("Weiterbilden SH", "https://weiterbilden-sh.de/bonus", "02.02.2026", "22.11.2026", "eine Quelle")
LONG = Reply(
    (
        Paragraph((Span("Ich bin Lotse, ein automatisches Programm mit festen Regeln."),), "first_contact"),
        Paragraph((Span("Das Land übernimmt "), Span("60 %", bold=True), Span(" der Kosten, höchstens 5.000 €."))),
        Bullets(
            tuple(
                (
                    Span(f"Schritt {number}: ", bold=True),
                    Span("Lesen Sie die Richtlinie und füllen Sie den Antrag aus."),
                )
                for number in range(1, 13)
            )
        ),
        Paragraph((Span("Mehr auf "), Span("der Seite des Landes", href="https://weiterbilden-sh.de"), Span("."))),
        Paragraph((Span("Diese Zahlen stehen nur in einer Quelle; bitte lassen Sie sie sich bestätigen."),), "notice"),
    ),
    "de",
    (SOURCE, SourceNote("Richtlinie", None, None, "22.11.2026", "zwei Quellen")),
    CHOICES,
    rateable=True,
)


def script(given):
    """What the scripted Lotse says."""
    match given:
        case Utterance(text="lang"):
            return (LONG,)
        case Utterance(text="still"):
            return ()
        case Utterance(text="Auswahl"):
            return (plain("Bitte wählen Sie.", choices=CHOICES),)
        case Utterance(text=text) if text in ("1", "2"):
            return (plain(f"Gewählt: {CHOICES[int(text) - 1].label}"),)
        case Utterance(text=text):
            return (plain(f"Sie schrieben: {text[:2000]}", sources=(SOURCE,), rateable=True),)
        case Pressed(value=value):
            return (plain(f"Gewählt: {next((one.label for one in CHOICES if one.value == value), value)}"),)
        case AskedWhy():
            return (plain("Darum."),)
    return ()


def take_turn(state, given, understanding, content, now):
    links = isinstance(given, Utterance) and given.text.startswith("verbinden ")
    if links or isinstance(given, LookedUp | LedToCase | ReadByOthers | Left):  # these are no script
        return policy.take_turn(state, given, understanding, small_live().content, now)
    effects = [Say(reply) for reply in script(given)]
    match given:
        case Utterance(text="Mensch" as text):
            office = TeamOffice(small_live().content)
            due = {
                "first_due": office.first_due("foerderung", now),
                "solution_due": office.solution_due("foerderung", now),
            }
            known = CaseContext(
                (("bonus.amount", 61.0), ("bonus.documents", 9.0)),
                ("bonus", 70.0),
                "amount",
                ("apprentice",),
                (shown_now("bonus.amount", small_live().content, now, "de"), ShownAnswer("gone.amount")),
                ("say:bonus.documents",),
                ("say:bonus.amount", "person"),
                1,
            )
            opened = OpenCase(state.asked or text, "de", "asked", "foerderung", None, known, **due)
            effects = [Say(plain(f"Ihr Fall {CASE_NUMBER} ist offen."), notice=True), opened]
        case Utterance() if state.case and state.case.state in SILENT:
            effects = [MoveCase(decide(state.case, Writes(), now, TeamOffice(small_live().content)))]
        case Utterance() if state.case and state.case.state == "open":
            effects = [Say(replace(said.reply, automatic=True)) for said in effects]
        case Utterance(text="lösche meine Daten"):
            effects = [ForgetPerson(), Say(plain("Alles ist gelöscht."))]
        case Edited(of=of, text=text):
            effects = [KeepEdit(of, text)]
        case Removed(of=of):
            effects = [KeepEdit(of, None)]
        case Rated(helpful=helpful, about=about):
            effects = [RecordRating(about, "bonus.amount", helpful)]
    if isinstance(given, Utterance) and given.text != "Mensch":
        state = replace(state, asked=given.text)
    return Turn(state, tuple(effects), Reason("script"), "answer", "bonus.amount", 100.0)


def understand(text, reader, context):
    return Understanding("de", text=text)


SCRIPT = {"understand": understand, "take_turn": take_turn}


def small_tree(folder):
    """A small content with three teams."""
    return write_tree(folder, {**SMALL_TREE, "knowledge/teams.yaml": TEAMS})


@functools.cache
def small_live():
    """That content and its reader: what the desk knows of teams and topics."""
    with tempfile.TemporaryDirectory() as folder:
        return load_trained(small_tree(Path(folder) / "content"), Path(folder) / "cache")


class Site:
    """One running web chat. ``stop`` and ``start`` are a restart on the same port, with the same database.

    ``platform`` makes the channel of a platform beside it, once the store is open; with ``own_words`` Lotse says what it says
    by itself about the small content, instead of the script; with ``live``, about that content.
    """

    def __init__(self, folder, *, beat_s=20.0, open_access=True, platform=None, own_words=False, live=None):
        self.own_words = own_words or live is not None
        self.live = live or small_live()
        self.open_access = open_access
        self.platform = platform
        self.staff_file = folder / "staff.yaml"
        self.staff_file.write_text(PEOPLE)
        self.people = StaffDirectory(self.staff_file)
        self.coordinators = self.people  # where people coordinate in rooms, those of the rooms as well
        self.file = folder / "lotse.db"
        self.content_folder = small_tree(folder / "content")
        self.beat_s = beat_s
        self.now = NOW
        self.content = ContentState("hash-of-the-content")
        self.listening = bound_to(
            0
        )  # held until the server listens on it, so that nothing else on this machine takes it
        self.port = self.listening.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.address = f"http://{self.host}"
        self.suggestions = QUESTIONS.__getitem__
        self.channels = [BrowserChannel(self.wake)]
        self.tasks = []

    def wake(self, address):
        self.database.announcer.notify(transcript_topic(address))

    async def start(self):
        self.database = database = await open_database(f"sqlite:///{self.file}")
        self.inbox = Inbox(database, self.clock, flood_notice)
        self.desk = Desk(database, office_of(self.live, self.people))
        routes, bodies = (), {}
        if self.platform is not None:
            channel = self.platform(self)
            self.channels = [self.channels[0], channel]
            if channel.http is not None:
                routes, bodies = tuple(channel.http.routes()), {PATH: LONGEST_BODY}
        self.parts = WebParts(
            database=database,
            accept=functools.partial(self.inbox.accept, "browser"),
            clock=self.clock,
            secret=SECRET,
            suggestions=lambda locale: self.suggestions(locale),
            content=lambda: self.content,
            people=self.people,
            desk=self.desk,
            live=self.live,
            gaps=GapList(self.database, self.live, self.clock),
            content_folder=self.content_folder,
            open_access=self.open_access,
            keep_transcripts_days=30,
            keep_cases_days=180,
            channel_problems=lambda: [channel.problem for channel in self.channels if channel.problem is not None],
            hosts=("lotse.example",),
            platform_routes=routes,
            longer_bodies=bodies,
            beat_s=self.beat_s,
        )
        self.app = create_web(self.parts)
        await self.start_loops()
        await self.start_server()

    def clock(self):
        return self.now

    async def start_loops(self, *, inbox=True, outbox=True):
        announcer = self.database.announcer
        sent_from = Outbox(self.database)
        conversations = Conversations(self.database, apologise, sent_from)
        live = self.live if self.own_words else SimpleNamespace(content=None, reader=None)
        words = {"office": office_of(self.live, self.coordinators)} if self.own_words else SCRIPT
        self.tasks.append(asyncio.create_task(staff_watch(self.people, announcer, every_s=0.05)))
        if inbox:
            loop = inbox_loop(conversations, live, self.clock, announcer, **words)
            self.tasks.append(asyncio.create_task(loop))
        if outbox:
            loop = outbox_loop(sent_from, self.channels, self.clock, announcer)
            self.tasks.append(asyncio.create_task(loop))

    @contextlib.contextmanager
    def without_database(self):
        """The database file is gone for as long as the block lasts."""
        away = self.file.rename(self.file.with_suffix(".away"))
        try:
            yield
        finally:
            away.rename(self.file)

    @contextlib.asynccontextmanager
    async def without_answers(self):
        """Nothing that arrives is answered for as long as the block lasts."""
        await self.stop_loops()
        try:
            yield
        finally:
            await self.start_loops()

    async def stop_loops(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []

    async def start_server(self):
        config = uvicorn.Config(
            self.app, log_level="critical", access_log=False, ws="none", lifespan="off", timeout_graceful_shutdown=2
        )
        self.server = uvicorn.Server(config)
        self.parts.streams.closing = False
        if self.listening.fileno() < 0:  # the server was stopped, and closed it
            self.listening = bound_to(self.port)
        self.serving = asyncio.create_task(self.server.serve(sockets=[self.listening]))
        async with asyncio.timeout(5):
            while not self.server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
                await asyncio.sleep(0)

    async def stop_server(self):
        self.parts.streams.close()
        self.server.should_exit = True
        await self.serving

    async def stop(self):
        await self.stop_server()
        await self.stop_loops()
        await self.database.close()


def bound_to(port):
    """A socket on this port, or on a free one when it is 0."""
    # The protocol is named because asyncio switches Nagle's delay off (40 ms per answer) only where it is.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


@contextlib.asynccontextmanager
async def running_site(folder, **options):
    site = Site(folder, **options)
    try:
        await site.start()
    except BaseException:
        site.listening.close()
        raise
    try:
        yield site
    finally:
        await site.stop()


@contextlib.asynccontextmanager
async def arrived(site, **headers):
    """A guest who has opened the page of a new conversation."""
    guest = Guest(site, **headers)
    try:
        await guest.open()
        yield guest
    finally:
        await guest.http.aclose()


@contextlib.asynccontextmanager
async def signed_in(site, staff="anna.petersen", *, transport=None, **headers):
    """Somebody of the staff who pressed the button of their link and stands at the desk."""
    guest = Guest(site, transport=transport, **headers)
    try:
        guest.link = await make_link(site.database, StaffId(staff), site.clock(), actor="test")
        await guest.press(guest.link)
        await guest.at("/desk/sessions")
        yield guest
    finally:
        await guest.http.aclose()


class Guest:
    """Somebody with a browser that has no script: cookies, forms and redirects. A ``transport`` spares the network."""

    def __init__(self, site, *, transport=None, **headers):
        self.site = site
        self.http = httpx.AsyncClient(
            transport=transport,
            verify=ssl.SSLContext(
                ssl.PROTOCOL_TLS_CLIENT
            ),  # nothing here is encrypted, and loading certificates takes longer than a test
            base_url=site.address,
            headers={"Origin": site.address, **headers},
            follow_redirects=True,
            timeout=10,
        )

    async def open(self, path="/chat"):
        self.answer = await self.http.get(path)
        self.html = self.answer.text
        if self.answer.status_code == 200 and 'id="composer"' in self.html:
            self.path = self.answer.url.path
            self.conversation = self.path.rpartition("/")[2]
            self.csrf = field_of(self.html, "csrf")
            self.message_id = field_of(self.html[self.html.index('id="composer"') :], "message_id")
        return self.answer

    async def press(self, link, **headers):
        """Press the button of a sign-in link."""
        self.answer = await self.http.post("/sign-in", data={"link": link}, headers=headers)
        return self.answer

    async def at(self, path, **headers):
        """Look at a page of the staff, and keep its token."""
        self.answer = await self.http.get(path, headers=headers)
        self.html = self.answer.text
        if 'name="csrf"' in self.html:
            self.csrf = field_of(self.html, "csrf")
        return self.answer

    async def submit(self, action, *, headers=None, **fields):
        """Send a form of the staff; a field that is None is left out."""
        data = {name: value for name, value in {"csrf": self.csrf, **fields}.items() if value is not None}
        return await self.http.post(action, data=data, headers=headers)

    async def post(self, action, *, json=False, headers=None, **fields):
        form = {"csrf": self.csrf, "conversation": self.conversation, "message_id": secrets.token_hex(16), **fields}
        accept = {"Accept": "application/json"} if json else {}
        data = {name: value for name, value in form.items() if value is not None}
        return await self.http.post(action, data=data, headers={**accept, **(headers or {})})

    async def say(self, text, **more):
        return await self.post("/chat/messages", text=text, **more)

    async def see(self, words):
        """Reload until these words stand on the page."""
        topic = transcript_topic(address_of(self.conversation))
        with self.site.database.announcer.listen(topic) as bell:
            async with asyncio.timeout(5):
                while words not in html.unescape((await self.open(self.path)).text):
                    await bell.wait(1)
        return self.html


def field_of(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)
