"""Which of a coordinator's words reach the employee: where a team relays everything, and where only what is meant to."""

import pytest

from bot.handoff.case_events import Notes, Replies, Resolves, WaitsForEmployee
from bot.handoff.case_states import Refused, decide
from bot.handoff.relaying import written
from bot.model import Note, Relay
from tests.conftest import NOW
from tests.desk_people import JAN, MARIA, DeskOffice
from tests.handoff.test_case_states import case, effects

STRICT = DeskOffice(on_purpose=frozenset({"foerderung"}))


@pytest.mark.parametrize(
    ("office", "text", "on_purpose", "relayed"),
    [
        (DeskOffice(), "Guten Tag", False, True),
        (DeskOffice(), "Guten Tag", True, True),
        (DeskOffice(), "// Guten Tag", True, False),
        (DeskOffice(), "/Guten Tag", False, False),
        (STRICT, "Guten Tag", False, False),
        (STRICT, "Guten Tag", True, True),
        (STRICT, "\u200b// Guten Tag", True, False),
    ],
)
@pytest.mark.parametrize("state", ["open", "claimed", "waiting_employee", "waiting_third"])
def test_a_reply_is_relayed_or_becomes_a_note(office, text, on_purpose, relayed, state):
    turn = decide(case(state), Replies(MARIA, text, on_purpose), NOW, office)
    assert bool(effects(turn, Relay)) == relayed
    assert [note.text for note in effects(turn, Note)] == ([] if relayed else ["Guten Tag"])
    assert turn.case.state == ("claimed" if relayed and state == "open" else state), "a note claims nothing"


def test_a_question_and_a_last_line_are_meant_for_the_employee_wherever_they_are_written():
    for event in (WaitsForEmployee(MARIA, "Welches Zeugnis?"), Resolves(MARIA, "answered", "Alles Gute!")):
        assert effects(decide(case("claimed"), event, NOW, STRICT), Relay)


@pytest.mark.parametrize(
    ("state", "by", "meant"), [("open", JAN, Replies), ("claimed", MARIA, Replies), ("claimed", JAN, Notes)]
)
def test_in_a_thread_only_who_has_the_case_speaks_to_the_employee(state, by, meant):
    event = written(case(state), by, "Guten Tag")
    assert event == meant(by, "Guten Tag")
    assert not isinstance(decide(case(state), event, NOW, DeskOffice()), Refused)
    assert not effects(decide(case(state), event, NOW, STRICT), Relay)
