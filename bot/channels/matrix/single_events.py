"""One event of a room in clear: fetched from the server where it is not at hand, decrypted where it is encrypted."""

from collections.abc import Mapping
from typing import Any, Literal

import structlog

from bot.channels.matrix.encryption import Encryption, NoKey, NotReadable
from bot.channels.matrix.event_reading import event_id_of
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment

log = structlog.get_logger(__name__)


class SingleEvents:
    """Gets them. ``encryption`` is None where Lotse reads no encrypted rooms."""

    def __init__(self, homeserver: Homeserver, encryption: Encryption | None) -> None:
        self._homeserver = homeserver
        self._encryption = encryption

    @property
    def decrypts(self) -> bool:
        """Whether encrypted rooms are read at all."""
        return self._encryption is not None

    def in_clear(self, room_id: str, event: Mapping[str, Any]) -> Mapping[str, Any] | Literal["no key"] | None:
        """The encrypted event in clear; None when it can never be read, which the log says."""
        if self._encryption is None or event_id_of(event) is None:
            return None
        try:
            return self._encryption.decrypt(event, room_id)
        except NoKey:
            return "no key"
        except NotReadable as error:
            log.warning("matrix_not_readable", room=room_id, event_id=event_id_of(event), reason=str(error))
        return None

    def lacks_key(self, room_id: str, event: Mapping[str, Any]) -> bool:
        """Whether the key to this encrypted event is still missing."""
        if self._encryption is None:
            return True
        try:
            self._encryption.decrypt(event, room_id)
        except NoKey:
            return True
        except NotReadable:
            return False
        return False

    async def fetched(self, room_id: str, event_id: str) -> dict[str, Any] | None:
        """The event with this id, in clear if it can be; None when it cannot be had. Raises HomeserverError."""
        try:
            found = await self._homeserver.call("GET", f"/rooms/{segment(room_id)}/event/{segment(event_id)}")
        except HomeserverError as error:
            if not error.permanent:
                raise
            return None
        if found.get("type") == "m.room.encrypted" and self._encryption is not None:
            try:
                return self._encryption.decrypt(found, room_id)
            except (NoKey, NotReadable):
                return found
        return found
