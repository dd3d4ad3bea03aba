"""Who answers while somebody is away, and which absences are not taken."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.handoff.absence import REFUSALS, absence_at, answers_for, chain_of, deputy_of, present, refusal_of
from bot.model import Absence, AbsenceId, StaffId

START = datetime(2026, 11, 23, 7, tzinfo=UTC)


def day(number):
    return START + timedelta(days=number)


def away(staff, first, last, deputy=None, number=None):
    return Absence(StaffId(staff), day(first), day(last), deputy, number)


ANNA_AWAY = away("anna", 0, 5, "ben")
BEN_AWAY = away("ben", 2, 4, "cem")


@pytest.mark.parametrize(
    ("absences", "at", "who", "deputy"),
    [
        ([], 1, "anna", None),
        ([ANNA_AWAY], -1, "anna", None),
        ([ANNA_AWAY], 0, "ben", "ben"),
        ([ANNA_AWAY], 5, "anna", None),  # back by herself
        ([ANNA_AWAY, BEN_AWAY], 1, "ben", "ben"),
        ([ANNA_AWAY, BEN_AWAY], 3, "cem", "cem"),
        ([ANNA_AWAY, BEN_AWAY], 4, "ben", "ben"),
        ([ANNA_AWAY, away("ben", 2, 4)], 3, None, None),
        ([away("anna", 0, 5)], 3, None, None),
        ([ANNA_AWAY, away("ben", 2, 4, "anna")], 3, None, None),  # stored in spite of all: ends where it begins again
    ],
)
def test_who_answers(absences, at, who, deputy):
    assert answers_for("anna", absences, day(at)) == who
    assert deputy_of("anna", absences, day(at)) == deputy
    assert present("anna", absences, day(at)) is (who == "anna")
    assert (absence_at("anna", absences, day(at)) is None) is (who == "anna")


def test_a_chain_names_everybody_once():
    absences = [away("anna", 0, 9, "ben"), away("ben", 0, 9, "cem"), away("cem", 0, 9, "ben")]
    assert list(chain_of("anna", absences, day(1))) == ["anna", "ben", "cem"]


@pytest.mark.parametrize(
    ("new", "others", "refusal"),
    [
        (away("anna", 0, 5, "ben"), [], None),
        (away("anna", 0, 5), [], None),
        (away("anna", 5, 5, "ben"), [], "ends_first"),
        (away("anna", 5, 4, "ben"), [], "ends_first"),
        (away("anna", 0, 5, "anna"), [], "own_deputy"),
        (away("anna", 0, 5, "ben"), [away("anna", 4, 6)], "overlaps"),
        (away("anna", 0, 5, "ben"), [away("anna", 5, 6)], None),
        (away("anna", 0, 7, "ben", AbsenceId(3)), [away("anna", 0, 5, "ben", AbsenceId(3))], None),  # made longer
        (away("anna", 0, 5, "ben"), [away("ben", 4, 6, "anna")], "circle"),
        (away("anna", 0, 5, "ben"), [away("ben", 5, 6, "anna")], None),
        (away("anna", 0, 5, "ben"), [away("ben", 1, 4, "cem")], None),
        (away("anna", 0, 5, "ben"), [away("ben", 1, 4, "cem"), away("cem", 3, 9, "anna")], "circle"),
        # each meets the next one, but there is no moment at which all three are away
        (away("anna", 0, 5, "ben"), [away("ben", 1, 3, "cem"), away("cem", 3, 9, "anna")], None),
        # somebody else's circle is none of this one's business
        (away("anna", 0, 5, "ben"), [away("ben", 1, 3, "cem"), away("cem", 1, 3, "ben")], None),
    ],
)
def test_what_is_refused(new, others, refusal):
    assert refusal_of(new, others) == refusal
    assert refusal is None or set(REFUSALS[refusal]) == {"de", "en"}


def test_accepted_absences_never_lead_in_a_circle():
    """Every absence of three people over four days, entered in every order, moment by moment."""
    people = ("anna", "ben", "cem")
    accepted = []
    for first in range(4):
        for staff in people:
            for deputy in people:
                new = away(staff, first, first + 2, deputy)
                if refusal_of(new, accepted) is None:
                    accepted.append(new)
    assert len(accepted) >= 4
    for at in range(8):
        for staff in people:
            name, seen = staff, []
            while (absence := absence_at(name, accepted, day(at))) and absence.deputy:
                assert name not in seen
                seen.append(name)
                name = absence.deputy
