"""One request to the homeserver, and what its failure means for who asked.

Every failure is a ChannelError, so that it may pass unchanged to the outbox: throttled and broken servers are tried again
when they asked for it, a refusal is final. A server that lost our token is no refusal: the account signs in again. Only what says
so in Matrix's own words is a refusal: a proxy may answer anything while the homeserver behind it is down.
"""

import asyncio
import json
import mimetypes
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.errors import ChannelError

CLIENT_API = "/_matrix/client/v3"
PATIENCE_S = 30.0
LONGEST_WAIT = timedelta(minutes=5)
"""However long a server asks us to wait, it is looked at again after this."""
JITTER = 0.25
"""Share by which a wait is stretched at random, so that what was throttled together does not return together."""

TOKEN_GONE = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"})
NO_HOMESERVER = "something else answers at its address, such as a proxy or a web site"
NOT_FOR_GOOD = frozenset({"M_USER_LOCKED", "M_USER_SUSPENDED", "M_RESOURCE_LIMIT_EXCEEDED"})
"""What an administrator of the homeserver may lift. Source: Matrix client-server API, *Standard error response*."""


class HomeserverError(ChannelError):
    """The homeserver refused or failed. ``status`` is None when it did not answer at all; ``code`` is Matrix's own."""

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        code: str = "",
        body: Mapping[str, Any] | None = None,
        retry_after: timedelta | None = None,
        permanent: bool = False,
    ) -> None:
        super().__init__(reason, retry_after=retry_after, permanent=permanent)
        self.status = status
        self.code = code
        self.body = body or {}

    @property
    def signed_out(self) -> bool:
        """Whether the server no longer knows our token."""
        return self.status == 401 and self.code in TOKEN_GONE

    @property
    def absent(self) -> bool:
        """Whether the server says that there is nothing of what was asked for."""
        return self.status == 404 and self.permanent


def in_words(error: ChannelError) -> str:
    """What an operator reads of a homeserver that refused or failed: one sentence that stands alone."""
    return f"The Matrix homeserver does not answer as it should: {error.reason}."


class Homeserver:
    """The client-server API at one address. ``token`` is ours, once there is one."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address = address
        self.token: str | None = None
        self._session = session

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> dict[str, Any]:
        """The answer to one request; ``path`` follows ``/_matrix/client/v3``. Raises HomeserverError.

        Nothing is tried again here: who asks knows whether that is wanted, and when.
        """
        answer = await self._ask(method, path, body, query, patience_s)
        if not isinstance(answer, dict):
            raise HomeserverError(NO_HOMESERVER, status=200)
        return answer

    async def call_list(self, method: str, path: str) -> list[Any]:
        """The answer to one request that is answered with a list. Raises HomeserverError."""
        answer = await self._ask(method, path, None, None, PATIENCE_S)
        if not isinstance(answer, list):
            raise HomeserverError(NO_HOMESERVER, status=200)
        return answer

    async def upload(self, name: str, content: bytes) -> str:
        """The address under which the server keeps this file (``mxc://…``). Raises HomeserverError."""
        answer = await self._ask("POST", "/_matrix/media/v3/upload", None, {"filename": name}, PATIENCE_S, content)
        address = answer.get("content_uri") if isinstance(answer, dict) else None
        if not isinstance(address, str):
            raise HomeserverError("the homeserver took a file and did not say where it keeps it", status=200)
        return address

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        patience_s: float,
        content: bytes | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if content is not None:
            kind, _ = mimetypes.guess_type((query or {}).get("filename", ""))
            headers["Content-Type"] = kind or "application/octet-stream"
        address = path if path.startswith("/_matrix/") else CLIENT_API + path
        try:
            async with self._session.request(
                method,
                URL(self.address + address, encoded=True),
                json=body,
                data=content,
                params=query,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=patience_s),
            ) as answer:
                raw = await answer.read()
                status, given = answer.status, answer.headers
        except TimeoutError:
            raise HomeserverError(f"the homeserver did not answer within {patience_s:.0f} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise HomeserverError(f"the homeserver cannot be reached ({type(error).__name__})") from None
        return _answer(status, _json(raw), given)


def segment(text: str) -> str:
    """A room, user or event id as one segment of a path."""
    return quote(text, safe="")


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _answer(status: int, given: Any, headers: Mapping[str, str]) -> Any:
    if status < 300:
        return given
    body: Mapping[str, Any] = given if isinstance(given, dict) else {}
    code = body.get("errcode") if isinstance(body.get("errcode"), str) else ""
    assert isinstance(code, str)
    if status == 429 or code == "M_LIMIT_EXCEEDED":
        wait = wait_asked(headers, body, datetime.now(UTC))
        raise HomeserverError("the homeserver throttles", status=status, code=code, body=body, retry_after=wait)
    if status == 401 and code in TOKEN_GONE:
        raise HomeserverError("the homeserver no longer knows our token", status=status, code=code, body=body)
    said_by_matrix = bool(code) or (status == 401 and "session" in body)  # the latter: sign in for this once more
    # 408 and 5xx pass; whatever else is refused is refused the next time as well.
    permanent = said_by_matrix and status < 500 and status != 408 and code not in NOT_FOR_GOOD
    reason = f"the homeserver answered {status}{f' {code}' if code else ''}"
    if status < 500 and not isinstance(given, dict):
        reason = f"{NO_HOMESERVER} ({status})"
    raise HomeserverError(reason, status=status, code=code, body=body, permanent=permanent)


def wait_asked(headers: Mapping[str, str], body: Mapping[str, Any], now: datetime) -> timedelta | None:
    """How long a throttling server wants us to wait: ``Retry-After`` (seconds or a date), else ``retry_after_ms``.

    Source: Matrix client-server API 1.10 and later, *Rate limiting*; the body's field is the older way.
    """
    seconds: float | None = None
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        seconds = float(given[:9])
    elif given:
        try:
            seconds = (parsedate_to_datetime(given) - now).total_seconds()
        except (TypeError, ValueError):
            seconds = None
    older = body.get("retry_after_ms")
    if seconds is None and isinstance(older, int | float) and not isinstance(older, bool):
        seconds = older / 1000
    if seconds is None or seconds != seconds:  # NaN, which JSON of some servers may hold
        return None
    capped = min(max(seconds, 0.0), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=capped * (1 + JITTER * random.random()))  # noqa: S311  # no secret


async def pause(failures: int, error: ChannelError | None = None, *, longest_s: float = 30.0) -> None:
    """Wait after so many failures in a row: what the server asked for, else doubling from half a second."""
    asked = error.retry_after.total_seconds() if error is not None and error.retry_after is not None else 0.0
    doubling = min(0.5 * 2 ** min(failures - 1, 10), longest_s)
    await asyncio.sleep(max(asked, doubling * (1 - JITTER * random.random())))  # noqa: S311
