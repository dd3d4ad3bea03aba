"""Which room belongs to which team, as an operator writes it: ``foerderung=!abc:example.org module=!def:example.org``.

A room alone, without a team in front, takes the cases of all teams that have no room of their own.
"""

from collections.abc import Callable, Collection, Iterable

from bot.errors import ConfigError
from bot.model import DeskRoom


def read_desk_rooms(
    setting: str, given: str, channel: str, is_room: Callable[[str], bool], example: str
) -> tuple[DeskRoom, ...]:
    """The rooms in the value of a setting. Raises ConfigError naming it."""
    by_room: dict[str, set[str]] = {}
    rest: str | None = None
    for pair in given.replace(",", " ").split():
        team, equals, room = pair.partition("=")
        if not equals:
            team, room = "", pair
        named = any(team in teams for teams in by_room.values())
        if not is_room(room) or (equals and not team) or named or (not equals and rest is not None):
            raise ConfigError(
                f"{setting} is not usable at `{pair}`: write team=room, such as foerderung={example}, once for each team; one "
                "room without a team takes all others."
            )
        teams = by_room.setdefault(room, set())
        if equals:
            teams.add(team)
        else:
            rest = room
    every = frozenset(team for teams in by_room.values() for team in teams)
    return tuple(
        DeskRoom(channel, room, frozenset(teams), room == rest, every - teams if room == rest else frozenset())
        for room, teams in by_room.items()
    )


def check_desk_rooms(rooms: Iterable[DeskRoom], teams: Collection[str]) -> None:
    """Raises ConfigError when a room is for a team the content does not have."""
    for room in rooms:
        for team in sorted(room.teams):
            if team not in teams:
                raise ConfigError(
                    f"LOTSE_{room.channel.upper()}_DESK_ROOMS names the team `{team}`, which knowledge/teams.yaml does not have; "
                    f"there are {', '.join(sorted(teams))}."
                )
