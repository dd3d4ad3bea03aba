"""Stands between Lotse and the emulator of Slack, and adds what the emulator lacks.

Every call of the Web API passes through it, so that it can be made to fail: before it reaches Slack, or after, when
Slack has carried it out and only the answer is lost. Events leave it the way Slack sends them: as signed requests, or as
envelopes of Socket Mode, repeated when they are not acknowledged. What Slack would send and the emulator never does
(a pressed button, a command, a submitted form, the mention as an event of its own) is pushed through the same two ways.

Methods the emulator does not know are answered here. They are checked against the signatures of ``slack_sdk`` only; what
Slack makes of them is not proven.
"""

import asyncio
import hashlib
import hmac
import inspect
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from aiohttp import ClientSession, WSMsgType, web
from slack_sdk.web.async_client import AsyncWebClient

from tests.channels.slack.emulator import APP_ID, APP_TOKEN, BOT_USER, SIGNING_SECRET, TEAM, Emulator

TWO_KINDS_OF_CALL = ("assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts")
"""Methods the emulator has never heard of and Lotse uses."""


@dataclass
class Failure:
    """How calls of one method fail: with a status, or by a connection that breaks ``before`` or ``after`` the effect.

    ``room``: only those about this room. ``past``: so many of them succeed before.
    """

    times: int = 1
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    error: str | None = None
    breaks: str | None = None
    room: str | None = None
    past: int = 0


@dataclass(frozen=True)
class Call:
    """One call of the Web API by Lotse."""

    method: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What became of one event: the status or acknowledgement of every attempt, and what came back with the last."""

    attempts: tuple[int, ...]
    answer: Any = None

    @property
    def acknowledged(self) -> bool:
        return bool(self.attempts) and self.attempts[-1] == 200


class Bridge:
    """One bridge, between one Lotse and the emulator. ``transport`` is ``http`` or ``socket``."""

    def __init__(self, emulator: Emulator, transport: str) -> None:
        self.emulator, self.transport = emulator, transport
        self.url = f"http://127.0.0.1:{emulator.bridge_port}"
        self.api = f"{self.url}/api/"
        self.target = ""
        self.patience, self.repeats, self.pause = 8.0, 3, 0.05  # Slack waits for 3 seconds; a busy machine for more
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.events: dict[str, list[dict[str, Any]]] = {}
        """What was sent about the message with this time stamp."""
        self.responses: list[dict[str, Any]] = []
        self.failures: dict[str, Failure] = {}
        self.outside: set[str] = set()
        """Channels Lotse is not in: Slack refuses what it posts there, the emulator does not."""
        self.lost_tickets = 0
        """So many of the next connections are refused, and with them their tickets: each counts once."""
        self.connections: list[web.WebSocketResponse] = []
        self.connected = asyncio.Event()
        self.changed = asyncio.Event()
        self.pushing = 0
        """Events that are on their way to Lotse at this moment."""
        self._held: tuple[str, str] | None = None
        self._reached, self._released = asyncio.Event(), asyncio.Event()
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._spent: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> "Bridge":
        self._upstream = ClientSession()
        self._lotse = httpx.AsyncClient(timeout=10, trust_env=False)
        app = web.Application(client_max_size=2**22)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.get("/link", self._link),
                web.post("/deliver", self._deliver),
                web.post("/response/{number}", self._response),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.emulator.bridge_port, reuse_address=True)
        await site.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self.connections:
            await connection.close()
        await self._runner.cleanup()
        await self._upstream.close()
        await self._lotse.aclose()

    # --- What tests do with it -------------------------------------------------------------------------------------

    def fail(self, method: str, **failure: Any) -> None:
        """Make the next calls of this method by Lotse fail."""
        self.failures[method] = Failure(**failure)

    def hold(self, method: str, when: str) -> asyncio.Event:
        """Hold the next call of this method, ``before`` it is carried out or ``after``; the event says that it is held."""
        self._held = (method, when)
        self._reached, self._released = asyncio.Event(), asyncio.Event()
        return self._reached

    def release(self) -> None:
        """Let the held call end."""
        self._released.set()

    def called(self, method: str) -> list[dict[str, Any]]:
        """What this method was called with, call by call."""
        return [call.given for call in self.calls if call.method == method]

    async def until(self, condition: Any, patience_s: float = 8) -> Any:
        """What the condition gives, once that is true; looked at whenever something happened here."""
        async with asyncio.timeout(patience_s):
            while not (found := condition()):
                self.changed.clear()
                if not (found := condition()):
                    await self.changed.wait()
        return found

    async def push(self, kind: str, payload: dict[str, Any]) -> Sent:
        """Send one event, interaction or command to Lotse, and again as long as Slack would."""
        self.pushing += 1
        self.changed.set()
        try:
            return await self._push(kind, payload)
        finally:
            self.pushing -= 1
            self.changed.set()

    async def _push(self, kind: str, payload: dict[str, Any]) -> Sent:
        again = kind == "events_api"  # Slack repeats events only: who presses a button sees that nothing happened
        statuses, answer = [], None
        for attempt in range(1 + (self.repeats if again else 0)):
            if attempt:
                await asyncio.sleep(self.pause * attempt)
            status, answer = await self.push_once(kind, payload, attempt)
            statuses.append(status)
            if status == 200:
                break
        sent = Sent(tuple(statuses), answer)
        self.sent.append(sent)
        self.changed.set()
        return sent

    async def push_once(self, kind: str, payload: dict[str, Any], attempt: int = 0) -> tuple[int, Any]:
        """One attempt: the status and the body of the answer; 0 when a connection of Socket Mode was not acknowledged."""
        if self.transport == "socket":
            return await self._push_envelope(kind, payload, attempt)
        return await self._push_request(kind, payload, attempt)

    async def disconnect(self) -> None:
        """Ask Lotse to connect anew, as Slack does every few hours."""
        self.connected.clear()
        warning = {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "bridge"}}
        await self.connections[-1].send_json(warning)

    def response_url(self) -> str:
        return f"{self.url}/response/{next(self._numbers)}"

    # --- Towards Lotse ---------------------------------------------------------------------------------------------

    async def _push_request(self, kind: str, payload: dict[str, Any], attempt: int) -> tuple[int, Any]:
        if kind == "events_api":
            body, form = json.dumps(payload), "application/json"
        else:
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, form = urlencode(fields), "application/x-www-form-urlencoded"
        again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"} if attempt else {}
        try:
            answer = await self._lotse.post(
                self.target,
                content=body,
                headers={**signed(body, at=time.time() + attempt), "Content-Type": form, **again},
            )
        except httpx.TransportError:
            return 599, None
        return answer.status_code, json.loads(answer.text) if answer.text.startswith("{") else answer.text or None

    async def _push_envelope(self, kind: str, payload: dict[str, Any], attempt: int) -> tuple[int, Any]:
        number = f"envelope-{next(self._numbers)}"
        acknowledged = self._acks[number] = asyncio.get_running_loop().create_future()
        envelope = {
            "envelope_id": number,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
            "retry_attempt": attempt,
            "retry_reason": "timeout" if attempt else "",
        }
        try:
            async with asyncio.timeout(60):
                await self.connected.wait()
            await self.connections[-1].send_json(envelope)
            async with asyncio.timeout(self.patience):
                return 200, await acknowledged
        except (TimeoutError, ConnectionError):
            return 0, None
        finally:
            del self._acks[number]

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        if ticket in self._spent:
            return web.Response(status=404)
        self._spent.add(ticket)
        if self.lost_tickets:
            self.lost_tickets -= 1
            return web.Response(status=503)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP_ID}})
        self.connections.append(connection)
        self.connected.set()
        self.changed.set()
        async for message in connection:
            if message.type is WSMsgType.TEXT:
                ack = json.loads(message.data)
                waiting = self._acks.get(ack.get("envelope_id"))
                if waiting is not None and not waiting.done():
                    waiting.set_result(ack.get("payload"))
        if self.connections[-1] is connection:
            self.connected.clear()
        return connection

    async def _deliver(self, request: web.Request) -> web.Response:
        """An event of the emulator: what it leaves out is added, and it goes on without making the emulator wait."""
        for payload in complete(await request.json()):
            self.events.setdefault(payload["event"].get("ts", ""), []).append(payload)
            self.later(self.push("events_api", payload))
        return web.Response()

    def later(self, sending: Any) -> None:
        task = asyncio.create_task(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- Towards Slack ---------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(request)
        finally:
            self.changed.set()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, body = request.match_info["method"], await request.read()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = {**request.query, **_arguments(request, body)}
        if not token.startswith("xoxp-"):  # people's own calls are part of the test, not of what is tested
            self.calls.append(Call(method, given))
            failure = self.failures.get(method)
            meant = failure is not None and failure.times and failure.room in (None, given.get("channel"))
            if meant and failure.past:
                failure.past -= 1
            elif meant:
                failure.times -= 1
                if failure.breaks != "before" and failure.breaks != "after":
                    return web.json_response(
                        {"ok": False, "error": failure.error or "failed"},
                        status=failure.status,
                        headers=failure.headers,
                    )
                if failure.breaks == "after":
                    await self._forward(request, method, body)
                request.transport.abort()
                return web.Response()
            if self._held is not None and self._held[0] == method:
                when, self._held = self._held[1], None
                answer = await self._forward(request, method, body) if when == "after" else web.Response(status=503)
                self._reached.set()
                await self._released.wait()
                return answer
            if method == "chat.postMessage" and given["channel"] in self.outside:
                return web.json_response({"ok": False, "error": "not_in_channel"})
        if method == "apps.connections.open":
            known = token == APP_TOKEN
            address = f"ws://127.0.0.1:{self.emulator.bridge_port}/link?ticket={next(self._numbers)}"
            link = {"ok": True, "url": address}
            return web.json_response(link if known else {"ok": False, "error": "invalid_auth"})
        if method in TWO_KINDS_OF_CALL:
            missing = missing_arguments(method, given)
            return web.json_response({"ok": False, "error": f"missing {missing}"} if missing else {"ok": True})
        return await self._forward(request, method, body)

    async def _forward(self, request: web.Request, method: str, body: bytes) -> web.Response:
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        url = f"{self.emulator.url}/api/{method}"
        async with self._upstream.request(
            request.method, url, params=request.query, data=body or None, headers=headers
        ) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type="application/json")

    async def _response(self, request: web.Request) -> web.Response:
        self.responses.append(await request.json())
        self.changed.set()
        return web.json_response({"ok": True})


def complete(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """An event of the emulator with what it leaves out; a mention is an event of its own besides, as with Slack."""
    event = payload["event"]
    room = event.get("channel") or event.get("item", {}).get("channel") or ""
    event.setdefault("event_ts", event.get("ts") or f"{time.time():.6f}")
    if event["type"] == "message":
        event.setdefault("channel_type", "im" if str(room).startswith("D") else "channel")
        if event.get("user") == BOT_USER:
            event.setdefault("bot_id", "B00000LOTSE")
        elif not event.get("subtype"):
            event.setdefault("client_msg_id", f"client-{event['ts']}")
            event.setdefault("team", TEAM)
    if event["type"] == "reaction_added":
        event.setdefault("item_user", BOT_USER)
    whole = {"api_app_id": APP_ID, "is_ext_shared_channel": False, **payload}
    mentioned = event["type"] == "message" and not event.get("subtype") and f"<@{BOT_USER}>" in event.get("text", "")
    if not mentioned or event["channel_type"] == "im":
        return [whole]
    mention = {key: value for key, value in event.items() if key != "channel_type"} | {"type": "app_mention"}
    return [whole, {**whole, "event_id": f"{payload['event_id']}M", "event": mention}]


def signed(body: str, *, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """The two headers Slack signs a request with."""
    moment = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


def missing_arguments(method: str, given: dict[str, Any]) -> list[str]:
    """What ``slack_sdk`` says this method needs and was not given; a method it does not know fails the test."""
    parameters = inspect.signature(getattr(AsyncWebClient, method.replace(".", "_"))).parameters.values()
    needed = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty]
    return [name for name in needed if name not in given]


def _arguments(request: web.Request, body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    if "json" in request.headers.get("Content-Type", ""):
        return json.loads(body)
    return {name: _parsed(value) for name, value in parse_qsl(body.decode())}


def _parsed(value: str) -> Any:
    return json.loads(value) if value[:1] in ("{", "[") else value
