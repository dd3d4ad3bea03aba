"""Who answers now: somebody who is away has a deputy, who may be away as well, and so on.

An absence ends by itself: nobody has to come back by hand. It names one deputy; chains follow from several absences and
are looked at for the moment in question, so that a deputy who leaves later changes nothing before. Circles are refused
when an absence is entered, and a chain that was stored in spite of that ends where it would begin again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Absence, AbsenceRefusal, Locale, Staff, StaffId

REFUSALS: Mapping[AbsenceRefusal, Mapping[Locale, str]] = {
    "ends_first": {
        "de": "Die Abwesenheit endet, bevor sie beginnt.",
        "en": "The absence ends before it begins.",
    },
    "own_deputy": {
        "de": "Niemand kann sich selbst vertreten.",
        "en": "Nobody can stand in for themselves.",
    },
    "overlaps": {
        "de": "In dieser Zeit ist schon eine Abwesenheit eingetragen. Beenden Sie sie zuerst.",
        "en": "There is an absence in this time already. End it first.",
    },
    "circle": {
        "de": "Diese Vertretung ist zur selben Zeit selbst abwesend und würde am Ende wieder von Ihnen vertreten.",
        "en": "This deputy is away at the same time and would in the end be represented by you again.",
    },
}
"""What the person who enters the absence reads."""


LONGEST_ABSENCE = timedelta(days=400)
"""How far ahead an absence may end; what is further is a mistake in the year."""


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for a coordinator."""

    id: StaffId
    name: str


def period_of(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime] | None:
    """From when until when an absence lasts that is entered now; without ``since`` it begins now.

    None: its end is missing, past or too far away, or lies before its beginning.
    """
    since = now if since is None else since
    if until is None or not now < until <= now + LONGEST_ABSENCE or since > until:
        return None
    return max(since, now), until


def deputies_of(me: Staff, people: Iterable[Staff]) -> list[Staff]:
    """The coordinators who may stand in for somebody, those of their own teams first."""
    able = [staff for staff in people if "coordinator" in staff.roles and staff.id != me.id]
    return sorted(able, key=lambda staff: (not any(me.is_in(team) for team in staff.teams), staff.name))


def refusal_of(new: Absence, others: Sequence[Absence]) -> AbsenceRefusal | None:
    """Why an absence is not taken; None when it is fine. ``others``: those that are stored, of everybody."""
    if new.until <= new.since:
        return "ends_first"
    if new.deputy == new.staff:
        return "own_deputy"
    others = [other for other in others if other.id is None or other.id != new.id]
    if any(other.staff == new.staff and _meet(other, new.since, new.until) for other in others):
        return "overlaps"
    if new.deputy is not None and _leads_back(new.deputy, new.since, new.until, new.staff, others, frozenset()):
        return "circle"
    return None


def absence_at(staff: StaffId, absences: Sequence[Absence], now: datetime) -> Absence | None:
    """The absence that keeps somebody away at this moment; None: they are there."""
    return next((one for one in absences if one.staff == staff and one.since <= now < one.until), None)


def present(staff: StaffId, absences: Sequence[Absence], now: datetime) -> bool:
    """Whether somebody is there at this moment."""
    return absence_at(staff, absences, now) is None


def deputy_of(staff: StaffId, absences: Sequence[Absence], now: datetime) -> StaffId | None:
    """Who answers for somebody who is away: the first of their deputies who is there.

    None: they are there themselves, or nobody stands in.
    """
    return None if present(staff, absences, now) else answers_for(staff, absences, now)


def answers_for(staff: StaffId, absences: Sequence[Absence], now: datetime) -> StaffId | None:
    """Who has the word at this moment: the person, or the first deputy who is there; None: nobody."""
    return next((one for one in chain_of(staff, absences, now) if present(one, absences, now)), None)


def chain_of(staff: StaffId, absences: Sequence[Absence], now: datetime) -> Iterator[StaffId]:
    """The person, their deputy, the deputy's deputy and so on, each once."""
    seen: set[StaffId] = set()
    name: StaffId | None = staff
    while name is not None and name not in seen:
        yield name
        seen.add(name)
        away = absence_at(name, absences, now)
        name = away.deputy if away is not None else None


def _meet(absence: Absence, since: datetime, until: datetime) -> bool:
    return absence.since < until and since < absence.until


def _leads_back(
    name: StaffId, since: datetime, until: datetime, to: StaffId, absences: Sequence[Absence], seen: frozenset[StaffId]
) -> bool:
    """Whether some moment between the two leads from deputy to deputy back to ``to``."""
    if name == to:
        return True
    if name in seen:
        return False
    return any(
        _leads_back(one.deputy, max(one.since, since), min(one.until, until), to, absences, seen | {name})
        for one in absences
        if one.staff == name and one.deputy is not None and _meet(one, since, until)
    )
