"""``lotse doctor``: checks the settings of the chat platforms against the live servers."""

import asyncio

import typer

from bot.channels.matrix.examination import Finding, examine
from bot.channels.matrix.matrix_settings import MatrixSettings, matrix_settings
from bot.commands.loading import settings_or_exit, stop_with
from bot.errors import ConfigError

SIGNS = {"good": "ok   ", "note": "note ", "wrong": "WRONG"}


def doctor() -> None:
    """Say what is wrong with the connection to Matrix, and what to do; exit code 1 when something is."""
    settings = settings_or_exit()
    try:
        matrix = matrix_settings(settings)
    except ConfigError as error:
        stop_with(error)
    if matrix is None:
        typer.echo("Matrix is not used: LOTSE_MATRIX_HOMESERVER is empty.")
        return
    if any(finding.level == "wrong" for finding in asyncio.run(_look(matrix))):
        raise typer.Exit(1)


async def _look(settings: MatrixSettings) -> list[Finding]:
    found = []
    async for finding in examine(settings):
        typer.echo(f"{SIGNS[finding.level]}  {finding.what}")
        found.append(finding)
    return found
