"""Live updates: what a page is told, when, and after it was away. Real server, real store."""

import asyncio
import contextlib
import json
from dataclasses import dataclass

import pytest

from bot.store.transcripts import read_transcript
from bot.web.chat_view import address_of
from tests.web.site import arrived, running_site

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Event:
    name: str
    data: str
    id: str | None

    @property
    def message(self):
        return json.loads(self.data)


@contextlib.asynccontextmanager
async def events(guest, after=0, **headers):
    """The events of a stream, one by one, as an iterator that fails after five seconds of silence."""
    url, params = "/chat/events", {"conversation": guest.conversation, "after": str(after)}
    async with guest.http.stream("GET", url, params=params, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read_events(split_lines(answer.aiter_text()))


async def split_lines(parts):
    """Lines as an event stream has them; Python would end them at more characters than a browser does."""
    rest = ""
    async for part in parts:
        *lines, rest = (rest + part).split("\n")
        for line in lines:
            yield line


async def read_events(lines):
    fields = {}
    while True:
        async with asyncio.timeout(5):
            try:
                line = await anext(lines)
            except StopAsyncIteration:
                return
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            yield Event(fields.get("event", "message"), fields["data"], fields.get("id"))
            fields = {}


async def until(stream, words):
    """The messages up to the one with these words."""
    seen = []
    async for event in stream:
        if event.name == "message":
            seen.append(event)
            if words in event.message["html"]:
                return seen
    raise AssertionError(f"the stream ended before {words!r}")


async def test_a_question_and_its_answer_arrive_by_themselves(guest):
    async with events(guest) as stream:
        await guest.say("Hallo", message_id="a" * 32)
        question, answer = await until(stream, "Sie schrieben: Hallo")
    assert question.message["who"] == "user"
    assert question.message["message"] == "a" * 32
    assert answer.message["who"] == "lotse"
    assert answer.message["id"] > question.message["id"]
    assert f'id="m{answer.message["id"]}"' in answer.message["html"]


async def test_the_page_is_told_when_an_answer_is_still_to_come(own_site, own_guest):
    await own_site.stop_loops()
    async with events(own_guest) as stream:
        assert (await anext(stream)) == Event("waiting", "no", None)
        await own_guest.say("Hallo")
        assert (await anext(stream)) == Event("waiting", "yes", None)
        await own_site.start_loops()
        await until(stream, "Sie schrieben: Hallo")
        assert (await anext(stream)) == Event("waiting", "no", None)


async def test_waiting_ends_when_lotse_stays_silent(guest):
    async with events(guest) as stream:
        await guest.say("still")
        await until(stream, "still")
        async with asyncio.timeout(5):
            while (await anext(stream)) != Event("waiting", "no", None):
                pass


async def test_a_page_that_was_away_catches_up_without_repetition(guest):
    async with events(guest) as stream:
        await guest.say("eins")
        last = (await until(stream, "Sie schrieben: eins"))[-1]
    await guest.say("zwei")
    await guest.see("Sie schrieben: zwei")
    for position in ({"after": last.id}, {"Last-Event-ID": last.id}):
        async with events(guest, **position) as stream:
            caught_up = await until(stream, "Sie schrieben: zwei")
        assert len(caught_up) == 2
        assert "eins" not in "".join(event.data for event in caught_up)


async def test_the_place_of_the_page_and_of_the_stream_are_the_same(guest):
    await guest.say("eins")
    page = await guest.see("Sie schrieben: eins")
    after = int(page.partition('data-after="')[2].partition('"')[0])
    async with events(guest, after=after) as stream:
        await guest.say("zwei")
        assert "eins" not in "".join(event.data for event in await until(stream, "Sie schrieben: zwei"))


async def test_nonsense_places_begin_at_the_beginning(guest):
    await guest.say("eins")
    await guest.see("Sie schrieben: eins")
    for after in ("", "x", "-1", "²", "1e3"):
        async with events(guest, after=after) as stream:
            assert len(await until(stream, "Sie schrieben: eins")) == 2


async def test_two_pages_of_one_conversation_are_told_the_same(guest):
    async with events(guest) as one, events(guest) as two:
        await guest.say("Hallo")
        first, second = await until(one, "Sie schrieben: Hallo"), await until(two, "Sie schrieben: Hallo")
    assert [event.id for event in first] == [event.id for event in second]
    assert [event.message["id"] for event in first] == [event.message["id"] for event in second]


async def test_nobody_hears_another_conversation(guests):
    mine, other = await guests(), await guests()
    async with events(mine) as stream:
        await other.say("Geheim")
        await other.see("Sie schrieben: Geheim")
        await mine.say("Meins")
        heard = await until(stream, "Sie schrieben: Meins")
    assert "Geheim" not in "".join(event.data for event in heard)


async def test_after_an_erasure_the_page_is_told_what_no_longer_exists(site, guest):
    await guest.say("Persönliches")
    await guest.see("Sie schrieben: Persönliches")
    lines = await read_transcript(site.database, address_of(guest.conversation))
    async with events(guest, after=lines[-1].id) as stream:
        await guest.say("lösche meine Daten")
        async with asyncio.timeout(5):
            while (event := await anext(stream)).name != "oldest":
                pass
        assert int(event.data) > lines[-1].id
        assert "Alles ist gelöscht." in (await until(stream, "gelöscht"))[-1].data


async def test_a_reply_not_yet_taken_up_is_not_shown(own_site, own_guest):
    await own_site.stop_loops()
    await own_site.start_loops(outbox=False)
    async with events(own_guest) as stream:
        await own_guest.say("Hallo")
        question = await until(stream, "Hallo")
        assert [event.message["who"] for event in question] == ["user"]
        assert "Sie schrieben" not in (await own_guest.open(own_guest.path)).text
        await own_site.start_loops(inbox=False)
        assert "Sie schrieben: Hallo" in (await until(stream, "Sie schrieben"))[-1].message["html"]


async def test_line_breaks_and_event_words_in_a_message_stay_inside_it(guest):
    text = "data: x\n\nevent: oldest\ndata: 9999999\n\nid: 7\r\n\u2028\u0085 Ende"
    async with events(guest) as stream:
        await guest.say(text)
        messages = await until(stream, "Sie schrieben: data: x")
    assert [event.name for event in messages] == ["message", "message"]


async def test_the_line_shows_that_it_is_alive(tmp_path):
    async with running_site(tmp_path, beat_s=0.01) as site, arrived(site) as guest, events(guest) as stream:
        assert [event async for event in take(stream, 3)] == [Event("waiting", "no", None)] * 3


async def test_a_stop_ends_the_streams_at_once(own_site, own_guest):
    async with events(own_guest) as stream:
        assert (await anext(stream)).name == "waiting"
        async with asyncio.timeout(1.5):
            await own_site.stop_server()
        assert [event async for event in stream] == []
    await own_site.start_server()


async def take(stream, count):
    for _ in range(count):
        yield await anext(stream)
