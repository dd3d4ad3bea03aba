"""Somebody picked from a list is named to readers, and is exactly that person to a command."""

import pytest

from bot.dialogue.picked_people import with_people
from bot.model import Staff, StaffId

BEN = Staff(StaffId("ben"), "Ben Petersen", frozenset({"coordinator"}))
OTHER_BEN = Staff(StaffId("U0OTHER"), "Ben Petersen", frozenset({"coordinator"}))
KNOWN = {"U0BEN": BEN, "U0OTHER": OTHER_BEN}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("!an <@U0BEN>: bitte mit <@U0OTHER>", "!an ben: bitte mit @Ben Petersen"),
        ("!an 17 <@U0OTHER>: bitte <@U0FREMD> fragen", "!an 17 U0OTHER: bitte @… fragen"),
        ("!an <@U0BEN> bitte mit <@U0OTHER>", "!an ben bitte mit @Ben Petersen"),
        ("!an anerkennung: <@U0BEN> weiß mehr", "!an anerkennung: @Ben Petersen weiß mehr"),
        ("!an <@U0FREMD>: bitte", "!an @…: bitte"),
        ("!abwesend bis Montag Vertretung <@U0BEN>", "!abwesend bis Montag Vertretung ben"),
        ("!a <@U0BEN> hilft Ihnen", "!a @Ben Petersen hilft Ihnen"),
        ("<@U0BEN> kannst du?", "@Ben Petersen kannst du?"),
        ("<@> <@U0 BEN>", "<@> <@U0 BEN>"),
    ],
)
def test_who_was_picked(typed, read):
    assert with_people(typed, KNOWN) == read
