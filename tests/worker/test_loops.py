"""The path of a message through the loops: in, answered, out, whatever happens on the way."""

import asyncio
import sqlite3
from collections import Counter

import pytest
from structlog.testing import capture_logs

from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.errors import StoreUnavailable
from bot.handoff.team_office import TeamOffice
from bot.model import CaseFacts, Reason, Say, SetTimer, Understanding, Utterance
from bot.store import tables
from bot.store.announce import OUTBOX, outbox_topics, transcript_topic
from bot.store.conversations import Conversations
from bot.store.database import open_database
from bot.store.figures import read_figures
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.store.privacy import Retention
from bot.store.transcripts import read_transcript
from bot.worker.inbox_loop import handle_next, inbox_loop
from bot.worker.keep_sending import SENDERS
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import MOST_SURPRISES, outbox_loop
from bot.worker.timer_loop import timer_loop
from tests.conftest import NOW
from tests.fakes import RecordingChannel, away, echo_turn, echo_understand, incoming, refused, reply
from tests.store.rows import rows
from tests.worker.running import NOTHING, QUICK, heard, running, send_next

ECHO = {"understand": echo_understand, "take_turn": echo_turn}
SECRET = "niemand darf das im Protokoll lesen"


@pytest.fixture
def inbox(database, clock):
    return Inbox(database, clock, flood_notice)


@pytest.fixture
def outbox(database):
    return Outbox(database)


@pytest.fixture
def conversations(database, outbox):
    return Conversations(database, apologise, outbox)


def answering(conversations, clock, database, **mind):
    return inbox_loop(conversations, NOTHING, clock, database.announcer, pace=QUICK, **(mind or ECHO))


def sending(outbox, database, clock, *channels):
    return outbox_loop(outbox, channels, clock, database.announcer, pace=QUICK)


async def test_what_is_accepted_is_answered_and_sent_in_order(database, inbox, conversations, outbox, clock):
    channel = RecordingChannel()
    users = [f"user-{number}" for number in range(5)]
    async with running(answering(conversations, clock, database), sending(outbox, database, clock, channel)):
        for number in range(6):
            await inbox.accept("recording", [incoming(str(number), user=user) for user in users])
        await channel.until(lambda: len(channel.posts) == 30)
    for user in users:
        assert channel.texts(f"room of {user}") == [f"Echo: {number}" for number in range(6)]


async def test_the_first_input_carries_no_state_and_the_next_one_what_the_turn_left(
    database, inbox, conversations, clock
):
    seen = []

    def take_turn(state, given, understanding, content, now):
        seen.append((state.topic, state.introduced, state.open_case, understanding.text))
        return Turn(State(topic="bonus", introduced=True), (Say(reply("ja")),), Reason("r"), "answer")

    await inbox.accept("recording", [incoming("eins"), incoming("zwei")])
    for _ in range(2):
        assert await handle_next(conversations, None, None, clock(), understand=echo_understand, take_turn=take_turn)
    assert not await handle_next(conversations, None, None, clock(), understand=echo_understand, take_turn=take_turn)
    assert seen == [(None, False, None, "eins"), ("bonus", True, None, "zwei")]


async def test_understanding_gets_the_context_only_while_it_is_fresh(database, inbox, conversations, clock):
    contexts = []

    def understand(text, reader, context):
        contexts.append((context.locale, context.topic))
        return Understanding("de")

    def take_turn(state, given, understanding, content, now):
        return Turn(State(locale="en", topic="bonus", context_at=now), (), Reason("r"), "silent")

    for minutes in (0, 10, 31):
        clock.move(minutes=minutes)
        await inbox.accept("recording", [incoming()])
        await handle_next(conversations, None, None, clock(), understand=understand, take_turn=take_turn)
    assert contexts == [(None, None), ("en", "bonus"), ("en", None)]


async def test_words_are_read_without_their_emoji_and_kept_with_them(database, inbox, conversations, clock):
    given = []

    def take_turn(state, said, understanding, content, now):
        given.append((understanding.text, said.text))
        return echo_turn(state, said, understanding, content, now)

    await inbox.accept("recording", [incoming("Danke ℹ️ :partyparrot:")])
    await handle_next(conversations, None, None, clock(), understand=echo_understand, take_turn=take_turn)
    assert given == [("Danke", "Danke ℹ️ :partyparrot:")]


async def test_a_bug_in_a_turn_ends_with_an_apology_a_case_and_no_word_in_the_log(
    database, inbox, conversations, outbox, clock
):
    channel = RecordingChannel()

    def take_turn(state, given, understanding, content, now):
        if given.text == SECRET:
            raise KeyError(given.text)
        return echo_turn(state, given, understanding, content, now)

    with capture_logs() as logs:
        mind = {"understand": echo_understand, "take_turn": take_turn}
        async with running(
            answering(conversations, clock, database, **mind), sending(outbox, database, clock, channel)
        ):
            await inbox.accept("recording", [incoming(SECRET), incoming("und weiter")])
            await channel.until(lambda: len(channel.posts) == 2)
    assert channel.texts()[0].startswith("Entschuldigung")
    assert "Fall 1" in channel.texts()[0]
    assert channel.texts()[1] == "Echo: und weiter"
    failed = [entry for entry in logs if entry["event"] == "turn_failed"]
    assert [(entry["attempts"], entry["parked"]) for entry in failed] == [(1, False), (2, False), (3, True)]
    assert failed[0]["error"] == "KeyError"
    assert failed[0]["trace"][-1].endswith(" take_turn")
    assert SECRET not in str(logs)
    assert [case.question for case in await rows(database, tables.cases)] == [SECRET]


async def test_a_platform_that_is_away_delays_only_its_own_conversation(database, inbox, conversations, outbox, clock):
    channel = RecordingChannel()
    channel.failures = [away(seconds=60)]
    async with running(answering(conversations, clock, database), sending(outbox, database, clock, channel)):
        await inbox.accept("recording", [incoming("eins", user="anna")])
        await channel.until(lambda: not channel.failures)
        await inbox.accept("recording", [incoming("zwei", user="anna"), incoming("drei", user="ben")])
        await channel.until(lambda: channel.texts() == ["Echo: drei"])
        clock.move(seconds=61)
        database.announcer.notify(*outbox_topics("recording"))
        await channel.until(lambda: len(channel.posts) == 3)
    assert channel.texts("room of anna") == ["Echo: eins", "Echo: zwei"]


async def test_a_channel_that_hangs_holds_up_no_other_channel(database, inbox, conversations, outbox, clock):
    slow, quick = RecordingChannel("slow"), RecordingChannel("quick")
    slow.gate = asyncio.Event()
    async with running(answering(conversations, clock, database), sending(outbox, database, clock, slow, quick)):
        await inbox.accept("slow", [incoming(user=f"user {number}", channel="slow") for number in range(10)])
        await slow.until(lambda: len(slow.handed) == 4)
        await inbox.accept("quick", [incoming(channel="quick")])
        await quick.until(lambda: quick.posts)
        slow.gate.set()
        await slow.until(lambda: len(slow.posts) == 10)


class Watched(Outbox):
    """Counts the looks for something to send; noting that a message was sent fails as often as ``fails`` says."""

    def __init__(self, database, fails=0):
        super().__init__(database)
        self.looks, self.fails = Counter(), fails

    async def claim_next(self, channel, now):
        self.looks[channel] += 1
        return await super().claim_next(channel, now)

    async def sent(self, outbox_id, external_id, now):
        if self.fails:
            self.fails -= 1
            raise StoreUnavailable("The database does not answer.")
        await super().sent(outbox_id, external_id, now)


async def test_one_message_costs_few_looks_however_many_may_be_on_their_way(database, inbox, conversations, clock):
    channel, other, outbox = RecordingChannel(), RecordingChannel("other"), Watched(database)
    loop = outbox_loop(outbox, [channel, other], clock, database.announcer, pace=QUICK)
    await inbox.accept("recording", [incoming()])

    async def sent():
        return not (await read_figures(database, clock())).deliveries_sending

    async with running(loop):
        await handle_next(conversations, None, None, clock(), **ECHO)
        await channel.until(lambda: len(channel.posts) == 1)
        with database.announcer.listen(OUTBOX) as bell:
            await heard(bell, sent)
    # PostgreSQL rings every bell once it is connected, rings again for what this very process committed, and there it rings
    # also for what was sent when nothing stands behind it: the looks at the message and at that may be two each.
    connected, rung = (0, 0) if database.is_sqlite else (1, 3)
    # One at the start, one that finds the message and one behind it.
    assert outbox.looks["recording"] <= 3 + connected + rung
    assert outbox.looks["other"] <= 1 + connected


async def test_a_message_that_was_handed_over_costs_no_look_at_all(database, inbox, clock):
    channel, outbox = RecordingChannel(), Watched(database)
    conversations = Conversations(database, apologise, outbox)
    async with running(sending(outbox, database, clock, channel)):
        while not outbox.looks["recording"]:  # noqa: ASYNC110  # nothing rings for a look that finds nothing
            await asyncio.sleep(0.01)
        for number in range(5):
            await inbox.accept("recording", [incoming(str(number), user=f"user-{number}")])
            await handle_next(conversations, None, None, clock(), **ECHO)
            await channel.until(lambda number=number: len(channel.posts) == number + 1)
        with database.announcer.listen(OUTBOX) as bell:

            async def sent():
                return not (await read_figures(database, clock())).deliveries_sending

            await heard(bell, sent)
    assert outbox.looks["recording"] <= (1 if database.is_sqlite else 2 + 2 * 5)


async def test_behind_what_was_sent_the_next_message_goes_out_without_another_ring(database, inbox, outbox, clock):
    channel, conversations = RecordingChannel(), Conversations(database, apologise, outbox)

    def take_turn(state, given, understanding, content, now):
        return Turn(state, tuple(Say(reply(text)) for text in ("eins", "zwei", "drei")), Reason("r"), "answer")

    mind = {"understand": echo_understand, "take_turn": take_turn}
    async with running(answering(conversations, clock, database, **mind), sending(outbox, database, clock, channel)):
        async with asyncio.timeout(QUICK.idle / 2):
            await inbox.accept("recording", [incoming()])
            await channel.until(lambda: len(channel.posts) == 3)
    assert channel.texts() == ["eins", "zwei", "drei"]


class Blind(Outbox):
    """Finds nothing by itself after its first look; what it sends was handed to it."""

    looked = False

    async def claim_next(self, channel, now):
        found = None if self.looked else await super().claim_next(channel, now)
        self.looked = True
        return found


async def test_what_is_decided_where_it_is_sent_needs_no_look_and_is_sending_before_it_is_sent(database, inbox, clock):
    outbox, channel = Blind(database), RecordingChannel()
    channel.gate = asyncio.Event()
    conversations = Conversations(database, apologise, outbox)
    async with running(sending(outbox, database, clock, channel)):
        while not outbox.looked:  # noqa: ASYNC110  # nothing rings for a look that finds nothing
            await asyncio.sleep(0.01)
        await inbox.accept("recording", [incoming("eins"), incoming("zwei")])
        await handle_next(conversations, None, None, clock(), **ECHO)
        await channel.until(lambda: channel.handed)
        figures = await read_figures(database, clock())
        assert (figures.deliveries_sending, figures.deliveries_waiting) == (1, 0)
        await handle_next(conversations, None, None, clock(), **ECHO)
        channel.gate.set()
        await channel.until(lambda: channel.posts)
    assert channel.texts() == ["Echo: eins"], "the second was decided while the first was under way, and is to be found"


async def test_what_is_handed_over_leaves_room_as_everything_else_does(database, inbox, conversations, outbox, clock):
    channel = RecordingChannel()
    channel.gate = asyncio.Event()
    async with running(answering(conversations, clock, database), sending(outbox, database, clock, channel)):
        await inbox.accept("recording", [incoming(user=f"user-{number}") for number in range(SENDERS + 2)])
        with database.announcer.listen(OUTBOX) as bell:

            async def all_decided():
                figures = await read_figures(database, clock())
                return figures.deliveries_sending + figures.deliveries_waiting == SENDERS + 2

            await heard(bell, all_decided)
        assert SENDERS <= len(channel.handed) <= SENDERS + 1
        channel.gate.set()
        await channel.until(lambda: len(channel.posts) == SENDERS + 2)


async def test_several_processes_that_answer_and_send_lose_and_double_nothing_and_keep_the_order(
    postgres_address, clock
):
    databases = [await open_database(postgres_address) for _ in range(3)]
    channels = [RecordingChannel() for _ in databases]
    loops = []
    for database, channel in zip(databases, channels, strict=True):
        outbox = Outbox(database)
        channel.posts = channels[0].posts  # one platform
        loops.append(answering(Conversations(database, apologise, outbox), clock, database))
        loops.append(sending(outbox, database, clock, channel))
    users = [f"user-{number}" for number in range(6)]
    async with running(*loops):
        for number in range(8):
            inbox = Inbox(databases[number % 3], clock, flood_notice)
            await inbox.accept("recording", [incoming(str(number), user=user) for user in users])
        async with asyncio.timeout(20):
            while len(channels[0].posts) < 48:  # noqa: ASYNC110  # what the others post rings nowhere here
                await asyncio.sleep(0.01)
    assert sum(len(channel.handed) for channel in channels) == 48
    assert [channels[0].texts(f"room of {user}") for user in users] == [[f"Echo: {n}" for n in range(8)]] * 6
    for database in databases:
        await database.close()


class Counted(Conversations):
    """Counts the looks for something to answer."""

    looks = 0

    def claim_next(self, now):
        self.looks += 1
        return super().claim_next(now)


async def test_one_input_costs_one_look_and_several_cost_no_more_than_one_each(database, inbox, outbox, clock):
    conversations, channel = Counted(database, apologise, outbox), RecordingChannel()
    async with running(answering(conversations, clock, database), sending(outbox, database, clock, channel)):
        for number in range(3):
            await inbox.accept("recording", [incoming(str(number))])
            await channel.until(lambda number=number: len(channel.posts) == number + 1)
        await inbox.accept("recording", [incoming(user=f"user-{number}") for number in range(3)])
        await channel.until(lambda: len(channel.posts) == 6)
    # PostgreSQL rings once it is connected, and again for what this very process committed.
    assert conversations.looks <= (7 if database.is_sqlite else 14)


async def test_as_many_messages_are_on_their_way_as_may_be_and_no_more(database, inbox, conversations, outbox, clock):
    channel = RecordingChannel()
    channel.gate = asyncio.Event()
    await inbox.accept("recording", [incoming(user=f"user-{number}") for number in range(SENDERS + 2)])
    while await handle_next(conversations, None, None, clock(), **ECHO):
        pass
    async with running(sending(outbox, database, clock, channel)):
        await channel.until(lambda: len(channel.handed) == SENDERS)
        figures = await read_figures(database, clock())
        assert (figures.deliveries_sending, figures.deliveries_waiting) == (SENDERS, 2)
        channel.gate.set()
        await channel.until(lambda: len(channel.posts) == SENDERS + 2)


async def test_a_message_whose_sending_could_not_be_noted_holds_up_only_its_conversation(
    database, inbox, conversations, clock
):
    channel, outbox = RecordingChannel(), Watched(database, fails=1)

    def loop():
        return outbox_loop(outbox, [channel], clock, database.announcer, pace=QUICK)

    async def only_one_is_left():
        return len(channel.posts) == 2 and (await read_figures(database, clock())).deliveries_sending == 1

    with capture_logs() as logs, database.announcer.listen(OUTBOX) as bell:
        async with running(loop()):
            for user in ("anna", "ben"):
                await inbox.accept("recording", [incoming(user=user)])
                await handle_next(conversations, None, None, clock(), **ECHO)
                await channel.until(lambda user=user: channel.texts(f"room of {user}"))
            await heard(bell, only_one_is_left)
    assert [entry["event"] for entry in logs] == ["store_unavailable"]
    clock.move(minutes=3)
    async with running(loop()):
        await channel.until(lambda: len(channel.handed) == 3)
    first, _, again = channel.handed
    assert (again.outbox_id, again.again) == (first.outbox_id, True)
    assert len(channel.posts) == 2


async def test_what_a_platform_refuses_is_parked_and_seen(database, inbox, conversations, outbox, clock):
    channel = RecordingChannel()
    channel.failures = [refused()]
    event = incoming("eins")
    with capture_logs() as logs:
        async with running(answering(conversations, clock, database), sending(outbox, database, clock, channel)):
            await inbox.accept("recording", [event, incoming("zwei")])
            await channel.until(lambda: channel.texts() == ["Echo: zwei"])
    lines = await read_transcript(database, event.address)
    assert next(line.delivery for line in lines if line.who == "lotse") == "parked"
    (failed,) = [entry for entry in logs if entry["event"] == "delivery_failed"]
    assert (failed["status"], failed["reason"], failed["channel"]) == ("parked", "no such room", "recording")


async def test_a_channel_with_a_bug_is_tried_again_and_then_parked(database, inbox, conversations, clock):
    channel = RecordingChannel()
    channel.failures = [ValueError(SECRET)] * (MOST_SURPRISES + 1)
    await inbox.accept("recording", [incoming()])
    await handle_next(conversations, None, None, clock(), **ECHO)
    outbox = Outbox(database)
    with capture_logs() as logs:
        for _ in range(MOST_SURPRISES):
            assert await send_next(outbox, channel, clock)
            clock.move(minutes=5)
        assert not await send_next(outbox, channel, clock)
    assert [entry["status"] for entry in logs] == ["waiting"] * (MOST_SURPRISES - 1) + ["parked"]
    assert SECRET not in str(logs)


async def test_what_a_channel_could_not_ask_the_database_about_is_sent_later_however_often_it_was_tried(
    database, inbox, conversations, clock
):
    channel = RecordingChannel()
    channel.failures = [StoreUnavailable("All connections to the database are in use.")] * (MOST_SURPRISES + 1)
    await inbox.accept("recording", [incoming("eins")])
    await handle_next(conversations, None, None, clock(), **ECHO)
    outbox = Outbox(database)
    for _ in range(MOST_SURPRISES + 2):
        assert await send_next(outbox, channel, clock)
        clock.move(minutes=5)
    assert channel.texts() == ["Echo: eins"]


async def test_a_stop_while_sending_leads_to_the_same_message_being_handed_over_again(address, clock):
    channel = RecordingChannel()
    channel.gate = asyncio.Event()
    database = await open_database(address)
    outbox = Outbox(database)
    await Inbox(database, clock, flood_notice).accept("recording", [incoming("eins")])
    async with running(
        answering(Conversations(database, apologise, outbox), clock, database),
        sending(outbox, database, clock, channel),
    ):
        await channel.until(lambda: channel.handed)
    await database.close()

    channel.gate = None
    clock.move(minutes=3)
    database = await open_database(address)
    async with running(sending(Outbox(database), database, clock, channel)):
        await channel.until(lambda: channel.posts)
    assert len({delivery.outbox_id for delivery in channel.handed}) == 1
    assert len(channel.handed) == 2
    await database.close()


async def test_loops_outlive_a_database_that_is_locked_for_a_while(sqlite_address, clock):
    database = await open_database(f"{sqlite_address}?timeout=0.05")
    outbox = Outbox(database)
    inbox, conversations = Inbox(database, clock, flood_notice), Conversations(database, apologise, outbox)
    channel = RecordingChannel()
    await inbox.accept("recording", [incoming("eins")])
    other = sqlite3.connect(sqlite_address.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with capture_logs() as logs:
        async with running(
            answering(conversations, clock, database),
            sending(outbox, database, clock, channel),
            timer_loop(database, Retention(), clock, database.announcer, pace=QUICK),
        ):
            while len({entry["loop"] for entry in logs if entry["event"] == "store_unavailable"}) < 4:
                with pytest.raises(StoreUnavailable):
                    await inbox.accept("recording", [incoming("zwei")])
            other.execute("ROLLBACK")
            other.close()
            await inbox.accept("recording", [incoming("zwei")])
            await channel.until(lambda: len(channel.posts) == 2)
    assert channel.texts() == ["Echo: eins", "Echo: zwei"]
    await database.close()


async def test_timers_fire_and_old_rows_go_while_messages_arrive(database, inbox, conversations, outbox, clock):
    channel = RecordingChannel()

    def take_turn(state, given, understanding, content, now):
        if isinstance(given, Utterance):
            return Turn(state, (SetTimer("remind", now),), Reason("r"), "silent")
        return Turn(state, (Say(reply(f"Timer: {given.kind}")),), Reason("r"), "answer")

    mind = {"understand": echo_understand, "take_turn": take_turn}
    async with running(
        answering(conversations, clock, database, **mind),
        sending(outbox, database, clock, channel),
        timer_loop(database, Retention(), clock, database.announcer, pace=QUICK),
    ):
        await inbox.accept("recording", [incoming()])
        await channel.until(lambda: channel.posts)
    assert channel.texts() == ["Timer: remind"]
    clock.move(days=2)
    event = incoming()
    with database.announcer.listen(transcript_topic(event.address)) as bell:

        async def cleaned():
            return all(row.payload is None for row in await rows(database, tables.inbox))

        async with running(timer_loop(database, Retention(), clock, database.announcer, pace=QUICK)):
            await heard(bell, cleaned)


async def test_the_built_in_notices_speak_both_languages(database, conversations, inbox, clock):
    assert flood_notice(None).locale == "de"
    assert "a lot of messages" in str(flood_notice("en"))

    class Parked:
        locale, input, case, encrypted = "en", Utterance("what?"), None, True

    said, case = apologise(Parked())
    assert (said.reply.locale, case.locale, case.question) == ("en", "en", "what?")
    assert case.told_first
    assert "Your case leaves it" in str(said.reply)
    Parked.encrypted = False
    said, case = apologise(Parked())
    assert not case.told_first
    assert "leaves" not in str(said.reply)
    Parked.case = CaseFacts(7, "claimed", 2, "foerderung", "en", NOW)
    assert apologise(Parked()) == (said,), "whoever has a case is seen already"


async def test_a_case_after_a_failed_turn_is_due_like_any_other(trained):
    class Parked:
        locale, input, case, absences, encrypted, now = "de", Utterance("woran ich scheitere"), None, (), False, NOW

    office = TeamOffice(trained.content)
    _, case = apologise(Parked(), lambda absences: office)
    assert case.first_due == office.first_due(case.team, NOW) is not None
    assert case.solution_due == office.solution_due(case.team, NOW) is not None
    assert case.timers, "it calls somebody when nobody comes"
