"""Whether a message in a group calls Lotse: by a mention, by a link to it, by its id, or by its name where one addresses somebody.

Pure. A group talks about Lotse as well, and about a *Lotse-Treffen*: a name counts in front, after a greeting or before a comma, an
end or a question, and behind a comma at the end.

The name of somebody who is called is no part of the question and would confuse the reader, so it is left out. But *Lotse said 60
percent, is that right?* calls nobody who reads it, and people would read it without its subject: a name in front that nothing sets
off is left out only before words that begin a question of their own.
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
BEGINS_QUESTION = re.compile(
    r"(?:was|wer|wen|wem|wo|wohin|woher|wann|wie|wieso|warum|weshalb|wieviel|welche[rsmn]?|gibt\s+es|"
    r"(?:kann|könnte|darf|muss|soll|sollte|bekomme|bekommen|habe|haben|hätte|brauche|brauchen)\s+(?:ich|wir|man)|"
    r"what|who|where|when|how|why|which|(?:can|could|may|must|should|do|will|am|are)\s+(?:i|we|you)|is\s+there)\b",
    re.IGNORECASE,
)
"""What shows that the name before it was a call, and not whom the sentence is about."""
MARKED_AT_DESK = re.compile(r"[\s,:]+(?=!\w|/)")
"""What stands between the name and a command or a note, which are known by what they begin with."""
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
class _Addressed:
    """What is said to whom the name calls. ``marked``: a greeting, a sign or a comma sets the name off."""

    rest: str
    marked: bool


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
        """The words of an employee without the name, unless it may be part of what they say."""
        addressed = self._addressed(text)
        if addressed is None or not addressed.rest.strip():
            return text
        return addressed.rest if addressed.marked or BEGINS_QUESTION.match(addressed.rest) else text

    def said_at_desk(self, text: str) -> str:
        """The words of a coordinator as they are, for employees read them; without the name in front of a command or a note."""
        front = _patterns(self.user_id, self.names).front.match(text)
        mark = None if front is None else MARKED_AT_DESK.match(text, front.end("name"))
        return text if mark is None else text[mark.end() :]

    def _addressed(self, text: str) -> _Addressed | None:
        """What is said to Lotse by its name; None when it is not addressed by it."""
        patterns = _patterns(self.user_id, self.names)
        front = patterns.front.match(text)
        if front is not None:
            rest, after = text[front.end() :], front["after"].strip()
            marked = front["greeting"] is not None or front["name"].startswith("@") or after.startswith(ADDRESSES)
            if marked or not rest.strip() or "?" in rest:
                return _Addressed(rest, marked)
        start = max(len(text) - MOST_LOOKED_AT, 0)
        end = patterns.end.search(text, start)
        return None if end is None else _Addressed(text[: end.start()] + end["rest"], marked=True)
