"""Writes what a turn decided: transcript, cases, gaps, ratings, timers and messages, in the turn's own transaction."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    CASE_TIMER,
    UNFINISHED,
    WHY,
    Address,
    AskedPerson,
    AskedToVerify,
    AskedWhy,
    CameIn,
    CaseFacts,
    CaseNumber,
    ContinueAlone,
    Edited,
    Effect,
    ExternalId,
    ForgetPerson,
    Input,
    KeepEdit,
    LedToCase,
    Left,
    LinkAccount,
    LookedUp,
    LookUp,
    MoveCase,
    OpenCase,
    OutboxId,
    Pressed,
    Rated,
    Reacted,
    ReadByOthers,
    RecordGap,
    RecordRating,
    Removed,
    Reply,
    Say,
    SentFile,
    SetTimer,
    TimerDue,
    Unreadable,
    Utterance,
)
from bot.store.accounts import link_account
from bot.store.announce import DESK, INBOX, OUTBOX, TIMERS, arrival_topic, transcript_topic
from bot.store.case_writing import keep_name, link_line, open_case, write_turn
from bot.store.changed_messages import id_taken_up, keep_edit
from bot.store.database import take_time
from bot.store.erasure import count_of, forget_person
from bot.store.inbox import put_own
from bot.store.payloads import input_to_json, reply_from_json
from bot.store.places import conversation_at
from bot.store.saying import ADD_LINE, Listener, Speaker, say, stamp_of
from bot.store.tables import cases, gaps, ratings, row_of, timers, transcript
from bot.store.telling import keep_telling

CASE_TIMED = re.compile(rf"{CASE_TIMER}(\d{{1,18}}):")

LOOK_BACK = 40
"""So many of the latest replies are searched for the label of a choice that was pressed."""


def case_timed(given: Input) -> CaseNumber | None:
    """The case a timer was set for; None when this is no timer of a case."""
    found = CASE_TIMED.match(given.kind) if isinstance(given, TimerDue) else None
    return None if found is None else CaseNumber(int(found[1]))


@dataclass(frozen=True, slots=True)
class Decided:
    """What one turn wants written: its effects, the latest case before it, and why it said what it said.

    ``message`` is the platform's id of the message that was answered, and ``said`` the transcript's line of what the employee
    said, when they said something; ``alone`` the room where nobody else reads what they are told, when it is another one.
    """

    effects: tuple[Effect, ...]
    now: datetime
    case: CaseFacts | None = None
    message: str | None = None
    said: int | None = None
    alone: str | None = None
    encrypted: bool = False
    label: str | None = None
    reason: Mapping[str, Any] | None = None
    locale: str | None = None
    state_version: int = 0
    speaker: Speaker = "lotse"
    name: str | None = None
    """What their platform calls the employee."""
    aside: bool = False
    """Nothing of it belongs to the case."""


async def write(connection: AsyncConnection, listener: Listener, decided: Decided, wake: list[str]) -> bool:
    """Write the effects; True when the person was forgotten and nothing else about them may be written.

    It does not ring for who sends: the caller knows whether there is anything left to be found.
    """
    wake += [OUTBOX, transcript_topic(listener.address)]
    if any(isinstance(effect, ForgetPerson) for effect in decided.effects) and listener.person is not None:
        await take_time(connection)
        person, kept = listener.person, listener.conversation
        gone = await forget_person(connection, person, decided.now, actor="employee", keep=kept)
        wake += [DESK, *map(transcript_topic, gone.touched)]
        stranger = Listener(listener.conversation, listener.address, None)
        for effect in decided.effects:
            if isinstance(effect, Say):
                await say(connection, stranger, effect.reply, decided.now, who=decided.speaker, voice="notice")
        return True
    # The case first: what else is said belongs to it and names its number, wherever in the list it stands.
    case = await _case_after(connection, listener, decided, wake)
    for effect in decided.effects:
        await _write_one(connection, listener, decided, effect, case, wake)
    return False


async def _case_after(
    connection: AsyncConnection, listener: Listener, decided: Decided, wake: list[str]
) -> CaseFacts | None:
    """Open or move the case as the turn decided; the latest case of the conversation then."""
    case = decided.case
    moved = False
    for effect in decided.effects:
        match effect:
            case OpenCase():
                case = await open_case(connection, listener, effect, decided.now, wake)
            case MoveCase(turn=turn):
                case = turn.case
            case _:
                continue
        moved = True
    if (
        case is not None
        and decided.said is not None
        and not decided.aside
        and (case.state in UNFINISHED or (moved and case.state != "muted"))
    ):
        await link_line(connection, case, listener.person, "employee", decided.said, decided.now)
        wake.append(DESK)
    for effect in decided.effects:
        if isinstance(effect, MoveCase):
            await write_turn(connection, listener, effect.turn, decided.now, wake)
            await keep_name(connection, effect.turn.case, decided.name)
    return case


async def _write_one(
    connection: AsyncConnection,
    listener: Listener,
    decided: Decided,
    effect: Effect,
    case: CaseFacts | None,
    wake: list[str],
) -> None:
    person, now = listener.person, decided.now
    match effect:
        case Say(reply=reply, notice=notice):
            said = await say(
                connection,
                listener,
                reply,
                now,
                who=decided.speaker,
                voice="notice" if notice else "bot",
                stamp=stamp_of(case),
                label=decided.label,
                reason=decided.reason,
            )
            if case is not None and case.state in UNFINISHED and not decided.aside:
                kind = "notice" if notice else "lotse"
                await link_line(connection, case, person, kind, said.line, now)
            if notice and case is not None and any(isinstance(o, OpenCase) and o.told_first for o in decided.effects):
                await keep_telling(connection, case.number, said.outbox_id)
        case KeepEdit():
            anew = any(isinstance(other, Say | ContinueAlone) for other in decided.effects)
            if await keep_edit(connection, listener, effect, now, anew=anew):
                wake.append(DESK)
        case RecordGap(kind=kind, question=question, label=label, offered=offered):
            gap = {"kind": kind, "question": question, "label": label, "offered": list(offered)}
            await connection.execute(insert(gaps).values(person_id=person, at=now, locale=decided.locale, **gap))
        case RecordRating():
            await _rate(connection, listener, effect, now)
        case SetTimer(kind=kind, due_at=due_at):
            version = decided.state_version
            await connection.execute(
                insert(timers).values(
                    conversation_id=listener.conversation, person_id=person, kind=kind, due_at=due_at, version=version
                )
            )
            wake.append(TIMERS)
        case ContinueAlone(input=given):
            room = decided.alone if decided.alone is not None else listener.address.room
            address = Address(listener.address.channel, room)
            alone = Listener(await conversation_at(connection, address, now), address, listener.person)
            own_id = id_taken_up(decided.message if isinstance(given, Utterance) else None)
            await put_own(connection, alone, own_id, input_to_json(given), now, encrypted=decided.encrypted)
            wake += [INBOX, arrival_topic(address)]
        case LookUp(what=what):
            found = () if person is None else await _looked_up(connection, person, what)
            own_id = ExternalId(f"lookup:{uuid.uuid4()}")
            await put_own(connection, listener, own_id, input_to_json(LookedUp(what, found)), now)
            wake.append(INBOX)
        case LinkAccount(code=code):
            linked = person is not None and await link_account(connection, person, code, now, wake)
            own_id = ExternalId(f"link:{uuid.uuid4()}")
            found = (("linked", int(linked)),)
            await put_own(connection, listener, own_id, input_to_json(LookedUp("account", found)), now)
            wake.append(INBOX)
        case OpenCase() | MoveCase() | ForgetPerson():
            pass  # written before, see ``write``
        case _:
            assert_never(effect)


async def _looked_up(connection: AsyncConnection, person: int, what: str) -> tuple[tuple[str, int], ...]:
    """What is stored about a person: how much of each kind, or each unfinished case with its state."""
    if what != "cases":
        return await count_of(connection, person)
    theirs = select(cases.c.state, cases.c.number).where(cases.c.person_id == person, cases.c.state.in_(UNFINISHED))
    return tuple((row.state, row.number) for row in await connection.execute(theirs.order_by(cases.c.number)))


async def _rate(connection: AsyncConnection, listener: Listener, effect: RecordRating, now: datetime) -> None:
    """The last word about an answer counts; without knowing which one, it is the last answer of this conversation."""
    about: str | None = effect.about or await connection.scalar(
        select(transcript.c.outbox_id)
        .where(transcript.c.conversation_id == listener.conversation, transcript.c.label == effect.label)
        .where(transcript.c.outbox_id.is_not(None))
        .order_by(transcript.c.id.desc())
        .limit(1)
    )
    if about is not None:
        await connection.execute(
            delete(ratings).where(ratings.c.person_id == listener.person, ratings.c.about == about)
        )
    rating = {"about": about, "label": effect.label, "helpful": effect.helpful}
    await connection.execute(insert(ratings).values(person_id=listener.person, at=now, **rating))


async def write_said(
    connection: AsyncConnection, listener: Listener, said: Input, external_id: str, at: datetime, label: str | None
) -> int | None:
    """Write what the person said; a press stands there with the words that were pressed. The line, if there is one."""
    match said:
        case AskedPerson(question=""):  # by a sign: nobody said a word
            return None
        case Utterance(text=text) | AskedPerson(question=text):
            words = text
        case AskedWhy(about=about):
            asked = await _reply_with(connection, listener.conversation, about)
            if asked is None:
                return None
            words = WHY[asked.locale]
        case Pressed(value=value, words=label_pressed):
            pressed = await _label_of(connection, listener.conversation, value) or label_pressed or None
            if pressed is None:  # no words anybody has seen stand for it
                return None
            words = pressed
        case Reacted(sign=sign):
            words = sign
        case (
            TimerDue()
            | Rated()
            | LookedUp()
            | Edited()
            | Removed()
            | SentFile()
            | Unreadable()
            | Left()
            | AskedToVerify()
            | LedToCase()
            | CameIn()
            | ReadByOthers()
        ):
            return None
        case _:
            assert_never(said)
    row = row_of(
        transcript,
        conversation_id=listener.conversation,
        person_id=listener.person,
        who="user",
        text=words,
        external_id=external_id,
        at=at,
        label=label,
    )
    line: int = (await connection.execute(ADD_LINE, row)).scalar_one()
    return line


async def _reply_with(connection: AsyncConnection, conversation: int, outbox_id: OutboxId) -> Reply | None:
    theirs = transcript.c.conversation_id == conversation, transcript.c.outbox_id == outbox_id
    data = await connection.scalar(select(transcript.c.reply).where(*theirs))
    return None if data is None else reply_from_json(data)


async def _label_of(connection: AsyncConnection, conversation: int, value: str) -> str | None:
    latest: Sequence[Any] = (
        await connection.scalars(
            select(transcript.c.reply)
            .where(transcript.c.conversation_id == conversation, transcript.c.reply.is_not(None))
            .order_by(transcript.c.id.desc())
            .limit(LOOK_BACK)
        )
    ).all()
    choices = [choice for data in latest for choice in reply_from_json(data).choices]
    return next((choice.label for choice in choices if choice.value == value), None)
