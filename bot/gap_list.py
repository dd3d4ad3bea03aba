"""The gap list as the desk and ``lotse gaps`` show it: groups of questions, and what can be done about one.

Every wording is asked anew against the present content, which takes a few milliseconds each: ten thousand questions in as
many wordings took 59 seconds the first time and 2 after that, in a thousand wordings 5 and 0.3 (two busy cores). So it is
done in a thread, kept until a question, a decision, the content or the day changes, and what is known of a wording is kept
for as long as content and day are the same.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from bot.content.definitions import Content
from bot.dialogue.situation import BERLIN
from bot.gap_groups import Answers, GapGroup, for_outsiders, group_gaps, still_open
from bot.model import SetAside
from bot.store.database import Database
from bot.store.gaps import gaps_state, list_questions, list_set_aside, set_aside, take_back
from bot.understanding.reader import Reader

SHORTEST_REASON = 3


class Live(Protocol):
    """The content answers come from now, and its reader."""

    @property
    def content(self) -> Content:
        """The content."""
        ...

    @property
    def reader(self) -> Reader:
        """The reader trained on it."""
        ...


class GapRefused(ValueError):
    """It cannot be done; the message says why."""


class GapList:
    """The questions without an answer of one database, judged by the live content."""

    def __init__(self, database: Database, live: Live, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        self._known: Answers = {}
        self._known_for: tuple[str, date] | None = None
        self._made_for: object = None
        self._made: tuple[GapGroup, ...] = ()
        self._one_at_a_time = asyncio.Lock()

    async def groups(self) -> tuple[GapGroup, ...]:
        """What is open, biggest first: for coordinators and admins."""
        return still_open(await self._all())

    async def labels(self) -> tuple[str | None, ...]:
        """What each open group is about, or most probably is; None where nothing is likely."""
        return tuple(one.label or (one.guess[0] if one.guess else None) for one in await self.groups())

    async def groups_for_outsiders(self, smallest: int) -> tuple[GapGroup, ...]:
        """What is open and was asked by at least so many people: for everybody else."""
        return for_outsiders(await self.groups(), smallest)

    async def group(self, gap: int) -> GapGroup:
        """The group with this id. Raises GapRefused."""
        for group in await self._all():
            if group.id == gap:
                return group
        raise GapRefused(f"There is no gap {gap}; the list may have changed meanwhile.")

    async def ignore(self, gap: int, *, reason: str, actor: str) -> int:
        """Ignore this group for good, also when more questions like it come; the id of the decision.

        Raises GapRefused: without a reason, when there is no such group, when it is ignored already.
        """
        reason = " ".join(reason.split())
        if len(reason) < SHORTEST_REASON:
            raise GapRefused("Please say why, in a few words, for those who find it later.")
        group = await self.group(gap)
        if group.set_aside is not None:
            raise GapRefused(f"Gap {gap} is ignored already.")
        return await set_aside(
            self._database,
            label=group.label,
            locale=group.locale,
            fingerprints=group.fingerprints if group.label is None else (),
            reason=reason,
            actor=actor,
            now=self._clock(),
        )

    async def ignored(self) -> tuple[tuple[SetAside, tuple[GapGroup, ...]], ...]:
        """Every decision, with the groups it hides at present."""
        groups = await self._all()
        decisions = await list_set_aside(self._database)
        return tuple((one, tuple(group for group in groups if group.set_aside == one.id)) for one in decisions)

    async def take_back(self, decision: int, *, actor: str) -> None:
        """List what a decision hid again. Raises GapRefused."""
        if not await take_back(self._database, decision, actor=actor, now=self._clock()):
            raise GapRefused(f"There is no decision {decision}.")

    async def _all(self) -> tuple[GapGroup, ...]:
        async with self._one_at_a_time:
            content, reader, now = self._live.content, self._live.reader, self._clock()
            judged_by = (content.hash, now.astimezone(BERLIN).date())
            made_for = (judged_by, await gaps_state(self._database))
            if made_for != self._made_for:
                if judged_by != self._known_for:
                    self._known, self._known_for = {}, judged_by
                questions, aside = await list_questions(self._database), await list_set_aside(self._database)
                self._made = await asyncio.to_thread(group_gaps, questions, aside, content, reader, now, self._known)
                self._made_for = made_for
            return self._made
