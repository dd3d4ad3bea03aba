"""What is written when something a coordinator said was handled: the mark, the answer, and which line of a case it became."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Address, CaseNumber, Reply, StaffId, Utterance
from bot.store.database import Database
from bot.store.desk import DeskResult, Done, Then
from bot.store.desk_inbox import SaidAtDesk, mark_handled
from bot.store.desk_posts import put
from bot.store.desk_threads import line_with_key, own_key

Result = TypeVar("Result")


async def handled(
    database: Database,
    said: SaidAtDesk,
    now: datetime,
    *,
    reply: Reply | None = None,
    copy_of: CaseNumber | None = None,
    link_for: StaffId | None = None,
    once: bool = False,
) -> None:
    """Nothing happened to a case; say this, show this card once more, or send this person a link where they are alone.

    ``once``: in this thread it is said a single time, whoever writes there.
    Raises HandledElsewhere, StoreUnavailable.
    """
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        await mark_handled(connection, said, now)
        if copy_of is not None:
            await put(connection, _here(said), "copy", f"copy:{said.external_id}", now, wake, case=copy_of)
        if link_for is not None and said.alone is not None:
            alone = Address(said.channel, said.alone)
            await put(connection, alone, "link", f"link:{said.external_id}", now, wake, staff=link_for)
        if reply is not None:
            await _answer(connection, said, reply, now, wake, key=said.thread if once else None)


def handled_with(
    said: SaidAtDesk, number: CaseNumber, now: datetime, answer: Callable[[DeskResult], Reply | None]
) -> Then:
    """The same for what a coordinator did to a case, in the transaction in which it happens; ``answer`` is said about it."""

    async def then(connection: AsyncConnection, result: DeskResult, wake: list[str]) -> None:
        await mark_handled(connection, said, now)
        if isinstance(result, Done) and isinstance(said.input, Utterance):
            line = await line_with_key(connection, number, said.external_id)
            key, own = own_key(said.external_id), said.external_id
            await put(connection, _here(said), "own", key, now, wake, case=number, line=line, external_id=own)
        reply = answer(result)
        if reply is not None:
            await _answer(connection, said, reply, now, wake)

    return then


def handled_saying(
    said: SaidAtDesk, now: datetime, answer: Callable[[Result], Reply]
) -> Callable[[AsyncConnection, Result, list[str]], Awaitable[None]]:
    """The same for what comes of anything else, such as the case that was claimed as the next one: ``answer`` is said about it."""

    async def then(connection: AsyncConnection, result: Result, wake: list[str]) -> None:
        await mark_handled(connection, said, now)
        await _answer(connection, said, answer(result), now, wake)

    return then


async def say_about(database: Database, said: SaidAtDesk, reply: Reply, now: datetime) -> None:
    """Say something about what was given up."""
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        await _answer(connection, said, reply, now, wake)


async def _answer(
    connection: AsyncConnection, said: SaidAtDesk, reply: Reply, now: datetime, wake: list[str], key: str | None = None
) -> None:
    await put(connection, _here(said), "answer", f"answer:{key or said.external_id}", now, wake, reply=reply)


def _here(said: SaidAtDesk) -> Address:
    return Address(said.channel, said.room, said.thread)
