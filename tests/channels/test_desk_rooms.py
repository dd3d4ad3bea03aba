"""Which room belongs to which team, as operators write it."""

import pytest

from bot.channels.desk_rooms import check_desk_rooms, read_desk_rooms
from bot.errors import ConfigError
from bot.model import DeskRoom


def rooms(given):
    return read_desk_rooms("LOTSE_X_DESK_ROOMS", given, "x", lambda room: room.startswith("!"), "!abc")


def test_a_team_has_a_room_and_a_room_alone_takes_all_other_teams():
    assert rooms("") == ()
    assert rooms("!a") == (DeskRoom("x", "!a", rest=True),)
    both = rooms("foerderung=!a, module=!a  !b anerkennung=!b")
    assert both == (
        DeskRoom("x", "!a", frozenset({"foerderung", "module"})),
        DeskRoom("x", "!b", frozenset({"anerkennung"}), rest=True, elsewhere=frozenset({"foerderung", "module"})),
    )
    assert [[room.takes(team) for team in ("foerderung", "anerkennung", "new")] for room in both] == [
        [True, False, False],
        [False, True, True],
    ]


@pytest.mark.parametrize("given", ["foerderung", "=!a", "foerderung=", "a=!x a=!y", "a=!x a=!x", "!x !y", "a=#x"])
def test_what_can_only_be_a_mistake_is_refused_with_the_setting_named(given):
    with pytest.raises(ConfigError, match="LOTSE_X_DESK_ROOMS is not usable at"):
        rooms(given)


def test_a_room_for_a_team_there_is_not_is_refused():
    check_desk_rooms(rooms("a=!x !y"), {"a": 1, "b": 2})
    with pytest.raises(ConfigError, match="LOTSE_X_DESK_ROOMS names the team `c`"):
        check_desk_rooms(rooms("c=!x"), {"a": 1, "b": 2})
