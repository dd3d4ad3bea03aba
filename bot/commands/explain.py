"""``lotse explain``: why Lotse would answer a sentence as it does, in words for people who are no programmers."""

import itertools
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bot.commands.loading import ContentFolder, load_or_exit
from bot.content.definitions import Content
from bot.dialogue.explaining import decision_words, evidence_words
from bot.dialogue.naming import label_title
from bot.dialogue.own_words import read_message
from bot.dialogue.situation import BERLIN
from bot.dialogue.state import State
from bot.model import Context, Understanding, Utterance
from bot.rehearsal import Rehearsal, noon
from bot.understanding.understand import understand


def explain(
    sentence: Annotated[str, typer.Argument(help="What somebody might type.")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answer as on this day at 12:00 in Berlin.")
    ] = None,
    content: ContentFolder = None,
) -> None:
    """Show what was recognised, what came second and why it lost, and the reply."""
    trained = load_or_exit(content)
    found = read_message(sentence, trained.reader, Context(), understand)
    rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(1), State(introduced=True))
    now = noon(as_of.date()) if as_of else datetime.now(BERLIN)
    turn = rehearsal.take(Utterance(sentence), now)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{escape(sentence)}[/bold]")
    console.print(f"Language: {found.locale}")
    for typed, read in found.mended:
        console.print(f"Typo: “{escape(typed)}” was read as “{escape(read)}”.")
    if found.who:
        titles = ", ".join(trained.content.who[who].title[found.locale] for who in found.who)
        console.print(f"Person: {escape(titles)}")
    for number, part in enumerate(found.parts or (found,), 1):
        if found.parts:
            console.print(f"\n[bold]Question {number}: {escape(part.text)}[/bold]")
        _print_candidates(console, part, trained.content)
    console.print(f"\n[bold]Decision:[/bold] {escape(decision_words(turn))}")
    console.print(f"\n[bold]Reply:[/bold]\n{escape(rehearsal.text(turn))}")


def _print_candidates(console: Console, found: Understanding, content: Content) -> None:
    if not found.candidates:
        console.print("Nothing known was recognised.")
    for place, candidate in enumerate(found.candidates, 1):
        behind = found.candidates[0].score - candidate.score
        lost = f", {behind:.0f} points behind the first" if place > 1 else ""
        title = label_title(content, candidate.label, found.locale)
        console.print(f"{place}. {escape(title)} ({candidate.label}): {candidate.score:.0f} of 100{lost}")
        for reason in candidate.evidence:
            console.print(f"   – {escape(evidence_words(reason, 'en'))}")
