"""What a run of drills leaves: a result of each, whatever became of the others."""

import json
from dataclasses import replace

from tests.drills.__main__ import drill_apart, failures_of, main
from tests.drills.claims import CLAIMS_SQLITE


def test_a_result_is_kept_beside_those_of_earlier_runs(tmp_path):
    file = tmp_path / "drills.json"
    file.write_text(json.dumps({"relay_sqlite": {"lost": 0}, "claims_sqlite": {"races": 10_000}}))
    assert main(["claims_sqlite", "--points", "2", "--into", str(file)]) == 0
    kept = json.loads(file.read_text())
    assert kept["relay_sqlite"] == {"lost": 0}
    assert kept["claims_sqlite"]["races"] == 2
    assert kept["claims_sqlite"]["commit"]


def test_a_drill_that_dies_is_a_failure_with_its_last_words():
    broken = replace(CLAIMS_SQLITE, name="no_such_drill")
    found = drill_apart(broken, 1, 7)
    assert failures_of(broken, found) == ["no_such_drill did not come to an end: KeyError: 'no_such_drill'"]
