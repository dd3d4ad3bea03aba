import asyncio

import psycopg

from bot.model import Address
from bot.store.announce import INBOX, OUTBOX, Announcer, arrival_topic, transcript_topic
from bot.store.database import open_database
from tests.fakes import incoming
from tests.store.rows import answer, parts


async def test_a_ring_before_the_wait_is_not_missed():
    announcer = Announcer()
    with announcer.listen(INBOX) as bell:
        announcer.notify(INBOX, OUTBOX)
        assert await bell.wait(60)
        assert not await bell.wait(0.001)
    announcer.notify(INBOX)


async def test_everybody_who_listens_hears_it_and_nobody_else():
    announcer = Announcer()
    with announcer.listen(INBOX) as one, announcer.listen(INBOX) as two, announcer.listen(OUTBOX) as other:
        announcer.notify(INBOX)
        assert await one.wait(60)
        assert await two.wait(60)
        assert not await other.wait(0.001)


async def test_a_single_wait_ends_with_the_ring_or_with_its_time():
    announcer = Announcer()
    waiting = asyncio.create_task(announcer.wait(INBOX, 60))
    await asyncio.sleep(0)  # lets the task begin to wait
    announcer.notify(INBOX)
    assert await waiting
    assert not await announcer.wait(INBOX, 0.001)


def test_topics_of_conversations_differ_and_tell_no_names():
    addresses = [Address("a", "r"), Address("a", "r", "t"), Address("b", "r"), Address("a", "rt")]
    topics = {transcript_topic(address) for address in addresses}
    assert len(topics) == 4
    assert not any("rt" in topic.split(":")[1] for topic in topics)


async def test_accepting_and_answering_ring_with_the_commit(database, clock):
    inbox, conversations = parts(database, clock)
    event = incoming()
    announcer = database.announcer
    topic = transcript_topic(event.address)
    with (
        announcer.listen(INBOX) as for_inputs,
        announcer.listen(OUTBOX) as for_replies,
        announcer.listen(topic) as page,
        announcer.listen(arrival_topic(event.address)) as arrivals,
    ):
        await inbox.accept("recording", [event])
        assert await for_inputs.wait(5)
        assert await arrivals.wait(5)
        await announcer.connected()
        await for_replies.wait(0.001)  # the first connection rings everything once
        await answer(conversations, clock())
        assert await for_replies.wait(5)
        assert await page.wait(5)


async def test_other_processes_hear_it_too_even_after_the_connection_was_cut(postgres, postgres_address, clock):
    here, there = await open_database(postgres_address), await open_database(postgres_address)
    inbox, _ = parts(there, clock)
    with here.announcer.listen(INBOX) as bell:
        await here.announcer.connected()
        assert await bell.wait(5), "being connected rings once, for what was missed before"
        await inbox.accept("recording", [incoming()])
        assert await bell.wait(5)
        with psycopg.connect(postgres.address(), autocommit=True) as connection:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            connection.execute(cut)
        await inbox.accept("recording", [incoming()])
        assert await bell.wait(10), "what was missed while the connection was away rings once it is back"
    await here.close()
    await there.close()
