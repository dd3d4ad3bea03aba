"""``lotse run``: the pages and all loops, until it is asked to stop."""

import asyncio
import contextlib
from pathlib import Path

import structlog
import typer

from bot.app import listen_on, serve
from bot.commands.loading import say_if_learning, settings_or_exit, stop_with
from bot.config import check_web_access
from bot.errors import ConfigError, ContentError, StoreUnavailable
from bot.logs import set_up_logs
from bot.staff_file import BUILT_IN, StaffDirectory


def way_to_the_desk(desk_link: str | None, staff_file: Path) -> str:
    """How somebody of the staff gets to the desk: by this link, or by one they make for themselves."""
    if desk_link is not None:
        return f"The desk: {desk_link}  (works once, for ten minutes; a new one: lotse link {BUILT_IN.id})"
    someone = next((staff.id for staff in StaffDirectory(staff_file).everybody()), "ID")
    return f"To the desk: lotse link {someone}  makes a link to sign in with; the same for everybody in {staff_file}"


def run() -> None:
    """Start Lotse. Settings come from the environment and from .env; see .env.example."""
    settings = settings_or_exit()
    set_up_logs(settings.log_level)
    try:
        check_web_access(settings)
        listening = listen_on(settings.host, settings.port)
    except ConfigError as error:
        stop_with(error)

    def tell(desk_link: str | None) -> None:
        host, port = listening.getsockname()[:2]
        address = settings.own_address(port)
        typer.echo(f"Lotse is ready: {address}{'/chat' if settings.open_access else '/desk'}  (stop with Ctrl+C)")
        typer.echo(way_to_the_desk(desk_link, settings.staff_file))
        structlog.get_logger(__name__).info("ready", host=host, port=port)

    try:
        with listening, contextlib.suppress(KeyboardInterrupt):
            say_if_learning(settings.content, in_log=True)
            asyncio.run(serve(settings, listening, tell))
    except (ConfigError, ContentError, StoreUnavailable) as error:
        stop_with(error)
