"""What the rules of a case ask about teams and people, answered from the teams' calendars and the list of absences.

A team the content no longer knows promises nothing: its cases go to another one (``team_now``), and until that has happened
they go on without due times.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.content.definitions import Content, Sla
from bot.handoff import absence, promises
from bot.handoff.absence import Deputy
from bot.handoff.office import ReadIn
from bot.handoff.working_time import add_working, end_of_working_day, next_opening
from bot.model import Absence, Locale, Staff, StaffId, TopicId

GENERAL_TEAM = "koordination"
"""The team that takes what belongs to no other; the first of all where a content has none of this name."""


def team_now(content: Content, team: str) -> str:
    """The team that takes the cases of this one: itself while the content has it."""
    if team in content.teams or not content.teams:
        return team
    return GENERAL_TEAM if GENERAL_TEAM in content.teams else next(iter(content.teams))


@dataclass(frozen=True, slots=True)
class TeamOffice:
    """The teams of a content, and who of the staff is there. ``names`` are those of everybody who is a coordinator now.

    ``led_by``: the leads by team.
    ``rooms``: by team, where its cases are read besides the desk.
    ``teams_of``: the teams of each coordinator, in the order of the content.
    """

    content: Content
    absences: tuple[Absence, ...] = ()
    names: Mapping[StaffId, str] = field(default_factory=dict)
    led_by: Mapping[str, tuple[StaffId, ...]] = field(default_factory=dict)
    rooms: Mapping[str, tuple[ReadIn, ...]] = field(default_factory=dict)
    teams_of: Mapping[StaffId, tuple[str, ...]] = field(default_factory=dict)

    def team_name(self, team: str, locale: Locale) -> str:
        """The team's name, or its id when the content no longer has it."""
        known = self.content.teams.get(team)
        return known.name[locale] if known else team

    def team_of(self, topic: TopicId) -> str | None:
        """The team that takes handoffs about a topic; None when there is no such topic."""
        known = self.content.topics.get(topic)
        return known.team if known else None

    def team_now(self, team: str) -> str:
        """The team whose case this is: the same while the content has it, else the general one."""
        return team_now(self.content, team)

    def topic_name(self, topic: TopicId, locale: Locale) -> str:
        """The topic's title, or its id when the content no longer has it."""
        known = self.content.topics.get(topic)
        return known.title[locale] if known else topic

    def speaks_for(self, staff: StaffId | None, team: str) -> str:
        """The team a coordinator belongs to when they have a case of ``team``: that one, unless they are of another."""
        theirs = self.teams_of.get(staff, ()) if staff is not None else ()
        return team if team in theirs or not theirs else theirs[0]

    def relays_all(self, team: str) -> bool:
        """Whether what this team's coordinators write reaches the employee unless it is a note; else only chosen replies do."""
        known = self.content.teams.get(team)
        return known is None or known.relay == "all"

    def read_in(self, team: str) -> tuple[ReadIn, ...]:
        """Where else than at the desk the cases of this team are read."""
        return self.rooms.get(team, ())

    def deputy_team(self, team: str) -> str | None:
        """The team that is told when this one did not keep a promise; None: nobody stands in."""
        known = self.content.teams.get(team)
        return known.deputy_team if known else None

    def leads(self, team: str, now: datetime) -> tuple[Deputy, ...]:
        """Who leads the team, each or who stands in for them at this moment; nobody twice."""
        there = (absence.answers_for(staff, self.absences, now) for staff in self.led_by.get(team, ()))
        return tuple(
            Deputy(one, self.names[one]) for one in dict.fromkeys(there) if one is not None and one in self.names
        )

    def opens(self, team: str, moment: datetime) -> datetime:
        """The first moment from this one on at which somebody of the team is there: itself while they are."""
        known = self.content.teams.get(team)
        return next_opening(known.calendar, moment) if known else moment

    def first_due(self, team: str, since: datetime) -> datetime | None:
        """Until when somebody replies to a case opened at ``since``; None: nothing is promised."""
        known = self.content.teams.get(team)
        return promises.due_of(known, "first", since) if known else None

    def next_due(self, team: str, since: datetime) -> datetime | None:
        """Until when the next message of the employee is replied to; None: nothing is promised."""
        known = self.content.teams.get(team)
        return promises.due_of(known, "next", since) if known else None

    def solution_due(self, team: str, since: datetime) -> datetime | None:
        """Until when the case is to be solved; None: nothing is promised."""
        known = self.content.teams.get(team)
        return promises.due_of(known, "solution", since) if known else None

    def warn_at(self, team: str, since: datetime, due: datetime) -> datetime:
        """When coordinators are warned that ``due`` comes near, in working time."""
        known = self.content.teams.get(team)
        if known is None:
            return since + (due - since) * promises.WARN_AT
        return promises.notices_of(known, promises.target_of(known, since, due), since, due)[0].at

    def breach_at(self, team: str, due: datetime) -> datetime:
        """When the deputy is told that ``due`` has passed, in working time."""
        known = self.content.teams.get(team)
        return next_opening(known.calendar, due) if known else due

    def lead_at(self, team: str, due: datetime) -> datetime:
        """When the team's lead is told that ``due`` has passed, in working time."""
        known = self.content.teams.get(team)
        if known is None:
            return due + Sla().lead_after
        return next_opening(known.calendar, add_working(known.calendar, due, known.sla.lead_after))

    def resumed(self, team: str, due: datetime, paused: datetime, now: datetime) -> datetime:
        """The due time after the case waited from ``paused`` to ``now``."""
        known = self.content.teams.get(team)
        return promises.resumed(known.calendar, due, paused, now) if known else due + (now - paused)

    def after_days(self, team: str, since: datetime, days: int) -> datetime:
        """The first opening after so many whole working days."""
        known = self.content.teams.get(team)
        return promises.after_days(known.calendar, since, days) if known else since + timedelta(days=days)

    def day_ends(self, team: str, now: datetime) -> datetime | None:
        """When cases nobody acted on go back to the queue; None: they stay."""
        known = self.content.teams.get(team)
        return end_of_working_day(known.calendar, now) if known and known.ends_with_day else None

    def promise(self, team: str, due: datetime, now: datetime, locale: Locale) -> str:
        """The due time in words that follow *until*: ``heute, 14:00 Uhr``."""
        return promises.due_words(due, now, locale)

    def present(self, staff: StaffId, now: datetime) -> bool:
        """Whether this coordinator is there, and still one."""
        return staff in self.names and absence.present(staff, self.absences, now)

    def deputy(self, staff: StaffId, now: datetime) -> Deputy | None:
        """Who stands in for this coordinator while they are away, and is one too; None: nobody."""
        found = absence.deputy_of(staff, self.absences, now)
        return Deputy(found, self.names[found]) if found is not None and found in self.names else None


def office_at(
    content: Content,
    everybody: Iterable[Staff],
    absences: tuple[Absence, ...],
    rooms: Mapping[str, tuple[ReadIn, ...]] | None = None,
) -> TeamOffice:
    """The office of this moment: ``everybody`` who coordinates, the absences that are not over, the rooms of the teams."""
    coordinators = [staff for staff in everybody if "coordinator" in staff.roles]
    return TeamOffice(
        content,
        absences,
        {staff.id: staff.name for staff in coordinators},
        led_by={team: tuple(staff.id for staff in coordinators if staff.is_lead_of(team)) for team in content.teams},
        rooms=rooms or {},
        teams_of={staff.id: tuple(team for team in content.teams if staff.is_in(team)) for staff in coordinators},
    )
