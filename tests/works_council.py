"""What must never be worked out about a coordinator: how long they took, when they were there, how they compare.

The works council's default is that Lotse measures teams and never people. A promise about *every* query cannot be kept
by reading code, so each statement that any test executes is looked at before it runs (``tests/conftest.py``), and what
Python could work out afterwards is looked for in the types of what the store hands out.

A page may show one case with its coordinator and its times side by side; that is the case's history. What is refused:

- a statement in which a coordinator's column stands together with arithmetic on times, wherever the two stand;
- one that groups, or counts in windows, by a coordinator's column while it looks at a time;
- a value that holds a duration beside a coordinator, or a mapping from coordinators to anything that measures.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Sequence
from types import ModuleType

from sqlalchemy import Column, DateTime, Interval, text
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement, Extract, Over, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Select

from bot.store.personal_data import TREATMENTS
from bot.store.tables import UtcDateTime

MEASURING = {"age", "avg", "date_part", "extract", "julianday", "strftime", "sum", "timediff", "unixepoch"}
"""Functions that make a length, or a part to be counted, out of a point in time."""

IN_TEXT = re.compile(rf"\b({'|'.join(sorted(MEASURING))})\s*\(", re.IGNORECASE)
PEOPLE = re.compile(r"\bStaff(Id)?\b")


def is_staff(column: object) -> bool:
    """Whether this column names a coordinator."""
    if not isinstance(column, Column):
        return False
    declared = TREATMENTS.get(getattr(column.table, "name", ""))
    return declared is not None and column.name in declared.staff


def is_time(element: object) -> bool:
    """Whether this is a point in time, or a length of time."""
    return isinstance(getattr(element, "type", None), UtcDateTime | DateTime | Interval)


def offence(statement: object) -> str | None:
    """Why this statement must not be executed; None when it may be."""
    if isinstance(statement, TextClause):
        staff = {name for declared in TREATMENTS.values() for name in declared.staff}
        named = any(re.search(rf"\b{name}\b", statement.text) for name in staff)
        return "measures beside a coordinator, in text" if named and IN_TEXT.search(statement.text) else None
    if not isinstance(statement, ClauseElement):
        return None
    elements = list(visitors.iterate(statement))
    given = [column for each in elements if isinstance(each, Select) for column in each.selected_columns]
    if not any(is_staff(element) for element in (*elements, *given)):
        return None
    return next((why for why in (_why(element, elements) for element in elements) if why), None)


def _why(element: object, elements: Sequence[object]) -> str | None:
    match element:
        case BinaryExpression(operator=operators.sub | operators.add) if is_time(element.left) or is_time(
            element.right
        ):
            return "arithmetic on times beside a coordinator"
        case Extract():
            return "a part of a time beside a coordinator"
        case FunctionElement() if element.name.lower() in MEASURING and _looks_at_time(element):
            return f"{element.name} of a time beside a coordinator"
        case Over() if element.partition_by is not None and _names_staff(element.partition_by):
            return "a window per coordinator"
        case Select() if any(_names_staff(clause) for clause in element._group_by_clauses) and any(
            map(is_time, elements)
        ):
            return "times grouped by coordinator"
    return None


def _looks_at_time(element: ClauseElement) -> bool:
    return any(is_time(each) for each in visitors.iterate(element))


def _names_staff(element: ClauseElement) -> bool:
    return any(is_staff(each) for each in visitors.iterate(element))


_harmless: set[str] = set()
"""Statements that were looked at, as they are sent: the same few hundred are executed a hundred thousand times."""


def refuse(
    connection: object, cursor: object, sent: str, values: object, context: ExecutionContext, *_: object
) -> None:
    """Listens to every statement of every engine, before it is sent."""
    if sent in _harmless:
        return
    why = offence(text(sent) if context.compiled is None else context.compiled.statement)
    assert why is None, f"{why}: {sent}"
    _harmless.add(sent)


# --- What Python could work out ------------------------------------------------------------------------------------


def modules() -> Iterator[ModuleType]:
    """Every module that hands out what was stored."""
    for package in ("bot.model", "bot.store", "bot.web", "bot.dialogue", "bot.commands", "bot.worker"):
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}."):
            if "migrations" not in found.name:
                yield importlib.import_module(found.name)


def measured(module: ModuleType) -> list[str]:
    """The types and functions of a module that would hold a measure of a coordinator."""
    found: list[str] = []
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if dataclasses.is_dataclass(value):
            kinds = [_written(field.type) for field in dataclasses.fields(value)]
            beside = any(PEOPLE.search(kind) for kind in kinds) and any("timedelta" in kind for kind in kinds)
            if beside or any(_per_coordinator(kind) for kind in kinds):
                found.append(f"{module.__name__}.{name}")
        elif inspect.isfunction(value):
            result = _written(inspect.signature(value).return_annotation)
            if _per_coordinator(result):
                found.append(f"{module.__name__}.{name}")
    return found


def _per_coordinator(kind: str) -> bool:
    """``Mapping[StaffId, timedelta]``, ``dict[StaffId, float]``: one measure for each of them."""
    return bool(re.search(r"\[[^\]]*\bStaff(Id)?\b[^\]]*\b(timedelta|float|int|datetime)\b", kind))


def _written(kind: object) -> str:
    return kind if isinstance(kind, str) else getattr(kind, "__name__", "") + str(kind)
