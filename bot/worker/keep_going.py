"""What all loops have in common: work while there is any, sleep until woken, outlive a database that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.errors import ConfigError, StoreUnavailable
from bot.store.announce import Bell
from bot.store.conversations import TurnFailed
from bot.store.traces import trace_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a loop waits: ``idle`` between two looks when nothing rings, the others after a failure, doubling."""

    idle: float = 15.0
    after_failure: float = 0.5
    at_most: float = 30.0


USUAL_PACE = Pace()

Step = Callable[[], Awaitable[float]]
"""Does one piece of work; returns 0 when there may be more, else after how many seconds to look again unasked."""


async def keep_going(name: str, step: Step, bell: Bell, pace: Pace) -> None:
    """Repeat ``step`` until cancelled. Whatever goes wrong is logged, without a word of what anybody wrote."""
    pause = pace.after_failure
    while True:
        bell.silence()  # what rang so far is seen by this look
        try:
            wait = await step()
        except TurnFailed as failed:
            _report_turn(failed)
            continue  # the input was counted; it comes up again at once, or is parked
        except Exception as error:
            report_failure(name, error, pause)
        else:
            pause = pace.after_failure
            await asyncio.sleep(0)  # whom this step has woken goes first: they have work, another look may find none
            if wait > 0:
                await bell.wait(min(wait, pace.idle))
            continue
        await asyncio.sleep(pause)
        pause = min(pause * 2, pace.at_most)


def _report_turn(failed: TurnFailed) -> None:
    log.error(
        "turn_failed",
        conversation=failed.conversation,
        attempts=failed.attempts,
        parked=failed.parked,
        error=type(failed.__cause__).__name__,
        trace=trace_of(failed.__cause__),
    )


def report_failure(loop: str, error: Exception, again_in_s: float) -> None:
    """Log what kept a loop from its work: a store that is away in its own words, a bug by its kind and place."""
    if isinstance(error, StoreUnavailable | ConfigError):
        log.warning("store_unavailable", loop=loop, error=str(error), again_in_s=again_in_s)
    else:
        log.error("loop_failed", loop=loop, error=type(error).__name__, trace=trace_of(error), again_in_s=again_in_s)
