import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import command_line
from bot.content.read import read_content
from bot.content.teaching import TeachingRefused
from bot.taught import keep, teach_into, try_sentence
from tests.content.small_tree import SMALL_TREE, TODAY, write_tree

BONUS = "knowledge/funding/bonus.yaml"
AMOUNT = "intents/aspects/amount.yaml"
THANKS = "intents/smalltalk/thanks.yaml"
BARE_TREE = {name: re.sub(r"(yes|no): \[[^]]*\]", r"\1: []", text) for name, text in SMALL_TREE.items()}
"""Without test sentences: content so small that each further sentence moves all the others."""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """What is trained here does not push the shipped content out of the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def small(tmp_path):
    return write_tree(tmp_path, BARE_TREE)


def teach(folder, sentence, target, *more):
    arguments = ["teach", sentence, target, "--content", str(folder), "--as-of", TODAY.isoformat(), *more]
    return CliRunner().invoke(command_line(["teach"]), arguments)


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_sentence_is_added_and_leads_there(small):
    result = teach(small, "lohnt sich die sache finanziell", "bonus.amount")
    assert result.exit_code == 0, result.output
    assert "leads to bonus.amount" in result.output
    assert "added to bonus.amount (de)" in result.output
    changed = {name for name, text in files(small).items() if text != BARE_TREE[name]}
    assert changed == {BONUS}
    assert "lohnt sich die sache finanziell" in read_content(small).content.topics["bonus"].answers["amount"].asks["de"]


@pytest.mark.parametrize(
    ("target", "file", "sentence"),
    [("amount", AMOUNT, "lohnt sich die sache finanziell"), ("thanks", THANKS, "sehr lieb von euch")],
)
def test_an_aspect_and_an_intent_learn_examples(small, target, file, sentence):
    result = teach(small, sentence, target, "--locale", "de")
    assert result.exit_code == 0, result.output
    assert sentence in (small / file).read_text()


def test_the_language_is_that_of_the_words(small):
    assert "(en)" in teach(small, "what is it that the state pays", "bonus.amount").output


@pytest.mark.parametrize(
    ("sentence", "target", "words"),
    [
        ("", "bonus.amount", "no word"),
        ("?!", "bonus.amount", "no word"),
        ("so " * 100, "bonus.amount", "limit"),
        ("was bringt das", "bonas.amount", "Did you mean `bonus`?"),
        ("was bringt das", "bonus.amuont", "Did you mean `amount`?"),
        ("Was bringt mir das netto?", "bonus.amount", "taught to bonus.amount already"),
        ("sag mir cost bitte", "bonus.amount", "KB030"),
    ],
)
def test_what_the_check_would_refuse_is_refused_and_nothing_changes(small, sentence, target, words):
    result = teach(small, sentence, target, "--locale", "de")
    assert result.exit_code == 1, result.output
    assert words in result.output
    assert files(small) == BARE_TREE


def test_a_sentence_that_makes_a_test_fail_is_refused_and_the_test_named(tmp_path):
    text = BARE_TREE[THANKS].replace("de: {yes: []", 'de: {yes: ["thanks drei ganz ehrlich"]')
    folder = write_tree(tmp_path, {**BARE_TREE, THANKS: text})
    before = files(folder)
    result = teach(folder, "thanks drei ganz ehrlich", "help", "--locale", "de")
    assert result.exit_code == 1, result.output
    assert "fails now: “thanks drei ganz ehrlich” leads to thanks" in result.output
    assert "Nothing was changed" in result.output
    assert files(folder) == before


def test_content_with_errors_is_not_taught(small):
    path = small / BONUS
    path.write_text(path.read_text().replace("contact: ibsh", "contact: ibhs"))
    result = teach(small, "was bringt das", "bonus.amount")
    assert result.exit_code == 2
    assert "lotse check" in result.output


def test_an_unknown_language_is_refused(small):
    assert teach(small, "hvad får jeg", "bonus.amount", "--locale", "da").exit_code == 2


# --- From the desk -------------------------------------------------------------------------------------------------


def into(folder, sentence, target, **more):
    shipped = more.pop("shipped", folder / "elsewhere")
    return teach_into(folder, sentence, target, TODAY, "de", shipped=shipped, **more)


def test_the_desk_teaches_with_one_press(small):
    taught = into(small, "lohnt sich die sache finanziell", "bonus.amount")
    assert (taught.leads, taught.does_harm, taught.lesson.file) == (True, False, BONUS)
    assert "lohnt sich die sache finanziell" in (small / BONUS).read_text()


def test_what_does_harm_is_told_and_not_written(tmp_path):
    text = BARE_TREE[THANKS].replace("de: {yes: []", 'de: {yes: ["thanks drei ganz ehrlich"]')
    folder = write_tree(tmp_path, {**BARE_TREE, THANKS: text})
    before = files(folder)
    taught = into(folder, "thanks drei ganz ehrlich", "help")
    assert taught.does_harm
    assert [outcome.trial.label for outcome in taught.lost] == ["thanks"]
    assert files(folder) == before
    with pytest.raises(TeachingRefused):
        keep(folder, taught)


def test_content_that_ships_is_never_changed(tmp_path):
    folder = write_tree(tmp_path / "shipped", BARE_TREE)
    with pytest.raises(TeachingRefused, match="LOTSE_CONTENT"):
        into(folder, "lohnt sich die sache finanziell", "bonus.amount", shipped=folder)
    assert files(folder) == BARE_TREE


def test_an_edit_of_somebody_else_meanwhile_wins(small):
    taught = try_sentence(small, "lohnt sich die sache finanziell", "bonus.amount", TODAY, "de")
    (small / BONUS).write_text(BARE_TREE[BONUS] + "# geändert\n")
    before = files(small)
    with pytest.raises(TeachingRefused, match="changed meanwhile"):
        keep(small, taught)
    assert files(small) == before


def test_a_file_that_cannot_be_written_is_as_before(small, monkeypatch):
    taught = try_sentence(small, "lohnt sich die sache finanziell", "bonus.amount", TODAY, "de")

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(TeachingRefused, match="No space left"):
        keep(small, taught)
    monkeypatch.undo()
    assert files(small) == BARE_TREE
