"""Answers a coordinator may insert: found by words, with today's figures and their source, refused when they are none."""

from datetime import timedelta

import pytest

from bot.dialogue.knowledge_insert import MOST_FOUND, find_inserts, insert_of
from bot.handoff.case_text import parse
from bot.model import Bullets
from tests.conftest import NOW
from tests.web.site import small_live


@pytest.fixture(scope="module")
def live():
    return small_live()


def test_words_find_the_answer_with_figures_and_source(live):
    found = find_inserts("was zahlt der bonus", live.content, live.reader, NOW, "de")
    assert 0 < len(found) <= MOST_FOUND
    (amount,) = [insert for insert in found if insert.label == "bonus.amount"]
    assert amount.status == "answer"
    for words in ("60 %", "5.000 €", "Quelle: Weiterbilden SH", "https://example.org/bonus"):
        assert words in amount.text


def test_the_text_is_what_a_coordinator_may_type(live):
    insert = insert_of("bonus.amount", live.content, NOW, "de")
    blocks = parse(insert.text)
    assert any(isinstance(block, Bullets) for block in blocks)
    spans = [span for block in blocks if not isinstance(block, Bullets) for span in block.spans]
    assert any(span.bold for span in spans)
    assert any(span.href == "https://example.org/bonus" for span in spans)


def test_the_employee_gets_their_language(live):
    assert "Source: " in insert_of("bonus.amount", live.content, NOW, "en").text


@pytest.mark.parametrize(("label", "days", "status"), [
    ("bonus.amount", 0, "answer"), ("bonus.documents", 0, "gap"), ("bonus.amount", 400, "expired"),
])  # fmt: skip
def test_what_is_not_valid_has_no_text(live, label, days, status):
    insert = insert_of(label, live.content, NOW + timedelta(days=days), "de")
    assert (insert.status, bool(insert.text)) == (status, status == "answer")


@pytest.mark.parametrize("label", ["", "bonus", "nothing.amount", "bonus.nothing", "bonus.amount.x", "../bonus.amount"])
def test_a_label_that_is_none_gives_nothing(live, label):
    assert insert_of(label, live.content, NOW, "de") is None
