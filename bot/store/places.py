"""Finds, or makes, the rows of people and of the places where they write."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, and_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from bot.model import LOCALES, Address, Locale, Person
from bot.store.payloads import storable
from bot.store.tables import conversations, persons

Insert = postgresql.Insert | sqlite.Insert


def insert_into(connection: AsyncConnection, table: Table) -> Insert:
    """An INSERT that knows ``ON CONFLICT``, in the dialect of this database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


async def conversation_at(connection: AsyncConnection, address: Address, now: datetime) -> int:
    """The id of the conversation at this address, new if need be; its row stays locked until the commit.

    The lock keeps the order: of two messages of one conversation, the one with the lower number is visible first.
    """
    key = {"channel": address.channel, "room": storable(address.room), "thread": storable(address.thread or "")}
    new = insert_into(connection, conversations).values(**key, state_version=0, active_at=now)
    statement = new.on_conflict_do_update(index_elements=list(key), set_={"room": new.excluded.room})
    return cast(int, await connection.scalar(statement.returning(conversations.c.id)))


async def person_known_as(connection: AsyncConnection, person: Person) -> int:
    """The id of this person, new if need be; their row stays locked until the commit."""
    key = {"channel": person.channel, "external_user": storable(person.external_user)}
    new = insert_into(connection, persons).values(**key)
    statement = new.on_conflict_do_update(index_elements=list(key), set_={"channel": new.excluded.channel})
    return cast(int, await connection.scalar(statement.returning(persons.c.id)))


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
