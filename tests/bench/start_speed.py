"""From nothing to the first answer: with the trained reader in the cache, as at every start but the first, and without.

The files of the program are in the system's own cache either way; a machine that was just switched on takes longer.
"""

import subprocess
import time
from collections.abc import Sequence

from tests.bench.figures import Figure, percentile
from tests.bench.lotse_process import Place, arrived, lotse_running

TIMES = 5


def ask_once(place: Place, text: str) -> float:
    """Seconds ``lotse ask`` takes as a process."""
    begun = time.perf_counter()
    command = place.command("ask", text, "--as-of", place.environment()["LOTSE_CLOCK"])
    subprocess.run(command, cwd=place.folder, env=place.environment(), check=True, capture_output=True)
    return time.perf_counter() - begun


def first_reply(place: Place, text: str) -> tuple[float, float]:
    """Seconds from starting ``lotse run`` until it is ready, and until somebody at the web chat has a reply."""
    begun = time.perf_counter()
    with lotse_running(place) as running, arrived(running) as guest:
        guest.ask(text)
        return running.ready_s, time.perf_counter() - begun


def figures(place: Place, texts: Sequence[str], times: int = TIMES) -> list[Figure]:
    """The first start, whose cache is empty, and later ones; ``place.cache`` holds the reader afterwards."""
    text = texts[0]
    ready_first, replied_first = first_reply(place, text)
    asked = [ask_once(place, text) for _ in range(times)]
    started = [first_reply(place, text) for _ in range(times)]
    note = f"middle of {times}"
    return [
        Figure("lotse ask, cached", percentile(asked, 0.5), "s", note),
        Figure("lotse run until ready, cached", percentile((ready for ready, _ in started), 0.5), "s", note),
        Figure("lotse run until first reply, cached", percentile((replied for _, replied in started), 0.5), "s", note),
        Figure("lotse run until ready, first start", ready_first, "s", "trains the reader"),
        Figure("lotse run until first reply, first start", replied_first, "s", "trains the reader"),
    ]
