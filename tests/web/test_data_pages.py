"""*Meine Daten* in the web chat: all of it, readable and as a file, for this browser's person and for nobody else."""

import html
import json
from dataclasses import replace

import httpx
import pytest

from bot.store.transcripts import TranscriptLine
from bot.web.chat_pages import AboutPage
from bot.web.chat_view import view_of
from bot.web.page_texts import TEXTS
from bot.web.pages import message_html
from tests.web.payloads import HOSTILE_TEXTS
from tests.web.site import NOW, plain

DE, EN = TEXTS["de"], TEXTS["en"]
WORDS = "Zwiebelfisch4711"

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_page_and_the_file_show_everything_one_wrote_and_was_told(guests):
    guest, other = await guests(), await guests()
    await other.say("nur meins")
    await other.see("Sie schrieben: nur meins")
    await guest.say(WORDS)
    await guest.see(f"Sie schrieben: {WORDS}")
    shown = (await guest.http.get("/chat/data")).text
    assert shown.count(WORDS) >= 3
    assert DE["data_download"] in shown
    assert "nur meins" not in shown
    file = await guest.http.get("/chat/data/download")
    assert file.headers["content-disposition"].startswith('attachment; filename="lotse-2026-11-22')
    assert file.headers["cache-control"] == "no-store"
    exported = json.loads(file.text)
    assert [row["text"] for row in exported["data"]["transcript"]] == [WORDS, f"Sie schrieben: {WORDS}" + SOURCE_LINE]
    assert exported["user"] == exported["data"]["persons"][0]["external_user"]
    assert exported["user"] in shown, "the id an operator needs stands on the page"
    assert "nur meins" not in file.text


SOURCE_LINE = (
    "\n\nQuelle: Weiterbilden SH, Stand 02.02.2026, geprüft 22.11.2026 · eine Quelle · https://weiterbilden-sh.de/bonus"
)


async def test_without_anything_stored_the_page_says_so_and_there_is_no_file(guest, site):
    assert DE["data_none"] in (await guest.http.get("/chat/data")).text
    assert (await guest.http.get("/chat/data/download")).status_code == 404
    async with httpx.AsyncClient(base_url=site.address) as stranger:
        assert DE["data_none"] in (await stranger.get("/chat/data")).text
        assert EN["data_none"] in (await stranger.get("/chat/data", headers={"Accept-Language": "en"})).text
        assert (await stranger.get("/chat/data/download")).status_code == 404
        forged = {"Cookie": "lotse=0123.4567.de.0123"}
        assert DE["data_none"] in (await stranger.get("/chat/data", headers=forged)).text


async def test_after_an_erasure_nothing_is_left_to_see(guests):
    guest = await guests()
    await guest.say(WORDS)
    await guest.see(f"Sie schrieben: {WORDS}")
    await guest.say("lösche meine Daten")
    await guest.see("Alles ist gelöscht.")
    assert WORDS not in (await guest.http.get("/chat/data")).text


async def test_hostile_words_stay_words(guests):
    guest = await guests()
    for text in HOSTILE_TEXTS:
        await guest.say(text)
    await guest.see("Sie schrieben")
    shown = (await guest.http.get("/chat/data")).text
    assert "<script>" not in shown
    assert "<img" not in shown.replace('<img src="/static', "")
    assert html.escape(HOSTILE_TEXTS[0].split("\n")[0])[:20] in shown


async def test_the_reply_about_ones_data_leads_to_the_page(guest):
    assert '<a href="/chat/data">' in guest.html, "it stands in what the page says about itself, too"
    line = TranscriptLine(1, "lotse", "Das ist gespeichert:", NOW, plain("Das ist gespeichert:"), label="my_data")
    for label, leads in (("my_data", True), ("help", False)):
        view = view_of([replace(line, label=label)], ())
        shown = message_html(view.rows[0], AboutPage("c", "t"), "de")
        assert ('href="/chat/data"' in shown) == leads
