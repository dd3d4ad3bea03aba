"""Signing in with a link, signing out, and the lists of one's own sessions and linked accounts.

Opening a link shows a page with one button and does nothing else: mail scanners, previews and prefetching browsers open
links, but they press nothing. That page does not look into the store, so that it cannot tell a good link from a bad
one; only pressing the button does. Where one goes from there is fixed and never part of the request.
"""

import math
import re

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.config import TIMEZONE
from bot.model import Locale
from bot.store.accounts import accounts_of, make_code, unlink
from bot.store.sign_in import Opened, Wait, end_sessions, sessions_of, use_link
from bot.web.door import Door, SignedIn, forget, remember, token_of
from bot.web.pages import page
from bot.web.requests import ComesFromElsewhere, Refused, comes_from_our_page, locale_of, read_fields
from bot.web.rights import access_desk

log = structlog.get_logger(__name__)

LINK = re.compile(r"[A-Za-z0-9_-]{43}")
NUMBER = re.compile(r"[0-9]{1,12}")

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""What stands in a browser's own description, and how people call it; the first that fits."""


class SignInPages:
    """The routes for signing in and out."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[Route]:
        """All routes; that of the sessions must stand before other pages of the desk."""
        return [
            Route("/sign-in", self.start, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-in/{link}", self.offer, methods=["GET"]),
            Route("/sign-out", self.signed_out, methods=["GET"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/desk/sessions", self.sessions, methods=["GET"]),
            Route("/desk/sessions", self.end, methods=["POST"]),
            Route("/desk/accounts", self.change_accounts, methods=["POST"]),
        ]

    async def start(self, request: Request) -> Response:
        """How one gets a link; whoever is signed in goes on to the desk."""
        if await self._is_signed_in(request):
            return _to_desk()
        return page("sign_in_needed.html", locale_of(request, None), heading="error_signed_out_title")

    async def offer(self, request: Request) -> Response:
        """The button; the link stays as it is, however often this page is opened."""
        link, locale = request.path_params["link"], locale_of(request, None)
        if not LINK.fullmatch(link):
            return _link_gone(locale)
        return page("sign_in.html", locale, link=link)

    async def sign_in(self, request: Request) -> Response:
        """The button was pressed."""
        fields, locale = await read_fields(request), locale_of(request, None)
        if not comes_from_our_page(request):
            raise Refused("error_stale")
        outcome = await use_link(
            self._door.database,
            fields.get("link", ""),
            self._door.clock(),
            client=self._door.client_of(request),
            device=device_of(request.headers.get("user-agent", "")),
            may_enter=lambda staff: self._door.people.find(staff) is not None,
            replaces=token_of(request),
        )
        match outcome:
            case Opened(token=token):
                response = _to_desk()
                remember(request, response, token)
                return response
            case Wait(until=until):
                log.warning("sign_in_locked")
                seconds = math.ceil((until - self._door.clock()).total_seconds())
                until_words = until.astimezone(TIMEZONE).strftime("%H:%M")
                response = page("sign_in_wait.html", locale, status=429, until=until_words)
                response.headers["Retry-After"] = str(max(seconds, 1))
                return response
        if await self._is_signed_in(request):  # the button was pressed twice
            return _to_desk()
        return _link_gone(locale)

    async def sign_out(self, request: Request) -> Response:
        """This browser's session ends."""
        posted = await self._door.read_posted(request)
        await end_sessions(self._door.database, posted.me.staff.id, only=posted.me.session.id)
        response = RedirectResponse("/sign-out", status_code=303)
        forget(request, response)
        return response

    async def signed_out(self, request: Request) -> Response:
        """What stands there after signing out."""
        return page("sign_in_needed.html", locale_of(request, None), heading="signed_out_title")

    async def sessions(self, request: Request) -> Response:
        """One's own sessions and linked accounts; nobody else's are ever shown."""
        return await self._own_page(request, await self._door.signed_in(request))

    async def _own_page(self, request: Request, me: SignedIn, code: str | None = None) -> Response:
        access_desk(me.staff)
        mine = await sessions_of(self._door.database, me.staff.id, self._door.clock())
        accounts = await accounts_of(self._door.database, me.staff.id)
        return page("sessions.html", locale_of(request, None), me=me, sessions=mine, accounts=accounts, code=code)

    async def change_accounts(self, request: Request) -> Response:
        """Show a code that links an account, once; or end the link of one."""
        posted = await self._door.read_posted(request)
        me, which = posted.me, posted.fields.get("unlink")
        access_desk(me.staff)
        if which is None and posted.fields.get("code") == "new":
            return await self._own_page(request, me, await make_code(self._door.database, me.staff, self._door.clock()))
        if which is None or not NUMBER.fullmatch(which):
            raise Refused("error_bad_request")
        await unlink(self._door.database, me.staff.id, int(which), self._door.clock())
        return RedirectResponse("/desk/sessions", status_code=303)

    async def end(self, request: Request) -> Response:
        """End one of one's own sessions, or all but this one."""
        posted = await self._door.read_posted(request)
        me, which = posted.me, posted.fields.get("session", "")
        access_desk(me.staff)
        if which == "others":
            await end_sessions(self._door.database, me.staff.id, but=me.session.id)
        elif NUMBER.fullmatch(which):
            await end_sessions(self._door.database, me.staff.id, only=int(which))
        else:
            raise Refused("error_bad_request")
        return RedirectResponse("/desk/sessions", status_code=303)

    async def _is_signed_in(self, request: Request) -> bool:
        try:
            await self._door.signed_in(request)
        except (Refused, ComesFromElsewhere):
            return False
        return True


def device_of(user_agent: str) -> str:
    """Browser and system, such as ``Firefox · Windows``, in words of ours only; empty when neither is known."""
    found = [next((name for sign, name in kinds if sign in user_agent), "") for kinds in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name)


def _to_desk() -> Response:
    return RedirectResponse("/desk", status_code=303)


def _link_gone(locale: Locale) -> Response:
    return page("sign_in_needed.html", locale, status=404, heading="link_gone_title")
