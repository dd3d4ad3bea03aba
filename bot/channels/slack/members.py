"""The members of one workspace: what they are called, and who is in a room of coordinators.

An employee's name is asked for only once they agreed that the coordinators may see it. In a room of coordinators nobody counts who
is a program, a guest, of another workspace or no longer there; a name gives nobody any right.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.channels.slack.slack_api import SlackApi
from bot.channels.slack.workspace import Workspace
from bot.errors import ChannelError
from bot.model import Person, RoomMember, RoomState

log = structlog.get_logger(__name__)

PATIENCE_S = 1.0
"""Slack waits for the answer to a press meanwhile; a name that does not come in time is left out."""
PAGE, MOST_PAGES = 200, 25
AT_ONCE = 5


class Members:
    """Asks Slack about people."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    async def named(self, person: Person) -> Person:
        """The same person with the name their profile shows; without one when Slack does not say it in time."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                user = await self._user(person.external_user)
        except (ChannelError, TimeoutError):
            return person
        return replace(person, display_name=_name_of(user))

    async def in_room(self, room: str, us: Workspace) -> RoomState:
        """Who is in this room, and counts there. Who cannot be looked up bars nobody else. Raises ChannelError."""
        ids: list[str] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self._api.call("conversations.members", channel=room, limit=PAGE, cursor=cursor)
            ids += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        free = asyncio.Semaphore(AT_ONCE)

        async def member(user: str) -> RoomMember:
            try:
                async with free:
                    found = await self._user(user)
            except ChannelError as error:
                log.warning("slack_member_not_looked_up", reason=error.reason)
                return RoomMember(user, joined=False, known=error.permanent)
            return RoomMember(user, _name_of(found), joined=_counts(found, us))

        members = await asyncio.gather(*(member(user) for user in ids if user != us.bot_user))
        if members and not any(member.known for member in members):
            raise ChannelError(f"Slack says of nobody in {room} who they are")
        return RoomState(tuple(members))

    async def _user(self, user: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (await self._api.call("users.info", user=user))["user"]
        return found


def _name_of(user: Mapping[str, Any]) -> str | None:
    profile = user.get("profile") or {}
    return profile.get("real_name") or user.get("real_name") or profile.get("display_name") or None


def _counts(user: Mapping[str, Any], us: Workspace) -> bool:
    """Whether this is a full member of our own workspace. Guests and strangers are marked; what is not said counts against."""
    team = user.get("team_id")
    marked = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_app_user")
    return team == us.team and not any(user.get(mark) for mark in marked)
