"""The gap list on a real store: listed, ignored for good, taken back, and taught from."""

import json

import pytest

from bot.gap_list import GapList, GapRefused
from bot.model import Person, RecordGap
from bot.store import tables
from bot.store.gaps import list_questions, list_set_aside
from bot.store.privacy import Retention, apply_retention, forget
from tests.fakes import incoming
from tests.program import lotse_here
from tests.store.rows import answer, parts, rows

CANTEEN = ("quarbelfix schnurpel flonz", "Schnurpel, flonz, quarbelfix?")


async def ask(database, clock, *texts, user="anna", kind="missed"):
    inbox, conversations = parts(database, clock)
    for text in texts:
        await inbox.accept("recording", [incoming(text, user=user)])
        await answer(conversations, clock(), "Das weiß ich nicht.", RecordGap(kind, text, None))


@pytest.fixture
def gap_list(database, trained, clock):
    return GapList(database, trained, clock)


async def test_a_group_is_ignored_for_good_with_reason_and_name(database, clock, gap_list):
    await ask(database, clock, *CANTEEN)
    (group,) = await gap_list.groups()
    assert (group.count, group.people) == (2, 1)
    number = await gap_list.ignore(group.id, reason="  gehört in die  Kantine ", actor="anna.petersen")
    assert await gap_list.groups() == ()
    await ask(database, clock, "flonz quarbelfix schnurpel bitte", user="ben")
    assert await gap_list.groups() == ()
    ((kept, hidden),) = await gap_list.ignored()
    assert (kept.id, kept.reason, kept.actor, kept.at) == (number, "gehört in die Kantine", "anna.petersen", clock())
    assert [one.count for one in hidden] == [3]
    assert [row.action for row in await rows(database, tables.audit)] == ["gap_ignored"]
    await ask(database, clock, "zwirbelmutz trondel")
    assert len(await gap_list.labels()) == 1  # what the digest of the morning counts: no group that is ignored


async def test_it_stays_ignored_after_the_questions_and_their_people_are_gone(database, clock, gap_list):
    await ask(database, clock, *CANTEEN)
    (group,) = await gap_list.groups()
    await gap_list.ignore(group.id, reason="Kantine", actor="anna.petersen")
    await forget(database, Person("recording", "anna"), actor="operator", now=clock())
    assert await list_questions(database) == ()
    (kept,) = await list_set_aside(database)
    assert "quarbel" not in str(kept).lower()
    clock.move(days=400)
    await apply_retention(database, Retention(), clock())
    await ask(database, clock, CANTEEN[0], user="cem")
    assert await gap_list.groups() == ()


async def test_a_decision_can_be_taken_back(database, clock, gap_list):
    await ask(database, clock, *CANTEEN)
    (group,) = await gap_list.groups()
    number = await gap_list.ignore(group.id, reason="Kantine", actor="anna.petersen")
    await gap_list.take_back(number, actor="ben.jensen")
    assert await gap_list.groups() == (group,)
    with pytest.raises(GapRefused):
        await gap_list.take_back(number, actor="ben.jensen")


@pytest.mark.parametrize(("gap", "reason"), [(99, "Kantine"), (1, ""), (1, "  x ")])
async def test_what_cannot_be_ignored_is_said(database, clock, gap_list, gap, reason):
    await ask(database, clock, *CANTEEN)
    with pytest.raises(GapRefused):
        await gap_list.ignore(gap, reason=reason, actor="anna.petersen")
    assert len(await gap_list.groups()) == 1


async def test_ignoring_twice_is_refused(database, clock, gap_list):
    await ask(database, clock, *CANTEEN)
    await gap_list.ignore(1, reason="Kantine", actor="anna.petersen")
    with pytest.raises(GapRefused, match="already"):
        await gap_list.ignore(1, reason="Kantine", actor="ben.jensen")


async def test_the_list_is_made_anew_only_when_something_changed(database, clock, gap_list):
    await ask(database, clock, *CANTEEN)
    first = await gap_list._all()
    assert await gap_list._all() is first
    await ask(database, clock, "zwirbelmutz trondel")
    assert len(await gap_list.groups()) == 2
    await forget(database, Person("recording", "anna"), actor="operator", now=clock())
    assert await gap_list.groups() == ()


async def test_outsiders_see_what_enough_people_asked(database, clock, gap_list):
    for user in "abcde":
        await ask(database, clock, CANTEEN[0], user=user)
    await ask(database, clock, "zwirbelmutz trondel")
    assert [group.people for group in await gap_list.groups_for_outsiders(5)] == [5]


# --- lotse gaps ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def run(database, address, clock, tmp_path):
    await ask(database, clock, *CANTEEN)
    await ask(database, clock, "zwirbelmutz trondel", user="ben")
    return lambda *more: lotse_here("gaps", *more, folder=tmp_path, LOTSE_DATABASE=address, LOTSE_CLOCK="2026-11-22")


def lines(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


async def test_the_command_lists_ignores_and_takes_back(run):
    import asyncio

    def talk():
        listed = lines(run("--json"))
        assert [(row["count"], row["people"]) for row in listed] == [(2, 1), (1, 1)]
        table = run().stdout
        assert CANTEEN[0] in table or CANTEEN[1] in table
        assert lines(run("--json", "--limit", "1")) == listed[:1]
        assert run("--for-outsiders").stdout == "No gaps.\n"
        number = str(listed[0]["id"])
        assert "is ignored" in run("ignore", number, "--reason", "Kantine").stdout
        assert [row["id"] for row in lines(run("--json"))] == [listed[1]["id"]]
        (ignored,) = lines(run("ignored", "--json"))
        assert (ignored["reason"], len(ignored["hides"])) == ("Kantine", 1)
        assert "Kantine" in run("ignored").stdout
        assert run("ignore", number, "--reason", "Kantine").returncode == 1
        assert run("ignore", "999", "--reason", "Kantine").returncode == 1
        assert "taken back" in run("unignore", str(ignored["id"])).stdout
        assert lines(run("--json")) == listed

    await asyncio.to_thread(talk)
