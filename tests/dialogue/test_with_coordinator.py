"""A coordinator has the case: Lotse is silent, and what stays possible is answered and marked."""

import pytest

from bot.dialogue.state import Pending
from bot.model import (
    SILENT,
    Context,
    ForgetPerson,
    LookedUp,
    LookUp,
    OpenCase,
    Pressed,
    Rated,
    RecordRating,
    Say,
    Utterance,
)
from bot.understanding.understand import understand
from tests.dialogue.employee_turns import SURE_OF_BONUS, YES_NO, meant, moves, said, turn_of

DELETES = (("Ja, alles löschen", "data:delete"), ("Nein, nichts löschen", "data:keep"))


@pytest.mark.parametrize("state", sorted(SILENT))
@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS),
        ("Vielen Dank!", meant("thanks")),
        ("Ich möchte mit einem Menschen sprechen", meant("wants_person")),
        ("English please", meant("switch_en")),
        ("Mein Antrag wurde abgelehnt", meant("rejected_application")),
        ("qwertz", None),
        ("?", None),
        ("ja", meant("yes")),
        ("1", None),
        ("egal, dann nehmen wir den anderen Kurs", meant("cancel", 45.0)),
    ],
)
def test_in_front_of_a_coordinator_lotse_says_nothing_and_the_words_arrive(trained, state, given, understood):
    turn = turn_of(trained, state, given, understood, pending=Pending("offer_person", YES_NO))
    assert [effect for effect in turn.effects if isinstance(effect, Say | OpenCase)] == []
    assert (turn.decision, turn.state.pending) == ("silent", None)
    assert [move.case.state for move in moves(turn)] == ["claimed"], "whoever writes is not waiting"


@pytest.mark.parametrize("state", sorted(SILENT))
@pytest.mark.parametrize(
    "told",
    [
        "Welche Daten brauchen Sie?",
        "Meine Daten haben Sie ja",
        "Löschen Sie bitte die alte Adresse",
        "Ich möchte den Kurs abbrechen",
        "Stopp, da fehlt noch was",
        "cancel my booking please",
    ],
)
def test_what_only_sounds_like_a_word_to_the_program_arrives_as_well(trained, state, told):
    turn = turn_of(trained, state, told, understand(told, trained.reader, Context()))
    assert turn.decision == "silent"
    assert moves(turn)


@pytest.mark.parametrize(
    ("given", "understood", "words"),
    [
        ("Wie steht mein Fall?", meant("case_status"), "Maria Petersen"),
        ("abbrechen", meant("cancel"), "Soll ich Ihren Fall 17 schließen?"),
        ("Fall zurückziehen", None, "Soll ich Ihren Fall 17 schließen?"),
        ("lösche meine Daten", meant("delete_my_data"), "wirklich alles löschen"),
    ],
)
@pytest.mark.parametrize("state", sorted(SILENT))
def test_what_stays_possible_is_answered_and_marked_as_automatic(trained, state, given, understood, words):
    turn = turn_of(trained, state, given, understood)
    assert words in said(turn)
    assert said(turn).startswith("Automatische Antwort")
    asks = bool(turn.replies[0].choices)
    how = "oder schreiben Sie sie ganz aus: Eine Zahl oder ein bloßes „ja“ geht an Maria Petersen."
    assert said(turn).count(how) == asks


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Meine Daten bitte", "my_data"),
        ("Bitte meine Daten!", "my_data"),
        ("Bitte löschen Sie meine Daten", "confirm_delete"),
        ("please close my case", "close_case"),
        ("Schließen Sie bitte meinen Fall.", "close_case"),
        ("Status bitte", "case_status"),
    ],
)
def test_a_please_makes_a_command_no_other_one(trained, typed, answer):
    turn = turn_of(trained, "claimed", typed, understand(typed, trained.reader, Context()))
    assert (turn.reason.rule, moves(turn)) == (answer, [])


@pytest.mark.parametrize(
    "told", ["Das hat sich erledigt", "Lassen wir das", "Ich möchte das abbrechen", "Wie ist der Stand meines Antrags?"]
)
@pytest.mark.parametrize("state", sorted(SILENT))
def test_what_only_sounds_like_a_command_about_the_case_is_answered_and_read_as_well(trained, state, told):
    turn = turn_of(trained, state, told, understand(told, trained.reader, Context()))
    assert turn.reason.rule in ("close_case", "case_status")
    assert [move.event for move in moves(turn)] == ["writes"]
    assert said(turn).count("Automatische Antwort") == 1
    assert said(turn).count("geht an Maria Petersen") == (turn.reason.rule == "close_case")


@pytest.mark.parametrize(
    "told", ["Das können Sie löschen", "Können Sie den zweiten Antrag löschen?", "Welche Daten fehlen noch?"]
)
def test_who_is_asked_or_shown_their_data_by_mistake_learns_that_the_coordinator_did_not_read_it(trained, told):
    turn = turn_of(trained, "claimed", told, understand(told, trained.reader, Context()))
    assert turn.label in ("my_data", "delete_my_data")
    assert said(turn).startswith("Automatische Antwort:\n\nMaria Petersen liest das nicht.")
    for plain in ("meine Daten", "lösche meine Daten"):
        assert "liest das nicht" not in said(
            turn_of(trained, "claimed", plain, understand(plain, trained.reader, Context()))
        )


@pytest.mark.parametrize(("state", "how"), [*((state, True) for state in sorted(SILENT)), ("open", False)])
def test_how_lotses_own_question_is_answered_is_said_also_after_a_command_of_its_own(trained, state, how):
    asked = turn_of(trained, state, Utterance("lösche meine Daten", to_lotse=True), meant("delete_my_data"))
    assert said(asked).count("wirklich alles löschen") == 1
    assert said(asked).count("ganz aus") == how


def test_my_data_stays_possible(trained):
    asked = turn_of(trained, "claimed", "meine Daten", meant("my_data"))
    assert any(isinstance(effect, LookUp) for effect in asked.effects)
    found = turn_of(trained, "claimed", LookedUp("person_data", (("messages", 3),)))
    assert "Nachrichten in Gesprächen: 3" in said(found)


@pytest.mark.parametrize(
    ("typed", "deletes", "told"),
    [
        ("ja", False, True), ("1", False, True), ("Ja, bitte", False, True), ("ja gern!", False, True),
        ("ja, mach das", False, True), ("yes please", False, True),
        ("Ja, alles löschen", True, False), ("ja alles löschen", True, False),
        ("nein", False, False), ("2", False, False), ("Ja, am Montag passt es mir", False, False),
    ],
)  # fmt: skip
def test_a_yes_that_may_be_for_the_coordinator_goes_to_them_and_deletes_nothing(trained, typed, deletes, told):
    asked = Pending("confirm_delete", DELETES)
    turn = turn_of(trained, "claimed", typed, understand(typed, trained.reader, Context()), pending=asked)
    assert any(isinstance(effect, ForgetPerson) for effect in turn.effects) == deletes
    assert bool(moves(turn)) != deletes, "the coordinator gets it"
    words = said(turn)
    assert ("getan habe ich nichts" in words or "I have done nothing" in words) == told, "nobody believes it was done"
    assert not told or turn.state.pending == asked, "the question stays open for its whole answer"
    turn = turn_of(trained, "claimed", Pressed("data:delete"), pending=asked)
    assert any(isinstance(effect, ForgetPerson) for effect in turn.effects)


def test_a_rating_is_kept_in_silence(trained):
    assert turn_of(trained, "claimed", Rated(True, "o1")).effects == (RecordRating("o1", "", True),)
