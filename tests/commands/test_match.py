"""``lotse match``: the lexical ranker alone, behind a line protocol."""

import json

import pytest

from tests.program import lotse_here, started

EXAMPLES = [
    ("wie hoch ist der zuschuss", "amount"),
    ("wie viel geld bekomme ich", "amount"),
    ("was zahlt das land", "amount"),
    ("wo stelle ich den antrag", "application"),
    ("wie beantrage ich das", "application"),
    ("welches formular brauche ich", "application"),
    ("danke schön", "thanks"),
    ("vielen dank", "thanks"),
]


@pytest.fixture
def train_file(tmp_path):
    file = tmp_path / "train.jsonl"
    file.write_text("\n".join(json.dumps({"text": t, "label": label}) for t, label in EXAMPLES), "utf-8")
    return file


def test_it_says_when_it_is_ready_and_answers_line_by_line(train_file, tmp_path):
    with started("match", str(train_file), folder=tmp_path) as process:
        ready = json.loads(process.stdout.readline())
        assert ready["ready"] is True
        assert ready["train_s"] >= 0
        for text, label in (*EXAMPLES, ("beantrage", "application")):
            process.stdin.write(json.dumps({"text": text}) + "\n")
            process.stdin.flush()
            row = json.loads(process.stdout.readline())
            assert set(row) == {"label", "score", "us"}
            assert row["label"] == label
            assert row["us"] > 0


def test_a_broken_line_gets_an_error_in_its_place_and_no_text_gets_an_answer(train_file, tmp_path):
    given = '{"text": "danke"}\n{\n{"no": 1}\n\n{"text": ""}\n{"text": "🙂"}\n'
    done = lotse_here("match", str(train_file), folder=tmp_path, given=given)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert ["error" in row for row in rows] == [False, False, True, True, False, False]


@pytest.mark.parametrize(
    ("text", "words"), [(None, "not a file"), ("{", "not a file"), ("[]", "not a file"), ("", "no example")]
)
def test_a_file_that_cannot_teach_is_refused(tmp_path, text, words):
    file = tmp_path / "train.jsonl"
    if text is not None:
        file.write_text(text)
    done = lotse_here("match", str(file), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
