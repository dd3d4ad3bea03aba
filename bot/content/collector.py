"""Python's garbage collector, kept away from very many objects that stay: content, and the reader trained on it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Reading content, or importing a program, makes very many objects that all stay; looking for cycles among them takes a
    fifth to a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def spare_what_stays() -> None:
    """Leave what exists now out of every later look, for a program that has started and goes on for long.

    A look through a content and its reader holds up everybody for a seventh of a second, and finds nothing.
    """
    gc.freeze()


def spare_anew() -> None:
    """The same once something large was replaced: what is left of it is let go first. For a program that spares something only."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
        gc.freeze()
