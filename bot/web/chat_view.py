"""What a conversation looks like at this moment: the visible messages, and whether an answer is still to come.

A reply is visible once its delivery has been taken up (``sending``): that step is made while the conversation is
held, after a look at who has the word there, and the browser channel then only wakes the pages. So a page never shows
what a coordinator's takeover has stopped, and a delivery repeated after a crash changes nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import (
    UNFINISHED,
    WHY,
    Address,
    AskedWhy,
    CaseState,
    ExternalId,
    OutboxId,
    Person,
    Pressed,
    Reply,
    Utterance,
)
from bot.store.cases import cases_of_person
from bot.store.database import Database
from bot.store.transcripts import ConversationReading, TranscriptLine, WaitingInput

CHANNEL = "browser"
"""The name of the channel people use here."""

LEADS_BACK: frozenset[CaseState] = UNFINISHED | {"resolved"}
"""States in which something may still be read or written in the conversation of a case."""

MOST_LINES = 200
"""Messages a page shows; the newest. More have not been seen in one conversation."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message as the template shows it.

    ``pending``: stored, but not yet taken up. ``about_data``: what is stored was asked for; the page leads to all of it.
    """

    id: int | None
    who: str
    text: str
    reply: Reply | None = None
    outbox_id: OutboxId | None = None
    at: datetime | None = None
    message_id: str | None = None
    rating: bool | None = None
    pending: bool = False
    about_data: bool = False
    edited: bool = False
    deleted: bool = False

    @property
    def mark(self) -> int:
        """Changes when what the message shows does."""
        return hash((self.text, self.edited, self.deleted))


@dataclass(frozen=True, slots=True)
class View:
    """The conversation now. ``after`` is the place to continue from: nothing up to it can still become visible.

    ``oldest`` is the first message that still exists; whatever a page shows from before it has been deleted.
    """

    rows: tuple[Row, ...]
    after: int
    oldest: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A case of the same person in another conversation. ``owner`` is empty while nobody has it."""

    number: int
    state: CaseState
    owner: str
    conversation: str


async def cases_elsewhere(database: Database, person: str, conversation: str) -> tuple[Elsewhere, ...]:
    """The cases of this person that are not over and belong to other conversations. Raises StoreUnavailable."""
    found = await cases_of_person(database, Person(CHANNEL, person))
    return tuple(
        Elsewhere(case.number, case.state, case.facts.owner_name, case.address.room)
        for case in found
        if case.address is not None and case.address.room != conversation and case.state in LEADS_BACK
    )


def address_of(conversation: str) -> Address:
    """Where this conversation lives."""
    return Address(CHANNEL, conversation)


def external_id(conversation: str, message_id: str, content: str) -> ExternalId:
    """The inbox's id of a message sent here; the same message sent again gets the same one.

    The content is part of it: a page brought back by *back* carries an id that was used, and what is then written on
    it is a new message.
    """
    return ExternalId(f"{conversation}:{message_id}:{hashlib.sha256(content.encode()).hexdigest()[:12]}")


def message_id_of(external: ExternalId | None) -> str | None:
    """The id a page gave its message."""
    return external.split(":")[1] if external and external.count(":") >= 2 else None


async def look_at(database: Database, conversation: str) -> View:
    """The conversation as it may be shown now. Raises StoreUnavailable."""
    return view_of(*await reading_of(database, conversation).look())


def reading_of(database: Database, conversation: str) -> ConversationReading:
    """What a page needs that looks at the conversation again and again."""
    return ConversationReading(database, address_of(conversation), MOST_LINES)


def view_of(lines: Sequence[TranscriptLine], waiting: Sequence[WaitingInput]) -> View:
    """The same, from what the store gave: the lines, and the inputs not answered yet, oldest first."""
    answered = {line.external_id for line in lines}
    inputs = [each for each in waiting if each.external_id not in answered]
    held_back = [line.id for line in lines if line.delivery == "waiting"]
    last = lines[-1].id if lines else 0
    return View(
        rows=(
            *(_row(line) for line in lines if line.visible),
            *(row for row in (_pending(each, lines) for each in inputs) if row.text),
        ),
        after=min(held_back) - 1 if held_back else last,
        oldest=lines[0].id if lines and len(lines) < MOST_LINES else 0,
        waiting=bool(held_back or inputs),
    )


def _row(line: TranscriptLine) -> Row:
    return Row(
        id=line.id,
        who=line.who,
        text=line.text,
        reply=line.reply,
        outbox_id=line.outbox_id,
        at=line.at,
        message_id=message_id_of(line.external_id),
        rating=line.rating,
        about_data=line.label == "my_data" and line.who == "lotse",
        edited=line.edited,
        deleted=line.deleted,
    )


def _pending(waiting: WaitingInput, lines: Sequence[TranscriptLine]) -> Row:
    """A message not taken up yet, in the words its sender saw; empty for what is no message, such as a rating."""
    match waiting.input:
        case Utterance(text=text):
            words = text
        case Pressed(value=value):
            choices = [choice for line in reversed(lines) if line.reply for choice in line.reply.choices]
            words = next((choice.label for choice in choices if choice.value == value), "")
        case AskedWhy(about=about):
            asked = next((line.reply for line in lines if line.outbox_id == about), None)
            words = "" if asked is None else WHY[asked.locale]
        case _:
            words = ""
    return Row(None, "user", words, at=waiting.received_at, message_id=message_id_of(waiting.external_id), pending=True)
