"""Encrypted events whose key has not arrived: they wait here, and survive a stop.

When the key comes the event is read as if it had just been written. After a minute its writer is told once that it cannot be
read; it goes on waiting for a day, because keys do come late. Only what the server holds as well is kept, in a file beside
the key store: the encrypted event, never a text. The file is written before the cursor, so nothing is lost in between.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.channels.matrix.sealed_file import replace_file
from bot.errors import ConfigError

TELL_AFTER = timedelta(seconds=60)
KEEP_FOR = timedelta(days=1)
MOST_WAITING = 1_000
"""Somebody who sends unreadable events on purpose pushes out their own oldest ones first."""


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """One event that waits for its key."""

    room: str
    event: Mapping[str, Any]
    since: datetime
    told: bool = False

    @property
    def id(self) -> str:
        """The event's id."""
        return str(self.event.get("event_id"))


class LateKeys:
    """The events that wait; every change is on disk when the call returns."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier start left. Raises ConfigError when the file is damaged."""
        self._path = path
        self._waiting: dict[str, WaitingEvent] = {}
        if path.is_file():
            try:
                for each in json.loads(path.read_text("utf-8")):
                    since = datetime.fromisoformat(each["since"])
                    waiting = WaitingEvent(each["room"], each["event"], since, each["told"])
                    self._waiting[waiting.id] = waiting
            except (ValueError, KeyError, TypeError):
                raise ConfigError(f"{path} is damaged; delete it (messages that waited for a key are lost).") from None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, room: str, event: Mapping[str, Any], now: datetime) -> None:
        """Let this event wait; one that waits already goes on waiting."""
        one = WaitingEvent(room, event, now)
        if one.id in self._waiting:
            return
        self._waiting[one.id] = one
        while len(self._waiting) > MOST_WAITING:
            senders = [each.event.get("sender") for each in self._waiting.values()]
            most = max(set(senders), key=senders.count)
            oldest = next(key for key, each in self._waiting.items() if each.event.get("sender") == most)
            del self._waiting[oldest]
        self._write()

    def waiting(self) -> tuple[WaitingEvent, ...]:
        """All events that wait, the oldest first."""
        return tuple(self._waiting.values())

    def overdue(self, now: datetime) -> tuple[WaitingEvent, ...]:
        """The events whose writers have to be told now."""
        return tuple(each for each in self._waiting.values() if not each.told and now - each.since >= TELL_AFTER)

    def due_in(self, now: datetime) -> timedelta | None:
        """How long until somebody has to be told; None when nobody has to."""
        due = [each.since + TELL_AFTER - now for each in self._waiting.values() if not each.told]
        return min(due) if due else None

    def told(self, ids: Collection[str]) -> None:
        """Their writers know."""
        for event_id in ids:
            if event_id in self._waiting:
                self._waiting[event_id] = replace(self._waiting[event_id], told=True)
        self._write()

    def done(self, ids: Collection[str]) -> None:
        """These have been read, or are nothing of ours."""
        if any(self._waiting.pop(event_id, None) is not None for event_id in tuple(ids)):
            self._write()

    def drop_old(self, now: datetime) -> None:
        """Forget what has waited too long."""
        self.done([each.id for each in self._waiting.values() if now - each.since >= KEEP_FOR])

    def _write(self) -> None:
        rows = [
            {
                "room": each.room,
                "event": dict(each.event),
                "since": each.since.isoformat(),
                "told": each.told,
            }
            for each in self._waiting.values()
        ]
        replace_file(self._path, json.dumps(rows).encode())
