"""One-time links, and the sessions they open. Whoever reads the database can neither use a link nor enter a session:
only digests are kept of what opens the desk.

A link is used in the one statement that marks it as used, so of any number of presses at the same moment exactly one
opens a session. Whether a link is unknown, used, too old or belongs to somebody who was taken out is one and the same
answer: whoever tries links learns nothing.

After ten failed attempts a client waits, and is told until when. What many clients do together is paced, not locked: past
a number of failures a minute no further one is recorded and the answer is *wait*, but a link that is right still
opens. Otherwise anybody on the network could keep the coordinators out.

There is no limit for idleness below the session's own eight hours, a working day: a desk that signs people out while
they are on the telephone loses what they were writing. Nothing is recorded about when a session was used, because that
would be a record of somebody's working day.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import StaffId
from bot.store.announce import session_topic
from bot.store.database import Database
from bot.store.tables import audit, sessions, sign_in_failures, sign_in_links

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=8)
MOST_FAILURES, WITHIN = 10, timedelta(minutes=15)
PACED, PACE = 60, timedelta(minutes=1)
"""Failures of all clients together within this time after which no further one is recorded."""

TOKEN_BYTES = 32
ATTEMPTS_LOCK = 8420_0002
"""Number of the PostgreSQL advisory lock under which attempts are counted, one after the other."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody's stay at the desk. ``digest`` recognises it; ``device``: browser and system, in words of ours."""

    id: int
    digest: str
    staff: StaffId
    device: str
    started_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A link was used. ``token`` opens the session; it is in no table and cannot be read again."""

    token: str
    staff: StaffId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NoSuchLink:
    """Unknown, used, too old, or of somebody who may not sign in; which of them is not said."""


@dataclass(frozen=True, slots=True)
class Wait:
    """There were too many failed attempts; nothing was looked up."""

    until: datetime


def digest_of_token(token: str) -> str:
    """What is kept of a link or a session. A token is 256 bits of chance, so that no salt and no slow hash are needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def make_link(database: Database, staff: StaffId, now: datetime, *, actor: str) -> str:
    """The secret part of a new link for this person; it works once, for ten minutes. ``actor``: who made it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"digest": digest_of_token(token), "staff": staff, "expires_at": now + LINK_LASTS}
    async with database.transaction() as connection:
        await connection.execute(insert(sign_in_links).values(row))
        made = {"at": now, "actor": actor, "action": "sign_in_link_made", "target": staff}
        await connection.execute(insert(audit).values(made))
    return token


async def use_link(
    database: Database,
    link: str,
    now: datetime,
    *,
    client: str,
    device: str,
    may_enter: Callable[[StaffId], bool],
    replaces: str = "",
) -> Opened | NoSuchLink | Wait:
    """Open a session with a link. ``client``: a digest of where the attempt comes from.

    ``replaces`` is the token of a session this browser brought along, of whomever: it ends, so that nobody can place
    a session in somebody's browser and share it later.
    """
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ATTEMPTS_LOCK})
        until = await locked_until(connection, client, now)
        if until is not None:
            return Wait(until)
        taken = (
            update(sign_in_links)
            .where(
                sign_in_links.c.digest == digest_of_token(link),
                sign_in_links.c.used_at.is_(None),
                sign_in_links.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(sign_in_links.c.staff)
        )
        staff = (await connection.execute(taken)).scalar_one_or_none()
        if staff is None or not may_enter(StaffId(staff)):
            return await failed_attempt(connection, client, now)
        if replaces:
            await _end(connection, wake, sessions.c.digest == digest_of_token(replaces))
        return await _open(connection, StaffId(staff), device, now)


async def find_session(database: Database, token: str, now: datetime) -> Session | None:
    """The session this token opens; None when there is none, or it has expired or was ended."""
    async with database.reading() as connection:
        found = select(sessions).where(sessions.c.digest == digest_of_token(token), sessions.c.expires_at > now)
        row = (await connection.execute(found)).one_or_none()
    return None if row is None else _session(row)


async def sessions_of(database: Database, staff: StaffId, now: datetime) -> tuple[Session, ...]:
    """Somebody's sessions, the latest first. Nobody but themselves is ever shown them."""
    async with database.reading() as connection:
        mine = select(sessions).where(sessions.c.staff == staff, sessions.c.expires_at > now)
        rows = (await connection.execute(mine.order_by(sessions.c.id.desc()))).all()
    return tuple(_session(row) for row in rows)


async def end_sessions(database: Database, staff: StaffId, *, only: int | None = None, but: int | None = None) -> int:
    """End somebody's sessions: all, ``only`` this one, or all ``but`` this one; how many that were.

    Event streams that belong to them are woken in every process, and end.
    """
    which = [sessions.c.staff == staff]
    if only is not None:
        which.append(sessions.c.id == only)
    if but is not None:
        which.append(sessions.c.id != but)
    wake: list[str] = []
    async with database.transaction(wake) as connection:
        return await _end(connection, wake, *which)


async def locked_until(connection: AsyncConnection, client: str, now: datetime) -> datetime | None:
    """Until when this client has to wait: until the first of its latest ten failures no longer counts."""
    latest = (
        select(sign_in_failures.c.at)
        .where(sign_in_failures.c.client == client, sign_in_failures.c.at > now - WITHIN)
        .order_by(sign_in_failures.c.at.desc())
        .limit(MOST_FAILURES)
    )
    failures: list[datetime] = list(await connection.scalars(latest))
    return failures[-1] + WITHIN if len(failures) == MOST_FAILURES else None


async def failed_attempt(connection: AsyncConnection, client: str, now: datetime) -> NoSuchLink | Wait:
    """Note a failed attempt, unless there are too many of all clients together."""
    recent = select(func.count()).where(sign_in_failures.c.at > now - PACE)
    if (await connection.scalar(recent) or 0) >= PACED:
        return Wait(now + PACE)
    await connection.execute(insert(sign_in_failures).values(client=client, at=now))
    return NoSuchLink()


async def _open(connection: AsyncConnection, staff: StaffId, device: str, now: datetime) -> Opened:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "digest": digest_of_token(token),
        "staff": staff,
        "device": device,
        "started_at": now,
        "expires_at": now + SESSION_LASTS,
    }
    await connection.execute(insert(sessions).values(row))
    return Opened(token, staff, now + SESSION_LASTS)


async def _end(connection: AsyncConnection, wake: list[str], *which: ColumnElement[bool]) -> int:
    ended = (await connection.scalars(delete(sessions).where(*which).returning(sessions.c.digest))).all()
    wake += map(session_topic, ended)
    return len(ended)


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.digest, StaffId(row.staff), row.device, row.started_at, row.expires_at)
