"""The keys the homeserver hands out in Lotse's name, kept in stock while Lotse reads.

They serve people whose devices begin to write to Lotse. Those who have begun do not need them, so that nothing they write
waits when the homeserver takes no keys: it is said, and tried again a while later.
"""

import time
from collections.abc import Mapping
from typing import Any

from bot.channels.matrix.encryption import Encryption
from bot.channels.matrix.event_reading import inside
from bot.channels.matrix.homeserver import HomeserverError
from bot.errors import ChannelError

AGAIN_AFTER_S = 30.0


class KeyUpkeep:
    """``problem`` says why the stock cannot be kept; None when it can."""

    def __init__(self, encryption: Encryption) -> None:
        self.problem: str | None = None
        self._encryption = encryption
        self._again_at = 0.0

    async def keep(self, answer: Mapping[str, Any]) -> None:
        """Refill one-time keys, as few as this answer to a sync says there are, and mend broken sessions."""
        now = time.monotonic()
        if self.problem is not None and now < self._again_at:
            return
        left = inside(answer, "device_one_time_keys_count").get("signed_curve25519", 0)
        try:
            # Below zero it would make keys for ever.
            await self._encryption.own_keys.refill(max(left, 0) if isinstance(left, int) else 0)
            await self._encryption.mend_sessions()
        except ChannelError as error:
            if isinstance(error, HomeserverError) and error.signed_out:
                return  # the next sync hears it as well, and signs in again
            self.problem = (
                "The Matrix homeserver takes no keys from Lotse, so that soon nobody whose device is new to Lotse can be read: "
                f"{error.reason}."
            )
            asked_s = error.retry_after.total_seconds() if error.retry_after is not None else 0.0
            self._again_at = now + max(AGAIN_AFTER_S, asked_s)
        else:
            self.problem = None
