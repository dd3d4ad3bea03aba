"""What is the same on each platform where Lotse's answers are timed beside an echo: what is asked, the processes, the figures."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence

from tests.bench.figures import ROOT, Figure, percentile

QUESTION = "Was zahlt der Weiterbildungsbonus?"
WARM = 3
"""Messages before the measured ones: connections are made, rooms are looked at, the first contact is said."""
READING_S = 0.4
"""Between an answer and the next message, as short as a person can be: what follows an answer, such as signs to press under it,
is over by then, and does not count as waiting for the next one."""

Waits = Mapping[str, Sequence[Sequence[float]]]
"""By who answers (``echo``, ``Lotse``): for each run the seconds somebody waited for each answer."""


def figures_of(platform: str, from_to: str, waits: Waits) -> list[Figure]:
    """Medians over the runs of each run's p50 and p99, and how many times longer Lotse takes."""
    found: list[Figure] = []
    medians: dict[tuple[str, float], float] = {}
    for name, runs in waits.items():
        note = f"median of {len(runs)} runs of {len(runs[0])}"
        for share in (0.5, 0.99):
            medians[name, share] = percentile([percentile(one, share) for one in runs], 0.5)
            figure = f"{platform}, {from_to}, {name}, p{share * 100:.0f}"
            found.append(Figure(figure, medians[name, share] * 1000, "ms", note))
    for share in (0.5, 0.99):
        times = medians["Lotse", share] / medians["echo", share]
        found.append(Figure(f"{platform}, Lotse beside echo, p{share * 100:.0f}", times, "times"))
    return found


@contextlib.asynccontextmanager
async def process_running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[int]:
    """The id of a process that is stopped at the end."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
