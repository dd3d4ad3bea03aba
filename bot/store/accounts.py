"""Which accounts on chat platforms belong to somebody of the staff: linked by a code they were shown at the desk.

Only a coordinator's own accounts are ever linked, and only to the member of staff who was signed in when the code was made.
An account on its own stays what it is, an employee's, apart from all others: linking gives a name in the coordinators' room,
and what was done there from the account (``carrying_over.py``), and nothing else. Who deletes their data from an account ends
its link, too. When a link ends, what the person has stays theirs, at the desk; whoever was a coordinator only through the room is
none then, and their cases go back to the queue as those of anybody who has left.

A code works once, for ten minutes. Whoever guesses is held up as at the door (``sign_in.py``), each account for itself.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Staff, StaffId
from bot.store.carrying_over import carry_over
from bot.store.database import Database
from bot.store.places import insert_into
from bot.store.sign_in import ATTEMPTS_LOCK, digest_of_token, failed_attempt, locked_until
from bot.store.tables import account_codes, audit, persons, staff_accounts

CODE_LASTS = timedelta(minutes=10)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without the four that are easily taken for another."""
GROUPS, EACH = 3, 4
"""Sixty bits: also somebody who reads the digests in the database does not find a code while it works."""

PLATFORMS = ("matrix", "slack")
"""Channels with accounts of their own; a visitor of the web chat is nobody in particular."""


@dataclass(frozen=True, slots=True)
class Account:
    """One linked account. ``external_user`` is the platform's own id of it."""

    id: int
    channel: str
    external_user: str
    linked_at: datetime


async def make_code(database: Database, staff: Staff, now: datetime) -> str:
    """A new code for this person, such as ``7F3A-9K2D-M4QX``; those made before stop working."""
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(EACH)) for _ in range(GROUPS))
    async with database.transaction() as connection:
        await connection.execute(delete(account_codes).where(account_codes.c.staff == staff.id))
        row = {"digest": digest_of_token(code), "staff": staff.id, "name": staff.name, "expires_at": now + CODE_LASTS}
        await connection.execute(insert(account_codes).values(row))
    return code


async def link_account(connection: AsyncConnection, person: int, code: str, now: datetime, wake: list[str]) -> bool:
    """Link the account of this person to whom the code was made for, with all they have under it; whether that happened.

    Why it did not (unknown, used, too old, too many attempts) is not told apart: whoever tries codes learns nothing.
    """
    account = (
        await connection.execute(select(persons.c.channel, persons.c.external_user).where(persons.c.id == person))
    ).one()
    if account.channel not in PLATFORMS:
        return False
    if connection.dialect.name != "sqlite":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ATTEMPTS_LOCK})
    client = hashlib.sha256(f"{account.channel}\0{account.external_user}".encode()).hexdigest()
    if await locked_until(connection, client, now) is not None:
        return False
    taken = (
        delete(account_codes)
        .where(account_codes.c.digest == digest_of_token(code.upper()), account_codes.c.expires_at > now)
        .returning(account_codes.c.staff, account_codes.c.name)
    )
    whose = (await connection.execute(taken)).one_or_none()
    if whose is None:
        await failed_attempt(connection, client, now)
        return False
    row = insert_into(staff_accounts, connection.dialect.name).values(
        person_id=person, staff=whose.staff, linked_at=now
    )
    newer = {"staff": row.excluded.staff, "linked_at": row.excluded.linked_at}
    await connection.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=newer))
    linked = {"at": now, "actor": whose.staff, "action": "account_linked", "target": account.channel}
    await connection.execute(insert(audit).values(linked))
    await carry_over(connection, account.external_user, StaffId(whose.staff), whose.name, now, wake)
    return True


async def accounts_of(database: Database, staff: StaffId) -> tuple[Account, ...]:
    """Somebody's linked accounts, the latest first. Nobody but themselves is ever shown them."""
    mine = (
        select(staff_accounts.c.id, persons.c.channel, persons.c.external_user, staff_accounts.c.linked_at)
        .join(persons, persons.c.id == staff_accounts.c.person_id)
        .where(staff_accounts.c.staff == staff)
        .order_by(staff_accounts.c.id.desc())
    )
    async with database.reading() as connection:
        return tuple(Account(*row) for row in (await connection.execute(mine)).all())


async def linked_on(database: Database, channel: str) -> Mapping[str, StaffId]:
    """Whose the linked accounts of this channel are, by the platform's id of the account."""
    found = (
        select(persons.c.external_user, staff_accounts.c.staff)
        .join(staff_accounts, staff_accounts.c.person_id == persons.c.id)
        .where(persons.c.channel == channel)
    )
    async with database.reading() as connection:
        return {row.external_user: StaffId(row.staff) for row in (await connection.execute(found)).all()}


async def unlink(database: Database, staff: StaffId, account: int, now: datetime) -> bool:
    """End the link of one of somebody's own accounts; whether there was one. Their cases stay with them while they coordinate."""
    async with database.transaction() as connection:
        gone = await connection.execute(
            delete(staff_accounts).where(staff_accounts.c.id == account, staff_accounts.c.staff == staff)
        )
        if gone.rowcount:
            ended = {"at": now, "actor": staff, "action": "account_unlinked", "target": ""}
            await connection.execute(insert(audit).values(ended))
        return bool(gone.rowcount)
