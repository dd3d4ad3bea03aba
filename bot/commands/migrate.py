"""``lotse migrate``: bring the database's tables up to date, for operators who do not leave that to the start."""

import asyncio

import typer

from bot.commands.loading import settings_or_exit, stop_with
from bot.config import Settings
from bot.errors import ConfigError, StoreUnavailable
from bot.store.database import open_database


def migrate() -> None:
    """Create or upgrade the tables; doing it twice changes nothing."""
    settings = settings_or_exit()
    try:
        asyncio.run(_migrate(settings))
    except (ConfigError, StoreUnavailable) as error:
        stop_with(error)
    typer.echo("The tables are up to date.")


async def _migrate(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    database = await open_database(settings.database_address)
    await database.close()
