"""Signing in and out as a browser without script meets it, and as somebody meets it who wants in and may not."""

import asyncio
import contextlib
import re
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from bot.model import Person, StaffId
from bot.store import tables
from bot.store.accounts import accounts_of, link_account
from bot.store.places import person_known_as
from bot.store.sign_in import MOST_FAILURES, make_link, sessions_of
from bot.web.door import COOKIE, HOST_COOKIE
from bot.web.guard import HEADERS
from bot.web.page_texts import TEXTS
from bot.web.requests import OF_THE_STAFF
from bot.web.sign_in_pages import device_of
from tests.store.rows import rows
from tests.web.payloads import HOSTILE_VALUES
from tests.web.site import PEOPLE, Guest, arrived, running_site, signed_in
from tests.web.test_pages import Shape

DE, EN = TEXTS["de"], TEXTS["en"]
ANNA, BEN = StaffId("anna.petersen"), StaffId("ben.hansen")

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def link_for(site, staff=ANNA):
    return await make_link(site.database, staff, site.clock(), actor="test")


@contextlib.asynccontextmanager
async def stranger(site, **headers):
    """Somebody with a browser and nothing else."""
    guest = Guest(site, **headers)
    guest.csrf = "0" * 32
    async with guest.http:
        yield guest


async def number_of_sessions(site, staff=ANNA):
    return len(await sessions_of(site.database, staff, site.clock()))


def is_link_gone(answer):
    return answer.status_code == 404 and DE["link_gone_title"] in answer.text


def is_signed_out(answer):
    return answer.status_code == 403 and DE["error_signed_out_title"] in answer.text


# --- opening a link ------------------------------------------------------------------------------------------------


async def test_opening_a_link_shows_one_button_and_changes_nothing(site):
    """As scanners, previews and prefetching browsers do; they open and never press."""
    link = await link_for(site)
    async with stranger(site) as guest:
        for method, headers in (
            ("GET", {}),
            ("HEAD", {}),
            ("GET", {"Sec-Purpose": "prefetch;prerender"}),
            ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0", "Sec-Fetch-Site": "cross-site"}),
            ("OPTIONS", {}),
        ):
            answer = await guest.http.request(method, f"/sign-in/{link}", headers=headers)
            assert answer.status_code == (405 if method == "OPTIONS" else 200)
            assert "set-cookie" not in answer.headers
        page = (await guest.http.get(f"/sign-in/{link}")).text
        assert page.count("<form") == page.count("<button") == 1
        assert DE["sign_in_button"] in page
        assert "<script" not in page
        assert (await guest.press(link)).url.path == "/desk"


async def test_the_page_of_a_link_does_not_tell_a_good_one_from_a_bad_one(site):
    async with stranger(site) as guest:
        link = await link_for(site)
        good, bad = [(await guest.http.get(f"/sign-in/{each}")).text for each in (link, "A" * 43)]
        assert good.replace(link, "") == bad.replace("A" * 43, "")


async def test_pressing_leads_to_the_desk_and_says_who_is_there(site):
    async with stranger(site) as guest:
        answer = await guest.press(await link_for(site))
        assert [step.status_code for step in answer.history] == [303]
        assert (answer.status_code, answer.url.path) == (200, "/desk")
        assert DE["signed_in_as"] in answer.text
        assert "Anna Petersen" in answer.text
        assert DE["sign_out"] in answer.text


@pytest.mark.parametrize(
    ("headers", "name", "secure"),
    [
        ({}, COOKIE, False),
        ({"Host": "localhost"}, COOKIE, False),
        ({"X-Forwarded-Proto": "https"}, HOST_COOKIE, True),
        ({"Host": "lotse.example"}, HOST_COOKIE, True),
        ({"Host": "lotse.example", "X-Forwarded-Proto": "https"}, HOST_COOKIE, True),
    ],
)
async def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_lines(site, headers, name, secure):
    async with stranger(site) as guest:
        origin = f"http://{headers.get('Host', site.host)}"
        answer = await guest.press(await link_for(site), **headers, Origin=origin)
        cookie = answer.history[0].headers["set-cookie"]
        assert re.match(rf"{name}=[A-Za-z0-9_-]{{43}};", cookie)
        assert {"HttpOnly", "Path=/", "SameSite=strict", f"Max-Age={8 * 3600}"} <= set(cookie.split("; "))
        assert ("Secure" in cookie.split("; ")) == secure
        assert "Domain" not in cookie


async def test_a_cookie_of_a_plain_line_opens_nothing_over_https(own_site):
    """A neighbour who can place cookies for this name cannot place one with the prefix ``__Host-``."""
    async with signed_in(own_site) as guest:
        assert is_signed_out(await guest.at("/desk", **{"X-Forwarded-Proto": "https"}))
        assert (await guest.at("/desk")).status_code == 200


@pytest.mark.parametrize(("language", "texts"), [("de", DE), ("en-GB,en;q=0.9,de;q=0.1", EN), ("fr", DE)])
async def test_the_pages_speak_the_language_of_the_browser(site, language, texts):
    async with stranger(site, **{"Accept-Language": language}) as guest:
        link = await link_for(site)
        assert texts["sign_in_words"] in (await guest.http.get(f"/sign-in/{link}")).text
        assert texts["how_to_sign_in"] in (await guest.http.get("/desk")).text
        assert texts["desk_tagline"] in (await guest.press(link)).text
        assert texts["sessions_words"] in (await guest.at("/desk/sessions")).text


# --- links that do not work ----------------------------------------------------------------------------------------


async def test_used_expired_unknown_and_withdrawn_links_get_one_and_the_same_page(own_site):
    expired = await link_for(own_site)
    withdrawn = await link_for(own_site, StaffId("somebody.else"))
    own_site.now = own_site.now.replace(minute=11)
    used, whole = await link_for(own_site), await link_for(own_site)
    async with stranger(own_site) as guest:
        assert (await guest.press(used)).url.path == "/desk"
    pages = set()
    for link in (used, expired, withdrawn, "A" * 43, whole[:-1], "", "x"):
        async with stranger(own_site) as guest:
            answer = await guest.press(link)
            assert is_link_gone(answer)
            assert "set-cookie" not in answer.headers
            pages.add(answer.text)
    assert len(pages) == 1
    assert DE["how_to_get_a_link"] in pages.pop()


async def test_two_tabs_that_press_at_once_both_end_well(site):
    async with stranger(site) as guest:
        for _ in range(5):
            before = await number_of_sessions(site)
            link = await link_for(site)
            answers = await asyncio.gather(guest.press(link), guest.press(link))
            assert any(answer.url.path == "/desk" for answer in answers)
            assert all(answer.url.path == "/desk" or is_link_gone(answer) for answer in answers)
            assert (await guest.at("/desk")).status_code == 200
            assert await number_of_sessions(site) <= before + 1
            guest.http.cookies.clear()


async def test_a_button_pressed_again_later_leads_to_the_desk(site):
    async with signed_in(site) as guest:
        answer = await guest.press(guest.link)
        assert (answer.status_code, answer.url.path) == (200, "/desk")


async def test_after_ten_links_that_do_not_work_one_waits(own_site):
    async with stranger(own_site, **{"X-Forwarded-For": "203.0.113.7"}) as guest, stranger(own_site) as other:
        for _ in range(MOST_FAILURES):
            assert is_link_gone(await guest.press("A" * 43))
        link = await link_for(own_site)
        answer = await guest.press(link)
        assert answer.status_code == 429
        assert DE["too_many"].format(until="10:15") in answer.text
        assert answer.headers["retry-after"] == str(15 * 60)
        assert (await other.press(link)).url.path == "/desk"
        stored = str([await rows(own_site.database, table) for table in tables.metadata.sorted_tables])
        assert "203.0.113" not in stored


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
async def test_whoever_has_a_network_of_addresses_is_one_client(own_site, one, other, same):
    async with stranger(own_site) as guest:
        for _ in range(MOST_FAILURES):
            await guest.press("A" * 43, **{"X-Forwarded-For": one})
        answer = await guest.press("A" * 43, **{"X-Forwarded-For": other})
        assert answer.status_code == (429 if same else 404)


# --- forms that are not from our own page --------------------------------------------------------------------------

UNTRUSTED = {
    "another site": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "a sandboxed page": {"Origin": "null"},
    "another site, under our policy": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "a neighbouring name": {"Origin": "null", "Sec-Fetch-Site": "same-site"},
    "a broken origin": {"Origin": "http://["},
}


@pytest.mark.parametrize("why", UNTRUSTED)
async def test_another_site_can_sign_nobody_in(site, why):
    """Whoever signs somebody else in under their own name could read later what is written then."""
    link = await link_for(site)
    async with stranger(site) as guest:
        answer = await guest.press(link, **UNTRUSTED[why])
        assert answer.status_code == 403
        assert DE["error_stale"] in answer.text
        assert (await guest.press(link)).url.path == "/desk", "the link was not used up"


POSTS = {"/sign-out": {"sure": "yes"}, "/desk/sessions": {"session": "others"}, "/desk/accounts": {"code": "new"}}
FORGED = {
    "no token": lambda mine, other: None,
    "an empty token": lambda mine, other: "",
    "a wrong token": lambda mine, other: "0" * 32,
    "somebody else's": lambda mine, other: other,
    "a part of it": lambda mine, other: mine[:-1],
    "not even text": lambda mine, other: "\ufffe\u202e",
}


@pytest.mark.parametrize("action", POSTS)
@pytest.mark.parametrize("why", FORGED)
async def test_a_form_without_the_token_of_this_very_session_changes_nothing(site, action, why):
    async with signed_in(site) as me, signed_in(site, BEN) as other, signed_in(site) as elsewhere:
        assert len({me.csrf, other.csrf, elsewhere.csrf}) == 3
        before = await number_of_sessions(site)
        for token in {FORGED[why](me.csrf, foreign) for foreign in (other.csrf, elsewhere.csrf)}:
            answer = await me.submit(action, csrf=token, **POSTS[action])
            assert answer.status_code == 403
            assert DE["error_stale"] in answer.text
        assert await number_of_sessions(site) == before
        assert (await me.at("/desk")).status_code == 200


@pytest.mark.parametrize("action", POSTS)
@pytest.mark.parametrize("why", UNTRUSTED)
async def test_another_site_can_press_nothing_here(site, action, why):
    async with signed_in(site) as me:
        before = await number_of_sessions(site)
        assert (await me.submit(action, headers=UNTRUSTED[why], **POSTS[action])).status_code == 403
        assert await number_of_sessions(site) == before


async def test_the_browsers_own_word_is_believed_where_the_origin_is_hidden(site):
    async with signed_in(site) as me:
        headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        assert (await me.submit("/sign-out", headers=headers)).url.path == "/sign-out"


# --- cookies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/desk", "/desk/sessions", "/desk/events"])
async def test_without_a_session_nothing_of_the_desk_is_seen(site, path):
    """Open access is for the chat; the desk needs a session also on this machine, and a cookie of the chat is none."""
    async with stranger(site) as nobody, arrived(site) as employee, signed_in(site) as me:
        assert is_signed_out(await nobody.http.get(path))
        assert "Anna" not in (await nobody.http.get(path)).text
        chat_cookie = employee.http.cookies["lotse"]
        assert is_signed_out(await employee.http.get(path))
        for name in ("lotse", COOKIE, HOST_COOKIE):
            assert is_signed_out(await nobody.http.get(path, headers={"Cookie": f"{name}={chat_cookie}"}))
        for token in ("", "x", "A" * 43, me.link, me.csrf, me.http.cookies[COOKIE][:-1]):
            assert is_signed_out(await nobody.http.get(path, headers={"Cookie": f"{COOKIE}={token}"}))
        answer = await nobody.http.get(path, headers={"Accept": "application/json"})
        assert answer.json() == {"error": "error_signed_out", "text": DE["error_signed_out"]}


async def test_every_page_of_the_staff_asks_who_it_is(site):
    """Also the pages that are added later: each route is tried as it stands in the application."""
    tried = 0
    async with stranger(site) as nobody, arrived(site) as employee:
        for route in site.app.routes:
            if (
                not route.path.startswith(OF_THE_STAFF)
                or route.path.startswith("/sign-in")
                or route.path == "/sign-out"
            ):
                continue
            path = re.sub(r"\{[^}]*\}", "1", route.path)
            for method in route.methods - {"HEAD"}:
                for guest in (nobody, employee):
                    answer = await guest.http.request(
                        method, path, data={"csrf": guest.csrf} if method == "POST" else None
                    )
                    assert is_signed_out(answer), f"{method} {path}"
                    tried += 1
    assert tried >= 8


async def test_a_session_placed_in_a_browser_beforehand_is_not_taken_over(site):
    async with signed_in(site, BEN) as attacker, stranger(site) as victim:
        planted = attacker.http.cookies[COOKIE]
        victim.http.cookies.set(COOKIE, planted, domain="127.0.0.1")
        answer = await victim.press(await link_for(site))
        assert "Anna Petersen" in answer.text
        tokens = [cookie.value for cookie in victim.http.cookies.jar if cookie.name == COOKIE]
        assert planted not in tokens[-1:]
        assert is_signed_out(await attacker.at("/desk")), "and what was planted has ended"


async def test_a_link_on_another_site_leads_to_the_desk_after_all(site):
    """The browser keeps a strict cookie back on such a click; the page then asks for itself once more, with it."""
    async with stranger(site) as guest:
        answer = await guest.http.get("/desk/sessions?x=1", headers={"Sec-Fetch-Site": "cross-site"})
        assert 'http-equiv="refresh" content="0; url=/desk/sessions"' in answer.text
        assert DE["go_on"] in answer.text
        assert is_signed_out(await guest.http.get("/desk/sessions", headers={"Sec-Fetch-Site": "same-origin"}))


async def test_a_session_lasts_a_working_day_used_or_not(own_site):
    async with signed_in(own_site) as me:
        own_site.now = own_site.now.replace(hour=16, minute=59)
        assert (await me.at("/desk")).status_code == 200
        own_site.now = own_site.now.replace(hour=17, minute=0)
        assert is_signed_out(await me.at("/desk"))
        answer = await me.submit("/sign-out")
        assert is_signed_out(answer)


# --- signing out, and one's own sessions ---------------------------------------------------------------------------


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(site):
    async with signed_in(site) as me:
        token = me.http.cookies[COOKIE]
        answer = await me.submit("/sign-out")
        assert (answer.url.path, answer.status_code) == ("/sign-out", 200)
        assert DE["signed_out_title"] in answer.text
        assert COOKIE not in me.http.cookies
        assert is_signed_out(await me.http.get("/desk", headers={"Cookie": f"{COOKIE}={token}"}))
        assert (await me.http.get("/sign-out")).status_code == 200


async def test_one_sees_ones_own_sessions_and_ends_them(own_site):
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    async with (
        signed_in(own_site) as me,
        signed_in(own_site, **{"User-Agent": windows}) as mine_elsewhere,
        signed_in(own_site) as third,
        signed_in(own_site, BEN) as ben,
    ):
        page = (await me.at("/desk/sessions")).text
        assert page.count("<li>") == 3
        assert page.count(DE["session_here"]) == 1
        assert "Firefox · Windows" in page
        assert "seit 22.11.2026, 10:00, bis 18:00 Uhr" in page
        number = re.search(r'value="(\d+)" aria-label="Anmeldung beenden: Firefox', page)[1]
        bens = str((await sessions_of(own_site.database, BEN, own_site.clock()))[0].id)
        await me.submit("/desk/sessions", session=bens)
        assert (await ben.at("/desk")).status_code == 200, "somebody else's is not mine to end"
        answer = await me.submit("/desk/sessions", session=number)
        assert answer.text.count("<li>") == 2
        assert is_signed_out(await mine_elsewhere.at("/desk"))
        answer = await me.submit("/desk/sessions", session="others")
        assert answer.text.count("<li>") == 1
        assert is_signed_out(await third.at("/desk"))
        assert (await me.at("/desk")).status_code == 200
        assert (await ben.at("/desk")).status_code == 200


async def test_a_code_is_shown_once_and_the_accounts_it_linked_are_ones_own_to_unlink(own_site):
    database, now = own_site.database, own_site.clock()
    async with signed_in(own_site) as me, signed_in(own_site, BEN) as ben:
        assert DE["accounts_none"] in (await me.at("/desk/sessions")).text
        shown = (await me.submit("/desk/accounts", code="new")).text
        code = re.search(r"<code>verbinden ([0-9A-Z-]{14})</code>", shown)[1]
        assert code not in (await me.at("/desk/sessions")).text
        async with database.transaction() as connection:
            person = await person_known_as(connection, Person("slack", "U012<b>"))
            assert await link_account(connection, person, code, now, [])
        page = (await me.at("/desk/sessions")).text
        assert "Slack · U012&lt;b&gt;" in page
        account = re.search(r'name="unlink" value="(\d+)"', page)[1]
        assert "U012" not in (await ben.at("/desk/sessions")).text
        await ben.submit("/desk/accounts", unlink=account)
        assert await accounts_of(database, ANNA), "somebody else's is not mine to end"
        assert (await me.submit("/desk/accounts", unlink="1 OR 1")).status_code == 400
        assert DE["accounts_none"] in (await me.submit("/desk/accounts", unlink=account)).text


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140 Mobile Safari/537", "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605", "Safari · macOS"),
        ("curl/8", ""),
        ("<script>Firefox</script>", "Firefox"),
        ("x" * 100_000, ""),
    ],
)
async def test_a_device_is_named_in_words_of_ours(user_agent, device):
    assert device_of(user_agent) == device


# --- rights that are taken away ------------------------------------------------------------------------------------

WITHOUT_ANNA = re.sub(r".*anna.petersen.*\n", "", PEOPLE)
TAKEN = {
    "the person was taken out": lambda file: file.write_text(WITHOUT_ANNA),
    "the file has an error": lambda file: file.write_text(PEOPLE.replace("coordinator, admin", "coordinatr")),
    "the file is gone": lambda file: file.unlink(),
}


@pytest.mark.parametrize("why", TAKEN)
async def test_a_right_that_was_taken_away_is_gone_at_the_next_request(own_site, why):
    async with signed_in(own_site) as me, signed_in(own_site, BEN) as ben, stranger(own_site) as again:
        link = await link_for(own_site)
        TAKEN[why](own_site.staff_file)
        assert is_signed_out(await me.at("/desk"))
        assert is_signed_out(await me.submit("/desk/sessions", session="others"))
        assert is_link_gone(await again.press(link))
        assert is_signed_out(await ben.at("/desk")) == (why != "the person was taken out")
        health = (await me.http.get("/health")).json()
        assert any("LOTSE_STAFF" in reason for reason in health["reasons"]) == (why != "the person was taken out")
        assert "anna" not in str(health)
        own_site.staff_file.write_text(PEOPLE)
        assert (await me.at("/desk")).status_code == 200
        assert (await ben.at("/desk")).status_code == 200


async def lines(guest):
    """The open line of this person, as a list that grows, and a task that ends with it."""
    heard, first = [], asyncio.Event()

    async def listen():
        async with guest.http.stream("GET", "/desk/events") as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                heard.append(line)
                first.set()

    task = asyncio.create_task(listen())
    async with asyncio.timeout(5):
        await first.wait()
    return heard, task


@pytest.mark.parametrize("why", [*TAKEN, "signed out", "ended from elsewhere"])
async def test_an_open_line_ends_with_the_right_to_it(own_site, why):
    async with signed_in(own_site) as me, signed_in(own_site) as elsewhere, signed_in(own_site, BEN) as ben:
        _, mine = await lines(me)
        _, bens = await lines(ben)
        if why == "signed out":
            await me.submit("/sign-out")
        elif why == "ended from elsewhere":
            await elsewhere.submit("/desk/sessions", session="others")
        else:
            TAKEN[why](own_site.staff_file)
        async with asyncio.timeout(5):
            await mine
        if why not in ("the file has an error", "the file is gone"):
            assert not bens.done()
        own_site.parts.streams.close()
        async with asyncio.timeout(5):
            await bens


async def test_a_line_in_silence_notices_that_the_session_is_over(tmp_path):
    async with running_site(tmp_path, beat_s=0.05) as site, signed_in(site) as me:
        heard, mine = await lines(me)
        site.now = site.now.replace(hour=18)
        async with asyncio.timeout(5):
            await mine
        assert heard


# --- what is not there, and where it leads -------------------------------------------------------------------------


async def test_what_is_not_there_is_said_in_the_words_of_the_desk(site):
    async with signed_in(site) as me:
        for path in ("/desk/nothing", "/desk/cases/17", "/studio/x", "/sign-in/a/b"):
            answer = await me.http.get(path)
            assert answer.status_code == 404
            assert DE["error_no_access_title"] in answer.text
            assert 'href="/desk"' in answer.text
        for method, path in (
            ("PUT", "/desk"),
            ("DELETE", "/desk/sessions"),
            ("POST", "/sign-in/x"),
            ("PUT", "/sign-in"),
        ):
            assert (await me.http.request(method, path)).status_code == 405


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/sessions", "/sign-in", "/sign-in/x", "/sign-in/" + "A" * 43, "/sign-out"]
)
async def test_every_answer_carries_the_strict_headers(site, path):
    async with stranger(site) as nobody, signed_in(site) as me:
        for guest in (nobody, me):
            answer = await guest.http.get(path)
            assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/desk@evil.example"],
)
async def test_nothing_in_a_request_decides_where_one_goes(site, address):
    async with stranger(site) as guest:
        for name in ("next", "url", "return_to", "redirect", "continue"):
            link = await link_for(site)
            data = {"link": link, name: address}
            answer = await guest.http.post("/sign-in", params={name: address}, data=data, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
            page = await guest.http.get(f"/sign-in/{link}", params={name: address})
            assert address not in page.text
    async with stranger(site) as guest:
        for path in (f"/{address}", f"/desk/{address}", f"/sign-in/{quote(address, safe='')}"):
            answer = await guest.http.get(path, follow_redirects=False)
            leads_to = httpx.URL(answer.headers.get("location", "/"))
            assert leads_to.host in ("", "127.0.0.1")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "lotse.example.evil.example", ""])
async def test_a_forged_host_gets_nothing(site, host):
    link = await link_for(site)
    async with stranger(site) as guest:
        for headers in ({"Host": host}, {"Host": host, "Origin": f"http://{host}"}):
            answer = await guest.press(link, **headers)
            assert answer.status_code == 400
            assert "set-cookie" not in answer.headers
        forwarded = {"X-Forwarded-Host": host or "x", "Forwarded": f"host={host}", "X-Original-URL": "//evil.example"}
        answer = await guest.press(link, **forwarded)
        assert str(answer.url) == f"{site.address}/desk"


# --- trouble -------------------------------------------------------------------------------------------------------


async def test_while_the_database_is_away_a_link_is_not_used_up_and_nobody_is_signed_out(own_site):
    async with signed_in(own_site) as me, stranger(own_site) as guest:
        link = await link_for(own_site)
        with own_site.without_database():
            for answer in (await guest.press(link), await me.at("/desk"), await me.submit("/sign-out")):
                assert answer.status_code == 503
                assert DE["error_unavailable_title"] in answer.text
                assert 'href="/desk"' in answer.text
                assert "set-cookie" not in answer.headers
            assert (await guest.http.get(f"/sign-in/{link}")).status_code == 200, "the button needs no database"
        assert (await guest.press(link)).url.path == "/desk"
        assert (await me.at("/desk")).status_code == 200


async def test_an_open_line_ends_when_the_database_goes(tmp_path):
    async with running_site(tmp_path, beat_s=0.05) as site, signed_in(site) as me:
        _, mine = await lines(me)
        with site.without_database():
            async with asyncio.timeout(5):
                with contextlib.suppress(httpx.RemoteProtocolError):
                    await mine


# --- a hundred hostile values in every field -----------------------------------------------------------------------


def in_header(value):
    """As much of a text as a browser could put into a header."""
    return "".join(char for char in value if " " <= char <= "~")[:4_000].strip()


def leads_away(page):
    return [address for address in Shape(page).addresses if not address.startswith("/")]


async def test_a_hundred_hostile_values_in_every_field_change_nothing(own_site):
    """Each is refused in ordinary words; none comes back as markup, none is a fault, none signs anybody in."""
    assert len(set(HOSTILE_VALUES)) >= 100
    async with stranger(own_site) as guest, signed_in(own_site) as me:
        gone = Shape((await guest.press("x")).text).tags
        needed = Shape((await guest.http.get("/desk")).text).tags
        for number, value in enumerate(HOSTILE_VALUES):
            own_site.now += timedelta(minutes=4)  # so that attempts are not too many
            safe, header, here = quote(value[:2_000], safe=""), in_header(value), f"10.0.{number}.1"
            hostile = {
                "User-Agent": header,
                "Accept-Language": f"de,{header}x",
                "X-Forwarded-For": f"{here},{header}x",
                "Cookie": f"{COOKIE}={header}",
            }
            for link, more in ((value, {}), ("x", hostile)):
                answer = await guest.press(link, **{"X-Forwarded-For": here, **more})
                assert (answer.status_code, Shape(answer.text).tags) == (404, gone)
            for cookie in (f"{COOKIE}={header}", f"x{header}", f"{HOST_COOKIE}={header}"):
                answer = await guest.http.get("/desk", headers={"Cookie": cookie})
                assert (answer.status_code, Shape(answer.text).tags) == (403, needed)
            answer = await guest.http.get(f"/sign-in/{safe}")
            assert answer.status_code in (200, 404)
            assert leads_away(answer.text) == []
            for form in (
                {"csrf": value, "session": "others"},
                {"session": f"x{value}"},
                {"session": value, "csrf": ""},
            ):
                answer = await me.submit("/desk/sessions", **form)
                assert answer.status_code in (400, 403)
                assert leads_away(answer.text) == []
            answer = await me.http.post("/sign-in", content=value.encode("utf-8", "replace"))
            assert answer.status_code == 400
        assert (await me.at("/desk")).status_code == 200
        assert await number_of_sessions(own_site) == 1


async def test_a_hostile_name_stays_a_name(own_site):
    async with signed_in(own_site) as me:
        before = {path: Shape((await me.at(path)).text) for path in ("/desk", "/desk/sessions")}
        taken = 0
        for name in HOSTILE_VALUES:
            quoted = name.replace("'", "''")
            text = PEOPLE.replace("Anna Petersen", f"'{quoted}'").encode("utf-8", "replace")
            own_site.staff_file.write_bytes(text)
            if own_site.people.find(ANNA) is None:
                continue  # such a name is refused when the file is read
            taken += 1
            for path, shape in before.items():
                now = Shape((await me.at(path)).text)
                assert now.tags == shape.tags
                assert now.addresses == shape.addresses
                assert " ".join(name.split()) in "".join(now.words)
        assert taken > 50
