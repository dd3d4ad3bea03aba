"""Reads what people press, choose and submit in Slack: pure, from the payload to what was meant.

Everything in a payload but the ids Slack vouches for (who, where, which message) is what a client sent: a button's value
names a reply and nothing else, and is looked up before anything follows from it.

Source: https://docs.slack.dev/reference/interaction-payloads/ and
https://docs.slack.dev/interactivity/implementing-slash-commands/
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bot.channels.slack.blocks import CHOICE, RATE_NO, RATE_YES, WHY
from bot.channels.slack.emoji_names import with_signs
from bot.channels.slack.incoming_text import desk_text, plain_text
from bot.channels.slack.shared_messages import words_with_shared
from bot.channels.slack.slack_events import NAME, moment
from bot.model import Address, ExternalId, OutboxId, Person

SHORTCUT, CASE_FORM = "to-coordinators", "case-form"
"""Callback ids of the message shortcut and of the form it opens."""
COMMAND = "/lotse"
ASK_STARTER, ASK_PERSON, OPEN_TOPIC = "ask-starter", "ask-person", "open-topic"
"""Buttons on the app's home: a question to begin with (its number stands behind), a person, and a step in the topics."""

QUESTION, CONSENT = "question", "consent"
"""Fields of the form."""
MAX_ID = 64


@dataclass(frozen=True, slots=True)
class Pressing:
    """A button under a reply: where it stands, which reply it names, and which of its choices (from 0).

    A choice is taken once, so its ``external_id`` is the same however often it is pressed; offered again, it stands under another
    reply. Anything else may be wanted again later.
    """

    person: Person
    address: Address
    what: Literal["choice", "rate_yes", "rate_no", "why"]
    outbox_id: OutboxId
    number: int
    external_id: ExternalId
    at: datetime
    room: str
    stamp: str
    message: Mapping[str, Any]

    @property
    def button(self) -> str:
        """Which button of whom; the same for every click on it."""
        return f"{self.room}:{self.stamp}:{self.person.external_user}:{self.what}:{self.number}"


@dataclass(frozen=True, slots=True)
class HomePressing:
    """A button on the app's home. ``value`` is what it carried: of a step in the topics, the way there."""

    person: Person
    what: Literal["starter", "person", "topic"]
    number: int
    value: str
    external_id: ExternalId
    at: datetime
    trigger: str

    @property
    def button(self) -> str:
        """Which button of whom; the same for every click on it."""
        return f"home:{self.person.external_user}:{self.what}:{self.number}:{self.value}"


@dataclass(frozen=True, slots=True)
class Commanded:
    """``/lotse`` with what was written behind it. ``room`` is where; the words are nobody else's to see."""

    person: Person
    room: str
    words: str
    external_id: ExternalId
    trigger: str

    @property
    def in_direct(self) -> bool:
        """Whether it was typed in the conversation with Lotse itself."""
        return self.room.startswith("D")


@dataclass(frozen=True, slots=True)
class WantsToHandOn:
    """The shortcut on a message: its words become the question of a form."""

    person: Person
    question: str
    trigger: str


@dataclass(frozen=True, slots=True)
class CaseForm:
    """The form was submitted."""

    person: Person
    question: str
    consent: bool
    external_id: ExternalId


ACTIONS: Mapping[str, Literal["choice", "rate_yes", "rate_no", "why"]] = {
    CHOICE: "choice", RATE_YES: "rate_yes", RATE_NO: "rate_no", WHY: "why",
}  # fmt: skip
HOME_ACTIONS: Mapping[str, Literal["starter", "person", "topic"]] = {
    ASK_STARTER: "starter", ASK_PERSON: "person", OPEN_TOPIC: "topic",
}  # fmt: skip
MAX_WAY = 400
"""Characters of a way through the topics; three ids are far shorter."""


def read_press(body: Mapping[str, Any]) -> Pressing | HomePressing | None:
    """What was pressed; None for a button this release does not know."""
    action = body["actions"][0]
    name, number = _numbered(action["action_id"])
    person = person_of(body)
    at = moment(action["action_ts"])
    external_id = ExternalId(f"press:{person.external_user}:{action['action_ts']}:{action['action_id'][:MAX_ID]}")
    if (home := HOME_ACTIONS.get(name)) is not None:
        value = str(action.get("value", ""))[:MAX_WAY]
        return HomePressing(person, home, number, value, external_id, at, body.get("trigger_id", ""))
    what = ACTIONS.get(name)
    container, message = body.get("container") or {}, body.get("message") or {}
    room, stamp = container.get("channel_id"), container.get("message_ts")
    if what is None or not room or not stamp:
        return None
    thread = message.get("thread_ts") or container.get("thread_ts")
    address = Address(NAME, person.external_user if room.startswith("D") else room, thread)
    about = OutboxId(str(action.get("value", ""))[:MAX_ID])
    if what == "choice":
        external_id = ExternalId(f"press:{person.external_user}:{about}:{number}")
    return Pressing(person, address, what, about, number - 1, external_id, at, room, stamp, message)


def read_command(body: Mapping[str, Any], bot_user: str, desk_rooms: Collection[str] = ()) -> Commanded:
    """A command. Slack gives it no id but the trigger, which it uses once."""
    trigger = body.get("trigger_id", "")
    person = Person(NAME, body["user_id"])
    read = desk_text if body["channel_id"] in desk_rooms else plain_text
    words = read(body.get("text") or "", bot_user)
    return Commanded(person, body["channel_id"], words, ExternalId(f"command:{trigger[:MAX_ID]}"), trigger)


def read_shortcut(body: Mapping[str, Any], bot_user: str) -> WantsToHandOn:
    """The shortcut that was chosen on a message."""
    return WantsToHandOn(person_of(body), words_with_shared(body.get("message") or {}, bot_user), body["trigger_id"])


def read_form(body: Mapping[str, Any]) -> CaseForm:
    """The form to hand a question on. The view's id is the same however often its submission arrives."""
    view = body["view"]
    values = view["state"]["values"]
    question = with_signs(values[QUESTION][QUESTION].get("value") or "")
    consent = values[CONSENT][CONSENT].get("selected_options") or []
    return CaseForm(person_of(body), question.strip(), bool(consent), ExternalId(f"form:{view['id'][:MAX_ID]}"))


def person_of(body: Mapping[str, Any]) -> Person:
    """Who did it, by the platform's id; a name in a payload is never believed."""
    return Person(NAME, body["user"]["id"])


def of_this_workspace(body: Mapping[str, Any], team: str) -> bool | None:
    """Whether the person belongs to the workspace; None where Slack does not say so, and has to be asked.

    Strangers from a shared channel carry their own team with a button and a command. With a shortcut and a form Slack publishes
    none; the ``team`` beside the person is where it happened, whoever they are.
    """
    user = body.get("user")
    if not isinstance(user, Mapping):
        return bool(body.get("team_id") == team)
    own = user.get("team_id")
    return own == team if own else None


def now_utc() -> datetime:
    """For what Slack does not date: commands and forms."""
    return datetime.now(UTC)


def _numbered(action_id: str) -> tuple[str, int]:
    """``choice-2`` is the second choice; anything else has no number."""
    found = re.fullmatch(r"([a-z-]+?)-(\d{1,2})", action_id)
    return (found[1], int(found[2])) if found else (action_id, 0)
