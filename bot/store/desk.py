"""What a coordinator does to a case: one synchronous transaction, and the page knows at once what came of it.

The conversation's row is locked, the same lock an employee's turn holds, so a takeover and a turn never happen at the same
time. Then the case is read, the pure rules are asked (``handoff/case_states.py``), and everything that follows is written
with the audit row. The version the page showed is compared inside the lock: of two who press at once one wins, and the other
reads who that was.

Rejected: putting commands into the inbox like messages. They would wait behind a turn, and *you have the case* would be a
promise instead of an answer.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.case_events import Claims, CoordinatorEvent, RevisesLine, Time, TimeKind
from bot.handoff.case_states import READS_LAST_WORDS, Ignored, Refused, decide
from bot.handoff.case_words import ERASED, SAID_MORE
from bot.handoff.office import Office, OfficeOf
from bot.model import CaseFacts, CaseNumber, Staff, StaffId
from bot.store.absences import absences_in
from bot.store.announce import DESK, outbox_topics, transcript_topic
from bot.store.case_rows import facts_of, find_case, last_said
from bot.store.case_visibility import may_see
from bot.store.case_writing import write_turn
from bot.store.database import Database
from bot.store.payloads import storable
from bot.store.places import address_of
from bot.store.revising import sign_anew
from bot.store.saying import Listener
from bot.store.tables import case_events, case_messages, cases, conversations, inbox, outbox, transcript

SAME_PRESS = timedelta(seconds=3)
"""Who presses *next case* again so soon has not seen the first one yet: it is one press."""
MOVES_ON = frozenset({"to_person", "to_team", "to_topic", "team_gone"})
"""After which others read a case, and the employee in an encrypted room learns where."""
PRESS_LOCK = 842_003
"""Number of the PostgreSQL advisory lock under which one coordinator's presses are carried out, one after the other."""
ONE_PRESS = text("SELECT pg_advisory_xact_lock(:number, hashtext(:staff))")


@dataclass(frozen=True, slots=True)
class Done:
    """It happened; ``case`` is how the case stands now."""

    case: CaseFacts


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such case for this member of staff; whether there is one at all is not said."""


DeskResult = Done | Refused | Ignored | NotFound

Then = Callable[[AsyncConnection, DeskResult, list[str]], Awaitable[None]]
"""Writes what follows from a result, in its transaction; topics to ring go into the list."""
ThenFound = Callable[[AsyncConnection, CaseNumber | None, list[str]], Awaitable[None]]
"""The same for the case that was claimed as the next one; None when there is none."""


class Desk:
    """The coordinators' commands. ``office`` says what calendars and absences mean for the rules."""

    def __init__(self, database: Database, office: OfficeOf) -> None:
        self._database = database
        self._office = office

    async def act(
        self,
        number: CaseNumber,
        event: CoordinatorEvent,
        now: datetime,
        *,
        version: int | None = None,
        line: int | None = None,
        key: str | None = None,
        then: Then | None = None,
    ) -> DeskResult:
        """Do what ``event.by`` wants to this case.

        ``version`` is the one their page showed, ``line`` the last line of the employee they had seen. ``key`` is the id of
        the form, or of the message, that was sent: a reply or note sent twice with the same key is written once. ``then``
        writes what follows from the result, in the same transaction. Raises StoreUnavailable; then nothing was changed.
        """
        wake: list[str] = []
        async with self._database.transaction(wake) as connection:
            result = await self._act(connection, number, event, now, version, key, wake, line)
            if then is not None:
                await then(connection, result, wake)
            return result

    async def claim_first(
        self, numbers: Sequence[CaseNumber], by: Staff, now: datetime, *, then: ThenFound | None = None
    ) -> CaseNumber | None:
        """Claim the first of these cases that nobody has taken meanwhile; None when all are gone.

        Pressed twice, the second press finds the case of the first, also when both are on their way at once. ``then`` writes
        what follows, in the same transaction.
        """
        for number in (*numbers, None):
            wake: list[str] = []
            async with self._database.transaction(wake) as connection:
                if not self._database.is_sqlite:  # on SQLite there is one writer at a time
                    await connection.execute(ONE_PRESS, {"number": PRESS_LOCK, "staff": by.id})
                found = await _just_claimed(connection, by, now)
                if found is None and number is not None:
                    result = await self._act(connection, number, Claims(by), now, None, None, wake)
                    found = number if isinstance(result, Done) and result.case.owner == by.id else None
                if found is not None or number is None:
                    if then is not None:
                        await then(connection, found, wake)
                    return found
        return None

    async def _act(
        self,
        connection: AsyncConnection,
        number: CaseNumber,
        event: CoordinatorEvent,
        now: datetime,
        version: int | None,
        key: str | None,
        wake: list[str],
        line: int | None = None,
    ) -> DeskResult:
        held = await _hold(connection, None if _takes_back_own(event) else event.by, number)
        if not isinstance(held, _Held):
            return held
        if key is not None and await _has_key(connection, number, key):
            return Done(held.facts)
        encrypted = event.kind in MOVES_ON and await _encrypted(connection, held.listener)
        outcome = decide(held.facts, event, now, await self._now(connection, now), version, encrypted=encrypted)
        if isinstance(outcome, Refused | Ignored):
            return outcome
        if line is not None and event.kind in READS_LAST_WORDS and await last_said(connection, number) > line:
            return Refused("said_more", SAID_MORE)
        await write_turn(connection, held.listener, outcome, now, wake, key)
        return Done(outcome.case)

    async def passes(
        self, number: CaseNumber, kind: TimeKind, now: datetime, *, owner: StaffId | None = None
    ) -> DeskResult:
        """Something happened that no conversation tells: the owner lost the role, or is absent.

        ``owner`` is who that is about: if somebody else has the case by now, nothing happens.
        """
        wake: list[str] = []
        async with self._database.transaction(wake) as connection:
            held = await _hold(connection, None, number)
            if not isinstance(held, _Held):
                return held
            if owner is not None and held.facts.owner != owner:
                return Ignored("somebody else has it")
            encrypted = kind in MOVES_ON and await _encrypted(connection, held.listener)
            outcome = decide(held.facts, Time(kind), now, await self._now(connection, now), encrypted=encrypted)
            if isinstance(outcome, Refused | Ignored):
                return outcome
            await write_turn(connection, held.listener, outcome, now, wake)
            return Done(outcome.case)

    async def revise(
        self,
        staff: Staff,
        number: CaseNumber,
        line: int,
        text: str | None,
        now: datetime,
        *,
        key: str | None = None,
        then: Then | None = None,
    ) -> DeskResult:
        """Change the words of a line this coordinator wrote, or take them back; an old line is corrected by a new one.

        Taken back they can be also when the case is with another team by now, from the room they were written in: they stay the
        author's, and nothing is learned of it. The page of the case is closed to them then.
        """
        wake: list[str] = []
        async with self._database.transaction(wake) as connection:
            row = (await connection.execute(_own_line(number, line))).one_or_none()
            result: DeskResult = NotFound()
            if row is not None:
                event = RevisesLine(staff, line, StaffId(row.author), row.at, text)
                result = await self._act(connection, number, event, now, None, key, wake)
            if then is not None:
                await then(connection, result, wake)
            return result

    async def _now(self, connection: AsyncConnection, now: datetime) -> Office:
        return self._office(await absences_in(connection, now))

    async def send_again(
        self, staff: Staff, number: CaseNumber, line: int | None, now: datetime, *, then: Then | None = None
    ) -> DeskResult:
        """Try once more to deliver a line the platform refused, or what was changed in it; None: every reply of the case.

        What this coordinator took back is taken back once more also when the case is with another team by now.
        """
        wake: list[str] = []
        async with self._database.transaction(wake) as connection:
            held = await _hold(connection, staff, number)
            if isinstance(held, NotFound):
                result = await _take_back_again(connection, staff, number, line, now, wake)
            else:
                result = await _again(connection, held, line, now, wake) if isinstance(held, _Held) else held
            if then is not None:
                await then(connection, result, wake)
            return result


async def _take_back_again(
    connection: AsyncConnection, staff: Staff, number: CaseNumber, line: int | None, now: datetime, wake: list[str]
) -> DeskResult:
    """The same for what somebody took back in a case they do not see any more; nothing is learned of what else there is."""
    held = await _hold(connection, None, number)
    if not isinstance(held, _Held):
        return held
    taken_back = and_(case_messages.c.author == staff.id, transcript.c.deleted_at.is_not(None))
    result = await _again(connection, held, line, now, wake, taken_back)
    return NotFound() if isinstance(result, Ignored) else result


async def _again(
    connection: AsyncConnection,
    held: "_Held",
    line: int | None,
    now: datetime,
    wake: list[str],
    only: ColumnElement[bool] | None = None,
) -> DeskResult:
    mine = (
        select(transcript.c.outbox_id)
        .join(case_messages, case_messages.c.transcript_id == transcript.c.id)
        .where(case_messages.c.case_number == held.facts.number, transcript.c.outbox_id.is_not(None))
        .where(true() if only is None else only)
    )
    ids = mine.where(case_messages.c.kind == "coordinator" if line is None else case_messages.c.id == line)
    failed = (
        outbox.c.id.in_(ids) | outbox.c.revises.in_(ids),
        outbox.c.status == "parked",
        outbox.c.delivery.is_not(None),
    )
    found = (await connection.execute(select(outbox.c.id, outbox.c.revises).where(*failed))).all()
    if not found:
        return Ignored("nothing of it failed")
    # As after one attempt: parts of what was refused may have arrived, and are looked for before anything is posted again.
    again = {"status": "waiting", "attempts": 1, "retry_at": None, "error": None, "done_at": None, "created_at": now}
    await connection.execute(update(outbox).where(outbox.c.id.in_([row.id for row in found])).values(again))
    theirs = select(case_messages.c.id).join(transcript, transcript.c.id == case_messages.c.transcript_id)
    await sign_anew(connection, theirs.where(transcript.c.outbox_id.in_([row.revises or row.id for row in found])))
    address = held.listener.address
    wake += [*outbox_topics(address.channel), DESK, transcript_topic(address)]
    return Done(held.facts)


@dataclass(frozen=True, slots=True)
class _Held:
    """A case whose conversation is locked."""

    facts: CaseFacts
    listener: Listener


async def _hold(connection: AsyncConnection, staff: Staff | None, number: CaseNumber) -> _Held | NotFound | Refused:
    """Lock the conversation of this case, then look at the case and at the right to see it; None: nobody has to."""
    conversation = await connection.scalar(select(cases.c.conversation_id).where(cases.c.number == number))
    place = None
    if conversation is not None:
        locked = select(conversations).where(conversations.c.id == conversation).with_for_update()
        place = (await connection.execute(locked)).one_or_none()
    row = await find_case(connection, number)
    if row is None:
        return NotFound() if staff is None else await _erased(connection, staff, number)
    facts = facts_of(row)
    if place is None or (staff is not None and not may_see(staff, facts.team, facts.owner, facts.alarm)):
        return NotFound()
    return _Held(facts, Listener(place.id, address_of(place), row.person_id))


def _takes_back_own(event: CoordinatorEvent) -> bool:
    return isinstance(event, RevisesLine) and event.text is None and event.author == event.by.id


async def _encrypted(connection: AsyncConnection, listener: Listener) -> bool:
    """Whether the employee writes from a room only those in it can read; a room that was once so stays so.

    What came in is kept for a month, a case may be open for longer: it knows by what its employee was told.
    """
    said = select(inbox.c.id).where(inbox.c.conversation_id == listener.conversation, inbox.c.encrypted.is_(True))
    told = select(cases.c.number).where(
        cases.c.conversation_id == listener.conversation, cases.c.telling_id.is_not(None)
    )
    found = select(said.exists() | told.exists())
    return bool(await connection.scalar(found))


async def _erased(connection: AsyncConnection, staff: Staff, number: CaseNumber) -> NotFound | Refused:
    """Whoever saw the case before it was erased is told so."""
    last = await last_event(connection, number)
    if last is None or last.to_state != "erased" or not may_see(staff, last.team, last.owner):
        return NotFound()
    return Refused("erased", ERASED)


async def last_event(connection: AsyncConnection, number: CaseNumber) -> Row[Any] | None:
    """The latest audit row of this case."""
    mine = select(case_events).where(case_events.c.case_number == number)
    row: Row[Any] | None = (await connection.execute(mine.order_by(case_events.c.id.desc()).limit(1))).one_or_none()
    return row


async def _just_claimed(connection: AsyncConnection, by: Staff, now: datetime) -> CaseNumber | None:
    """The case this coordinator claimed a moment ago, and still has."""
    claimed = (
        select(cases.c.number)
        .join(case_events, case_events.c.case_number == cases.c.number)
        .where(cases.c.state == "claimed", cases.c.owner == by.id)
        .where(case_events.c.event == Claims.kind, case_events.c.actor == by.id, case_events.c.at > now - SAME_PRESS)
        .order_by(case_events.c.id.desc())
        .limit(1)
    )
    number: int | None = await connection.scalar(claimed)
    return None if number is None else CaseNumber(number)


async def _has_key(connection: AsyncConnection, number: CaseNumber, key: str) -> bool:
    found = select(case_messages.c.id).where(
        case_messages.c.case_number == number, case_messages.c.key == storable(key)
    )
    return await connection.scalar(found) is not None


def _own_line(number: CaseNumber, line: int) -> Any:
    return select(case_messages.c.author, case_messages.c.at).where(
        case_messages.c.id == line, case_messages.c.case_number == number, case_messages.c.kind == "coordinator"
    )


Receipt = Literal["queued", "accepted", "failed"]
"""⏳ on its way, 📤 accepted by the platform, ⚠ given up after repeated failures."""

__all__ = ["Desk", "DeskResult", "Done", "Ignored", "NotFound", "Receipt", "Refused", "Then", "last_event"]
