"""The keys the homeserver hands out in Lotse's name, kept in stock while Lotse reads.

They serve people whose devices begin to write to Lotse. Those who have begun do not need them, so that nothing they write
waits when the homeserver takes no keys, or does not answer: it is said, and tried again a while later.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from bot.channels.matrix.encryption import Encryption
from bot.channels.matrix.error_places import report_bug
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
        self._under_way = False

    def keep(self, answer: Mapping[str, Any], tasks: asyncio.TaskGroup) -> None:
        """Refill one-time keys, as few as this answer to a sync says there are, and mend broken sessions.

        That is done beside reading, which goes on meanwhile; not while it is still done for an answer before.
        """
        if self._under_way or time.monotonic() < self._again_at:
            return
        left = inside(answer, "device_one_time_keys_count").get("signed_curve25519", 0)
        self._under_way = True
        # Below zero it would make keys for ever.
        tasks.create_task(self._keep(max(left, 0) if isinstance(left, int) else 0), name="matrix keys")

    async def _keep(self, left: int) -> None:
        try:
            await self._encryption.own_keys.refill(left)
            await self._encryption.mend_sessions()
        except ChannelError as error:
            if isinstance(error, HomeserverError) and error.signed_out:
                return  # the next sync hears it as well, and signs in again
            problem = (
                "The Matrix homeserver takes no keys from Lotse, so that soon nobody whose device is new to Lotse can be read: "
                f"{error.reason}."
            )
            asked_s = error.retry_after.total_seconds() if error.retry_after is not None else 0.0
            self._try_later(problem, asked_s)
        except Exception as bug:  # told, and tried again; raised here it would end the tasks that read beside it
            report_bug("matrix_keys_failed", bug)
            self._try_later(f"Keeping Lotse's keys on Matrix failed ({type(bug).__name__}); the log says where.")
        else:
            self.problem = None
        finally:
            self._under_way = False

    def _try_later(self, problem: str, asked_s: float = 0.0) -> None:
        self.problem = problem
        self._again_at = time.monotonic() + max(AGAIN_AFTER_S, asked_s)
