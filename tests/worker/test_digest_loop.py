"""The digest of the morning, from the loop to the desk."""

from datetime import date, timedelta

import pytest

from bot.content.read import read_content
from bot.dialogue.digest import digest_at
from bot.handoff.case_events import Claims, Resolves
from bot.handoff.team_office import TeamOffice
from bot.model import CaseNumber, OpenCase, RecordGap, as_text
from bot.store.announce import DESK
from bot.store.desk import Desk
from bot.store.desk_notices import list_notices
from bot.worker.content_watch import LivePair
from bot.worker.digest_loop import digest_loop, write_digests
from tests.content.small_tree import write_tree
from tests.desk_people import MARIA
from tests.fakes import incoming
from tests.handoff.test_working_time import berlin
from tests.store.rows import answer, parts
from tests.worker.running import QUICK, heard, running


@pytest.fixture
def content(tmp_path):
    return read_content(write_tree(tmp_path / "content")).content


async def no_gaps():
    return ()


async def open_case(database, clock, at, team="foerderung", first_due=None):
    clock.now = berlin(at)
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(user=f"user at {at}")])
    gap = RecordGap("known", f"Frage um {at}", "bonus.deadline")
    opened = OpenCase("Frage", "de", "wants_person", team, None, first_due=first_due and berlin(first_due))
    await answer(conversations, clock(), opened, gap)


async def test_every_team_that_is_there_finds_its_digest_once(database, clock, content):
    await open_case(database, clock, "2026-11-18T11:59")  # while the team was there
    await open_case(database, clock, "2026-11-21T20:00")
    await open_case(database, clock, "2026-11-22T20:00", team="module")

    async def gaps():
        return ("bonus.deadline", "bonus.amount", "vakuum.cost", None)

    clock.now = berlin("2026-11-23T08:00")  # a Monday: funding is there, courses are on Tuesdays

    async def arrived():
        return await list_notices(database, "foerderung")

    with database.announcer.listen(DESK) as bell:
        async with running(
            *(digest_loop(database, LivePair(content, None), clock, gaps, pace=QUICK) for _ in range(3))
        ):
            await heard(bell, arrived)
    (notice,) = await list_notices(database, "foerderung")
    assert await list_notices(database, "module") == ()
    text = as_text(notice.replies["de"])
    assert (notice.kind, notice.key) == ("digest", "2026-11-23")
    assert "1 neuer Fall seit dem letzten Dienstschluss: Fall 2. Zugesagte Antwort: heute bis 10:30 Uhr." in text
    assert "3 Gruppen unbeantworteter Fragen" in text, (
        "those of no team are the first one's: there is no general team here"
    )
    assert "1 new case" in as_text(notice.replies["en"])
    assert await write_digests(database, content, clock(), gaps) == ()


async def test_what_was_left_lying_is_named_and_no_morning_is_quiet_with_it(database, clock, content):
    for at in ("2026-11-16T09:00", "2026-11-16T09:30"):
        await open_case(database, clock, at, first_due="2026-11-16T11:30")
    await Desk(database, lambda absences: TeamOffice(content, absences)).act(CaseNumber(2), Claims(MARIA), clock())
    await open_case(database, clock, "2026-11-18T11:59")
    clock.now = berlin("2026-11-23T08:00")
    await write_digests(database, content, clock(), no_gaps)
    (notice,) = await list_notices(database, "foerderung")
    text = as_text(notice.replies["de"])
    assert (
        "2 Fälle sind überfällig: Fall 1, noch bei niemandem (zugesagt bis Montag, 16. November, 11:30 Uhr), "
        "Fall 2 bei Maria Petersen (zugesagt bis Montag, 16. November, 11:30 Uhr)." in text
    )
    assert "1 älterer Fall ist noch bei niemandem: Fall 3. Zugesagte Antwort: " in text


async def test_the_week_is_counted_on_its_last_day_for_the_team_as_a_whole(database, clock, content):
    for at in ("2026-11-20T09:00", "2026-11-23T09:00", "2026-11-24T09:00"):
        await open_case(database, clock, at)
    await open_case(database, clock, "2026-11-24T09:00", team="module")
    desk = Desk(database, lambda absences: TeamOffice(content, absences))
    for event in (Claims(MARIA), Resolves(MARIA, "answered")):
        await desk.act(CaseNumber(2), event, clock())
    calendar = content.teams["foerderung"].calendar
    days = [day for day in (date(2026, 11, 23) + timedelta(days=n) for n in range(7)) if digest_at(calendar, day)]
    for day in days:
        clock.now = digest_at(calendar, day)
        await write_digests(database, content, clock(), no_gaps)
    told = [as_text(notice.replies["de"]) for notice in await list_notices(database, "foerderung")]
    week = "Ihr Team in dieser Woche: neue Fälle 2, erledigt 1, jetzt noch offen 2."
    assert len(days) > 1
    assert sorted(week in text for text in told) == [False] * (len(days) - 1) + [True]


@pytest.mark.parametrize(
    ("now", "teams"),
    [
        ("2026-11-23T07:59", ()),
        ("2026-11-23T08:00", ("foerderung",)),
        ("2026-11-23T16:30", ()),
        ("2026-11-24T08:30", ("module",)),
        ("2026-11-25T08:30", ()),
        ("2026-11-25T09:00", ("foerderung",)),
        ("2026-12-28T08:30", ()),  # closed by exception
        ("2027-03-29T10:00", ("foerderung",)),  # Easter Monday, open by exception
        ("2027-05-17T08:30", ()),  # Whit Monday
    ],
)
async def test_only_teams_that_are_there_are_told_and_only_once(database, clock, content, now, teams):
    clock.now = berlin(now)
    assert await write_digests(database, content, clock(), no_gaps) == teams
    assert await write_digests(database, content, clock(), no_gaps) == ()


async def test_the_next_working_day_has_one_of_its_own(database, clock, content):
    for now in ("2026-11-23T08:00", "2026-11-25T09:00"):
        assert await write_digests(database, content, berlin(now), no_gaps) == ("foerderung",)
    assert [notice.key for notice in await list_notices(database, "foerderung")] == ["2026-11-25", "2026-11-23"]
