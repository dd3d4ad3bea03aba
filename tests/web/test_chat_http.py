"""The chat as a browser without script meets it: pages, forms, redirects, refusals. Real server, real store."""

import asyncio
import html
import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.store import tables
from bot.store.cases import list_cases
from bot.store.transcripts import read_transcript
from bot.web.chat_view import address_of
from bot.web.guard import HEADERS, MAX_BODY
from bot.web.page_texts import TEXTS
from bot.web.visitor import Seal
from tests.drills.hostile import Page
from tests.web.payloads import HOSTILE_TEXTS
from tests.web.site import SECRET, SOURCE

DE, EN = TEXTS["de"], TEXTS["en"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def said(site, guest):
    return [
        line.text for line in await read_transcript(site.database, address_of(guest.conversation)) if line.who == "user"
    ]


async def inputs(site, guest):
    """What this guest sent, as the inbox keeps it."""
    statement = (
        select(tables.inbox.c.payload)
        .join(tables.conversations, tables.conversations.c.id == tables.inbox.c.conversation_id)
        .where(tables.conversations.c.room == guest.conversation)
        .order_by(tables.inbox.c.id)
    )
    async with site.database.reading() as connection:
        return list(await connection.scalars(statement))


# --- arriving ------------------------------------------------------------------------------------------------------


async def test_the_front_door_leads_to_a_conversation_of_ones_own(guest):
    assert [answer.url.path for answer in guest.answer.history] == ["/chat"]
    assert re.fullmatch(r"/chat/[0-9a-f]{32}", guest.path)
    start = await guest.http.get("/")
    assert start.url.path == guest.path


async def test_the_empty_page_says_what_lotse_is_and_suggests_four_questions(guest):
    for words in (DE["about"], DE["about_more"], DE["about_stored"], "bis zu 30 Tage", "180 Tage", DE["person"]):
        assert words in guest.html
    assert guest.html.count('<button name="text"') >= 4
    assert "Wie hoch ist der Weiterbildungsbonus?" in guest.html


async def test_the_cookie_is_signed_out_of_reach_of_scripts_and_of_other_sites(guests, site):
    guest = await guests()
    answer = await guest.http.get(guest.path)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/chat" in cookie
    assert "Secure" not in cookie
    assert Seal(SECRET).from_cookie(guest.http.cookies["lotse"]).conversation == guest.conversation


async def test_the_secret_is_in_no_description_of_the_parts(site):
    assert SECRET not in repr(site.parts)


async def test_over_https_the_cookie_stays_on_https(guest):
    answer = await guest.http.get(guest.path, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["set-cookie"]


async def test_coming_back_leads_to_the_same_conversation(guest):
    await guest.say("Guten Tag")
    await guest.see("Sie schrieben: Guten Tag")
    path = guest.path
    await guest.open("/chat")
    assert guest.path == path
    assert "Sie schrieben: Guten Tag" in guest.html


async def test_a_link_on_another_site_does_not_start_a_new_conversation(guest):
    """The browser keeps a strict cookie back on such a click; the page then asks for itself once more, with it."""
    cookies = httpx.Cookies(guest.http.cookies)
    guest.http.cookies.clear()
    answer = await guest.http.get("/chat", headers={"Sec-Fetch-Site": "cross-site"})
    assert 'http-equiv="refresh" content="0; url=/chat"' in answer.text
    assert "set-cookie" not in answer.headers
    guest.http.cookies = cookies
    answer = await guest.http.get("/chat", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.url.path == guest.path


@pytest.mark.parametrize(("accept_language", "greeting"), [("en-GB,de;q=0.5", EN), ("de", DE), ("fr", DE)])
async def test_the_page_speaks_the_language_of_the_browser(guests, accept_language, greeting):
    guest = await guests(**{"Accept-Language": accept_language})
    assert greeting["greeting"] in guest.html


# --- sending without a script --------------------------------------------------------------------------------------


async def test_a_message_is_answered_with_its_source(guest):
    answer = await guest.say("Wie hoch ist der Bonus?")
    assert answer.history[0].status_code == 303
    assert answer.url.path == guest.path
    assert answer.url.fragment == "latest"
    page = await guest.see("Sie schrieben: Wie hoch ist der Bonus?")
    for words in (SOURCE.title, SOURCE.url, f"Stand {SOURCE.as_of}", f"geprüft {SOURCE.reviewed}", SOURCE.confidence):
        assert words in page


async def test_a_message_stands_on_the_page_before_it_is_answered(own_site, own_guest):
    await own_site.stop_loops()
    answer = await own_guest.say("Ich warte")
    assert "Ich warte" in answer.text
    assert DE["waiting"] in answer.text
    assert f'<noscript><meta http-equiv="refresh" content="2; url={own_guest.path}?look=' in answer.text
    await own_site.start_loops()
    page = await own_guest.see("Sie schrieben: Ich warte")
    assert DE["waiting"] not in page
    assert "<noscript>" not in page


async def test_the_same_message_sent_again_is_the_same_message(site, guest):
    for _ in range(3):
        await guest.say("einmal", message_id="a" * 32)
    await guest.see("Sie schrieben: einmal")
    assert await said(site, guest) == ["einmal"]


async def test_other_words_on_a_page_brought_back_are_a_new_message(site, guest):
    await guest.say("eins", message_id="a" * 32)
    await guest.say("zwei", message_id="a" * 32)
    await guest.see("Sie schrieben: zwei")
    assert await said(site, guest) == ["eins", "zwei"]


async def test_a_genuine_repetition_is_kept(site, guest):
    await guest.say("ja")
    await guest.say("ja")
    await guest.say("Ende")
    await guest.see("Sie schrieben: Ende")
    assert await said(site, guest) == ["ja", "ja", "Ende"]


async def test_a_choice_can_be_pressed_and_stands_there_with_its_words(site, guest):
    await guest.say("Auswahl")
    page = await guest.see("Bitte wählen Sie.")
    about = re.search(r'name="about" value="(\d+)"', page).group(1)
    await guest.post("/chat/choices", about=about, choice="1")
    await guest.see("Gewählt: Wer bekommt ihn?")
    assert (await said(site, guest))[-1] == "Wer bekommt ihn?"


async def test_a_choice_can_be_typed_as_a_number(guest):
    await guest.say("Auswahl")
    await guest.say("2")
    await guest.see("Gewählt: Wer bekommt ihn?")


@pytest.mark.parametrize(
    "forged",
    [
        {"choice": "2"},
        {"choice": "-1"},
        {"choice": "x"},
        {"choice": ""},
        {"about": "1"},
        {"about": "999999"},
        {"about": ""},
        {"about": "9" * 40},
        {"choice": "bonus.eligibility"},
        {"choice": "timer:case:1:reopen_over"},
        {"choice": "case:withdraw:1"},
        {"choice": "desk:claim:1:1"},
        {"about": None},
    ],
)
async def test_a_choice_that_was_never_offered_is_not_found(site, guest, forged):
    await guest.say("Auswahl")
    page = await guest.see("Bitte wählen Sie.")
    about = re.search(r'name="about" value="(\d+)"', page).group(1)
    answer = await guest.post("/chat/choices", **{"about": about, "choice": "0", **forged})
    assert answer.status_code == 404
    assert await said(site, guest) == ["Auswahl"]


async def test_the_last_rating_of_an_answer_counts_and_is_shown(guest):
    await guest.say("Bewerten")
    page = await guest.see("Sie schrieben: Bewerten")
    about = re.search(r'action="/chat/ratings".*?name="about" value="([^"]+)"', page, re.S).group(1)
    pressed, not_pressed = 'value="{}" aria-pressed="true"', 'value="{}" aria-pressed="false"'
    assert not_pressed.format("yes") in page
    answer = await guest.post("/chat/ratings", about=about, helpful="no")
    assert answer.url.fragment.startswith("m")
    await guest.see(pressed.format("no"))
    await guest.post("/chat/ratings", about=about, helpful="yes")
    page = await guest.see(pressed.format("yes"))
    assert not_pressed.format("no") in page
    assert "Sie schrieben" in page


async def test_why_names_the_answer_it_was_asked_under(site, guest):
    for words in ("Erste Frage", "Zweite Frage"):
        await guest.say(words)
        page = await guest.see(f"Sie schrieben: {words}")
    first, _ = re.findall(r'action="/chat/reasons".*?name="about" value="([^"]+)"', page, re.S)
    async with site.without_answers():
        await guest.post("/chat/reasons", about=first)
        assert html.unescape((await guest.open(guest.path)).text).count(DE["why"]) == 3, (
            "it stands there before it is answered"
        )
    assert "Darum." in await guest.see("Darum.")
    assert (await inputs(site, guest))[-1] == {"kind": "asked_why", "about": first}
    assert (await said(site, guest))[-1] == DE["why"]


async def test_ratings_and_reasons_of_other_things_are_refused(guest):
    await guest.say("Auswahl")
    page = await guest.see("Bitte wählen Sie.")
    line = re.search(r'id="m(\d+)"', page).group(1)
    for about in ("", line, "0" * 36, "x"):
        assert (await guest.post("/chat/ratings", about=about, helpful="yes")).status_code == 404
        assert (await guest.post("/chat/reasons", about=about)).status_code == 404


async def test_what_is_pressed_for_lotse_says_so(site, guest):
    await guest.post("/chat/messages", text=DE["person_words"], to="lotse")
    await guest.see("Sie schrieben")
    await guest.post("/chat/language", locale="en")
    await guest.see(f"Sie schrieben: {EN['language_words']}")
    await guest.say("nur so")
    assert [payload.get("to_lotse", False) for payload in await inputs(site, guest)] == [True, True, False]


async def test_a_person_can_be_asked_for_from_every_page(site, guest):
    assert f'<button class="person" name="text" value="{DE["person_words"]}">' in guest.html
    await guest.say(DE["person_words"])
    assert f'<button class="person" name="text" value="{DE["person_words"]}">' in await guest.see("Sie schrieben")
    assert await list_cases(site.database) == ()  # the scripted Lotse opens none


async def test_a_new_conversation_is_empty_and_the_earlier_one_stays(guest):
    await guest.say("Erstes Gespräch")
    await guest.see("Sie schrieben: Erstes Gespräch")
    first = guest.path
    answer = await guest.post("/chat/new", conversation=None)
    assert answer.url.path != first
    assert DE["greeting"] in answer.text
    await guest.open(first)
    assert "Sie schrieben: Erstes Gespräch" in guest.html


async def test_the_other_language_changes_the_pages_and_tells_lotse(site, guest):
    answer = await guest.post("/chat/language", locale="en")
    assert EN["greeting"] in answer.text
    await guest.say("Hello")
    await guest.see("Sie schrieben: Hello")
    assert EN["helpful_question"] in guest.html
    answer = await guest.post("/chat/language", locale="de")
    assert DE["person"] in answer.text
    await guest.see("Sie schrieben: " + DE["language_words"])
    assert await said(site, guest) == ["Hello", DE["language_words"]]
    assert (await guest.post("/chat/language", locale="fr")).status_code == 400


async def test_two_people_do_not_see_each_other(guests):
    one, two = await guests(), await guests()
    await one.say("Geheim")
    await one.see("Sie schrieben: Geheim")
    await two.open("/chat")
    assert "Geheim" not in two.html
    assert one.conversation != two.conversation


async def test_a_hundred_messages_in_a_second_are_told_that_they_are_too_many(site, guest):
    answers = await asyncio.gather(*(guest.say(f"Nachricht {number}", json=True) for number in range(100)))
    assert {answer.status_code for answer in answers} == {202}
    await guest.say("Schluss")
    page = (await guest.open(guest.path)).text
    assert page.count('class="turn') > 0


async def test_deleting_everything_leaves_only_the_confirmation(guest):
    await guest.say("Etwas Persönliches")
    await guest.see("Sie schrieben: Etwas Persönliches")
    await guest.say("lösche meine Daten")
    page = await guest.see("Alles ist gelöscht.")
    assert "Etwas Persönliches" not in page


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/chat", "/static/chat.css", "/static/nothing", "/health", "/metrics", "/nothing", "/chat/x"]
)
async def test_every_answer_carries_the_strict_headers(guest, path):
    answer = await guest.http.get(path)
    for name, value in HEADERS.items():
        if name != "Cache-Control":
            assert answer.headers[name] == value
    if not path.startswith("/static/"):
        assert answer.headers["Cache-Control"] == "no-store"


async def test_files_are_kept_for_good_under_the_address_the_page_names(guest):
    named = re.search(r'href="(/static/chat.css\?v=\w+)"', guest.html).group(1)
    assert "immutable" in (await guest.http.get(named)).headers["Cache-Control"]
    assert (await guest.http.get("/static/chat.css")).headers["Cache-Control"] == "no-cache"
    for path in ("/static/../routes.py", "/static/%2e%2e/routes.py", "/static/", "/static/layout.html"):
        assert (await guest.http.get(path)).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:8420", "[::1]:8420", "lotse.example"])
async def test_known_host_names_are_served(guest, host):
    assert (await guest.http.get("/health", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8420", "", "localhost.evil", "::1"]
)
async def test_other_host_names_are_refused(guest, host):
    """A name on the internet that points at this machine must not be able to talk to a chat without sign-in."""
    answer = await guest.http.get("/chat", headers={"Host": host})
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


POSTS = {
    "/chat/messages": {"text": "Hallo"},
    "/chat/choices": {"about": "1", "choice": "0"},
    "/chat/ratings": {"about": "1", "helpful": "yes"},
    "/chat/reasons": {"about": "1"},
    "/chat/language": {"locale": "en"},
    "/chat/new": {},
}
UNTRUSTED = {
    "no token": ({"csrf": None}, {}),
    "an empty token": ({"csrf": ""}, {}),
    "a wrong token": ({"csrf": "0" * 32}, {}),
    "another site": ({}, {"Origin": "https://evil.example"}),
    "another port": ({}, {"Origin": "http://127.0.0.1:1"}),
    "a sandboxed page": ({}, {"Origin": "null"}),
    "a page of another site, by its own word": ({}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    "a page of a neighbouring name": ({}, {"Origin": "null", "Sec-Fetch-Site": "same-site"}),
    "a broken origin": ({}, {"Origin": "http://["}),
    "no cookie": ({}, {"Cookie": "lotse=x"}),
}


@pytest.mark.parametrize("action", POSTS)
@pytest.mark.parametrize("why", UNTRUSTED)
async def test_a_form_that_is_not_from_our_own_page_changes_nothing(site, guest, action, why):
    fields, headers = UNTRUSTED[why]
    answer = await guest.post(action, json=True, headers=headers, **{**POSTS[action], **fields})
    assert answer.status_code == 403
    assert answer.json() == {"error": "error_stale", "text": DE["error_stale"]}
    assert "set-cookie" not in answer.headers
    assert await said(site, guest) == []


async def test_a_form_under_our_referrer_policy_is_believed_by_what_the_browser_says(site, guest):
    """Under ``no-referrer`` browsers post ``Origin: null``; ``Sec-Fetch-Site`` cannot be set by a page."""
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (await guest.say("Hallo", json=True, headers=headers)).status_code == 202


async def test_another_persons_token_is_worth_nothing(guests):
    one, two = await guests(), await guests()
    assert (await one.say("Hallo", csrf=two.csrf)).status_code == 403


@pytest.mark.parametrize("action", [action for action in POSTS if action != "/chat/new"])
async def test_another_persons_conversation_does_not_exist(site, guests, action):
    one, two = await guests(), await guests()
    await two.say("Auswahl")
    page = await two.see("Bitte wählen Sie.")
    about = re.search(r'name="about" value="(\d+)"', page).group(1)
    for conversation in (
        two.conversation,
        "0" * 32,
        "x",
        "",
        two.conversation.upper(),
        two.conversation[:16] + "0" * 16,
    ):
        fields = {**POSTS[action], "about": about, "conversation": conversation}
        answer = await one.post(action, json=True, **fields)
        assert answer.status_code == 404
        assert (await one.http.get(f"/chat/{conversation or 'x'}")).status_code == 404
        assert (await one.http.get("/chat/events", params={"conversation": conversation})).status_code == 404
    assert await said(site, two) == ["Auswahl"]


async def test_somebody_elses_link_leads_to_friendly_words_and_a_way_on(guests):
    one, two = await guests(), await guests()
    answer = await one.http.get(two.path)
    assert answer.status_code == 404
    assert DE["error_not_found_title"] in answer.text
    assert 'href="/chat"' in answer.text


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\0"])
async def test_nothing_is_not_a_message(site, guest, text):
    answer = await guest.say(text, json=True)
    assert answer.status_code == 400
    assert answer.json()["text"] == DE["error_empty"]
    assert await said(site, guest) == []


@pytest.mark.parametrize("message_id", ["", "x", "a" * 65, "a:b:c:d:e", "../../../x", "ä" * 10, None])
async def test_a_message_needs_a_proper_id(guest, message_id):
    assert (await guest.say("Hallo", message_id=message_id, json=True)).status_code == 400


@pytest.mark.parametrize("text", ["a" * 4_001, "ä" * 10_000, "🦆" * 5_000, "a\0b\u202ec\u0300" * 50, "Zeile\r\nZeile"])
async def test_long_and_odd_messages_are_taken_in(site, guest, text):
    assert (await guest.say(text, json=True)).status_code == 202
    await guest.see("Sie schrieben: " + text.replace("\0", "").replace("\r\n", "\n")[:50])


async def test_a_message_beyond_the_limit_is_refused_in_words(site, guest):
    answer = await guest.say("x" * (MAX_BODY + 1))
    assert answer.status_code == 413
    assert DE["error_too_long"] in answer.text
    answer = await guest.say("x" * 3_000_000, json=True)
    assert answer.status_code == 413
    assert answer.json()["text"] == DE["error_too_long"]
    assert await said(site, guest) == []


async def test_a_body_that_hides_its_length_is_counted_as_well(guest):
    async def endless():
        for _ in range(100):
            yield b"text=" + b"x" * 1024

    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    assert (await guest.http.post("/chat/messages", content=endless(), headers=headers)).status_code == 413


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/json", b'{"text": "Hallo"}'),
        ("text/plain", b"text=Hallo"),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(100))),
        ("application/x-www-form-urlencoded", "text=ä".encode("latin-1")),
        ("", b"text=Hallo"),
    ],
)
async def test_other_kinds_of_body_are_not_read(guest, kind, content):
    answer = await guest.http.post("/chat/messages", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert DE["error_bad_request"] in answer.text


async def test_wrong_methods_and_unknown_pages_are_refused_in_words(guest):
    for answer in (await guest.http.put("/chat/messages"), await guest.http.delete("/chat")):
        assert answer.status_code == 405
        assert DE["error_bad_request_title"] in answer.text
    assert DE["error_not_found_title"] in (await guest.http.get("/nothing")).text


async def test_without_the_database_the_page_says_so_and_nothing_is_lost(own_site, own_guest, tmp_path):
    file, away = tmp_path / "lotse.db", tmp_path / "away.db"
    file.rename(away)
    answer = await own_guest.http.get(own_guest.path)
    assert answer.status_code == 503
    assert DE["error_unavailable_title"] in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert str(tmp_path) not in answer.text
    answer = await own_guest.say("Kommt das an?", json=True, message_id="b" * 32)
    assert (answer.status_code, answer.json()["text"]) == (503, DE["error_unavailable"])
    assert (
        await own_guest.http.get("/chat/events", params={"conversation": own_guest.conversation})
    ).status_code == 503
    away.rename(file)
    assert (await own_guest.say("Kommt das an?", json=True, message_id="b" * 32)).status_code == 202
    await own_guest.see("Sie schrieben: Kommt das an?")
    assert await said(own_site, own_guest) == ["Kommt das an?"]


async def test_without_script_a_form_the_database_missed_is_kept_and_sent_again_once(own_site, own_guest):
    text = "Kommt das an?\n</textarea><script>alert(1)</script>"
    with own_site.without_database():
        answer = await own_guest.say(text, message_id="c" * 32)
        assert answer.status_code == 503
        assert "Kommt das an?\n&lt;/textarea&gt;&lt;script&gt;" in answer.text
        (form,) = [form for form in Page(answer.text).forms if form.action == "/chat/messages"]
        forged = await own_guest.say("x", headers={"Origin": "https://evil.example"})
        assert "evil" not in forged.text
        assert DE["send_again"] not in (await own_guest.http.get(own_guest.path)).text
    for _ in range(2):
        assert (await own_guest.http.post(form.action, data=form.fields)).status_code == 200
    assert await said(own_site, own_guest) == [text]


async def test_a_bug_is_admitted_without_its_details(own_site, own_guest):
    def broken(locale):
        raise RuntimeError("secret detail")

    own_site.suggestions = broken
    answer = await own_guest.http.get(own_guest.path)
    assert answer.status_code == 500
    assert DE["error_bug_title"] in answer.text
    assert "secret detail" not in answer.text
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


async def test_hostile_messages_come_back_as_text(guest):
    for first in range(0, len(HOSTILE_TEXTS), 10):
        await guest.say("\n".join(HOSTILE_TEXTS[first : first + 10]), json=True)
    await guest.say("Schluss")
    page = await guest.see("Sie schrieben: Schluss")
    assert len(re.findall(r"<script", page)) == 1
    assert not re.findall(r"<(?:img src=x|svg|iframe|object|embed|base|style|math|video)", page)


async def test_the_time_shown_is_that_of_schleswig_holstein(own_site, own_guest):
    own_site.now += timedelta(hours=1, minutes=5)
    await own_guest.say("Wie spät ist es?")
    assert ">11:05</time>" in await own_guest.see("Sie schrieben: Wie spät")
