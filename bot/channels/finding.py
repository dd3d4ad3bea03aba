"""What an operator is told when the connection to a platform is looked at."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``what`` says how it is, and what to do where something is to be done."""

    level: Level
    what: str
