"""What a channel carries out, and how much one of its messages holds."""

from dataclasses import dataclass

from bot.model.ids import ExternalId, OutboxId
from bot.model.places_and_people import Address
from bot.model.replies import Reply


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message of a channel may hold. ``text`` in characters."""

    text: int
    choices: int


@dataclass(frozen=True, slots=True)
class Post:
    """Post a new message. ``again``: it was tried before, so it may be there already."""

    address: Address
    outbox_id: OutboxId
    reply: Reply
    again: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what the message ``of`` says; ``external_id`` is the platform's id of it.

    ``again``: a change of it was tried before, so it may have parts already that the id does not name.
    """

    address: Address
    outbox_id: OutboxId
    of: OutboxId
    external_id: ExternalId
    reply: Reply
    again: bool = False


@dataclass(frozen=True, slots=True)
class Redact:
    """Take the message ``of`` back. ``again``: as with ``Edit``."""

    address: Address
    outbox_id: OutboxId
    of: OutboxId
    external_id: ExternalId
    again: bool = False


@dataclass(frozen=True, slots=True)
class React:
    """Put a sign, such as 📤, under a message somebody else wrote; ``external_id`` is the platform's id of it."""

    address: Address
    outbox_id: OutboxId
    external_id: ExternalId
    sign: str


Delivery = Post | Edit | Redact | React


@dataclass(frozen=True, slots=True)
class Typing:
    """Fleeting: show that an answer is on its way. Never stored, never retried, loss harmless."""

    address: Address


@dataclass(frozen=True, slots=True)
class TypingEnds:
    """Fleeting: the answer has left, or will not come, and none is awaited in another thread of the room."""

    address: Address


View = Typing | TypingEnds
