"""``lotse run``: the web chat and all loops, until it is asked to stop."""

import asyncio
import contextlib
import socket

import structlog
import typer

from bot.app import listen_on, serve
from bot.commands.loading import settings_or_exit, stop_with
from bot.config import Settings, check_web_access
from bot.errors import ConfigError, ContentError, StoreUnavailable
from bot.logs import set_up_logs


def run() -> None:
    """Start Lotse. Settings come from the environment and from .env; see .env.example."""
    settings = settings_or_exit()
    set_up_logs(settings.log_level)
    try:
        check_web_access(settings)
        listening = listen_on(settings.host, settings.port)
    except ConfigError as error:
        stop_with(error)
    try:
        with listening, contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(settings, listening))
    except (ConfigError, ContentError, StoreUnavailable) as error:
        stop_with(error)


async def _serve(settings: Settings, listening: socket.socket) -> None:
    ready = asyncio.Event()
    serving = asyncio.create_task(serve(settings, listening, ready))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if ready.is_set():
        host, port = listening.getsockname()[:2]
        typer.echo(f"Lotse is ready: http://{host}:{port}/chat  (stop with Ctrl+C)")
        structlog.get_logger(__name__).info("ready", host=host, port=port)
    waiting.cancel()
    await serving
