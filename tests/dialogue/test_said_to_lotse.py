"""What is said to Lotse itself while a coordinator has the case: answered beside the case, or passed on with a word about it."""

from dataclasses import replace

import pytest

from bot.dialogue import wording
from bot.dialogue.explaining import CHOSEN
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State, state_from_json, state_to_json
from bot.model import (
    SILENT,
    AskedPerson,
    AskedWhy,
    Candidate,
    Evidence,
    LookedUp,
    LookUp,
    MoveCase,
    Pressed,
    Reason,
    Say,
    Understanding,
    Utterance,
)
from tests.conftest import NOW
from tests.desk_people import DeskOffice
from tests.dialogue.employee_turns import SURE_OF_BONUS, meant, moves, said, turn_of
from tests.handoff.test_case_states import case

BONUS, LAW = "weiterbildungsbonus.amount", "bildungsfreistellung.amount"
GIVEN = Reason("sure", shown=(BONUS,), words=("Sie nannten „Bonus“. (90 %)",))


def to_lotse(trained, state, text, understood):
    beginning = State(locale="de", introduced=True, case=case(state))
    return take_turn(beginning, Utterance(text, to_lotse=True), understood, trained.content, NOW, DeskOffice())


@pytest.mark.parametrize("state", sorted(SILENT))
@pytest.mark.parametrize(
    ("text", "understood", "words"),
    [
        ("Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS, "Der Weiterbildungsbonus zahlt"),
        ("English please", meant("switch_en"), "I will answer in English"),
    ],
)
def test_a_command_is_answered_beside_the_case(trained, state, text, understood, words):
    turn = to_lotse(trained, state, text, understood)
    assert words in said(turn)
    assert (turn.aside, moves(turn)) == (True, [])
    (say,) = [effect for effect in turn.effects if isinstance(effect, Say)]
    assert say.notice or say.reply.automatic, "nobody may take it for the person's words"


@pytest.mark.parametrize("state", sorted(SILENT))
@pytest.mark.parametrize(
    "understood", [Understanding("de", known=0.0), meant("rejected_application"), Understanding("de", elsewhere=99.0)]
)
def test_what_lotse_is_not_sure_of_goes_to_the_person_and_the_employee_reads_so(trained, state, understood):
    turn = to_lotse(trained, state, "Mein Antrag qwertz", understood)
    assert said(turn) == wording.JOINED_WITH["de"].replace("{number}", "17").replace("{name}", "Maria Petersen")
    assert not turn.aside
    assert [move.case.state for move in moves(turn)] == ["claimed"]


@pytest.mark.parametrize("state", sorted(SILENT))
def test_a_question_handed_on_by_form_reaches_the_person_with_a_word_about_it(trained, state):
    turn = turn_of(trained, state, AskedPerson("Und in Teilzeit?"))
    assert "Maria Petersen liest es" in said(turn)
    assert [move.case.state for move in moves(turn)] == ["claimed"]


@pytest.mark.parametrize("state", sorted(SILENT))
def test_who_presses_for_a_person_reads_that_one_has_the_case(trained, state):
    for turn in (
        turn_of(trained, state, Pressed("person")),
        turn_of(trained, state, AskedPerson("")),
        to_lotse(trained, state, "Mensch", meant("wants_person")),
    ):
        assert said(turn) == "Maria Petersen aus der Koordination hat Ihren Fall 17 und liest, was Sie hier schreiben."
        assert [move.case.state for move in moves(turn)] == ["claimed"]


@pytest.mark.parametrize("state", sorted(SILENT))
def test_a_choice_pressed_under_an_old_answer_is_answered_beside_the_case(trained, state):
    turn = turn_of(trained, state, Pressed(f"say:{BONUS}"))
    assert "Der Weiterbildungsbonus zahlt" in said(turn)
    assert said(turn).startswith("Automatische Antwort")
    assert (turn.aside, moves(turn)) == (True, [])
    none = turn_of(trained, state, Pressed("none"))
    assert (said(none), none.aside, moves(none)) == (wording.OFFERED_NO_MORE["de"], True, [])


@pytest.mark.parametrize("state", ["open", *sorted(SILENT)])
def test_what_is_stored_about_them_no_coordinator_reads(trained, state):
    asked = turn_of(trained, state, "meine Daten", meant("my_data"))
    assert (asked.aside, moves(asked)) == (True, [])
    assert any(isinstance(effect, LookUp) for effect in asked.effects)
    found = turn_of(trained, state, LookedUp("person_data", (("messages", 3),)))
    assert found.aside
    assert said(found).startswith("Automatische Antwort")


# --- Why this answer ---------------------------------------------------------------------------------------------------


def why(trained, given, state=None):
    beginning = State(locale="de", introduced=True, case=case(state) if state else None, asked_about=given)
    return take_turn(beginning, AskedWhy("o1"), None, trained.content, NOW, DeskOffice())


@pytest.mark.parametrize("state", [None, "open", *sorted(SILENT), "resolved"])
def test_why_is_about_the_answer_it_was_asked_under(trained, state):
    turn = why(trained, GIVEN, state)
    assert "Weiterbildungsbonus" in said(turn)
    assert "Sie nannten „Bonus“. (90 %)" in said(turn)
    assert not any(isinstance(effect, MoveCase) for effect in turn.effects)
    assert turn.aside == (state in ("open", *SILENT))


def test_why_about_several_answers_names_each(trained):
    turn = why(trained, Reason("several", shown=(BONUS, LAW), words=("eins", "zwei")))
    assert said(turn).index("Weiterbildungsbonus") < said(turn).index("“ und „") < said(turn).index("eins")


def test_why_about_an_answer_that_is_gone_says_that_it_cannot_be_asked(trained):
    for given in (None, Reason("rated")):
        assert said(why(trained, given)) == wording.NO_REASON_KEPT["de"]


def test_an_answer_of_an_earlier_release_is_explained_from_its_evidence(trained):
    old = Reason("sure", evidence=(Evidence("name", "bonus", 0.9),), shown=(BONUS,))
    assert "Sie nannten „bonus“. (90 %)" in said(why(trained, old))
    assert CHOSEN["de"] in said(why(trained, Reason("chosen", shown=(BONUS,))))


def test_what_is_kept_of_an_answer_is_what_why_says_right_after_it(trained):
    evidence = (Evidence("name", "bonus", 0.9),)
    sure = replace(SURE_OF_BONUS, candidates=(replace(SURE_OF_BONUS.candidates[0], evidence=evidence),), text="Bonus?")
    turn = turn_of(trained, None, "Bonus?", sure)
    typed = take_turn(turn.state, Utterance("Warum?"), meant("why"), trained.content, NOW, DeskOffice())
    assert said(why(trained, turn.reason)) == said(typed)
    thanks = take_turn(turn.state, Utterance("Danke"), meant("thanks"), trained.content, NOW, DeskOffice())
    assert thanks.reason.shown == (), "only what an answer says is noted"


def test_what_is_asked_about_is_never_stored_with_the_state():
    assert state_from_json(state_to_json(State(locale="de", asked_about=GIVEN))) == State(locale="de")


def test_a_guess_is_no_answer_to_explain(trained):
    near = Understanding("de", (Candidate("aspect", "amount", 90, aspect="amount"),))
    assert turn_of(trained, None, "Wie viel?", near).reason.shown == ()
