"""``lotse cases``: what waits for the coordinators."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands.loading import settings_or_exit, stop_with
from bot.config import TIMEZONE, Settings
from bot.errors import ConfigError, StoreUnavailable
from bot.handoff.case_moment import due_of
from bot.model import UNFINISHED, CaseState
from bot.store.cases import Case, list_cases
from bot.store.database import open_database

STATES: Mapping[CaseState, str] = {
    "bot": "with Lotse",
    "requested": "offered",
    "open": "open",
    "claimed": "claimed",
    "waiting_employee": "waits for employee",
    "waiting_third": "waits for somebody else",
    "resolved": "resolved",
    "closed": "closed",
    "muted": "withdrawn",
    "erased": "erased",
}


def cases(
    everything: Annotated[bool, typer.Option("--all", help="Resolved and closed cases too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per case and line.")] = False,
) -> None:
    """List the cases that need somebody, oldest first: how they stand, who has them, the question and what was understood."""
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
    Console(highlight=False).print(_blocks(found))


def _blocks(found: Sequence[Case]) -> Table:
    """Under each question how it stands: what somebody decides by comes first and is never cut, on narrow screens too."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for number, case in enumerate(found):
        due = due_of(case.facts)
        shown = ", ".join(shown.label for shown in case.context.shown)
        stands = (
            f"{STATES[case.state]}, with {case.facts.owner_name or 'nobody'}",
            f"team {case.team}",
            f"due {_when(due)}" if due else "",
            f"opened {_when(case.opened_at)}",
        )
        came_to = (
            f"about {case.topic}" if case.topic else "",
            f"because {case.reason}",
            f"shown before: {shown}" if shown else "",
        )
        lines = (" · ".join(filter(None, parts)) for parts in (stands, came_to))
        grid.add_row(
            str(case.number),
            Text("\n").join([Text(_harmless(case.question)), *(Text(line, style="dim") for line in lines)]),
        )
        if number < len(found) - 1:
            grid.add_row("", "")
    return grid


def _harmless(words: str) -> str:
    """Without the characters by which a message could steer the terminal it is listed in."""
    return "".join(character for character in words.expandtabs(1) if character.isprintable() or character == "\n")


def _when(moment: datetime) -> str:
    return moment.astimezone(TIMEZONE).strftime("%d.%m.%Y %H:%M")


async def _read(settings: Settings, everything: bool) -> tuple[Case, ...]:
    database = await open_database(settings.database_address, upgrade=False)
    try:
        return await list_cases(database, None if everything else UNFINISHED)
    finally:
        await database.close()


def _row(case: Case) -> dict[str, Any]:
    due = due_of(case.facts)
    return {
        "number": case.number,
        "state": case.state,
        "version": case.version,
        "owner": case.facts.owner,
        "due": due.isoformat() if due else None,
        "resolution": case.facts.resolution,
        "opened_at": case.opened_at.isoformat(),
        "team": case.team,
        "topic": case.topic,
        "reason": case.reason,
        "locale": case.locale,
        "question": case.question,
        "understood": [list(guess) for guess in case.context.understood],
        "shown": [shown.label for shown in case.context.shown],
        "who": list(case.context.who),
    }
