"""The hostile texts of ``slack_injection.py`` on their way between Slack and Matrix, from what one sends to what the other is asked
to show: nobody is called, and every link shows where it leads.

Each is read on one platform, as Slack or a homeserver would send it, and shown on the other: an employee's words as the question
on the card and as a line in the room of coordinators, a coordinator's as a reply to the employee and as a line in another room.
Between reading and showing a text changes its meaning easily: what is escaped once is taken apart here and put together there.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from bot.channels.matrix.event_reading import read_event
from bot.channels.slack.incoming_text import desk_text, plain_text
from bot.content.definitions import Content
from bot.dialogue.desk_card import DeskCase, DeskLine, case_card, case_line
from bot.handoff.case_text import parse
from bot.model import CaseContext, CaseFacts, CaseNumber, Reply
from tests.channels.slack.emulator import BOT_USER
from tests.drills import matrix_injection, slack_injection
from tests.drills.registry import Counts, Drill
from tests.web.site import small_live

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FACTS = CaseFacts(CaseNumber(17), "open", 1, "foerderung", "de", AT)


def read_in_matrix(text: str) -> str:
    """What is read of this text in a room of Matrix, beside markup that says something else."""
    markup = {"format": "org.matrix.custom.html", "formatted_body": f'<a href="https://boese.example">{text}</a>'}
    content = {"msgtype": "m.text", "body": text, "m.mentions": {"room": True}, **markup}
    event = {
        "type": "m.room.message",
        "event_id": "$e:x.org",
        "sender": "@kim:x.org",
        "origin_server_ts": 1_790_000_000_000,
    }
    read = read_event({**event, "content": content})
    assert read is not None
    return read.text


def from_employee(text: str, content: Content) -> Iterable[Reply]:
    """What coordinators are shown of it."""
    yield case_card(DeskCase(FACTS, text, "x", text, "asked", CaseContext()), content, AT, "de")
    for kind in ("employee", "earlier"):
        yield case_line(DeskLine(kind, AT, text), content, "de")


def from_coordinator(text: str, content: Content) -> Iterable[Reply]:
    """What the employee is shown of it, and coordinators in another room."""
    yield Reply(parse(text), "de", person=text)
    for kind in ("coordinator", "note"):
        yield case_line(DeskLine(kind, AT, text, author_name=text), content, "de")


def found_in(replies: Iterable[Reply], platform: Callable[[Reply], int]) -> int:
    return sum(platform(reply) for reply in replies if reply.blocks)


def run(points: int, seed: int, folder: Path) -> Counts:
    texts, content = slack_injection.corpus(points, seed), small_live().content
    counts = dict.fromkeys(ACROSS_ZERO, 0)
    for text in texts:
        in_slack = [*from_employee(read_in_matrix(text), content), *from_coordinator(read_in_matrix(text), content)]
        in_matrix = [
            *from_employee(plain_text(text, BOT_USER), content),
            *from_coordinator(desk_text(text, BOT_USER), content),
        ]
        counts["calls_in_slack"] += found_in(in_slack, slack_injection.calls_in)
        counts["hidden_hosts_in_slack"] += found_in(in_slack, slack_injection.hidden_in)
        counts["calls_in_matrix"] += found_in(in_matrix, matrix_injection.calls_in)
        counts["hidden_hosts_in_matrix"] += found_in(in_matrix, matrix_injection.hidden_in)
    return {"texts": len(texts), **counts}


ACROSS_ZERO = ("calls_in_slack", "hidden_hosts_in_slack", "calls_in_matrix", "hidden_hosts_in_matrix")
ACROSS_INJECTION = Drill("across_injection", "hostile texts from Slack to Matrix and back", 500, run, ACROSS_ZERO)
