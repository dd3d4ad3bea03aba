"""What every channel must do, in one table, each on its real counterpart: a page over HTTP, lines of a terminal, a room on a
Matrix homeserver, plain and encrypted, Slack's emulated Web API with signed requests or Socket Mode in front.

Store and loops are real; only what Lotse says is a script. A channel that joins adds a counterpart and passes the same
rows; what its platform does not have (a terminal repeats no event) is said in its counterpart, not skipped in a row.
"""

import asyncio
import contextlib
import html
import itertools
import re
import secrets

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot.channels import browser, console
from bot.model import MAX_UTTERANCE, Address, OutboxId, Paragraph, Post, Reply, Span, Typing
from bot.store import tables
from bot.store.announce import transcript_topic
from bot.web import chat_view
from tests.channels.matrix.in_matrix import MatrixPerson, in_matrix
from tests.channels.slack.stage import slack_stage
from tests.conftest import NOW
from tests.fakes import FakeClock
from tests.web.site import SOURCE, arrived, running_site

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Terminal:
    """A person at a terminal: lines in, printed text out."""

    patience_s = 5

    def __init__(self, site):
        self.site = site
        self.lines, self.printed = asyncio.Queue(), []
        self.channel = console.ConsoleChannel(site.clock, user="kim", lines=self.typed(), write=self.printed.append)
        self.address = Address("console", "kim")

    async def settle(self):
        """It is there already."""

    async def typed(self):
        while True:
            yield await self.lines.get()

    async def write(self, text):
        await self.lines.put(text + "\n")
        return text

    async def repeat(self, event):
        """A terminal repeats nothing."""

    async def read(self):
        return list(self.printed)


class Page:
    """A person at a page without script."""

    patience_s = 5

    def __init__(self, site, guest):
        self.site, self.guest = site, guest
        self.channel = site.channels[0]
        self.address = chat_view.address_of(guest.conversation)

    async def settle(self):
        """It is open already."""

    async def write(self, text):
        event = {"text": text, "message_id": secrets.token_hex(16)}
        assert (await self.guest.post("/chat/messages", json=True, **event)).status_code == 202
        return event

    async def repeat(self, event):
        assert (await self.guest.post("/chat/messages", json=True, **event)).status_code == 202

    async def read(self):
        page = (await self.guest.open(self.guest.path)).text
        turns = re.findall(r'<li class="turn lotse.*?(?=<li class="turn|</ol>)', page, re.S)
        return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", turn)).split()) for turn in turns]


class SlackMember:
    """A person in the direct conversation with Lotse; the channel reads already."""

    patience_s = 8

    def __init__(self, stage, person):
        self.stage, self.person = stage, person
        self.site, self.channel, self.receiving, self.accept = stage.site, stage.channel, stage.receiving, stage.accept
        self.address = Address("slack", person.user)
        self.read = person.read
        self.repeats = itertools.count(1)

    async def write(self, text):
        """A message Lotse was told of before the next one: Slack promises no order of what it sends side by side."""
        event, bridge = await self.person.write(text), self.stage.bridge
        await bridge.until(lambda: event in bridge.events and not bridge.pushing)
        return event

    async def repeat(self, event):
        for payload in self.stage.bridge.events[event]:
            assert (await self.stage.bridge.push_once("events_api", payload, next(self.repeats)))[0] == 200


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def matrix(homeserver, node_tools, tmp_path_factory):
    async with in_matrix(homeserver, node_tools, tmp_path_factory.mktemp("lotse"), FakeClock(NOW)) as matrix:
        yield matrix


@contextlib.asynccontextmanager
async def at_work(person):
    """The person's channel reads and sends."""
    site = person.site
    if person.channel not in site.channels:
        await site.stop_loops()
        site.channels.append(person.channel)
        await site.start_loops()

    async def accept(incomings, cursor=None):
        await site.inbox.accept(person.channel.name, incomings, cursor)

    person.accept = accept
    person.receiving = asyncio.create_task(person.channel.receive(accept, None))
    await person.settle()
    yield person
    person.receiving.cancel()
    await asyncio.gather(person.receiving, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="module")
async def person_on_console(tmp_path):
    async with running_site(tmp_path) as site, at_work(Terminal(site)) as person:
        yield person


@pytest_asyncio.fixture(loop_scope="module")
async def person_on_browser(tmp_path):
    async with running_site(tmp_path) as site, arrived(site) as guest, at_work(Page(site, guest)) as person:
        yield person


@pytest_asyncio.fixture(loop_scope="module")
async def person_on_matrix(tmp_path, matrix):
    async with running_site(tmp_path) as site, at_work(MatrixPerson(site, matrix, encrypted=False)) as person:
        yield person


@pytest_asyncio.fixture(loop_scope="module")
async def person_on_encrypted_matrix(tmp_path, matrix):
    async with running_site(tmp_path) as site, at_work(MatrixPerson(site, matrix, encrypted=True)) as person:
        yield person


@pytest_asyncio.fixture(loop_scope="module")
async def person_on_slack(tmp_path, slack_emulator):
    async with slack_stage(tmp_path, slack_emulator, "http") as stage:
        yield SlackMember(stage, await stage.person())


@pytest_asyncio.fixture(loop_scope="module")
async def person_on_slack_by_socket(tmp_path, slack_emulator):
    async with slack_stage(tmp_path, slack_emulator, "socket") as stage:
        yield SlackMember(stage, await stage.person())


@pytest.fixture(params=["console", "browser", "matrix", "encrypted_matrix", "slack", "slack_by_socket"])
def person(request):
    """A person on each channel in turn; what a channel needs is started when its first test comes."""
    return request.getfixturevalue(f"person_on_{request.param}")


async def answered(person, words):
    """What the person reads once these words are there."""
    with person.site.database.announcer.listen(transcript_topic(person.address)) as bell:
        async with asyncio.timeout(person.patience_s):
            while words not in "\n".join(read := await person.read()):
                await bell.wait(0.5)
    return read


async def count(person, table, *conditions):
    async with person.site.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(table).where(*conditions))


async def a_message_is_answered_once(person):
    await person.write("Guten Tag")
    read = await answered(person, "Sie schrieben: Guten Tag")
    assert len(read) == 1


async def what_is_read_stands_alone(person):
    """Source with date, and everything that can be pressed with the number it can be typed as."""
    await person.write("lang")
    read = " ".join((await answered(person, "Das Land übernimmt"))[0].split())
    for words in (
        SOURCE.title,
        f"Stand {SOURCE.as_of}",
        f"geprüft {SOURCE.reviewed}",
        SOURCE.confidence,
        "Schritt 12:",
    ):
        assert words in read
    assert re.search(r"1\.? Wie beantrage ich ihn\? 2\.? Wer bekommt ihn\?", read)


async def several_messages_are_answered_in_their_order(person):
    for number in range(6):
        await person.write(f"Nummer {number}.")
    read = await answered(person, "Nummer 5.")
    assert [int(re.search(r"Nummer (\d)", text).group(1)) for text in read] == list(range(6))


async def the_same_words_twice_are_two_messages(person):
    await person.write("ja")
    await person.write("ja")
    await person.write("Ende")
    read = await answered(person, "Sie schrieben: Ende")
    assert len(read) == 3


async def a_repeated_event_has_one_effect(person):
    event = await person.write("einmal")
    await person.repeat(event)
    await answered(person, "Sie schrieben: einmal")
    await person.repeat(event)
    await person.write("Ende")
    assert len(await answered(person, "Sie schrieben: Ende")) == 2


async def a_very_long_message_arrives(person):
    await person.write("Anfang " + "x" * (MAX_UTTERANCE * 2))
    assert len(await answered(person, "Sie schrieben: Anfang")) == 1


async def odd_characters_arrive_and_come_back(person):
    await person.write("Grüße 🦆 <b>&amp; \u202eabc\u202c 2*3 @room <!channel>")
    read = await answered(person, "Grüße 🦆")
    assert "<b>&amp; \u202eabc\u202c 2*3 @room <!channel>" in read[0]


async def what_lotse_says_is_not_taken_for_a_message(person):
    await person.write("Hallo")
    await answered(person, "Sie schrieben: Hallo")
    here = select(tables.conversations.c.id).where(tables.conversations.c.room == person.address.room)
    assert await count(person, tables.inbox, tables.inbox.c.conversation_id.in_(here)) == 1


async def a_delivery_carried_out_twice_is_one_message(person):
    await person.write("Hallo")
    before = len(await answered(person, "Sie schrieben: Hallo"))
    async with person.site.database.reading() as connection:
        answer = tables.transcript.c.text.contains("Sie schrieben: Hallo")
        known = await connection.scalar(select(tables.transcript.c.outbox_id).where(answer))
    reply = Reply((Paragraph((Span("Sie schrieben: Hallo"),)),), "de")
    delivery = Post(person.address, OutboxId(known), reply, again=True)  # as the outbox hands it in the second time
    first, second = await person.channel.send(delivery), await person.channel.send(delivery)
    assert first == second
    assert len(await person.read()) == before


async def every_delivery_is_recorded_as_sent_with_its_id(person):
    await person.write("Hallo")
    await answered(person, "Sie schrieben: Hallo")
    with person.site.database.announcer.listen(transcript_topic(person.address)) as bell:
        async with asyncio.timeout(person.patience_s):
            while await count(person, tables.outbox, tables.outbox.c.status != "sent"):
                await bell.wait(0.5)
    assert await count(person, tables.outbox, tables.outbox.c.external_id.is_(None)) == 0


async def showing_something_fleeting_leaves_nothing_behind(person):
    await person.channel.show(Typing(person.address))
    assert await person.read() == []
    assert await count(person, tables.outbox) == 0


async def it_stops_when_it_is_told_to(person):
    await asyncio.wait([person.receiving], timeout=0.01)
    assert not person.receiving.done()
    person.receiving.cancel()
    async with asyncio.timeout(1):
        await asyncio.wait([person.receiving])
    assert person.receiving.cancelled()


async def its_name_and_limits_are_known(person):
    assert person.channel.name == person.address.channel
    assert person.channel.limits.text >= MAX_UTTERANCE
    assert person.channel.limits.choices >= 5


CONTRACT = (
    a_message_is_answered_once,
    what_is_read_stands_alone,
    several_messages_are_answered_in_their_order,
    the_same_words_twice_are_two_messages,
    a_repeated_event_has_one_effect,
    a_very_long_message_arrives,
    odd_characters_arrive_and_come_back,
    what_lotse_says_is_not_taken_for_a_message,
    a_delivery_carried_out_twice_is_one_message,
    every_delivery_is_recorded_as_sent_with_its_id,
    showing_something_fleeting_leaves_nothing_behind,
    it_stops_when_it_is_told_to,
    its_name_and_limits_are_known,
)


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
async def test_the_contract_of_all_channels(person, rule):
    await rule(person)


async def test_pages_and_channel_mean_the_same_platform():
    """They may not import each other, so the name stands in both."""
    assert chat_view.CHANNEL == browser.NAME
