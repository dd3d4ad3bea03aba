"""Deletes the draft of a case whose employee withdrew it, or had everything about themselves deleted.

A draft is a file beside the content, which no transaction of the store reaches. So it is looked for afterwards, again and
again: a draft that is written in the moment of the deletion is found by the next look. What an admin has made of a draft
is content, and stays.
"""

import asyncio
from collections.abc import Collection
from typing import Protocol

import structlog

from bot.model import CaseNumber
from bot.store.announce import Bell
from bot.store.cases import taken_back
from bot.store.database import Database
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

log = structlog.get_logger(__name__)


class DraftFolder(Protocol):
    """Where drafts of answers lie."""

    def cases(self) -> frozenset[CaseNumber]:
        """The cases there is a draft of."""
        ...

    def discard_of(self, cases: Collection[CaseNumber]) -> int:
        """Delete every draft of these cases; how many there were."""
        ...


async def discard_taken_back(database: Database, drafts: DraftFolder) -> int:
    """Delete the drafts of cases whose text is deleted; how many there were."""
    drafted = await asyncio.to_thread(drafts.cases)
    gone = await taken_back(database, drafted) if drafted else frozenset()
    return await asyncio.to_thread(drafts.discard_of, gone) if gone else 0


async def draft_watch(database: Database, drafts: DraftFolder, *, pace: Pace = USUAL_PACE) -> None:
    """Look and delete, until cancelled."""

    async def step() -> float:
        discarded = await discard_taken_back(database, drafts)
        if discarded:
            log.info("drafts_discarded", count=discarded)
        return pace.idle

    await keep_going("drafts", step, Bell(), pace)
