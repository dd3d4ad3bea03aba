"""Which invitations are accepted, and joining; what is not wanted is declined, so that nobody waits for an answer there.

Where a room Lotse is in has moved to, it comes along: the rules say who may bring it into rooms, and there it is already.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import structlog

from bot.channels.matrix.event_reading import id_of
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, pause, segment
from bot.channels.matrix.matrix_settings import MatrixSettings

log = structlog.get_logger(__name__)

LONGEST_PAUSE_S = 300.0


def inviter_of(invite: Any, me: str) -> str | None:
    """Who invited us, as the stripped state of an invitation says; None when it does not."""
    for event in _stripped(invite):
        if event.get("type") != "m.room.member" or event.get("state_key") != me:
            continue
        content = event.get("content")
        if isinstance(content, Mapping) and content.get("membership") == "invite":
            return id_of(event.get("sender"), "@")
    return None


def is_encrypted(invite: Any) -> bool:
    """Whether the stripped state of an invitation says that the room is encrypted."""
    return any(event.get("type") == "m.room.encryption" and event.get("state_key") == "" for event in _stripped(invite))


def _stripped(invite: Any) -> Iterator[Mapping[str, Any]]:
    state = invite.get("invite_state") if isinstance(invite, Mapping) else None
    events = state.get("events") if isinstance(state, Mapping) else None
    return (event for event in (events if isinstance(events, list) else ()) if isinstance(event, Mapping))


def is_welcome(room_id: str, inviter: str | None, settings: MatrixSettings) -> bool:
    """Whether this invitation is accepted. The rooms of coordinators always are; nothing else without a name."""
    if any(room_id == room.room for room in settings.desk_rooms):
        return True
    if inviter is None:
        return False
    wanted = settings.invites or (settings.server_name,)
    return any(each in ("*", room_id, inviter, inviter.partition(":")[2]) for each in wanted)


class Invitations:
    """Answers invitations in the background, so that a server that is away holds up nobody."""

    def __init__(self, homeserver: Homeserver, settings: MatrixSettings) -> None:
        self._homeserver = homeserver
        self._settings = settings
        self._underway: set[str] = set()
        self._hindered: set[str] = set()
        self._successors: set[str] = set()
        self._asked_meanwhile: set[str] = set()
        self._known = False

    def leads_soon_into(self, room_id: str) -> bool:
        """Whether Lotse may be in this room in a moment: it is on its way there, or does not know yet where it was asked in."""
        return not self._known or (room_id in self._underway and room_id not in self._hindered)

    def take(self, invites: Any, tasks: asyncio.TaskGroup) -> None:
        """Answer those of a sync that are not being answered already."""
        self._known = True
        for room_id, invite in invites.items() if isinstance(invites, Mapping) else ():
            if id_of(room_id, "!") is None:
                continue
            if room_id in self._underway:
                self._asked_meanwhile.add(room_id)
                continue
            inviter = inviter_of(invite, self._settings.user)
            served = self._settings.encryption or not is_encrypted(
                invite
            )  # there Lotse could not even say that it reads nothing
            welcome = served and (room_id in self._successors or is_welcome(room_id, inviter, self._settings))
            log.info("matrix_invitation", room=room_id, accepted=welcome)
            self._underway.add(room_id)
            tasks.create_task(self._answer(room_id, accept=welcome), name=f"invitation {room_id}")

    def follow(self, room_id: str, successor: str, via: str, tasks: asyncio.TaskGroup) -> None:
        """Join the room this one has moved to; ``via`` is the server of who moved it.

        One that needs an invitation is joined when that comes, whoever sends it.
        """
        self._successors.add(successor)
        if successor not in self._underway:
            log.info("matrix_room_upgraded", room=room_id, successor=successor)
            self._underway.add(successor)
            tasks.create_task(self._answer(successor, accept=True, via=via), name=f"upgrade {room_id}")

    def follow_again(self, room_id: str, successor: str, via: str, tasks: asyncio.TaskGroup) -> None:
        """The same at a start, for a room that moved before it: not where Lotse was and has been sent away since."""
        self._successors.add(successor)
        if successor not in self._underway:
            self._underway.add(successor)
            tasks.create_task(self._follow_unless_gone(room_id, successor, via, tasks), name=f"moved {room_id}")

    async def _follow_unless_gone(self, room_id: str, successor: str, via: str, tasks: asyncio.TaskGroup) -> None:
        member = f"/rooms/{segment(successor)}/state/m.room.member/{segment(self._settings.user)}"
        failures = 0
        try:
            while True:
                try:
                    membership = (await self._homeserver.call("GET", member)).get("membership")
                except HomeserverError as error:
                    if not error.permanent:
                        failures += 1
                        await pause(failures, error, longest_s=LONGEST_PAUSE_S)
                        continue
                    membership = None  # never been there
                break
        finally:
            self._underway.discard(successor)
        if membership not in ("leave", "ban") or successor in self._asked_meanwhile:
            self.follow(room_id, successor, via, tasks)

    async def _answer(self, room_id: str, *, accept: bool, via: str = "") -> None:
        path = f"/join/{segment(room_id)}" if accept else f"/rooms/{segment(room_id)}/leave"
        query = {"server_name": via, "via": via} if via else None
        failures = 0
        try:
            while True:
                try:
                    await self._homeserver.call("POST", path, {}, query=query)
                except HomeserverError as error:
                    failures += 1
                    if error.permanent and accept and room_id in self._asked_meanwhile:
                        self._asked_meanwhile.discard(room_id)  # it was refused for want of the invitation
                        continue
                    if error.permanent:
                        log.warning("matrix_invitation_failed", room=room_id, reason=error.reason)
                        return
                    if room_id not in self._hindered:
                        log.warning("matrix_invitation_waits", room=room_id, reason=error.reason)
                        self._hindered.add(room_id)
                    await pause(failures, error, longest_s=LONGEST_PAUSE_S)
                else:
                    return
        finally:
            self._underway.discard(room_id)
            self._hindered.discard(room_id)
            self._asked_meanwhile.discard(room_id)
