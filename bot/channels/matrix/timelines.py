"""What happened in one room since the last sync, whole and in its order, and what is asked of a sync.

A sync holds the end of a room's timeline only. What did not fit, the gap, is fetched; what was said before Lotse was asked in is
left out, for it was not said to it.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.matrix.event_reading import inside, items_of
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment
from bot.channels.matrix.rooms import RoomBook

log = structlog.get_logger(__name__)

PAGE, MOST_PAGES = 100, 100
"""Events fetched at once to fill a gap, and how often; a gap that is larger is logged."""
NOTHING: Mapping[str, Any] = {"types": []}
"""The filter that lets no event pass."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What lies between two answers of ``/sync`` and did not fit into the second: from ``before`` back to ``since``."""

    before: str
    since: str


class Timelines:
    """Reads the timelines in an answer; what they say of a room's state goes into the book of rooms."""

    def __init__(self, homeserver: Homeserver, rooms: RoomBook, me: str) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._me = me

    def events_of(self, room_id: str, part: Mapping[str, Any], since: str) -> tuple[Gap | None, list[Any]]:
        """The events of one room, and the gap before them, if there is one."""
        timeline = inside(part, "timeline")
        events = items_of(timeline.get("events"))
        state = items_of(inside(part, "state").get("events"))
        arrived = _arrival(events, self._me)
        if arrived is not None:
            self._rooms.forget(room_id)
            return None, events[arrived:]
        if timeline.get("limited") is True:
            self._rooms.forget(room_id)
            before = timeline.get("prev_batch")
            return (Gap(before, since) if isinstance(before, str) else None), events
        self._rooms.update(room_id, [*state, *events])
        return None, events

    async def filled(self, room_id: str, gap: Gap) -> list[Any]:
        """The events in the gap, oldest first. Raises HomeserverError."""
        found: list[Any] = []
        query = {"dir": "b", "limit": str(PAGE), "from": gap.before, "to": gap.since}
        for _ in range(MOST_PAGES):
            try:
                page = await self._homeserver.call("GET", f"/rooms/{segment(room_id)}/messages", query=query)
            except HomeserverError as error:
                if not error.permanent:
                    raise
                log.warning("matrix_gap_not_filled", room=room_id, reason=error.reason)
                break
            chunk, end = items_of(page.get("chunk")), page.get("end")
            found += chunk
            if not chunk or not isinstance(end, str):
                break
            query["from"] = end
        else:
            log.warning("matrix_gap_too_large", room=room_id, events=len(found))
        return found[::-1]


def _arrival(events: list[Any], me: str) -> int | None:
    """Where in the events Lotse was asked in or came in; None when it was there before."""
    places = [place for place, event in enumerate(events) if _is_about(me, event)]
    joins = [events[place] for place in places if inside(events[place], "content").get("membership") == "join"]
    return places[0] if joins and all(is_arrival(event, me) for event in joins) else None


def is_arrival(event: Any, me: str) -> bool:
    """Whether Lotse came in with this event. A new name or picture is no arrival."""
    before = inside(event, "unsigned", "prev_content").get("membership")
    return _is_about(me, event) and inside(event, "content").get("membership") == "join" and before != "join"


def _is_about(me: str, event: Any) -> bool:
    return isinstance(event, Mapping) and event.get("type") == "m.room.member" and event.get("state_key") == me


def first_sync_filter() -> str:
    """What is wanted of a first sync: only where Lotse was asked in and which rooms have moved, no history.

    It is another one each time: Synapse gives the same answer to the same first sync for two minutes, and a start soon after
    another one would miss what came in between.
    """
    room = {"timeline": {"limit": 0, "lazy_load_members": True}, "state": {"types": ["m.room.tombstone"]}}
    return _filter(room, presence={**NOTHING, "not_types": [secrets.token_hex()]})


def sync_filter() -> str:
    """What is wanted of every sync after the first."""
    return _filter({"timeline": {"limit": 50, "lazy_load_members": True}, "state": {"lazy_load_members": True}})


def _filter(room: Mapping[str, Any], presence: Mapping[str, Any] = NOTHING) -> str:
    quiet = {"ephemeral": NOTHING, "account_data": NOTHING}
    return json.dumps({"room": {**room, **quiet}, "presence": presence, "account_data": NOTHING})
