"""What several commands share: settings and content, or clear words and exit code 2 when there are none to use."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.config import Settings, load_settings, shipped_content
from bot.errors import ConfigError, ContentError
from bot.trained import Trained, load_trained

ContentFolder = Annotated[
    Path | None,
    typer.Option(
        "--content", envvar="LOTSE_CONTENT", help="The folder with intents/ and knowledge/; default: the shipped one."
    ),
]


def load_or_exit(folder: Path | None) -> Trained:
    """The content and its reader."""
    try:
        return load_trained(folder or shipped_content())
    except (ConfigError, ContentError) as error:
        stop_with(error)


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
