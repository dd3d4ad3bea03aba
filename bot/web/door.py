"""Who of the staff a request comes from: the session's cookie, the person's roles as they are now, the form's token.

Nothing about a person is kept between two requests. The session says who signed in, the file of the people says what
they may do at this moment; whoever was taken out, or lost every role, is signed out by that.

The cookie goes to this origin only, out of reach of scripts and of other sites. Over https it carries ``__Host-``, so
that no neighbouring name can place one; without https it exists on this machine only. The form's token is derived from
the session's, so that it needs no table and ends with it.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from bot.config import is_loopback
from bot.model import Staff, StaffId
from bot.store.announce import STAFF, session_topic
from bot.store.database import Database
from bot.store.sign_in import SESSION_LASTS, Session, find_session
from bot.web.chat_events import Streams
from bot.web.requests import ComesFromElsewhere, Refused, comes_from_our_page, read_fields, wants_json

COOKIE = "lotse-desk"
HOST_COOKIE = "__Host-lotse-desk"


class People(Protocol):
    """Everybody who may sign in at this moment."""

    @property
    def problem(self) -> str | None:
        """Why nobody may; None when all is well."""
        ...

    def everybody(self) -> tuple[Staff, ...]:
        """All of them."""
        ...

    def find(self, staff_id: StaffId) -> Staff | None:
        """The person of this id, with the roles and teams they have now."""
        ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody of the staff, for the length of one request."""

    staff: Staff
    session: Session
    token: str = field(repr=False)

    @property
    def csrf(self) -> str:
        """The token every form of this session carries."""
        return hmac.new(self.token.encode(), b"csrf", hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class DeskPosted:
    """A form that was checked: it comes from this person's own page in this very session."""

    me: SignedIn
    fields: dict[str, str]
    wants_json: bool


@dataclass(frozen=True, slots=True)
class Door:
    """Lets the staff in; every page that is not for employees asks here first."""

    database: Database
    people: People
    clock: Callable[[], datetime]
    streams: Streams
    secret: str = field(repr=False)
    beat_s: float = 20.0

    async def signed_in(self, request: Request) -> SignedIn:
        """Whoever this request comes from. Raises Refused when nobody is signed in.

        Raises ComesFromElsewhere when a link on another site led here: the browser then kept a strict cookie back.
        """
        token = token_of(request)
        if not token and request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
            raise ComesFromElsewhere
        return await self._enter(token)

    async def still(self, me: SignedIn) -> SignedIn:
        """The same person with the rights they have now. Raises Refused once the session has ended."""
        return await self._enter(me.token)

    async def read_posted(self, request: Request) -> DeskPosted:
        """The form of this request. Raises Refused, and BodyTooLong from the layer around."""
        fields = await read_fields(request)
        if not comes_from_our_page(request):
            raise Refused("error_stale")
        me = await self._enter(token_of(request))
        if not hmac.compare_digest(fields.get("csrf", "").encode(), me.csrf.encode()):
            raise Refused("error_stale")
        return DeskPosted(me, fields, wants_json(request))

    async def looks(self, me: SignedIn, access: Callable[[Staff], object], *topics: str) -> AsyncGenerator[bool, None]:
        """When an event stream has to look again: now, when a topic rings (True), and in silence (False).

        Before each look ``access`` is asked anew. Raises Refused when the person has lost it, has signed out or was taken
        out, and StoreUnavailable.
        """
        with self.database.announcer.listen(*topics, STAFF, session_topic(me.session.digest)) as bell:
            self.streams.bells.add(bell)
            try:
                rang = True
                while not self.streams.closing:
                    access((await self.still(me)).staff)
                    yield rang
                    rang = await bell.wait(self.beat_s)
            finally:
                self.streams.bells.discard(bell)

    def client_of(self, request: Request) -> str:
        """A digest of where a request comes from, for counting attempts; of IPv6 the network, because a client has all of it."""
        host = request.client.host if request.client else ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            network = host
        else:
            mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
            prefix = 64 if address.version == 6 and mapped is None else 32
            network = str(ipaddress.ip_network(f"{mapped or address}/{prefix}", strict=False))
        return hmac.new(self.secret.encode(), f"client\0{network}".encode(), hashlib.sha256).hexdigest()

    async def _enter(self, token: str) -> SignedIn:
        session = await find_session(self.database, token, self.clock()) if token else None
        staff = self.people.find(session.staff) if session else None
        if session is None or staff is None or not staff.roles:
            raise Refused("error_signed_out")
        return SignedIn(staff, session, token)


def token_of(request: Request) -> str:
    """The token of the session this browser brings along; empty when it brings none."""
    return request.cookies.get(_cookie_name(request), "")


def remember(request: Request, response: Response, token: str) -> None:
    """Put the session's cookie on an answer."""
    response.set_cookie(
        _cookie_name(request),
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=_needs_https(request),
    )


def forget(request: Request, response: Response) -> None:
    """Take the session's cookie back."""
    response.delete_cookie(
        _cookie_name(request), path="/", httponly=True, samesite="strict", secure=_needs_https(request)
    )


def _needs_https(request: Request) -> bool:
    return request.url.scheme == "https" or not is_loopback(request.url.hostname or "")


def _cookie_name(request: Request) -> str:
    return HOST_COOKIE if _needs_https(request) else COOKIE
