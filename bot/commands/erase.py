"""``lotse erase``: forget one person, everywhere, after showing what there is and asking once."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.loading import settings_or_exit, stop_with
from bot.config import Settings, shipped_content
from bot.drafts import Drafts
from bot.errors import ConfigError, StoreUnavailable
from bot.model import Person
from bot.store.database import Database, open_database
from bot.store.privacy import Receipt, forget, person_data
from bot.worker.draft_watch import discard_taken_back


def erase(
    channel: Annotated[str, typer.Argument(help="Where they write: browser, console, matrix or slack.")],
    user: Annotated[str, typer.Argument(help="Their id there; in the web chat it stands on the page *Meine Daten*.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The receipt as JSON.")] = False,
) -> None:
    """Delete everything stored about one person; exit code 1 when nothing is stored or it was not confirmed."""
    settings = settings_or_exit()
    try:
        receipt, drafts = asyncio.run(_erase(settings, Person(channel, user), ask=not yes))
    except (ConfigError, StoreUnavailable) as error:
        stop_with(error)
    if receipt is None:
        typer.echo("Nothing is stored about this person.", err=True)
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(receipt_json(receipt, drafts), ensure_ascii=False))
    else:
        _print(receipt, drafts)


async def _erase(settings: Settings, person: Person, *, ask: bool) -> tuple[Receipt | None, int]:
    """The receipt, if anything was stored, and how many drafts of answers were deleted with it."""
    database = await open_database(settings.database_address, upgrade=False)
    try:
        if ask and not await _confirmed(database, person):
            return None, 0
        receipt = await forget(database, person, actor="operator", now=datetime.now(UTC))
        drafts = Drafts(settings.content, shipped_content())
        return receipt, 0 if receipt is None else await discard_taken_back(database, drafts)
    finally:
        await database.close()


async def _confirmed(database: Database, person: Person) -> bool:
    """Show how much there is, and have the id typed; False when there is nothing. No lock is held meanwhile."""
    data = await person_data(database, person)
    if data is None:
        return False
    table = Table("Table", "Rows")
    for name, rows in data.items():
        if rows:
            table.add_row(name, str(len(rows)))
    console = Console(stderr=True)  # standard output is the receipt's
    console.print(table)
    typed = typer.prompt("This cannot be undone. Type the person's id to delete all of it", err=True)
    if typed.strip() != person.external_user:
        typer.echo("That is another id; nothing was deleted.", err=True)
        raise typer.Exit(1)
    return True


def receipt_json(receipt: Receipt, drafts: int) -> dict[str, Any]:
    """The receipt as plain values: ``tables`` per table, ``stores`` per place something could be left in."""
    tables = {
        name: {"deleted": receipt.deleted.get(name, 0), "emptied": receipt.emptied.get(name, 0)}
        for name in sorted({*receipt.deleted, *receipt.emptied})
    }
    return {
        "channel": receipt.person.channel,
        "user": receipt.person.external_user,
        "erased_at": receipt.at.isoformat(timespec="seconds"),
        "tables": tables,
        "stores": _stores(receipt, drafts),
    }


def _stores(receipt: Receipt, drafts: int) -> dict[str, str]:
    match receipt.overwritten:
        case True:
            files = "overwritten"
        case False:
            files = "still in use by another program; overwritten with Lotse's next clean-up"
        case None:
            files = "written over by PostgreSQL in its own time (vacuum, recycling of its log)"
    return {
        "database": "deleted",
        "database files": files,
        "drafts": f"{drafts} deleted; an answer made of one stays, and so does a copy in a version history",
        "backups": "not touched; delete those made before this moment",
    }


def _print(receipt: Receipt, drafts: int) -> None:
    table = Table("Table", "Deleted", "Emptied")
    report = receipt_json(receipt, drafts)
    for name, counts in report["tables"].items():
        table.add_row(name, str(counts["deleted"]), str(counts["emptied"]))
    console = Console()
    console.print(table)
    for store, what in report["stores"].items():
        console.print(f"{store}: {what}", highlight=False, markup=False)
