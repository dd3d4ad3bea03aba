"""Lets everything that repeats a message of an employee follow when they change it, or take it back.

The words of a message stand in more places than its line of the transcript: in the inbox (the message itself, earlier changes
of it, and a wish for a person that quotes it), in the list of unanswered questions, in the question of a case, in a reply that
says which part was not understood, and in the state of the conversation. The last follows in the turn itself
(``dialogue/changed_words.py``, which is handed ``words_changed_by``), all others here, in the same transaction.

A message that was taken up where nobody else reads along stands there as a copy, with an id of ours; the copy follows too, and
so does the state of that conversation (``taken_up_with``). The copy of a message as a whole is known by its id, which holds that
of the message, so that the same words said another time are nothing to it. A wish for a person quotes what the dialogue remembers,
which may be several messages; that is known by its words, as is a copy an earlier release made.

The same words said in another message stay: they are that one's.

Rejected: a column for the message a copy is of. Inbox and transcript would both need one, and whoever is forgotten would have to be
forgotten in it as well; the id of a copy becomes a digest with all others.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import BETWEEN_QUOTED, Edited, ExternalId, Input, KeepEdit, Removed
from bot.store.payloads import storable
from bot.store.saying import Listener
from bot.store.tables import cases, conversations, gaps, inbox, outbox, transcript

TAKEN_UP = "alone:"
"""How the ids of our own inputs begin that continue a matter where nobody else reads along."""

_ITS_MESSAGE = len(TAKEN_UP) + len(str(uuid.UUID(int=0))) + 1
"""Where in the id of a copy that of the message begins."""

_QUOTED = re.compile("[„“]([^„“”]+)[“”]")
"""What stands between German or English quotation marks."""


def id_taken_up(message: str | None) -> ExternalId:
    """A new id for an input that continues a matter alone: the copy of this message; None: of no single one."""
    new = f"{TAKEN_UP}{uuid.uuid4()}"
    return ExternalId(new if message is None else f"{new}:{message}")


def _copied(external_id: str) -> str | None:
    """The id of the message this is the copy of; None: its id does not say so."""
    return external_id[_ITS_MESSAGE:] or None if external_id.startswith(TAKEN_UP) else None


@dataclass(frozen=True, slots=True)
class Change:
    """What a message said in each version, what it says now (nothing: it was deleted), and what the writer's others say."""

    message: str
    versions: tuple[str, ...]
    words: str
    standing: frozenset[str]

    def of(self, question: str) -> str:
        """The question of a case with this message changed in it."""
        for before in self.versions:
            question = requoted(question, before, self.words, self.standing)
        return question

    def is_of(self, payload: Mapping[str, Any]) -> bool:
        """Whether an input is this message as it was: its words, or the wish for a person it was, whatever that quotes before."""
        if "question" not in payload:
            return _says(payload, self.versions)
        asked = payload["question"].split(BETWEEN_QUOTED)
        return any(asked[-len(said) :] == said for said in (words.split(BETWEEN_QUOTED) for words in self.versions))

    def of_copy(self, external_id: str, text: str) -> str:
        """What was taken up alone, with the message changed in it."""
        copied = _copied(external_id)
        if copied is None:
            return self.of(text)
        return self.words if copied == self.message else text

    def of_input(self, external_id: str, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """An input that was taken up alone, with the message changed in it; None when nothing is left of it."""
        copied = _copied(external_id)
        if copied is not None and copied != self.message:
            return payload
        if copied is not None:
            return {**payload, "text": self.words} if self.words else None
        if not self.words and self.is_of(payload) and payload.get("text") not in self.standing:
            return None
        if "question" in payload:
            return {**payload, "question": self.of(payload["question"])}
        return {**payload, "text": self.of(payload["text"])} if _says(payload, self.versions) else payload


async def words_changed_by(connection: AsyncConnection, listener: Listener, given: Input) -> tuple[str, ...]:
    """What the message said, in every version that is kept, that this input changes or takes back; else nothing."""
    if not isinstance(given, Edited | Removed):
        return ()
    line = await _line_of(connection, listener, given.of)
    return () if line is None else _versions(line, await _inputs_of(connection, listener, line.external_id))


async def taken_up_with(
    connection: AsyncConnection, listener: Listener, given: Input, versions: Sequence[str]
) -> dict[int, dict[str, Any]]:
    """The states of the other conversations in which the message was taken up alone that is changed, held until the turn is over.

    ``versions`` is what it said. Not where another message says the same: what is remembered there is that one's.
    """
    if not versions or not isinstance(given, Edited | Removed):
        return {}
    message = storable(given.of)
    lines = select(transcript.c.conversation_id, transcript.c.external_id, transcript.c.text).where(
        *_taken_up(transcript, listener), transcript.c.deleted_at.is_(None)
    )
    inputs = select(inbox.c.conversation_id, inbox.c.external_id, inbox.c.payload).where(*_taken_up(inbox, listener))
    places: set[int] = set()
    others: dict[int, set[str]] = {}
    for row in await connection.execute(lines):
        copied = _copied(row.external_id)
        if copied == message or (copied is None and _holds(row.text, versions)):
            places.add(row.conversation_id)
        elif copied is not None:
            others.setdefault(row.conversation_id, set()).add(row.text)
    for row in await connection.execute(inputs):
        if _is_copy(row.external_id, row.payload, message, versions) or _quotes(row.payload, versions):
            places.add(row.conversation_id)
    # Also one nothing was answered in yet: another worker may be about to, with the words as they were.
    theirs = conversations.c.id.in_(places - {listener.conversation})
    held = select(conversations.c.id, conversations.c.state).where(theirs).order_by(conversations.c.id)
    found = (await connection.execute(held.with_for_update())).all()
    anothers = {place for place, said in others.items() if said.issuperset(versions)}
    return {row.id: row.state for row in found if row.state is not None and row.id not in anothers}


async def keep_edit(
    connection: AsyncConnection, listener: Listener, edit: KeepEdit, now: datetime, *, anew: bool = False
) -> bool:
    """The employee changed a message, or deleted it; False when there is no such message of theirs here.

    ``anew``: the same turn answers it as it is now, so nothing is taken up as it was.
    """
    line = await _line_of(connection, listener, edit.of)
    if line is None:
        return False
    words = storable(edit.text or "")
    mark = {"edited_at": now} if edit.text is not None else {"deleted_at": now}
    await connection.execute(update(transcript).where(transcript.c.id == line.id).values(text=words, **mark))
    inputs = await _inputs_of(connection, listener, line.external_id)
    versions = _versions(line, inputs)
    its = [
        row
        for row in inputs
        if _is_about(row, line.external_id) or _is_copy(row.external_id, row.payload, line.external_id, versions)
    ]
    about = {row.id for row in its} | {row.id for row in inputs if _quotes(row.payload, versions)}
    await connection.execute(update(inbox).where(inbox.c.id.in_(about)).values(payload=None))
    answered_at = [row.done_at for row in its if row.done_at is not None]
    await connection.execute(
        delete(gaps).where(
            gaps.c.person_id == listener.person, or_(gaps.c.question.in_(versions), gaps.c.at.in_(answered_at))
        )
    )
    await _unquote(connection, listener, versions, answered_at)
    change = Change(line.external_id, versions, words, await _other_words(connection, listener, line))
    await _change_waiting(connection, listener, change, now, anew=anew)
    places = [listener.conversation, *await _change_copies(connection, listener, change, mark)]
    await _change_questions(connection, places, change)
    return True


# --- Where the words stand ------------------------------------------------------------------------------------------


async def _line_of(connection: AsyncConnection, listener: Listener, of: ExternalId) -> Row[Any] | None:
    statement = select(transcript).where(
        transcript.c.conversation_id == listener.conversation,
        transcript.c.person_id == listener.person,
        transcript.c.who == "user",
        transcript.c.external_id == storable(of),
        transcript.c.deleted_at.is_(None),
    )
    return (await connection.execute(statement)).one_or_none()


async def _inputs_of(connection: AsyncConnection, listener: Listener, message: str) -> Sequence[Any]:
    """The message as it came in, and whatever else this person sent and was dealt with, as far as its words are kept."""
    statement = select(inbox.c.id, inbox.c.external_id, inbox.c.payload, inbox.c.done_at).where(
        inbox.c.person_id == listener.person,
        inbox.c.status != "waiting",
        or_(inbox.c.payload.is_not(None), inbox.c.external_id == message),
    )
    return (await connection.execute(statement)).all()


def _is_about(row: Row[Any], message: str) -> bool:
    """Whether this input is the message, or an earlier change of it."""
    return bool(row.external_id == message or (row.payload is not None and row.payload.get("of") == message))


def _is_copy(external_id: str, payload: Mapping[str, Any] | None, message: str, versions: Sequence[str]) -> bool:
    """Whether this input is the message as it was taken up alone."""
    copied = _copied(external_id)
    if copied is not None:
        return copied == message
    return external_id.startswith(TAKEN_UP) and _says(payload, versions)


def _holds(text: str, versions: Iterable[str]) -> bool:
    """Whether a text is one of these, or quotes it as the question of a case does."""
    return any(requoted(text, words, "") != text for words in versions)


def _says(payload: Mapping[str, Any] | None, versions: Sequence[str]) -> bool:
    return (payload or {}).get("text") in versions


def _taken_up(table: Table, listener: Listener) -> tuple[ColumnElement[bool], ...]:
    """The condition that a row is something of this person that was taken up alone."""
    return table.c.person_id == listener.person, table.c.external_id.startswith(TAKEN_UP)


async def _other_words(connection: AsyncConnection, listener: Listener, line: Row[Any]) -> frozenset[str]:
    """What the person said in other messages, which stand as they are; of one that is gone by now its copy may stand still."""
    others = select(transcript.c.text, transcript.c.external_id).where(
        transcript.c.person_id == listener.person,
        transcript.c.who == "user",
        transcript.c.id != line.id,
        transcript.c.deleted_at.is_(None),
    )
    return frozenset(
        row.text
        for row in await connection.execute(others)
        if not row.external_id.startswith(TAKEN_UP) or _copied(row.external_id) not in (None, line.external_id)
    )


def _quotes(payload: Mapping[str, Any] | None, versions: Iterable[str]) -> bool:
    """Whether this input is a wish for a person about that message."""
    question = (payload or {}).get("question")
    return isinstance(question, str) and _holds(question, versions)


def _versions(line: Row[Any], inputs: Iterable[Any]) -> tuple[str, ...]:
    """Everything the message has said, as far as it is kept; what it says now comes first."""
    earlier = (row.payload.get("text") for row in inputs if row.payload and _is_about(row, line.external_id))
    return tuple(dict.fromkeys(words for words in (line.text, *earlier) if words))


# --- What follows ---------------------------------------------------------------------------------------------------


async def _change_waiting(
    connection: AsyncConnection, listener: Listener, change: Change, now: datetime, *, anew: bool
) -> None:
    """What is to be taken up alone and was not yet: the words are new ones, or nothing is left to take up."""
    waiting = select(inbox.c.id, inbox.c.external_id, inbox.c.payload).where(
        *_taken_up(inbox, listener), inbox.c.status == "waiting"
    )
    for row in (await connection.execute(waiting)).all():
        changed = change.of_input(row.external_id, row.payload)
        if changed == row.payload:
            continue
        over = changed is None or (anew and (_copied(row.external_id) == change.message or change.is_of(row.payload)))
        values = {"payload": None, "status": "done", "done_at": now} if over else {"payload": changed}
        await connection.execute(update(inbox).where(inbox.c.id == row.id).values(values))


async def _change_questions(connection: AsyncConnection, places: Sequence[int], change: Change) -> None:
    """A case quotes what was asked; the quotation follows, where it is this message as a whole."""
    found = select(cases.c.number, cases.c.question).where(cases.c.conversation_id.in_(places), cases.c.question != "")
    for case in (await connection.execute(found)).all():
        question = change.of(case.question)
        if question != case.question:
            await connection.execute(update(cases).where(cases.c.number == case.number).values(question=question))


async def _change_copies(
    connection: AsyncConnection, listener: Listener, change: Change, mark: Mapping[str, datetime]
) -> list[int]:
    """The same words where they were taken up alone; the conversations in which they stood."""
    found = select(transcript.c.id, transcript.c.conversation_id, transcript.c.external_id, transcript.c.text).where(
        transcript.c.who == "user", *_taken_up(transcript, listener)
    )
    places = []
    for copy in (await connection.execute(found)).all():
        text = change.of_copy(copy.external_id, copy.text)
        if text != copy.text:
            marked = mark if text == change.words else {"edited_at": next(iter(mark.values()))}
            await connection.execute(update(transcript).where(transcript.c.id == copy.id).values(text=text, **marked))
            places.append(copy.conversation_id)
    return places


async def _unquote(
    connection: AsyncConnection, listener: Listener, versions: Sequence[str], at: Sequence[datetime]
) -> None:
    """Replies to this message that say which part was not understood say so without quoting it."""
    found = select(transcript.c.id, transcript.c.text, transcript.c.reply, transcript.c.outbox_id).where(
        transcript.c.person_id == listener.person, transcript.c.who == "lotse", transcript.c.at.in_(at)
    )
    for line in (await connection.execute(found)).all():
        text = unquoted(line.text, versions)
        if text == line.text:
            continue
        said = {"text": text, "reply": unquoted(line.reply, versions)}
        await connection.execute(update(transcript).where(transcript.c.id == line.id).values(said))
        mine = (outbox.c.id == line.outbox_id, outbox.c.delivery.is_not(None), outbox.c.status != "sending")
        delivery = await connection.scalar(select(outbox.c.delivery).where(*mine))
        if delivery is not None:
            await connection.execute(update(outbox).where(*mine).values(delivery=unquoted(delivery, versions)))


def unquoted(value: Any, versions: Sequence[str]) -> Any:
    """The JSON value; where a text quotes a part of one of these, an ellipsis stands between the quotation marks."""
    match value:
        case str():
            return _QUOTED.sub(lambda found: _elided(found, versions), value)
        case list():
            return [unquoted(item, versions) for item in value]
        case dict():
            return {key: unquoted(item, versions) for key, item in value.items()}
        case _:
            return value


def _elided(found: re.Match[str], versions: Sequence[str]) -> str:
    quoted = any(found[1] in words for words in versions)
    return found[0].replace(found[1], "…") if quoted else found[0]


def requoted(question: str, before: str, after: str, standing: Collection[str] = ()) -> str:
    """The question of a case with one of the messages it quotes changed, or (``after`` is empty) left out.

    A part of that message, quoted right behind it as what the case is about, goes with it. What another message says, one
    of those ``standing``, stays.
    """
    quoted = question.split(BETWEEN_QUOTED)
    message = before.split(BETWEEN_QUOTED)  # a message may hold what stands between two
    kept: list[str] = []
    while quoted:
        if before not in standing and quoted[: len(message)] == message:
            kept += [after] if after else []
            del quoted[: len(message)]
            while quoted and quoted[0] in before and quoted[0] not in {before, *standing}:
                del quoted[0]
        else:
            kept.append(quoted.pop(0))
    return BETWEEN_QUOTED.join(kept)
