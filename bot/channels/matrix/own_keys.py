"""The keys of this device that lie on the homeserver: those of the device itself, and one-time keys to be handed out.

New ones are written before they are uploaded: a server must not hand out a key whose secret half was lost.

A key store that was restored from a backup makes one-time keys under ids that were used since, and the server refuses them.
Then those it still has are taken back, because whoever got one could not be read, and the next ids are used.
"""

from typing import TypeVar

import structlog
from nio import KeysUploadResponse
from nio.crypto import Olm

from bot.channels.matrix.event_reading import inside
from bot.channels.matrix.homeserver import Homeserver, HomeserverError
from bot.errors import ChannelError

log = structlog.get_logger(__name__)

MOST_BATCHES = 4
"""So many times in a row ids are passed over; the rest is left to the next attempt."""
MOST_TAKEN_BACK = 100
"""More than a server has of one device, unless it hands out the same one again and again."""

Answer = TypeVar("Answer")


class OwnKeys:
    """What the homeserver has, or should have, of the device of this machine."""

    def __init__(self, homeserver: Homeserver, machine: Olm) -> None:
        self._homeserver = homeserver
        self._machine = machine

    @property
    def uploaded(self) -> bool:
        """Whether the server was given this device's keys; it may have deleted them since."""
        return bool(self._machine.account.shared)

    async def upload_all(self) -> None:
        """Upload the keys of the device itself, and one-time keys with them. Raises HomeserverError."""
        self._machine.account.shared = False
        await self._upload(0)

    async def refill(self, left: int) -> None:
        """Upload what the server is missing that has so many one-time keys left. Raises ChannelError."""
        if not self.uploaded or left < self._machine.account.max_one_time_keys // 2:
            await self._upload(left)

    async def _upload(self, left: int) -> None:
        machine = self._machine
        for _ in range(MOST_BATCHES):
            try:
                await self._upload_batch(left)
            except HomeserverError as error:
                if not _other_keys_there(error):
                    raise
                log.warning("matrix_one_time_keys_passed_over", device=machine.device_id)
                machine.account.mark_keys_as_published()
                machine.save_account()
                await self._take_back()
                left = 0
            else:
                return
        raise HomeserverError("the homeserver has one-time keys of Lotse's that are not in the key store")

    async def _upload_batch(self, left: int) -> None:
        machine = self._machine
        made = len(machine.account.one_time_keys["curve25519"])  # for an upload that failed: they go with this one
        machine.uploaded_key_count = min(left + made, machine.account.max_one_time_keys - 1)  # it insists on making one
        body = machine.share_keys()
        machine.save_account()
        answer = await self._homeserver.call("POST", "/keys/upload", body)
        machine.handle_response(checked(KeysUploadResponse.from_dict(answer), KeysUploadResponse))

    async def _take_back(self) -> None:
        """Claim what the server would hand out in our name."""
        user, device_id = self._machine.user_id, self._machine.device_id
        wanted = {"one_time_keys": {user: {device_id: "signed_curve25519"}}}
        for _ in range(MOST_TAKEN_BACK):
            answer = await self._homeserver.call("POST", "/keys/claim", wanted)
            if not inside(inside(answer, "one_time_keys"), user).get(device_id):
                return


def _other_keys_there(error: HomeserverError) -> bool:
    """Whether the server has other keys under these ids. Matrix has no code for it; this is what Synapse says."""
    said = error.body.get("error")
    return error.status == 400 and isinstance(said, str) and "already exists" in said


def checked(response: object, kind: type[Answer]) -> Answer:
    """nio gives errors back as values; here they are raised, as ChannelError."""
    if not isinstance(response, kind):
        raise ChannelError(f"the homeserver's answer about keys cannot be read ({type(response).__name__})")
    return response
