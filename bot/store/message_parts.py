"""A long message may stand on its platform as several, and its id names them all: any of them finds it.

Slack's ids name the room once, ``C1:17.1+17.2``; on Matrix whole ids stand beside each other, ``$a $b``.
"""

from typing import Any

from sqlalchemy import ColumnElement, or_


def is_message(column: ColumnElement[Any], external_id: str) -> ColumnElement[bool]:
    """The condition that the message with the id in this column is this one, or has it as a part."""
    return or_(column == external_id, is_part(column, external_id))


def is_part(column: ColumnElement[Any], external_id: str) -> ColumnElement[bool]:
    """The condition that it has this one as a part, beside others."""
    room, _, stamp = external_id.partition(":")
    first = (column.startswith(f"{external_id}{between}", autoescape=True) for between in " +")
    later = (column.contains(f" {external_id} ", autoescape=True), column.endswith(f" {external_id}", autoescape=True))
    if not stamp:
        return or_(*first, *later)
    in_room = column.startswith(f"{room}:", autoescape=True)
    of_room = (column.contains(f"+{stamp}+", autoescape=True), column.endswith(f"+{stamp}", autoescape=True))
    return or_(*first, *later, in_room & or_(*of_room))
