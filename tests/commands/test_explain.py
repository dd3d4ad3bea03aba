"""``lotse explain``: why, in words for people who are no programmers."""

import re

from tests.program import lotse_here


def explained(folder, sentence, *more):
    done = lotse_here("explain", sentence, "--as-of", "2026-11-22", *more, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_it_names_the_best_guess_the_runner_up_and_by_how_much_it_lost(trained, tmp_path):
    text = explained(tmp_path, "Wie viel zahlt der Weiterbildungsbonus wirklich?")
    assert "Language: de" in text
    assert re.search(r"^1\. Weiterbildungsbonus.*\(weiterbildungsbonus\.amount\): \d+ of 100$", text, re.MULTILINE)
    assert re.search(r"^2\. .* of 100, \d+ points behind the first$", text, re.MULTILINE)
    assert "You named “weiterbildungsbonus”" in text
    assert "Decision: answer weiterbildungsbonus.amount – the best guess is sure enough" in text
    assert "Reply:" in text
    assert "60 %" in text
    assert "Traceback" not in text


def test_it_shows_typos_people_and_each_of_several_questions(trained, tmp_path):
    text = explained(tmp_path, "Bekommen Azubis den Weiterbildunsbonus? Und wie lange dauert die Externenprüfung?")
    assert "Person: Auszubildende" in text
    assert "Question 1: " in text
    assert "Question 2: " in text


def test_it_says_that_nothing_was_recognised(trained, tmp_path):
    text = explained(tmp_path, "[bold]🙂[/bold] {rate}")
    assert "[bold]🙂[/bold] {rate}" in text
