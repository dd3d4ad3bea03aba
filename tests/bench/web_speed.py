"""What somebody at the web chat feels: from sending a message until the page is shown the reply, and what it costs.

One guest after the other, each with a few questions, over HTTP on this machine: the message is posted, stored, understood,
answered, stored, delivered and pushed to the page; the client's own work is in the figure too.
"""

import itertools
from collections.abc import Sequence

from tests.bench.figures import Figure, spread
from tests.bench.lotse_process import Place, Running, arrived, lotse_running

PER_GUEST = 10


def ask_in_turn(running: Running, texts: Sequence[str], messages: int) -> list[float]:
    """Ask so many messages, one after the other; the milliseconds until each reply was visible."""
    found: list[float] = []
    asked = itertools.islice(itertools.cycle(texts), messages)
    while batch := list(itertools.islice(asked, PER_GUEST)):
        with arrived(running) as guest:
            found.extend(guest.ask(text) * 1000 for text in batch)
    return found


def figures(place: Place, texts: Sequence[str], timed: int, in_all: int) -> list[Figure]:
    """Latency of the first ``timed`` messages, memory after the start and after ``in_all`` messages."""
    with lotse_running(place) as running:
        at_start, before = running.memory_mib(), running.cpu_s()
        latency = ask_in_turn(running, texts, timed)
        in_between, cpu_s = running.memory_mib(), running.cpu_s() - before
        ask_in_turn(running, texts[timed % len(texts) :], in_all - timed)
        at_end = running.memory_mib()
    return [
        *spread("message to visible reply", latency, "ms"),
        Figure("lotse run: time of its cores per message", 1000 * cpu_s / timed, "ms", "pages included"),
        Figure("lotse run: memory after the start", at_start, "MiB"),
        Figure(f"lotse run: memory after {timed} messages", in_between, "MiB"),
        Figure(f"lotse run: memory after {in_all} messages", at_end, "MiB"),
    ]
