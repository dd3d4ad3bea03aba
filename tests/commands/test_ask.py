"""``lotse ask``: the line protocol that scripts and measurements rely on, spoken to a process of its own."""

import json

import pytest

from tests.content.small_tree import write_tree
from tests.program import lotse_here, started

FIELDS = {"id", "decision", "answer", "score", "locale", "text", "choices", "sources", "reason"}
DECISIONS = {"answer", "clarify", "advise", "handoff", "off_topic", "miss", "smalltalk", "control", "silent"}
AMOUNT = "Was zahlt der Weiterbildungsbonus?"

LINES = [
    {"id": 1, "text": AMOUNT},
    {"id": 2, "text": "und wie beantrage ich den?"},
    {"id": "a1", "text": AMOUNT, "conversation": "a", "as_of": "2026-11-22"},
    {"id": "b1", "text": "Wie viele Tage Bildungsurlaub bekomme ich?", "conversation": "b", "as_of": "2026-11-22"},
    {"id": "a2", "text": "und wie beantrage ich den?", "conversation": "a", "as_of": "2026-11-22"},
    {"id": "b2", "text": "und wer bekommt ihn?", "conversation": "b", "as_of": "2026-11-22"},
    {"id": "old", "text": AMOUNT, "as_of": "2025-06-01"},
    {"id": "late", "text": AMOUNT, "as_of": "2030-01-01"},
    {"id": "first day", "text": AMOUNT, "as_of": "0001-01-01"},
    {"id": "last day", "text": AMOUNT, "as_of": "9999-12-31"},
    {"id": "en", "text": AMOUNT, "locale": "en", "as_of": "2026-11-22"},
    {"id": "english", "text": "How much does the training bonus pay?", "as_of": "2026-11-22"},
    {"id": "gap", "text": "Was kostet der Kurs Vakuumtechnik?", "as_of": "2026-11-22"},
    {"id": "person", "text": "Ich möchte mit einem Menschen sprechen", "conversation": "c"},
    {"id": "status", "text": "Wie ist der Stand meines Falls?", "conversation": "c"},
    {"id": "person 2", "text": "Mensch", "conversation": 7},
    {"id": "delete", "text": "lösche meine Daten", "conversation": "d"},
    {"id": "yes", "text": "ja", "conversation": "d"},
    {"id": "data", "text": "meine Daten"},
    {"id": "off", "text": "Gibt es Zuschüsse für eine Wärmepumpe?"},
    {"id": "thanks", "text": "Danke!"},
    {"id": "miss", "text": "der käse fliegt über das wasser"},
    {"id": None, "text": ""},
    {"id": "long", "text": "x" * 40_000},
    {"id": {"any": ["json"]}, "text": "Danke \u2028 \ud83d\ude00 \x00"},
    {"id": "several", "text": f"{AMOUNT} Wie viele Tage Bildungsurlaub bekomme ich?", "as_of": "2026-11-22"},
]
BROKEN = [
    ("{", "not JSON"),
    ("[1, 2]", "not a JSON object"),
    ('"text"', "not a JSON object"),
    ('{"id": 5}', '"text"'),
    ('{"id": 5, "text": 7}', '"text"'),
    ('{"id": 5, "text": "Hallo", "locale": "fr"}', "\"locale\" is 'fr'"),
    ('{"id": 5, "text": "Hallo", "as_of": "morgen"}', "\"as_of\" is 'morgen'"),
    ('{"id": 5, "text": "Hallo", "as_of": 20261122}', '"as_of" is 20261122'),
    ("[" * 50_000, "not JSON"),
    ("", "an empty line"),
    (" \t ", "an empty line"),
]


@pytest.fixture(scope="module")
def answers(trained, tmp_path_factory):
    """What one run says to all lines, with broken ones in between; every answer in its place."""
    folder = tmp_path_factory.mktemp("nothing is written here")
    given = [json.dumps(line) for line in LINES]
    for place, (line, _) in enumerate(BROKEN):
        given.insert(2 * place, line)
    done = lotse_here("ask", "--jsonl", folder=folder, given="\n".join(given) + "\n")
    assert (done.returncode, done.stderr, list(folder.iterdir())) == (0, "", [])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(LINES) + len(BROKEN)
    for place, (_, words) in enumerate(BROKEN):
        assert words in rows[2 * place]["error"]
        assert rows[2 * place].get("id") in (None, 5)
    good = [row for row in rows if "error" not in row]
    assert [row["id"] for row in good] == [line["id"] for line in LINES]
    return {str(row["id"]): row for row in good}


def test_every_answer_has_the_fields_of_the_protocol_and_no_others(answers):
    for row in answers.values():
        assert set(row) == FIELDS
        assert row["decision"] in DECISIONS
        assert row["locale"] in ("de", "en")
        assert 0 <= row["score"] <= 100
        assert isinstance(row["text"], str)
        assert row["text"].strip()
        assert all(isinstance(choice, str) for choice in row["choices"])
        assert all(set(source) == {"title", "url", "as_of", "reviewed"} for source in row["sources"])


def test_the_text_is_the_whole_reply_with_sources_and_choices(answers):
    row = answers["a1"]
    assert (row["decision"], row["answer"], row["locale"]) == ("answer", "weiterbildungsbonus.amount", "de")
    assert "60 %" in row["text"]
    assert "Quelle: " in row["text"]
    assert row["sources"][0]["title"] in row["text"]
    assert f"1. {row['choices'][0]}" in row["text"]


def test_without_a_conversation_each_line_stands_alone(answers):
    assert "Ich beziehe das auf" not in answers["2"]["text"]


def test_lines_of_one_conversation_are_its_turns_also_when_others_come_in_between(answers):
    assert answers["a2"]["answer"] == "weiterbildungsbonus.application"
    assert answers["b2"]["answer"] == "bildungsfreistellung.eligibility"


def test_as_of_is_the_day_of_the_answer(answers):
    assert "übernimmt 40 %" in answers["old"]["text"]
    assert "übernimmt 60 %" not in answers["old"]["text"]
    assert "60 %" not in answers["late"]["text"]
    assert (answers["late"]["decision"], answers["late"]["reason"]) == ("answer", "expired")


def test_locale_fixes_the_language_and_else_the_question_decides(answers):
    assert (answers["en"]["locale"], answers["en"]["answer"]) == ("en", "weiterbildungsbonus.amount")
    assert "60%" in answers["en"]["text"]
    assert "60%" in answers["english"]["text"]


def test_a_known_gap_is_an_answer_that_says_so(answers):
    assert (answers["gap"]["decision"], answers["gap"]["reason"]) == ("answer", "gap")


def test_case_numbers_are_invented_and_kept_in_their_conversation(answers):
    assert answers["person"]["decision"] == "handoff"
    assert "Fall 1" in answers["person"]["text"]
    assert "Fall 1" in answers["status"]["text"]
    assert "Fall 2" in answers["person 2"]["text"]


def test_effects_are_dropped(answers):
    assert answers["delete"]["decision"] == answers["yes"]["decision"] == answers["data"]["decision"] == "control"


@pytest.mark.parametrize(
    ("id_", "decision"),
    [("off", "off_topic"), ("thanks", "smalltalk"), ("None", "control"), ("several", "answer")],
)
def test_decisions_have_the_words_of_the_protocol(answers, id_, decision):
    assert answers[id_]["decision"] == decision


def test_several_answers_are_joined(answers):
    assert answers["several"]["answer"] == "weiterbildungsbonus.amount+bildungsfreistellung.amount"


def test_nobody_is_greeted_for_the_first_time_unless_asked_for(answers):
    assert not any("automatisches Programm mit festen Regeln, keine KI" in row["text"] for row in answers.values())


def test_an_answer_is_there_before_the_next_line_is_written_and_nothing_is_stored(tmp_path):
    """With the small content and without a place for the cache: so it works on a disk that is read-only."""
    content, work, no_home = write_tree(tmp_path / "content"), tmp_path / "work", tmp_path / "home"
    work.mkdir()
    no_home.write_text("a file, so nothing can be put there")
    more = {"LOTSE_CONTENT": str(content), "HOME": str(no_home), "XDG_CACHE_HOME": ""}
    with started("ask", "--jsonl", "--first-contact", folder=work, **more) as process:
        for number, text in enumerate(("der Landesbonus", "{", "Danke")):
            line = text if text == "{" else json.dumps({"id": number, "text": text, "conversation": "x"})
            process.stdin.write(line + "\n")
            process.stdin.flush()
            row = json.loads(process.stdout.readline())
            assert ("error" in row) == (text == "{")
            assert ("automatisches Programm" in row.get("text", "")) == (number == 0)
        process.stdin.close()
        assert process.wait(20) == 0
    assert list(work.iterdir()) == []
    assert no_home.is_file()


def test_a_single_question_is_answered_as_text(trained, tmp_path):
    done = lotse_here("ask", AMOUNT, "--as-of", "2026-11-22", "--locale", "en", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "60%" in done.stdout
    assert "Source: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give a question"),
        (("Hallo", "--jsonl"), "not both"),
        (("Hallo", "--locale", "fr"), "no language 'fr'"),
        (("Hallo", "--as-of", "morgen"), "morgen"),
        (("Hallo", "--content", "/nowhere/at/all"), "/nowhere/at/all"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path, arguments, words):
    done = lotse_here("ask", *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
