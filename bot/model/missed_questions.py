"""The questions that were left without an answer, as the store gives them back."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.ids import Locale


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A question that was recorded by ``RecordGap``. ``person`` tells people apart and nothing else."""

    id: int
    kind: str
    text: str
    locale: Locale
    label: str | None
    offered: tuple[str, ...]
    at: datetime
    person: int | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A group of such questions somebody decided to ignore for good.

    It is known again by ``label`` when its subject was clear, else by ``fingerprints``, which nobody can read back.
    """

    id: int
    label: str | None
    locale: Locale
    fingerprints: tuple[tuple[int, ...], ...]
    reason: str
    actor: str
    at: datetime
