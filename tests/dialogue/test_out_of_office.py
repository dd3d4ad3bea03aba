"""Who writes while nobody is there reads so once per closing period, and Lotse goes on answering."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.handoff.case_events import Asks, Claims, Replies, Writes
from bot.handoff.case_states import decide
from bot.model import MoveCase, OpenCase, Say, Tell, Utterance, as_text
from tests.conftest import NOW
from tests.desk_people import MARIA, DeskOffice
from tests.dialogue.employee_turns import SURE_OF_BONUS, meant
from tests.handoff.test_case_states import case, effects, told

OPENING = NOW + timedelta(hours=13, minutes=30)
CLOSED = DeskOffice(closed_until=OPENING)
TEXT = "niemand im Dienst (Förderberatung), wieder ab 23:30 Uhr"


@pytest.mark.parametrize("state", ["open", "claimed", "waiting_employee", "waiting_third", "resolved"])
def test_it_is_said_with_the_opening_in_every_state_in_which_somebody_will_answer(state):
    turn = decide(case(state, unanswered_since=None), Writes(), NOW, CLOSED)
    assert told(turn).count(TEXT) == 1
    assert told(turn).count("bis ") == 1, "until when there is an answer is said once"
    assert turn.case.away_until == OPENING
    assert ("beantworte ich Ihnen weiter" in told(turn)) == (state == "open"), (
        "where a person has the word, Lotse has none"
    )
    again = decide(turn.case, Writes(), NOW + timedelta(minutes=5), CLOSED)
    assert told(again) == ""


def test_a_later_closing_period_is_another_one():
    first = decide(case("claimed"), Writes(), NOW, CLOSED).case
    meanwhile = decide(first, Writes(), OPENING, CLOSED)
    assert told(meanwhile) == ""
    evening = DeskOffice(closed_until=OPENING + timedelta(days=1))
    assert "niemand im Dienst" in told(decide(meanwhile.case, Writes(), OPENING + timedelta(hours=9), evening))


def test_nobody_who_is_there_is_said_to_be_away():
    assert told(decide(case("claimed"), Writes(), NOW, DeskOffice())) == ""
    late = decide(case("claimed"), Replies(MARIA, "Ich bin noch da"), NOW, CLOSED).case
    assert told(decide(late, Writes(), NOW + timedelta(minutes=1), CLOSED)) == ""


def test_a_claim_alone_says_nothing_of_it():
    assert "niemand" not in told(decide(case("open"), Claims(MARIA), NOW, CLOSED))


def test_a_case_opened_then_has_been_told_by_its_first_words():
    opened = decide(replace(case("bot"), number=0), Asks(), NOW, CLOSED).case
    assert opened.away_until == OPENING
    assert told(decide(replace(opened, number=17), Writes(), NOW + timedelta(minutes=1), CLOSED)) == ""


# --- With Lotse's own answers ---------------------------------------------------------------------------------------


def test_lotse_answers_on_beside_the_notice_while_nobody_has_the_case(trained):
    state = State(locale="de", introduced=True, case=case("open"))
    turn = take_turn(state, Utterance("Was zahlt der Bonus?"), SURE_OF_BONUS, trained.content, NOW, CLOSED)
    (answer,) = [effect.reply for effect in turn.effects if isinstance(effect, Say)]
    assert (turn.decision, answer.automatic) == ("answer", True)
    (move,) = [effect.turn for effect in turn.effects if isinstance(effect, MoveCase)]
    (notice,) = effects(move, Tell)
    assert TEXT in as_text(notice.reply)
    next_turn = replace(turn.state, case=move.case)
    again = take_turn(next_turn, Utterance("Und was noch?"), SURE_OF_BONUS, trained.content, NOW, CLOSED)
    assert [effect.turn.effects for effect in again.effects if isinstance(effect, MoveCase)] == [()]


def test_what_the_opening_of_a_case_says_of_it_is_kept_with_the_case(trained):
    state = State(locale="de", introduced=True)
    turn = take_turn(state, Utterance("Mensch bitte"), meant("wants_person"), trained.content, NOW, CLOSED)
    (opened,) = [effect for effect in turn.effects if isinstance(effect, OpenCase)]
    assert opened.away_until == OPENING
