"""``lotse slack-manifest``: what Slack is given when the app is made."""

import json
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.channels.slack.manifest import Transport, manifest
from bot.channels.slack.slack_settings import slack_settings
from bot.commands.loading import settings_or_exit, stop_with
from bot.config import Settings, is_loopback
from bot.errors import ConfigError
from bot.model import Locale


def slack_manifest(
    transport: Annotated[
        Transport | None,
        typer.Option(
            help="How Slack's events arrive. Default: as the settings say, or Socket Mode where nothing is set."
        ),
    ] = None,
    agent: Annotated[
        bool | None,
        typer.Option("--agent/--no-agent", help="With Slack's agent view. Default: LOTSE_SLACK_AGENT_VIEW."),
    ] = None,
    language: Annotated[Locale, typer.Option(help="Of the descriptions people read in Slack.")] = "de",
) -> None:
    """Print the manifest of the Slack app, to be pasted at https://api.slack.com/apps?new_app=1."""
    settings = settings_or_exit()
    try:
        chosen = transport or _as_set_up(settings)
        address = _reachable(settings) if chosen == "http" else settings.own_address()
    except ConfigError as error:
        stop_with(error)
    agent_view = settings.slack_agent_view if agent is None else agent
    made = manifest(chosen, address, agent_view=agent_view, desk=bool(settings.slack_desk_rooms), locale=language)
    typer.echo(json.dumps(made, ensure_ascii=False, indent=2))


def _as_set_up(settings: Settings) -> Transport:
    set_up = slack_settings(settings)
    return "http" if set_up is not None and set_up.signing_secret is not None else "socket"


def _reachable(settings: Settings) -> str:
    address = settings.address
    if address is None or is_loopback(urlsplit(address).hostname or ""):
        raise ConfigError("With HTTP Slack must reach Lotse: set LOTSE_ADDRESS to its https address.")
    return address
