"""Slack over Socket Mode: Lotse connects to Slack, so nothing of this machine need be reachable from outside.

An envelope is acknowledged by sending its id back, and only when a handler has succeeded; Slack sends the others again, on
this connection or on another. Whether the connection still lives is asked every few seconds, also when it was cut
without a word.

``slack_sdk`` tries to connect for ever, whatever Slack answers. So that the operator hears of it, it does so beside the looks.
It also tries the same address for ever, which Slack gives for one connection and a short while; so at each look without a
connection the address is forgotten, and the next attempt asks for another.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

import asyncio
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.slack_api import Tell, is_about_token, refusal_of

NO_CONNECTION = "There is no connection to Slack at present, so nothing arrives from there; Lotse keeps trying."
APP_TOKEN = "LOTSE_SLACK_APP_TOKEN is an *App-Level Token* with `connections:write` (*Basic Information*)."  # noqa: S105  # its name
PING_S = 10
"""Seconds between two signs of life; four without an answer, and the connection is made anew."""


LOOK_S = 5
"""Seconds between two looks whether there is a connection, for the operator."""


async def run_socket(app: AsyncApp, app_token: str, base_url: str, tell: Tell) -> None:
    """Stay connected until cancelled. ``tell`` hears why there is no connection, and None when there is one."""
    tell(NO_CONNECTION)
    client = Connecting(app_token, base_url, tell)
    handler = AsyncSocketModeHandler(app, app_token, web_client=client, ping_interval=PING_S)
    connecting = asyncio.create_task(_connect(handler), name="slack_connect")
    try:
        while not connecting.done():
            await asyncio.wait((connecting,), timeout=LOOK_S)
            if not connecting.done():
                _without_connection(handler, client, tell)
        await connecting
        while True:
            if await handler.client.is_connected():
                tell(None)
            else:
                _without_connection(handler, client, tell)
            await asyncio.sleep(LOOK_S)
    finally:
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it without types


async def _connect(handler: AsyncSocketModeHandler) -> None:
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the same


def _without_connection(handler: AsyncSocketModeHandler, client: "Connecting", tell: Tell) -> None:
    handler.client.wss_uri = None  # an attempt that is under way has read it already
    tell(client.problem)


class Connecting(AsyncWebClient):
    """Asks Slack for connections; ``problem`` says why there is none, should there be none."""

    def __init__(self, app_token: str, base_url: str, tell: Tell) -> None:
        """``tell`` hears at once that Slack refuses the token."""
        super().__init__(token=app_token, base_url=base_url, retry_handlers=[])
        self.problem = NO_CONNECTION
        self._tell = tell

    async def apps_connections_open(self, *, app_token: str, **more: Any) -> AsyncSlackResponse:
        """What the package asks whenever it connects."""
        self.problem = NO_CONNECTION
        try:
            return await super().apps_connections_open(app_token=app_token, **more)
        except SlackApiError as error:
            refusal = refusal_of("apps.connections.open", error)
            if is_about_token(refusal):
                self.problem = f"{refusal.reason}, so nothing arrives from there. {APP_TOKEN}"
                self._tell(self.problem)
            raise
