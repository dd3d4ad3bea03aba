"""Writes what a turn decided: transcript, cases, gaps, ratings, timers and messages, in the turn's own transaction."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    CaseNumber,
    Effect,
    ExternalId,
    ForgetPerson,
    Input,
    LookedUp,
    LookUp,
    OpenCase,
    Pressed,
    Rated,
    RecordGap,
    RecordRating,
    Say,
    SetTimer,
    Utterance,
)
from bot.store.announce import INBOX, OUTBOX, TIMERS, transcript_topic
from bot.store.erasure import count_of, forget_person
from bot.store.inbox import put_own
from bot.store.payloads import input_to_json, reply_from_json
from bot.store.saying import Listener, Speaker, say
from bot.store.tables import audit, cases, gaps, ratings, timers, transcript

LOOK_BACK = 10
"""So many of the latest replies are searched for the label of a choice that was pressed."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What one turn wants written: its effects, the case that was open before, and why it said what it said."""

    effects: tuple[Effect, ...]
    now: datetime
    open_case: CaseNumber | None = None
    label: str | None = None
    reason: Mapping[str, Any] | None = None
    locale: str | None = None
    state_version: int = 0
    speaker: Speaker = "lotse"


async def write(connection: AsyncConnection, listener: Listener, decided: Decided, wake: list[str]) -> bool:
    """Write the effects; True when the person was forgotten and nothing else about them may be written."""
    wake += [OUTBOX, transcript_topic(listener.address)]
    if any(isinstance(effect, ForgetPerson) for effect in decided.effects) and listener.person is not None:
        await forget_person(connection, listener.person, decided.now, actor="employee", keep=listener.conversation)
        stranger = Listener(listener.conversation, listener.address, None)
        for effect in decided.effects:
            if isinstance(effect, Say):
                await say(connection, stranger, effect.reply, decided.now, who=decided.speaker)
        return True
    # The case first: the replies name its number, wherever in the list they stand.
    number = decided.open_case
    for effect in decided.effects:
        if isinstance(effect, OpenCase):
            number = await _open_case(connection, listener, effect, decided.now)
    for effect in decided.effects:
        await _write_one(connection, listener, decided, effect, number, wake)
    return False


async def _write_one(
    connection: AsyncConnection,
    listener: Listener,
    decided: Decided,
    effect: Effect,
    number: CaseNumber | None,
    wake: list[str],
) -> None:
    person, now = listener.person, decided.now
    match effect:
        case Say(reply=reply):
            await say(
                connection,
                listener,
                reply,
                now,
                who=decided.speaker,
                case_number=number,
                label=decided.label,
                reason=decided.reason,
            )
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
        case LookUp(what=what):
            found = await count_of(connection, person) if person is not None else ()
            own_id = ExternalId(f"lookup:{uuid.uuid4()}")
            await put_own(connection, listener, own_id, input_to_json(LookedUp(what, found)), now)
            wake.append(INBOX)
        case OpenCase() | ForgetPerson():
            pass  # written before, see ``write``
        case _:
            assert_never(effect)


async def _open_case(connection: AsyncConnection, listener: Listener, effect: OpenCase, now: datetime) -> CaseNumber:
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
        context={
            "understood": [list(guess) for guess in effect.understood],
            "shown": list(effect.shown),
            "who": list(effect.who),
        },
        opened_at=now,
    )
    number = CaseNumber((await connection.execute(row.returning(cases.c.number))).scalar_one())
    await connection.execute(insert(audit).values(at=now, actor="employee", action="case_opened", target=str(number)))
    return number


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
) -> None:
    """Write what the person said; a press stands there with the words that were pressed."""
    match said:
        case Utterance(text=text):
            words = text
        case Pressed(value=value):
            words = await _label_of(connection, listener.conversation, value)
        case Rated() | LookedUp():
            return
        case _:
            assert_never(said)
    await connection.execute(
        insert(transcript).values(
            conversation_id=listener.conversation,
            person_id=listener.person,
            who="user",
            text=words,
            external_id=external_id,
            at=at,
            label=label,
        )
    )


async def _label_of(connection: AsyncConnection, conversation: int, value: str) -> str:
    latest: Sequence[Any] = (
        await connection.scalars(
            select(transcript.c.reply)
            .where(transcript.c.conversation_id == conversation, transcript.c.reply.is_not(None))
            .order_by(transcript.c.id.desc())
            .limit(LOOK_BACK)
        )
    ).all()
    choices = [choice for data in latest for choice in reply_from_json(data).choices]
    return next((choice.label for choice in choices if choice.value == value), value)
