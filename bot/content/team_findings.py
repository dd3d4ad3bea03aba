"""Whatever is wrong with the teams beyond the shape of their file: opening hours, days that are not as usual, deputies.

After these findings every team opens again some day (it has hours in its week, and exceptions end), and following
deputies from team to team comes to an end; the arithmetic of working time relies on both.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations

from bot.content.definitions import DayException, OpenSlot, Team
from bot.content.draft import Draft, Findings, KeyPath, did_you_mean
from bot.content.team_shapes import WEEK

MOST_OF_A_YEAR = timedelta(days=120)
"""So much of every year calendars may close at most: far above real ones, far below what would close a team for good."""


def team_findings(draft: Draft, findings: Findings) -> None:
    """Findings about every team that could be read."""
    teams = draft.content.teams
    for team in teams.values():
        _slots(team, draft, findings)
        _exceptions(team, draft, findings)
        _deputy(team, teams, findings)
        _calendars(team, draft, findings)
    _unused_calendars(draft, findings)


def _path(team: Team, *below: str | int) -> KeyPath:
    return ("teams", team.id, *below)


# --- Hours ---------------------------------------------------------------------------------------------------


def _slots(team: Team, draft: Draft, findings: Findings) -> None:
    written = ((_path(team, "hours", day), slots) for day, slots in zip(WEEK, team.calendar.week, strict=True))
    special = (
        (_path(team, "exceptions", index, "hours"), exception.slots)
        for index, exception in enumerate(team.calendar.exceptions)
    )
    for path, slots in (*written, *special):
        for index, slot in enumerate(slots):
            _one_slot(team.place.file, (*path, index), slot, slots[:index], findings)


def _one_slot(file: str, path: KeyPath, slot: OpenSlot, before: Sequence[OpenSlot], findings: Findings) -> None:
    if slot.end <= slot.start:
        message = f"The end {slot.end:%H:%M} is not after the beginning {slot.start:%H:%M}."
        findings.add(file, path, "KB051", message, "Write the earlier time first; a slot ends on its own day.")
        return
    for other in before:
        if slot.start < other.end and other.start < slot.end:
            message = f"{_clock(slot)} overlaps {_clock(other)} of the same day."
            findings.add(file, path, "KB050", message, "Make one of the two, or let one begin where the other ends.")
            return


def _clock(slot: OpenSlot) -> str:
    return f"{slot.start:%H:%M}-{slot.end:%H:%M}"


# --- Days that are not as usual ------------------------------------------------------------------------------


def _exceptions(team: Team, draft: Draft, findings: Findings) -> None:
    file = team.place.file
    for index, exception in enumerate(team.calendar.exceptions):
        path = _path(team, "exceptions", index)
        keys = _keys(draft, file, path)
        _which_days(file, path, keys, exception, findings)
        if ("closed" in keys) == ("hours" in keys):
            message = "It must be clear whether somebody is there on this day."
            findings.add(file, path, "KB017", message, "Write either `closed: true` or `hours: [...]`.")
    for one, other in _twice(team.calendar.exceptions):
        message = f"Entry {one + 1} is about the same day."
        findings.add(file, _path(team, "exceptions", other), "KB052", message, "Make one entry of the two.")


def _keys(draft: Draft, file: str, path: KeyPath) -> frozenset[str]:
    node = draft.trees[file].find(path)
    return frozenset(node.keys) if node is not None else frozenset()


def _which_days(file: str, path: KeyPath, keys: frozenset[str], exception: DayException, findings: Findings) -> None:
    if keys & {"date", "from", "to"} not in ({"date"}, {"from", "to"}):
        message = "It must be clear which day this is."
        hint = "Write either `date: 2026-12-28`, or `from:` and `to:` for several days in a row."
        findings.add(file, path, "KB017", message, hint)
    elif exception.last < exception.first:
        message = f"The last day {exception.last} is before the first day {exception.first}."
        findings.add(file, (*path, "to"), "KB051", message, "Write the earlier day at `from`.")


def _twice(exceptions: Sequence[DayException]) -> Iterator[tuple[int, int]]:
    """Pairs of exceptions about one day. One for a day of every year gives way to one for a certain day."""
    for (one, first), (other, second) in combinations(enumerate(exceptions), 2):
        if first.yearly != second.yearly:
            continue
        if first.first <= second.last and second.first <= first.last:
            yield one, other


# --- Calendars -----------------------------------------------------------------------------------------------


def _calendars(team: Team, draft: Draft, findings: Findings) -> None:
    file = team.place.file
    for index, name in enumerate(team.calendars):
        if name not in draft.calendars:
            hint = did_you_mean(name, draft.calendars, otherwise="Put the file into knowledge/calendars/.")
            findings.add(file, _path(team, "calendars", index), "KB012", f"There is no calendar `{name}`.", hint)
    yearly = sum((one.end - one.start for one in team.calendar.closings if one.yearly), timedelta())
    if yearly > MOST_OF_A_YEAR:
        message = f"Its calendars close the team for {yearly.days} days of every year."
        hint = "Change the opening hours instead, or give the events an end."
        findings.add(file, _path(team, "calendars"), "KB054", message, hint)


def _unused_calendars(draft: Draft, findings: Findings) -> None:
    used = {name for team in draft.content.teams.values() for name in team.calendars}
    for name in sorted(draft.calendars - used) if not draft.is_broken("teams") else ():
        hint = "Name it under `calendars:` of a team in teams.yaml, or delete it."
        findings.notice(f"knowledge/calendars/{name}", (), "KB055", "No team uses this calendar.", hint)


# --- Deputies ------------------------------------------------------------------------------------------------


def _deputy(team: Team, teams: Mapping[str, Team], findings: Findings) -> None:
    if team.deputy_team is None:
        return
    file, path = team.place.file, _path(team, "deputy_team")
    if team.deputy_team not in teams:
        hint = did_you_mean(team.deputy_team, frozenset(teams), otherwise="Name a team of this file.")
        findings.add(file, path, "KB012", f"There is no team `{team.deputy_team}`.", hint)
    elif team.deputy_team == team.id:
        findings.add(file, path, "KB019", "A team cannot stand in for itself.", "Name another team.")
    elif team.id in _deputies(team, teams):
        message = f"`{team.id}` stands in for itself by way of others."
        findings.add(file, path, "KB019", message, "Delete one of the deputies, so that the last team has none.")


def _deputies(team: Team, teams: Mapping[str, Team]) -> tuple[str, ...]:
    """The deputy, its deputy and so on, each once."""
    found: list[str] = []
    name = team.deputy_team
    while name is not None and name in teams and name not in found:
        found.append(name)
        name = teams[name].deputy_team
    return tuple(found)
