"""Reports what went wrong in our own code: where, and without the error's message, which may quote what somebody wrote."""

import traceback
from pathlib import PurePath

import structlog

log = structlog.get_logger(__name__)


def place_of(error: BaseException) -> str:
    """Kind and innermost place of an error: ``KeyError at rooms.py:81 with_state``."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} at {PurePath(last.filename).name}:{last.lineno} {last.name}"


def report_bug(what: str, error: BaseException, **ids: str | None) -> None:
    """Log an error that should not have happened; ``ids`` name what it happened to."""
    log.error(what, error=place_of(error), **ids)
