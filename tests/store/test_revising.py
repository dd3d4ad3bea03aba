"""What a case quotes of the employee's messages, when one of them is changed."""

import pytest

from bot.store.revising import requoted


@pytest.mark.parametrize(
    ("question", "before", "after", "then"),
    [
        ("Wie viel? – Mensch", "Wie viel?", "Wie lange?", "Wie lange? – Mensch"),
        ("Wie viel? – Mensch", "Mensch", "", "Wie viel?"),
        ("Wie viel? – Mensch", "Wie viel?", "", "Mensch"),
        ("geheim", "geheim", "", ""),
        ("2500 Euro und 25 Stunden", "25", "30", "2500 Euro und 25 Stunden"),
        ("25 – 2500 Euro und 25 Stunden", "25", "30", "30 – 2500 Euro und 25 Stunden"),
        ("a – b – Mensch", "a – b", "c", "c – Mensch"),
        (r"Kurs \1 – Mensch", "Mensch", r"\1", r"Kurs \1 – \1"),
    ],
)
def test_only_the_message_that_was_changed_changes_in_the_question_of_a_case(question, before, after, then):
    assert requoted(question, before, after) == then
