"""Slack over Socket Mode: Lotse connects to Slack, so nothing of this machine need be reachable from outside.

An envelope is acknowledged by sending its id back, and only when a handler has succeeded; Slack sends the others again, on
this connection or on another. Whether the connection still lives is asked every few seconds, also when it was cut
without a word.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

import asyncio
from collections.abc import Callable

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

NO_CONNECTION = "There is no connection to Slack at present, so nothing arrives from there; Lotse keeps trying."
PING_S = 10
"""Seconds between two signs of life; four without an answer, and the connection is made anew."""


LOOK_S = 5
"""Seconds between two looks whether there is a connection, for the operator."""


async def run_socket(app: AsyncApp, app_token: str, base_url: str, tell: Callable[[str | None], None]) -> None:
    """Stay connected until cancelled. ``tell`` hears when there is no connection, and None when there is one."""
    client = AsyncWebClient(token=app_token, base_url=base_url, retry_handlers=[])
    handler = AsyncSocketModeHandler(app, app_token, web_client=client, ping_interval=PING_S)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it without types
        while True:
            tell(None if await handler.client.is_connected() else NO_CONNECTION)
            await asyncio.sleep(LOOK_S)
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # the same
