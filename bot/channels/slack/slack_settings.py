"""What the operator set for Slack, checked together once."""

import re
from dataclasses import dataclass, field

from bot.channels.desk_rooms import read_desk_rooms
from bot.channels.slack.slack_events import NAME
from bot.config import Settings
from bot.errors import ConfigError
from bot.model import DeskRoom, Locale


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How Lotse uses Slack: by HTTP with a signing secret, or by Socket Mode with an app token; one of the two is there."""

    bot_token: str = field(repr=False)
    app_token: str | None = field(repr=False)
    signing_secret: str | None = field(repr=False)
    api: str
    agent_view: bool
    desk_rooms: tuple[DeskRoom, ...] = ()
    desk_language: Locale = "de"


def slack_settings(settings: Settings) -> SlackSettings | None:
    """The settings of Slack, or None when it is not used. Raises ConfigError naming the setting."""
    bot, app, signing = (
        secret.get_secret_value() if secret is not None else None
        for secret in (settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret)
    )
    if bot is None:
        if app is not None or signing is not None:
            raise ConfigError("LOTSE_SLACK_BOT_TOKEN is missing: without it nothing can be sent to Slack.")
        return None
    _starts_with("LOTSE_SLACK_BOT_TOKEN", bot, "xoxb-")
    if app is not None:
        _starts_with("LOTSE_SLACK_APP_TOKEN", app, "xapp-")
    if app is not None and signing is not None:
        raise ConfigError(
            "LOTSE_SLACK_APP_TOKEN is for Socket Mode and LOTSE_SLACK_SIGNING_SECRET for HTTP; set one of the two."
        )
    if app is None and signing is None:
        raise ConfigError(
            "LOTSE_SLACK_BOT_TOKEN alone lets nothing arrive: set LOTSE_SLACK_APP_TOKEN as well (Socket Mode), "
            "or LOTSE_SLACK_SIGNING_SECRET (HTTP)."
        )
    return SlackSettings(
        bot,
        app,
        signing,
        settings.slack_api,
        settings.slack_agent_view,
        read_desk_rooms("LOTSE_SLACK_DESK_ROOMS", settings.slack_desk_rooms, NAME, _is_room, "C024BE7LH"),
        settings.desk_language,
    )


def _is_room(room: str) -> bool:
    return re.fullmatch("[CG][A-Z0-9]{2,20}", room) is not None


def _starts_with(name: str, token: str, beginning: str) -> None:
    if not token.startswith(beginning):
        raise ConfigError(f"{name} is another kind of token: it begins with {beginning}")
