"""A stand-in for checking and training that a child process loads quickly: content is one word in one file."""

import os
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ContentError, ContentProblem


@dataclass(frozen=True)
class SmallContent:
    hash: str


@dataclass(frozen=True)
class SmallBuilt:
    content: SmallContent
    reader: int
    problems: tuple[ContentProblem, ...] = ()


def build(folder: Path, today) -> SmallBuilt:
    """The reader is the id of the process, so that a test sees it was another one."""
    text = (folder / "knowledge" / "topic.yaml").read_text("utf-8")
    if text == "wrong":
        raise ContentError((ContentProblem("knowledge/topic.yaml", 1, 1, "KB001", "wrong", "mend it"),))
    if text == "bug":
        raise KeyError(text)
    if text == "dies":
        os._exit(1)
    return SmallBuilt(SmallContent(f"{text} {today}"), os.getpid())
