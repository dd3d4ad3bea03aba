"""What people of a workplace do in Slack, as the events Slack sends of it, and what has to be taken in of it, each once.

What is expected is kept while the events are made, from what people did and not from what the events say. Three in ten come
again: as they were, under another event id, as the mention that comes beside a message, as Slack's phantom (the same message
under another stamp), or as a second press of the same choice.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bot.model import DeskRoom
from tests.channels.slack.emulator import BOT_USER, TEAM
from tests.channels.slack.payloads import payload

EACH = 20
"""What one person does: fewer things than may wait for an answer."""
DESK = DeskRoom("slack", "C0KOORDINATION", rest=True)
CHOICES = ("bonus.application", "bonus.eligibility")
"""What stands on the two buttons under the reply everybody has got."""

Json = dict[str, Any]
Effect = tuple[str, ...]
"""What, by whom, and the words or the message it is about."""

OF_EMPLOYEES = {
    "said": 50, "mentioned": 10, "changed": 12, "deleted": 6, "rated": 6, "unrated": 3, "chose": 8, "asked_why": 3, "unfurled": 2,
}  # fmt: skip
OF_COORDINATORS = {"said": 54, "changed": 10, "deleted": 6, "signed": 10, "claimed_by_sign": 10, "claimed": 10}
"""In a hundred things somebody does: what people type, mostly, and the rest as often as a workplace sees it."""


@dataclass(frozen=True)
class Offer:
    """The reply of Lotse's somebody has got: with two choices, and whether it helped."""

    outbox_id: str
    stamp: str


@dataclass(frozen=True)
class Sent:
    """One event: ``lane`` is whose it is, for Slack keeps to the order of what one person does.

    ``stored``: something has to be stored before it is acknowledged.
    """

    lane: int
    kind: str
    payload: Json
    stored: bool = True


@dataclass
class Writer:
    """Somebody, and what stands there of them: the latest words by the stamp of the message."""

    number: int
    standing: dict[str, str] = field(default_factory=dict)
    mentioned: list[str] = field(default_factory=list)

    @property
    def user(self) -> str:
        return f"U{self.number:07d}"

    @property
    def at_desk(self) -> bool:
        return self.number % 5 == 4

    @property
    def direct(self) -> str:
        return f"D{self.number:07d}"

    @property
    def room(self) -> str:
        return DESK.room if self.at_desk else self.direct


class Mix:
    """So many things people do. ``expected`` is what has to be taken in of them."""

    def __init__(self, points: int, dice: random.Random) -> None:
        self._points, self._dice = points, dice
        self.people = [Writer(number) for number in range(max(-(-points // EACH), 5))]  # a coordinator among them
        self.expected: Counter[Effect] = Counter()
        self.kinds: Counter[str] = Counter()
        self.offers: dict[str, Offer] = {}

    def events(self) -> list[Sent]:
        """All events in the order they arrive, those that come again among them."""
        made: list[tuple[float, Sent]] = []
        for number in range(self._points):
            writer = self.people[number % len(self.people)]
            shares = OF_COORDINATORS if writer.at_desk else OF_EMPLOYEES
            (kind,) = self._dice.choices(tuple(shares), tuple(shares.values()))
            if kind in ("changed", "deleted", "unfurled") and not writer.standing:
                kind = "said"
            self.kinds[kind] += 1
            stamp = f"{1_700_000_000 + number * 10}.{number:06d}"
            for place, sent in enumerate(getattr(self, f"_{kind}")(writer, stamp, number)):
                made.append((number + place / 10, sent))
                if self._dice.random() < 0.3:
                    again = self._again(sent, number)
                    made.append((number + self._dice.uniform(0.5, 2_000), again))
        return [sent for _, sent in sorted(made, key=lambda one: one[0])]

    def standing(self) -> Counter[tuple[str, str]]:
        """The words employees have left standing, by who wrote them."""
        writers = [writer for writer in self.people if not writer.at_desk]
        return Counter((each.user, text) for each in writers for text in (*each.standing.values(), *each.mentioned))

    # --- What people do ----------------------------------------------------------------------------------------------

    def _said(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        text = f"Frage {number}."
        writer.standing[stamp] = text
        self.expected["said", writer.user, text] += 1
        kind = "channel" if writer.at_desk else "im"
        yield self._message(writer, number, ts=stamp, text=text, client_msg_id=f"client-{number}", channel_type=kind)

    def _mentioned(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        """Comes as a message and as a mention, each with an event id of its own."""
        writer.mentioned.append(f"Frage {number}.")
        self.expected["said", writer.user, f"Frage {number}."] += 1
        room = f"C{writer.number:07d}"
        said = {
            "ts": stamp,
            "text": f"<@{BOT_USER}> Frage {number}.",
            "channel": room,
            "client_msg_id": f"client-{number}",
        }
        yield self._message(writer, number, **said, channel_type="channel")
        yield as_mention(self._message(writer, number, **said), f"Ev{number}M")

    def _changed(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        of = self._dice.choice(tuple(writer.standing))
        text = writer.standing[of] = f"{writer.standing[of]} Genauer: {number}."
        self.expected["changed", writer.user, of, text] += 1
        yield self._about(writer, "message_changed", stamp, number, of, text, "")

    def _unfurled(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        """Slack has added a preview; nobody changed a word."""
        of = self._dice.choice(tuple(writer.standing))
        words = writer.standing[of]
        yield replace(self._about(writer, "message_changed", stamp, number, of, words, words), stored=False)

    def _deleted(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        of = self._dice.choice(tuple(writer.standing))
        before = writer.standing.pop(of)
        self.expected["deleted", writer.user, of] += 1
        yield self._about(writer, "message_deleted", stamp, number, of, "", before)

    def _rated(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        name = self._dice.choice(("+1", "-1"))
        self.expected["rated", writer.user, str(name == "+1")] += 1
        yield self._reaction(writer, stamp, number, name, self.offers[writer.user].stamp)

    def _unrated(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        """A sign that is taken away says nothing."""
        yield self._reaction(writer, stamp, number, "+1", self.offers[writer.user].stamp, "reaction_removed")

    def _chose(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        """A choice is taken once, however often it is pressed."""
        chosen = self._dice.randrange(len(CHOICES))
        self.expected["chose", writer.user, CHOICES[chosen]] = 1
        offer = self.offers[writer.user]
        yield self._press(writer, stamp, f"choice-{chosen + 1}", offer.outbox_id, offer.stamp)

    def _asked_why(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        offer = self.offers[writer.user]
        self.expected["asked_why", writer.user] += 1
        yield self._press(writer, stamp, "why", offer.outbox_id, offer.stamp)

    def _signed(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        """A sign under a message is said once, also by somebody who takes it away and puts it there again."""
        of = f"1600000000.{number % 3:06d}"
        self.expected["signed", writer.user, of, "👍"] = 1
        yield self._reaction(writer, stamp, number, "+1", of)
        yield self._reaction(writer, stamp, number, "+1", of, "reaction_removed")
        yield self._reaction(writer, f"{stamp}9", number, "+1", of)

    def _claimed_by_sign(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        of = f"1600000000.{number:06d}"
        self.expected["signed", writer.user, of, "✋"] += 1
        yield self._reaction(writer, stamp, number, "raised_hand", of)

    def _claimed(self, writer: Writer, stamp: str, number: int) -> Iterator[Sent]:
        self.expected["chose", writer.user, f"desk:claim:{number}:1"] += 1
        yield self._press(writer, stamp, "desk-claim", f"desk:claim:{number}:1", "1600000000.000001")

    # --- As Slack sends it -------------------------------------------------------------------------------------------

    def _message(self, writer: Writer, number: int, **event: str) -> Sent:
        body = payload("message_im")
        body["event_id"] = f"Ev{number}"
        body["event"].pop("channel_type")
        body["event"].update({"user": writer.user, "channel": writer.room, "event_ts": event["ts"], **event})
        return Sent(writer.number, "events_api", body)

    def _about(self, writer: Writer, name: str, stamp: str, number: int, of: str, text: str, before: str) -> Sent:
        body = payload(name)
        body["event_id"] = f"Ev{number}"
        body["event"].update(channel=writer.room, ts=stamp, event_ts=stamp)
        body["event"]["channel_type"] = "channel" if writer.at_desk else "im"
        body["event"]["previous_message"].update(user=writer.user, ts=of, text=before)
        if name == "message_changed":
            body["event"]["message"].update(user=writer.user, ts=of, text=text)
        else:
            body["event"]["deleted_ts"] = of
        return Sent(writer.number, "events_api", body)

    def _reaction(
        self, writer: Writer, stamp: str, number: int, name: str, of: str, kind: str = "reaction_added"
    ) -> Sent:
        body = payload("reaction_added")
        body["event_id"] = f"Ev{number}{kind}{stamp}"
        item = {"type": "message", "channel": writer.room, "ts": of}
        body["event"].update(type=kind, user=writer.user, reaction=name, item=item, event_ts=stamp, item_user=BOT_USER)
        return Sent(writer.number, "events_api", body, stored=kind == "reaction_added")

    def _press(self, writer: Writer, stamp: str, action: str, value: str, of: str) -> Sent:
        body = payload("block_actions")
        body["user"].update(id=writer.user, team_id=TEAM)
        body["container"].update(channel_id=writer.room, message_ts=of)
        body["channel"]["id"], body["message"]["ts"] = writer.room, of
        body["actions"][0].update(action_id=action, value=value, action_ts=stamp)
        return Sent(writer.number, "interactive", body)

    # --- Once more ---------------------------------------------------------------------------------------------------

    def _again(self, sent: Sent, number: int) -> Sent:
        body = json.loads(json.dumps(sent.payload))
        again = replace(sent, payload=body)
        if sent.kind == "interactive":
            action = body["actions"][0]
            if action["action_id"].startswith("choice") and self._dice.random() < 0.5:
                action["action_ts"] += "5"  # somebody clicks twice
                return replace(again, stored=False)
            return again
        kind, event = self._dice.choice(("same", "other_id", "phantom", "mention")), body["event"]
        if kind != "same":
            body["event_id"] += "B"
        written = event["type"] in ("message", "app_mention") and "subtype" not in event
        if kind == "phantom" and written:
            other = f"{1_900_000_000 + number}.{number:06d}"
            event.update(ts=other, event_ts=other)
            if BOT_USER in event["text"]:
                event["thread_ts"] = sent.payload["event"]["ts"]
        elif kind == "mention" and event["type"] == "message" and BOT_USER in event.get("text", ""):
            return as_mention(again, body["event_id"])
        return again


def as_mention(sent: Sent, event_id: str) -> Sent:
    """The event that comes beside a message with a mention."""
    event = {key: value for key, value in sent.payload["event"].items() if key != "channel_type"}
    return replace(sent, payload={**sent.payload, "event_id": event_id, "event": {**event, "type": "app_mention"}})
