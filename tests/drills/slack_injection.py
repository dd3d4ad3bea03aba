"""Hostile texts between Slack and everybody else, both ways: nobody is called, and every link shows where it leads.

Outwards, each text stands as an employee's or a coordinator's words, as the words of a link, on a button, as a name and in a
source line; what would be posted is looked at block by block, and so is what only one person sees: the answer to a command, a
hint, a form, the home, a message whose buttons gave way. Inwards, it is what Slack would send for the same text with
its own markup in it; what is read shows every address and calls nobody.
"""

import asyncio
import itertools
import random
import re
from pathlib import Path
from urllib.parse import urlsplit

from bot.channels.looking import OwnCase
from bot.channels.slack.blocks import messages_of, with_choice, with_rating
from bot.channels.slack.case_form import case_form
from bot.channels.slack.command_handlers import private
from bot.channels.slack.home import cases_said, home_view
from bot.channels.slack.home_topics import Place
from bot.channels.slack.incoming_text import desk_text, plain_text
from bot.channels.slack.posting import Rooms
from bot.channels.slack.surfaces import Hint, Surfaces
from bot.handoff.case_text import parse
from bot.model import Bullets, Choice, OutboxId, Paragraph, Reply, SourceNote, Span
from tests.channels.slack.emulator import BOT_USER
from tests.drills.registry import Counts, Drill

HOST = "weiterbilden-sh.de"
CORES = (
    "<!channel>", "<!here>", "<!everyone>", "<!here|hier>", "<!subteam^S012ABC>", "<!subteam^S012ABC|@alle>", "<@U0ANDERE>",
    "<@W0ANDERE|kim>", "<#C0LAN2Q65>", "<#C0LAN2Q65|allgemein>", "<https://boese.example>", "<https://boese.example|die Bank>",
    "<https://boese.example|https://sparkasse.de>", "<mailto:x@boese.example|Hilfe>", "<tel:+49|Notruf>", "@channel", "@here",
    "@room", "@everyone", "[Bank](https://boese.example)", "https://boese.example/a?b=1", "sparkasse.de", "boese。example",
    "ｂｏｅｓｅ.example", "xn--bse-sna.example", "<!date^1392734382^{date}^https://boese.example|heute>",
    "<slack://user?id=U1|x>", "<javascript:alert(1)|x>", "*fett*", "`<!channel>`", "```<!channel>```", "> <!channel>", ":boom:",
)  # fmt: skip
AROUND = (
    "{}", " {} ", "\u202e{}\u202c", "\u200b{}\u200d", "a{}b", "<{}>", "&lt;{}&gt;", "&amp;{}", "\\{}", "{}\n{}", "\u2066{}\u2069",
    "<!{}", "{}|x>", "\N{FULLWIDTH LESS-THAN SIGN}{}\N{FULLWIDTH GREATER-THAN SIGN}", "*{}*", "<<{}>>",
)  # fmt: skip
CALLS = frozenset({"user", "usergroup", "channel", "broadcast", "team", "emoji", "date", "mrkdwn", "markdown", "color"})
MARKUP = re.compile(r"<[^<>]*>")


def corpus(points: int, seed: int) -> list[str]:
    """So many texts, each once."""
    made = [around.format(core, core) for core, around in itertools.product(CORES, AROUND)]
    random.Random(seed).shuffle(made)
    return list(dict.fromkeys(made))[:points]


def replies_with(text: str) -> tuple[Reply, ...]:
    """Everything of a reply that may hold somebody's words, holding this text."""
    source = SourceNote(text, f"https://{HOST}/x", "02.02.2026", "22.11.2026", text)
    spans = (Span(text), Span(text, href=f"https://{HOST}/x"), Span(text, bold=True), Span(text, code=True))
    everywhere = Reply(
        (Paragraph(spans), Bullets((spans, spans)), Paragraph((Span(text),), "notice")),
        "de",
        (source,),
        (Choice(text, "say:x"),),
        rateable=True,
        person=text,
    )
    return everywhere, Reply(parse(text), "de", person="Anna")


def calls_in(reply: Reply) -> int:
    """What would call somebody or be read as markup."""
    found = 0
    for message in messages_of(reply, OutboxId("id")):
        found += len(MARKUP.findall(message.text))
        found += sum(element.get("type") in CALLS for block in message.blocks for element in _elements(block))
    return found


class Shown:
    """What Slack would be asked to show, kept instead."""

    def __init__(self) -> None:
        self.calls: list[dict] = []

    async def call(self, method: str, **arguments) -> dict:
        self.calls.append(arguments)
        return {}


async def calls_alone(texts: list[str]) -> int:
    """The same for what only one person sees, for a moment: command, hint, form, home, changed message."""
    shown = Shown()
    surfaces = Surfaces(shown, Rooms(shown))
    for text in texts:
        case = [OwnCase(1, text)]
        (before, *_) = messages_of(replies_with(text)[0], OutboxId("id"))
        message = {"text": before.text, "blocks": list(before.blocks)}
        shown.calls += [private(text), private(cases_said(case, "de"))]
        surfaces.hint("C0", "U0", text)
        surfaces.change("C0", "1.1", with_choice(message, text))
        surfaces.change("C0", "1.1", with_rating(message, text, text))
        surfaces.open_form("trigger", case_form(text, "de"), Hint("C0", "U0", text))
        surfaces.home("U0", home_view([text], Place((), ()), case, "de"))
        surfaces.prompts("D0", [text], "de")
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # each is shown by a task of its own
    found = 0
    for call in shown.calls:
        found += len(MARKUP.findall(call.get("text", "")))
        blocks = [*call.get("blocks", ()), *call.get("view", {}).get("blocks", ())]
        found += sum(element.get("type") in CALLS for block in blocks for element in _elements(block))
    return found


def hidden_in(reply: Reply) -> int:
    """Links that lead elsewhere than their words say, or whose words are turned around."""
    found = 0
    for message in messages_of(reply, OutboxId("id")):
        for element in (each for block in message.blocks for each in _elements(block) if each.get("type") == "link"):
            parts = urlsplit(element["url"])
            shown = parts.hostname or parts.path
            named = re.findall(r"[\w-]+(?:\.[\w-]+)+", element["text"])
            found += shown not in element["text"] or not all(name in element["url"] for name in named)
            found += bool(re.search("[\u202a-\u202e\u2066-\u2069]", element["text"]))
    return found


def hidden_inwards(text: str) -> int:
    """Addresses in Slack's markup that are not seen in what is read."""
    targets = re.findall(r"<(https?://[^<>|]*)[^<>]*>", text)
    both = plain_text(text, BOT_USER), desk_text(text, BOT_USER)
    return sum(target.replace("&amp;", "&") not in read for read in both for target in targets)


def _elements(element: dict):
    yield element
    for inner in element.get("elements", ()):
        yield from _elements(inner)


def run(points: int, seed: int, folder: Path) -> Counts:
    texts = corpus(points, seed)
    replies = [reply for text in texts for reply in replies_with(text)]
    return {
        "texts": len(texts),
        "calls": sum(map(calls_in, replies)),
        "calls_alone": asyncio.run(calls_alone(texts)),
        "hidden_hosts": sum(map(hidden_in, replies)),
        "hidden_hosts_inwards": sum(map(hidden_inwards, texts)),
    }


ABOUT = "hostile texts between Slack and everybody else"
SLACK_INJECTION = Drill(
    "slack_injection", ABOUT, 500, run, ("calls", "calls_alone", "hidden_hosts", "hidden_hosts_inwards")
)
