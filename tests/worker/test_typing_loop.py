"""Who is shown that an answer is on its way, and until when."""

import asyncio

import pytest

from bot.handoff.case_events import Claims
from bot.model import Address, OutboxId, Rated, Typing, TypingEnds
from bot.store.conversations import Conversations
from bot.store.desk import Desk
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.worker.inbox_loop import handle_next, inbox_loop
from bot.worker.notices import apologise, flood_notice
from bot.worker.outbox_loop import outbox_loop
from bot.worker.typing_loop import typing_loop
from tests.desk_people import MARIA, DeskOffice
from tests.fakes import RecordingChannel, echo_turn, echo_understand, incoming
from tests.store.test_desk import opened
from tests.worker.running import NOTHING, QUICK, running, send_next


@pytest.fixture
def inbox(database, clock):
    return Inbox(database, clock, flood_notice)


@pytest.fixture
def channel():
    return RecordingChannel()


def showing(database, channel, clock):
    return typing_loop(database, [channel], clock, database.announcer, pace=QUICK)


def at(user):
    return Address("recording", f"room of {user}")


async def test_who_waits_is_shown_it_again_and_again_until_the_answer_has_left(database, inbox, channel, clock):
    outbox, announcer = Outbox(database), database.announcer
    conversations = Conversations(database, apologise, outbox)
    channel.gate = asyncio.Event()
    async with running(showing(database, channel, clock), outbox_loop(outbox, [channel], clock, announcer, pace=QUICK)):
        await inbox.accept("recording", [incoming("Hallo")])
        clock.move(milliseconds=300)
        await channel.until(lambda: channel.shown == [Typing(at("anna"))])
        mind = {"understand": echo_understand, "take_turn": echo_turn}
        async with running(inbox_loop(conversations, NOTHING, clock, announcer, pace=QUICK, **mind)):
            await channel.until(lambda: channel.handed)
            clock.move(seconds=10)
            await channel.until(lambda: channel.shown == [Typing(at("anna"))] * 2)
            channel.gate.set()
            await channel.until(lambda: channel.shown[2:] == [TypingEnds(at("anna"))])


async def test_an_answer_in_one_thread_leaves_the_sign_for_another_of_the_same_room(database, inbox, channel, clock):
    outbox = Outbox(database)
    conversations = Conversations(database, apologise, outbox)
    first, second = Address("recording", "team", "$1"), Address("recording", "team", "$2")

    async def answer_next():
        mind = {"understand": echo_understand, "take_turn": echo_turn}
        assert await handle_next(conversations, None, None, clock(), **mind)
        assert await send_next(outbox, channel, clock)

    await inbox.accept("recording", [incoming(room=each.room, thread=each.thread) for each in (first, second)])
    clock.move(seconds=1)
    async with running(showing(database, channel, clock)):
        await channel.until(lambda: channel.shown == [Typing(first), Typing(second)])
        await answer_next()
        clock.move(seconds=10)
        await channel.until(lambda: channel.shown[2:] == [Typing(second)])
        await answer_next()
        await channel.until(lambda: channel.shown[3:] == [TypingEnds(second)])


async def test_nobody_else_is_shown_anything(database, inbox, channel, clock):
    await opened(database, clock, "who has a coordinator")
    await Desk(database, lambda absences: DeskOffice()).act(1, Claims(MARIA), clock())
    await inbox.accept("recording", [incoming("Hallo", user="who waits in vain")])
    clock.move(minutes=2)
    given = {"who waits": "Hallo", "who has a coordinator": "Sind Sie da?", "who rated": Rated(True, OutboxId("o1"))}
    await inbox.accept("recording", [incoming(each, user=user) for user, each in given.items()])
    await inbox.accept("other", [incoming("Hallo", user="who is elsewhere", channel="other")])
    clock.move(seconds=1)
    await inbox.accept("recording", [incoming("Hallo", user="who has just written")])
    async with running(showing(database, channel, clock)):
        await channel.until(lambda: channel.shown)
        assert channel.shown == [Typing(at("who waits"))]


async def test_it_ends_when_a_coordinator_takes_the_word_meanwhile(database, inbox, channel, clock):
    await opened(database, clock)
    await inbox.accept("recording", [incoming("Noch da?")])
    clock.move(seconds=1)
    async with running(showing(database, channel, clock)):
        await channel.until(lambda: channel.shown == [Typing(at("anna"))])
        await Desk(database, lambda absences: DeskOffice()).act(1, Claims(MARIA), clock())
        await channel.until(lambda: channel.shown[1:] == [TypingEnds(at("anna"))])
