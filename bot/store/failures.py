"""What went wrong with the database, in one sentence an operator can act on.

A failure somebody can mend (locked, full, read-only, gone, refused, too new) becomes StoreUnavailable or ConfigError.
Anything else, such as a broken constraint or a value that does not fit, is a bug and passes unchanged.
"""

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import ConfigError, LotseError, StoreConflict, StoreUnavailable

NOTHING_LOST = "Nothing was changed; what waits is carried on when the database answers again."

SQLITE: dict[int, str] = {
    sqlite3.SQLITE_BUSY: "The database is locked by another program for too long; stop that program.",
    sqlite3.SQLITE_LOCKED: "The database is locked by another program for too long; stop that program.",
    sqlite3.SQLITE_FULL: "The disk with the database is full; free some space.",
    sqlite3.SQLITE_READONLY: "The database is read-only; give this user write access to the file and its folder.",
    sqlite3.SQLITE_CANTOPEN: "The database file cannot be opened; check that its folder exists and may be written to.",
    sqlite3.SQLITE_IOERR: "The disk with the database reported an error; check the disk and the space left on it.",
    sqlite3.SQLITE_PERM: "The database file may not be opened by this user; change its owner or its permissions.",
    sqlite3.SQLITE_AUTH: "The database file may not be opened by this user; change its owner or its permissions.",
    sqlite3.SQLITE_CORRUPT: "The database file is damaged; stop Lotse and restore the latest backup.",
}

POSTGRES: dict[str, str] = {
    "08": "The connection to PostgreSQL was lost; check that the server is running and reachable.",
    "25006": "PostgreSQL accepts no changes at present (it is read-only); point LOTSE_DATABASE to the primary server.",
    "40": "PostgreSQL asked to do this step again because two changes met; it is done again by itself.",
    "53100": "The disk of the PostgreSQL server is full; free some space there.",
    "53200": "The PostgreSQL server is out of memory; free some memory there.",
    "53300": "PostgreSQL has no connection left; raise its max_connections or stop other programs.",
    "55P03": "A row of the database stayed locked for too long; look for a program that holds it.",
    "57014": "PostgreSQL took too long and gave up on a step; check its load.",
    "57P": "PostgreSQL is shutting down or starting up; wait, or start it again.",
    "58": "The PostgreSQL server reported an error of its disk or system; look into its log.",
}

POSTGRES_SETTINGS: dict[str, str] = {
    "28": "PostgreSQL refused user or password; check LOTSE_DATABASE.",
    "3D000": "PostgreSQL knows no database of that name; create it, or check LOTSE_DATABASE.",
    "42501": "The database user lacks a right Lotse needs; let it own the database named in LOTSE_DATABASE.",
}


def explained(error: Exception) -> LotseError | None:
    """The error as something the operator can act on, or None when it is a bug."""
    if isinstance(error, PoolTimeout):
        return StoreUnavailable(f"All connections to the database are in use. {NOTHING_LOST}")
    if not isinstance(error, SQLAlchemyError):
        return None
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _sqlite(cause)
    if isinstance(cause, psycopg.Error):
        return _postgres(cause)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StoreUnavailable(f"The connection to the database was lost. {NOTHING_LOST}")
    return None


def _sqlite(cause: sqlite3.Error) -> LotseError | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF  # the extended codes keep the primary one in their lowest byte
    if primary == sqlite3.SQLITE_NOTADB:
        return ConfigError("The file named in LOTSE_DATABASE is not a Lotse database; name another file.")
    sentence = SQLITE.get(primary)
    return StoreUnavailable(f"{sentence} {NOTHING_LOST}") if sentence else None


def _postgres(cause: psycopg.Error) -> LotseError | None:
    state = cause.sqlstate or ""
    for length in (5, 3, 2):
        if sentence := POSTGRES_SETTINGS.get(state[:length]):
            return ConfigError(sentence)
        if sentence := POSTGRES.get(state[:length]):
            kind = StoreConflict if state.startswith("40") else StoreUnavailable
            return kind(f"{sentence} {NOTHING_LOST}")
    if isinstance(cause, psycopg.OperationalError):
        return _postgres_without_code(cause)
    return None


def _postgres_without_code(cause: psycopg.OperationalError) -> LotseError:
    """A refusal while connecting carries no code, only the server's words, which stand in its own language."""
    words = str(cause)
    if "password authentication failed" in words or "no password supplied" in words:
        return ConfigError(POSTGRES_SETTINGS["28"])
    if "database" in words and "does not exist" in words:
        return ConfigError(POSTGRES_SETTINGS["3D000"])
    if "role" in words and "does not exist" in words:
        return ConfigError(POSTGRES_SETTINGS["28"])
    return StoreUnavailable(f"PostgreSQL does not answer; check that it is running and reachable. {NOTHING_LOST}")
