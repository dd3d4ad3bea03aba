"""Presses nobody was offered, or is not any more: refused in words, whatever state the case is in, and nothing else happens."""

from dataclasses import replace

import pytest

from bot.dialogue import wording
from bot.dialogue.policy import take_turn
from bot.dialogue.state import Pending, State
from bot.handoff.case_events import Resolves
from bot.handoff.case_presses import MEANINGS, read_case_press
from bot.handoff.case_states import decide
from bot.model import ANOTHERS_CHOICE, CASE_NUMBER, CASE_STATES, MoveCase, OpenCase, Pressed, Say, Tell, Utterance
from tests.conftest import NOW
from tests.desk_people import MARIA, DeskOffice
from tests.dialogue.employee_turns import meant, moves, said, turn_of
from tests.handoff.test_case_states import case

NO_MORE, OTHER = wording.OFFERED_NO_MORE["de"], wording.OTHER_CASE["de"]
STATES = [None, *(state for state in CASE_STATES if state != "requested")]
OF_A_TIMER = [
    "timer:x",
    "timer:case:17:reminder",
    "timer:case:17:gives_up",
    "timer:case:18:reopen_over",
    "case:17:gives_up",
]
OF_THE_DESK = ["desk:claim:17:3", "desk:type:!fertig 17 answered", "claim", "resolve", "case:claim:17", "case:erases"]
NEVER_SHOWN = [
    "",
    "YES",
    "delete",
    "say:",
    "say:x.y",
    "say:weiterbildungsbonus.zzz",
    "topic:x",
    "case:close:",
    "case:close:x",
]
LAPSED = ["data:delete", "data:keep"]


@pytest.mark.parametrize("state", STATES)
def test_what_was_never_offered_is_refused_in_words_and_does_nothing(trained, state):
    for value in (*OF_A_TIMER, *OF_THE_DESK, *NEVER_SHOWN, *LAPSED, f"case:consent:{CASE_NUMBER}"):
        turn = turn_of(trained, state, Pressed(value))
        assert said(turn) == NO_MORE, (state, value)
        (say,) = turn.effects
        assert isinstance(say, Say), "no case moves, nothing is opened, deleted or counted as a gap"
        assert say.notice, "it is read in front of a coordinator as well"
        assert turn.state.case == (case(state) if state else None)


@pytest.mark.parametrize("state", STATES)
def test_a_press_on_what_was_offered_to_somebody_else_is_refused_and_what_is_open_here_stays_open(trained, state):
    pending = Pending("clarify", (("Eins", "say:weiterbildungsbonus.amount"),))
    turn = turn_of(trained, state, Pressed(ANOTHERS_CHOICE), pending=pending)
    assert said(turn) == wording.ANOTHERS_CHOICE["de"]
    (say,) = turn.effects
    assert say.notice
    assert turn.state.pending == pending
    assert turn.state.case == (case(state) if state else None)


@pytest.mark.parametrize("state", STATES)
def test_a_press_about_another_case_leaves_the_one_at_hand_alone(trained, state):
    for meaning in sorted(MEANINGS):
        turn = turn_of(trained, state, Pressed(f"{meaning}:12"))
        assert said(turn) == OTHER.replace("{number}", "12"), (state, meaning)
        assert [type(effect) for effect in turn.effects] == [Say]


def test_choices_about_a_case_name_it(trained):
    """As they are shown: with the number of the case that opens, is closed, or was resolved."""
    opened = turn_of(trained, None, "Mensch", meant("wants_person"))
    (reply,) = opened.replies
    assert [choice.value for choice in reply.choices] == [
        f"case:consent:{CASE_NUMBER}",
        f"case:no_consent:{CASE_NUMBER}",
    ]
    asked = turn_of(trained, "open", "abbrechen", meant("cancel"))
    assert [choice.value for choice in asked.replies[0].choices] == [
        "case:close:17",
        "case:withdraw:17",
        "case:keep:17",
    ]
    resolved = decide(case("claimed"), Resolves(MARIA, "answered"), NOW, DeskOffice())
    (told,) = [effect.reply for effect in resolved.effects if isinstance(effect, Tell)]
    assert [read_case_press(choice.value).case for choice in told.choices] == [17, 17]
    for typed, state in (("1", "resolved"), ("2", "muted"), ("3", "open")):
        turn = take_turn(replace(asked.state, case=case("open")), Utterance(typed), meant("x", 0), trained.content, NOW)
        assert [move.case.state for move in moves(turn)] in ([state], []), "what can be pressed can be typed"


@pytest.mark.parametrize(("value", "again"), [("case:close:17", "resolved"), ("case:withdraw:17", "muted")])
def test_a_press_that_has_been_carried_out_says_so_the_second_time(trained, value, again):
    turn = turn_of(trained, again, Pressed(value))
    assert (said(turn), moves(turn)) == (NO_MORE, [])


def test_an_old_yes_under_another_question_does_nothing(trained):
    """The offer has lapsed or was about something else; what is asked now is whether to delete everything."""
    asked = Pending(
        "confirm_delete", (("Ja, alles löschen", "data:delete"), ("Nein, nichts löschen", "data:keep")), at=NOW
    )
    for pending in (None, asked):
        for value in ("yes", "no"):
            state = State(locale="de", introduced=True, pending=pending)
            turn = take_turn(state, Pressed(value), None, trained.content, NOW, DeskOffice())
            assert not any(isinstance(effect, OpenCase | MoveCase) for effect in turn.effects)
            assert [type(effect) for effect in turn.effects] == [Say], (pending, value)
            if value == "yes":
                assert said(turn) == NO_MORE
