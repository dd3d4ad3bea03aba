"""What people read about a case, in whole sentences: who has it, of which team, until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.case_status import status_of
from bot.handoff.absence import Deputy
from bot.handoff.case_events import Claims, TransfersToPerson, WaitsForThird
from bot.handoff.case_states import Refused, decide
from bot.handoff.team_office import office_at
from bot.model import Remark, Tell, as_text, spans_text
from tests.conftest import NOW
from tests.desk_people import JAN, MARIA, OLE
from tests.handoff.test_case_states import NOTE, case, office
from tests.web.site import small_live


def teams():
    """The two teams of the small content, and everybody at the desk."""
    return office_at(small_live().content, (MARIA, JAN, OLE), ())


def told(turn):
    return " ".join(as_text(effect.reply) for effect in turn.effects if isinstance(effect, Tell))


def remarks(turn):
    return [(effect.what, dict(effect.values)) for effect in turn.effects if isinstance(effect, Remark)]


@pytest.mark.parametrize(("staff", "team"), [(MARIA, "Förderberatung"), (JAN, "Förderberatung"), (OLE, "Anerkennung")])
def test_whoever_takes_a_case_is_named_with_a_team_of_their_own(staff, team):
    mine = decide(case(), Claims(staff), NOW, teams())
    given = decide(case("claimed", owner="kim", owner_name="Kim"), TransfersToPerson(MARIA, staff, NOTE), NOW, teams())
    assert f"{staff.name} ({team}) übernimmt Ihren Fall 17." in told(mine)
    assert f"{staff.name} ({team}) übernimmt jetzt Ihren Fall 17." in told(given)
    status = status_of(replace(mine.case, number=17), "de", NOW, teams())
    assert f"kümmert sich {staff.name} ({team})." in spans_text(status.spans)


@pytest.mark.parametrize(
    ("days", "until"), [(0, "heute"), (1, "morgen"), (3, "Mittwoch, "), (30, "Dienstag, 22. Dezember")]
)
def test_when_somebody_gets_back_is_said_as_one_says_it(days, until):
    at = NOW + timedelta(days=days, hours=1)
    waiting = decide(case("claimed"), WaitsForThird(MARIA, at), NOW, teams())
    assert f"Maria Petersen meldet sich bis {until}" in told(waiting)


def test_who_takes_a_case_over_has_not_handed_it_to_themselves():
    taken = decide(case("claimed"), TransfersToPerson(JAN, JAN, NOTE), NOW, office())
    given = decide(case("claimed"), TransfersToPerson(MARIA, JAN, NOTE), NOW, office())
    assert remarks(taken) == [("to_self", {"name": "Jan Thomsen"})]
    assert remarks(given) == [("to_person", {"by": "Maria Petersen", "name": "Jan Thomsen"})]


@pytest.mark.parametrize("state", ["open", "claimed", "waiting_employee", "waiting_third"])
@pytest.mark.parametrize(
    ("deputies", "instead"),
    [({}, "an jemanden, der da ist"), ({"ole": Deputy(JAN.id, JAN.name)}, "die Vertretung hat Jan Thomsen")],
)
def test_a_case_is_not_handed_to_somebody_who_is_away(state, deputies, instead):
    refused = decide(case(state), TransfersToPerson(MARIA, OLE, NOTE), NOW, office({"ole"}, deputies))
    assert isinstance(refused, Refused)
    assert refused.words["de"].startswith("Ole Hansen ist gerade abwesend")
    assert instead in refused.words["de"]
    assert not isinstance(decide(case(state), TransfersToPerson(MARIA, OLE, NOTE), NOW, office()), Refused)
