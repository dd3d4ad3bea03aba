"""The members of one workspace: whether somebody is one, what they are called, and who is in a room of coordinators.

An employee's name is asked for only once they agreed that the coordinators may see it; of who sends something that does not say
which workspace they are of, nothing else is looked at or kept. In a room of coordinators nobody counts who
is a program, a guest, of another workspace or no longer there; a name gives nobody any right.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.channels.slack.slack_api import SlackApi
from bot.channels.slack.workspace import Workspace
from bot.errors import ChannelError
from bot.model import CONSENT, Input, Person, Pressed, RoomMember, RoomState

log = structlog.get_logger(__name__)

NOT_IN_ROOM = "Lotse is not in {room} (LOTSE_SLACK_DESK_ROOMS): write `/invite @lotse` in that channel."
ARCHIVED = "The channel {room} (LOTSE_SLACK_DESK_ROOMS) is archived: unarchive it, or set another one."
_SAY_SO = ("not_in_channel", "channel_not_found")
"""What Slack answers then; the second about a private channel, which to an app outside it is none."""

PATIENCE_S = 1.0
"""Slack waits for the answer to a press meanwhile; a name that does not come in time is left out."""
PAGE, MOST_PAGES = 200, 25
AT_ONCE = 5
BELIEVED_S = 300.0
"""So long an answer about whether somebody belongs to the workspace counts."""
MOST_BELIEVED = 10_000


class Members:
    """Asks Slack about people."""

    def __init__(self, api: SlackApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._api, self._clock = api, clock
        self._belonging: dict[str, tuple[bool, float]] = {}

    async def belongs(self, user: str, us: Workspace) -> bool:
        """Whether somebody is of our own workspace, as an employee or a guest. Raises ChannelError when Slack does not say."""
        known, now = self._belonging.get(user), self._clock()
        if known is not None and now - known[1] < BELIEVED_S:
            return known[0]
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = _is_ours(await self._user(user), us)
        except TimeoutError as error:
            raise ChannelError("Slack does not say in time who somebody is") from error
        if len(self._belonging) >= MOST_BELIEVED:
            self._belonging.clear()
        self._belonging[user] = found, now
        return found

    async def named(self, person: Person) -> Person:
        """The same person with the name their profile shows; without one when Slack does not say it in time."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                user = await self._user(person.external_user)
        except (ChannelError, TimeoutError):
            return person
        return replace(person, display_name=_name_of(user))

    async def named_for(self, person: Person, given: Input) -> Person:
        """The person, with their name once they let the coordinators see it by this, pressed, typed or said by a sign."""
        return await self.named(person) if _consents(given) else person

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
        return RoomState(tuple(members), with_lotse=us.bot_user in ids)

    async def _user(self, user: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (await self._api.call("users.info", user=user))["user"]
        return found


def absence(room: str, told: ChannelError | RoomState) -> str | None:
    """What to do when this says that Lotse is not in a room of coordinators; None when it does not."""
    if isinstance(told, RoomState):
        return None if told.with_lotse else NOT_IN_ROOM.format(room=room)
    return NOT_IN_ROOM.format(room=room) if any(code in told.reason for code in _SAY_SO) else None


def archived(room: str, error: ChannelError) -> str | None:
    """What to do when this says that a room of coordinators is archived, so that nobody may write there; None when it does not."""
    return ARCHIVED.format(room=room) if "is_archived" in error.reason else None


def _consents(given: Input) -> bool:
    """Whether coordinators may see the name from now on, so that it has to be known."""
    return isinstance(given, Pressed) and (given.value == CONSENT or given.value.startswith(f"{CONSENT}:"))


def _name_of(user: Mapping[str, Any]) -> str | None:
    profile = user.get("profile") or {}
    return profile.get("real_name") or user.get("real_name") or profile.get("display_name") or None


def _counts(user: Mapping[str, Any], us: Workspace) -> bool:
    """Whether this is a full member of our own workspace. Guests and strangers are marked; what is not said counts against."""
    marked = ("is_bot", "is_restricted", "is_ultra_restricted", "is_app_user")
    return _is_ours(user, us) and not any(user.get(mark) for mark in marked)


def _is_ours(user: Mapping[str, Any], us: Workspace) -> bool:
    return user.get("team_id") == us.team and not user.get("is_stranger") and not user.get("deleted")
