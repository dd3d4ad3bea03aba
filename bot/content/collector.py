"""Python's garbage collector, kept away from very many objects that stay: a program, its content, the reader trained on it."""

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

    A look through all of it holds up everybody for a tenth of a second, most of it for the program's own modules, and finds
    nothing.
    """
    gc.collect()
    gc.freeze()


def spare_anew() -> None:
    """The same for what was made since, in a program that spares something. What was replaced needs no look: it has no circles."""
    if gc.get_freeze_count():
        spare_what_stays()
