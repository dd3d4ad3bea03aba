"""Nothing measures a coordinator. That every statement of all tests is looked at is set up in ``conftest.py``."""

import ast
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NewType

import pytest
from sqlalchemy import func, select, text

from bot.store.personal_data import TREATMENTS
from bot.store.tables import audit, cases, metadata
from tests.works_council import measured, modules, offence

StaffId = NewType("StaffId", str)
BOT = Path(__file__).parent.parent / "bot"
WHO = audit.c.actor


@pytest.mark.parametrize(
    "statement",
    [
        select(WHO, audit.c.at - cases.c.opened_at),
        select(cases.c.closed_at - cases.c.opened_at).where(WHO == "anna"),
        select(func.avg(func.julianday(audit.c.at))).where(WHO == "anna"),
        select(WHO, func.max(audit.c.at)).group_by(WHO),
        select(WHO, func.count()).where(audit.c.at > func.now()).group_by(WHO),
        select(audit, audit.c.at - func.now()),
        select(func.row_number().over(partition_by=WHO)),
        select(cases).where(
            cases.c.number.in_(select(audit.c.id).where(func.extract("hour", audit.c.at) > 8, WHO == "x"))
        ),
        text("SELECT avg(at) FROM audit GROUP BY actor"),
    ],
)
def test_a_measure_of_a_coordinator_is_recognised(statement):
    assert offence(statement)


@pytest.mark.parametrize(
    "statement",
    [
        select(audit).where(audit.c.target == "1").order_by(audit.c.at),
        select(WHO, func.count()).group_by(WHO),
        select(cases.c.team, func.avg(cases.c.closed_at - cases.c.opened_at)).group_by(cases.c.team),
        audit.insert().values(actor="anna"),
        text("SELECT actor FROM audit"),
    ],
)
def test_a_case_a_count_and_a_team_are_not(statement):
    assert offence(statement) is None


@pytest.mark.parametrize(
    "statement", [select(WHO, audit.c.at - func.now()), text("SELECT max(julianday(at)), actor FROM audit")]
)
async def test_a_measure_of_a_coordinator_is_refused_by_every_database_however_often_it_is_asked_for(
    database, statement
):
    async with database.reading() as connection:
        await connection.execute(select(WHO))
        for _ in range(2):
            with pytest.raises(AssertionError, match="beside a coordinator"):
                await connection.execute(statement)


@dataclass
class SpeedOfCoordinator:
    who: StaffId
    took: timedelta


def speeds() -> "dict[StaffId, timedelta]":
    return {}


def test_values_that_would_hold_a_measure_are_recognised_and_there_are_none():
    import sys

    own = measured(sys.modules[__name__])
    assert {name.rpartition(".")[2] for name in own} == {"SpeedOfCoordinator", "speeds"}
    assert [found for module in modules() for found in measured(module)] == []


def test_only_the_store_speaks_to_the_database():
    for path in BOT.rglob("*.py"):
        if "store" not in path.parts:
            names = {
                n.module or "" for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)
            }
            assert not any(name.startswith("sqlalchemy") for name in names), path


def test_the_audit_is_written_and_never_read_by_the_program():
    for path in (BOT / "store").glob("*.py"):
        source = path.read_text("utf-8")
        assert "audit.c." not in source, path
        assert "select(audit" not in source, path


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_a_column_that_sounds_like_a_coordinator_is_declared_as_one(table):
    sounding = (
        "actor",
        "assigned",
        "assignee",
        "author",
        "by",
        "claimed_by",
        "coordinator",
        "owner",
        "staff",
        "staff_id",
    )
    named = {column.name for column in table.columns if column.name in sounding or column.name.endswith("_by")}
    assert named <= set(TREATMENTS[table.name].staff)
