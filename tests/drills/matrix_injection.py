"""The hostile texts of ``slack_injection.py`` on Matrix: nobody is mentioned, no room is called, and every link shows its host.

Outwards each stands wherever a reply may hold somebody's words, and as what an employee or a coordinator typed. What would be
sent is looked at as a client does: the list of those mentioned, which is all that calls people where it is there (``@room`` in
the words then calls nobody), and the markup, for pills and links. Inwards only the plain words of a message are read, so nothing
can hide behind markup; that is tried with a body and another meaning beside it.

Source: https://spec.matrix.org/v1.18/client-server-api/#user-and-room-mentions
"""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from bot.channels.matrix.event_reading import read_event
from bot.channels.matrix.event_writing import contents_of
from bot.handoff.case_text import parse
from bot.model import OutboxId, Reply
from tests.drills.registry import Counts, Drill
from tests.drills.slack_injection import corpus, replies_with

TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Links(HTMLParser):
    """Every link of a formatted body with the words on it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self._open = False

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append([dict(attrs).get("href") or "", ""])
            self._open = True

    def handle_endtag(self, tag):
        self._open = self._open and tag != "a"

    def handle_data(self, data):
        if self._open:
            self.found[-1][1] += data


def links_in(content: dict) -> list[list[str]]:
    reader = Links()
    reader.feed(content.get("formatted_body", ""))
    return reader.found


def calls_in(reply: Reply) -> int:
    """What would call somebody: a list of mentions that is missing or not empty, or a pill."""
    found = 0
    for content in contents_of(reply, OutboxId("id")):
        found += content.get("m.mentions") != {}
        found += sum("matrix.to" in href or href.startswith("matrix:") for href, _ in links_in(content))
    return found


def hidden_in(reply: Reply) -> int:
    """Links whose words do not say where they lead, or are turned around."""
    found = 0
    for content in contents_of(reply, OutboxId("id")):
        for href, words in links_in(content):
            parts = urlsplit(href)
            named = re.findall(r"[\w-]+(?:\.[\w-]+)+", words)
            found += (parts.hostname or parts.path) not in words or not all(name in href for name in named)
            found += bool(TURNS.search(words))
    return found


def hidden_inwards(text: str) -> int:
    """Whether markup beside the plain words changes what is read."""
    event = {
        "type": "m.room.message",
        "event_id": "$e:x.org",
        "sender": "@kim:x.org",
        "origin_server_ts": 1_790_000_000_000,
        "content": {"msgtype": "m.text", "body": text},
    }
    formatted = {"format": "org.matrix.custom.html", "formatted_body": '<a href="https://boese.example">Bank</a>'}
    both = {**event, "content": {**event["content"], **formatted}}
    alone, beside = read_event(event), read_event(both)
    return int(alone is None or beside is None or alone.text != beside.text)


def run(points: int, seed: int, folder: Path) -> Counts:
    texts = corpus(points, seed)
    replies = [reply for text in texts for reply in replies_with(text)]
    return {
        "texts": len(texts),
        "calls": sum(map(calls_in, replies)),
        "hidden_hosts": sum(hidden_in(Reply(parse(text), "de", person="Anna")) for text in texts),
        "hidden_hosts_inwards": sum(map(hidden_inwards, texts)),
    }


ABOUT = "hostile texts between Matrix and everybody else"
MATRIX_INJECTION = Drill("matrix_injection", ABOUT, 500, run, ("calls", "hidden_hosts", "hidden_hosts_inwards"))
