"""Coordinators, an admin and an office with two teams, for tests of cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.handoff.absence import Deputy
from bot.handoff.office import PlainOffice
from bot.model import Staff

MARIA = Staff("maria", "Maria Petersen", frozenset({"coordinator"}), frozenset({"foerderung"}))
JAN = Staff("jan", "Jan Thomsen", frozenset({"coordinator"}), frozenset({"foerderung", "anerkennung"}))
OLE = Staff("ole", "Ole Hansen", frozenset({"coordinator"}), frozenset({"anerkennung"}))
ADMIN = Staff("ada", "Ada Admin", frozenset({"admin"}), frozenset({"foerderung"}))


@dataclass(frozen=True)
class DeskOffice(PlainOffice):
    """Four hours for the first reply, eight for the next, five days for the solution; some may be away."""

    away: frozenset[str] = frozenset()
    deputies: Mapping[str, Deputy] = field(default_factory=dict)
    day: timedelta | None = None
    on_purpose: frozenset[str] = frozenset()
    stands_in: Mapping[str, str] = field(default_factory=dict)
    led_by: Mapping[str, tuple[Deputy, ...]] = field(default_factory=dict)
    closed_until: datetime | None = None

    def team_name(self, team, locale):
        return {"foerderung": "Förderberatung", "anerkennung": "Anerkennung"}.get(team, team)

    def team_of(self, topic):
        return {"bonus": "foerderung", "zab": "anerkennung"}.get(topic)

    def relays_all(self, team):
        return team not in self.on_purpose

    def deputy_team(self, team):
        return self.stands_in.get(team)

    def leads(self, team, now):
        return self.led_by.get(team, ())

    def opens(self, team, moment):
        return moment if self.closed_until is None else max(moment, self.closed_until)

    def first_due(self, team, since):
        return since + timedelta(hours=4)

    def next_due(self, team, since):
        return since + timedelta(hours=8)

    def solution_due(self, team, since):
        return since + timedelta(days=5)

    def day_ends(self, team, now):
        return None if self.day is None else now + self.day

    def present(self, staff, now):
        return staff not in self.away

    def deputy(self, staff, now):
        return self.deputies.get(staff)
