"""The desk in real browsers: two coordinators and an employee at the same time, by mouse, by keyboard, on a phone."""

import asyncio
import re

import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlalchemy import update

from bot.dialogue.digest import DigestFigures, digest
from bot.model import StaffId
from bot.store import tables
from bot.store.desk_notices import DeskNotice, put_notice
from bot.store.sign_in import make_link
from bot.web.page_texts import TEXTS
from tests.web.browser import LOOKS, NEEDS_CHROMIUM, assert_accessible, picture
from tests.web.desk_acting import NOTE, case_of
from tests.web.site import PEOPLE, arrived, running_site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), NEEDS_CHROMIUM]

DE = TEXTS["de"]


@pytest_asyncio.fixture(loop_scope="module")
async def sit_down(site, open_page):
    """Opens a page of the desk as somebody of the staff."""

    async def sit(staff="anna.petersen", path="/desk", **options):
        link = await make_link(site.database, StaffId(staff), site.clock(), actor="test")
        page = await open_page(f"/sign-in/{link}", **options)
        await page.get_by_role("button", name=DE["sign_in_button"]).click()
        await page.wait_for_url(re.compile("/desk"))
        if path != "/desk":
            await page.goto(site.address + path)
        return page

    return sit


def button(page, words):
    return page.get_by_role("button", name=words, exact=True)


def row(page, number):
    return page.locator(f'.case-row[data-case="{number}"]')


async def write(page, text, mode=None):
    if mode:
        await page.get_by_text(DE[f"desk_mode_{mode}"], exact=False).first.click()
    await page.locator("#text").fill(text)
    await page.locator("#text").press("Control+Enter")


async def test_a_new_case_appears_in_the_queue_by_itself_and_keeps_the_focus(site, guests, sit_down):
    first = await case_of(site, await guests())
    page = await sit_down()
    await page.keyboard.press("j")
    focused = await page.evaluate("document.activeElement.closest('[data-case]').dataset.case")
    second = await case_of(site, await guests())
    await expect(row(page, second)).to_be_visible()
    await expect(page.locator("#announce")).to_contain_text(str(second))
    assert await page.evaluate("document.activeElement.closest('[data-case]').dataset.case") == focused
    assert first != second


async def test_a_claim_is_seen_by_the_other_at_once_and_typed_words_become_a_note(site, guest, sit_down):
    number = await case_of(site, guest)
    anna = await sit_down(path=f"/desk/cases/{number}")
    dora = await sit_down("dora", f"/desk/cases/{number}")
    queue = await sit_down("dora")
    await dora.locator("#text").fill("Ich wollte gerade antworten")
    await expect(anna.locator(".others")).to_contain_text(DE["desk_others_typing"].format(name="Dora Dirks"))
    await button(anna, DE["desk_move_claim"]).click()
    await expect(dora.locator("[data-region=head]")).to_contain_text("bei Anna Petersen")
    await expect(dora.locator("#text")).to_have_value("Ich wollte gerade antworten")
    await expect(dora.locator("#said")).to_contain_text("Anna Petersen")
    await expect(button(dora, DE["desk_send_note"])).to_be_visible()
    await expect(row(queue, number)).to_contain_text("Anna Petersen")


async def test_words_go_both_ways_live_and_a_note_goes_nowhere(site, open_page, sit_down):
    employee = await open_page()
    box = employee.get_by_label(DE["message_label"])
    await box.fill("Mensch")
    await employee.keyboard.press("Enter")
    await expect(employee.locator(".turn", has_text="ist offen.")).to_be_visible()
    number = re.search(r"Fall (\d+)", await employee.locator(".turn", has_text="ist offen.").inner_text())[1]
    anna = await sit_down(path=f"/desk/cases/{number}")
    dora = await sit_down("dora", f"/desk/cases/{number}")
    await write(anna, "Moin! Das **geht**.")
    await expect(employee.locator(".turn.staff")).to_contain_text("Anna Petersen (Mensch)")
    await expect(employee.locator(".turn.staff strong")).to_have_text("geht")
    await expect(dora.locator(".line.coordinator")).to_contain_text("Das geht.")
    await expect(anna.locator("#text")).to_have_value("")
    await expect(anna.locator(".receipt.accepted")).to_be_visible()
    await write(dora, "Streng geheim")
    await expect(anna.locator(".line.note")).to_contain_text("Streng geheim")
    await box.fill("Danke sehr")
    await employee.keyboard.press("Enter")
    await expect(anna.locator(".line.employee", has_text="Danke sehr")).to_be_visible()
    await expect(dora.locator(".line.employee", has_text="Danke sehr")).to_be_visible()
    await employee.reload()
    await expect(employee.locator(".turn.staff")).to_be_visible()
    assert "geheim" not in await employee.content()


async def test_a_role_taken_away_is_told_on_the_open_page_which_shows_no_case_any_more(own_site, chromium):
    async with arrived(own_site) as guest:
        number = await case_of(own_site, guest, "Eine Frage, die niemand sonst liest")
        link = await make_link(own_site.database, StaffId("dora"), own_site.clock(), actor="test")
        page = await chromium.new_page(locale="de-DE")
        await page.goto(f"{own_site.address}/sign-in/{link}")
        await button(page, DE["sign_in_button"]).click()
        await page.goto(f"{own_site.address}/desk/cases/{number}")
        await page.locator("#text").fill("Noch nicht gesendet")
        own_site.staff_file.write_text(PEOPLE.replace("  dora:", "  nobody:"))
        await expect(page.locator("#said")).to_contain_text(DE["desk_ended_signed_out"])
        assert "niemand sonst liest" not in await page.locator("main").inner_text()
        await expect(page.locator("#text")).to_have_value("Noch nicht gesendet")
        await page.close()


async def test_two_slashes_or_one_make_a_note_and_it_shows_while_one_types(site, guest, sit_down):
    number = await case_of(site, guest)
    page = await sit_down(path=f"/desk/cases/{number}")
    await page.locator("#text").fill("// nur für uns")
    await expect(button(page, DE["desk_send_note"])).to_be_visible()
    await page.locator("#text").fill("nicht nur für uns")
    await expect(button(page, DE["desk_send_reply"])).to_be_visible()
    await page.locator("#text").fill("/ nur für uns")
    await expect(button(page, DE["desk_send_note"])).to_be_visible()


async def test_where_a_team_relays_only_on_purpose_each_reply_is_chosen_anew(site, guest, sit_down):
    number = await case_of(site, guest)
    page = await sit_down("dora", f"/desk/cases/{number}")
    await page.locator("#text").fill("Soll nicht hinaus")
    await page.locator("#move-transfer summary").click()
    await page.locator("#move-transfer select").select_option("team:streit")
    await page.locator("#move-transfer textarea").fill(NOTE)
    await page.locator("#move-transfer .button").click()
    await expect(page.locator("#said")).to_contain_text(DE["desk_note_first"])
    await expect(page.locator("#text")).to_have_value("Soll nicht hinaus")
    await expect(page.locator(".hint .for-reply")).to_be_hidden()
    await page.locator("#text").press("Control+Enter")
    await expect(page.locator(".line.note", has_text="Soll nicht hinaus")).to_be_visible()
    await page.locator("#text").blur()
    await page.keyboard.press("r")
    await expect(button(page, DE["desk_send_reply"])).to_be_visible()
    await page.keyboard.type("Soll hinaus")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".line.coordinator")).to_contain_text("Soll hinaus")
    await expect(button(page, DE["desk_send_note"])).to_be_visible()
    assert "nicht hinaus" not in await guest.see("Soll hinaus")


async def test_who_goes_elsewhere_while_something_is_sent_is_not_fetched_back(site, guest, sit_down):
    number = await case_of(site, guest)
    page = await sit_down(path=f"/desk/cases/{number}")
    arrived_there = asyncio.Event()

    async def slowly(route):
        answer = await route.fetch()
        await arrived_there.wait()
        await route.fulfill(response=answer)

    await page.route(f"**/desk/cases/{number}/say", slowly)
    await write(page, "Guten Tag")
    await expect(page.locator(".line.coordinator")).to_contain_text("Guten Tag")
    await page.keyboard.press("Escape")
    arrived_there.set()
    await expect(page.locator("#text")).to_have_value("")
    await page.keyboard.press("u")
    await page.wait_for_url("**/desk")


async def test_the_whole_day_by_keyboard_only(site, guest, sit_down):
    number = await case_of(site, guest, "Frage für die Tastatur")
    page = await sit_down()
    keyboard = page.keyboard
    await keyboard.press("/")
    await keyboard.type("für die Tastatur")
    await keyboard.press("Enter")
    await expect(page.locator(".case-row")).to_have_count(1)
    await keyboard.press("j")
    await keyboard.press("Enter")
    await page.wait_for_url(f"**/desk/cases/{number}")
    await keyboard.press("c")
    await expect(page.locator("[data-region=head]")).to_contain_text(DE["desk_with_me"])
    await keyboard.press("i")
    await keyboard.type("was zahlt der bonus")
    await keyboard.press("Enter")
    await page.locator("#found li", has_text="5.000").get_by_role("button").focus()
    await keyboard.press("Enter")
    await expect(page.locator("#text")).to_have_value(re.compile("5.000"))
    await expect(page.locator("#text")).to_be_focused()
    await keyboard.press("Control+Enter")
    await expect(page.locator(".line.coordinator")).to_contain_text("5.000")
    await keyboard.press("Escape")
    await keyboard.press("m")
    await keyboard.type("Eilt")
    await keyboard.press("Control+Enter")
    await expect(page.locator(".line.note")).to_contain_text("Eilt")
    await keyboard.press("Escape")
    await keyboard.press("e")
    await keyboard.press("Space")
    await keyboard.press("Enter")
    await expect(page.locator("[data-region=head]")).to_contain_text("Erledigt")
    await keyboard.press("u")
    await page.wait_for_url("**/desk")
    await keyboard.press("?")
    await expect(page.locator("#keys dl")).to_be_visible()


async def test_shortcuts_can_be_switched_off(site, guest, sit_down):
    number = await case_of(site, guest)
    page = await sit_down(path=f"/desk/cases/{number}")
    await page.keyboard.press("?")
    await button(page, DE["desk_keys_off"]).click()
    await page.locator("#log").focus()
    await page.keyboard.press("c")
    await expect(button(page, DE["desk_keys_on"])).to_be_visible()
    await expect(button(page, DE["desk_move_claim"])).to_be_visible()


async def test_what_is_typed_into_a_form_survives_what_others_do(site, guest, sit_down):
    number = await case_of(site, guest)
    anna = await sit_down(path=f"/desk/cases/{number}")
    dora = await sit_down("dora", f"/desk/cases/{number}")
    await anna.keyboard.press("t")
    await anna.locator("#move-transfer select").select_option("team:module")
    await anna.locator("#move-transfer textarea").fill(NOTE)
    await button(dora, DE["desk_move_claim"]).click()
    await expect(anna.locator("[data-region=head]")).to_contain_text("bei Dora Dirks")
    await expect(anna.locator("#move-transfer textarea")).to_have_value(NOTE)
    await expect(anna.locator("#move-transfer textarea")).to_be_focused()
    await anna.locator("#move-transfer .button").click()
    await expect(anna.locator("[data-region=head]")).to_contain_text("Kursberatung")
    await dora.wait_for_url("**/desk?said=taken_away")
    await expect(dora.locator("#said")).to_contain_text(DE["desk_said_taken_away"])


async def test_a_server_that_is_away_takes_no_word_and_sends_once(own_site, chromium):
    async with arrived(own_site) as guest:
        number = await case_of(own_site, guest)
    page = await chromium.new_page(locale="de-DE")
    link = await make_link(own_site.database, StaffId("anna.petersen"), own_site.clock(), actor="test")
    await page.goto(f"{own_site.address}/sign-in/{link}")
    await button(page, DE["sign_in_button"]).click()
    await page.goto(f"{own_site.address}/desk/cases/{number}")
    await own_site.stop_server()
    await write(page, "Bleibt stehen")
    await expect(page.locator("#said")).to_contain_text(DE["desk_unreachable"])
    await expect(page.locator("#text")).to_have_value("Bleibt stehen")
    await page.close()
    await own_site.start_server()


async def test_the_database_gone_for_a_while_is_said_on_every_page_and_all_go_on_by_themselves(tmp_path, chromium):
    """Nobody reloads anything: the employee's message is sent by itself, the coordinator's words stay until they are."""
    async with running_site(tmp_path, beat_s=0.3) as site:
        link = await make_link(site.database, StaffId("anna.petersen"), site.clock(), actor="test")
        context = await chromium.new_context(locale="de-DE")
        employee, case, queue = [await context.new_page() for _ in range(3)]
        await employee.goto(f"{site.address}/chat")
        await employee.get_by_label(DE["message_label"]).fill("Mensch")
        await employee.keyboard.press("Enter")
        opened = employee.locator(".turn", has_text="ist offen.")
        await expect(opened).to_be_visible()
        number = re.search(r"Fall (\d+)", await opened.inner_text())[1]
        await case.goto(f"{site.address}/sign-in/{link}")
        await button(case, DE["sign_in_button"]).click()
        await case.goto(f"{site.address}/desk/cases/{number}")
        await queue.goto(f"{site.address}/desk")
        await expect(row(queue, number)).to_be_visible()
        await case.locator("#move-transfer summary").click()
        await case.locator("#move-transfer textarea").fill(NOTE)
        with site.without_database():
            for page in (case, queue):
                await expect(page.locator("#said")).to_contain_text(DE["desk_live_lost"], timeout=20_000)
            await write(case, "Bleibt stehen")
            await expect(case.locator("#said")).to_contain_text(DE["error_unavailable"])
            await employee.get_by_label(DE["message_label"]).fill("Von selbst")
            await employee.keyboard.press("Enter")
            await expect(employee.locator("#notice")).to_contain_text(DE["unreachable"])
        await expect(case.locator(".line.employee", has_text="Von selbst")).to_be_visible(timeout=30_000)
        await expect(employee.locator(".turn.user", has_text="Von selbst")).to_have_count(1)
        await expect(queue.locator("#said")).not_to_contain_text(DE["desk_live_lost"], timeout=30_000)
        await expect(case.locator("#text")).to_have_value("Bleibt stehen")
        await expect(case.locator("#move-transfer textarea")).to_have_value(NOTE)
        await case.locator("#text").press("Control+Enter")
        await expect(case.locator(".line.coordinator")).to_have_count(1)
        await expect(employee.locator(".turn.staff")).to_contain_text("Bleibt stehen")
        await expect(row(queue, number)).to_contain_text(DE["desk_me"])
        await context.close()


async def test_without_script_everything_is_a_form(site, guest, sit_down):
    number = await case_of(site, guest)
    page = await sit_down(java_script_enabled=False, expect_trouble=True)  # what is refused has a status of its own
    await row(page, number).get_by_role("link").click()
    await page.locator("#text").fill("Ohne Skript")
    await button(page, DE["desk_send_reply"]).click()
    await expect(page.locator(".line.coordinator")).to_contain_text("Ohne Skript")
    await page.get_by_text(DE["desk_move_transfer"], exact=True).first.click()
    await page.locator("#move-transfer select").select_option("person:dora")
    await page.locator("#move-transfer textarea").fill("zu kurz")
    await page.locator("#move-transfer .button").click()
    await expect(page.locator("#said")).to_contain_text("mindestens 10 Zeichen")
    await expect(page.locator("#move-transfer textarea")).to_have_value("zu kurz")


@pytest.mark.parametrize(("name", "size", "scheme"), LOOKS, ids=[look[0] for look in LOOKS])
async def test_every_page_of_the_desk_is_accessible_and_fits(site, guests, sit_down, name, size, scheme):
    async def look(about):
        await assert_accessible(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await picture(page, f"{name}-desk-{about}")

    number, late = [await case_of(site, await guests(), "Was zahlt der Bonus?") for _ in range(2)]
    for team, figures in (("foerderung", DigestFigures(gap_groups=3)), ("module", DigestFigures())):
        said = {"de": digest(site.live.content.teams[team], figures, site.clock(), "de")}
        await put_notice(site.database, DeskNotice(team, "digest", "2026-11-22", site.clock(), said))
    async with site.database.transaction() as connection:
        called = update(tables.cases).where(tables.cases.c.number.in_((number, late)))
        await connection.execute(called.values(alarm="lead"))
    page = await sit_down(viewport=size, color_scheme=scheme)
    await expect(row(page, number)).to_be_visible()
    await look("queue")
    for folded in ("#calls", "#digest"):
        await page.locator(f"{folded} summary").click()
    await look("queue-unfolded")
    async with site.database.transaction() as connection:
        over = update(tables.cases).where(tables.cases.c.number == late)
        await connection.execute(over.values(state="closed", alarm="none"))
    await page.goto(f"{site.address}/desk/cases/{late}")
    await look("case-over")
    await page.goto(f"{site.address}/desk/cases/{number}")
    await look("case-open")
    await write(page, "Moin! Der **Bonus**:\n- 60 %\n- siehe [Seite](https://weiterbilden-sh.de)")
    await expect(page.locator(".line.coordinator")).to_be_visible()
    await write(page, "// Eilt")
    await expect(page.locator(".line.note")).to_be_visible()
    await page.locator("#log").focus()
    for key in ("e", "w", "t"):
        await page.keyboard.press(key)
        await page.keyboard.press("Escape")
    await look("case")
    for path in ("absence", "gaps", "drafts"):
        await page.goto(f"{site.address}/desk/{path}")
        await look(path)


NARROWEST = {"width": 320, "height": 640}
LONG_NAME = "Maximiliane Konstantinopolskaja-Hohenlohe-Langenburg (Ausbildungswerkstatt)"
OUTSIDE = """() => [...document.querySelectorAll('a, button, select, input, summary, textarea')]
    .filter(each => each.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
    .filter(each => !each.closest('.tabs, .skip, .sr') && each.type !== 'hidden')
    .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
    .filter(([_, box]) => box.width && (box.left < 0 || box.right > innerWidth + 1))
    .map(([html]) => html)"""


async def test_long_names_and_long_words_stay_in_their_place_on_the_narrowest_phone(site, guests, sit_down):
    guest = await guests()
    number = await case_of(site, guest, "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 5)
    async with site.database.transaction() as connection:
        named = update(tables.cases).where(tables.cases.c.number == number)
        await connection.execute(named.values(consent=True, employee_name=LONG_NAME))
    page = await sit_down(viewport=NARROWEST)
    for path in ("/desk", f"/desk/cases/{number}", "/desk/absence", "/desk/sessions"):
        await page.goto(site.address + path)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert await page.evaluate(OUTSIDE) == [], path
    await page.goto(f"{site.address}/desk/cases/{number}")
    name, back = [await page.locator(f".case-head {which}").bounding_box() for which in (".whose", ".back")]
    assert name["y"] >= back["y"] + back["height"] or name["x"] + name["width"] <= back["x"], "nothing lies on the name"
    head, dock = [await page.locator(which).bounding_box() for which in (".case-head", ".desk-dock")]
    assert head["height"] + dock["height"] < 0.75 * NARROWEST["height"], "the lines keep a place between them"
