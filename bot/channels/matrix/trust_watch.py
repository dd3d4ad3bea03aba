"""Whether other clients still trust this device, looked at while Lotse runs, and said as long as they do not.

Anybody who knows the account's password can give the account another identity, as *reset* in a client does. From then on
today's clients exchange nothing with Lotse, and no message of theirs would ever tell it so.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import structlog

from bot.channels.matrix.cross_signing import Trust
from bot.channels.matrix.error_places import report_bug
from bot.channels.matrix.signed_in import UNTRUSTED
from bot.errors import ChannelError, ConfigError

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 3600.0
LOOK_AGAIN_EVERY_S = 60.0
"""While the device is not trusted, or the last look failed."""


class Signs(Protocol):
    """What can sign this device."""

    async def sign(self) -> Trust:
        """Sign it if that is all it lacks; how other clients see it then. Raises ChannelError, ConfigError."""
        ...


class TrustWatch:
    """``problem`` says why other clients do not trust the device of ``user``; None when they do."""

    def __init__(self, me: Signs, user: str) -> None:
        self.problem: str | None = None
        self._me = me
        self._user = user
        self._due = asyncio.Event()

    def devices_changed(self, users: Iterable[Any]) -> None:
        """The devices or signing keys of these users are others than before; when we are among them, look again."""
        if self._user in users:
            self._due.set()

    async def look(self) -> None:
        """See how other clients see this device, and sign it where that is all it lacks. Raises ChannelError, ConfigError."""
        trust = await self._me.sign()
        self.problem = None if trust == "signed" else UNTRUSTED[trust]

    async def run(self, report: Callable[[str | None], None]) -> None:
        """Look whenever there is reason to, and every hour, until cancelled; lost trust is reported at once, as is its return."""
        wait_s = LOOK_EVERY_S
        while True:
            try:
                async with asyncio.timeout(wait_s):
                    await self._due.wait()
            except TimeoutError:
                pass
            self._due.clear()
            before = self.problem
            try:
                await self.look()
            except (ChannelError, ConfigError) as error:
                log.warning("matrix_trust_not_seen", error=str(error))
                wait_s = LOOK_AGAIN_EVERY_S
                continue
            except Exception as bug:  # a loop goes on, and says so
                report_bug("matrix_trust_watch_failed", bug)
                wait_s = LOOK_AGAIN_EVERY_S
                continue
            wait_s = LOOK_EVERY_S if self.problem is None else LOOK_AGAIN_EVERY_S
            if self.problem is not None or before is not None:
                report(self.problem)
