"""Parts of a page that change by themselves: each is rendered by the same template for the page and for the event stream.

A region has a name and a mark, which changes with what it shows. The stream sends a region whose mark is another than the page
was told; the page replaces what stands there, and keeps focus, open parts and typed words.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.web.pages import as_json


@dataclass(frozen=True, slots=True)
class Region:
    """One part. ``after``: the region of a list it stands behind; empty at its beginning, None when it always stands there."""

    name: str
    html: Markup
    mark: str
    after: str | None = None


def region(name: str, html: Markup, after: str | None = None) -> Region:
    """A region with the mark of what it shows."""
    return Region(name, html, hashlib.sha256(html.encode()).hexdigest()[:12], after)


def state_of(regions: Sequence[Region]) -> str:
    """A digest of all of them: whether a page is up to date as a whole."""
    return hashlib.sha256("|".join(f"{one.name}={one.mark}" for one in regions).encode()).hexdigest()[:16]


class Told:
    """What one page has been told already."""

    def __init__(self, state: str) -> None:
        """The page says in which state it was made."""
        self._state: str | None = state
        self._marks: dict[str, str] = {}

    def news(self, regions: Sequence[Region]) -> list[str]:
        """The events that bring the page up to date. A page that comes back is told everything, unless nothing changed."""
        current = {one.name: one.mark for one in regions}
        events: list[str] = []
        if self._state is not None:
            if self._state == state_of(regions):
                self._marks = dict(current)
            else:
                events.append(f"event: all\ndata: {as_json(list(current))}\n\n")
            self._state = None
        events += [_event(one) for one in regions if self._marks.get(one.name) != one.mark]
        gone = [name for name in self._marks if name not in current]
        if gone:
            events.append(f"event: gone\ndata: {as_json(gone)}\n\n")
        self._marks = current
        return events


def _event(one: Region) -> str:
    data = as_json({"name": one.name, "html": str(one.html), "mark": one.mark, "after": one.after})
    return f"event: region\ndata: {data}\n\n"
