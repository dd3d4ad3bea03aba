"""What a channel may ask of the program while it takes something in: read-only, fast, and never a decision about words.

Buttons, reactions and an app's home come with values a client sent. A channel believes none of them: it asks whether the
reply they name was ever sent to this person in this place, and what stood on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.model import Address, CaseNumber, ExternalId, Incoming, Locale, OutboxId, Person, Pressed, Reply


@dataclass(frozen=True, slots=True)
class SentReply:
    """A reply of Lotse's that was sent, and where. ``outdated``: it was about a case that is no longer the latest here.

    ``with_person``: a coordinator has the case it is about, so that what is said about it reaches them.
    ``theirs``: it was sent to the person who asks now, and not to somebody else in the same place.
    """

    address: Address
    outbox_id: OutboxId
    reply: Reply
    theirs: bool = True
    outdated: bool = False
    with_person: bool = False
    external_id: ExternalId | None = None
    """The platform's id of it."""


@dataclass(frozen=True, slots=True)
class TakenChoice:
    """A choice that was typed instead of pressed, and the reply that offered it."""

    sent: SentReply
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case of the person who asks: its number, and one sentence about how it stands."""

    number: int
    said: str


@dataclass(frozen=True, slots=True)
class CasePlace:
    """A case of this person, the place where it goes on, and the language it is held in."""

    external_user: str
    number: CaseNumber
    address: Address
    locale: Locale


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """Something to press on the way to a question: an area, a topic, or a side of one.

    ``question``: what pressing it asks; None where it leads to ``entries``. ``key`` names it among its neighbours.
    """

    key: str
    title: str
    entries: tuple["MenuEntry", ...] = ()
    question: Pressed | None = None


@dataclass(frozen=True, slots=True)
class DeskChoices:
    """What coordinators choose from, each as (value, words): teams to transfer to, reasons a case is resolved for."""

    teams: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a coordinator's step would be refused: a sentence, and the reason as a word."""

    why: str
    said: str


class Belonging(Protocol):
    """Says whose a message is. All of them raise StoreUnavailable when the database does not answer."""

    async def reply_sent(self, person: Person, address: Address, outbox_id: OutboxId) -> SentReply | None:
        """The reply with this id in the conversation at this address; None when none was sent there."""
        ...

    async def listener_of(self, address: Address, outbox_id: OutboxId) -> str | None:
        """The platform's id of the person this reply at this address is for; None when that is nobody's."""
        ...

    async def owner_of(self, address: Address) -> str | None:
        """The platform's id of whose conversation stands at this address; None when nobody's does."""
        ...

    async def case_of_event(self, person: Person, event: ExternalId) -> CasePlace | None:
        """The case of this person that the message with this id belongs to; None when to none."""
        ...

    async def cases_in(self, room: Address) -> Sequence[CasePlace]:
        """The cases that go on in this room, in a thread or in none, and are not finished."""
        ...

    async def was_taken_in(self, channel: str, event: ExternalId) -> bool:
        """Whether the message with this id was taken in, as something said to Lotse."""
        ...

    async def desk_thread(self, desk_room: Address, event: ExternalId) -> str | None:
        """The thread of the case to which the message with this id belongs in a room of coordinators; None when to none."""
        ...


class Look(Belonging, Protocol):
    """Answers such questions. All of them raise StoreUnavailable when the database does not answer."""

    async def takes_part(self, person: Person, address: Address) -> bool:
        """Whether what this person says at this address is for Lotse: they have said something there, or it is below a card.

        Rooms of coordinators are none of a channel's business here; but one that is set no longer still has its cards.
        """
        ...

    async def reply_posted_as(self, person: Person, room: str, stamp: str) -> SentReply | None:
        """The reply the platform knows by this room and stamp; None when that was none."""
        ...

    async def choice_typed(self, person: Person, address: Address, text: str) -> TakenChoice | None:
        """The choice these words take, of the question that is open at this address; None when they take none."""
        ...

    async def is_waited_for(self, address: Address, text: str) -> bool:
        """Whether the conversation at this address waits for these words: in a case that goes on there, or after a question."""
        ...

    async def with_person(self, address: Address) -> bool:
        """Whether a coordinator has the word in the conversation at this address, and Lotse none."""
        ...

    async def case_place(self, person: Person, room: str, stamp: str) -> Address | None:
        """Where the case of this person goes on that the message with this room and stamp belongs to; None when to none."""
        ...

    async def locale_of(self, person: Person) -> Locale:
        """The language this person was last answered in; German when nothing is known."""
        ...

    async def cases_of(self, person: Person) -> Sequence[OwnCase]:
        """This person's own cases that are not over, the newest first."""
        ...

    async def queue_of(self, person: Person) -> Reply | None:
        """The open cases this person may work as a coordinator; None when they are none, or that is not known now."""
        ...

    async def last_said(self, case: int) -> int:
        """The number of the last line of the employee in this case; 0 when there is none."""
        ...

    async def desk_objection(self, incoming: Incoming, case: int, locale: Locale) -> Objection | None:
        """Why what somebody wants in a room of coordinators would be refused at this moment; None: nothing speaks against it."""
        ...

    def is_desk_command(self, words: str) -> bool:
        """Whether these words are a command of coordinators."""
        ...

    def desk_choices(self, locale: Locale) -> DeskChoices:
        """What the forms of the desk offer."""
        ...

    def starters(self, locale: Locale) -> Sequence[str]:
        """Up to four questions to begin with."""
        ...

    def menu(self, locale: Locale) -> Sequence[MenuEntry]:
        """All topics there are now, by area, and what can be asked about each."""
        ...
