"""``lotse teach``: one more way to ask for an answer, an aspect or an intent, with what it changes."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands.loading import ContentFolder, stop_with
from bot.config import shipped_content
from bot.content.teaching import TeachingRefused
from bot.errors import ConfigError, ContentError
from bot.model import LOCALES, Locale
from bot.taught import Taught, keep, try_sentence
from bot.understood_findings import KNOWN_FAILURES


def teach(
    sentence: Annotated[str, typer.Argument(help="A sentence as people type it.")],
    target: Annotated[str, typer.Argument(help="topic.aspect, an aspect or an intent.")],
    locale: Annotated[str | None, typer.Option(help="de or en; default: by the words of the sentence.")] = None,
    content: ContentFolder = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge tests as of this day; default: today.")
    ] = None,
) -> None:
    """Add a sentence to a file of the content, unless a test sentence would fail because of it."""
    known: Locale | None = next((one for one in LOCALES if one == locale), None)
    if locale is not None and known is None:
        typer.echo(f"There is no language {locale!r}; known are {', '.join(LOCALES)}.", err=True)
        raise typer.Exit(2)
    folder = content or shipped_content()
    day = as_of.date() if as_of else datetime.now(ZoneInfo("Europe/Berlin")).date()
    taught = _try(folder, sentence, target, day, known)
    print_changes(taught, sentence)
    if taught.does_harm:
        typer.echo(f"Nothing was changed: {taught.lesson.file} is as before.")
        raise typer.Exit(1)
    try:
        keep(folder, taught)
    except TeachingRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{taught.lesson.file}: added to {taught.lesson.label} ({taught.locale}).")


def _try(folder: Path, sentence: str, target: str, day: date, locale: Locale | None) -> Taught:
    try:
        return try_sentence(folder, sentence, target, day, locale)
    except TeachingRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    except (ConfigError, ContentError) as error:
        stop_with(error)


def print_changes(taught: Taught, sentence: str) -> None:
    """Say what a try found: new findings, test sentences that flip, and whether the sentence leads there."""
    for problem in (*taught.errors, *taught.notices):
        typer.echo(f"{problem.file}:{problem.line}:{problem.column} {problem.code} {problem.message} {problem.hint}")
    for outcome in taught.lost:
        trial = outcome.trial
        wanted = "leads" if trial.wanted else "must not lead"
        typer.echo(f"- fails now: “{trial.text}” {wanted} to {trial.label}, but {outcome.came}.")
    for outcome in taught.gained:
        listed = f"; remove it from {KNOWN_FAILURES}" if outcome.trial.key in taught.known else ""
        typer.echo(f"+ right now: “{outcome.trial.text}” ({outcome.trial.label}){listed}.")
    if not taught.errors:
        if not taught.lost and not taught.gained:
            typer.echo("No test sentence changes.")
        where = "leads" if taught.leads else "still does not lead"
        typer.echo(f"“{sentence}” {where} to {taught.lesson.label}.")
