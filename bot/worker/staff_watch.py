"""Rings when the people who may sign in have changed, so that a person taken out loses open pages at once.

The file is looked at every second, which costs one question to the operating system. Rejected: waiting for events of
the file system; the file may lie beside the database, whose every commit would be such an event.
"""

import asyncio
from typing import Protocol

import structlog

from bot.store.announce import STAFF, Announcer

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0


class Directory(Protocol):
    """The people, and how often something else stood in their file."""

    @property
    def problem(self) -> str | None:
        """Why nobody may sign in; None when all is well."""
        ...

    @property
    def version(self) -> int:
        """Counts the changes."""
        ...

    def refresh(self) -> None:
        """Look at the file."""
        ...


async def staff_watch(directory: Directory, announcer: Announcer, *, every_s: float = LOOK_EVERY_S) -> None:
    """Look and ring, until cancelled."""
    known = directory.version
    while True:
        directory.refresh()
        if directory.version != known:
            known = directory.version
            if directory.problem is None:
                log.info("staff_read")
            else:
                log.error("staff_refused", problem=directory.problem)
            announcer.notify(STAFF)
        await asyncio.sleep(every_s)
