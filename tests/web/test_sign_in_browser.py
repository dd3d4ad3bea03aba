"""Signing in with a real browser: seen, pressed, typed through with the keyboard, and checked for accessibility."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.model import StaffId
from bot.store.sign_in import MOST_FAILURES, make_link
from bot.web.page_texts import TEXTS
from tests.web.browser import LOOKS, NEEDS_CHROMIUM, assert_accessible, picture

pytestmark = [pytest.mark.asyncio(loop_scope="module"), NEEDS_CHROMIUM]

DE, EN = TEXTS["de"], TEXTS["en"]


@pytest_asyncio.fixture(loop_scope="module")
async def link(site):
    """Makes links, as ``lotse link`` does; gives the path."""

    async def make(staff="anna.petersen"):
        return "/sign-in/" + await make_link(site.database, StaffId(staff), site.clock(), actor="test")

    return make


def button(page, words):
    return page.get_by_role("button", name=words, exact=True)


async def test_a_link_one_press_and_one_is_at_the_desk(open_page, link):
    page = await open_page(await link(), expect_trouble=True)  # the page one goes back to is refused
    await page.keyboard.press("Tab")
    await expect(button(page, DE["sign_in_button"])).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=DE["desk_tagline"])).to_be_visible()
    await expect(page.locator(".signed-in")).to_contain_text("Anna Petersen")
    await button(page, DE["sign_out"]).click()
    await expect(page.get_by_role("heading", name=DE["signed_out_title"])).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("Anna Petersen")).to_have_count(0)


async def test_without_script_signing_in_is_the_same(open_page, link):
    page = await open_page(await link(), java_script_enabled=False)
    await button(page, DE["sign_in_button"]).click()
    await expect(page.get_by_role("heading", name=DE["desk_tagline"])).to_be_visible()


async def test_two_tabs_that_press_one_after_the_other_are_both_at_the_desk(open_page, link):
    path = await link()
    one = await open_page(path)
    other = await open_page(path, context=one.context)
    for page in (one, other):
        await button(page, DE["sign_in_button"]).click()
        await expect(page.get_by_role("heading", name=DE["desk_tagline"])).to_be_visible()


async def test_a_used_link_in_another_browser_is_friendly(open_page, link):
    path = await link()
    page = await open_page(path)
    await button(page, DE["sign_in_button"]).click()
    other = await open_page(path, expect_trouble=True)
    await button(other, DE["sign_in_button"]).click()
    await expect(other.get_by_role("heading", name=DE["link_gone_title"])).to_be_visible()
    await expect(other.get_by_text("lotse link")).to_be_visible()


async def test_a_link_to_the_desk_on_another_site_arrives_signed_in(open_page, site, link):
    """``localhost`` stands for another site; the strict cookie is not sent along with the click, and arrives after all."""
    page = await open_page(await link())
    await button(page, DE["sign_in_button"]).click()
    await expect(page.get_by_role("heading", name=DE["desk_tagline"])).to_be_visible()
    await page.goto(f"http://localhost:{site.port}/chat")
    async with page.expect_navigation():
        await page.evaluate("address => { location.href = address }", f"{site.address}/desk/sessions")
    await expect(page.get_by_role("heading", name=DE["sessions_title"])).to_be_visible()


@pytest.mark.parametrize(("name", "size", "scheme"), LOOKS, ids=[look[0] for look in LOOKS])
async def test_every_page_is_accessible_and_fits(open_page, site, link, name, size, scheme):
    async def look(page, about):
        await page.wait_for_load_state()  # a page that is not there as a whole has no landmarks yet
        await assert_accessible(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await picture(page, f"{name}-{about}")

    page = await open_page(await link(), viewport=size, color_scheme=scheme, expect_trouble=True)
    await look(page, "sign-in")
    await button(page, DE["sign_in_button"]).click()
    await look(page, "desk")
    other = await open_page(await link(), viewport=size, color_scheme=scheme, locale="en-GB", expect_trouble=True)
    await button(other, EN["sign_in_button"]).click()
    await page.goto(f"{site.address}/desk/sessions")
    await look(page, "sessions")
    heights = await page.locator("button:visible, a.quiet").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 36
    await page.goto(f"{site.address}/desk/nothing")
    await look(page, "no-access")
    await page.goto(f"{site.address}/sign-in/x")
    await look(page, "link-gone")
    await page.goto(f"{site.address}/desk/sessions")
    await button(page, DE["sign_out"]).click()
    await look(page, "signed-out")


async def test_waiting_after_too_many_links_is_explained(own_site, chromium):
    page = await chromium.new_page(locale="de-DE")
    for _ in range(MOST_FAILURES + 1):
        await page.goto(f"{own_site.address}/sign-in/{'A' * 43}")
        await button(page, DE["sign_in_button"]).click()
    await expect(page.get_by_role("heading", name=DE["too_many_title"])).to_be_visible()
    await expect(page.get_by_text(DE["too_many"].format(until="10:15"))).to_be_visible()
    await assert_accessible(page)
    await picture(page, "sign-in-wait")
    await page.close()
