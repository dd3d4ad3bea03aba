import pytest
from sqlalchemy import insert, select

from bot.store import tables
from bot.store.message_parts import is_message

LONE, THREE = "C1:17.10", "C1:17.20+17.21+17.22"
EVENT, EVENTS = "$lone:x.org", "$one $two_2 $three"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (LONE, LONE), (EVENT, EVENT), *((f"C1:17.2{part}", THREE) for part in range(3)),
        *((part, EVENTS) for part in EVENTS.split()),
        *((other, None) for other in ("C2:17.21", "C1:17.2", "C1:7.21", "17.21", "$on", "$two%2", "$two", "C1:", "", "$lone")),
    ],
)  # fmt: skip
async def test_a_message_is_found_by_any_of_its_parts_and_by_nothing_else(database, clock, asked, found):
    column = tables.desk_posts.c.external_id
    common = {
        "channel": "x",
        "room": "C1",
        "thread": "",
        "kind": "card",
        "created_at": clock(),
        "status": "sent",
        "attempts": 0,
    }
    async with database.transaction() as connection:
        for number, external_id in enumerate((LONE, THREE, EVENT, EVENTS)):
            row = {**common, "outbox_id": str(number), "key": str(number), "external_id": external_id}
            await connection.execute(insert(tables.desk_posts).values(row))
        assert (await connection.scalars(select(column).where(is_message(column, asked)))).all() == [found] * bool(
            found
        )
