"""The braces in texts: ``{name}``, ``{topic.name}``, ``{before.name}``, ``{name.from}``, each with ``:n :v :dat``."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Modifier = Literal["", "n", "v", "dat"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SHAPE = re.compile(
    r"(?:(?P<topic>[a-z][a-z0-9_]*)\.)??(?P<before>before\.)?(?P<fact>[a-z][a-z0-9_]*)(?P<start>\.from)?"
    r"(?::(?P<modifier>n|v|dat))?"
)
RESERVED = frozenset({"before", "from", "list"})
"""Words that mean something in braces and therefore cannot name a fact or a topic."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What one pair of braces asks for. ``topic`` None: the topic the text belongs to."""

    raw: str
    fact: str
    topic: str | None = None
    before: bool = False
    start: bool = False
    """The first day of the version, not the value."""
    modifier: Modifier = ""

    @property
    def is_list(self) -> bool:
        """The computed list of an answer."""
        return self.fact == "list" and self.topic is None


@lru_cache(maxsize=20_000)
def placeholders(text: str) -> tuple[Placeholder | str, ...]:
    """All braces of a text in order; those that cannot be read as a placeholder stay the text between them."""
    return tuple(_parse(match[1]) for match in PLACEHOLDER.finditer(text))


def _parse(raw: str) -> Placeholder | str:
    match = _SHAPE.fullmatch(raw)
    if match is None or match["fact"] in ("before", "from"):
        return raw
    return Placeholder(
        raw=raw,
        fact=match["fact"],
        topic=match["topic"],
        before=match["before"] is not None,
        start=match["start"] is not None,
        modifier=match["modifier"] or "",  # type: ignore[arg-type]  # the pattern allows no other
    )


def parse_placeholder(raw: str) -> Placeholder | None:
    """One placeholder without its braces; None when it cannot be read."""
    parsed = _parse(raw)
    return parsed if isinstance(parsed, Placeholder) else None


def without_placeholders(text: str) -> str:
    """The text with every pair of braces blanked out; offsets stay the same."""
    return PLACEHOLDER.sub(lambda match: "\x00" * len(match[0]), text)
