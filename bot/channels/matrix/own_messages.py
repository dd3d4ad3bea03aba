"""What Lotse wrote itself: the messages people react to, and the threads it is part of.

What has to be known of a message travels in the event itself (``event_writing``), so whatever is not remembered is asked of the
server, and nothing of it is stored.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.matrix.calling import Names
from bot.channels.matrix.event_reading import RoomEvent, inside, read_event, relation_of, thread_of
from bot.channels.matrix.event_writing import Written, written_in
from bot.channels.matrix.single_events import SingleEvents

MOST_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Target:
    """A message of ours somebody reacted to, and the thread it stands in."""

    written: Written
    thread: str | None


class Recent(OrderedDict[Any, Any]):
    """What was seen lately, so that the server need not be asked; it may forget."""

    def keep(self, key: Any, value: Any = True) -> None:
        """Remember this."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > MOST_REMEMBERED:
            self.popitem(last=False)


class OwnMessages:
    """Finds them again."""

    def __init__(self, events: SingleEvents, names: Names) -> None:
        self._events = events
        self._names = names
        self._ours = Recent()
        self._threads = Recent()
        self._latest = Recent()

    def remember(self, event_id: str, content: Mapping[str, Any], root: str | None) -> None:
        """A message of ours was sent; whoever reacts to it needs not be looked up."""
        written = written_in(content)
        if written is not None:
            self._ours.keep(event_id, Target(written, root))
        if root is not None:
            self._threads.keep(root)

    def thread_goes_on(self, room_id: str, root: str, event_id: str) -> None:
        """This is the latest message of the thread."""
        self._latest.keep((room_id, root), event_id)

    def latest_in(self, room_id: str, root: str) -> str:
        """The latest message of this thread that was seen lately; without one, that with which it begins."""
        return str(self._latest.get((room_id, root), root))

    def called_in(self, root: str) -> None:
        """Somebody called Lotse in this thread, or where it begins: it is part of it from now on."""
        self._threads.keep(root)

    async def target(self, room_id: str, event_id: str) -> Target | None:
        """The message of ours with this id; None when it is none, or is gone. Raises HomeserverError."""
        known = self._ours.get(event_id)
        if isinstance(known, Target):
            return known
        found = await self._events.fetched(room_id, event_id)
        if found is None or found.get("sender") != self._names.user_id:
            return None
        written = written_in(found.get("content"))
        if written is None:
            return None
        target = Target(written, thread_of(relation_of(inside(found, "content"))))
        self._ours.keep(event_id, target)
        return target

    async def as_first_written(self, room_id: str, event_id: str) -> RoomEvent | None:
        """A message of anybody's as it was before all changes; None when it is gone, or was none. Raises HomeserverError."""
        return read_event(await self._events.fetched(room_id, event_id))

    async def takes_part(self, room_id: str, root: str) -> bool:
        """Whether Lotse is part of this thread: it wrote in it, or was called where it begins. Raises HomeserverError."""
        if root in self._threads:
            return True
        found = await self._events.fetched(room_id, root)
        if found is None:
            return False
        wrote = inside(found, "unsigned", "m.relations", "m.thread").get("current_user_participated") is True
        begins = read_event(found)
        called = begins is not None and self._names.is_called(begins)
        if not (wrote or called or found.get("sender") == self._names.user_id):
            return False
        self._threads.keep(root)
        return True
