"""Slack over HTTP: one route in the application that serves the pages, in front of which every request proves its origin.

A request counts when it was signed with our secret, at most five minutes ago, is for this workspace, and was not answered
before. Everything else gets 401, and nothing of it is logged. Bolt verifies the signature a second time behind this; here it
is checked first because Bolt reads a body before it knows whose it is.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

import asyncio
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qs

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.slack.handlers import Handlers

log = structlog.get_logger(__name__)

PATH = "/slack/events"
"""Where Slack sends everything: events, interactions and commands."""
LONGEST_BODY = 1024 * 1024
"""Bytes; a press brings along the whole message it was made under."""
VALID_S = 5 * 60
MOST_REMEMBERED = 100_000
"""Signatures of five minutes; Slack sends at most 30,000 events an hour."""


Fault = Literal["headers", "signature", "clock", "replay", "workspace"]
"""Why a request is refused, as the log says it: the operator acts otherwise in each case."""


class Answered:
    """Signatures of the requests that were answered: one that comes again is a replay, because Slack signs anew."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def __contains__(self, signature: str) -> bool:
        self._forget(time.time())
        return signature in self._seen

    def add(self, signature: str) -> None:
        """This request was answered."""
        self._seen[signature] = time.time()

    def _forget(self, now: float) -> None:
        while self._seen:
            signature, at = next(iter(self._seen.items()))
            if now - at <= VALID_S + 1 and len(self._seen) <= MOST_REMEMBERED:
                return
            del self._seen[signature]


class HttpTransport:
    """Takes requests from Slack once ``ready`` is set; before that it asks for patience."""

    def __init__(self, app: AsyncApp, handlers: Handlers, signing_secret: str, ready: asyncio.Event) -> None:
        self._app, self._handlers = app, handlers
        self._verifier = SignatureVerifier(signing_secret)
        self._answered = Answered()
        self._ready = ready

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route(PATH, self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """Answer one request of Slack."""
        body = await request.body()
        signature = request.headers.get("x-slack-signature", "")
        fault = self._fault(body, request.headers.get("x-slack-request-timestamp", ""), signature)
        if fault is not None:
            return _refused(fault)
        if signature in self._answered:
            return _refused("replay")
        if not self._ready.is_set():
            return JSONResponse({"error": "not ready"}, status_code=503)
        content = read_body(body, request.headers.get("content-type", ""))
        if content is None or (
            content.get("type") != "url_verification" and not self._handlers.us.is_meant_by(content)
        ):
            return _refused("workspace")
        answer = await self._app.async_dispatch(to_async_bolt_request(request, body))
        if answer.status == 200:
            self._answered.add(signature)
        return to_starlette_response(answer)

    def _fault(self, body: bytes, moment: str, signature: str) -> Fault | None:
        """What keeps a request from counting as Slack's own; None when nothing does."""
        if not (signature and moment.isascii() and moment.isdecimal()):
            return "headers"
        try:
            wanted = self._verifier.generate_signature(timestamp=moment, body=body)
        except UnicodeDecodeError:  # Slack signs text
            return "signature"
        if wanted is None or not hmac.compare_digest(wanted.encode(), signature.encode()):
            return "signature"
        return None if abs(time.time() - int(moment)) <= VALID_S else "clock"


def read_body(body: bytes, content_type: str) -> Mapping[str, Any] | None:
    """What a request says: an event as JSON, an interaction as JSON in a form, or a command as a form. None: neither."""
    try:
        if content_type.startswith("application/x-www-form-urlencoded"):
            form = {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
            content = json.loads(form["payload"]) if "payload" in form else form
        else:
            content = json.loads(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _refused(why: Fault) -> Response:
    log.warning("slack_request_refused", why=why)
    return JSONResponse({"error": "invalid request"}, status_code=401)
