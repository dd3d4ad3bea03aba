"""A real browser for tests of pages, watched all the time: nothing may leave the origin or be complained about."""

import json
import shutil
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

CHROMIUM = shutil.which("chromium")
NEEDS_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None, reason="the browser tests need `chromium` (apt-get install chromium)"
)
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
DESKTOP, PHONE = {"width": 1100, "height": 800}, {"width": 375, "height": 740}
LOOKS = [
    ("desktop-light", DESKTOP, "light"),
    ("desktop-dark", DESKTOP, "dark"),
    ("phone-light", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium():
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(site, chromium):
    """Opens the chat as one person; afterwards nothing may have left the origin or been complained about."""
    contexts, complaints, requests, expected = [], [], [], []

    async def open_(path="/chat", *, context=None, expect_trouble=False, **options):
        """``expect_trouble``: the test breaks a connection on purpose, and Chromium reports each failed request."""
        if context is None:
            context = await chromium.new_context(**{"locale": "de-DE", "viewport": DESKTOP, **options})
            context.set_default_timeout(5_000)
            contexts.append(context)
            context.on("request", lambda request: requests.append(request.url))
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"pageerror {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
        expected.append(expect_trouble)
        await page.goto(site.address + path)
        return page

    yield open_
    for context in contexts:
        await context.close()
    if not any(expected):
        assert complaints == []
    ours = (f"{site.address}/", f"http://localhost:{site.port}/")  # the other name stands for another site in one test
    assert [url for url in requests if not url.startswith(ours)] == []


async def picture(page, name):
    SCREENSHOTS.mkdir(exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


async def until(page, condition):
    """Waits for a condition in JavaScript. Playwright's own way evaluates text, which the pages' policy refuses."""
    await page.evaluate(f"""() => new Promise((done, give_up) => {{
        const look = () => (({condition}) ? done() : requestAnimationFrame(look));
        setTimeout(() => give_up(new Error({json.dumps(condition)} + " did not come true")), 5000);
        look();
    }})""")


async def assert_accessible(page):
    """No finding of axe-core, the best practices included."""
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
