"""Reads what happens in a room of coordinators: pure, from the payload to inputs.

There everything counts that somebody writes, whoever it is addressed to; what it does is decided elsewhere, and who may do it by
who is in the room. Slack's commands do not work in threads and reactions carry one bit, so the card has buttons, and forms for
what needs words. What a form says is handed in as the command it stands for, so there is one way in which things are done.

Source: https://docs.slack.dev/reference/interaction-payloads/
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from bot.channels.slack.emoji_names import with_signs
from bot.channels.slack.external_ids import message_id
from bot.channels.slack.reactions import SIGNS
from bot.channels.slack.slack_events import NAME, moment
from bot.channels.slack.workspace import Workspace
from bot.model import Address, CameIn, ExternalId, Incoming, Input, Person, Pressed, Reacted, Seen, typed

Step = Literal["reply", "note", "transfer", "wait", "resolve", "knowledge"]
"""What a button on a card opens a form for."""
STEPS: tuple[Step, ...] = get_args(Step)

CLAIM, TRANSCRIPT, FORM = "desk-claim", "desk-transcript", "desk-form"
"""The ``action_id`` of the buttons that claim and that send the transcript, and the ``callback_id`` of every form."""

COMMANDS: Mapping[str, str] = {"desk-next": "next", "desk-review": "review"}
"""Buttons that stand for a command with the team it is about; nothing else of it comes from a client."""
_TEAM = re.compile(r"[a-z][a-z0-9_]{0,59}")

HANDS: Mapping[str, str] = {
    "raised_hand": "✋", "hand": "✋", "raised_back_of_hand": "🤚", "raised_hand_with_fingers_splayed": "🖐",
}  # fmt: skip
"""Slack's names of the signs that mean something under a card."""
MAX_ID = 64


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """The card a form belongs to: its room, the thread that begins with it, its case, and what was seen when it was opened.

    ``seen`` is None on a card, or in a form, of a release that did not say it.
    """

    room: str
    thread: str
    case: int
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class OpensForm:
    """A button on a card that needs words."""

    step: Step
    place: DeskPlace
    user: str
    trigger: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What a form lacks: the field under which it is said, and which sentence says it."""

    field: str
    what: str


@dataclass(frozen=True, slots=True)
class FormSent:
    """A form that was sent, as the command it stands for, or what it lacks."""

    step: Step
    place: DeskPlace
    given: Incoming | Missing


def read_desk_reaction(event: Mapping[str, Any], us: Workspace) -> Incoming | None:
    """A sign under a message in a room of coordinators; None for one that is not carried over."""
    item, user = event.get("item") or {}, event.get("user")
    name = str(event.get("reaction", "")).partition("::")[0]  # behind it stands the tone of skin
    sign = HANDS.get(name) or SIGNS.get(name)
    if item.get("type") != "message" or sign is None or user in (None, us.bot_user):
        return None
    room, at = item["channel"], event["event_ts"]
    again = f":{at}" if name in HANDS else ""  # a case may be claimed more than once; any other sign is said once
    external_id = ExternalId(f"{room}:{item['ts']}:{user}:{name}{again}")
    return _incoming(room, None, user, Reacted(message_id(room, item["ts"]), sign), external_id, moment(at))


def read_desk_arrival(event: Mapping[str, Any], us: Workspace) -> Incoming | None:
    """That Lotse came into a room of coordinators; None for anybody else."""
    if event.get("user") != us.bot_user:
        return None
    room, at = event["channel"], event["event_ts"]
    return _incoming(room, None, us.bot_user, CameIn(), ExternalId(f"{room}:joined:{at}"), moment(at))


def read_desk_press(body: Mapping[str, Any]) -> Incoming | OpensForm | None:
    """A button on a card or below a digest; None for one this release does not know."""
    action = body["actions"][0]
    container, message = body.get("container") or {}, body.get("message") or {}
    room, stamp = container.get("channel_id"), container.get("message_ts")
    if not room or not stamp:
        return None
    user, name, value = body["user"]["id"], action["action_id"], str(action.get("value", ""))
    thread = message.get("thread_ts") or container.get("thread_ts") or stamp
    if name == CLAIM:
        external_id = ExternalId(f"press:{user}:{action['action_ts']}:{CLAIM}")
        return _incoming(room, thread, user, Pressed(value[:MAX_ID]), external_id, moment(action["action_ts"]))
    if name in COMMANDS and _TEAM.fullmatch(value):  # answered in the room, where the command would be typed
        external_id = ExternalId(f"press:{user}:{action['action_ts']}:{name}")
        given = typed(f"!{COMMANDS[name]} {value}")
        return _incoming(room, None, user, given, external_id, moment(action["action_ts"]))
    at = _case_at(value)
    if at is None:
        return None
    case, seen = at
    if name == TRANSCRIPT:
        external_id = ExternalId(f"press:{user}:{action['action_ts']}:{TRANSCRIPT}")
        given = typed(f"!verlauf {case}", seen)
        return _incoming(room, thread, user, given, external_id, moment(action["action_ts"]))
    step = next((step for step in STEPS if name == f"desk-{step}"), None)
    if step is None:
        return None
    return OpensForm(step, DeskPlace(room, thread, case, seen), user, body["trigger_id"])


def card_value(case: int, version: int) -> str:
    """What a button on a card carries: ``17:3``."""
    return f"{case}:{version}"


def _case_at(value: str) -> tuple[int, Seen | None] | None:
    """Case and version; a card of an earlier release, which stands there until it changes, names the case alone."""
    found = re.fullmatch(r"([0-9]{1,9})(?::([0-9]{1,9}))?", value)
    if found is None:
        return None
    return int(found[1]), None if found[2] is None else Seen(int(found[2]))


def read_desk_form(body: Mapping[str, Any], now: datetime) -> FormSent:
    """A form that was sent."""
    view = body["view"]
    step, place = _place_of(view["private_metadata"])
    command = _command(step, place, _values(view["state"]["values"]))
    if isinstance(command, Missing):
        return FormSent(step, place, command)
    external_id = ExternalId(f"form:{view['id'][:MAX_ID]}")
    said = typed(command, place.seen, place.case)
    return FormSent(step, place, _incoming(place.room, place.thread, body["user"]["id"], said, external_id, now))


def read_desk_command(room: str, user: str, words: str, external_id: ExternalId, now: datetime) -> Incoming:
    """Slack's own command typed in a room of coordinators: the same words as ``!``, which works in threads as well."""
    return _incoming(room, None, user, typed(f"!{words.strip() or 'hilfe'}"), external_id, now)


def metadata(step: Step, place: DeskPlace) -> str:
    """What Slack keeps with an open form and hands back with it."""
    seen = None if place.seen is None else [place.seen.version, place.seen.line]
    return json.dumps({"step": step, "room": place.room, "thread": place.thread, "case": place.case, "seen": seen})


def _place_of(kept: str) -> tuple[Step, DeskPlace]:
    given = json.loads(kept)
    step: Step = next(step for step in STEPS if step == given["step"])
    seen = given.get("seen")
    return step, DeskPlace(given["room"], given["thread"], given["case"], None if seen is None else Seen(*seen))


def _command(step: Step, place: DeskPlace, given: Mapping[str, str]) -> str | Missing:
    """What would be typed instead, with the case's number where one may be typed: words may begin with a number of their own."""
    text, case = given.get("text", "").strip(), place.case
    match step:
        case "reply":
            return f"!a {text}" if text else Missing("text", step)
        case "note":
            return f"!notiz {text}" if text else Missing("text", step)
        case "knowledge":
            return f"!wissen {text}" if text else Missing("text", step)
        case "transfer":
            target = " ".join((given.get("other") or given.get("team") or "").replace(":", " ").split())
            if not target:
                return Missing("other", "target")
            return f"!an {case} {target}: {text}" if text else Missing("text", "transfer_note")
        case "wait":
            until = f"bis {given['until']} " if given.get("until") else ""
            if given.get("for") == "third":
                return f"!extern {case} {until}{text}" if until else Missing("until", "until")
            if given.get("for") != "employee":
                return Missing("for", "for")
            return f"!warten {case} {until}{text}" if text else Missing("text", "question")
        case "resolve":
            return f"!fertig {case} {given['code']} {text}" if given.get("code") else Missing("code", "code")


def _values(state: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form by the name of their block, as texts."""
    found: dict[str, str] = {}
    for name, actions in state.items():
        for field in actions.values():
            chosen = (field.get("selected_option") or {}).get("value")
            typed = with_signs(field.get("value") or "")
            found[name] = str(typed or field.get("selected_date") or chosen or "")
    return found


def _incoming(
    room: str, thread: str | None, user: str, given: Input, external_id: ExternalId, at: datetime
) -> Incoming:
    return Incoming(Address(NAME, room, thread), Person(NAME, user), external_id, given, at, None, user)
