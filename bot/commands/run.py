"""``lotse run``: the pages and all loops, until it is asked to stop."""

import asyncio
import contextlib

import structlog
import typer

from bot.app import listen_on, serve
from bot.commands.loading import say_if_learning, settings_or_exit, stop_with
from bot.config import check_web_access
from bot.errors import ConfigError, ContentError, StoreUnavailable
from bot.logs import set_up_logs
from bot.staff_file import BUILT_IN


def run() -> None:
    """Start Lotse. Settings come from the environment and from .env; see .env.example."""
    settings = settings_or_exit()
    set_up_logs(settings.log_level)
    try:
        check_web_access(settings)
        listening = listen_on(settings.host, settings.port)
        say_if_learning(settings.content, in_log=True)
    except ConfigError as error:
        stop_with(error)

    def tell(desk_link: str | None) -> None:
        host, port = listening.getsockname()[:2]
        address = settings.own_address(port)
        typer.echo(f"Lotse is ready: {address}{'/chat' if settings.open_access else '/desk'}  (stop with Ctrl+C)")
        if desk_link is not None:
            typer.echo(f"The desk: {desk_link}  (works once, for ten minutes; a new one: lotse link {BUILT_IN.id})")
        structlog.get_logger(__name__).info("ready", host=host, port=port)

    try:
        with listening, contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(settings, listening, tell))
    except (ConfigError, ContentError, StoreUnavailable) as error:
        stop_with(error)
