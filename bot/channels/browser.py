"""The web chat as a channel. The pages are its platform: they read the transcript, so delivering means waking them.

What people write on a page enters the inbox by the page itself, which answers only once it is stored; so there is
nothing to receive. A delivery becomes visible with the commit that takes it up (``sending``), before ``send`` is
called: a page that is woken finds it, and the same delivery sent twice changes nothing.

Rejected: handing the reply to the open pages directly. A page that is not open, or in another process, would miss it,
and the transcript would be only one of two truths.
"""

import asyncio
from collections.abc import Callable

from bot.channels.channel import Accept
from bot.model import Address, Delivery, Edit, ExternalId, Limits, Redact, View

NAME = "browser"

LIMITS = Limits(text=8_000, choices=10)
"""A page has no limit of its own; longer messages, or more to choose from, are no longer read on a phone."""

Wake = Callable[[Address], None]
"""Wakes the pages that show the conversation at this address."""


class BrowserChannel:
    """Delivers to the pages of the web chat."""

    name = NAME
    limits = LIMITS
    problem: str | None = None

    def __init__(self, wake: Wake) -> None:
        """Keep how pages are woken; the application connects it to the store's announcer."""
        self._wake = wake

    async def receive(self, accept: Accept, cursor: str | None) -> None:
        """Nothing arrives here: pages hand what was written to the inbox themselves. Runs until cancelled."""
        await asyncio.Event().wait()

    async def send(self, delivery: Delivery) -> ExternalId:
        """Wake the pages at the address. The transcript is the platform, so its id of the message is the outbox id."""
        self._wake(delivery.address)
        return ExternalId(delivery.of if isinstance(delivery, Edit | Redact) else delivery.outbox_id)

    async def show(self, view: View) -> None:
        """Nothing to do: pages show by themselves that an answer is on its way, from the inbox they read."""
