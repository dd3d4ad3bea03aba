"""People whom a coordinator picked from a list while typing. Pure.

What a platform sends for one of them is an id (``<@U012ABC>``), kept in the words until it is known who that is. Readers want a
name; a command wants the one who was picked, whoever else is called so.
"""

import re
from collections.abc import Mapping

from bot.dialogue.desk_commands import Command, CommandName, read_command
from bot.model import Staff

PICKED = re.compile(r"<@([^<>\s|]{1,80})>")
SOMEBODY = "@…"
"""Stands for somebody who is no coordinator: an id says nothing to a reader."""

ABOUT_SOMEBODY: frozenset[CommandName] = frozenset({"transfer", "away"})
"""Commands that say to whom a case goes, or who stands in."""


def with_people(text: str, known: Mapping[str, Staff]) -> str:
    """The words with names in place of ids; the first of a command that is about somebody stays an id, that of the staff.

    ``known`` are the coordinators, by the platform's id of each.
    """
    command = read_command(text)
    if isinstance(command, Command) and command.name in ABOUT_SOMEBODY:
        target, colon, note = text.partition(":")
        text = PICKED.sub(lambda found: known[found[1]].id if found[1] in known else SOMEBODY, target, count=1)
        text += colon + note
    return PICKED.sub(lambda found: f"@{known[found[1]].name}" if found[1] in known else SOMEBODY, text)
