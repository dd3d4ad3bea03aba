"""Finds, or makes, the rows of people and of the places where they write."""

import functools
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Executable, Row, Table, and_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from bot.model import LOCALES, Address, Locale, Person
from bot.store.payloads import storable
from bot.store.tables import conversations, persons, row_of

Insert = postgresql.Insert | sqlite.Insert


def insert_into(table: Table, dialect: str) -> Insert:
    """An INSERT that knows ``ON CONFLICT``, as the database of this dialect writes it."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


async def conversation_at(connection: AsyncConnection, address: Address, now: datetime) -> int:
    """The id of the conversation at this address, new if need be; its row stays locked until the commit.

    The lock keeps the order: of two messages of one conversation, the one with the lower number is visible first.
    """
    row = row_of(
        conversations,
        channel=address.channel,
        room=storable(address.room),
        thread=storable(address.thread or ""),
        state_version=0,
        active_at=now,
    )
    return cast(int, await connection.scalar(_the_conversation(connection.dialect.name), row))


# Made once for each dialect: to build a statement takes SQLAlchemy longer than to carry it out.
@functools.cache
def _the_conversation(dialect: str) -> Executable:
    new = insert_into(conversations, dialect)
    locked = new.on_conflict_do_update(index_elements=["channel", "room", "thread"], set_={"room": new.excluded.room})
    return locked.returning(conversations.c.id)


async def person_known_as(connection: AsyncConnection, person: Person) -> int:
    """The id of this person, new if need be; their row stays locked until the commit."""
    row = row_of(persons, channel=person.channel, external_user=storable(person.external_user))
    return cast(int, await connection.scalar(_the_person(connection.dialect.name), row))


@functools.cache
def _the_person(dialect: str) -> Executable:
    new = insert_into(persons, dialect)
    locked = new.on_conflict_do_update(
        index_elements=["channel", "external_user"], set_={"channel": new.excluded.channel}
    )
    return locked.returning(persons.c.id)


def at_address(address: Address) -> ColumnElement[bool]:
    """The condition that a conversation lives at this address."""
    return and_(
        conversations.c.channel == address.channel,
        conversations.c.room == storable(address.room),
        conversations.c.thread == storable(address.thread or ""),
    )


def address_of(row: Row[Any]) -> Address:
    """The address of a row that carries ``channel``, ``room`` and ``thread``."""
    return Address(row.channel, row.room, row.thread or None)


def locale_of(value: str | None) -> Locale | None:
    """The stored locale, or None when it is unset or no longer served."""
    return next((locale for locale in LOCALES if locale == value), None)
