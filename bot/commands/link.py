"""``lotse link``: a one-time link with which somebody signs in to the desk."""

import asyncio
import difflib
from typing import Annotated

import typer

from bot.app import link_address
from bot.commands.loading import settings_or_exit, stop_with
from bot.config import Settings, make_clock
from bot.errors import ConfigError, StoreUnavailable
from bot.model import StaffId
from bot.staff_file import BUILT_IN, StaffDirectory
from bot.store.database import open_database
from bot.store.sign_in import make_link


def link(person: Annotated[str, typer.Argument(help="An id in LOTSE_STAFF, such as anna.petersen.")]) -> None:
    """Print a link that signs this person in: it works once, for ten minutes."""
    settings = settings_or_exit()
    try:
        address = asyncio.run(_make(settings, StaffId(person)))
    except (ConfigError, StoreUnavailable) as error:
        stop_with(error)
    typer.echo(address)
    typer.echo("It works once, for ten minutes. Give it to nobody else: whoever opens it is signed in.", err=True)


async def _make(settings: Settings, person: StaffId) -> str:
    # Whether somebody is built in is for the program that serves the pages to say; it looks again when the link is used.
    people = StaffDirectory(settings.staff_file, built_in=BUILT_IN)
    if people.problem is not None:
        raise ConfigError(people.problem)
    if people.find(person) is None:
        ids = [staff.id for staff in people.everybody()]
        near = difflib.get_close_matches(person, ids, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(ids)}."
        raise ConfigError(f"Nobody is called {person} in {people.file}; {hint}")
    database = await open_database(settings.database_address, upgrade=False)
    try:
        made = await make_link(database, person, make_clock(settings.clock)(), actor="operator")
    finally:
        await database.close()
    return link_address(settings, made)
