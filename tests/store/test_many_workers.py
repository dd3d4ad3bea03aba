"""Several processes on one PostgreSQL: nobody holds what another holds, nothing overtakes, no rule is broken."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

from bot.errors import StoreUnavailable
from bot.model import ExternalId, OpenCase, Person
from bot.store.database import open_database
from bot.store.outbox import Outbox
from bot.store.privacy import Retention, apply_retention, forget
from tests.fakes import incoming, record
from tests.store.rows import answer, parts

CASE = OpenCase("Bitte ein Mensch", "de", "asked", "foerderung", None)


async def test_four_workers_never_hold_the_same_conversation_and_keep_its_order(postgres_address, clock):
    databases = [await open_database(postgres_address) for _ in range(4)]
    inbox, _ = parts(databases[0], clock)
    rooms = [f"room-{number}" for number in range(12)]
    await inbox.accept("recording", [incoming(f"{turn}", user=room, room=room) for turn in range(8) for room in rooms])
    held, answered, most_at_once = set(), {room: [] for room in rooms}, [0]

    async def worker(database):
        _, conversations = parts(database, clock)
        while True:
            async with conversations.claim_next(clock()) as work:
                if work is None:
                    return
                room = work.address.room
                assert room not in held, "two workers hold the same conversation"
                held.add(room)
                most_at_once[0] = max(most_at_once[0], len(held))
                answered[room].append(work.input.text)
                await work.finish(record(f"Echo: {work.input.text}"))
                held.discard(room)

    while any(len(texts) < 8 for texts in answered.values()):
        await asyncio.gather(*map(worker, databases))
    for database in databases:
        await database.close()
    assert answered == {room: [str(turn) for turn in range(8)] for room in rooms}
    assert most_at_once[0] > 1


async def test_everything_at_the_same_time_breaks_no_rule_of_a_table(postgres_address, clock):
    """Messages, turns, deliveries, people forgotten and rows past their time, from several processes at once."""
    databases = [await open_database(postgres_address) for _ in range(3)]
    users = [f"user-{number}" for number in range(4)]
    keep = Retention(messages=timedelta(), transcripts=timedelta(), cases=timedelta(), gaps=timedelta())
    rounds = 25
    put_off = []

    async def again(step):
        for number in range(rounds):
            try:
                await step(number)
            except StoreUnavailable as met_another_change:
                put_off.append(str(met_another_change))

    async def forget_somebody(number):
        user = users[number % 4]
        await forget(databases[2], Person("recording", user), actor="operator", now=clock.move(seconds=1))

    async def clean_up(number):
        await apply_retention(databases[0], keep, clock.move(seconds=1))

    def accept_into(database):
        async def accept(number):
            inbox, _ = parts(database, clock)
            same_room = "together" if number % 2 else None
            await inbox.accept("recording", [incoming(user=user, room=same_room) for user in users])

        return accept

    def answer_from(database):
        """Every other turn hands what it says to somebody who sends it at once."""
        outbox, handed = Outbox(database), []
        senders = SimpleNamespace(have_room=lambda: True, take=handed.append)

        async def take_turn(number):
            _, conversations = parts(database, clock, outbox)
            with outbox.handing_to("recording" if number % 2 else "other", senders):
                await answer(conversations, clock(), "ja", CASE if number % 5 == 0 else "nein", label="x")
            while handed:
                await outbox.sent(handed.pop().delivery.outbox_id, ExternalId("x"), clock())

        return take_turn

    def send_from(database):
        async def send(number):
            outbox = Outbox(database)
            item = await outbox.claim_next("recording", clock())
            if item is not None:
                await outbox.sent(item.delivery.outbox_id, ExternalId("x"), clock())

        return send

    busy = [maker(database) for database in databases for maker in (accept_into, answer_from, send_from)]
    await asyncio.gather(*map(again, [*busy, forget_somebody, clean_up]))
    for database in databases:
        await database.close()
    assert all("done again" in reason for reason in put_off)
