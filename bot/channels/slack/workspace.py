"""Who Lotse is in Slack, and who belongs to the workspace it was installed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SLACKBOT = "USLACKBOT"
"""Slack's own program; its messages carry no id of a bot."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace, and the user and bot Lotse is there; from ``auth.test``."""

    team: str
    bot_user: str
    bot_id: str | None = None
    name: str = ""

    def is_stranger(self, sender: Mapping[str, Any]) -> bool:
        """Whether an event was caused by somebody of another workspace, in a channel two of them share (Slack Connect).

        Slack names the sender's workspace in ``user_team`` and ``source_team`` there; ``team`` is it elsewhere.
        """
        team = sender.get("user_team") or sender.get("source_team") or sender.get("team")
        return isinstance(team, str) and team != self.team

    def is_own(self, message: Mapping[str, Any]) -> bool:
        """Whether a program wrote this, Lotse itself included: two programs that answer each other never stop."""
        return bool(message.get("bot_id")) or message.get("user") in (None, self.bot_user, SLACKBOT)

    def is_meant_by(self, body: Mapping[str, Any]) -> bool:
        """Whether what arrived is for this installation and not for one in another workspace."""
        teams = {body.get("team_id"), _id_of(body.get("team"))}
        teams |= {each.get("team_id") for each in body.get("authorizations") or ()}
        return self.team in teams


def workspace_from(answer: Mapping[str, Any]) -> Workspace:
    """The workspace in an answer of ``auth.test``."""
    return Workspace(answer["team_id"], answer["user_id"], answer.get("bot_id"), answer.get("team", ""))


def _id_of(team: Any) -> str | None:
    return team.get("id") if isinstance(team, Mapping) else None
