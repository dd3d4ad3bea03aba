"""``lotse doctor``: checks the settings of the chat platforms against the live servers."""

import asyncio
from collections.abc import AsyncIterator

import typer

from bot.channels.finding import Finding
from bot.channels.matrix.examination import examine
from bot.channels.matrix.matrix_settings import matrix_settings
from bot.channels.slack.slack_examination import examine_slack
from bot.channels.slack.slack_settings import slack_settings
from bot.commands.loading import settings_or_exit, stop_with
from bot.config import Settings
from bot.errors import ConfigError

SIGNS = {"good": "ok   ", "note": "note ", "wrong": "WRONG"}


def doctor() -> None:
    """Say what is wrong with the connections to Matrix and Slack, and what to do; exit code 1 when something is."""
    settings = settings_or_exit()
    try:
        looks = _platforms(settings)
    except ConfigError as error:
        stop_with(error)
    if any(finding.level == "wrong" for finding in asyncio.run(_look(looks))):
        raise typer.Exit(1)


def _platforms(settings: Settings) -> list[AsyncIterator[Finding]]:
    matrix, slack = matrix_settings(settings), slack_settings(settings)
    if matrix is None:
        typer.echo("Matrix is not used: LOTSE_MATRIX_HOMESERVER is empty.")
    if slack is None:
        typer.echo("Slack is not used: LOTSE_SLACK_BOT_TOKEN is empty.")
    looks = [] if matrix is None else [examine(matrix)]
    return looks if slack is None else [*looks, examine_slack(slack, settings.address)]


async def _look(looks: list[AsyncIterator[Finding]]) -> list[Finding]:
    found = []
    for look in looks:
        async for finding in look:
            typer.echo(f"{SIGNS[finding.level]}  {finding.what}")
            found.append(finding)
    return found
