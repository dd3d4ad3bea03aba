"""What a member of the workspace is called: asked only once they agreed that the coordinators may see their name."""

import asyncio
from dataclasses import replace

from bot.channels.slack.slack_api import SlackApi
from bot.errors import ChannelError
from bot.model import Person

PATIENCE_S = 1.0
"""Slack waits for the answer to a press meanwhile; a name that does not come in time is left out."""


class Members:
    """The members of one workspace."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def named(self, person: Person) -> Person:
        """The same person with the name their profile shows; without one when Slack does not say it in time."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                user = (await self._api.call("users.info", user=person.external_user))["user"]
        except (ChannelError, TimeoutError):
            return person
        profile = user.get("profile") or {}
        name = profile.get("real_name") or user.get("real_name") or profile.get("display_name")
        return replace(person, display_name=name or None)
