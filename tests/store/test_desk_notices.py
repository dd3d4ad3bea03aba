import asyncio

from bot.store import tables
from bot.store.announce import DESK
from bot.store.desk_notices import DeskNotice, has_notice, list_notices, put_notice
from bot.store.privacy import Retention, apply_retention
from tests.fakes import reply
from tests.store.rows import rows


def notice(clock, key="2026-11-23", team="foerderung"):
    texts = {"de": reply("Guten Morgen", "de"), "en": reply("Good morning", "en")}
    return DeskNotice(team, "digest", key, clock(), texts)


async def test_a_team_is_told_once_per_key(database, clock):
    with database.announcer.listen(DESK) as bell:
        told = await asyncio.gather(*(put_notice(database, notice(clock)) for _ in range(5)))
        assert await bell.wait(5)
    assert sorted(told) == [False] * 4 + [True]
    assert await has_notice(database, "foerderung", "digest", "2026-11-23")
    assert not await has_notice(database, "module", "digest", "2026-11-23")
    assert await put_notice(database, notice(clock, team="module"))


async def test_the_latest_comes_first_in_both_languages(database, clock):
    for key in ("2026-11-23", "2026-11-24", "2026-11-25"):
        await put_notice(database, notice(clock, key))
    found = await list_notices(database, "foerderung", limit=2)
    assert [one.key for one in found] == ["2026-11-25", "2026-11-24"]
    assert found[0] == notice(clock, "2026-11-25")
    assert await list_notices(database, "module") == ()


async def test_notices_go_after_a_month(database, clock):
    await put_notice(database, notice(clock))
    clock.move(days=31)
    await apply_retention(database, Retention(), clock())
    assert await rows(database, tables.desk_notices) == []
