"""How every table treats a person: the one list that erasure, export, retention and the tests go by.

A table or column that is not decided here fails the tests, so a new one cannot be forgotten. What a table *owns* needs
no code: its rows are exported with the person and deleted with them, by the column named here. That column leads to
``persons``, or to a table that is owned itself (the messages of a case belong to whoever the case belongs to).

Rejected: ``ON DELETE CASCADE`` (nothing would count what was deleted, and a forgotten foreign key would leave rows
behind without a word), and a mark at each column in ``tables.py`` (who must answer for the data reads one page).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Column, ColumnElement, Table, select
from sqlalchemy.types import JSON, String, TypeDecorator, TypeEngine

from bot.store.tables import conversations, metadata, persons

How = Literal["person", "owned", "anonymised", "shared", "nobody"]
"""*person*: the person itself. *owned*: deleted with them. *anonymised*: the row stays, without anything of theirs.
*shared*: belongs to a place others may write in as well. *nobody*: holds nothing of an employee."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one table holds of a person and what becomes of it. ``until``: when it goes by itself, in words.

    Every column that can hold text stands in exactly one of three lists: ``said`` may hold what people wrote or what
    tells who they are, ``staff`` names a coordinator, ``ours`` holds only words and numbers Lotse made itself.
    """

    how: How
    until: str
    by: str | None = None
    said: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    because: str = ""


TREATMENTS: Mapping[str, Treatment] = {
    "persons": Treatment("person", "when no other row speaks of them", said=("external_user",), ours=("channel",)),
    "conversations": Treatment(
        "shared",
        "state after 30 days, the row when nothing stands in it",
        said=("room", "thread", "state"),
        ours=("channel", "locale"),
        because="a room may hold others' words too: it loses its state, and goes when nobody else wrote there",
    ),
    "inbox": Treatment(
        "anonymised",
        "text after 24 hours, the row after 30 days",
        by="person_id",
        said=("external_id", "also", "alone", "payload", "error"),
        ours=("channel", "status"),
        because="for a day a digest of the ids recognises an event the platform repeats; nothing else is left",
    ),
    "transcript": Treatment(
        "owned",
        "30 days; with a case as long as the case",
        by="person_id",
        said=("text", "reply", "external_id", "label", "reason"),
        ours=("who", "outbox_id"),
    ),
    "outbox": Treatment(
        "owned",
        "text after 24 hours, the row after 30 days",
        by="person_id",
        said=("delivery", "external_id", "error"),
        ours=("id", "status", "voice", "revises"),
    ),
    "cases": Treatment(
        "owned",
        "180 days after it was closed",
        by="person_id",
        said=("question", "topic", "reason", "context", "employee_name"),
        ours=("state", "locale", "team", "alarm", "resolution", "telling_id"),
        staff=("owner", "owner_name"),
    ),
    "case_messages": Treatment(
        "owned",
        "with its case",
        by="person_id",
        said=("text", "values", "key"),
        ours=("kind", "what"),
        staff=("author", "author_name"),
    ),
    "case_events": Treatment(
        "nobody",
        "always",
        ours=("event", "from_state", "to_state", "team", "detail"),
        staff=("actor", "owner"),
        because="the audit of a case: what was done to a number of ours, never what was said or by which employee",
    ),
    "gaps": Treatment(
        "owned", "180 days", by="person_id", said=("question", "label", "offered"), ours=("kind", "locale")
    ),
    "ignored_gaps": Treatment(
        "nobody",
        "until it is taken back",
        ours=("label", "locale", "fingerprints", "reason"),
        staff=("actor",),
        because="of what was asked only sixteen bits of each word are kept; the reason is about the subject",
    ),
    "ratings": Treatment(
        "owned", "after 30 days it belongs to nobody", by="person_id", said=("label",), ours=("about",)
    ),
    "timers": Treatment("owned", "30 days after it was due", by="person_id", said=("kind",)),
    "audit": Treatment(
        "nobody",
        "always",
        ours=("action", "target"),
        staff=("actor",),
        because="it says that something was done to a number of ours, never what was said or by which employee",
    ),
    "absences": Treatment(
        "nobody", "30 days after it is over", staff=("staff", "deputy"), because="when one of the staff is away"
    ),
    "desk_notices": Treatment(
        "nobody",
        "30 days",
        ours=("team", "kind", "key", "replies"),
        because="what Lotse tells a team: counts and times",
    ),
    "desk_inbox": Treatment(
        "nobody",
        "its words until they were handled, the row 30 days",
        ours=("channel", "external_id", "also", "room", "thread", "alone", "status", "error"),
        staff=("external_user", "payload"),
        because="what one of the staff says in a room of theirs; what becomes part of a case stands in its messages",
    ),
    "desk_posts": Treatment(
        "nobody",
        "as long as the case, then until the message was taken back; what belongs to no case 30 days",
        ours=(
            "outbox_id",
            "channel",
            "room",
            "thread",
            "kind",
            "key",
            "reply",
            "sign",
            "external_id",
            "shown",
            "status",
            "error",
        ),
        because="which message of Lotse's in a coordinators' room shows which case; its text is read when it is sent",
    ),
    "sign_in_links": Treatment(
        "nobody", "until it expires", ours=("digest",), staff=("staff",), because="opens the desk to one of the staff"
    ),
    "account_codes": Treatment(
        "nobody",
        "until it expires",
        ours=("digest",),
        staff=("staff", "name"),
        because="links an account of one of the staff",
    ),
    "staff_accounts": Treatment("owned", "until the link is ended", by="person_id", staff=("staff",)),
    "sessions": Treatment(
        "nobody",
        "until it expires",
        ours=("digest", "device"),
        staff=("staff",),
        because="the stay of one of the staff at the desk",
    ),
    "sign_in_failures": Treatment(
        "nobody", "an hour", ours=("client",), because="a keyed digest of where an attempt came from"
    ),
    "cursors": Treatment(
        "nobody", "always", ours=("channel", "cursor"), because="a platform's own mark of what was read"
    ),
}


def treatment(table: Table) -> Treatment:
    """What was decided about this table. Raises KeyError: a table nobody decided about must not be used."""
    return TREATMENTS[table.name]


def tables_with(*how: How) -> tuple[Table, ...]:
    """The tables treated so, those that refer to others first: the order in which rows can be deleted."""
    return tuple(table for table in reversed(metadata.sorted_tables) if treatment(table).how in how)


def can_hold_text(column: Column[object]) -> bool:
    """Whether a column's type takes words."""
    kind: TypeEngine[object] = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, String | JSON)


def parent_of(table: Table) -> Column[object]:
    """The column this table's owner is found by: ``persons.id``, or the key of a table that is owned itself."""
    by = treatment(table).by
    if by is None:
        raise ValueError(f"{table.name} belongs to nobody in particular")
    (key,) = table.c[by].foreign_keys
    return key.column


def of_person(table: Table, person: int) -> ColumnElement[bool]:
    """The condition that a row of this table belongs to this person."""
    column, parent = table.c[treatment(table).by or ""], parent_of(table)
    if parent.table is persons:
        return column == person
    return column.in_(select(parent).where(of_person(_table_of(parent), person)))


def children_of(table: Table) -> tuple[tuple[Table, Column[object]], ...]:
    """The owned tables whose rows go with a row of this one, each with the column that says which."""
    found = [
        (other, other.c[treatment(other).by or ""])
        for other in tables_with("owned")
        if _table_of(parent_of(other)) is table
    ]
    return tuple(found)


def _table_of(column: Column[object]) -> Table:
    assert isinstance(column.table, Table)
    return column.table


def refers_to(table: Table) -> tuple[tuple[Table, Column[object]], ...]:
    """Every (table, column) with a foreign key to this table."""
    return tuple(
        (other, column)
        for other in metadata.sorted_tables
        for column in other.columns
        if any(key.column.table is table for key in column.foreign_keys)
    )


IN_A_CONVERSATION: tuple[Table, ...] = tuple(table for table, _ in refers_to(conversations))
"""Tables whose rows stand in a conversation: it is used as long as one of them has a row in it."""

ABOUT_PEOPLE: tuple[Table, ...] = tuple(table for table, _ in refers_to(persons))
"""Tables whose rows name a person directly."""
