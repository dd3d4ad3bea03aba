"""One turn, one transaction: claim a conversation, hand out its oldest input, write everything that follows.

The conversation's row is locked for as long as the turn takes (on SQLite the one write transaction is the lock), so
two workers never hold the same conversation and its inputs are answered in order. A stop before the commit leaves the
input waiting, as if nothing had happened.

A turn that raises is rolled back and counted in a transaction of its own. After three attempts the input is parked:
the employee gets an apology and a case is opened, so that a person sees it. A database that does not answer is nobody's
fault and is not counted.

Rejected: a ``claimed_by`` column with a time limit (a worker that stops leaves its claim behind; a lock goes with it).
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import LotseError
from bot.model import (
    UNFINISHED,
    Absence,
    Address,
    AskedWhy,
    CaseFacts,
    CaseNumber,
    Decision,
    Edited,
    Effect,
    Input,
    Locale,
    Person,
    Reason,
    Utterance,
)
from bot.store.absences import absences_in
from bot.store.announce import INBOX, sending_topic
from bot.store.case_rows import facts_of, find_case, latest_case
from bot.store.changed_messages import taken_up_with, words_changed_by
from bot.store.database import Database
from bot.store.effects import Decided, case_timed, write, write_said
from bot.store.outbox import Outbox
from bot.store.payloads import input_from_json, name_in, reason_to_json
from bot.store.places import address_of, locale_of
from bot.store.saying import Listener
from bot.store.tables import conversations, inbox
from bot.store.traces import where
from bot.store.turn_rows import (
    input_with,
    lock_conversation,
    mark_done,
    mark_introduced,
    oldest_input,
    reason_of,
    reword_state,
    save_state,
)

MOST_ATTEMPTS = 3


class TurnFailed(LotseError):
    """A turn raised something unexpected and was rolled back; ``parked`` tells that it was the last attempt."""

    def __init__(self, conversation: int, attempts: int, *, parked: bool) -> None:
        """Name the conversation by its number only."""
        super().__init__(f"the turn in conversation {conversation} failed, attempt {attempts}, parked: {parked}")
        self.conversation = conversation
        self.attempts = attempts
        self.parked = parked


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """What a turn leaves behind. ``introduced``: the person has now been told what Lotse is and what it stores.

    ``aside``: what was said is no part of the case. ``elsewhere``: the states of other conversations, by their number, in which
    words stood that are changed now.
    """

    state: Mapping[str, Any]
    locale: Locale | None
    effects: tuple[Effect, ...]
    reason: Reason
    decision: Decision
    label: str | None = None
    score: float = 0.0
    introduced: bool = False
    aside: bool = False
    elsewhere: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """The open transaction of a turn, and the rows it holds."""

    connection: AsyncConnection
    wake: list[str]
    now: datetime
    row: Row[Any]
    answered: Row[Any]
    listener: Listener


@dataclass(slots=True)
class Work:
    """One input to be answered, and what is known of its conversation. ``state`` is None in a new conversation.

    ``alone`` is the room where the person can be answered without others; None: here nobody else reads along.
    ``words_before`` are the versions of the message that this input changes or takes back, as far as they are kept;
    ``elsewhere`` the states of the conversations in which that message was taken up alone, by their number.
    ``case`` is the conversation's latest case, whatever became of it, or the one a timer is about; ``absences`` those of the
    staff that are not over, read only where there is a case they could matter to. ``asked_about``: why the answer was given
    that the input asks about; None when it asks about none, or about one that is gone.
    """

    address: Address
    person: Person
    input: Input
    sent_at: datetime
    state: Mapping[str, Any] | None
    locale: Locale | None
    introduced: bool
    alone: str | None
    encrypted: bool
    case: CaseFacts | None
    absences: tuple[Absence, ...]
    asked_about: Reason | None
    words_before: tuple[str, ...]
    elsewhere: Mapping[int, Mapping[str, Any]]
    attempts: int
    _held: Held = field(repr=False)
    finished: bool = field(default=False, init=False)
    forgot: bool = field(default=False, init=False)

    @property
    def now(self) -> datetime:
        """The moment all of this happens at, aware UTC."""
        return self._held.now

    @property
    def conversation(self) -> int:
        """The number of the conversation, for logs."""
        return self._held.listener.conversation

    @property
    def open_case(self) -> CaseNumber | None:
        """The number of the case coordinators still have something to do in."""
        return self.case.number if self.case is not None and self.case.state in UNFINISHED else None

    async def finish(self, record: TurnRecord) -> None:
        """Write the turn; it is committed when the block of ``claim_next`` ends."""
        held = self._held
        reason = {**reason_to_json(record.reason), "decision": record.decision, "score": record.score}
        decided = Decided(
            record.effects,
            held.now,
            self.case,
            message=self.input.of if isinstance(self.input, Edited) else held.answered.external_id,
            label=record.label,
            reason=reason,
            alone=self.alone,
            encrypted=self.encrypted,
            locale=record.locale,
            state_version=held.row.state_version + 1,
            name=self.person.display_name,
            aside=record.aside,
        )
        await mark_done(held.connection, held.answered.id, held.now)
        self.forgot = await self._write(decided, record.label)
        if self.forgot:
            await save_state(held.connection, held.row, None, None, held.now)
        else:
            await save_state(held.connection, held.row, record.state, record.locale, held.now)
            if record.introduced and not self.introduced:
                await mark_introduced(held.connection, held.answered.person_id, held.now)
            for conversation, state in record.elsewhere.items():
                await reword_state(held.connection, conversation, state)
        self.finished = True

    def must_be_finished(self) -> None:
        """Raises RuntimeError when nothing was written: the input would come up again and again."""
        if not self.finished:
            raise RuntimeError("a turn ended without being finished")

    async def park(self, effects: tuple[Effect, ...]) -> None:
        """Give the input up: say and do this instead. The dialogue state stays as it was."""
        held = self._held
        await self._write(Decided(effects, held.now, self.case, locale=self.locale, speaker="system"), None)
        await mark_done(held.connection, held.answered.id, held.now, status="parked")

    async def _write(self, decided: Decided, label: str | None) -> bool:
        held = self._held
        if held.answered.more_wait:
            held.wake.append(INBOX)
        external_id = held.answered.external_id
        at = min(held.answered.sent_at, held.now)  # a platform whose clock is ahead must not keep a text longer
        said = await write_said(held.connection, held.listener, self.input, external_id, at, label)
        return await write(held.connection, held.listener, replace(decided, said=said), held.wake)


Apologise = Callable[[Work], tuple[Effect, ...]]
"""Words for an input that could not be answered: a reply, and the case a person will look at."""


class Conversations:
    """Where the inbox loop finds its work. What a turn says is handed to the senders of ``outbox``, where they have room."""

    def __init__(self, database: Database, apologise: Apologise, outbox: Outbox | None = None) -> None:
        self._database = database
        self._apologise = apologise
        self._outbox = outbox if outbox is not None else Outbox(database)

    @contextlib.asynccontextmanager
    async def claim_next(self, now: datetime) -> AsyncIterator[Work | None]:
        """Hold the conversation with the oldest waiting input that nobody else holds; None when there is none.

        Raises TurnFailed when the block raised, StoreUnavailable when the database did.
        """
        input_id: int | None = None
        try:
            async with self._next_held(now) as held:
                if held is None:
                    yield None
                    return
                input_id = held.answered.id
                work = await _work(held, input_from_json(held.answered.payload))
                yield work
                work.must_be_finished()
                channel = work.address.channel
                claimed = await self._outbox.claim_decided(held.connection, channel, work.conversation, now, held.wake)
                if claimed is None:
                    held.wake.append(sending_topic(channel))
        except LotseError:
            raise
        except Exception as error:
            if input_id is None:
                raise
            raise await self._count_failure(input_id, error, now) from error
        if claimed is not None:
            self._outbox.hand_over(channel, claimed)
        if work.forgot:
            await self._database.scrub()

    @contextlib.asynccontextmanager
    async def _next_held(self, now: datetime) -> AsyncIterator[Held | None]:
        while True:
            wake: list[str] = []
            async with self._database.transaction(wake, quick=True) as connection:
                row = await lock_conversation(connection)
                answered = await oldest_input(connection, row.id) if row is not None else None
                if row is not None and answered is None:
                    continue  # another worker answered it between the two looks: begin anew, without the lock
                if row is None or answered is None:
                    yield None
                else:
                    listener = Listener(row.id, address_of(row), answered.person_id)
                    yield Held(connection, wake, now, row, answered, listener)
                return

    async def _count_failure(self, input_id: int, error: Exception, now: datetime) -> TurnFailed:
        async with self._database.transaction([INBOX]) as connection:
            counting = (
                update(inbox)
                .where(inbox.c.id == input_id, inbox.c.status == "waiting")
                .values(attempts=inbox.c.attempts + 1, error=where(error))
                .returning(inbox.c.conversation_id, inbox.c.attempts)
            )
            counted = (await connection.execute(counting)).one_or_none()
        if counted is None:  # answered or forgotten meanwhile: nobody waits for it any more
            return TurnFailed(0, 0, parked=False)
        parked = counted.attempts >= MOST_ATTEMPTS
        if parked:
            await self._park(counted.conversation_id, input_id, now)
        return TurnFailed(counted.conversation_id, counted.attempts, parked=parked)

    async def _park(self, conversation: int, input_id: int, now: datetime) -> None:
        """Give the input up with an apology; without one when even that fails, or it would hold up everybody."""
        wake: list[str] = []
        try:
            async with self._database.transaction(wake) as connection:
                locked = select(conversations).where(conversations.c.id == conversation).with_for_update()
                row = (await connection.execute(locked)).one_or_none()
                failed = await input_with(connection, input_id)
                if row is None or failed is None or failed.status != "waiting":
                    return  # answered or forgotten meanwhile
                listener = Listener(row.id, address_of(row), failed.person_id)
                work = await _work(Held(connection, wake, now, row, failed, listener), _readable(failed.payload))
                await work.park(self._apologise(work))
                wake.append(sending_topic(row.channel))
        except LotseError:
            raise
        except Exception:
            async with self._database.transaction(wake) as connection:
                await mark_done(connection, input_id, now, status="parked")
            raise


async def _work(held: Held, given: Input) -> Work:
    row, answered = held.row, held.answered
    words_before = await words_changed_by(held.connection, held.listener, given)
    case = await _case_for(held, given)
    return Work(
        address=held.listener.address,
        person=Person(row.channel, answered.external_user, name_in(answered.payload)),
        input=given,
        sent_at=answered.sent_at,
        state=row.state,
        locale=locale_of(row.locale),
        introduced=answered.introduced_at is not None,
        alone=answered.alone,
        encrypted=bool(answered.encrypted),
        case=None if case is None else facts_of(case),
        absences=() if case is None else await absences_in(held.connection, held.now),
        asked_about=await reason_of(held.connection, row.id, given.about) if isinstance(given, AskedWhy) else None,
        words_before=words_before,
        elsewhere=await taken_up_with(held.connection, held.listener, given, words_before),
        attempts=answered.attempts,
        _held=held,
    )


async def _case_for(held: Held, given: Input) -> Row[Any] | None:
    """A timer is about the case of this conversation it was set for; everything else about the latest one, if it is the writer's.

    In a room its person has left somebody else may go on: what they say is no part of it.
    """
    number = case_timed(given)
    if number is None:
        case = await latest_case(held.connection, held.row.id)
        return case if case is not None and case.person_id == held.listener.person else None
    case = await find_case(held.connection, number)
    return case if case is not None and case.conversation_id == held.row.id else None


def _readable(payload: Mapping[str, Any]) -> Input:
    """The input, or an empty utterance when reading it is what failed."""
    try:
        return input_from_json(payload)
    except (KeyError, TypeError, ValueError):
        return Utterance("")
