"""What Lotse answers beside an open case, and what it leaves to the person."""

from dataclasses import replace

import pytest

from bot.dialogue.policy import take_turn
from bot.model import OpenCase, Understanding, Utterance
from tests.conftest import NOW
from tests.dialogue.employee_turns import SURE_OF_BONUS, meant, moves, said, turn_of
from tests.handoff.test_case_states import case


def test_while_a_case_is_open_what_is_sure_is_answered_and_marked_and_doubts_are_left_to_the_person(trained):
    sure = turn_of(trained, "open", "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    assert sure.decision == "answer"
    assert said(sure).startswith("Automatische Antwort")
    unsure = turn_of(trained, "open", "Das Zeugnis ist aus Gdansk")
    assert said(unsure) == "Das habe ich zu Ihrem Fall 17 dazugelegt."
    assert all(moves(turn) for turn in (sure, unsure))
    assert "Automatische Antwort" not in said(turn_of(trained, "closed", "Was zahlt der Bonus?", SURE_OF_BONUS))


def test_what_lotse_answered_beside_an_open_case_belongs_to_that_case(trained):
    beside = turn_of(trained, "open", "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    anew = take_turn(
        replace(beside.state, case=case("resolved")), Utterance("neuer Fall"), Understanding("de"), trained.content, NOW
    )
    assert [effect.question for effect in anew.effects if isinstance(effect, OpenCase)] == ["neuer Fall"]


@pytest.mark.parametrize("intent", ["instead", "what_now"])
def test_what_only_follows_something_is_left_to_the_person_where_lotse_knows_nothing_to_follow(trained, intent):
    turn = turn_of(trained, "open", "ok und was mach ich jetzt", meant(intent))
    assert moves(turn)
    assert "Fall 17" in said(turn)
    assert "Automatische Antwort" not in said(turn)
