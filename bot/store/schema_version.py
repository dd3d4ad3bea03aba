"""Brings the tables up to date with Alembic, inside a transaction that is already open.

The migrations lie inside the package, so an installed wheel has them, and there is no ``alembic.ini``: the only
command anybody needs is the start itself.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.errors import ConfigError

MIGRATIONS = Path(__file__).parent / "migrations"

UPGRADE_LOCK = 8420_0001
"""Number of the PostgreSQL advisory lock that lets one process upgrade while the others wait."""


@cache
def _migrations() -> ScriptDirectory:
    """The migrations of this release, read once however many databases are opened: that is most of what opening one takes."""
    return ScriptDirectory(str(MIGRATIONS))


def migrations_config(connection: Connection) -> Config:
    """Alembic's settings for this open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def bring_up_to_date(connection: Connection, *, upgrade: bool) -> None:
    """Upgrade the tables to this release, or refuse older ones. Raises ConfigError; then nothing was changed."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": UPGRADE_LOCK})
    newest = _migrations().get_current_head()
    stored = MigrationContext.configure(connection).get_current_revision()
    if stored == newest:
        return
    known = {revision.revision for revision in _migrations().walk_revisions()}
    if stored is not None and stored not in known:
        raise ConfigError(
            f"The database was written by a newer Lotse (tables {stored}, this release knows {newest}); "
            "install that release, or restore a backup made before it."
        )
    if stored is None and inspect(connection).get_table_names():
        raise ConfigError("The database named in LOTSE_DATABASE holds other tables; name one of its own for Lotse.")
    if not upgrade and stored is None:
        raise ConfigError("The database has no tables yet; start Lotse once, or run `lotse migrate`.")
    if not upgrade:
        raise ConfigError(f"The tables of the database are older than this release ({stored}); run `lotse migrate`.")
    command.upgrade(migrations_config(connection), "head")
