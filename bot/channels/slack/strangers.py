"""Whether who presses, chooses or submits something is of our own workspace; where not, what they are told."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot.channels.slack import slack_words as words
from bot.channels.slack.interactions import of_this_workspace, person_of
from bot.channels.slack.members import Members
from bot.channels.slack.workspace import Workspace
from bot.errors import ChannelError

log = structlog.get_logger(__name__)


async def refusal_of(body: Mapping[str, Any], us: Workspace, members: Members) -> str | None:
    """Why nothing is taken in from whoever sent this; None from somebody of our own workspace."""
    ours = of_this_workspace(body, us.team)
    if ours is None:
        try:
            ours = await members.belongs(person_of(body).external_user, us)
        except ChannelError as error:
            log.warning("slack_sender_not_looked_up", reason=error.reason)
            return words.NOT_KNOWN_TOLD
    return None if ours else words.STRANGER_TOLD
