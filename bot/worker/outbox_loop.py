"""Carries what was decided out to the channels, and notes what became of it.

Every channel has a loop of its own, so that a platform that is slow or away holds up nobody else's messages; the order within
a conversation is the outbox's business.
"""

import asyncio
import functools
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.channels.channel import Channel
from bot.errors import ChannelError, StoreUnavailable
from bot.model import Delivery, ExternalId
from bot.store.announce import Announcer, sending_topic
from bot.store.outbox import SENDING_LASTS, Outbox, OutboxItem
from bot.store.traces import where
from bot.worker.keep_going import USUAL_PACE, Pace
from bot.worker.keep_sending import keep_sending

log = structlog.get_logger(__name__)

SEND_TIMEOUT_S = SENDING_LASTS.total_seconds() / 2

MOST_SURPRISES = 5
"""After so many attempts a channel that raises what it never should is not asked again for this message."""


async def carry_out(outbox: Outbox, channel: Channel, item: OutboxItem, clock: Callable[[], datetime]) -> None:
    """Hand a message that was claimed to its channel, and note what became of it."""
    outbox_id = item.delivery.outbox_id
    if item.unclear:
        log.info("delivery_unclear", channel=channel.name, conversation=item.conversation, attempts=item.attempts)
    try:
        external_id = await hand_over(channel, item.delivery, item.attempts)
    except ChannelError as error:
        failure = error
    else:
        await outbox.sent(outbox_id, external_id, clock())
        return
    status = await outbox.failed(outbox_id, failure, clock())
    log.warning(
        "delivery_failed",
        channel=channel.name,
        conversation=item.conversation,
        attempts=item.attempts,
        status=status,
        reason=failure.reason,
    )


async def hand_over(channel: Channel, delivery: Delivery, attempts: int) -> ExternalId:
    """Hand a delivery to its channel. Raises ChannelError, whatever it was that went wrong."""
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            return await channel.send(delivery)
    except ChannelError:
        raise
    except TimeoutError:
        raise ChannelError(f"no answer within {SEND_TIMEOUT_S:.0f} seconds") from None
    except StoreUnavailable as error:  # a channel asks whom a message is for
        raise ChannelError(str(error)) from error
    except Exception as error:
        raise ChannelError(f"unexpected {where(error)}", permanent=attempts >= MOST_SURPRISES) from error


async def outbox_loop(
    outbox: Outbox,
    channels: Sequence[Channel],
    clock: Callable[[], datetime],
    announcer: Announcer,
    *,
    pace: Pace = USUAL_PACE,
) -> None:
    """Send what is decided, through every channel, until cancelled."""
    async with asyncio.TaskGroup() as loops:
        for channel in channels:
            loops.create_task(_deliver(outbox, channel, clock, announcer, pace), name=f"outbox_{channel.name}")


async def _deliver(
    outbox: Outbox, channel: Channel, clock: Callable[[], datetime], announcer: Announcer, pace: Pace
) -> None:
    async def claim() -> OutboxItem | None:
        return await outbox.claim_next(channel.name, clock())

    async def send(item: OutboxItem) -> None:
        await carry_out(outbox, channel, item, clock)

    async def otherwise() -> float:
        retry_at = await outbox.next_retry(channel.name)
        if retry_at is None:
            return pace.idle
        # A row held back by an earlier one may be due already; a look at it again in a moment costs little.
        return max((retry_at - clock()).total_seconds(), pace.after_failure)

    with announcer.listen(sending_topic(channel.name)) as bell:
        again_after_s = SENDING_LASTS.total_seconds()
        offer = functools.partial(outbox.handing_to, channel.name)
        await keep_sending(f"outbox_{channel.name}", claim, send, otherwise, bell, pace, again_after_s, offer)
