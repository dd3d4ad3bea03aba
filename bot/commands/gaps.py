"""``lotse gaps``: what people ask and do not get, grouped; ignore a group for good, or teach its question."""

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.commands.loading import ContentFolder, load_or_exit, settings_or_exit, stop_with
from bot.commands.teach import teach as teach_command
from bot.config import TIMEZONE, make_clock
from bot.errors import ConfigError, StoreUnavailable
from bot.gap_groups import GapGroup
from bot.gap_list import GapList, GapRefused
from bot.store.database import open_database

Done = TypeVar("Done")

gaps = typer.Typer(help="What people ask and do not get, biggest first.", invoke_without_command=True)

Gap = Annotated[int, typer.Argument(help="The number of the gap in the list.")]


@gaps.callback()
def list_gaps(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="Show so many groups.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per group and line.")] = False,
    outsiders: Annotated[
        bool,
        typer.Option("--for-outsiders", help="Only what at least LOTSE_GAPS_SMALLEST_GROUP people asked."),
    ] = False,
    content: ContentFolder = None,
) -> None:
    """List the questions without an answer, grouped by likeness, biggest group first."""
    if context.invoked_subcommand is not None:
        return
    smallest = settings_or_exit().gaps_smallest_group

    async def groups(listed: GapList) -> tuple[GapGroup, ...]:
        return await (listed.groups_for_outsiders(smallest) if outsiders else listed.groups())

    found = _with_list(content, groups)[:limit]
    if as_json:
        for group in found:
            typer.echo(json.dumps(group_json(group), ensure_ascii=False))
        return
    if not found:
        typer.echo("No gaps.")
        return
    table = Table("No.", "Asked", "People", "Kinds", "Question", "Best guess", "Offered", "Last")
    for group in found:
        last = group.last_at.astimezone(TIMEZONE).strftime("%d.%m.%Y")
        kinds = ", ".join(f"{kind} {count}" for kind, count in group.kinds.items())
        guess = f"{group.guess[0]} {group.guess[1]:.0f}" if group.guess else "–"
        more = f" (+{len(group.wordings) - 1})" if len(group.wordings) > 1 else ""
        offered = ", ".join(value.partition(":")[2] or value for value in group.offered[:3])
        question = group.question + more
        cells = (str(group.id), str(group.count), str(group.people), kinds, question, guess, offered, last)
        table.add_row(*(escape(cell) for cell in cells))
    Console().print(table)


@gaps.command()
def ignore(
    gap: Gap,
    reason: Annotated[str, typer.Option(help="Why, for those who find it later; about the subject, not a person.")],
    content: ContentFolder = None,
) -> None:
    """Ignore a gap for good, also when more questions like it come."""
    decision = _with_list(content, lambda listed: listed.ignore(gap, reason=reason, actor=_actor()))
    typer.echo(f"Gap {gap} is ignored (decision {decision}); `lotse gaps unignore {decision}` lists it again.")


@gaps.command()
def ignored(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per decision and line.")] = False,
    content: ContentFolder = None,
) -> None:
    """List what is ignored, why, and which questions that hides at present."""
    found = _with_list(content, lambda listed: listed.ignored())
    table = Table("No.", "Since", "By", "Reason", "Hides now")
    for one, groups in found:
        if as_json:
            hidden = [group.question for group in groups]
            row = {"id": one.id, "at": one.at.isoformat(), "by": one.actor, "reason": one.reason, "hides": hidden}
            typer.echo(json.dumps(row, ensure_ascii=False))
        since = one.at.astimezone(TIMEZONE).strftime("%d.%m.%Y")
        hides = "; ".join(f"{group.question} ({group.count})" for group in groups) or one.label or "–"
        table.add_row(*(escape(cell) for cell in (str(one.id), since, one.actor, one.reason, hides)))
    if not as_json:
        Console().print(table)


@gaps.command()
def unignore(
    decision: Annotated[int, typer.Argument(help="The number in `lotse gaps ignored`.")], content: ContentFolder = None
) -> None:
    """List an ignored gap again."""
    _with_list(content, lambda listed: listed.take_back(decision, actor=_actor()))
    typer.echo(f"Decision {decision} is taken back.")


@gaps.command()
def teach(
    gap: Gap,
    target: Annotated[str, typer.Argument(help="topic.aspect, an aspect or an intent.")],
    sentence: Annotated[str | None, typer.Option(help="Teach this instead of the question as it was asked.")] = None,
    content: ContentFolder = None,
) -> None:
    """Teach the question of a gap to an answer, unless a test sentence would fail because of it."""
    group = _with_list(content, lambda listed: listed.group(gap))
    teach_command(sentence or group.question, target, locale=group.locale, content=content, as_of=None)


def group_json(group: GapGroup) -> dict[str, Any]:
    """A group as plain values."""
    return {
        "id": group.id,
        "question": group.question,
        "locale": group.locale,
        "count": group.count,
        "people": group.people,
        "kinds": dict(group.kinds),
        "label": group.label,
        "guess": list(group.guess) if group.guess else None,
        "offered": list(group.offered),
        "wordings": list(group.wordings),
        "last_at": group.last_at.isoformat(),
    }


def _actor() -> str:
    """Who sits at this machine; the command line knows no other names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _with_list(content: Path | None, step: Callable[[GapList], Awaitable[Done]]) -> Done:
    settings, trained = settings_or_exit(), load_or_exit(content)

    async def run() -> Done:
        database = await open_database(settings.database_address, upgrade=False)
        try:
            return await step(GapList(database, trained, make_clock(settings.clock)))
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except GapRefused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from None
    except (ConfigError, StoreUnavailable) as error:
        stop_with(error)
