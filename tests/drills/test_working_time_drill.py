"""A small sample of the drill; ``make drill`` asks from every minute of three years on."""

from tests.drills.working_time import WORKING_TIME, easter, holidays


def test_working_time_is_that_of_a_simulation_of_every_minute(tmp_path):
    counts = WORKING_TIME.run(1_500, 7, tmp_path)
    assert WORKING_TIME.failures(counts) == []
    assert counts["largest_error_s"] < 60
    assert counts["questions"] > 20_000


def test_the_simulation_knows_the_holidays():
    assert str(easter(2026)) == "2026-04-05"
    assert [f"{day:%d.%m.}" for day in sorted(holidays(2027))] == [
        "01.01.", "26.03.", "29.03.", "01.05.", "06.05.", "17.05.", "03.10.", "31.10.", "25.12.", "26.12.",
    ]  # fmt: skip
