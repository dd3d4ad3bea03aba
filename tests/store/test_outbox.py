import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.model import CaseNumber, ExternalId, Post
from bot.store import tables
from bot.store.conversations import TurnFailed
from bot.store.database import open_database
from bot.store.figures import read_figures
from bot.store.outbox import GIVE_UP_AFTER, LONGEST_PAUSE, SENDING_LASTS, Outbox, pause_after
from bot.store.transcripts import read_transcript
from tests.fakes import away, incoming, refused
from tests.store.rows import answer, parts, rows


async def say(database, clock, *texts, user="anna", outbox=None):
    """Let Lotse say these texts to this user, all in one turn."""
    inbox, conversations = parts(database, clock, outbox)
    event = incoming(user=user)
    await inbox.accept("recording", [event])
    await answer(conversations, clock(), *texts)
    return event.address


async def claim(outbox, clock, channel="recording"):
    item = await outbox.claim_next(channel, clock())
    return None if item is None else (item.delivery.reply.blocks[0].spans[0].text, item)


async def test_messages_leave_in_the_order_of_their_conversation(database, clock):
    outbox = Outbox(database)
    address = await say(database, clock, "eins", "zwei")
    text, item = await claim(outbox, clock)
    assert text == "eins"
    assert isinstance(item.delivery, Post)
    assert (item.delivery.address, item.attempts, item.unclear) == (address, 1, False)
    assert await claim(outbox, clock) is None
    (_, first, _) = await read_transcript(database, address)
    assert (first.delivery, first.visible) == ("sending", True)
    await outbox.sent(item.delivery.outbox_id, ExternalId("p1"), clock())
    assert (await claim(outbox, clock))[0] == "zwei"
    assert (await rows(database, tables.outbox))[0].external_id == "p1"


async def test_a_failure_that_may_pass_holds_back_its_conversation_only(database, clock):
    outbox = Outbox(database)
    await say(database, clock, "eins", "zwei", user="anna")
    await say(database, clock, "drei", user="ben")
    _, item = await claim(outbox, clock)
    assert await outbox.failed(item.delivery.outbox_id, away(), clock()) == "waiting"
    assert (await claim(outbox, clock))[0] == "drei"
    assert await claim(outbox, clock) is None
    assert await outbox.next_retry("recording") == clock() + pause_after(1)
    clock.move(seconds=1)
    assert [(await claim(outbox, clock))[0], await claim(outbox, clock)] == ["eins", None]


async def test_a_parked_message_does_not_hold_back_its_conversation(database, clock):
    outbox = Outbox(database)
    address = await say(database, clock, "eins", "zwei")
    _, item = await claim(outbox, clock)
    assert await outbox.failed(item.delivery.outbox_id, refused(), clock()) == "parked"
    assert (await claim(outbox, clock))[0] == "zwei"
    (_, first, _) = await read_transcript(database, address)
    assert (first.delivery, first.visible) == ("parked", False)
    assert (await read_figures(database, clock())).deliveries_parked == 1
    assert (await rows(database, tables.outbox))[0].error == "no such room"


async def test_pauses_grow_up_to_a_limit_obey_the_platform_and_end_after_a_day(database, clock):
    assert [pause_after(number).total_seconds() for number in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert pause_after(10_000) == LONGEST_PAUSE
    outbox = Outbox(database)
    await say(database, clock, "eins")
    _, item = await claim(outbox, clock)
    await outbox.failed(item.delivery.outbox_id, away(seconds=90), clock())
    assert await outbox.next_retry("recording") == clock() + timedelta(seconds=90)
    clock.now += GIVE_UP_AFTER
    _, item = await claim(outbox, clock)
    assert await outbox.failed(item.delivery.outbox_id, away(), clock()) == "parked"


async def test_what_a_stop_left_in_sending_is_handed_out_again_with_the_same_id(address, clock):
    database = await open_database(address)
    await say(database, clock, "eins", "zwei")
    _, before = await claim(Outbox(database), clock)
    await database.close()  # the process stops between *sending* and *sent*

    database = await open_database(address)
    outbox = Outbox(database)
    if not database.is_sqlite:  # another process might still be at it
        assert await claim(outbox, clock) is None
        clock.now += SENDING_LASTS
    text, after = await claim(outbox, clock)
    assert (text, after.unclear, after.attempts) == ("eins", True, 2)
    assert after.delivery.outbox_id == before.delivery.outbox_id
    assert await claim(outbox, clock) is None
    await outbox.sent(after.delivery.outbox_id, ExternalId("p1"), clock())
    assert (await claim(outbox, clock))[0] == "zwei"
    await database.close()


class Hands:
    """Who sends in this process, as the turns see it."""

    def __init__(self, room=True):
        self.room, self.taken = room, []

    def have_room(self):
        return self.room

    def take(self, item):
        self.taken.append(item)

    def texts(self):
        return [item.delivery.reply.blocks[0].spans[0].text for item in self.taken]


async def say_where_it_is_sent(outbox, database, clock, *texts):
    """Let Lotse say these texts in a process that sends; what was handed over."""
    hands = Hands()
    with outbox.handing_to("recording", hands):
        await say(database, clock, *texts, outbox=outbox)
    return hands


async def statuses(database):
    return [row.status for row in await rows(database, tables.outbox)]


async def test_a_turn_claims_the_first_message_of_what_it_says_and_hands_it_over(database, clock):
    outbox = Outbox(database)
    assert await claim(outbox, clock) is None
    hands = await say_where_it_is_sent(outbox, database, clock, "eins", "zwei")
    (item,) = hands.taken
    assert (hands.texts(), item.attempts, item.unclear) == (["eins"], 1, False)
    first, second = await rows(database, tables.outbox)
    assert (first.status, first.attempts, first.retry_at) == ("sending", 1, clock() + SENDING_LASTS)
    assert (second.status, second.attempts) == ("waiting", 0)
    assert await claim(outbox, clock) is None
    await outbox.sent(item.delivery.outbox_id, ExternalId("p1"), clock())
    assert (await claim(outbox, clock))[0] == "zwei"


@pytest.mark.parametrize("why", ["nobody sends here", "no room", "another channel", "they have gone"])
async def test_a_turn_leaves_its_message_to_be_found(database, clock, why):
    outbox = Outbox(database)
    assert await claim(outbox, clock) is None
    hands = Hands(room=why != "no room")
    with outbox.handing_to("other" if why == "another channel" else "recording", hands):
        if why in ("no room", "another channel"):
            await say(database, clock, "eins", outbox=outbox)
    await say(database, clock, "zwei", user="ben", outbox=None if why == "nobody sends here" else outbox)
    assert set(await statuses(database)) == {"waiting"}
    assert hands.taken == []


async def test_before_a_start_has_looked_back_nothing_is_claimed_that_it_would_take_for_left_over(database, clock):
    outbox = Outbox(database)
    hands = await say_where_it_is_sent(outbox, database, clock, "eins")
    assert hands.texts() == ([] if database.is_sqlite else ["eins"])


async def test_a_turn_overtakes_nothing_that_its_conversation_holds_back(database, clock):
    outbox = Outbox(database)
    await say(database, clock, "eins")
    _, item = await claim(outbox, clock)
    assert (await say_where_it_is_sent(outbox, database, clock, "zwei")).taken == []
    await outbox.failed(item.delivery.outbox_id, away(seconds=60), clock())
    assert (await say_where_it_is_sent(outbox, database, clock, "drei")).taken == []
    clock.move(seconds=61)
    assert (await say_where_it_is_sent(outbox, database, clock, "vier")).texts() == ["eins"]
    assert await statuses(database) == ["sending", "waiting", "waiting", "waiting"]


async def test_a_turn_that_cannot_be_committed_hands_over_nothing(database, clock):
    outbox, hands = Outbox(database), Hands()
    assert await claim(outbox, clock) is None
    inbox, conversations = parts(database, clock, outbox)
    await inbox.accept("recording", [incoming()])

    @event.listens_for(database.engine.sync_engine, "commit", once=True)
    def fail(_connection):
        raise OSError

    with outbox.handing_to("recording", hands):
        with pytest.raises(TurnFailed):
            await answer(conversations, clock(), "eins")
        assert (hands.taken, await statuses(database)) == ([], [])
        await answer(conversations, clock(), "eins")
    assert (hands.texts(), await statuses(database)) == (["eins"], ["sending"])


async def test_what_a_stop_left_between_the_turn_and_its_sending_is_handed_out_as_unclear(address, clock):
    database = await open_database(address)
    outbox = Outbox(database)
    await claim(outbox, clock)
    (before,) = (await say_where_it_is_sent(outbox, database, clock, "eins")).taken
    await database.close()  # the process stops before it has begun to send

    database = await open_database(address)
    clock.now += SENDING_LASTS
    text, after = await claim(Outbox(database), clock)
    assert (text, after.unclear, after.attempts, after.delivery.again) == ("eins", True, 2, True)
    assert after.delivery.outbox_id == before.delivery.outbox_id
    await database.close()


async def test_a_slow_answer_is_not_taken_for_a_stop(database, clock):
    outbox = Outbox(database)
    await say(database, clock, "eins")
    await claim(outbox, clock)
    clock.now += SENDING_LASTS - timedelta(seconds=1)
    assert await claim(outbox, clock) is None


async def test_every_channel_gets_only_its_own(database, clock):
    outbox = Outbox(database)
    await say(database, clock, "eins")
    assert await claim(outbox, clock, channel="other") is None


async def test_a_message_that_cannot_be_read_is_parked_and_does_not_stop_the_others(database, clock):
    outbox = Outbox(database)
    await say(database, clock, "eins", "zwei")
    async with database.transaction() as connection:
        spoilt = tables.outbox.update().where(tables.outbox.c.seq == 1).values(delivery={"kind": "later"})
        await connection.execute(spoilt)
    assert (await claim(outbox, clock))[0] == "zwei"


async def test_several_senders_never_get_the_same_message_and_keep_the_order(postgres_address, clock):
    databases = [await open_database(postgres_address) for _ in range(4)]
    users = [f"user-{number}" for number in range(8)]
    for user in users:
        await say(databases[0], clock, *map(str, range(5)), user=user)
    sent = {user: [] for user in users}

    async def sender(database):
        outbox = Outbox(database)
        while any(len(texts) < 5 for texts in sent.values()):
            item = await outbox.claim_next("recording", clock())
            if item is not None:
                sent[item.delivery.address.room.removeprefix("room of ")].append(
                    item.delivery.reply.blocks[0].spans[0].text
                )
                await outbox.sent(item.delivery.outbox_id, ExternalId("x"), clock())

    await asyncio.gather(*map(sender, databases))
    for database in databases:
        await database.close()
    assert sent == {user: list("01234") for user in users}


async def test_figures_count_what_an_operator_must_know(database, clock):
    inbox, conversations = parts(database, clock)
    await inbox.accept("recording", [incoming(), incoming()])
    await answer(conversations, clock(), "eins")
    clock.move(minutes=2)
    figures = await read_figures(database, clock())
    assert (figures.inputs_waiting, figures.oldest_waiting_s, figures.deliveries_waiting) == (1, 120.0, 1)
    assert (figures.inputs_parked, figures.deliveries_sending, figures.deliveries_parked, figures.cases_open) == (
        0,
        0,
        0,
        0,
    )


@pytest.mark.parametrize("number", [CaseNumber(1), CaseNumber(12)])
def test_case_numbers_are_filled_in_everywhere_in_a_reply(number):
    from bot.store.payloads import with_case_number  # a rule of its own, no database needed

    given = {"a": ["Fall {case_number}", {"b": "{case_number}"}], "c": 3, "d": None}
    assert with_case_number(given, number) == {"a": [f"Fall {number}", {"b": str(number)}], "c": 3, "d": None}
