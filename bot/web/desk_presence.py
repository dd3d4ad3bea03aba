"""Who else has a case open, and who is writing in it: a courtesy between colleagues, so that two do not answer at once.

It lives in this process and in nothing else: it is never stored, and nobody can look up later who read what when. Several
processes each know their own pages. Nothing depends on it, because who acts first is decided in the store.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import CaseNumber, Staff, StaffId
from bot.store.announce import Announcer

TYPING_LASTS = timedelta(seconds=8)
"""The page says every few seconds that somebody is still writing."""


def presence_topic(number: CaseNumber) -> str:
    """Rings when somebody opens or leaves the page of a case, or begins to write."""
    return f"presence:{number}"


@dataclass(frozen=True, slots=True)
class Other:
    """A colleague at the same case."""

    name: str
    typing: bool


@dataclass(slots=True)
class _Here:
    name: str
    pages: int = 0
    typing_until: datetime | None = None


@dataclass(slots=True)
class Presence:
    """Who has which case open."""

    announcer: Announcer
    clock: Callable[[], datetime]
    _cases: dict[CaseNumber, dict[StaffId, _Here]] = field(default_factory=dict)

    @contextmanager
    def at(self, number: CaseNumber, staff: Staff) -> Iterator[None]:
        """This person has the case open for as long as the block lasts."""
        here = self._cases.setdefault(number, {}).setdefault(staff.id, _Here(staff.name))
        here.pages += 1
        self.announcer.notify(presence_topic(number))
        try:
            yield
        finally:
            here.pages -= 1
            if here.pages == 0:
                self._cases.get(number, {}).pop(staff.id, None)
                if not self._cases.get(number):
                    self._cases.pop(number, None)
            self.announcer.notify(presence_topic(number))

    def typing(self, number: CaseNumber, staff: Staff, *, stopped: bool = False) -> None:
        """This person writes to the employee at this moment, or has stopped."""
        here = self._cases.get(number, {}).get(staff.id)
        if here is not None:
            here.typing_until = None if stopped else self.clock() + TYPING_LASTS
            self.announcer.notify(presence_topic(number))

    def others(self, number: CaseNumber, me: Staff) -> tuple[Other, ...]:
        """Everybody else at this case, by name."""
        now = self.clock()
        found = (
            Other(here.name, here.typing_until is not None and here.typing_until > now)
            for staff, here in self._cases.get(number, {}).items()
            if staff != me.id
        )
        return tuple(sorted(found, key=lambda one: one.name))
