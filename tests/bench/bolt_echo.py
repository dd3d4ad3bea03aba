"""The least a Slack app can be: Bolt on Socket Mode that says back what was said. The measure beside Lotse."""

import asyncio
import sys

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main(bot_token: str, app_token: str, api: str) -> None:
    app = AsyncApp(client=AsyncWebClient(token=bot_token, base_url=api))

    @app.event("message")
    async def echo(event, say):
        await say(event["text"])

    await AsyncSocketModeHandler(app, app_token, web_client=AsyncWebClient(token=app_token, base_url=api)).start_async()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
