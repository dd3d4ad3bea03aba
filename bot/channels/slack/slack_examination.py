"""Looks at the settings of Slack and at the live workspace, and says in plain words what is wrong and what to do.

Nothing is changed there: it asks who Lotse is, what it may do, and whether a connection would be given.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.channels.finding import Finding
from bot.channels.slack.http_transport import PATH, VALID_S
from bot.channels.slack.manifest import scopes
from bot.channels.slack.members import ARCHIVED, Members, absence
from bot.channels.slack.slack_api import SlackApi, is_about_token
from bot.channels.slack.slack_settings import SlackSettings
from bot.channels.slack.socket_transport import APP_TOKEN
from bot.channels.slack.workspace import Workspace, workspace_from
from bot.errors import ChannelError

BOT_TOKEN = "LOTSE_SLACK_BOT_TOKEN is the *Bot User OAuth Token* of *Install App*."  # noqa: S105  # its name
NOT_NOW = "That is not about the token: may this machine reach slack.com on port 443? If it may, try again in a moment."
RENEW = "Paste `lotse slack-manifest` at *App Manifest* and press *Reinstall*."


async def examine_slack(settings: SlackSettings, address: str | None) -> AsyncIterator[Finding]:
    """Everything that can be looked at. ``address`` is where Slack would send to by HTTP."""
    api = SlackApi(settings.bot_token, settings.api)
    try:
        me, headers = await api.call_with_headers("auth.test")
    except ChannelError as error:
        yield _refused(error, BOT_TOKEN)
        return
    finally:
        await api.close()
    yield Finding("good", f"Lotse is @{me.get('user')} in the workspace {me.get('team')}.")
    for finding in (_rights(headers, settings), _clock(headers)):
        if finding is not None:
            yield finding
    if settings.app_token is not None:
        yield await _socket(settings.app_token, settings.api)
    else:
        yield _http(address)
    for room in settings.desk_rooms:
        yield await _desk_room(settings, room.room, workspace_from(me))


def _refused(error: ChannelError, token: str) -> Finding:
    """Why Slack did not answer as it should, and what to do: something about this token only where Slack refuses it."""
    return Finding("wrong", f"{error.reason}. {token if is_about_token(error) else NOT_NOW}")


def _rights(headers: Mapping[str, str], settings: SlackSettings) -> Finding | None:
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    if not granted:
        return Finding("note", "Slack does not say what this token may do.")
    wanted = set(scopes(agent_view=settings.agent_view, desk=bool(settings.desk_rooms)))
    if missing := sorted(wanted - granted):
        return Finding("wrong", f"The app may not do what it needs: {', '.join(missing)} is missing. {RENEW}")
    if spare := sorted(granted - wanted):
        return Finding("note", f"The app may do more than it needs: {', '.join(spare)}. {RENEW}")
    return Finding("good", "The app may do what it needs, and nothing else.")


def _clock(headers: Mapping[str, str]) -> Finding | None:
    """A clock that is wrong makes every request by HTTP look too old."""
    if "date" not in headers:
        return None
    off = abs(datetime.now(UTC) - parsedate_to_datetime(headers["date"]))
    if off < timedelta(seconds=VALID_S / 2):
        return None
    return Finding("wrong", f"This machine's clock differs from Slack's by {off.total_seconds():.0f} seconds; set it.")


async def _socket(app_token: str, base_url: str) -> Finding:
    api = SlackApi(app_token, base_url)
    try:
        await api.call("apps.connections.open", app_token=app_token)
    except ChannelError as error:
        return _refused(error, APP_TOKEN)
    finally:
        await api.close()
    return Finding("good", "Slack gives a connection for Socket Mode.")


async def _desk_room(settings: SlackSettings, room: str, us: Workspace) -> Finding:
    api = SlackApi(settings.bot_token, settings.api)
    try:
        state = await Members(api).in_room(room, us)
        channel = (await api.call("conversations.info", channel=room))["channel"]
    except ChannelError as error:
        return Finding("wrong", " ".join(filter(None, (f"{error.reason}.", absence(room, error)))))
    finally:
        await api.close()
    if (absent := absence(room, state)) is not None:
        return Finding("wrong", absent)
    if channel.get("is_archived"):
        return Finding("wrong", ARCHIVED.format(room=room))
    count = sum(member.joined for member in state.members)
    if not count:
        return Finding(
            "wrong", f"Nobody in {room} (LOTSE_SLACK_DESK_ROOMS) may work cases: guests and programs do not."
        )
    return Finding("good", f"{count} people may work cases in {room}; whoever can join it may, too.")


def _http(address: str | None) -> Finding:
    if address is None:
        return Finding("wrong", "With HTTP Slack must reach Lotse: set LOTSE_ADDRESS to its https address.")
    return Finding("note", f"Slack must reach {address}{PATH}; *Event Subscriptions* shows *Verified* when it does.")
