"""Who is a coordinator, where that follows from a room of a chat platform. Pure; who is in the room is looked up elsewhere.

Whoever is in the coordinators' room is one, if their power there is enough; nothing else makes anybody one. People are told
apart by the platform's own id, compared to the letter: a display name, or an id that only looks alike, gives nothing. When the
members cannot be looked up, nobody is a coordinator for the moment.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from bot.model import ALL_TEAMS, RoomMember, Staff, StaffId

LONGEST_NAME = 80


def coordinator_of(
    member: RoomMember, teams: frozenset[str], linked: Mapping[str, Staff], least_power: int = 0, channel: str = ""
) -> Staff | None:
    """The member of a room of this channel as somebody of the staff; None when they may not act.

    ``linked`` are people of the staff file by the accounts they linked: they act under that name, with their teams and these.
    """
    if not member.joined or member.power < least_power:
        return None
    known = linked.get(member.external_user)
    if known is None:
        name = shown_name(member)
        return Staff(StaffId(member.external_user), name, frozenset({"coordinator"}), teams, channel=channel)
    return replace(known, roles=known.roles | {"coordinator"}, teams=_both(known.teams, teams))


def in_both(one: Staff, other: Staff) -> Staff:
    """Somebody who is known from two places, such as two rooms, with the roles and the teams they have in either."""
    return replace(one, roles=one.roles | other.roles, teams=_both(one.teams, other.teams))


def _both(teams: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    return ALL_TEAMS if ALL_TEAMS in (teams, others) else teams | others


def shown_name(member: RoomMember) -> str:
    """What employees read as the name: the display name without anything invisible, else the id's own part."""
    given = "".join(
        each for each in member.display_name or "" if each == " " or unicodedata.category(each)[0] not in "CZ"
    )
    name = " ".join(given.split())[:LONGEST_NAME]
    return name or member.external_user.lstrip("@").partition(":")[0]
