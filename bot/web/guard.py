"""What holds for every request and answer, whatever the page: known host, bounded body, strict headers.

It is one plain ASGI layer, so that no route can forget it. The host is checked because a page on the internet could
otherwise point a name of its own at 127.0.0.1 and talk to a Lotse that runs without sign-in.
"""

from collections.abc import Iterable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024
"""Bytes of a request; a message of 4,000 characters, all of them encoded, needs less than 50,000."""

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer; a route that says otherwise (static files) wins for ``Cache-Control`` only."""


DRAIN = 4 * 1024 * 1024
"""Bytes of a body that is too long which are still read and dropped: a browser that may not finish sending shows a
broken connection instead of our words."""


class BodyTooLong(Exception):
    """More bytes arrived than a message may have."""


class Guard:
    """The layer around all routes."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], longer_bodies: Mapping[str, int] | None = None) -> None:
        """Let through requests for these host names (without port) and for this machine itself.

        ``longer_bodies``: paths that may be sent more than a page, with so many bytes.
        """
        self._app = app
        self._longer = longer_bodies or {}
        self._hosts = {host.lower() for host in (*hosts, *LOOPBACK)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the host, count the body, add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        if host_name(headers.get(b"host", b"").decode("latin-1")) not in self._hosts:
            await PlainTextResponse("Unknown host name.\n", status_code=400)(scope, receive, send_guarded)
            return
        await self._app(scope, bounded(receive, self._longer.get(scope["path"], MAX_BODY)), send_guarded)


def add_headers(headers: MutableHeaders) -> None:
    """Put the fixed headers on an answer."""
    for name, value in HEADERS.items():
        if name == "Cache-Control":
            headers.setdefault(name, value)
        else:
            headers[name] = value


def host_name(host: str) -> str:
    """The name in a ``Host`` header, without its port; brackets of an IPv6 address stay."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def bounded(receive: Receive, most: int = MAX_BODY) -> Receive:
    """``receive``, but raising BodyTooLong once the body exceeds the limit, declared or not."""
    arrived = 0

    async def receive_bounded() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived <= most:
            return message
        while message.get("more_body") and arrived < DRAIN:
            message = await receive()
            arrived += len(message.get("body", b""))
        raise BodyTooLong

    return receive_bounded
