"""How inputs, replies and deliveries are kept as JSON, and read again by this and any later release.

Unions carry a ``kind``, so that a kind added later cannot be mistaken for an older one. Text from outside passes
``storable`` once, on its way in: PostgreSQL keeps no NUL, and no database keeps half of a surrogate pair.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from bot.model import (
    CASE_NUMBER,
    MAX_UTTERANCE,
    Address,
    AskedPerson,
    AskedToVerify,
    AskedWhy,
    CameIn,
    CaseNumber,
    Delivery,
    Edit,
    Edited,
    ExternalId,
    Input,
    LedToCase,
    Left,
    LookedUp,
    OutboxId,
    Post,
    Pressed,
    Rated,
    React,
    Reacted,
    ReadByOthers,
    Reason,
    Redact,
    Removed,
    Reply,
    SentFile,
    TimerDue,
    Unreadable,
    Utterance,
)

LONGEST_NAME = 80

_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
_REASON: TypeAdapter[Reason] = TypeAdapter(Reason)


def storable(text: str) -> str:
    """The text without what a database cannot keep."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


def input_to_json(given: Input, most: int = MAX_UTTERANCE) -> dict[str, Any]:
    """The input as JSON. One character more than is read of a message is kept: it tells that something was cut."""
    match given:
        case Utterance(text=text, to_lotse=to_lotse):
            return {"kind": "utterance", "text": storable(text[: most + 1]), **({"to_lotse": True} if to_lotse else {})}
        case Pressed(value=value, words=words):
            on_it = {"words": storable(words[:LONGEST_NAME])} if words else {}
            return {"kind": "pressed", "value": storable(value[:most]), **on_it}
        case TimerDue(kind=kind):
            return {"kind": "timer_due", "timer": kind}
        case Rated(helpful=helpful, about=about):
            return {"kind": "rated", "helpful": helpful, "about": storable(about[:64])}
        case AskedWhy(about=about):
            return {"kind": "asked_why", "about": storable(about[:64])}
        case LookedUp(what=what, found=found):
            return {"kind": "looked_up", "what": what, "found": [list(pair) for pair in found]}
        case Edited(of=of, text=text):
            return {"kind": "edited", "of": storable(of), "text": storable(text[: most + 1])}
        case Removed(of=of):
            return {"kind": "removed", "of": storable(of)}
        case SentFile():
            return {"kind": "sent_file"}
        case Unreadable():
            return {"kind": "unreadable"}
        case AskedToVerify(fingerprint=fingerprint):
            return {"kind": "asked_to_verify", "fingerprint": fingerprint}
        case LedToCase(number=number, locale=locale):
            return {"kind": "led_to_case", "number": number, "locale": locale}
        case Reacted(of=of, sign=sign):
            return {"kind": "reacted", "of": storable(of), "sign": storable(sign[:64])}
        case Left():
            return {"kind": "left"}
        case CameIn(moved=moved):
            return {"kind": "came_in", "moved": moved}
        case ReadByOthers(elsewhere=elsewhere):
            return {"kind": "read_by_others", "elsewhere": elsewhere}
        case AskedPerson(question=question, complete=complete, consents=consents):
            said = storable(question[:most])
            return {"kind": "asked_person", "question": said, "complete": complete, "consents": consents}


def payload_of(given: Input, name: str | None) -> dict[str, Any]:
    """What the inbox keeps of an input: itself, and what the platform calls its sender, so that a consent can add the name."""
    shown = "".join(char for char in " ".join((name or "").split()) if char.isprintable())[:LONGEST_NAME]
    return {**input_to_json(given), **({"name": storable(shown)} if shown else {})}


def name_in(payload: Mapping[str, Any] | None) -> str | None:
    """What the platform calls the sender of a stored input."""
    return None if payload is None else payload.get("name")


def input_from_json(data: Mapping[str, Any]) -> Input:
    """The input that was stored. Raises ValueError on a kind only a later release knows."""
    match data["kind"]:
        case "utterance":
            return Utterance(data["text"], data.get("to_lotse", False))
        case "pressed":
            return Pressed(data["value"], data.get("words", ""))
        case "timer_due":
            return TimerDue(data["timer"])
        case "rated":
            return Rated(data["helpful"], OutboxId(data["about"]))
        case "asked_why":
            return AskedWhy(OutboxId(data["about"]))
        case "looked_up":
            return LookedUp(data["what"], tuple((kind, count) for kind, count in data["found"]))
        case "edited":
            return Edited(ExternalId(data["of"]), data["text"])
        case "removed":
            return Removed(ExternalId(data["of"]))
        case "sent_file":
            return SentFile()
        case "unreadable":
            return Unreadable()
        case "asked_to_verify":
            return AskedToVerify(data["fingerprint"])
        case "led_to_case":
            return LedToCase(CaseNumber(data["number"]), data["locale"])
        case "reacted":
            return Reacted(ExternalId(data["of"]), data["sign"])
        case "left":
            return Left()
        case "came_in":
            return CameIn(data["moved"])
        case "read_by_others":
            return ReadByOthers(data["elsewhere"])
        case "asked_person":
            return AskedPerson(data["question"], data.get("complete", False), data.get("consents", False))
        case kind:
            raise ValueError(f"an input of kind {kind!r} is unknown to this release")


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """The reply as JSON."""
    data: dict[str, Any] = _REPLY.dump_python(reply, mode="json")
    return data


def reply_from_json(data: Mapping[str, Any]) -> Reply:
    """The reply that was stored."""
    return _REPLY.validate_python(data)


def reason_to_json(reason: Reason) -> dict[str, Any]:
    """The reason as JSON."""
    data: dict[str, Any] = _REASON.dump_python(reason, mode="json")
    return data


def reason_from_json(data: Mapping[str, Any]) -> Reason:
    """The reason that was stored."""
    return _REASON.validate_python(data)


def delivery_to_json(address: Address, reply: Mapping[str, Any] | None, kind: str = "post") -> dict[str, Any]:
    """What the outbox keeps of a message to be posted, edited or (without a reply) redacted; ``reply`` is already JSON."""
    place = {"channel": address.channel, "room": address.room, "thread": address.thread}
    return {"kind": kind, "address": place, "reply": None if reply is None else dict(reply)}


def reaction_to_json(address: Address, to: ExternalId, sign: str) -> dict[str, Any]:
    """What the outbox keeps of a sign to be put under somebody else's message."""
    return {**delivery_to_json(address, None, "react"), "to": to, "sign": sign}


def delivery_from_json(
    data: Mapping[str, Any], outbox_id: OutboxId, revised: tuple[OutboxId, ExternalId] | None = None
) -> Delivery:
    """The delivery that was stored; ``revised`` is the message an edit or redaction is about, as the platform knows it.

    Raises ValueError on a kind only a later release knows.
    """
    address = Address(**data["address"])
    match data["kind"]:
        case "post":
            return Post(address, outbox_id, reply_from_json(data["reply"]))
        case "edit" if revised is not None:
            return Edit(address, outbox_id, *revised, reply_from_json(data["reply"]))
        case "redact" if revised is not None:
            return Redact(address, outbox_id, *revised)
        case "react":
            return React(address, outbox_id, ExternalId(data["to"]), data["sign"])
        case kind:
            raise ValueError(f"a delivery of kind {kind!r} is unknown to this release")


def with_case_number(value: Any, number: CaseNumber) -> Any:
    """The JSON value with the case's number wherever ``CASE_NUMBER`` stands in a text."""
    match value:
        case str():
            return value.replace(CASE_NUMBER, str(number))
        case list():
            return [with_case_number(item, number) for item in value]
        case dict():
            return {key: with_case_number(item, number) for key, item in value.items()}
        case _:
            return value
