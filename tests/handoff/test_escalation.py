"""Who is called when a promise runs out, was broken, stays broken; and that nobody is called twice, or at night."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.handoff.absence import Deputy
from bot.handoff.case_events import Claims, Time, Writes
from bot.handoff.case_moment import timers_of
from bot.handoff.case_states import decide
from bot.handoff.escalation import Called, called, called_to_text
from bot.model import CaseTimer, Remark, Staff
from tests.conftest import NOW
from tests.desk_people import JAN, MARIA, OLE, DeskOffice
from tests.handoff.test_case_states import case, effects

HERE = Called("maria", "Maria Petersen")
STANDS_IN = Deputy("jan", "Jan Thomsen")
JAN_CALLED = Called("jan", "Jan Thomsen")
OLE_LEADS = {"foerderung": (Deputy("ole", "Ole Hansen"),)}
OLE_LEADS_THE_OTHER = {"anerkennung": (Deputy("ole", "Ole Hansen"),)}
OLE_CALLED = Called("ole", "Ole Hansen")
TEAM, OTHER_TEAM = Called(team="foerderung"), Called(team="anerkennung")
AWAY = {"away": frozenset({"maria"}), "deputies": {"maria": STANDS_IN}}
BY_OTHERS = {"stands_in": {"foerderung": "anerkennung"}}


@pytest.mark.parametrize(
    ("alarm", "state", "office", "to"),
    [
        ("none", "claimed", {}, ()),
        ("warned", "claimed", {}, (HERE,)),
        ("warned", "claimed", AWAY, (JAN_CALLED,)),
        ("warned", "claimed", {"away": frozenset({"maria"})}, (TEAM,)),
        ("warned", "open", AWAY, (TEAM,)),
        ("breached", "claimed", {}, (TEAM,)),
        ("breached", "claimed", BY_OTHERS, (OTHER_TEAM,)),
        ("breached", "claimed", {**AWAY, **BY_OTHERS}, (JAN_CALLED,)),
        ("breached", "open", BY_OTHERS, (OTHER_TEAM,)),
        ("lead", "claimed", {}, (TEAM,)),
        ("lead", "claimed", BY_OTHERS, (OTHER_TEAM,)),
        ("lead", "open", {**BY_OTHERS, "led_by": OLE_LEADS}, (OLE_CALLED,)),
        ("lead", "open", {**BY_OTHERS, "led_by": OLE_LEADS_THE_OTHER}, (OLE_CALLED,)),
    ],
)
def test_who_is_called(alarm, state, office, to):
    assert called(case(state), alarm, NOW, DeskOffice(**office)) == to


def test_a_call_is_for_the_person_or_for_the_whole_team():
    assert [HERE.is_for(MARIA), HERE.is_for(JAN)] == [True, False]
    assert [OTHER_TEAM.is_for(staff) for staff in (MARIA, JAN, OLE)] == [False, True, True]
    nobody = Staff("x", "X", frozenset({"coordinator"}))
    assert not any(one.is_for(nobody) for one in (HERE, TEAM, Called()))
    assert called_to_text((HERE, OTHER_TEAM)) == "Maria Petersen, team:anerkennung"


def remarks(turn):
    return [(one.what, dict(one.values).get("to")) for one in effects(turn, Remark)]


def test_each_step_calls_once_per_promise_and_says_whom():
    office = DeskOffice(**BY_OTHERS, led_by=OLE_LEADS)
    facts, said, now = case("claimed"), [], NOW
    while timers := timers_of(facts, now, office):
        now = timers[0].due_at
        for _ in range(2):  # a timer that rings twice, as after a crash, calls once
            turn = decide(facts, Time(timers[0].what), now, office)
            said += remarks(turn) if hasattr(turn, "case") else []
            facts = getattr(turn, "case", facts)
    assert said == [
        ("sla_warning", "Maria Petersen"),
        ("sla_breach", "team:anerkennung"),
        ("sla_lead", "Ole Hansen"),
    ]
    again = decide(replace(facts, replied_at=now, unanswered_since=None), Writes(), now, office).case
    assert (again.alarm, timers_of(again, now, office)[0].what) == ("none", "sla_warning"), (
        "the next promise, the next clock"
    )


@pytest.mark.parametrize(
    ("alarm", "rang", "what"),
    [
        ("none", "sla_warning", "sla_breach"),
        ("warned", "sla_breach", "sla_breach"),
        ("breached", "sla_lead", "sla_lead"),
    ],
)
def test_what_became_due_while_lotse_stood_still_waits_for_working_time(alarm, rang, what):
    late, morning = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=9)
    at_night = DeskOffice(closed_until=morning)
    facts = case("claimed", alarm=alarm)
    turn = decide(facts, Time(rang), late, at_night)
    assert (turn.case, turn.effects) == (facts, ())
    assert turn.timers == (CaseTimer(what, morning),), "the timer is set anew; nobody is warned of what has passed"
    assert remarks(decide(facts, Time(what), morning, at_night)) == [(what, "team:foerderung")]


def test_who_takes_the_case_does_not_still_the_alarm():
    """The promise is the same one; only a reply keeps it."""
    turn = decide(case("open", alarm="breached"), Claims(MARIA), NOW + timedelta(hours=5), DeskOffice())
    assert turn.case.alarm == "breached"
    assert [timer.what for timer in turn.timers] == ["sla_lead"]
