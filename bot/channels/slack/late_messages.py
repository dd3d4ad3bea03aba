"""Messages that could not be taken in and come again: what changes or deletes them waits for them.

Slack repeats each event by itself, after a minute or five, and does not hold back what came later. A change of a message nobody
knows is dropped, as most of them are about words that were never for Lotse; so the words would be taken in as they no longer are,
and deleted ones answered. It is refused instead, and Slack repeats it after the message. In memory: whoever stops in between
loses no message, and such a change at worst.

A message may come in copies, as a mention does; once one of them was taken in, the others cannot make it late.
"""

import contextlib
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from bot.channels.slack.intake import NotTakenIn
from bot.errors import StoreUnavailable
from bot.model import Edited, ExternalId, Incoming, Removed

COMES_WITHIN_S = 10 * 60.0
"""Slack repeats an event for the last time after five minutes; what has not come by then does not come any more."""
MOST_REMEMBERED = 10_000
"""Messages that were taken in; the copies of one come within minutes."""


class LateMessages:
    """Messages that have not been taken in, and until when they may come again; and the latest of those that have."""

    def __init__(self, comes_within_s: float = COMES_WITHIN_S) -> None:
        self._comes_within_s = comes_within_s
        self._until: dict[ExternalId, float] = {}
        self._come: OrderedDict[ExternalId, None] = OrderedDict()

    @contextlib.contextmanager
    def noted(self, message: ExternalId) -> Iterator[None]:
        """Take in within the block what this message holds: where that fails it is late, and where it does not it has come."""
        try:
            yield
        except StoreUnavailable:
            if message not in self._come:
                now = time.monotonic()
                self._until = {late: until for late, until in self._until.items() if until > now}
                self._until[message] = now + self._comes_within_s
            raise
        self._until.pop(message, None)
        self._come[message] = None
        if len(self._come) > MOST_REMEMBERED:
            self._come.popitem(last=False)

    def check(self, incomings: Sequence[Incoming]) -> None:
        """Raises NotTakenIn when these are about a message that is late."""
        for each in incomings:
            if isinstance(each.input, Edited | Removed) and self._until.get(each.input.of, 0) > time.monotonic():
                raise NotTakenIn("The message it is about was not taken in yet; both come again.")
