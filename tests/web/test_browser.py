"""The chat in a real browser: what people see, press and type. Screenshots go to the git-ignored ``screenshots/``."""

import re

import pytest
from playwright.async_api import expect

from bot.handoff.case_events import Claims, Replies, Resolves
from bot.store.desk import Done
from bot.store.desk_reading import read_case
from bot.store.transcripts import read_transcript
from bot.web.chat_view import address_of
from bot.web.page_texts import TEXTS
from tests.desk_people import MARIA
from tests.web.browser import DESKTOP, LOOKS, NEEDS_CHROMIUM, PHONE, assert_accessible, picture, until
from tests.web.payloads import HOSTILE_TEXTS
from tests.web.site import CHOICES, QUESTIONS

pytestmark = [pytest.mark.asyncio(loop_scope="module"), NEEDS_CHROMIUM]

DE, EN = TEXTS["de"], TEXTS["en"]


async def say(page, text):
    await page.get_by_label(DE["message_label"]).fill(text)
    await page.keyboard.press("Enter")


def answer(page, words):
    return page.locator(".turn.lotse", has_text=words)


async def lines_of(site, page):
    return await read_transcript(site.database, address_of(page.url.partition("/chat/")[2].partition("#")[0]))


# --- writing and reading -------------------------------------------------------------------------------------------


async def test_a_question_is_answered_without_reloading(open_page):
    page = await open_page()
    await expect(page.locator("#welcome")).to_be_visible()
    await page.evaluate("window.stayed = true")
    await page.get_by_label(DE["message_label"]).fill("Wie hoch ist der Bonus?")
    await page.get_by_role("button", name=DE["send"]).click()
    await expect(answer(page, "Sie schrieben: Wie hoch ist der Bonus?")).to_be_visible()
    await expect(page.locator(".turn.user")).to_have_count(1)
    await expect(page.locator("#welcome")).to_have_count(0)
    await expect(page.get_by_label(DE["message_label"])).to_have_value("")
    await expect(page.locator(".state")).to_have_count(0)
    await expect(page.locator("#typing")).to_be_empty()
    assert await page.evaluate("window.stayed")


async def test_a_suggested_question_is_one_press(open_page):
    page = await open_page()
    await page.get_by_role("button", name=QUESTIONS["de"][0]).click()
    await expect(answer(page, f"Sie schrieben: {QUESTIONS['de'][0]}")).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "history"


async def test_choices_work_by_press_and_by_number(open_page, site):
    page = await open_page()
    await say(page, "Auswahl")
    await expect(page.locator(".choices .number").first).to_have_text("1")
    await page.get_by_role("button", name=CHOICES[1].label).click()
    await expect(answer(page, f"Gewählt: {CHOICES[1].label}")).to_be_visible()
    await expect(page.locator(".turn.user").last).to_contain_text(CHOICES[1].label)
    await expect(page.locator(".choices .number").first).to_be_hidden()
    await say(page, "1")
    await expect(answer(page, f"Gewählt: {CHOICES[0].label}")).to_be_visible()
    await expect(page.locator(".turn.user")).to_have_count(3)
    assert [line.text for line in await lines_of(site, page) if line.who == "user"] == [
        "Auswahl",
        CHOICES[1].label,
        "1",
    ]


async def test_everything_works_by_keyboard_alone(open_page):
    page = await open_page(has_touch=True, is_mobile=True)  # where the message box does not take the focus by itself
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name=DE["skip"])
    await expect(skip).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label(DE["message_label"])).to_be_focused()
    await page.keyboard.type("Zeile eins")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("Zeile zwei")
    await page.keyboard.press("Enter")
    await expect(answer(page, "Zeile eins")).to_contain_text("Zeile zwei")
    await page.keyboard.type("Auswahl")
    await page.keyboard.press("Enter")
    await expect(answer(page, "Bitte wählen Sie.")).to_be_visible()
    for _ in range(2):  # backwards from the message box: the last choice, then the one before
        await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name=CHOICES[0].label)).to_be_focused()
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    await expect(answer(page, f"Gewählt: {CHOICES[0].label}")).to_be_visible()


async def test_a_rating_is_shown_and_kept(open_page):
    page = await open_page()
    await say(page, "Bewerten")
    helpful = page.get_by_role("button", name=DE["helpful"], exact=True)
    await helpful.click()
    await expect(helpful).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#notice")).to_have_text(DE["rated"])
    await page.get_by_role("button", name=DE["not_helpful"]).click()
    await expect(helpful).to_have_attribute("aria-pressed", "false")
    await expect(page.locator(".turn.user")).to_have_count(1)
    await page.wait_for_function(
        "fetch(location).then(r => r.text()).then(t => /value=.no. aria-pressed=.true/.test(t))"
    )


async def test_why_and_the_person_are_one_press_away(open_page):
    page = await open_page()
    await say(page, "eins")
    await expect(answer(page, "eins")).to_be_visible()
    await say(page, "zwei")
    await expect(answer(page, "zwei")).to_be_visible()
    await expect(page.get_by_role("button", name=DE["why"])).to_have_count(1)  # only under the answer shown last
    await page.get_by_role("button", name=DE["why"]).click()
    await expect(answer(page, "Darum.")).to_be_visible()
    await expect(page.locator(".turn.user").filter(has_text=DE["why"])).to_have_count(1)
    await page.get_by_role("button", name=DE["person"]).click()
    await expect(answer(page, f"Sie schrieben: {DE['person_words']}")).to_be_visible()


async def test_the_other_language_and_a_new_conversation(open_page):
    page = await open_page()
    await say(page, "Guten Tag")
    await expect(answer(page, "Guten Tag")).to_be_visible()
    first = page.url
    await page.get_by_role("button", name=DE["other_language_label"]).click()
    await expect(page.get_by_role("button", name=EN["person"])).to_be_visible()
    await expect(answer(page, EN["language_words"])).to_be_visible()
    await page.get_by_role("button", name=EN["new_conversation"]).click()
    await expect(page.get_by_role("heading", name=EN["greeting"])).to_be_visible()
    assert page.url != first
    await page.go_back()
    await expect(answer(page, "Guten Tag")).to_be_visible()


# --- several pages, and coming back --------------------------------------------------------------------------------


async def test_reloading_keeps_the_conversation_and_what_was_being_written(open_page):
    page = await open_page()
    await say(page, "Merken")
    await expect(answer(page, "Merken")).to_be_visible()
    await page.get_by_label(DE["message_label"]).fill("Noch nicht fertig")
    await page.reload()
    await expect(answer(page, "Merken")).to_have_count(1)
    await expect(page.locator(".turn")).to_have_count(2)
    await expect(page.get_by_label(DE["message_label"])).to_have_value("Noch nicht fertig")


async def test_two_tabs_show_the_same_messages_once(open_page):
    one = await open_page()
    two = await open_page(context=one.context)
    await say(one, "von eins")
    await expect(answer(two, "von eins")).to_be_visible()
    await say(two, "von zwei")
    await expect(answer(one, "von zwei")).to_be_visible()
    for page in (one, two):
        await expect(page.locator(".turn")).to_have_count(4)
        texts = await page.locator(".turn .body").all_inner_texts()
        assert texts == ["von eins", "Sie schrieben: von eins", "von zwei", "Sie schrieben: von zwei"]


async def test_a_link_on_another_site_leads_back_into_the_conversation(open_page, site):
    page = await open_page()
    await say(page, "Schon hier")
    await expect(answer(page, "Schon hier")).to_be_visible()
    # The same server under another name is another site to the browser.
    elsewhere = site.address.replace("127.0.0.1", "localhost")
    await page.route(f"{elsewhere}/**", lambda route: route.fulfill(content_type="text/html", body="<p>Intranet</p>"))
    await page.goto(elsewhere)
    async with page.expect_navigation():
        await page.evaluate("address => { location.href = address }", f"{site.address}/chat")
    await expect(answer(page, "Schon hier")).to_be_visible()


async def test_after_deleting_everything_the_old_messages_leave_the_page(open_page):
    page = await open_page()
    await say(page, "Persönliches")
    await expect(answer(page, "Persönliches")).to_be_visible()
    await say(page, "lösche meine Daten")
    await expect(answer(page, "Alles ist gelöscht.")).to_be_visible()
    await expect(page.get_by_text("Persönliches")).to_have_count(0)
    await expect(page.locator("#notice")).to_have_text(DE["erased"])


# --- trouble -------------------------------------------------------------------------------------------------------


async def test_a_message_written_while_the_server_is_away_is_kept_and_sent_once(open_page, site):
    page = await open_page(expect_trouble=True)
    await say(page, "vorher")
    await expect(answer(page, "vorher")).to_be_visible()
    await site.stop()
    await say(page, "währenddessen")
    await expect(page.locator("#notice")).to_contain_text(DE["unreachable"])
    await expect(page.locator(".turn.user").last).to_contain_text(DE["sending"])
    await picture(page, "unreachable")
    await assert_accessible(page)
    await site.start()
    await expect(answer(page, "Sie schrieben: währenddessen")).to_be_visible(timeout=10_000)
    await expect(page.locator("#notice")).not_to_contain_text(DE["unreachable"])
    await expect(page.locator(".turn")).to_have_count(4)
    said = [line.text for line in await lines_of(site, page) if line.who == "user"]
    assert said == ["vorher", "währenddessen"]


async def test_an_answer_of_the_server_that_got_lost_does_not_double_the_message(open_page, site):
    page = await open_page(expect_trouble=True)
    lost = []

    async def lose(route):
        await route.fetch()  # the server has stored it
        lost.append(route)
        await route.abort()

    await page.route("**/chat/messages", lose, times=1)
    await say(page, "einmal")
    await expect(answer(page, "Sie schrieben: einmal")).to_be_visible()
    await expect(page.locator("#notice")).to_have_text(DE["back"])
    assert len(lost) == 1
    assert [line.text for line in await lines_of(site, page) if line.who == "user"] == ["einmal"]
    await expect(page.locator(".turn")).to_have_count(2)


async def test_a_page_closed_before_sending_sends_when_it_is_opened_again(open_page, site):
    page = await open_page(expect_trouble=True)
    await page.route("**/chat/messages", lambda route: route.abort())
    await say(page, "geduldig")
    await expect(page.locator("#notice")).to_have_text(DE["unreachable"])
    await page.unroute_all()
    await page.reload()
    await expect(answer(page, "Sie schrieben: geduldig")).to_be_visible()
    await expect(page.locator(".turn.user")).to_have_count(1)


async def test_the_database_away_is_not_the_end_of_a_message(open_page, site):
    page = await open_page(expect_trouble=True)
    with site.without_database():
        await say(page, "trotzdem")
        await expect(page.locator("#notice")).to_have_text(DE["unreachable"])
    await expect(answer(page, "Sie schrieben: trotzdem")).to_be_visible(timeout=10_000)
    await expect(page.locator(".turn.user")).to_have_count(1)


async def test_a_message_that_is_too_long_comes_back_into_the_box(open_page):
    page = await open_page()
    await say(page, "Kurz.")
    await expect(answer(page, "Kurz.")).to_be_visible()
    box = page.get_by_label(DE["message_label"])
    await box.fill("x" * 5_000)
    await expect(page.locator("#notice")).to_have_text(DE["cut_soon"])
    await box.fill("ü" * 40_000)
    await page.keyboard.press("Enter")
    await expect(page.locator("#notice")).to_have_text(DE["error_too_long"])
    assert len(await box.input_value()) == 40_000
    await expect(page.locator(".turn.user")).to_have_count(1)


async def test_a_page_that_is_no_longer_ours_says_so(open_page, site):
    page = await open_page(expect_trouble=True)
    await page.context.clear_cookies()
    await say(page, "Hallo?")
    await expect(page.locator("#notice")).to_contain_text(DE["error_stale"])
    await expect(page.get_by_label(DE["message_label"])).to_have_value("Hallo?")
    await page.get_by_role("link", name=DE["reload"]).click()
    await expect(page.get_by_role("heading", name=DE["greeting"])).to_be_visible()


async def test_hostile_messages_stay_words(open_page):
    page = await open_page()
    for text in HOSTILE_TEXTS[::6]:
        await say(page, text)
    await say(page, "Schluss")
    await expect(answer(page, "Sie schrieben: Schluss")).to_be_visible()
    await page.reload()
    await expect(answer(page, "Sie schrieben: Schluss")).to_be_visible()
    assert await page.locator("#log :is(script, iframe, img, svg, style, form[action^=http])").count() == 0


async def test_without_script_one_can_still_ask_and_read(open_page):
    page = await open_page(java_script_enabled=False)
    await page.get_by_label(DE["message_label"]).fill("Ohne Skript")
    await page.get_by_role("button", name=DE["send"]).click()
    await expect(answer(page, "Sie schrieben: Ohne Skript")).to_be_visible(timeout=8_000)
    await page.get_by_label(DE["message_label"]).fill("Auswahl")
    await page.get_by_role("button", name=DE["send"]).click()
    await page.get_by_role("button", name=CHOICES[0].label).click(timeout=8_000)
    await expect(answer(page, f"Gewählt: {CHOICES[0].label}")).to_be_visible(timeout=8_000)


# --- looks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size", "scheme"), LOOKS, ids=[look[0] for look in LOOKS])
async def test_it_is_accessible_fits_and_keeps_still(open_page, site, name, size, scheme):
    page = await open_page(viewport=size, color_scheme=scheme, has_touch=size is PHONE, reduced_motion="reduce")
    await picture(page, f"{name}-empty")
    await page.locator("summary").click()
    await expect(page.get_by_text(DE["about_rights"])).to_be_visible()
    await assert_accessible(page)
    await picture(page, f"{name}-about")
    await page.locator("summary").click()
    await say(page, "Wie hoch ist der Weiterbildungsbonus, und wie beantrage ich ihn?")
    await expect(answer(page, "Wie hoch ist der Weiterbildungsbonus")).to_be_visible()
    await page.get_by_role("button", name=DE["helpful"], exact=True).click()
    await say(page, "lang")
    await expect(answer(page, "Das Land übernimmt 60 %")).to_be_visible()
    await picture(page, f"{name}-answer")
    async with site.without_answers():
        await say(page, "Und wer bekommt ihn?")
        await expect(page.locator("#typing")).to_contain_text(DE["typing"])
        assert await page.evaluate("getComputedStyle(document.querySelector('.dots i')).animationName") == "none"
        await assert_accessible(page)
        await picture(page, f"{name}-waiting")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ground = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) < 200) == (scheme == "dark")
    heights = await page.locator("button:visible").evaluate_all("all => all.map(b => b.getBoundingClientRect().height)")
    assert min(height for height in heights if height) >= 36  # a button may vanish while it is measured


async def test_a_long_answer_is_shown_from_its_beginning(open_page):
    page = await open_page(viewport=PHONE)
    await say(page, "lang")
    long = answer(page, "Das Land übernimmt 60 %")
    await expect(long.locator(".who")).to_be_in_viewport()
    await expect(page.get_by_role("button", name=DE["person"])).to_be_in_viewport()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_answer_to_a_quick_reply_is_followed_while_the_page_still_scrolls(open_page, size):
    page = await open_page(viewport=size)
    await say(page, "lang")
    await expect(answer(page, "Das Land übernimmt 60 %")).to_be_visible()
    for number, text in enumerate(["Auswahl", "Noch eine Auswahl", "Bewerten", "Auswahl", "warum"], 2):
        await say(page, text)
        await expect(page.locator(".turn.lotse")).to_have_count(number)
        await expect(page.locator("#notice")).to_be_empty()
    await until(
        page,
        "document.querySelector('#log > :last-child .body').getBoundingClientRect().bottom"
        " <= document.querySelector('.dock').getBoundingClientRect().top",
    )


async def test_who_reads_further_up_is_told_of_a_new_answer_and_not_moved(open_page, site):
    page = await open_page(viewport=PHONE)
    for text in ("lang", "lang"):
        await say(page, text)
    await expect(page.locator(".turn.lotse")).to_have_count(2)
    async with site.without_answers():
        await say(page, "Auswahl")
        await expect(page.locator(".turn.user")).to_have_count(3)
        await until(page, "innerHeight + scrollY >= document.documentElement.scrollHeight - 1")
        await page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        await until(page, "scrollY === 0")
    await expect(page.locator("#notice")).to_contain_text(DE["new_below"])
    assert await page.evaluate("scrollY") < 10  # a smooth scroll that was stopped may leave a pixel behind


@pytest.mark.parametrize("why", ["error_not_found", "error_unavailable"])
async def test_pages_that_only_say_something_are_friendly_too(open_page, site, why):
    if why == "error_unavailable":
        page = await open_page(expect_trouble=True)
        with site.without_database():
            await page.reload()
    else:
        page = await open_page("/chat/" + "0" * 32, expect_trouble=True)
    await expect(page.get_by_role("heading", name=DE[f"{why}_title"])).to_be_visible()
    await assert_accessible(page)
    await picture(page, why)


async def test_what_could_not_be_stored_without_script_stands_on_a_page_of_its_own(open_page, site):
    page = await open_page(expect_trouble=True)
    await page.get_by_label(DE["message_label"]).fill("Was zahlt der Bonus?\nUnd bis wann?")
    with site.without_database():
        async with page.expect_navigation():
            await page.evaluate("document.getElementById('composer').submit()")  # as the browser does by itself
        await expect(page.locator(".kept")).to_have_text("Was zahlt der Bonus?\nUnd bis wann?")
        await assert_accessible(page)
        await picture(page, "kept")
    await page.get_by_role("button", name=DE["send_again"]).click()
    await expect(answer(page, "Sie schrieben: Was zahlt der Bonus?")).to_be_visible()


async def test_a_handoff_is_seen_as_it_happens_and_a_person_is_told_from_the_program(open_page, site):
    page = await open_page()
    await say(page, "Mensch")
    await expect(page.locator(".turn.lotse").last).to_contain_text("ist offen")
    await say(page, "Wie hoch ist der Bonus?")
    await expect(page.locator(".turn.lotse .automatic")).to_have_text("Automatische Antwort")
    number = int(re.search(r"Fall (\d+)", await page.locator("#log").inner_text())[1])

    async def act(event):
        assert isinstance(await site.desk.act(number, event, site.clock()), Done)

    await act(Claims(MARIA))
    await expect(page.locator(".turn.system").last).to_contain_text("Maria Petersen (Förderberatung) übernimmt")
    await act(Replies(MARIA, "Moin! Das Formular:\n- **Antrag**, siehe [IB.SH](https://ib-sh.de/a)\n- `A1`"))
    person = page.locator(".turn.staff")
    await expect(person.locator(".who")).to_contain_text("Maria Petersen (Mensch)")
    await expect(person.locator("a")).to_contain_text("IB.SH [ib-sh.de]")
    await say(page, "Danke, ich sehe nach")
    await expect(page.locator(".turn.user").last.locator(".state")).to_have_count(0)
    await act(Resolves(MARIA, "answered"))
    await expect(page.locator(".turn.system .choices button")).to_have_count(2)
    await assert_accessible(page)
    await picture(page, "handoff")
    (line,) = [
        line.id
        for line in (await read_case(site.database, MARIA, number, site.clock())).lines
        if line.kind == "coordinator"
    ]
    await site.desk.revise(MARIA, number, line, "Das Formular liegt bei der IHK.", site.clock())
    await expect(person).to_contain_text("Das Formular liegt bei der IHK.")
    await expect(person.locator(".edited")).to_have_text("bearbeitet")
    await expect(person).to_have_count(1)
    await site.desk.revise(MARIA, number, line, None, site.clock())
    await expect(person).to_contain_text("Diese Nachricht wurde zurückgenommen.")


async def test_a_hidden_page_hangs_up_and_catches_up(open_page):
    """Browsers allow six connections to a server; pages nobody looks at must not use them up."""
    page = await open_page()
    other = await open_page(context=page.context)
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    await page.evaluate(hide, True)
    await say(other, "verpasst")
    await expect(answer(other, "verpasst")).to_be_visible()
    await expect(page.locator(".turn")).to_have_count(0)
    await page.evaluate(hide, False)
    await expect(answer(page, "verpasst")).to_be_visible()


# --- what is stored ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "viewport", "scheme"), LOOKS)
async def test_what_is_stored_can_be_read_and_taken_along(open_page, name, viewport, scheme):
    page = await open_page(viewport=viewport, color_scheme=scheme)
    await say(page, "Was steht über mich da?")
    await expect(answer(page, "Sie schrieben: Was steht über mich da?")).to_be_visible()
    await page.get_by_text(DE["about_stored"]).click()
    await page.get_by_role("link", name=DE["data_see"]).click()
    await expect(page.get_by_role("heading", name=DE["data_title"], level=1)).to_be_visible()
    await expect(page.get_by_text("Was steht über mich da?", exact=True).first).to_be_visible()
    await page.get_by_text(DE["data_technical"]).first.click()
    await assert_accessible(page)
    await picture(page, f"data-{name}")
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name=DE["data_download"]).click()
    assert (await downloading.value).suggested_filename.endswith(".json")
