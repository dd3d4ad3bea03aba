"""What a programme gives towards a course of a certain price, on a day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bot.content.grants import grant_for
from tests.conftest import TODAY


def given(trained, topic, price, day=TODAY):
    found = grant_for(trained.content.topics[topic], Decimal(price), "de", day)
    return None if found is None else (found.amount, found.rest, found.loan)


@pytest.mark.parametrize(
    ("topic", "price", "amount", "rest", "loan"),
    [
        ("weiterbildungsbonus", "2400", "1440", "960", False),
        ("weiterbildungsbonus", "99.99", "59.99", "40.00", False),  # never a cent more than the share
        ("weiterbildungsbonus", "8333", "4999.80", "3333.20", False),
        ("weiterbildungsbonus", "12000", "5000", "7000", False),
        ("kompass", "3000", "2700", "300", False),
        ("kompass", "9000", "4500", "4500", False),
        ("aufstiegs_bafoeg", "6000", "3000", "3000", True),
    ],
)
def test_it_is_the_share_up_to_the_ceiling(trained, topic, price, amount, rest, loan):
    assert given(trained, topic, price) == (Decimal(amount), Decimal(rest), loan)


def test_the_share_is_that_of_the_day(trained):
    assert given(trained, "weiterbildungsbonus", "2000", date(2026, 2, 1))[0] == 800
    assert given(trained, "weiterbildungsbonus", "2000", date(2026, 2, 2))[0] == 1200


def test_it_rests_on_what_was_worked_out_and_says_so(trained):
    found = grant_for(trained.content.topics["weiterbildungsbonus"], Decimal(1000), "de", TODAY)
    assert found is not None
    assert found.sources
    assert all(note.confidence == "errechnet" for note in found.sources)


def test_nothing_is_worked_out_with_a_figure_that_may_not_be_shown(trained):
    assert given(trained, "weiterbildungsbonus", "2000", date(2030, 1, 1)) is None
    topic = trained.content.topics["weiterbildungsbonus"]
    version = next(version for version in topic.versions if version.end is None)
    cap = replace(version.facts["cap"], review_by=date(2026, 1, 1))
    overdue = replace(version, facts={**version.facts, "cap": cap})
    assert grant_for(replace(topic, versions=(overdue,)), Decimal(100), "de", TODAY) is None


@pytest.mark.parametrize("topic", ["paragraph_82", "bildungsgutschein", "weiterbildungsstipendium", "bildungspraemie"])
def test_nothing_is_worked_out_where_it_depends_or_no_share_is_given(trained, topic):
    assert given(trained, topic, "2000") is None
