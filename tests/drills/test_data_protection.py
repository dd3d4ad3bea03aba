"""Small samples of the drills about data protection; ``make drill`` does all of them."""

import asyncio

from tests.drills import erasure, quiet_logs, retention


def test_all_that_is_due_is_deleted_and_nothing_early(address):
    counts = asyncio.run(retention.live(address, 40, 7, retention.SHORT))
    assert retention.RETENTION.failures(counts) == [], counts
    assert counts["cases"] >= 3
    assert min(counts["withdrawn"], counts["resolved"]) >= 1


def test_an_erasure_while_messages_are_answered_leaves_and_loses_nothing(address):
    workers = 1 if address.startswith("sqlite") else 3
    counts = asyncio.run(erasure.trial(address, workers, 12, 7))
    assert erasure.ERASURE_SQLITE.failures(counts) == [], counts
    assert counts["gone"] >= 10
    assert counts["kept"] >= 3


def test_no_word_and_no_name_gets_into_the_logs(trained, tmp_path):
    counts = quiet_logs.run(100, 7, tmp_path)
    assert quiet_logs.QUIET_LOGS.failures(counts) == [], counts
    assert {"turn_failed", "delivery_failed"} <= set(counts["events"]), "a run without failures proves little"
