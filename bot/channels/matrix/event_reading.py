"""What one event of a room says, read with no trust in its shape: whatever is not as it should be is not there.

Pure. An event is what any member of a room, or a hostile server, may write: values of the wrong type, missing or enormous,
relations to anything. Nothing here raises; what is no message to us is None.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Json = Mapping[str, Any]

LONGEST_ID = 255
MOST_READ = 32_000
"""Characters of a body that are looked at; the inbox keeps fewer."""

LONGEST_SHOWN = 64
"""Characters of a reaction, and of what a sticker shows."""

Kind = Literal["text", "file", "sticker", "edit", "removal", "reaction", "verification"]

FILES = frozenset({"m.file", "m.image", "m.audio", "m.video"})
IGNORED = frozenset({"m.notice", "m.server_notice"})
"""Notices are said by programs; two of them must not talk to each other."""
VERIFICATION = "m.key.verification.request"

FALLBACK = re.compile(r"> [^\n]*\n")
FALLBACK_BEGINS = re.compile(r"> (?:\* )?<@")
"""It names who is quoted; what somebody quotes by hand is theirs. Source: client-server API 1.12, *Fallbacks for rich replies*."""


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Something somebody did in a room.

    ``about`` is the message a change, removal or reaction is about; ``thread`` the root of the thread it stands in; ``answers``
    the message it was written in reply to, outside of threads. The ``text`` of a file is its caption, and never its name.
    ``mentioned``: the ids that are called, or who is to be verified; None when the sender's client does not say.
    """

    kind: Kind
    id: str
    sender: str
    at: datetime | None
    text: str = ""
    thread: str | None = None
    about: str | None = None
    mentioned: frozenset[str] | None = None
    answers: str | None = None
    links: str = ""
    """The formatted body, in which older clients mention people by links."""


def read_event(event: Any) -> RoomEvent | None:
    """The event, if it is something people say or do with what was said. Encrypted ones are decrypted before."""
    if not isinstance(event, Mapping):
        return None
    event_id, sender = id_of(event.get("event_id"), "$"), id_of(event.get("sender"), "@")
    content = event.get("content")
    if event_id is None or sender is None or not isinstance(content, Mapping) or "state_key" in event:
        return None
    at = time_of(event.get("origin_server_ts"))
    match event.get("type"):
        case "m.room.message":
            return _message(event_id, sender, at, content)
        case "m.sticker":
            return _sticker(event_id, sender, at, content)
        case "m.reaction":
            relation = relation_of(content)
            about, key = id_of(relation.get("event_id"), "$"), relation.get("key")
            if relation.get("rel_type") != "m.annotation" or about is None or not isinstance(key, str) or not key:
                return None
            return RoomEvent("reaction", event_id, sender, at, text=key[:LONGEST_SHOWN], about=about)
        case "m.room.redaction":
            about = id_of(event.get("redacts"), "$") or id_of(content.get("redacts"), "$")  # room version 11 moved it
            return None if about is None else RoomEvent("removal", event_id, sender, at, about=about)
    return None


def _message(event_id: str, sender: str, at: datetime | None, content: Json) -> RoomEvent | None:
    relation = relation_of(content)
    kind: Kind = "text"
    about = None
    if relation.get("rel_type") == "m.replace":
        new, about = content.get("m.new_content"), id_of(relation.get("event_id"), "$")
        if not isinstance(new, Mapping) or about is None:
            return None
        kind, content = "edit", new
    msgtype, body = content.get("msgtype"), content.get("body")
    if msgtype == VERIFICATION:
        asked = id_of(content.get("to"), "@")
        if asked is None or kind == "edit":
            return None
        return RoomEvent("verification", event_id, sender, at, mentioned=frozenset({asked}))
    if not isinstance(msgtype, str) or not isinstance(body, str) or msgtype in IGNORED:
        return None
    if msgtype in FILES:
        body = _caption(content, body)
        if kind == "edit" and not body:
            return None
        kind = "file" if kind == "text" else kind
    text = without_fallback(body[:MOST_READ], relation)
    if kind == "text" and not text.strip():
        return None  # nothing was said
    formatted = content.get("formatted_body")
    return RoomEvent(
        kind,
        event_id,
        sender,
        at,
        text=text,
        thread=thread_of(relation),
        answers=_answered(relation),
        about=about,
        mentioned=_mentioned(content),
        links=formatted[:MOST_READ] if isinstance(formatted, str) else "",
    )


def _sticker(event_id: str, sender: str, at: datetime | None, content: Json) -> RoomEvent:
    body, relation = content.get("body"), relation_of(content)
    shows = f"Sticker: {body.strip()}" if isinstance(body, str) and body.strip() else "Sticker"
    thread, answers = thread_of(relation), _answered(relation)
    return RoomEvent("sticker", event_id, sender, at, text=shows[:LONGEST_SHOWN], thread=thread, answers=answers)


def _caption(content: Json, body: str) -> str:
    """What is said about a file; the body is its name where no other one is given. Source: *m.image* and others, version 1.10."""
    name = content.get("filename")
    return body if isinstance(name, str) and name != body else ""


def relation_of(content: Json) -> Json:
    """What the event relates to; empty when it does not say, or not in a way that can be read."""
    relation = content.get("m.relates_to")
    return relation if isinstance(relation, Mapping) else {}


def thread_of(relation: Json) -> str | None:
    """The root of the thread an event of this relation stands in."""
    return id_of(relation.get("event_id"), "$") if relation.get("rel_type") == "m.thread" else None


def _answered(relation: Json) -> str | None:
    """The message that is replied to; in a thread it is only how clients without threads show it."""
    if thread_of(relation) is not None:
        return None
    return id_of(inside(relation, "m.in_reply_to").get("event_id"), "$")


def without_fallback(body: str, relation: Json) -> str:
    """The words without the quotation older clients put in front of a reply."""
    if not isinstance(relation.get("m.in_reply_to"), Mapping) or not FALLBACK_BEGINS.match(body):
        return body
    place = 0
    while (found := FALLBACK.match(body, place)) is not None:
        place = found.end()
    return body[place:].removeprefix("\n")


def _mentioned(content: Json) -> frozenset[str] | None:
    mentions = content.get("m.mentions")
    if not isinstance(mentions, Mapping):
        return None
    ids = mentions.get("user_ids")
    if not isinstance(ids, Sequence) or isinstance(ids, str):
        return frozenset()
    return frozenset(each for each in ids[:100] if isinstance(each, str))


def id_of(value: Any, sigil: str) -> str | None:
    """The value, if it can be an id of this kind."""
    if not isinstance(value, str) or not 1 < len(value) <= LONGEST_ID or not value.startswith(sigil):
        return None
    return value if value.isprintable() else None


def items_of(value: Any) -> list[Any]:
    """The list; an empty one when it is none."""
    return value if isinstance(value, list) else []


def inside(value: Any, *path: str) -> Json:
    """The object that lies at this path; an empty one when there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def is_encrypted(event: Json) -> bool:
    """Whether this is an encrypted event of a room."""
    return event.get("type") == "m.room.encrypted" and "state_key" not in event


def event_id_of(event: Any) -> str | None:
    """The id of an event, if it has one."""
    return id_of(event.get("event_id"), "$") if isinstance(event, Mapping) else None


def time_of(milliseconds: Any) -> datetime | None:
    """When the sender's server says it was."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


CHOICE_SIGNS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟")
_VARIATION = "\ufe0f"
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")


def plain_sign(sign: str) -> str:
    """The sign without colour of skin and without the mark that asks for its coloured form."""
    return _SKIN.sub("", sign).replace(_VARIATION, "")


LONGEST_SIGN = 8
"""Characters of the longest sign: one that is joined of several, such as a family."""


def is_sign(plain: str) -> bool:
    """Whether a reaction is a sign and not words, which clients let people write there as well."""
    return len(plain) <= LONGEST_SIGN and not any(char.isalnum() or char.isspace() for char in plain)


_NUMBERS = {plain_sign(sign): number for number, sign in enumerate(CHOICE_SIGNS, 1)} | {
    str(number): number for number in range(1, 10)
}


def number_of(sign: str) -> int | None:
    """The number a reaction stands for."""
    return _NUMBERS.get(plain_sign(sign))
