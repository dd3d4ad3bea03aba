"""Reads what Slack's Events API sends: pure, from the payload to inputs, or to nothing.

A room of Slack is a channel, or the direct conversation with one person; that one goes by the *person's* id, so that it can
be written to before they ever wrote, and a thread in it is a conversation of its own, unless it stands below a message of a
case: what is said there is said in the case (``talk_handlers.py`` asks). Which messages are for Lotse:

=====================================  ==================================================================================
what was written                       is taken in as
=====================================  ==================================================================================
anything in a direct conversation      said there; with the agent view every message begins a thread of its own,
                                       unless the conversation without one waits for it (``talk_handlers.py`` asks)
a message that mentions Lotse          said in its thread, which it begins where there is none
a reply in a thread without mention    said there, if this person has already spoken with Lotse in that thread and does
                                       not begin by naming somebody else
anything in a room of coordinators     said there, to colleagues or to Lotse (``worker/desk_talk.py``)
a message that is shared               a quotation behind what is written with it; among coordinators refused, as a file is
anything else in a channel             nothing: not stored, not looked at again
what a program wrote                   nothing, whoever it is
=====================================  ==================================================================================

A message of a channel that mentions Lotse only since it was changed is said then, as if it had been written like that.

A mention comes twice, as ``message`` and as ``app_mention``, with one time stamp; it is one message. Slack has also been seen
to send one message under two stamps, with one ``client_msg_id``: that is its second id. The id of the event is no third one: an
event that is sent again carries the same stamps, and a sign, a change or a deletion is known by its own moment or by its message.

Source: https://docs.slack.dev/reference/events/message/ and the pages of its subtypes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.channels.slack.external_ids import message_id
from bot.channels.slack.incoming_text import desk_text, mentions, speaks_to_others
from bot.channels.slack.shared_messages import has_files, shared_in, words_with_shared
from bot.channels.slack.workspace import Workspace
from bot.model import Address, Edited, ExternalId, Incoming, Input, Person, Removed, SentFile, Utterance

NAME = "slack"

SAID = (None, "thread_broadcast", "file_share", "me_message")
"""Subtypes of a message that somebody wrote. ``thread_broadcast`` is a reply that is shown in the channel as well."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Inputs of one event. ``if_taking_part``: only when the person has spoken with Lotse in that thread before.

    ``begins_thread``: written outside all threads, in the agent view, where a thread of its own begins with it. ``called_late``:
    the message itself, where it mentions Lotse only since this change; unless it was for Lotse before, that is said instead.
    """

    incomings: tuple[Incoming, ...]
    if_taking_part: bool = False
    begins_thread: bool = False
    called_late: tuple[Incoming, ...] = ()


@dataclass(frozen=True, slots=True)
class StrangerAsked:
    """Somebody of another workspace mentioned Lotse in a channel both workspaces share, in the message with these ids."""

    room: str
    user: str
    thread: str | None
    ids: tuple[ExternalId, ExternalId | None]


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji under a message."""

    person: Person
    room: str
    stamp: str
    emoji: str
    external_id: ExternalId
    at: datetime

    @property
    def once(self) -> ExternalId:
        """The id by which the same sign of the same person counts once, however often it is taken away and put there."""
        return ExternalId(f"{self.room}:{self.stamp}:{self.person.external_user}:{self.emoji.partition('::')[0]}")


def read_message(
    event: Mapping[str, Any], us: Workspace, *, agent_view: bool, desk_rooms: Collection[str] = ()
) -> Heard | StrangerAsked | None:
    """What a ``message`` or ``app_mention`` event says to Lotse; None when it says nothing to it."""
    subtype = event.get("subtype")
    match subtype:
        case "message_changed":
            return _changed(event, us, desk_rooms)
        case "message_deleted":
            return _deleted(event, us, desk_rooms)
        case _ if subtype not in SAID or us.is_own(event):
            return None
    if event["type"] == "app_mention" and event.get("edited"):
        return None  # it mentions Lotse since it was changed, and the change comes as well
    room, text = event["channel"], event.get("text") or ""
    if room in desk_rooms:
        kept_back = has_files(event) or bool(shared_in(event))
        return Heard(_said(event, Address(NAME, room, event.get("thread_ts")), desk_text(text, us.bot_user), kept_back))
    if event.get("channel_type") == "mpim":
        return None
    direct = _is_direct(event)
    mentioned = not direct and (event["type"] == "app_mention" or mentions(text, us.bot_user))
    thread = event.get("thread_ts")
    if not direct and not mentioned and (thread is None or speaks_to_others(text, us.bot_user)):
        return None
    if us.is_stranger(event):
        return StrangerAsked(room, event["user"], thread, _ids(event)) if mentioned else None
    begins_thread = direct and agent_view and thread is None
    if direct:
        address = Address(NAME, event["user"], event["ts"] if begins_thread else thread)
    else:
        address = Address(NAME, room, thread or event["ts"])
    said = _said(event, address, words_with_shared(event, us.bot_user), has_files(event))
    return Heard(said, if_taking_part=not direct and not mentioned, begins_thread=begins_thread)


def _said(event: Mapping[str, Any], address: Address, text: str, kept_back: bool) -> tuple[Incoming, ...]:
    """The words, and before them that something came along which Lotse does not take."""
    person = Person(NAME, event["user"])
    main, client = _ids(event)
    alone = None if address.room == event["user"] else event["user"]
    given: list[tuple[Input, ExternalId, ExternalId | None]] = []
    if kept_back:
        given.append((SentFile(), _of_file(main), None if client is None else _of_file(client)))
    if text or not given:
        given.append((Utterance(text), main, client))
    return tuple(
        Incoming(address, person, external_id, said, moment(event["ts"]), also, alone)
        for said, external_id, also in given
    )


def _ids(event: Mapping[str, Any]) -> tuple[ExternalId, ExternalId | None]:
    """How a message is known: by its place and stamp, and by what its client called it, where it did."""
    client = event.get("client_msg_id")
    return message_id(event["channel"], event["ts"]), ExternalId(f"client:{client}") if client else None


def _of_file(message: ExternalId) -> ExternalId:
    """The id of what came with a message; what is written beside it has the message's own."""
    return ExternalId(f"{message}:file")


def _changed(event: Mapping[str, Any], us: Workspace, desk_rooms: Collection[str]) -> Heard | None:
    """New words of an old message. Slack sends this too when only a preview, a reply count or a reaction changed.

    A message that began a thread and was deleted comes as changed into a ``tombstone``.
    """
    message, before = event["message"], event.get("previous_message") or {}
    if message.get("subtype") == "tombstone":
        return _removed(event, message["ts"], before, us, desk_rooms)
    if us.is_own(message) or message.get("text") == before.get("text"):
        return None
    of = message_id(event["channel"], message["ts"])
    at_desk = event["channel"] in desk_rooms
    text = desk_text(message.get("text") or "", us.bot_user) if at_desk else words_with_shared(message, us.bot_user)
    changed = _about(event, message, Edited(of, text), ExternalId(f"{of}:changed:{event['ts']}"))
    return replace(changed, called_late=() if at_desk else _called_late(event, message, before, us))


def _called_late(
    event: Mapping[str, Any], message: Mapping[str, Any], before: Mapping[str, Any], us: Workspace
) -> tuple[Incoming, ...]:
    """The message as it is now, where it stands in a channel and mentions Lotse only since this change; else nothing."""
    in_channel = not _is_direct(event) and event.get("channel_type") != "mpim"
    calls, called = (mentions(each.get("text") or "", us.bot_user) for each in (message, before))
    if not in_channel or not calls or called or message.get("subtype") not in SAID or us.is_stranger(message):
        return ()
    written = {**message, "channel": event["channel"]}
    address = Address(NAME, event["channel"], message.get("thread_ts") or message["ts"])
    return _said(written, address, words_with_shared(message, us.bot_user), has_files(message))


def _deleted(event: Mapping[str, Any], us: Workspace, desk_rooms: Collection[str]) -> Heard | None:
    return _removed(event, event["deleted_ts"], event.get("previous_message") or {}, us, desk_rooms)


def _removed(
    event: Mapping[str, Any], stamp: str, before: Mapping[str, Any], us: Workspace, desk_rooms: Collection[str]
) -> Heard | None:
    room, of = event["channel"], message_id(event["channel"], stamp)
    external_id = ExternalId(f"{of}:deleted")
    if not us.is_own(before):
        return _about(event, before, Removed(of), external_id)
    if room not in desk_rooms:
        return None
    lotse, at = us.bot_user, moment(event["ts"])  # a card, perhaps, that somebody took away; Slack does not say who
    return Heard((Incoming(Address(NAME, room), Person(NAME, lotse), external_id, Removed(of), at, None, lotse),))


def _about(
    event: Mapping[str, Any], message: Mapping[str, Any], given: Edited | Removed, external_id: ExternalId
) -> Heard:
    """A change; it is carried out where the message it is about was taken in, so its place is only a beginning."""
    user, thread = message["user"], message.get("thread_ts")
    direct = _is_direct(event)
    address = Address(NAME, user if direct else event["channel"], thread)
    alone = None if direct else user
    return Heard((Incoming(address, Person(NAME, user), external_id, given, moment(event["ts"]), None, alone),))


def read_reaction(event: Mapping[str, Any], us: Workspace) -> Reacted | None:
    """A reaction to a message of Lotse's; None for any other."""
    item = event.get("item") or {}
    if (
        item.get("type") != "message"
        or event.get("user") in (None, us.bot_user)
        or event.get("item_user") != us.bot_user
    ):
        return None
    external_id = ExternalId(f"{item['channel']}:{item['ts']}:{event['user']}:{event['reaction']}:{event['event_ts']}")
    person = Person(NAME, event["user"])
    return Reacted(person, item["channel"], item["ts"], event["reaction"], external_id, moment(event["event_ts"]))


def moment(stamp: str) -> datetime:
    """The moment of one of Slack's time stamps, in UTC."""
    return datetime.fromtimestamp(float(stamp), UTC)


def _is_direct(event: Mapping[str, Any]) -> bool:
    return event.get("channel_type") == "im" or str(event["channel"]).startswith("D")
