"""What several commands share: settings and content, or clear words and exit code 2 when there are none to use."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer

from bot.config import Settings, load_settings, shipped_content
from bot.errors import ConfigError, ContentError
from bot.trained import Trained, is_trained, load_trained

ContentFolder = Annotated[
    Path | None,
    typer.Option(
        "--content", envvar="LOTSE_CONTENT", help="The folder with intents/ and knowledge/; default: the shipped one."
    ),
]


def load_or_exit(folder: Path | None) -> Trained:
    """The content and its reader."""
    try:
        say_if_learning(folder or shipped_content())
        return load_trained(folder or shipped_content())
    except (ConfigError, ContentError) as error:
        stop_with(error)


def say_if_learning(folder: Path, *, in_log: bool = False) -> None:
    """One line to somebody who would otherwise wait before an empty screen. Raises ConfigError.

    It goes to standard error: standard output holds answers, or the line that says Lotse is ready. Where that is no
    terminal a script gets nothing, and ``in_log`` an event in the log.
    """
    if is_trained(folder):
        return
    if sys.stderr.isatty():
        typer.echo("Learning from the content, once; for the shipped content this takes about a minute.", err=True)
    elif in_log:
        structlog.get_logger(__name__).info("learning")


def settings_or_exit() -> Settings:
    """The settings of this machine."""
    try:
        return load_settings()
    except ConfigError as error:
        stop_with(error)


def stop_with(error: Exception) -> NoReturn:
    """End the command with one sentence for the operator."""
    typer.echo(str(error), err=True)
    raise typer.Exit(2) from error
