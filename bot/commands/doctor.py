"""``lotse doctor``: checks the settings of the chat platforms against the live servers."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import typer

from bot.channels.desk_rooms import check_desk_rooms
from bot.channels.finding import Finding
from bot.channels.matrix.examination import examine
from bot.channels.matrix.matrix_settings import matrix_settings
from bot.channels.slack.slack_examination import examine_slack
from bot.channels.slack.slack_settings import slack_settings
from bot.commands.loading import settings_or_exit, stop_with
from bot.config import Settings
from bot.content.definitions import Team
from bot.content.read import read_content
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
    rooms = (*(() if matrix is None else matrix.desk_rooms), *(() if slack is None else slack.desk_rooms))
    teams = _teams(settings) if rooms else {}
    check_desk_rooms(rooms, teams)
    encrypted_only = [team.id for team in teams.values() if team.encrypted_only]
    if matrix is None:
        typer.echo("Matrix is not used: LOTSE_MATRIX_HOMESERVER is empty.")
    if slack is None:
        typer.echo("Slack is not used: LOTSE_SLACK_BOT_TOKEN is empty.")
    looks = [] if matrix is None else [examine(matrix, encrypted_only)]
    return looks if slack is None else [*looks, examine_slack(slack, settings.address)]


def _teams(settings: Settings) -> Mapping[str, Team]:
    """The teams of the content. Raises ConfigError when it has errors."""
    read = read_content(settings.content)
    if read.content is None:
        raise ConfigError("The content has errors, so its teams are not known; run `lotse check`.")
    return read.content.teams


async def _look(looks: list[AsyncIterator[Finding]]) -> list[Finding]:
    found = []
    for look in looks:
        async for finding in look:
            typer.echo(f"{SIGNS[finding.level]}  {finding.what}")
            found.append(finding)
    return found
