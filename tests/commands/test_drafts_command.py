"""``lotse drafts``: from a solved case to an answer with one command, and never past the check."""

import re

import pytest
from typer.testing import CliRunner

from bot.__main__ import command_line
from bot.content.read import read_content
from tests.content.small_tree import SMALL_TREE, TODAY, write_tree

BONUS = "knowledge/funding/bonus.yaml"
BARE_TREE = {name: re.sub(r"(yes|no): \[[^]]*\]", r"\1: []", text) for name, text in SMALL_TREE.items()}
QUESTION = "muss mein chef dafür unterschreiben"
READY = f"""\
draft: bonus.1
case: 17
solved: 2026-11-22
topic: bonus
aspect: signature
answer:
  title: {{de: Unterschrift, en: Signature}}
  asks: {{de: ["{QUESTION}", "unterschrift vom betrieb"], en: ["does my boss have to sign"]}}
  de: "Ja. Der \\"Betrieb\\" unterschreibt mit.\\n\\nFragen Sie ihn früh."
  en: "Yes. The company signs as well."
  tests: {{de: {{yes: ["{QUESTION} bitte"]}}, en: {{yes: []}}}}
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """What is trained here does not push the shipped content out of the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def folder(tmp_path):
    write_tree(tmp_path, {**BARE_TREE, "drafts/bonus.1.yaml": READY})
    return tmp_path


def run(folder, *arguments, day=False):
    more = ["--as-of", TODAY.isoformat()] if day else []
    return CliRunner().invoke(command_line(["drafts"]), ["drafts", *arguments, "--content", str(folder), *more])


def test_a_draft_that_is_ready_becomes_an_answer_of_its_topic_and_is_gone(folder):
    assert "Compare it with the source, then: lotse drafts take bonus.1" in run(folder).output
    before = (folder / BONUS).read_text()
    result = run(folder, "take", "bonus.1", day=True)
    assert result.exit_code == 0, result.output
    assert "bonus.signature added" in result.output
    assert not (folder / "drafts/bonus.1.yaml").exists()
    answer = read_content(folder).content.topics["bonus"].answers["signature"]
    assert answer.text["de"] == 'Ja. Der "Betrieb" unterschreibt mit.\n\nFragen Sie ihn früh.'
    assert answer.tests.yes["de"] == (f"{QUESTION} bitte",)
    after = (folder / BONUS).read_text().splitlines()
    assert [line for line in before.splitlines() if line not in after] == [], "every other line is as it was"
    assert "No drafts." in run(folder).output


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("topic: bonus\n", "", "Name the topic at `topic:`."),
        ("topic: bonus\n", "topic: bonuss\n", "there is no bonuss. Did you mean `bonus`?"),
        ("aspect: signature\n", "", "Name the side of the topic"),
        ("aspect: signature\n", "aspect: amount\n", "bonus.amount has an answer already"),
        ("  title: {de: Unterschrift, en: Signature}\n", "", "give the answer a `title` and `asks`"),
        ('  en: "Yes. The company signs as well."\n', "", "Write the answer in the other language, at `answer: en:`."),
        ("Der \\\\\"Betrieb\\\\\"", "‹Name›", "without ‹Name›"),
        ("answer:\n", "cut: true\nanswer:\n", "The end is missing"),
    ],
)  # fmt: skip
def test_what_is_left_to_do_is_said_by_the_list_and_by_the_command(folder, old, new, words):
    file = folder / "drafts/bonus.1.yaml"
    old = old.replace("\\\\", "\\")
    assert old in READY
    file.write_text(READY.replace(old, new))
    before = (folder / BONUS).read_text()
    assert words in run(folder).output
    result = run(folder, "take", "bonus.1", day=True)
    assert (result.exit_code, words in result.output) == (1, True), result.output
    assert ((folder / BONUS).read_text(), file.exists()) == (before, True)


def test_what_the_check_refuses_stays_a_draft(folder):
    file = folder / "drafts/bonus.1.yaml"
    file.write_text(READY.replace("Ja. Der", "Ja, bis 500 €. Der"))
    result = run(folder, "take", "bonus.1", day=True)
    assert (result.exit_code, "500 €" in result.output, "Nothing was changed" in result.output) == (1, True, True)
    assert file.exists()
    assert "signature" not in (folder / BONUS).read_text()


def test_a_draft_that_is_none_is_refused_and_one_that_is_not_wanted_is_deleted(folder):
    assert run(folder, "take", "bonus.7", day=True).exit_code == 1
    assert run(folder, "discard", "../knowledge/teams").exit_code == 1
    (folder / "drafts/bonus.1.yaml").write_text("draft: [")
    assert "drafts/bonus.1.yaml, line" in run(folder).output
    assert run(folder, "take", "bonus.1", day=True).exit_code == 1
    assert run(folder, "discard", "bonus.1").exit_code == 0
    assert run(folder).output == "No drafts.\n"
