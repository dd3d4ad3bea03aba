"""Rooms the homeserver cannot tell about, while it answers in all others: they must not hold up everybody.

A failure repeats the whole answer, which is right as long as it passes. A room that has failed a few times in a row is set aside,
one that hangs at once, because to wait for it again would cost everybody that time again. Its events wait on disk, as those whose
key has not come, and are read in their order, beside everything else, once the room can be looked at again.
"""

import time
from collections import Counter
from collections.abc import Iterable

import structlog

from bot.channels.matrix.homeserver import HomeserverError

log = structlog.get_logger(__name__)

MOST_FAILURES = 3
"""So often in a row everything is repeated before a room is set aside: about four seconds."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0
"""Between two looks at such a room; a server that is overloaded there shall recover."""


class FailingRooms:
    """Counts failures, and says when to look again. ``aside``: rooms that were set aside before a stop."""

    def __init__(self, aside: Iterable[str] = ()) -> None:
        self._failures: Counter[str] = Counter()
        self._look_at = dict.fromkeys(aside, 0.0)

    @property
    def problem(self) -> str | None:
        """Which rooms are set aside, in a sentence; None when none is."""
        if not self._look_at:
            return None
        rooms = ", ".join(sorted(self._look_at))
        return f"The Matrix homeserver fails in {rooms}: what is written there waits, up to a day."

    def failed(self, room: str, error: HomeserverError, *, hangs: bool = False) -> bool:
        """Note a failure; whether this room is set aside. What concerns all rooms, or is final, is no matter of one room."""
        if error.permanent or error.signed_out or error.retry_after is not None:
            return False
        self._failures[room] = max(self._failures[room] + 1, MOST_FAILURES if hangs else 0)
        if self._failures[room] < MOST_FAILURES:
            return False
        if room not in self._look_at:
            log.warning("matrix_room_set_aside", room=room, reason=error.reason)
        self.look_later(room)
        return True

    def look_later(self, room: str) -> None:
        """Leave this room aside for a while, the longer the more often it has failed."""
        beyond = max(self._failures[room] - MOST_FAILURES, 0)
        self._look_at[room] = time.monotonic() + min(FIRST_PAUSE_S * 2 ** min(beyond, 10), LONGEST_PAUSE_S)

    def is_aside(self, room: str) -> bool:
        """Whether this room is set aside."""
        return room in self._look_at

    def due(self) -> tuple[str, ...]:
        """The rooms that are to be looked at again now."""
        now = time.monotonic()
        return tuple(room for room, at in self._look_at.items() if at <= now)

    def answered(self, room: str) -> None:
        """The room could be read."""
        self._failures.pop(room, None)
        if self._look_at.pop(room, None) is not None:
            log.info("matrix_room_read_again", room=room)
