"""Small real classes for tests of the store and the worker, and short ways to say what comes in and goes out."""

import asyncio
import itertools
import textwrap
from datetime import UTC, datetime, timedelta

from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.errors import ChannelError
from bot.model import (
    Address,
    Edit,
    ExternalId,
    Incoming,
    Limits,
    Paragraph,
    Person,
    Post,
    Reason,
    Redact,
    Reply,
    Say,
    Span,
    Understanding,
    Utterance,
    as_text,
)
from bot.store.conversations import TurnRecord

_numbers = itertools.count(1)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **units: float) -> datetime:
        self.now += timedelta(**units)
        return self.now


def reply(text: str, locale: str = "de", **more) -> Reply:
    return Reply((Paragraph((Span(text),)),), locale, **more)


def incoming(
    given="Hallo",
    *,
    user: str = "anna",
    room: str | None = None,
    channel: str = "recording",
    external_id: str | None = None,
    thread: str | None = None,
    also: str | None = None,
    alone: str | None = None,
) -> Incoming:
    """One event of a platform; without a room, it comes from the user's own."""
    return Incoming(
        Address(channel, room or f"room of {user}", thread),
        Person(channel, user),
        ExternalId(external_id or f"event-{next(_numbers)}"),
        Utterance(given) if isinstance(given, str) else given,
        datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        None if also is None else ExternalId(also),
        alone,
    )


def record(*effects, state: dict | None = None, label: str | None = None, introduced: bool = False) -> TurnRecord:
    """A turn with these effects; a text stands for saying it."""
    said = tuple(Say(reply(effect)) if isinstance(effect, str) else effect for effect in effects)
    return TurnRecord(state or {}, "de", said, Reason("test"), "answer", label, 90.0, introduced)


def echo_understand(text: str, reader: object, context: object) -> Understanding:
    return Understanding("de", text=text)


def echo_turn(state: State, given: object, understanding: object, content: object, now: datetime) -> Turn:
    """Says back what was said."""
    text = given.text if isinstance(given, Utterance) else repr(given)
    return Turn(state, (Say(reply(f"Echo: {text}")),), Reason("echo"), "answer", "echo")


class RecordingChannel:
    """A platform in memory: it knows a message by its outbox id, as real ones do, and fails when told to."""

    limits = Limits(text=4_000, choices=5)
    problem = None

    def __init__(self, name: str = "recording") -> None:
        self.name = name
        self.posts: dict[str, object] = {}
        self.handed = []
        self.shown = []
        self.failures: list[Exception] = []
        self.gate: asyncio.Event | None = None
        self.changed = asyncio.Event()

    async def receive(self, accept, cursor) -> None:
        await asyncio.Event().wait()

    async def send(self, delivery) -> ExternalId:
        self.handed.append(delivery)
        self.changed.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.posts.setdefault(delivery.outbox_id, delivery)
        self.changed.set()
        return (
            delivery.external_id if isinstance(delivery, Edit | Redact) else ExternalId(f"posted-{delivery.outbox_id}")
        )

    async def show(self, view) -> None:
        self.shown.append(view)
        self.changed.set()

    def texts(self, room: str | None = None) -> list[str]:
        return [
            post.reply.blocks[0].spans[0].text
            for post in self.posts.values()
            if room is None or post.address.room == room
        ]

    async def until(self, condition) -> None:
        """Return once the condition holds; looked at whenever something was handed in."""
        async with asyncio.timeout(20):
            while not condition():
                self.changed.clear()
                if not condition():
                    await self.changed.wait()


class PartedMessages:
    """What stands on a platform that takes ten characters at a time; a message is known by the ids of all its parts.

    ``break_off``: the next delivery fails after everything of it was written.
    """

    def __init__(self) -> None:
        self.standing: dict[str, str] = {}
        self.break_off = False
        self._parts: dict[str, list[str]] = {}

    def carry_out(self, delivery) -> ExternalId:
        message = delivery.outbox_id if isinstance(delivery, Post) else delivery.of
        match delivery:
            case Post(reply=reply):
                ids = self._written([], reply)
            case Edit(reply=reply):
                ids = self._written(self._known(delivery), reply)
            case Redact():
                ids = self._known(delivery)
                for part in ids:
                    del self.standing[part]
        self._parts[message] = ids
        if self.break_off:
            self.break_off = False
            raise refused()
        return ExternalId(" ".join(ids))

    def _known(self, delivery) -> list[str]:
        """The parts of the message: those it is known by, or with a look all that stand there."""
        return self._parts[delivery.of] if delivery.again else delivery.external_id.split()

    def _written(self, before, reply):
        parts = textwrap.wrap(as_text(reply), 10)
        more = [f"$part{next(_numbers)}" for _ in parts[len(before) :]]
        ids = [*before[: len(parts)], *more]
        self.standing.update(zip(ids, parts, strict=True))
        for part in before[len(parts) :]:
            del self.standing[part]
        return ids


class PartedChannel(RecordingChannel):
    """A platform in memory on which long messages become several."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = PartedMessages()

    async def send(self, delivery) -> ExternalId:
        await super().send(delivery)
        return self.messages.carry_out(delivery)


def away(seconds: float | None = None) -> ChannelError:
    return ChannelError("platform away", retry_after=timedelta(seconds=seconds) if seconds else None)


def refused() -> ChannelError:
    return ChannelError("no such room", permanent=True)
