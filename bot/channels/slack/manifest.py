"""The app's manifest: what Slack is told when the app is made, derived from what the code does.

Least rights: a scope stands here because a method that is called or an event that is handled needs it, and for no other
reason. Both tables name every method and event there is in this package; a test reads the code and fails on one that is
missing or spare.

Source: https://docs.slack.dev/reference/app-manifest/ and the *Scopes* of each method's and event's page.
"""

from collections.abc import Mapping
from typing import Any, Literal

from bot.channels.slack import slack_words as words
from bot.channels.slack.http_transport import PATH
from bot.channels.slack.interactions import COMMAND, SHORTCUT
from bot.model import Locale

Transport = Literal["socket", "http"]

HISTORY = ("channels:history", "groups:history", "im:history")

METHODS: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # with the app token, which has a right of its own
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": HISTORY,
    "conversations.open": ("im:write",),
    "conversations.replies": HISTORY,
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
}
"""Every method that is called, with the scopes it needs in the kinds of rooms Lotse is in."""

DESK_METHODS: Mapping[str, tuple[str, ...]] = {
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
}
"""The same, for methods that are called where coordinators work cases in Slack."""

AGENT_METHODS: Mapping[str, tuple[str, ...]] = {
    "assistant.threads.setStatus": ("assistant:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
}
"""The same, for methods that are called in the agent view only."""

EVENTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "message": {
        "message.channels": ("channels:history",),
        "message.groups": ("groups:history",),
        "message.im": ("im:history",),
    },
    "app_mention": {"app_mention": ("app_mentions:read",)},
    "reaction_added": {"reaction_added": ("reactions:read",)},
    "app_home_opened": {"app_home_opened": ()},
}
"""Every event that is handled: the subscriptions that bring it, each with its scopes."""

DESK_EVENTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "member_joined_channel": {"member_joined_channel": ("channels:read", "groups:read")},
}
"""The same, for events that matter where coordinators work cases in Slack."""

COMMAND_SCOPE = "commands"
"""For the command and the shortcut."""


def scopes(*, agent_view: bool, desk: bool = False) -> tuple[str, ...]:
    """The scopes the app asks for, in order."""
    needed = {COMMAND_SCOPE}
    for methods in (METHODS, AGENT_METHODS if agent_view else {}, DESK_METHODS if desk else {}):
        needed.update(scope for each in methods.values() for scope in each)
    for subscriptions in (*EVENTS.values(), *(DESK_EVENTS.values() if desk else ())):
        needed.update(scope for each in subscriptions.values() for scope in each)
    return tuple(sorted(needed))


def subscriptions(*, desk: bool = False) -> tuple[str, ...]:
    """The events the app subscribes to, in order."""
    handled = (*EVENTS.values(), *(DESK_EVENTS.values() if desk else ()))
    return tuple(sorted(name for each in handled for name in each))


def manifest(
    transport: Transport, address: str, *, agent_view: bool, desk: bool = False, locale: Locale = "de"
) -> dict[str, Any]:
    """The manifest. ``desk``: coordinators work in Slack too. ``address`` is where Slack reaches Lotse by HTTP, such as ``https://lotse.example.org``."""
    url = {"request_url": f"{address}{PATH}"} if transport == "http" else {}
    command = {
        "command": COMMAND,
        "description": words.COMMAND_ABOUT[locale],
        "usage_hint": words.COMMAND_HINT[locale],
        "should_escape": True,
        **({"url": url["request_url"]} if url else {}),
    }
    shortcut = {
        "name": words.SHORTCUT_NAME[locale],
        "type": "message",
        "callback_id": SHORTCUT,
        "description": words.SHORTCUT_ABOUT[locale],
    }
    features: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "lotse", "always_online": True},
        "shortcuts": [shortcut],
        "slash_commands": [command],
    }
    if agent_view:
        features["agent_view"] = {"agent_description": words.ABOUT[locale]}  # prompts come with the content of the day
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Lotse",
            "description": words.ABOUT[locale],
            "long_description": words.LONG_ABOUT[locale],
            "background_color": "#0b3954",
        },
        "features": features,
        "oauth_config": {"scopes": {"bot": list(scopes(agent_view=agent_view, desk=desk))}},
        "settings": {
            "event_subscriptions": {**url, "bot_events": list(subscriptions(desk=desk))},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": transport == "socket",
            "token_rotation_enabled": False,
        },
    }
