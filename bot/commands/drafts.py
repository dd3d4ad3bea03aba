"""``lotse drafts``: answers that coordinators proposed from solved cases; take one over, or discard it."""

from datetime import datetime
from typing import Annotated

import typer

from bot.commands.loading import ContentFolder, stop_with
from bot.commands.teach import print_changes
from bot.config import TIMEZONE, shipped_content
from bot.content.new_answer import still_to_do
from bot.content.read import read_content
from bot.content.teaching import TeachingRefused
from bot.drafts import Drafts, read_draft
from bot.errors import ConfigError, ContentError
from bot.model import LOCALES
from bot.taught import keep, may_be_taught, try_answer

drafts = typer.Typer(help="Answers proposed from solved cases.", invoke_without_command=True)

Name = Annotated[str, typer.Argument(help="The draft's name, such as weiterbildungsbonus.1.")]


@drafts.callback()
def list_drafts(context: typer.Context, content: ContentFolder = None) -> None:
    """List the drafts that wait, with what has to be done before each can become an answer."""
    if context.invoked_subcommand is not None:
        return
    folder = content or shipped_content()
    waiting = Drafts(folder, shipped_content()).waiting()
    if not waiting:
        typer.echo("No drafts.")
        return
    try:
        known = read_content(folder).draft.content
    except ConfigError as error:
        stop_with(error)
    for one in waiting:
        name = one.name.removesuffix(".yaml")
        typer.echo(f"{name}: case {one.case}, meant for {one.topic or '?'}.{one.aspect or '?'}: {one.question}")
        try:
            to_do = still_to_do(read_draft(folder, name), known)
        except TeachingRefused as refused:
            to_do = (str(refused),)
        for line in to_do or (f"Compare it with the source, then: lotse drafts take {name}",):
            typer.echo(f"  - {line}")


@drafts.command()
def take(
    name: Name,
    content: ContentFolder = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge tests as of this day; default: today.")
    ] = None,
) -> None:
    """Make a draft an answer of its topic, unless the check or a test sentence would fail because of it."""
    folder = content or shipped_content()
    day = as_of.date() if as_of else datetime.now(TIMEZONE).date()
    try:
        may_be_taught(folder, shipped_content())
        draft = read_draft(folder, name)
        locale = next((one for one in LOCALES if getattr(draft.answer.tests, one).yes), LOCALES[0])
        taught = try_answer(folder, draft, day, locale)
        questions = getattr(draft.answer.tests, locale).yes
        print_changes(taught, questions[0] if questions else "")
        keep(folder, taught)
        Drafts(folder, shipped_content()).discard(f"{draft.draft}.yaml")
    except TeachingRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    except (ConfigError, ContentError) as error:
        stop_with(error)
    typer.echo(f"{taught.lesson.file}: {taught.lesson.label} added; the draft is done and deleted.")


@drafts.command()
def discard(name: Name, content: ContentFolder = None) -> None:
    """Delete a draft that is done by hand, or not wanted."""
    if not Drafts(content or shipped_content(), shipped_content()).discard(f"{name.removesuffix('.yaml')}.yaml"):
        typer.echo(f"There is no draft {name}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{name}: deleted.")
