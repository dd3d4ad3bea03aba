"""Whether a message in a group calls Lotse: by a mention, by a link to it, by its id, or by its name where one addresses somebody.

Pure. A group talks about Lotse as well, and about a *Lotse-Treffen*: a name counts in front, after a greeting or before a comma, an
end or a question, and behind a comma at the end.
"""

import functools
import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

from bot.channels.matrix.event_reading import RoomEvent

GREETING = (
    r"(?:hallo|hi|hey|hello|moin(?:\s+moin)?|servus|grüezi|grüß\s+gott|guten\s+(?:tag|morgen|abend)|"
    r"good\s+(?:morning|afternoon|evening)|liebe[rs]?|dear)"
)
ADDRESSES = (",", ":", ";", ".", "!", "?")
"""One of these behind the name makes it an address."""
MOST_LOOKED_AT = 300
"""Characters at the end of a message in which a name is looked for."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What a message is searched for. No two repetitions that may match the same stand side by side, so none takes long."""

    front: re.Pattern[str]
    end: re.Pattern[str]
    id: re.Pattern[str]
    link: re.Pattern[str]


@functools.cache
def _patterns(user_id: str, names: tuple[str, ...]) -> _Patterns:
    known = {user_id, user_id[1:].partition(":")[0], *names}
    words = "|".join(re.escape(each) for each in sorted(known, key=lambda each: (-len(each), each)) if each)
    name = rf"(?P<name>@?(?:{words}))(?![\w-]|[.:]\w)"  # neither part of another word nor of another server's name
    return _Patterns(
        re.compile(rf"\s*(?P<greeting>(?:{GREETING}[\s,!]+){{1,2}})?{name}(?P<after>[\s,:;.!?–-]*)", re.IGNORECASE),
        re.compile(rf",\s*{name}(?P<rest>[\s?!.…]*)$", re.IGNORECASE),
        re.compile(rf"(?<![\w@.-]){re.escape(user_id)}(?![\w-]|[.:]\w)"),
        re.compile(
            rf"(?:https://matrix\.to/#/{re.escape(user_id)}|\bmatrix:u/{re.escape(user_id[1:])})(?=[\"'?&/<>\s]|$)"
        ),
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What Lotse is called in a room: its id and the names it goes by."""

    user_id: str
    names: tuple[str, ...] = ()

    def is_called(self, event: RoomEvent) -> bool:
        """Whether this message calls Lotse."""
        if event.mentioned is not None and self.user_id in event.mentioned:
            return True
        patterns = _patterns(self.user_id, self.names)
        if event.mentioned is None and patterns.link.search(unquote(html.unescape(event.links))):
            return True
        return patterns.id.search(event.text) is not None or self._addressed(event.text) is not None

    def without_call(self, text: str) -> str:
        """The words without the name, which is no part of the question."""
        addressed = self._addressed(text)
        rest = text if addressed is None else addressed
        return rest if rest.strip() else text

    def _addressed(self, text: str) -> str | None:
        """What is said to Lotse by its name; None when it is not addressed by it."""
        patterns = _patterns(self.user_id, self.names)
        front = patterns.front.match(text)
        if front is not None:
            rest, after = text[front.end() :], front["after"].strip()
            marked = front["greeting"] is not None or front["name"].startswith("@") or after.startswith(ADDRESSES)
            if marked or not rest.strip() or "?" in rest:
                return rest
        start = max(len(text) - MOST_LOOKED_AT, 0)
        end = patterns.end.search(text, start)
        return None if end is None else text[: end.start()] + end["rest"]
