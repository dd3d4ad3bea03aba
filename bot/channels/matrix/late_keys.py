"""Encrypted events whose key has not arrived, and events of a room that cannot be looked at: they wait here, and survive a stop.

When the key comes the event is read as if it had just been written. After a minute its writer is told once that it cannot be
read; it goes on waiting for a day, because keys do come late, or until it is deleted. Only what the server holds as well is
kept, in a file beside the key store: the encrypted event, or of one in clear its id, never a text. The file is written before
the cursor, so nothing is lost in between: once for all events of an answer, and beside the event loop.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.channels.matrix.event_reading import id_of, inside, relation_of
from bot.channels.matrix.sealed_file import replace_file
from bot.errors import ConfigError

TELL_AFTER = timedelta(seconds=60)
KEEP_FOR = timedelta(days=1)
MOST_WAITING = 1_000
MOST_BYTES = 8_000_000
"""All events together. Somebody who sends unreadable events on purpose pushes out their own oldest ones first."""


Why = Literal["key", "room", "gap"]
"""What it waits for: its key, or that the homeserver can tell about its room. Who wrote it is told of a key only.

A *gap* is no event but stands for those between two tokens, ``before`` and ``since``, that the homeserver could not tell either.
"""


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """One event that waits for its key. ``read`` is the change of it that was read in its place."""

    room: str
    event: Mapping[str, Any]
    since: datetime
    told: bool = False
    why: Why = "key"
    read: str | None = None

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.event.get("event_id"))

    @property
    def relation(self) -> Mapping[str, Any]:
        """What it relates to, which stands beside what is encrypted."""
        return relation_of(inside(self.event, "content"))

    @property
    def changes(self) -> str | None:
        """The event it changes, if it is a change."""
        return id_of(self.relation.get("event_id"), "$") if self.relation.get("rel_type") == "m.replace" else None


class LateKeys:
    """The events that wait; what was changed is on disk once ``keep`` has returned."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier start left. Raises ConfigError when the file is damaged."""
        self._path = path
        self._waiting: dict[str, WaitingEvent] = {}
        self._rows: dict[str, bytes] = {}
        """Each event as it stands in the file: made once, for to make all of them would hold up the event loop."""
        self._bytes = 0
        self._changed = False
        self._one_writes = asyncio.Lock()
        if path.is_file():
            try:
                for each in json.loads(path.read_text("utf-8")):
                    since = datetime.fromisoformat(each["since"])
                    why, read = each.get("why", "key"), each.get("read")
                    self._put(WaitingEvent(each["room"], each["event"], since, each["told"], why, read))
            except (ValueError, KeyError, TypeError):
                raise ConfigError(f"{path} is damaged; delete it (messages that waited for a key are lost).") from None

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, room: str, event: Mapping[str, Any], now: datetime, why: Why = "key") -> None:
        """Let this event wait; one that waits already goes on waiting."""
        one = WaitingEvent(room, event, now, told=why != "key", why=why)
        if one.id in self._waiting:
            return
        self._put(one)
        self._changed = True
        while len(self._waiting) > MOST_WAITING:
            self._drop_of_most(lambda event_id: 1)
        while self._bytes > MOST_BYTES:
            self._drop_of_most(lambda event_id: len(self._rows[event_id]))

    def find(self, room: str, event_id: str) -> WaitingEvent | None:
        """The event of this room, if it waits."""
        found = self._waiting.get(event_id)
        return found if found is not None and found.room == room else None

    def remove(self, room: str, event_id: str) -> None:
        """It was deleted in this room: neither it nor a change of it is of use to anybody any more."""
        here = [each for each in self._waiting.values() if each.room == room]
        self.done([each.id for each in here if event_id in (each.id, each.changes)])

    def wait_for_key(self, event_id: str, now: datetime) -> None:
        """This one's room can be looked at again, and its key has not come. Of what was read as changed nobody is told."""
        one = self._waiting.get(event_id)
        if one is not None:  # it may have been forgotten meanwhile
            self._put(replace(one, since=now, told=one.read is not None, why="key"))
            self._changed = True

    def waiting(self) -> tuple[WaitingEvent, ...]:
        """All events that wait, the oldest first."""
        return tuple(self._waiting.values())

    def overdue(self, now: datetime) -> tuple[WaitingEvent, ...]:
        """The events whose writers have to be told now."""
        return tuple(each for each in self._waiting.values() if not each.told and now - each.since >= TELL_AFTER)

    def due_in(self, now: datetime, counts: Callable[[WaitingEvent], bool]) -> timedelta | None:
        """How long until somebody has to be told of an event that ``counts``; None when nobody has to."""
        due = [each.since + TELL_AFTER - now for each in self._waiting.values() if not each.told and counts(each)]
        return min(due) if due else None

    def told(self, ids: Collection[str]) -> None:
        """Their writers know."""
        for event_id in ids:
            if event_id in self._waiting:
                self._put(replace(self._waiting[event_id], told=True))
                self._changed = True

    def read_as(self, event_id: str, change: str) -> None:
        """This change was read in its place, so that its writer need not be told."""
        if event_id in self._waiting:
            self._put(replace(self._waiting[event_id], told=True, read=change))
            self._changed = True

    def done(self, ids: Collection[str]) -> None:
        """These have been read, or are nothing of ours."""
        for event_id in tuple(ids):
            self._drop(event_id)

    def drop_old(self, now: datetime) -> None:
        """Forget what has waited too long."""
        self.done([each.id for each in self._waiting.values() if now - each.since >= KEEP_FOR])

    async def keep(self) -> None:
        """Write what was changed since the last time. Raises OSError."""
        async with self._one_writes:
            if not self._changed:
                return
            self._changed = False
            try:
                await asyncio.to_thread(replace_file, self._path, b"[" + b",\n".join(self._rows.values()) + b"]")
            except BaseException:
                self._changed = True
                raise

    def _put(self, one: WaitingEvent) -> None:
        row = {"room": one.room, "event": dict(one.event), "since": one.since.isoformat(), "told": one.told}
        row |= {"why": one.why, "read": one.read}
        written = json.dumps(row).encode()
        self._bytes += len(written) - len(self._rows.get(one.id, b""))
        self._waiting[one.id], self._rows[one.id] = one, written

    def _drop(self, event_id: str) -> None:
        if self._waiting.pop(event_id, None) is not None:
            self._bytes -= len(self._rows.pop(event_id))
            self._changed = True

    def _drop_of_most(self, weight: Callable[[str], int]) -> None:
        """Forget the oldest event of who has sent most."""
        sent: Counter[str] = Counter()
        for event_id, each in self._waiting.items():
            sent[str(each.event.get("sender"))] += weight(event_id)
        most = max(sent, key=sent.__getitem__)
        self._drop(next(key for key, each in self._waiting.items() if str(each.event.get("sender")) == most))
