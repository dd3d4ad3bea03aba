"""What the rules of a case must know about the teams: their names, their promises, who is there.

``Office`` is what the rules ask. ``TeamOffice`` (``team_office.py``) answers it from the teams' calendars and the list of
absences; ``PlainOffice`` knows neither: it promises nothing, counts a day as a day and takes everybody for present.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.content.definitions import Content
from bot.handoff.absence import Deputy
from bot.model import Absence, Locale, StaffId, TopicId

BERLIN = ZoneInfo("Europe/Berlin")


ReadIn = tuple[str, bool | None]
"""A platform on which coordinators have a room, and whether that room is encrypted from end to end; None: nobody knows just now."""


class Office(Protocol):
    """Teams, their working time, and who is there. Every answer is a function of its arguments."""

    def team_name(self, team: str, locale: Locale) -> str:
        """The team's name."""
        ...

    def team_of(self, topic: TopicId) -> str | None:
        """The team that takes handoffs about a topic; None when there is no such topic."""
        ...

    def team_now(self, team: str) -> str:
        """The team whose case this is: the same while there is one, else the one that takes what belongs to no other."""
        ...

    def topic_name(self, topic: TopicId, locale: Locale) -> str:
        """The topic's title."""
        ...

    def speaks_for(self, staff: StaffId | None, team: str) -> str:
        """The team a coordinator belongs to when they have a case of ``team``: that one, unless they are of another."""
        ...

    def relays_all(self, team: str) -> bool:
        """Whether what this team's coordinators write reaches the employee unless it is a note; else only chosen replies do."""
        ...

    def read_in(self, team: str) -> tuple[ReadIn, ...]:
        """Where else than at the desk the cases of this team are read."""
        ...

    def deputy_team(self, team: str) -> str | None:
        """The team that is told when this one did not keep a promise; None: nobody stands in."""
        ...

    def leads(self, team: str, now: datetime) -> tuple[Deputy, ...]:
        """Who leads the team, each or who stands in for them at this moment."""
        ...

    def opens(self, team: str, moment: datetime) -> datetime:
        """The first moment from this one on at which somebody of the team is there: itself while they are."""
        ...

    def first_due(self, team: str, since: datetime) -> datetime | None:
        """Until when somebody replies to a case opened at ``since``; None: nothing is promised."""
        ...

    def next_due(self, team: str, since: datetime) -> datetime | None:
        """Until when the next message of the employee is replied to; None: nothing is promised."""
        ...

    def solution_due(self, team: str, since: datetime) -> datetime | None:
        """Until when the case is to be solved; None: nothing is promised."""
        ...

    def warn_at(self, team: str, since: datetime, due: datetime) -> datetime:
        """When coordinators are warned that ``due`` comes near."""
        ...

    def breach_at(self, team: str, due: datetime) -> datetime:
        """When somebody is told that ``due`` has passed."""
        ...

    def lead_at(self, team: str, due: datetime) -> datetime:
        """When the team's lead is told that ``due`` has passed."""
        ...

    def resumed(self, team: str, due: datetime, paused: datetime, now: datetime) -> datetime:
        """The due time after the case waited from ``paused`` to ``now``."""
        ...

    def after_days(self, team: str, since: datetime, days: int) -> datetime:
        """So many working days after ``since``."""
        ...

    def day_ends(self, team: str, now: datetime) -> datetime | None:
        """When cases nobody acted on go back to the queue; None: they stay."""
        ...

    def promise(self, team: str, due: datetime, now: datetime, locale: Locale) -> str:
        """The due time in words that follow *until*: ``heute 14:00 Uhr``."""
        ...

    def present(self, staff: StaffId, now: datetime) -> bool:
        """Whether this coordinator is there, and still one."""
        ...

    def deputy(self, staff: StaffId, now: datetime) -> Deputy | None:
        """Who stands in for this coordinator; None: nobody."""
        ...


OfficeOf = Callable[[tuple[Absence, ...]], Office]
"""The office of this moment, from the absences that are not over; whoever makes it knows content and staff."""


@dataclass(frozen=True, slots=True)
class PlainOffice:
    """The office of a content without calendars."""

    content: Content | None = None

    def team_name(self, team: str, locale: Locale) -> str:
        """The team's name in the content, or the team itself."""
        known = self.content.teams.get(team) if self.content else None
        return known.name[locale] if known else team

    def team_of(self, topic: TopicId) -> str | None:
        """The topic's team in the content."""
        known = self.content.topics.get(topic) if self.content else None
        return known.team if known else None

    def team_now(self, team: str) -> str:
        """Every team is there."""
        return team

    def topic_name(self, topic: TopicId, locale: Locale) -> str:
        """The topic's title in the content, or the topic itself."""
        titles: Mapping[Locale, str] = (
            self.content.topics[topic].title if self.content and topic in self.content.topics else {}
        )
        return titles.get(locale, topic)

    def speaks_for(self, staff: StaffId | None, team: str) -> str:
        """Everybody belongs to every team."""
        return team

    def relays_all(self, team: str) -> bool:
        """It does."""
        return True

    def read_in(self, team: str) -> tuple[ReadIn, ...]:
        """Nowhere."""
        return ()

    def deputy_team(self, team: str) -> str | None:
        """Nobody stands in."""
        return None

    def leads(self, team: str, now: datetime) -> tuple[Deputy, ...]:
        """Nobody does."""
        return ()

    def opens(self, team: str, moment: datetime) -> datetime:
        """Somebody is always there."""
        return moment

    def first_due(self, team: str, since: datetime) -> datetime | None:
        """Nothing is promised."""
        return None

    def next_due(self, team: str, since: datetime) -> datetime | None:
        """Nothing is promised."""
        return None

    def solution_due(self, team: str, since: datetime) -> datetime | None:
        """Nothing is promised."""
        return None

    def warn_at(self, team: str, since: datetime, due: datetime) -> datetime:
        """After three quarters of the time."""
        return since + (due - since) * 0.75

    def breach_at(self, team: str, due: datetime) -> datetime:
        """At once."""
        return due

    def lead_at(self, team: str, due: datetime) -> datetime:
        """Two hours later."""
        return due + timedelta(hours=2)

    def resumed(self, team: str, due: datetime, paused: datetime, now: datetime) -> datetime:
        """Later by as long as the case waited."""
        return due + (now - paused)

    def after_days(self, team: str, since: datetime, days: int) -> datetime:
        """So many days later."""
        return since + timedelta(days=days)

    def day_ends(self, team: str, now: datetime) -> datetime | None:
        """Cases stay with who claimed them."""
        return None

    def promise(self, team: str, due: datetime, now: datetime, locale: Locale) -> str:
        """Day and time in Schleswig-Holstein."""
        here = due.astimezone(BERLIN)
        return here.strftime("%d.%m. %H:%M Uhr") if locale == "de" else here.strftime("%d %b, %H:%M")

    def present(self, staff: StaffId, now: datetime) -> bool:
        """Everybody is."""
        return True

    def deputy(self, staff: StaffId, now: datetime) -> Deputy | None:
        """Nobody does."""
        return None
