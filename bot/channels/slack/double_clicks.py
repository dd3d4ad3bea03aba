"""Two clicks on one button, one right after the other, are one press.

Slack sends both, with an id and a moment each: until a message has changed, or where its buttons stay, nothing else tells a double
click from somebody who wants the same again. Kept in memory and for a moment only. A choice does not lean on it: it is taken once,
and its id says so for good (``interactions.py``).
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

MOMENT = timedelta(seconds=4)
"""Nobody reads what came of a press, and decides to want it again, in less."""


class DoubleClicks:
    """What was pressed a moment ago."""

    def __init__(self) -> None:
        self._pressed: dict[str, datetime] = {}

    @contextlib.contextmanager
    def first(self, button: str, at: datetime) -> Iterator[bool]:
        """Whether this press counts: the same button was not pressed a moment before. If the block fails, it never was.

        ``button`` names the person too; ``at`` is Slack's own moment, so that how long it took to arrive makes no difference.
        """
        self._pressed = {each: then for each, then in self._pressed.items() if abs(at - then) < MOMENT}
        if button in self._pressed:
            yield False
            return
        self._pressed[button] = at
        try:
            yield True
        except BaseException:
            self._pressed.pop(button, None)
            raise
