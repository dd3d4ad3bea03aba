"""The protocol every channel fills: take in what people write, carry out what was decided, nothing else.

A channel decides nothing about what to say, keeps nothing of a conversation and never sees the database. It is handed
``accept`` and calls it before it tells the platform that an event has arrived: once ``accept`` has returned, the inputs
are on disk, and a platform that repeats an event does no harm.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from bot.model import Delivery, DeskRoom, ExternalId, Incoming, Limits, RoomState, View


class Accept(Protocol):
    """Stores inputs and the cursor behind them in one transaction; once it returns, both survive a crash.

    Raises StoreUnavailable when nothing was stored; the channel then leaves the events with the platform.
    """

    async def __call__(self, incomings: Sequence[Incoming], cursor: str | None = None) -> None:
        """Store these inputs, in their order; a message already stored is ignored."""
        ...


class Channel(Protocol):
    """A connected chat platform."""

    name: str
    limits: Limits
    problem: str | None
    """Why it cannot reach its platform at present, in one sentence for the operator; None when it can."""

    async def receive(self, accept: Accept, cursor: str | None) -> None:
        """Take in what people write, from ``cursor`` on, until cancelled."""
        ...

    async def send(self, delivery: Delivery) -> ExternalId:
        """Carry out one delivery at its address and return the platform's id of the message.

        An edit or a redaction returns the id of the message it is about, which names the parts that message has from then on.
        A sign has an id of its own, by which it is taken back like a message.

        The same delivery may come twice, when a stop left it unclear whether it arrived: a channel recognises it by
        its ``outbox_id`` and then returns the id of the first message. Raises ChannelError, never the platform
        package's own errors.
        """
        ...

    async def show(self, view: View) -> None:
        """Show something fleeting, now or never: not stored, loss harmless. Raises nothing."""
        ...


@runtime_checkable
class DeskChannel(Channel, Protocol):
    """A platform with rooms in which coordinators work cases.

    What is written in one of ``desk_rooms`` comes in whole, whoever it is addressed to, and a sign under a message comes in as
    ``Reacted``; nothing there is read as an employee's. That Lotse itself came into one comes in as ``CameIn``; where it is not,
    sending raises NotInRoom.
    """

    desk_rooms: tuple[DeskRoom, ...]
    least_power: int
    """The power somebody in such a room needs to be a coordinator; 0 where everybody in it is one."""

    async def look_into(self, room: str) -> RoomState:
        """Who is in a room of coordinators, asked of the platform at this moment.

        Raises ChannelError: NotThereYet where Lotse is about to come into the room, NotInRoom where nobody asked it in.
        """
        ...

    def thread_at(self, external_id: ExternalId) -> str:
        """The thread that begins with this message, as addresses name it."""
        ...
