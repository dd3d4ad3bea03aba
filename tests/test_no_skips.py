"""Where nothing may be skipped (in CI), a test that is skipped fails and says why it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SKIPPED = """
import pytest

def test_good():
    pass

def test_skipped():
    pytest.skip("no counterpart here")

@pytest.mark.skip(reason="marked")
def test_marked():
    pass

@pytest.fixture
def missing():
    pytest.importorskip("no_such_package", reason="not on this platform")

def test_fixture(missing):
    pass

@pytest.mark.xfail(strict=True)
def test_expected_to_fail():
    assert False
"""
WHOLE_MODULE = """
import pytest

pytest.importorskip("no_such_package", reason="the whole module")
"""


@pytest.mark.parametrize(
    ("no_skips", "code", "words"),
    [
        ("", 0, ["1 passed", "4 skipped", "1 xfailed"]),
        (
            "1",
            1,
            ["1 passed", "1 failed", "3 errors", "no counterpart here", "marked", "not on this", "the whole module"],
        ),
    ],
)
def test_a_skip_fails_the_session_where_it_must(tmp_path, no_skips, code, words):
    (tmp_path / "test_some.py").write_text(SKIPPED)
    (tmp_path / "test_module.py").write_text(WHOLE_MODULE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-ra", "-q", "--continue-on-collection-errors", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TEST_NO_SKIPS": no_skips},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert [word for word in words if word not in done.stdout] == [], done.stdout
