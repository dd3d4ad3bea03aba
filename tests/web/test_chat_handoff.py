"""The chat page while a person is at it: whose words are whose, what was changed, what is gone. Without a script, and live."""

import re

import pytest

from bot.handoff.case_events import Claims, Notes, Replies
from bot.model import Paragraph, Reply, Span
from bot.store.desk import Done
from bot.store.desk_reading import read_case
from bot.store.transcripts import read_transcript
from bot.web.chat_events import Seen
from bot.web.chat_view import Row, View, address_of
from bot.web.page_texts import TEXTS
from bot.web.pages import message_html
from tests.desk_people import MARIA
from tests.web.payloads import HOSTILE_TEXTS
from tests.web.site import arrived, running_site
from tests.web.test_chat_events import events
from tests.web.test_pages import ABOUT, Shape

REPLY = Reply((Paragraph((Span("Moin"),)),), "de", person="Maria Petersen")


def words(row, locale="de"):
    return " ".join(" ".join(Shape(message_html(row, ABOUT, locale)).words).split())


@pytest.mark.parametrize(
    ("row", "locale", "speaker"),
    [
        (Row(1, "staff", "", REPLY), "de", "Maria Petersen (Mensch)"),
        (Row(1, "staff", "", Reply(REPLY.blocks, "en", person="Maria Petersen")), "en", "Maria Petersen (human)"),
        (Row(1, "lotse", "", Reply(REPLY.blocks, "de", automatic=True)), "de", "Lotse Automatische Antwort"),
        (Row(1, "lotse", "", Reply(REPLY.blocks, "en", automatic=True)), "en", "Lotse Automatic answer"),
        (Row(1, "lotse", "", Reply(REPLY.blocks, "de")), "de", "Lotse"),
        (Row(1, "system", "", Reply(REPLY.blocks, "de")), "de", "Hinweis"),
    ],
)
def test_everybody_can_tell_who_speaks(row, locale, speaker):
    assert words(row, locale) == f"{speaker} Moin"


@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_line_that_was_taken_back_says_so_and_nothing_else(locale):
    taken_back = TEXTS[locale]["taken_back"]
    assert taken_back in words(Row(1, "staff", "", None, deleted=True, edited=True), locale)
    assert TEXTS[locale]["edited"] not in words(Row(1, "staff", "", None, deleted=True, edited=True), locale)
    assert words(Row(1, "user", "", deleted=True), locale).endswith(taken_back)
    assert TEXTS[locale]["edited"] in words(Row(1, "staff", "", REPLY, edited=True), locale)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_name_or_code_stays_text(text):
    def shape(said):
        reply = Reply((Paragraph((Span(said, code=True),)),), "de", person=said)
        return Shape(message_html(Row(1, "staff", said, reply), ABOUT, "de"))

    assert shape(text).tags == shape("harmlos").tags


def view(*rows, oldest=0):
    return View(rows, after=max((row.id for row in rows), default=0), oldest=oldest, waiting=False)


def news(seen, *rows):
    return [event for event in seen.news(view(*rows), lambda row: row.text) if not event.startswith("event: waiting")]


def test_a_page_is_told_what_changed_and_what_is_gone_and_nothing_twice():
    one, two, three = Row(1, "user", "eins"), Row(2, "staff", "zwei"), Row(3, "lotse", "drei")
    seen = Seen(2)
    assert news(seen, one, two) == []
    assert len(news(seen, one, two, three)) == 1
    assert news(seen, one, two, three) == []
    (changed,) = news(seen, one, Row(2, "staff", "anders", edited=True), three)
    assert '"changed":true' in changed
    assert "id: " not in changed, "a change is no place to continue from"
    assert news(seen, one, three) == ["event: gone\ndata: [2]\n\n"]
    assert news(seen, one, three) == []


def test_what_only_left_the_view_is_not_gone():
    seen = Seen(0)
    news(seen, Row(1, "user", "eins"), Row(2, "user", "zwei"))
    assert len(news(seen, Row(2, "user", "zwei"), Row(3, "user", "drei"))) == 1


def test_a_page_that_comes_back_is_told_of_changes_it_may_have_missed():
    (changed,) = news(Seen(5), Row(1, "user", "eins"), Row(2, "staff", "", deleted=True))
    assert '"changed":true' in changed


# --- On the real site -------------------------------------------------------------------------------------------------

site_test = pytest.mark.asyncio(loop_scope="module")


async def with_case(site, guest):
    await guest.say("Mensch")
    page = await guest.see("ist offen")
    return int(re.search(r"Ihr Fall (\d+) ist", page)[1])


@site_test
async def test_relayed_words_stand_on_the_page_and_notes_never(guest, site):
    number = await with_case(site, guest)
    for event in (Claims(MARIA), Notes(MARIA, "geheim"), Replies(MARIA, "// auch geheim"), Replies(MARIA, "Moin")):
        assert isinstance(await site.desk.act(number, event, site.clock()), Done)
    page = await guest.see("Maria Petersen (Mensch)")
    assert "übernimmt Ihren Fall" in page
    assert "geheim" not in page
    await guest.say("Danke")
    page = await guest.see("Danke")
    assert "Sie schrieben: Danke" not in page


@site_test
async def test_changes_and_deletions_are_told_to_an_open_page(guest, site):
    number = await with_case(site, guest)
    await site.desk.act(number, Replies(MARIA, "60 %"), site.clock())
    await guest.see("60 %")
    after = (await read_transcript(site.database, address_of(guest.conversation)))[-1].id
    lines = (await read_case(site.database, MARIA, number, site.clock())).lines
    (line,) = [each.id for each in lines if each.kind == "coordinator"]
    async with events(guest, after=after) as stream:
        assert (await anext(stream)).name == "waiting"
        await site.desk.revise(MARIA, number, line, "40 %", site.clock())
        changed = (await anext(stream)).message
        assert (changed["changed"], "40 %" in changed["html"], "bearbeitet" in changed["html"]) == (True, True, True)
        await site.desk.revise(MARIA, number, line, None, site.clock())
        assert "zurückgenommen" in await next_html(stream)


@site_test
async def test_a_new_conversation_leads_back_to_the_case_and_says_how_it_stands(tmp_path):
    async with running_site(tmp_path, beat_s=0.05) as site, arrived(site) as guest:
        number = await with_case(site, guest)
        first = guest.path
        await guest.post("/chat/new", conversation=None)
        page = (await guest.open()).text
        assert guest.path != first
        assert f"Ihr Fall {number} steht auf der Liste, in einem anderen Gespräch." in page
        assert f'<a href="{first}">' in page
        assert isinstance(await site.desk.act(number, Claims(MARIA), site.clock()), Done)
        async with events(guest) as stream:
            elsewhere = [await anext(stream) for _ in range(2)][-1]
        assert elsewhere.name == "elsewhere"
        assert f"Ihr Fall {number} liegt bei Maria Petersen" in elsewhere.data
        assert "in einem anderen Gespräch" not in (await guest.open(first)).text


@site_test
async def test_nobody_is_led_to_the_case_of_somebody_else(guests, site):
    one, other = await guests(), await guests()
    await with_case(site, one)
    assert "in einem anderen Gespräch" not in (await other.open()).text


async def next_html(stream):
    while True:
        event = await anext(stream)
        if event.name == "message":
            return event.message["html"]
