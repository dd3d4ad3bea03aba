"""What is no words of the employee: changed messages, files, signs, timers, and who comes or leaves."""

import pytest

from bot.model import (
    CASE_STATES,
    SILENT,
    AskedToVerify,
    Edited,
    KeepEdit,
    LedToCase,
    Left,
    Reacted,
    ReadByOthers,
    Removed,
    Say,
    SentFile,
    TimerDue,
    Unreadable,
)
from tests.dialogue.employee_turns import SURE_OF_BONUS, moves, said, turn_of


def test_a_changed_question_is_answered_anew_where_lotse_has_the_word(trained):
    anew = turn_of(trained, None, Edited("m1", "Was zahlt der Weiterbildungsbonus?"), SURE_OF_BONUS)
    assert anew.effects[0] == KeepEdit("m1", "Was zahlt der Weiterbildungsbonus?")
    assert (
        anew.decision
        == turn_of(trained, None, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS).decision
        == "answer"
    )
    assert said(anew) == said(turn_of(trained, None, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS))
    for state in ("open", "claimed", "waiting_employee"):
        assert turn_of(trained, state, Edited("m1", "anders")).decision == "silent"


@pytest.mark.parametrize("state", ["open", "claimed", "waiting_employee"])
@pytest.mark.parametrize("given", ["", " \n"])
def test_what_came_without_words_joins_no_case_and_is_told_to_who_sent_it(trained, state, given):
    turn = turn_of(trained, state, given)
    assert "Davon kam kein Text an" in said(turn)
    assert moves(turn) == []
    assert turn.aside


def test_edits_deletions_files_and_leaving(trained):
    edited = turn_of(trained, "claimed", Edited("m1", "anders"))
    assert edited.effects[0] == KeepEdit("m1", "anders")
    assert [move.event for move in moves(edited)] == ["edits"]
    removed = turn_of(trained, None, Removed("m1"))
    assert removed.effects == (KeepEdit("m1", None),)
    assert "Dateien nehme ich hier nicht an" in said(turn_of(trained, "claimed", SentFile()))
    assert "Dateien nehme ich hier nicht an" in said(turn_of(trained, None, SentFile()))
    for state in ("claimed", None):
        assert "noch einmal" in said(turn_of(trained, state, Unreadable()))
        verifying = turn_of(trained, state, AskedToVerify("abcd EFGH"))
        assert "vom Betreiber signiert" in said(verifying)
        assert "abcd EFGH" in said(verifying)
        assert verifying.aside, "no part of the case"
        for locale, words in (("de", "finden Sie in unserem Gespräch"), ("en", "in our conversation")):
            led = turn_of(trained, state, LedToCase(17, locale))
            assert words in said(led)
            assert "17" in said(led)
            assert (led.aside, moves(led), led.state.locale) == (True, [], locale), "no part of the case"
            assert all(effect.notice for effect in led.effects if isinstance(effect, Say))
    assert [move.event for move in moves(turn_of(trained, "claimed", Left()))] == ["leaves"]
    assert turn_of(trained, None, Left()).effects == ()
    (others,) = moves(turn_of(trained, "claimed", ReadByOthers()))
    assert others.event == "lets_others_read"
    assert turn_of(trained, None, ReadByOthers()).effects == ()
    elsewhere = turn_of(trained, "claimed", ReadByOthers(elsewhere=True))
    assert "geht es deshalb hier weiter" in said(elsewhere)
    assert not moves(elsewhere), "the coordinators' words still reach the person alone"


@pytest.mark.parametrize("state", [None, *CASE_STATES])
def test_a_sign_under_a_coordinators_words_reaches_them_and_nobody_else(trained, state):
    turn = turn_of(trained, state, Reacted("m1", "👍"))
    assert (turn.decision, turn.replies) == ("silent", ())
    assert [move.event for move in moves(turn)] == (["writes"] if state in SILENT else [])


@pytest.mark.parametrize(
    ("value", "event"),
    [
        ("case:17:reminder", "reminder"),
        ("case:17:waiting_over", "waiting_over"),
        ("case:18:reminder", None),
        ("case:17:nonsense", None),
        ("case:", None),
        ("remind", None),
    ],
)
def test_a_timer_moves_its_own_case_only(trained, value, event):
    turn = turn_of(trained, "waiting_employee", TimerDue(value))
    assert [move.event for move in moves(turn)] == ([event] if event else [])
    assert turn.decision == "silent"
