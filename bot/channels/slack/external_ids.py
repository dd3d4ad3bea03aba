"""Slack names a message by its room and a time stamp; a long reply may be several messages, which are one to Lotse.

``D024BE91L:1767600000.000100`` is one message, ``D024BE91L:1767600000.000100+1767600000.000200`` one of two parts. A sign of
Lotse's is known by the message it stands under and its name: ``D024BE91L:1767600000.000100:warning``.
"""

from dataclasses import dataclass

from bot.model import ExternalId


@dataclass(frozen=True, slots=True)
class Posted:
    """Where the parts of one message stand; ``room`` is Slack's own id of the room, never a user's."""

    room: str
    stamps: tuple[str, ...]

    @property
    def external_id(self) -> ExternalId:
        """As the store keeps it."""
        return ExternalId(f"{self.room}:{'+'.join(self.stamps)}")


def posted(external_id: ExternalId) -> Posted:
    """The message with this id."""
    room, _, stamps = external_id.partition(":")
    return Posted(room, tuple(stamps.split("+")))


def message_id(room: str, stamp: str) -> ExternalId:
    """The id of one message."""
    return Posted(room, (stamp,)).external_id


@dataclass(frozen=True, slots=True)
class PutSign:
    """A sign of Lotse's under a message, by Slack's name of it."""

    room: str
    stamp: str
    name: str

    @property
    def external_id(self) -> ExternalId:
        """As the store keeps it."""
        return ExternalId(f"{self.room}:{self.stamp}:{self.name}")


def put_sign(external_id: ExternalId) -> PutSign | None:
    """The sign with this id; None when it is that of a message."""
    parts = external_id.split(":")
    return PutSign(*parts) if len(parts) == 3 else None
