"""The whole path on the terminal: what is typed is answered, also after a stop in between."""

import pytest

from bot.channels.console import ConsoleChannel
from bot.errors import ChannelError
from bot.model import Address, OutboxId, Post
from bot.store.conversations import Conversations
from bot.store.database import open_database
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.worker.inbox_loop import handle_next
from bot.worker.notices import apologise, flood_notice
from tests.fakes import echo_turn, echo_understand, reply
from tests.worker.running import send_next


async def typed(*lines):
    for line in lines:
        yield line


async def test_what_is_typed_is_answered_after_a_stop_between_any_two_steps(address, clock):
    printed = []

    async def with_restart(step):
        database = await open_database(address)
        try:
            return await step(database)
        finally:
            await database.close()

    async def receive(database):
        inbox = Inbox(database, clock, flood_notice)
        channel = ConsoleChannel(clock, lines=typed("Guten Tag\n", "  \n", "Was ist QMIT?\n"))

        async def accept(incomings, cursor=None):
            await inbox.accept(channel.name, incomings, cursor)

        await channel.receive(accept, None)

    async def take_turn(database):
        conversations = Conversations(database, apologise)
        return await handle_next(conversations, None, None, clock(), understand=echo_understand, take_turn=echo_turn)

    async def send(database):
        return await send_next(Outbox(database), ConsoleChannel(clock, lines=typed(), write=printed.append), clock)

    await with_restart(receive)
    steps = [await with_restart(step) for step in (take_turn, take_turn, take_turn, send, send, send)]
    assert steps == [True, True, False, True, True, False]
    assert printed == ["Echo: Guten Tag", "Echo: Was ist QMIT?"]


async def test_the_same_delivery_is_printed_once(clock):
    printed = []
    channel = ConsoleChannel(clock, lines=typed(), write=printed.append)
    post = Post(Address("console", "console"), OutboxId("o1"), reply("Hallo"))
    assert await channel.send(post) == await channel.send(post)
    assert printed == ["Hallo"]


async def test_a_terminal_that_is_gone_is_a_failure_of_the_channel(clock):
    def broken(text):
        raise BrokenPipeError(32, "Broken pipe")

    channel = ConsoleChannel(clock, lines=typed(), write=broken)
    with pytest.raises(ChannelError, match="terminal is gone"):
        await channel.send(Post(Address("console", "console"), OutboxId("o1"), reply("Hallo")))
