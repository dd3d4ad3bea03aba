"""What a message has already led to on the screen, so that the same message, sent again, shows nothing a second time.

What is stored knows its messages by their ids for good; a hint or a status is not stored. It goes by the same two ids, the place
and stamp of the message and the client's own: an id of the event would tell the mention from the message it comes beside, and a
message from its phantom. In memory, for what is lost with it is at worst a hint that appears twice.
"""

from collections import OrderedDict
from collections.abc import Iterable

MOST_REMEMBERED = 10_000
"""Ids; Slack sends an event again within minutes."""


class ShownOnce:
    """The messages something was shown about."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()

    def first(self, ids: Iterable[str | None]) -> bool:
        """Whether nothing was shown yet about the message with these ids. From now on something was."""
        given = dict.fromkeys(each for each in ids if each is not None)
        known = not self._ids.keys().isdisjoint(given)
        self._ids.update(given)
        while len(self._ids) > self._most:
            self._ids.popitem(last=False)
        return not known
