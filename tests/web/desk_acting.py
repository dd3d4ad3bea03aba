"""What tests of the desk do over and over: an employee with a case, a coordinator on its page, forms as a browser sends them."""

import asyncio
import re
import secrets
from html import unescape

from bot.store.announce import DESK, OUTBOX
from bot.store.cases import cases_of
from bot.web.chat_view import address_of
from tests.web.site import field_of

NOTE = "Zeugnisse liegen vor, will in drei Wochen starten"


async def case_of(site, guest, *texts):
    """The number of the case this employee opens by asking for a person, after having said something."""
    for text in (*texts, "Mensch"):
        await guest.say(text)
        await guest.see(text.replace("\r\n", "\n").strip())
    await guest.see("ist offen.")
    return (await cases_of(site.database, address_of(guest.conversation)))[-1].number


async def on_page(staff, number, **headers):
    """Open the page of a case; the version it shows."""
    await staff.at(f"/desk/cases/{number}", **headers)
    return field_of(staff.html, "version") if 'name="version"' in staff.html else "1"


async def act(staff, number, move, *, json=False, version=None, **fields):
    """Send one of the forms of the page as it stands now."""
    version = await on_page(staff, number) if version is None else version
    accept = {"Accept": "application/json"} if json else {}
    if move == "say":
        fields = {"key": secrets.token_hex(16), "mode": "reply", **fields}
    return await staff.submit(f"/desk/cases/{number}/{move}", version=version, headers=accept, **fields)


async def seen(site, staff, number, words):
    """Reload the page of a case until these words stand on it."""
    with site.database.announcer.listen(DESK, OUTBOX) as bell:
        async with asyncio.timeout(5):
            while words not in unescape((await staff.at(f"/desk/cases/{number}")).text):
                await bell.wait(0.2)


def lines_of(html, kind):
    """The lines of this kind on a page, as their whole markup."""
    return [unescape(found) for found in re.findall(rf'<article class="line {kind}.*?</article>', html, re.DOTALL)]


def words_of(html):
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
