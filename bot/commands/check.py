"""``lotse check``: all findings about the content, as a table or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.check import check_drafts, has_errors, judge
from bot.commands.loading import ContentFolder, stop_with
from bot.config import shipped_content
from bot.content.finding_codes import FINDING_CODES
from bot.content.read import read_content
from bot.errors import ConfigError, ContentProblem
from bot.whole_check import check_and_train

LIKENESS = "KB038"
"""Content that grows has a thousand of these, which say where it could be sharper; a new notice must not drown in them."""


def check(
    only: Annotated[
        list[str] | None,
        typer.Argument(help="Show findings of these files or folders only, such as knowledge/funding."),
    ] = None,
    content: ContentFolder = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge figures as of this day; default: today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding and line.")] = False,
    notices: Annotated[bool, typer.Option(help="Show notices as well as errors.")] = True,
    static: Annotated[
        bool, typer.Option("--static", help="Only what can be seen without training: no test sentences, in a second.")
    ] = False,
    likeness: Annotated[
        bool, typer.Option("--likeness", help=f"List also each sentence that is like another ({LIKENESS}).")
    ] = False,
    codes: Annotated[bool, typer.Option("--codes", help="Only list all codes and what they mean.")] = False,
) -> None:
    """Check everything admins own; exit code 1 when there are errors."""
    if codes:
        for code, meaning in FINDING_CODES.items():
            typer.echo(f"{code}  {meaning}")
        return
    day = as_of.date() if as_of else datetime.now(ZoneInfo("Europe/Berlin")).date()
    try:
        folder = content or shipped_content()
        checked = judge(read_content(folder), day) if static else check_and_train(folder, day)[0]
        problems = sorted([*checked.problems, *check_drafts(folder, checked.content)])
    except ConfigError as error:
        stop_with(error)
    shown = [
        problem
        for problem in problems
        if (notices or problem.severity == "error") and (not only or problem.file.startswith(tuple(only)))
    ]
    if as_json:
        for problem in shown:
            typer.echo(json.dumps(asdict(problem), ensure_ascii=False))
    else:
        _print_table(shown, day, every_likeness=likeness or bool(only))
    if has_errors(shown):
        raise typer.Exit(1)


def _print_table(found: Sequence[ContentProblem], day: date, *, every_likeness: bool) -> None:
    problems = [one for one in found if every_likeness or one.code != LIKENESS or one.severity == "error"]
    console = Console(highlight=False, soft_wrap=False)
    file = ""
    table: Table | None = None
    for problem in problems:
        if problem.file != file:
            if table is not None:
                console.print(table)
            file = problem.file
            console.print(f"\n[bold]{escape(file)}[/bold]")
            table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=True)
            table.add_column(no_wrap=True, justify="right")
            table.add_column(no_wrap=True)
            table.add_column(ratio=1)
        assert table is not None
        color = "red" if problem.severity == "error" else "yellow"
        table.add_row(
            f"{problem.line}:{problem.column}",
            f"[{color}]{problem.code}[/{color}]",
            f"{escape(problem.message)}\n[dim]→ {escape(problem.hint)}[/dim]",
        )
    if table is not None:
        console.print(table)
    errors = sum(problem.severity == "error" for problem in problems)
    console.print(f"\n{errors} error(s), {len(problems) - errors} notice(s), judged as of {day.isoformat()}.")
    if left_out := len(found) - len(problems):
        console.print(
            f"Not listed: {left_out} notice(s) {LIKENESS}, sentences that are like others. "
            "Name a file or a folder to see its own, or say --likeness for all."
        )
