"""Exactly one process uses the keys of a device: a second one would use one-time keys twice and break conversations.

The lock is the operating system's, on a file in the folder of the keys, so it goes with its process however that ends. It is
advisory: it keeps a second Lotse out, not a copy of the folder on another machine.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from bot.errors import ConfigError


class InUse(ConfigError):
    """Another process holds the folder."""


@contextlib.contextmanager
def only_process(folder: Path) -> Iterator[None]:
    """Hold the folder for as long as the block lasts. Raises InUse when another process does, ConfigError when nobody can."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} for Matrix cannot be used ({error.strerror}); make LOTSE_DATA a folder this user may "
            "write to."
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(
                f"Another process uses the Matrix keys in {folder}; only one may. Stop it, or leave LOTSE_MATRIX_HOMESERVER "
                "unset in this one."
            ) from None
        yield
    finally:
        os.close(descriptor)
