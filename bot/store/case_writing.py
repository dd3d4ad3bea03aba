"""Writes what follows from an event of a case, in the caller's transaction, while its conversation is locked.

A dialogue's turn and a coordinator's command both end here, so that state, transcript, outbox, timers and audit never differ
by where the event came from.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreConflict
from bot.handoff.case_transcript import SaidLine, transcript_replies
from bot.model import (
    CASE_TIMER,
    CaseContext,
    CaseFacts,
    CaseNumber,
    CaseTimer,
    CaseTurn,
    DropCaseText,
    GiveTranscript,
    Note,
    OpenCase,
    Relay,
    Remark,
    Revise,
    StaffId,
    Tell,
)
from bot.store.announce import DESK, TIMERS, outbox_topics, transcript_topic
from bot.store.case_rows import columns_of, context_to_json, facts_of, find_case
from bot.store.revising import revise_line
from bot.store.saying import Listener, Said, say, stamp_of
from bot.store.tables import case_events, case_messages, cases, inbox, outbox, timers, transcript
from bot.store.telling import keep_telling

AUDITED = frozenset({"consents", "deletes", "rates"})
"""Events that move nothing and are audited nevertheless: what the employee decided about their own data and case."""


async def open_case(
    connection: AsyncConnection,
    listener: Listener,
    effect: OpenCase,
    now: datetime,
    wake: list[str],
) -> CaseFacts:
    """Write a new case and the audit row that says so; its number is the next one."""
    row = insert(cases).values(
        conversation_id=listener.conversation,
        person_id=listener.person,
        state="open",
        version=1,
        question=effect.question,
        locale=effect.locale,
        team=effect.team,
        topic=effect.topic,
        reason=effect.reason,
        context=context_to_json(effect.context),
        opened_at=now,
        first_due=effect.first_due,
        solution_due=effect.solution_due,
        away_until=effect.away_until,
        unanswered_since=now,
    )
    number = CaseNumber((await connection.execute(row.returning(cases.c.number))).scalar_one())
    stored = await find_case(connection, number)
    assert stored is not None
    facts = facts_of(stored)
    await _set_timers(connection, listener, facts, effect.timers, wake)
    await write_remark(connection, facts, listener.person, Remark("opened", (("team", facts.team),)), now)
    await _audit(connection, facts, now, event="opens", actor="employee", before="bot")
    wake.append(DESK)
    return facts


async def write_turn(
    connection: AsyncConnection,
    listener: Listener,
    turn: CaseTurn,
    now: datetime,
    wake: list[str],
    key: str | None = None,
) -> None:
    """Write everything that follows from one event. ``key`` names what a page sent, so that it is written once.

    Raises StoreUnavailable when the case is no longer the one that was decided on.
    """
    before, case = turn.before, turn.case
    changed = await connection.execute(
        update(cases).where(cases.c.number == case.number, cases.c.version == before.version).values(columns_of(case))
    )
    if changed.rowcount != 1:
        raise StoreConflict("The case was changed by another process meanwhile; this is done again.")
    moved = (case.state, case.owner, case.team, case.topic) != (before.state, before.owner, before.team, before.topic)
    if moved or turn.event in AUDITED:
        detail = dict(turn.detail)
        await _audit(connection, case, now, event=turn.event, actor=turn.actor, before=before.state, detail=detail)
    for effect in turn.effects:
        match effect:
            case Tell(reply=reply, told_first=told_first):
                said = await say(
                    connection, listener, reply, now, who="system", voice="notice", stamp=stamp_of(turn.case)
                )
                await link_line(connection, turn.case, listener.person, "notice", said.line, now)
                if told_first:
                    await keep_telling(connection, turn.case.number, said.outbox_id)
            case Relay():
                await _relay(connection, listener, turn.case, effect, now, key)
            case Note():
                await write_note(connection, turn.case, listener.person, effect, now, key)
            case Remark():
                await write_remark(connection, turn.case, listener.person, effect, now)
            case Revise():
                await revise_line(connection, listener, turn.case, effect, now)
            case GiveTranscript():
                await _give_transcript(connection, listener, turn.case, now)
            case DropCaseText():
                await drop_text(connection, turn.case.number)
            case _:
                assert_never(effect)
    await _set_timers(connection, listener, case, turn.timers, wake)
    wake += [DESK, *outbox_topics(listener.address.channel), transcript_topic(listener.address)]


async def keep_name(connection: AsyncConnection, facts: CaseFacts, name: str | None) -> None:
    """With the employee's consent the case shows what their platform calls them; without it nothing of that is kept."""
    if facts.consent is None or facts.state in ("muted", "erased") or (facts.consent and name is None):
        return
    shown = name if facts.consent else None
    await connection.execute(update(cases).where(cases.c.number == facts.number).values(employee_name=shown))


async def _relay(
    connection: AsyncConnection, listener: Listener, facts: CaseFacts, relay: Relay, now: datetime, key: str | None
) -> Said:
    """A coordinator's words, on their way to the employee."""
    said = await say(connection, listener, relay.reply, now, who="staff", voice="person", stamp=stamp_of(facts))
    await connection.execute(
        insert(case_messages).values(
            case_number=facts.number,
            person_id=listener.person,
            kind="coordinator",
            transcript_id=said.line,
            author=relay.author,
            author_name=relay.name,
            text=relay.source,
            key=key,
            at=now,
        )
    )
    return said


async def _give_transcript(connection: AsyncConnection, listener: Listener, facts: CaseFacts, now: datetime) -> None:
    """What the employee has seen of the case, sent to them once more as a whole; notes are not even read here."""
    statement = (
        select(case_messages.c.kind, case_messages.c.at, case_messages.c.text, case_messages.c.author_name)
        .add_columns(transcript.c.text.label("said"))
        .join(transcript, transcript.c.id == case_messages.c.transcript_id)
        .where(case_messages.c.case_number == facts.number, transcript.c.deleted_at.is_(None))
        .where(case_messages.c.kind.in_(("employee", "lotse", "coordinator")))
        .order_by(case_messages.c.id)
    )
    rows = (await connection.execute(statement)).all()
    lines = [
        SaidLine(row.kind, row.at, row.text if row.kind == "coordinator" else row.said, row.author_name or "")
        for row in rows
    ]
    for reply in transcript_replies(lines, facts.number, facts.locale):
        said = await say(connection, listener, reply, now, who="system", voice="notice", stamp=stamp_of(facts))
        await link_line(connection, facts, listener.person, "notice", said.line, now)


async def write_note(
    connection: AsyncConnection, facts: CaseFacts, person: int | None, note: Note, now: datetime, key: str | None = None
) -> None:
    """A coordinator's words for the other coordinators. It needs no listener, because nobody is told."""
    await connection.execute(
        insert(case_messages).values(
            case_number=facts.number,
            person_id=person,
            kind="note",
            author=note.author,
            author_name=note.name,
            text=note.text,
            key=key,
            at=now,
        )
    )


async def write_remark(
    connection: AsyncConnection, facts: CaseFacts, person: int | None, remark: Remark, now: datetime
) -> None:
    """A line about what happened."""
    row = {"kind": "remark", "what": remark.what, "values": dict(remark.values), "at": now}
    await connection.execute(insert(case_messages).values(case_number=facts.number, person_id=person, **row))


async def link_line(
    connection: AsyncConnection, facts: CaseFacts, person: int | None, kind: str, line: int, now: datetime
) -> None:
    """Say that a line of the transcript belongs to the case: *employee*, *lotse* or *notice*."""
    row = {"kind": kind, "transcript_id": line, "at": now}
    await connection.execute(insert(case_messages).values(case_number=facts.number, person_id=person, **row))


async def drop_text(connection: AsyncConnection, number: CaseNumber) -> None:
    """Delete what was said in a case, with its question; the row stays and says that there was one."""
    lines = select(case_messages.c.transcript_id).where(
        case_messages.c.case_number == number, case_messages.c.transcript_id.is_not(None)
    )
    said = tuple(await connection.scalars(lines.where(case_messages.c.kind != "notice")))
    rows = (await connection.execute(select(transcript).where(transcript.c.id.in_(said)))).all()
    received = tuple(row.external_id for row in rows if row.external_id is not None)
    sent = tuple(row.outbox_id for row in rows if row.outbox_id is not None)
    done = update(inbox).where(inbox.c.external_id.in_(received), inbox.c.status != "waiting")
    await connection.execute(done.values(payload=None))
    unsent = (outbox.c.id.in_(sent) | outbox.c.revises.in_(sent), outbox.c.status.in_(("waiting", "parked")))
    await connection.execute(update(outbox).where(*unsent).values(status="discarded"))
    await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(sent) | outbox.c.revises.in_(sent), outbox.c.status != "sending")
        .values(delivery=None)
    )
    await connection.execute(
        delete(case_messages).where(case_messages.c.case_number == number, case_messages.c.kind != "remark")
    )
    await connection.execute(delete(transcript).where(transcript.c.id.in_(said)))
    nobody = {"question": "", "context": context_to_json(CaseContext()), "employee_name": None}
    await connection.execute(update(cases).where(cases.c.number == number).values(**nobody))


async def erased_audit(connection: AsyncConnection, turn: CaseTurn, now: datetime, actor: str) -> None:
    """The last audit row of a case whose rows are about to be deleted; ``actor`` may be somebody else than the employee."""
    await _audit(connection, turn.case, now, event=turn.event, actor=actor, before=turn.before.state)


async def closed_audit(connection: AsyncConnection, facts: CaseFacts, now: datetime, actor: str) -> None:
    """The audit row of a case that somebody closed by hand."""
    await _audit(connection, facts, now, event="closes", actor=actor, before=facts.state, to="closed")


async def carried_over_audit(connection: AsyncConnection, facts: CaseFacts, now: datetime, staff: StaffId) -> None:
    """The audit row of a case that its owner has under another id from now on."""
    await _audit(connection, facts, now, event="carried_over", actor=staff, before=facts.state)


async def _audit(
    connection: AsyncConnection,
    facts: CaseFacts,
    now: datetime,
    *,
    event: str,
    actor: str,
    before: str,
    to: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    await connection.execute(
        insert(case_events).values(
            case_number=facts.number,
            at=now,
            event=event,
            actor=actor,
            from_state=before,
            to_state=to or facts.state,
            version=facts.version,
            team=facts.team,
            owner=facts.owner,
            detail=dict(detail or {}),
        )
    )


async def _set_timers(
    connection: AsyncConnection,
    listener: Listener,
    facts: CaseFacts,
    wanted: Iterable[CaseTimer],
    wake: list[str],
) -> None:
    """The case's timers are these and no others."""
    await connection.execute(delete(timers).where(timers.c.case_number == facts.number))
    rows = [
        {
            "conversation_id": listener.conversation,
            "person_id": listener.person,
            "kind": f"{CASE_TIMER}{facts.number}:{timer.what}",
            "due_at": timer.due_at,
            "version": facts.version,
            "case_number": facts.number,
        }
        for timer in wanted
    ]
    if rows:
        await connection.execute(insert(timers), rows)
        wake.append(TIMERS)
