"""Lines a page has read already, so that its next look reads only those that may have changed.

What was said stays as it was said. Three kinds of lines may be another at the next look: new ones, those on their way to somebody,
and those whose words were changed or taken back. Lines that are gone show in the number of those that are left. A rating is no
change: an open page shows its own as it was pressed.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, or_

from bot.store.tables import transcript

Line = TypeVar("Line")

UNSETTLED = frozenset({"waiting", "sending", "parked"})
"""States of a row of the outbox that may still become others."""


def words_changed() -> ColumnElement[bool]:
    """Whether the words of this line of the transcript are no longer the ones that were said first."""
    return or_(transcript.c.edited_at.is_not(None), transcript.c.deleted_at.is_not(None))


class KeptLines(Generic[Line]):
    """The lines as they were at the last look, oldest first. A line that is the same is the same object."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._unsettled: set[int] = set()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them."""
        return tuple(self._lines.values())

    @property
    def first(self) -> int:
        """The number of the oldest line; there must be one."""
        return next(iter(self._lines))

    def may_differ(self, number: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether the line of this number is new or was still on its way.

        The newest line that is known is among them, so that whoever asks always gets a row while it is there.
        """
        return or_(number >= next(reversed(self._lines)), number.in_(self._unsettled))

    def take_in(self, read: Iterable[tuple[int, Line, bool]]) -> None:
        """Lines in the order of their numbers; each with its number, and whether it is unsettled."""
        for number, line, unsettled in read:
            if self._lines.get(number) != line:
                self._lines[number] = line
            if unsettled:
                self._unsettled.add(number)
            else:
                self._unsettled.discard(number)

    def replace(self, read: Iterable[tuple[int, Line, bool]]) -> None:
        """These are all there are."""
        known, self._lines, self._unsettled = self._lines, {}, set()
        self.take_in((number, _same(known.get(number), line), unsettled) for number, line, unsettled in read)

    def shorten(self, most: int) -> None:
        """Keep only so many, the newest."""
        for number in list(self._lines)[: max(0, len(self._lines) - most)]:
            del self._lines[number]
            self._unsettled.discard(number)


def _same(known: Line | None, line: Line) -> Line:
    return known if known is not None and known == line else line
