"""``lotse cases``: what waits for the coordinators."""

import asyncio
import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.commands.loading import settings_or_exit, stop_with
from bot.config import TIMEZONE, Settings
from bot.errors import ConfigError, StoreUnavailable
from bot.model import UNFINISHED
from bot.store.cases import Case, list_cases
from bot.store.database import open_database


def cases(
    everything: Annotated[bool, typer.Option("--all", help="Closed cases too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per case and line.")] = False,
) -> None:
    """List the open cases, oldest first, with the question and what had been understood."""
    settings = settings_or_exit()
    try:
        found = asyncio.run(_read(settings, everything))
    except (ConfigError, StoreUnavailable) as error:
        stop_with(error)
    if as_json:
        for case in found:
            typer.echo(json.dumps(_row(case), ensure_ascii=False))
        return
    if not found:
        typer.echo("No cases." if everything else "No open cases.")
        return
    table = Table("No.", "Opened", "Team", "About", "Why", "Question", "Shown before")
    for case in found:
        opened = case.opened_at.astimezone(TIMEZONE).strftime("%d.%m.%Y %H:%M")
        shown = ", ".join(case.shown)
        cells = (str(case.number), opened, case.team, case.topic or "–", case.reason, case.question, shown)
        table.add_row(*(escape(cell) for cell in cells))
    Console().print(table)


async def _read(settings: Settings, everything: bool) -> tuple[Case, ...]:
    database = await open_database(settings.database_address, upgrade=False)
    try:
        return await list_cases(database, None if everything else UNFINISHED)
    finally:
        await database.close()


def _row(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "state": case.state,
        "opened_at": case.opened_at.isoformat(),
        "team": case.team,
        "topic": case.topic,
        "reason": case.reason,
        "locale": case.locale,
        "question": case.question,
        "understood": [list(guess) for guess in case.understood],
        "shown": list(case.shown),
        "who": list(case.who),
    }
