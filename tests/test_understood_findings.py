import json
import re
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import command_line
from bot.app import check_and_build
from bot.content.editor_schema import modeline
from bot.content.read import read_content
from bot.errors import ContentError
from bot.trained import load_trained, train
from bot.understood_findings import KNOWN_FAILURES, known_failures, outcomes, trial_findings, understood_findings
from bot.whole_check import check_and_train
from tests.content.small_tree import SMALL_TREE, TODAY, write_tree

ROOT = Path(__file__).parents[1]
BONUS = "knowledge/funding/bonus.yaml"
THANKS = "intents/smalltalk/thanks.yaml"
AMOUNT = "intents/aspects/amount.yaml"
TESTS = re.compile(r"^( *)tests:.*\n(?:\1 +.*\n)*", re.MULTILINE)
MOST_KNOWN_FAILURES = 25
"""The list may shrink; whoever lets it grow has to say so here."""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """What is trained here does not push the shipped content out of the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def findings(folder, *codes):
    draft = read_content(folder).draft
    found = understood_findings(draft, train(draft.content, ()).reader, TODAY)
    return [problem for problem in found if problem.code in codes]


def with_tests(aspect_line, tests):
    """The small content whose bonus has other tests below ``overview`` (first) or ``amount``."""
    old = next(line for line in SMALL_TREE[BONUS].split("\n") if aspect_line in line)
    return {**SMALL_TREE, BONUS: SMALL_TREE[BONUS].replace(old, tests)}


YES = '      de: {yes: ["wie viel legt das land drauf"'
RIGHT = '      de: {yes: ["frag nach amount vom bonus"], no: ["frag nach changes vom bonus"]}'
WRONG = '      de: {yes: ["frag nach amount vom bonus", "frag nach changes vom bonus"]}'
WRONG_NO = '      de: {yes: ["frag nach amount vom bonus"], no: ["sag mir amount vom bonus"]}'


def listed(*rows):
    body = "\n".join(f"  - {json.dumps(row, ensure_ascii=False)}" for row in rows) or "  []"
    return f"{modeline(KNOWN_FAILURES)}\nfailures:\n{body}\n"


def row(sentence, label="bonus.amount", locale="de"):
    return {"label": label, "locale": locale, "sentence": sentence}


def test_a_sentence_that_leads_where_it_must_is_no_finding(tmp_path):
    folder = write_tree(tmp_path, with_tests(YES, RIGHT))
    assert not [p for p in findings(folder, "KB064", "KB065") if "amount vom bonus" in p.message]


@pytest.mark.parametrize(
    ("tests", "sentence", "words"),
    [
        (WRONG, "frag nach changes vom bonus", "must lead to bonus.amount, but it leads to bonus.changes"),
        (WRONG_NO, "sag mir amount vom bonus", "must not lead to bonus.amount, but it leads to bonus.amount"),
    ],
)
def test_a_sentence_that_fails_is_named_with_what_came_score_and_second(tmp_path, tests, sentence, words):
    folder = write_tree(tmp_path, with_tests(YES, tests))
    (problem,) = (p for p in findings(folder, "KB064") if f"“{sentence}”" in p.message)
    assert words in problem.message
    assert "of 100" in problem.message
    assert problem.severity == "error"
    line = (folder / BONUS).read_text().split("\n")[problem.line - 1]
    assert line[problem.column - 1 :].startswith(f'"{sentence}"')
    assert "teach" in problem.hint.lower()
    assert "change the test" in problem.hint


def test_an_intent_must_be_taken_for_itself(tmp_path):
    text = SMALL_TREE[THANKS].replace('yes: ["bitte thanks"]', 'yes: ["thanks drei", "help zwei"]')
    folder = write_tree(tmp_path, {**SMALL_TREE, THANKS: text})
    (problem,) = (p for p in findings(folder, "KB064") if p.file == THANKS and "(de)" not in p.message)
    assert "“help zwei” must lead to thanks, but it is taken for help (control)" in problem.message


def test_the_same_side_by_another_name_counts(tmp_path):
    tests = '      de: {yes: ["frag nach coverage vom bonus"]}'
    folder = write_tree(tmp_path, with_tests(YES, tests))
    assert not [p for p in findings(folder, "KB064", "KB065") if "coverage vom bonus" in p.message]


def test_tests_of_a_version_count_while_it_is_in_force(tmp_path):
    """A version's own answer is tested on its days only."""
    version = (
        "    answers:\n      amount:\n        de: Damals {rate}.\n        en: Then {rate}.\n"
        "        tests: {de: {yes: [weit weg]}, en: {yes: [far away]}}\n"
    )
    old = "      cap: {value: 1500, unit: EUR, per: calendar_year, source: portal, confidence: one_source}\n"
    folder = write_tree(tmp_path, {**SMALL_TREE, BONUS: SMALL_TREE[BONUS].replace(old, old + version)})
    draft = read_content(folder).draft
    reader = train(draft.content, ()).reader
    now = [outcome.trial.text for outcome in outcomes(draft, reader, TODAY)]
    then = [outcome.trial.text for outcome in outcomes(draft, reader, TODAY.replace(year=2025))]
    assert "weit weg" not in now
    assert "weit weg" in then


def test_a_known_failure_is_no_finding_as_long_as_it_fails(tmp_path):
    files = with_tests(YES, WRONG) | {KNOWN_FAILURES: listed(row("frag nach changes vom bonus"))}
    folder = write_tree(tmp_path, files)
    assert not [p for p in findings(folder, "KB064", "KB066") if "changes vom bonus" in p.message]


@pytest.mark.parametrize(
    ("sentence", "words"), [("frag nach amount vom bonus", "does not fail"), ("gibt es nicht", "has no test sentence")]
)
def test_what_does_not_fail_has_to_leave_the_list(tmp_path, sentence, words):
    files = with_tests(YES, WRONG) | {KNOWN_FAILURES: listed(row(sentence))}
    (problem,) = findings(write_tree(tmp_path, files), "KB066")
    assert words in problem.message
    assert problem.severity == "error"
    assert (problem.file, problem.line) == (KNOWN_FAILURES, 3)


def without_tests(files):
    """So small a content teaches too little to pass its own test sentences."""
    return {name: TESTS.sub("", text) for name, text in files.items()}


def with_twins():
    """The small content with two sentences that only small words tell apart."""
    text = SMALL_TREE[AMOUNT].replace('"sag mir amount bitte"', '"lange rede kurzer sinn"')
    other = SMALL_TREE[THANKS].replace('"thanks zwei"', '"die lange rede und der kurze sinn"')
    return {**SMALL_TREE, AMOUNT: text, THANKS: other}


def test_sentences_told_apart_by_small_words_are_named_with_both_places(tmp_path):
    folder = write_tree(tmp_path, with_twins())
    told = [p for p in findings(folder, "KB038") if "lange rede" in p.message]
    assert told
    assert all(p.severity == "notice" for p in told)
    assert AMOUNT in told[0].file + told[0].message
    assert THANKS in told[0].file + told[0].message


def test_an_answer_none_of_its_ways_to_ask_leads_to_is_named(tmp_path):
    text = SMALL_TREE[BONUS].replace(
        'asks: {de: ["wie früh muss ich dran sein"]', 'asks: {de: ["bonus", "vakuumtechnik"]'
    )
    (problem,) = (
        p for p in findings(write_tree(tmp_path, {**SMALL_TREE, BONUS: text}), "KB039") if "(de)" in p.message
    )
    assert "bonus.lead_time (de) leads there, but to bonus.overview, vakuum.overview" in problem.message
    assert problem.severity == "notice"


def test_content_with_a_failing_sentence_does_not_go_live(tmp_path):
    folder = write_tree(tmp_path, with_tests(YES, WRONG))
    checked, _ = check_and_train(folder, TODAY)
    assert checked.content is None
    with pytest.raises(ContentError):
        check_and_build(folder, TODAY)
    assert load_trained(folder).content, "a start refuses only what cannot be used at all"


def test_a_start_with_a_broken_phrase_template_names_its_place(tmp_path):
    name = next(name for name, text in SMALL_TREE.items() if '"(azubi|auszubildende)"' in text)
    broken = SMALL_TREE[name].replace('"(azubi|auszubildende)"', '"(azubi|auszubildende"')
    with pytest.raises(ContentError) as refused:
        load_trained(write_tree(tmp_path, {**SMALL_TREE, name: broken}), tmp_path / "cache")
    (problem,) = refused.value.problems
    assert (problem.file, problem.severity) == (name, "error")
    assert "is never closed" in problem.message
    assert str(refused.value).endswith(f"{problem.message} Run `lotse check` to see them all.")


def test_the_check_of_the_command_line_can_leave_the_sentences_out(tmp_path):
    folder = write_tree(tmp_path, with_tests(YES, WRONG))
    arguments = ["check", "--content", str(folder), "--as-of", TODAY.isoformat(), "--json"]
    run = CliRunner()
    full = run.invoke(command_line(["check"]), arguments)
    static = run.invoke(command_line(["check"]), [*arguments, "--static"])
    assert "KB064" in full.output
    assert full.exit_code == 1
    assert "KB064" not in static.output
    assert static.exit_code == 0


def test_sentences_that_are_alike_are_counted_and_listed_only_on_request(tmp_path):
    text = SMALL_TREE[BONUS].replace("The bonus is", "You will get it: the bonus is")
    folder = write_tree(tmp_path, without_tests({**with_twins(), BONUS: text}))
    alike = len(findings(folder, "KB038"))
    assert alike > 0

    def told(*more):
        arguments = ["check", "--content", str(folder), "--as-of", TODAY.isoformat(), *more]
        return CliRunner().invoke(command_line(["check"]), arguments, env={"COLUMNS": "200"}).output

    usual = told()
    assert "KB047" in usual
    assert usual.count("KB038") == 1
    assert f"Not listed: {alike} notice(s) KB038" in usual
    assert told("--likeness").count("KB038") == alike
    assert "Not listed" not in told("--likeness")
    assert 0 < told("intents").count("KB038") <= alike
    assert [json.loads(line)["code"] for line in told("--json").splitlines()].count("KB038") == alike
    assert "KB038" not in told("--no-notices")


# --- The content that ships ----------------------------------------------------------------------------------


def test_every_test_sentence_of_the_shipped_content_leads_where_it_must(trained):
    draft = read_content(ROOT).draft
    found = trial_findings(draft, trained.reader, TODAY)
    assert not [f"{p.file}:{p.line} {p.message}" for p in found if p.severity == "error"]
    assert Counter(p.code for p in found)["KB065"] <= 60


def test_the_list_of_known_failures_does_not_grow():
    assert len(known_failures(read_content(ROOT).draft)) <= MOST_KNOWN_FAILURES
