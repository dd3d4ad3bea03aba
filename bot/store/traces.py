"""Says where an error came from, without its message, which may quote what somebody wrote."""

import traceback
from pathlib import PurePath


def trace_of(error: BaseException | None) -> list[str]:
    """The places an error passed, innermost last: ``policy.py:81 take_turn``."""
    if error is None:
        return []
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def where(error: BaseException) -> str:
    """Kind and innermost place of an error: ``KeyError at policy.py:81 take_turn``."""
    places = trace_of(error)
    return f"{type(error).__name__} at {places[-1]}" if places else type(error).__name__
