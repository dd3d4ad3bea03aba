"""Every table and every column is decided about: whose it is, what becomes of it, and for how long it is kept."""

import pytest

from bot.store.personal_data import ABOUT_PEOPLE, TREATMENTS, can_hold_text, parent_of, tables_with, treatment
from bot.store.tables import conversations, metadata, persons

TABLES = {table.name: table for table in metadata.sorted_tables}


def test_every_table_is_decided_about_and_no_other():
    assert set(TREATMENTS) == set(TABLES), "declare a new table in bot/store/personal_data.py"


@pytest.mark.parametrize("name", TABLES)
def test_every_column_that_can_hold_text_is_in_exactly_one_list(name):
    decided = treatment(TABLES[name])
    lists = [*decided.said, *decided.ours, *decided.staff]
    assert sorted(lists) == sorted({column.name for column in TABLES[name].columns if can_hold_text(column)})
    assert decided.until


@pytest.mark.parametrize("table", ABOUT_PEOPLE, ids=str)
def test_what_names_a_person_is_deleted_or_emptied_with_them(table):
    assert treatment(table).how in ("owned", "anonymised")
    assert treatment(table).by == "person_id"


@pytest.mark.parametrize("table", tables_with("owned", "anonymised"), ids=str)
def test_what_is_owned_leads_to_a_person(table):
    for _ in TABLES:
        parent = parent_of(table)
        if parent.table is persons:
            break
        table = parent.table
    assert parent.table is persons


@pytest.mark.parametrize("table", tables_with("nobody", "anonymised", "shared"), ids=str)
def test_what_is_not_simply_deleted_says_why(table):
    assert len(treatment(table).because) > 20


@pytest.mark.parametrize("table", tables_with("nobody"), ids=str)
def test_what_is_nobodys_holds_no_words_and_no_way_to_a_person(table):
    assert treatment(table).said == ()
    assert not [
        column
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table in (persons, conversations)
    ]
